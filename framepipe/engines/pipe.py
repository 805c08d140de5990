"""Engine 1: render workers, one ring, one ordered pipe, one encode.

The main process alone schedules.  It gives frames to workers as the `Window` allows, and puts
drawn frames into the sink in order; it draws nothing and copies nothing but slot to pipe.
Everything it waits for (messages, dead workers, room in the pipe, a dead encoder) wakes one
`Waiter`; nothing is polled by the clock.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import FrameError, FramepipeError, WorkerDied
from .ring import Ring, choose_slots
from .waiting import Waiter
from .window import Window
from .workers import AHEAD, READY_TIMEOUT, Crew, Ended, Failed, Painted, Painter, Ready, Worker

_log = logging.getLogger(__name__)


class Sink(Protocol):
    """What takes the frames, in order: an encoder."""

    def start(self) -> None:
        """Begin."""

    def fileno(self) -> int:
        """Return a descriptor that can be polled for room."""

    @property
    def fds(self) -> tuple[int, ...]:
        """Descriptors that no other process may hold open."""

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        """Hand over the next frame; it must stay as it is until `pump` says True.

        `source` and `offset` name a file that holds the same bytes, for copying less.
        """

    def pump(self) -> bool:
        """Take what can be taken without blocking; True when the whole frame has been taken."""

    def check(self) -> None:
        """Raise if it has failed."""

    def finish(self) -> float:
        """Take the end of the movie and wait until it is whole; return CPU seconds spent."""


@dataclass(slots=True)
class Tally:
    """What a run did, in numbers.

    Parameters
    ----------
    frames : int
        Frames encoded.
    workers : int
        Render processes; 0 if the calling process drew.
    update, draw, copy : float
        Seconds spent running the animation's functions, drawing, and copying into shared memory;
        the sum over workers.
    wait : float
        Seconds workers had nothing to do.
    encode : float
        Seconds a drawn frame waited for the encoder to take it, and the end of the movie.
    encoder_cpu : float
        CPU seconds the encoder used; 0 where the system does not tell.
    restarts : int
        Workers that died and were replaced.
    slots, slot_bytes : int
        Size of the shared memory.
    """

    frames: int = 0
    workers: int = 0
    update: float = 0.0
    draw: float = 0.0
    copy: float = 0.0
    wait: float = 0.0
    encode: float = 0.0
    encoder_cpu: float = 0.0
    restarts: int = 0
    slots: int = 0
    slot_bytes: int = 0

    def add(self, cost: Any, waited: float = 0.0) -> None:
        """Count one frame's cost."""
        self.update += cost.update
        self.draw += cost.draw
        self.copy += cost.copy
        self.wait += waited


#: What a user is told whose animation is empty, or was used up by a preview.
NO_FRAMES = (
    "the animation has no frames. A generator object that has been shown or saved before is used "
    "up: give FuncAnimation the generator function, or a list"
)

Progress = Callable[[int, int | None], Any]


def run_here(painter: Painter, frame_bytes: int, sink: Sink, progress: Progress | None) -> Tally:
    """Draw all frames in this process.

    Parameters
    ----------
    painter : Painter
        What draws.
    frame_bytes : int
        Bytes of a frame.
    sink : Sink
        What takes the frames.
    progress : callable, optional
        Called as ``progress(i, n)`` when frame i has been taken.

    Returns
    -------
    Tally
        What was done.

    Raises
    ------
    FrameError
        If the user's code, or drawing, raised.
    Exception
        What the sink raises.
    """
    tally = Tally(slots=1, slot_bytes=frame_bytes)
    slot = memoryview(bytearray(frame_bytes))
    waiter = Waiter()
    painter.open()
    try:
        sink.start()
        while True:
            sink.check()
            cost = painter.paint(tally.frames, slot)
            if cost is None:
                break
            tally.add(cost)
            begin = time.perf_counter()
            sink.offer(slot)
            while not sink.pump():
                waiter.watch_sink(sink.fileno(), for_room=True)
                waiter.wait(None)
            tally.encode += time.perf_counter() - begin
            tally.frames += 1
            if progress is not None:
                progress(tally.frames - 1, painter.frames)
        if tally.frames == 0:
            raise FramepipeError(NO_FRAMES)
        begin = time.perf_counter()
        tally.encoder_cpu = sink.finish()
        tally.encode += time.perf_counter() - begin
    finally:
        painter.close()
    return tally


