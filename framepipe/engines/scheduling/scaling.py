"""Pure: how many render workers pay, as far as can be told from what frames were seen to take.

More workers draw more frames at a time, but each of them runs every update, begins with a full
draw, and takes processor time from the encoder.  So two are started: one draws, the other one first
makes every draw that `Animation.save` makes, to compare (`framepipe.engines.scheduling.checks`).
What comes after follows from what was seen::

    one more     if the seconds that it spares of those that are left are worth, at a price that
                 grows with the machine, its own beginning and the updates that it runs once more
    one fewer    if the encoder, for many frames in a row, had the next one there in time, and
                 would have with one worker fewer; then no more are added

What comes in are events (`drew`, `wrote` ...), what goes out is how many are to draw.  A frame
takes with k workers, which run updates of u seconds and share draws of d, on c cores::

    max(e, u + d / k, (k u + d + e) / c)        e: the encoder

The second one is the time until k workers have drawn k frames, the last one how long the cores
have to do for a frame, whatever the order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from ...result import FrameStats, WorkerUse
from ...result.worker_use import EXPENSIVE_UPDATES

#: Processor seconds an encoder is believed to take for a byte of a frame, until it has been seen:
#: x264's default preset takes 7 ms for 640x480, 20 to 80 for 1280x720.  If it is slower, a worker
#: is added that is soon parked; if it is sooner, one comes some frames too late.
ENCODE_PER_BYTE = 6e-9
#: Threads at most that an encoder is believed to keep busy.
ENCODER_THREADS = 8
#: Frames after which an encoder shows how long it takes: x264 first fills its look-ahead, in no
#: time.
LOOK_AHEAD = 64
#: Frames in a row that were there in time, before one worker fewer is thought of.
IN_TIME = 32
#: That one worker fewer must have in hand, as a share of the encoder's time: frames differ.
IN_HAND = 0.1
#: Processor seconds, for beginnings and updates, that are worth a second sooner.  At least 2: a
#: second worker where updates take up to half of a frame's time.  More on larger machines, of which
#: half may work for it: on 16 processors, movies took up to 1.5 times as long at the price of 2 as
#: with the best number of workers.  At most 8: no larger machine was measured, and workers are
#: forked one after the other.
LEAST_PRICE, PRICE_PER_CORE, MOST_PRICE = 2.0, 0.5, 8.0
#: Share of a lone worker's time by which each other makes it slower, as they have caches and memory
#: in common: on 16 processors 2 % (two lines and a text) to 7 % (an image at 1280x720).
SLOWER = 0.04
#: Share of a frame's time up to which updates are run in a worker that draws nothing, only to
#: check a frame now and then.
CHECKER_SHARE = 0.05
#: Seconds that a new process takes at least: fork and exit 6 ms, the pages of which it makes its
#: own copies 12 ms and more.
FORK = 0.02
#: The number of the worker that first makes the draws of `Animation.save`.
WITNESS = 1
#: Frames drawn before anything is known of how long they take; each worker's first one, which is
#: drawn in full, does not count.
SAMPLES = 2
#: Frames whose median is taken for what one takes: few enough to follow what changes.
RECENT = 9


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """What one frame takes, in seconds.

    Parameters
    ----------
    update : float
        Its update, in each worker.
    update_cpu : float
        Processor time of that.
    draw : float
        Processor time of its drawing, in one of them.
    encode : float
        The encoder.
    """

    update: float
    update_cpu: float
    draw: float
    encode: float

    def with_workers(self, count: int, cores: int, slower: float = 1.0) -> float:
        """Return the seconds from frame to frame with so many workers, each so much slower."""
        alone = slower * (self.update + self.draw / count)
        together = count * self.update_cpu + self.draw + self.encode
        return max(self.encode, alone, together / cores)

    def independent(self, count: int) -> FrameTimes:
        """Return the same where each of so many workers runs its share of the updates."""
        return replace(self, update=self.update / count, update_cpu=self.update_cpu / count)


def price(cores: int) -> float:
    """Return the processor seconds that may be spent for each second by which a movie is sooner."""
    return min(max(LEAST_PRICE, PRICE_PER_CORE * cores), MOST_PRICE)


def pays(
    times: FrameTimes,
    count: int,
    cores: int,
    frames: int,
    beginning: float,
    delay: float = 0.0,
) -> bool:
    """Tell whether a worker more is worth its beginning, and its share of the updates.

    Parameters
    ----------
    times : FrameTimes
        What one frame takes.
    count : int
        Workers with that one, at least 2.
    cores : int
        Processors that may be used.
    frames : int
        Frames that are left.
    beginning : float
        Seconds that it takes beside drawing frames: to start, to run updates of the past, and what
        its first draw takes more than others.
    delay : float, default: 0.0
        Seconds for which it has something else to do before.
    """
    before = times.with_workers(count - 1, cores)
    # What was seen, was seen of one worker fewer.
    slower = (1 + SLOWER * (count - 1)) / (1 + SLOWER * (count - 2))
    after = times.with_workers(count, cores, slower)
    if before <= 0:  # too little for the clock
        return False
    # While it begins the others go on, unless there is no processor for it.
    ready = delay + beginning
    alone = ready + (frames - ready / before) * after
    sooner = frames * before - max(alone, frames * after + beginning / cores)
    return price(cores) * sooner > beginning + frames * times.update_cpu


def most_that_pay(frames: int | None, most: int) -> int:
    """Return how many workers can pay at best, before anything is known of a movie.

    One that draws but one frame spares nothing that its beginning does not cost.

    Parameters
    ----------
    frames : int or None
        Frames of the movie, as far as it is known.
    most : int
        Workers that there may be.
    """
    return most if frames is None else max(1, min(most, frames // 2))


class Scaling:
    """How many of the workers that there may be are to draw.

    Workers are known by their numbers, from 0 in the order in which they were started.

    Parameters
    ----------
    most : int
        Workers that there may be.
    cores : int
        Processors that may be used.
    frame_bytes : int
        Bytes of a frame.
    independent : bool, default: False
        Whether each worker runs but the updates of frames that it draws.
    fixed : bool, default: False
        Whether all of them are to draw, whatever comes: the user has said how many.
    as_saved : int, default: 0
        Frames that the second worker first draws as `Animation.save` would, each of them twice, and
        then one more.

    Attributes
    ----------
    cpu_is_idle : bool
        Whether a worker that only checks costs nothing at the moment.
    """

    def __init__(
        self,
        most: int,
        *,
        cores: int,
        frame_bytes: int,
        independent: bool = False,
        fixed: bool = False,
        as_saved: int = 0,
    ) -> None:
        self.most = most
        self._as_saved = as_saved
        self._cores = cores
        self._independent = independent
        self._fixed = fixed
        self._expected_encode = ENCODE_PER_BYTE * frame_bytes / min(cores, ENCODER_THREADS)
        self._started = most if fixed else min(most, 2)
        self._drawing = list(range(most if fixed else min(most, 1)))
        self._reserve = [number for number in range(self._started) if number not in self._drawing]
        self._most_drawing = len(self._drawing)
        self._parked = False
        self.cpu_is_idle = False
        self._positions: dict[int, int] = {}
        self._drawn = 0
        self._recent: deque[tuple[float, float, float]] = deque(maxlen=RECENT)
        self._writes: deque[float] = deque(maxlen=IN_TIME)
        self._written = 0
        self._in_time = 0
        self._first = 0.0  # what a worker's first frame takes
        self._ready = 0.0  # what it takes to start one
        self._choices: list[str] = []

    @property
    def started(self) -> int:
        """How many workers there are to be by now."""
        return self._started

    @property
    def drawing(self) -> int:
        """How many are to draw now."""
        return len(self._drawing)

    @property
    def most_drawing(self) -> int:
        """How many drew at a time, at most."""
        return self._most_drawing

    def draws(self, worker: int) -> bool:
        """Tell whether a worker is to be given frames for the movie."""
        return self._fixed or worker in self._drawing

    def dismisses(self, worker: int) -> bool:
        """Tell whether there is nothing to do for a worker any more, now or later."""
        if self.draws(worker) or (times := self.times) is None:
            return False
        if worker not in self._reserve:
            return True
        if self.cpu_is_idle and worker == self._reserve[0]:
            return False
        if self._parked and len(self._drawing) > 1:
            return True
        # It may be wanted yet, and checks frames meanwhile; but not at any price.
        share = times.update_cpu / max(times.with_workers(len(self._drawing), self._cores), 1e-9)
        return not self._independent and share > CHECKER_SHARE

    @property
    def waits(self) -> bool:
        """Whether it is not yet known what a frame takes, and soon will be."""
        # If a worker died, what it drew first has told nothing, and what another one did.
        return not self._fixed and self.times is None and self._drawn <= SAMPLES

    @property
    def updates_dominate(self) -> bool:
        """Whether updates take so much that no second worker pays: then none should be passed."""
        times = self.times
        return (
            not self._fixed
            and times is not None
            and len(self._drawing) == 1
            and price(self._cores) * times.draw / 2 < times.update_cpu
        )

    @property
    def times(self) -> FrameTimes | None:
        """What a frame takes; None while too little is known."""
        if len(self._recent) < SAMPLES:
            return None
        # Of few, the first ones may have been drawn in full.
        middle: Callable[[list[float]], float] = min if len(self._recent) < RECENT // 2 else median
        update, update_cpu, draw = (middle(list(of)) for of in zip(*self._recent, strict=True))
        return FrameTimes(update, update_cpu, draw, self._encode())

    def _encode(self) -> float:
        seen = median(self._writes) if self._writes else 0.0
        return seen if self._written >= LOOK_AHEAD else max(seen, self._expected_encode)

    # ---- events

    def ready(self, seconds: float) -> None:
        """Note what it took to start a worker."""
        self._ready = max(self._ready, seconds)

    def passed(self, worker: int, frame: int) -> None:
        """Note that a worker stands at a frame, in whatever way it came there."""
        self._positions[worker] = frame

    def drew(self, worker: int, frame: int, stats: FrameStats) -> None:
        """Note what a frame took that was drawn for the movie."""
        before = self._positions.get(worker)
        self._positions[worker] = frame
        self._drawn += 1
        if before is None:
            whole = stats.update + stats.draw + stats.copy + stats.check
            self._first = self._first or whole
            return
        passed = 1 if self._independent else max(frame - before, 1)
        self._recent.append(
            (
                stats.update / passed,
                (stats.update_cpu or stats.update) / passed,
                stats.draw_cpu or stats.draw + stats.copy,
            )
        )

    def wrote(self, seconds: float, *, in_time: bool) -> None:
        """Note what it took the encoder to take a frame, and whether the next one was there."""
        self._written += 1
        self._writes.append(seconds)
        self._in_time = self._in_time + 1 if in_time else 0

    def lost(self, worker: int) -> None:
        """Note that a worker is dead, and another one in its place."""
        self._positions.pop(worker, None)

    def refused(self, started: int) -> None:
        """Note that the system has started but so many, and will start no more."""
        self._started = started
        self._drawing = [worker for worker in self._drawing if worker < started]
        self._reserve = [worker for worker in self._reserve if worker < started]
        self._most_drawing = min(self._most_drawing, started)
        self._parked = True

    # ---- decisions

    def decide(self, frame: int, left: int | None) -> None:
        """Change how many workers there are, and draw, if that pays.

        Parameters
        ----------
        frame : int
            The next frame that nobody draws yet.
        left : int or None
            How many there are from that one on; None if it is not known.
        """
        if self._fixed or (times := self.times) is None:
            return
        # Not known: there may be as many as there were.
        frames = max(frame, 100) if left is None else left
        while not self._parked and len(self._drawing) < self.most:
            if not self._one_more(times, frame, frames):
                break
        if self._written >= LOOK_AHEAD and self._in_time >= IN_TIME:
            while len(self._drawing) > 1 and self._one_fewer(times, frame):
                pass

    def _one_more(self, times: FrameTimes, frame: int, frames: int) -> bool:
        count = len(self._drawing) + 1
        seen = times.independent(count) if self._independent else times
        beginning = max(0.0, self._first - times.draw)
        if not self._reserve:
            beginning += max(self._ready, FORK) + (0 if self._independent else frame * times.update)
        delay = self._witness_is_busy() if self._reserve[:1] == [WITNESS] else 0.0
        if not pays(seen, count, self._cores, frames, beginning, delay):
            return False
        if not self._reserve:
            self._reserve.append(self._started)
            self._started += 1
        self._drawing.append(self._reserve.pop(0))
        self._most_drawing = max(self._most_drawing, count)
        self._note(f"{count} workers from frame {frame} on", times)
        return True

    def _witness_is_busy(self) -> float:
        """Return the seconds that it still makes other draws before it may draw for the movie."""
        passed = self._positions.get(WITNESS, -1) + 1
        return (
            self._first * (2 * (self._as_saved - passed) + 1) if passed <= self._as_saved else 0.0
        )

    def _one_fewer(self, times: FrameTimes, frame: int) -> bool:
        count = len(self._drawing) - 1
        alone = (times.update / count if self._independent else times.update) + times.draw / count
        if alone > (1 - IN_HAND) * times.encode:
            return False
        self._reserve.append(self._drawing.pop())
        self._parked = True
        self._note(f"{count} of them is enough from frame {frame} on", times)
        return True

    def _note(self, what: str, times: FrameTimes) -> None:
        self._choices.append(
            f"{what}: a frame's update {1e3 * times.update:.1f} ms, its drawing "
            f"{1e3 * times.draw:.1f}, its encoding {1e3 * times.encode:.1f}"
        )

    # ---- for people

    def use(self, frames: int) -> WorkerUse:
        """Return what was done, and what would be done with ``independent=True``.

        Parameters
        ----------
        frames : int
            Frames of the movie.
        """
        use = WorkerUse(self._most_drawing, self._started, tuple(self._choices))
        if (times := self.times) is None:
            return use
        use = replace(use, update=times.update, draw=times.draw, encode=times.encode)
        if self._independent or use.update_share < EXPENSIVE_UPDATES:
            return use
        now = times.with_workers(self._most_drawing, self._cores)
        best = min(
            times.independent(count).with_workers(count, self._cores)
            for count in range(1, max(self.most, 1) + 1)
        )
        return replace(use, independent_gain=max(0.0, frames * (now - best)))
