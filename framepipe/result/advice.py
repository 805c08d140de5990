"""What bounded a run, and what would make it faster: pure, from what was measured.

Every figure is computed from the run's own measurements.  One constant is not: how much less an
x264 with another preset uses (`VERYFAST`).
"""

from __future__ import annotations

from dataclasses import dataclass

#: CPU seconds of x264 with ``-preset veryfast``, as a share of those of its default: the mean of
#: 0.73 (pendulum), 0.51 (grid), 0.55 (imshow) and 0.61 (line_1080p), with files 0.95 to 1.18 times
#: as large; measured with ffmpeg 9 by `benchmarks/ceilings/preset.py`.
VERYFAST = 0.6

#: Less than this many times as fast is not worth a word: it could be noise.
WORTH_SAYING = 1.2

#: Updates that take more than this share of the workers' time are named.
MANY_UPDATES = 1 / 3

#: From this share of the time on, a resource is what a run waits for.
BUSY = 0.7


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a movie and of the machine that made it.

    Parameters
    ----------
    name : str
        Of the movie's file.
    nbytes : int or None
        Its size; None if it is not one file.
    width, height : int
        Size of a frame in pixels.
    fps : float
        Frames a second.
    seconds : float
        Wall time.
    mode : {"pipe", "segments"}
        The engine.
    workers : int
        Render processes; 0: the calling process drew.
    cpus : int
        CPUs that this process may use.
    could_use_more : bool
        Whether more workers might have been used: it was the user who chose how many.
    independent : bool
        Whether each worker ran only the updates of its own frames.
    may_be_independent : bool
        Whether ``independent=True`` could have been said: the number of frames is known, and no
        worker had to make every draw.
    faster_preset : bool
        Whether the encoder is x264 with its default preset.
    """

    name: str
    nbytes: int | None
    width: int
    height: int
    fps: float
    seconds: float
    mode: str
    workers: int
    cpus: int
    could_use_more: bool = False
    independent: bool = False
    may_be_independent: bool = True
    faster_preset: bool = False

    def size(self, frames: int) -> str:
        """Return how many frames of which size there are, in words."""
        return (
            f"{frames} frame{'s' if frames != 1 else ''} of {self.width}x{self.height}, "
            f"{frames / self.fps:.1f} s at {self.fps:.4g} fps"
        )


@dataclass(frozen=True, slots=True)
class Work:
    """What a run took, as far as advice depends on it.

    Parameters
    ----------
    frames : int
        Number of frames.
    update, draw, check : float
        Seconds of all workers together.
    encode : float
        Seconds in which a frame was on its way into the encoder.
    encoder_cpu : float
        CPU seconds of the encoder; 0 where the system does not tell.
    facts : Facts or None
        What else is known.
    """

    frames: int
    update: float
    draw: float
    check: float
    encode: float
    encoder_cpu: float
    facts: Facts | None

    @property
    def busy(self) -> float:
        """Seconds that workers were not waiting."""
        return self.update + self.draw + self.check


def bound(work: Work) -> str:
    """Say what a run waited for, most of the time."""
    facts = work.facts
    if facts is None or facts.seconds <= 0:
        return "unknown"
    wall = facts.seconds
    drawers = max(facts.workers, 1)
    encoding = work.encode / wall
    drawing = min(1.0, work.busy / (drawers * wall))  # a witness works beside them
    cpu = min(1.0, (work.busy + work.encoder_cpu) / (facts.cpus * wall))
    stage = "updates" if work.update > work.draw + work.check else "drawing"
    workers = f"its {drawers} workers were" if facts.workers > 1 else "it was"
    if facts.mode == "pipe" and encoding >= BUSY and encoding > drawing:
        return f"the encoder: it was busy {encoding:.0%} of the time, drawing {drawing:.0%}"
    if drawing >= BUSY:
        return f"{stage}: {workers} busy {drawing:.0%} of the time, the encoder {encoding:.0%}"
    if cpu >= BUSY and work.encoder_cpu:
        share = work.encoder_cpu / (work.busy + work.encoder_cpu)
        return (
            f"the CPUs: {cpu:.0%} busy, with drawing ({1 - share:.0%} of that) and "
            f"encoding ({share:.0%})"
        )
    return (
        f"beginning and end: of the time, workers were busy {drawing:.0%}, the encoder "
        f"{encoding:.0%}"
    )


def advise(work: Work) -> list[str]:
    """Return what would make the same movie sooner, most helpful first; empty if nothing is known.

    How many times as fast is computed from a model: workers and encoder go on beside each other,
    as many at a time as there are CPUs.  What it leaves out (beginning, end, waiting for each
    other) is taken to stay as it was.
    """
    facts = work.facts
    if facts is None or not work.busy:
        return []
    ideas = (_independent(work, facts), _preset(work, facts), _workers(work, facts))
    found = [idea for idea in ideas if idea is not None]
    found.sort(reverse=True)
    return [text for _, text in found]


def _modelled(work: Work, facts: Facts, *, workers: int, update: float, encoder: float) -> float:
    """Return the seconds that a run cannot do without."""
    busy = update + work.draw + work.check
    encode = work.encode * encoder / work.encoder_cpu if work.encoder_cpu else work.encode
    if facts.mode != "pipe" or facts.workers == 0:
        # Whoever draws also feeds the encoder.
        return max((busy + encode) / max(workers, 1), (busy + encoder) / facts.cpus)
    return max(busy / workers, encode, (busy + encoder) / facts.cpus)


def _sooner(work: Work, facts: Facts, **changed: float) -> float:
    """Return how many times as fast a run would be if something were different."""
    now = {"workers": facts.workers, "update": work.update, "encoder": work.encoder_cpu}
    before = _modelled(work, facts, **now)  # type: ignore[arg-type]
    after = _modelled(work, facts, **{**now, **changed})  # type: ignore[arg-type]
    rest = max(0.0, facts.seconds - before)
    return (before + rest) / (after + rest)


def _independent(work: Work, facts: Facts) -> tuple[float, str] | None:
    share = work.update / work.busy
    if facts.independent or facts.workers < 2 or share < MANY_UPDATES:
        return None
    if not facts.may_be_independent:
        return None
    times = _sooner(work, facts, update=work.update / facts.workers)
    if times < WORTH_SAYING:
        return None
    return times, (
        f"updates take {share:.0%} and every worker runs them: independent=True would be about "
        f"{times:.1f} times as fast; framepipe.check(ani) tells whether it may"
    )


def _preset(work: Work, facts: Facts) -> tuple[float, str] | None:
    if not facts.faster_preset or not work.encoder_cpu:
        return None
    times = _sooner(work, facts, encoder=VERYFAST * work.encoder_cpu)
    if times < WORTH_SAYING:
        return None
    return times, (
        "the encoder is the limit: extra_args=['-preset', 'veryfast'] would be about "
        f"{times:.1f} times as fast, the file up to a fifth larger"
    )


def _workers(work: Work, facts: Facts) -> tuple[float, str] | None:
    workers = facts.cpus
    if not facts.could_use_more or facts.workers >= workers:
        return None
    # Each of them runs all updates, but for independent ones.
    update = work.update
    if not facts.independent:
        update *= workers / max(facts.workers, 1)
    times = _sooner(work, facts, workers=workers, update=update)
    if times < WORTH_SAYING:
        return None
    return times, f"workers={workers}, one for each CPU, would be about {times:.1f} times as fast"