class PipeRun:
    """One movie through render workers.

    Parameters
    ----------
    make_painter : callable
        Returns the painter, in a worker; picklable unless `start_method` is "fork".
    frame_bytes : int
        Bytes of a frame.
    total : int or None
        Number of frames; an upper bound will do.
    sink : Sink
        What takes the frames.
    workers : int
        Render processes, at least 1.
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    progress : callable, optional
        See `run_here`.
    """

    def __init__(
        self,
        make_painter: Callable[[], Painter],
        frame_bytes: int,
        total: int | None,
        sink: Sink,
        *,
        workers: int,
        start_method: str,
        progress: Progress | None = None,
    ) -> None:
        self._make_painter = make_painter
        self._frame_bytes = frame_bytes
        self._sink = sink
        self._count = workers
        self._method = start_method
        self._progress = progress
        slots = choose_slots(frame_bytes, workers)
        self._window = Window(slots, total)
        self._waiter = Waiter()
        self._deaths: dict[int, int] = {}  # by worker index
        self._offered: int | None = None
        self._offered_at = 0.0
        self.tally = Tally(workers=workers, slots=slots, slot_bytes=frame_bytes)

    def run(self) -> Tally:
        """Make the movie.

        Returns
        -------
        Tally
            What was done.

        Raises
        ------
        FrameError
            If the user's code, or drawing, raised.
        WorkerDied
            If a worker died, and so did the one that took its place.
        OSError
            If memory or processes cannot be had.
        Exception
            What the sink raises.
        """
        self._ring = Ring(self._window.slots, self._frame_bytes)
        try:
            # Workers first: a process forked later would inherit the encoder's standard input,
            # and hold it open.
            self._crew = Crew(self._count, self._ring, self._make_painter, self._method)
            try:
                for worker in self._crew.workers:
                    self._waiter.add(worker.connection)
                self._sink.start()
                self._waiter.watch_sink(self._sink.fileno(), for_room=False)
                self._loop()
                if self.tally.frames == 0:
                    raise FramepipeError(NO_FRAMES)
                begin = time.perf_counter()
                self._crew.stop()
                self.tally.encoder_cpu = self._sink.finish()
                self.tally.encode += time.perf_counter() - begin
            finally:
                self._crew.kill()
        finally:
            self._ring.close()
        return self.tally

    def _loop(self) -> None:
        window = self._window
        while not window.finished:
            self._hand_out()
            readable, sink = self._waiter.wait(self._patience())
            for connection in readable:
                worker = next(w for w in self._crew.workers if w.connection is connection)
                self._hear(worker)
            if sink and self._offered is None:
                self._sink.check()  # nothing is on its way: it can only be dead
            self._feed()
            if not readable and not sink:
                self._check_patience()

    def _hand_out(self) -> None:
        """Give frames to workers, one each in turn, while the window allows."""
        workers = [worker for worker in self._crew.workers if worker.ready]
        for ahead in range(AHEAD):
            for worker in workers:
                if len(worker.given) > ahead:
                    continue
                frame = self._window.claim(after=worker.last)
                if frame is not None:
                    worker.give(frame, self._window.slot(frame))

    def _hear(self, worker: Worker) -> None:
        """Read one message; end-of-file means that the worker is dead."""
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(message, Painted):
            worker.given.remove(message.frame)
            self._window.drawn(message.frame)
            self.tally.add(message.cost, message.waited)
        elif isinstance(message, Ready):
            worker.ready = True
        elif isinstance(message, Ended):
            worker.given.remove(message.frame)
            self._end(message)
        elif isinstance(message, Failed):
            raise message.error()

    def _end(self, message: Ended) -> None:
        try:
            self._window.end(message.total)
        except RuntimeError as error:
            raise FrameError(
                f"{error}: the animation does not run twice in the same way. Does it read a "
                "clock, the network or a shared file? Then use workers=0",
                message.total,
            ) from None

    def _feed(self) -> None:
        """Put frames into the sink, in order, as long as it takes them."""
        window, sink = self._window, self._sink
        while True:
            if self._offered is None:
                frame = window.ready()
                if frame is None:
                    break
                slot = window.slot(frame)
                ring = self._ring
                sink.offer(ring.slot(slot), ring.descriptor, ring.offset(slot))
                self._offered, self._offered_at = frame, time.perf_counter()
            if not sink.pump():
                break
            self.tally.encode += time.perf_counter() - self._offered_at
            frame, self._offered = self._offered, None
            window.wrote(frame)
            self.tally.frames += 1
            if self._progress is not None:
                self._progress(frame, window.total)
            self._hand_out()
        self._waiter.watch_sink(sink.fileno(), for_room=self._offered is not None)

    def _bury(self, worker: Worker) -> None:
        """Put another worker in the place of a dead one, once."""
        self._waiter.remove(worker.connection)
        frame = worker.given[0] if worker.given else None
        exitcode = worker.kill()
        deaths = self._deaths[worker.index] = self._deaths.get(worker.index, 0) + 1
        if deaths > 1:
            raise WorkerDied(_obituary(exitcode, frame), exitcode, frame)
        _log.warning(
            "a render worker died (%s) while drawing %s; another one takes its place",
            _ending(exitcode),
            "nothing" if frame is None else f"frame {frame}",
        )
        for given in worker.given:
            self._window.give_back(given)
        self.tally.restarts += 1
        fresh = self._crew.replace(worker, close_first=self._sink.fds)
        self._waiter.add(fresh.connection)

    def _patience(self) -> float | None:
        """Seconds until the first worker that is not ready should have been."""
        starts = [worker.started for worker in self._crew.workers if not worker.ready]
        if not starts:
            return None
        return max(0.0, min(starts) + READY_TIMEOUT - time.monotonic())

    def _check_patience(self) -> None:
        for worker in self._crew.workers:
            if not worker.ready and time.monotonic() - worker.started >= READY_TIMEOUT:
                raise WorkerDied(
                    f"a render worker did not get ready within {READY_TIMEOUT:.0f} s. If this "
                    "program runs threads, a lock may have been held when it was forked: "
                    'try start_method="spawn", or workers=0',
                    None,
                    None,
                )


def _ending(exitcode: int | None) -> str:
    if exitcode is None:
        return "without an exit code"
    if exitcode < 0:
        return f"killed by signal {-exitcode}"
    return f"exit code {exitcode}"


def _obituary(exitcode: int | None, frame: int | None) -> str:
    where = "before its first frame" if frame is None else f"while drawing frame {frame}"
    advice = (
        "Signal 9 is most often the system's answer to memory running out: use fewer workers"
        if exitcode == -9
        else "A crash in compiled code shows with workers=0 and python -X faulthandler"
    )
    return f"a render worker died {where} ({_ending(exitcode)}), and so did its successor. {advice}"
