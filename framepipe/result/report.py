"""What a movie took, and where the time went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from .advice import Facts, Work, advise, bound
from .stats import FrameStats
from .timeline import ENCODER, Timeline
from .worker_use import WorkerUse

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(slots=True)
class Report:
    """What a movie took, and where the time went.

    Worker times are sums over all render workers, so they can exceed the wall time.

    Parameters
    ----------
    frames : int
        Frames encoded.
    resumed : int
        Of those, how many a run that was interrupted had encoded.
    update : float
        Seconds in the animation's own functions.  With replay every worker runs all of them.
    draw : float
        Seconds drawing.
    copy : float
        Seconds copying drawn frames into shared memory.
    wait : float
        Seconds render workers had nothing to do: high when the encoder is what holds the movie up.
    encode : float
        Seconds in which a drawn frame was waiting for ffmpeg to take it, and the end of the movie.
    encoder_cpu : float
        CPU seconds ffmpeg used; 0 where the system does not tell.
    restarts : int
        Render workers that died and were replaced.
    slots : int
        Frames for which there was memory.
    memory : int
        Bytes of that memory.
    check : float
        Seconds comparing kept frames with full draws.
    against_save, against_worker, against_full : int
        Frames that were compared: with what a worker drew that made every draw `Animation.save`
        makes; with what another worker drew; and, of frames in which something was kept, with a
        full draw.
    frames_kept : int
        Frames in which what did not change was kept, so that it paid.
    items_drawn, items_replayed, items_skipped : int
        Items of the figure (lines, axes with their ticks, texts ...) in composed frames: drawn,
        replayed from what had been recorded, left standing.
    drawing, replaying : float
        Seconds spent on those drawn and on those replayed.
    reasons : Counter of str
        What had to be drawn and why, and in how many frames.
    workers : WorkerUse or None
        How many workers there were, and why; None where that was not decided frame by frame.
    timeline : Timeline
        When each worker drew, waited and checked, and when frames were written; see `plot`.
    facts : Facts or None
        What is known of the movie and of the machine; None until the movie is whole.

    Examples
    --------
    >>> movie = framepipe.encode(ani, "movie.mp4")
    >>> print(movie.report)
    movie     movie.mp4: 12 frames of 640x480, 2.4 s at 5 fps, ...
    time      ...
    >>> movie.report.plot().savefig("timeline.png")
    """

    frames: int = 0
    resumed: int = 0
    update: float = 0.0
    draw: float = 0.0
    copy: float = 0.0
    wait: float = 0.0
    encode: float = 0.0
    encoder_cpu: float = 0.0
    restarts: int = 0
    slots: int = 0
    memory: int = 0
    check: float = 0.0
    against_save: int = 0
    against_worker: int = 0
    against_full: int = 0
    frames_kept: int = 0
    items_drawn: int = 0
    items_replayed: int = 0
    items_skipped: int = 0
    drawing: float = 0.0
    replaying: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    workers: WorkerUse | None = None
    timeline: Timeline = field(default_factory=Timeline, repr=False)
    facts: Facts | None = field(default=None, repr=False)

    @property
    def frames_drawn(self) -> int:
        """Frames drawn as a whole."""
        return self.frames - self.resumed - self.frames_kept

    @property
    def changed(self) -> str:
        """What had to be drawn most often, and why; what to look at when a movie was slow."""
        return next((why for why, _ in self.reasons.most_common() if why), "")

    def add(self, stats: FrameStats, waited: float = 0.0, lane: int = 0) -> None:
        """Count what one frame took.

        Parameters
        ----------
        stats : FrameStats
            What it took.
        waited : float, default: 0.0
            Seconds its worker had nothing to do before.
        lane : int, default: 0
            Number of its worker.
        """
        self.wait += waited
        self.frames_kept += stats.pays
        self.against_full += stats.check > 0
        for name in (
            "update", "draw", "copy", "check", "items_drawn", "items_replayed", "items_skipped",
            "drawing", "replaying",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(stats, name))
        if stats.composed:
            self.reasons[stats.changed] += 1
        if stats.ended:
            self.timeline.add(
                lane, stats.ended - stats.seconds, stats.ended,
                update=stats.update, draw=stats.draw + stats.copy, check=stats.check,
            )  # fmt: skip

    def add_check(self, stats: FrameStats, waited: float = 0.0, lane: int = 0) -> None:
        """Count what drawing a frame took that another worker draws, too, to compare the two.

        Parameters
        ----------
        stats, waited, lane
            See `add`.
        """
        self.check += stats.seconds
        self.wait += waited
        if stats.ended:
            self.timeline.add(lane, stats.ended - stats.seconds, stats.ended, check=stats.seconds)

    def add_encoding(self, begin: float, end: float, lane: int = ENCODER) -> None:
        """Count the time in which a frame was on its way into the encoder, or the encoder ended.

        Parameters
        ----------
        begin, end : float
            When, by `time.perf_counter`.
        lane : int, default: ENCODER
            The worker to which the encoder belongs, if there is more than one.
        """
        self.encode += end - begin
        self.timeline.add(lane, begin, end, write=end - begin)

    def merge(self, other: Report, lane: int | None = None, until: float | None = None) -> None:
        """Add what was done elsewhere; the memory stays as it is.

        Parameters
        ----------
        other : Report
            Of a block.
        lane, until
            See `Timeline.merge`.
        """
        for one in fields(self):
            if one.name not in _NOT_ADDED:
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        self.reasons.update(other.reasons)
        self.timeline.merge(other.timeline, lane=lane, until=until)

    def plot(self) -> Figure:
        """Draw the timeline: a lane for each worker, and one for the encoder.

        Returns
        -------
        Figure
            Not known to pyplot: show it in a notebook, or save it with its `savefig`.

        Raises
        ------
        ValueError
            If nothing has been noted.

        Examples
        --------
        >>> movie = framepipe.encode(ani, "movie.mp4")
        >>> movie.report.plot().savefig("timeline.png", dpi=200)
        """
        # Not before it is wanted: who counts frames need not know how to draw.
        from ..drawing.timeline import draw_timeline

        facts = self.facts
        title = f"{self.frames} frames"
        if facts is not None:
            title = f"{title} of {facts.width}x{facts.height} in {facts.seconds:.2f} s"
        return draw_timeline(self.timeline, title, bound(self._work))

    @property
    def advice(self) -> list[str]:
        """What would make it faster, with figures that were measured or computed from such."""
        return advise(self._work)

    @property
    def _work(self) -> Work:
        return Work(
            frames=self.frames, update=self.update, draw=self.draw + self.copy, check=self.check,
            encode=self.encode, encoder_cpu=self.encoder_cpu, facts=self.facts,
        )  # fmt: skip

    def __str__(self) -> str:
        facts = self.facts
        lines = []
        if facts is not None:
            size = "" if facts.nbytes is None else f", {bytes_of(facts.nbytes)}"
            lines = [
                ("movie", f"{facts.name}: {facts.size(self.frames)}{size}"),
                ("time", self._time(facts)),
            ]
        if self.resumed:
            lines.append(("resumed", f"{self.resumed} frames of a run that was interrupted"))
        lines += [
            ("updates", self._stage(self.update) + self._where(facts)),
            (
                "drawing",
                f"{self._stage(self.draw)}; copying {self.copy:.2f} s, waiting {self.wait:.2f} s",
            ),
            ("encoding", f"{self._stage(self.encode)}, and {self.encoder_cpu:.2f} s of CPU"),
            ("bound by", bound(self._work)),
            ("kept", self._kept()),
        ]
        if self.changed:
            lines.append(("redrawn", f"most often: {self.changed}"))
        lines.append(("checked", f"{self.checked} ({self.check:.2f} s)"))
        if self.restarts:
            lines.append(("workers", f"{self.restarts} worker(s) replaced"))
        lines += [("faster", one) for one in self.advice]
        return "\n".join(f"{name:<10}{text}" for name, text in lines)

    def _time(self, facts: Facts) -> str:
        rate = self.frames / max(facts.seconds, 1e-9)
        who = f"{facts.workers} worker{'s' if facts.workers != 1 else ''}"
        if facts.workers == 0:
            who = "in this process"
        shared = f", {bytes_of(self.memory)} of memory for frames" if self.memory else ""
        return (
            f"{facts.seconds:.2f} s, {rate:.0f} frames/s ({facts.mode}, {who} on {facts.cpus} "
            f"CPU{'s' if facts.cpus != 1 else ''}{shared})"
        )

    def _where(self, facts: Facts | None) -> str:
        if facts is None or facts.workers < 2 or facts.independent:
            return ""
        return f": each of {facts.workers} workers runs all of them"

    def _stage(self, seconds: float) -> str:
        each = 1000 * seconds / max(self.frames - self.resumed, 1)
        return f"{seconds:.2f} s ({each:.2f} ms a frame)"

    @property
    def checked(self) -> str:
        """How many frames were compared, and with what, in a line."""
        compared = {
            "with every draw that Animation.save makes": self.against_save,
            "with another worker's drawing": self.against_worker,
            "with a full draw": self.against_full,
        }
        told = [f"{count} {what}" for what, count in compared.items() if count]
        return f"frames compared: {', '.join(told) or 'none'}"

    def _kept(self) -> str:
        """Tell in a line what was drawn and what was not."""
        total = self.frames_kept + self.frames_drawn
        items = self.items_drawn + self.items_replayed + self.items_skipped
        if not items:
            return f"nothing: {total} frames drawn as a whole"
        if not self.frames_kept:
            return "nothing could be kept"
        return (
            f"in {self.frames_kept} of {total} frames what did not change: of {items} parts "
            f"{self.items_drawn} drawn, {self.items_replayed} repeated, {self.items_skipped} left "
            "standing"
        )


#: What is not a sum over blocks.
_NOT_ADDED = frozenset({"slots", "memory", "reasons", "workers", "timeline", "facts"})


def bytes_of(count: float) -> str:
    """Return a number of bytes in words: "512 B", "3.1 KiB", "12 MiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.1f} {unit}" if count < 10 and unit != "B" else f"{count:.0f} {unit}"
