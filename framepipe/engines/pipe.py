"""Engine 1: render workers, one ring, one ordered pipe, one encode.

The main process alone schedules.  It gives frames to workers as the `Window` allows, and puts
drawn frames into the sink in order; it draws nothing and copies nothing but slot to pipe.
Everything it waits for (messages, dead workers, room in the pipe, a dead encoder) wakes one
`Poller`; nothing is polled by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from ..errors import FramepipeError
from ..result import Report
from ..user_output import OutputInOrder
from .protocols import NO_FRAMES, FrameSource, Progress, Sink
from .scheduling.window import Window
from .system.fork_safety import release_private, start_sink
from .system.memory import available_memory, slots_that_fit
from .system.poller import Poller
from .system.ring import NoSharedMemory, Ring, choose_slots
from .workers.failures import replays_differ
from .workers.messages import AnimationEnded, DrawFrame, FrameDrawn, Order
from .workers.pool import AHEAD, Worker, WorkerPool
from .workers.supervisor import Supervisor
from .workers.tasks import FrameTask


class PipeRun:
    """One movie through render workers.

    Parameters
    ----------
    make_source : callable
        Returns what draws, in a worker; picklable unless `start_method` is "fork".
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
    output : OutputInOrder, optional
        Takes what the user's code prints and warns.
    progress : callable, optional
        See `run_inline`.
    """

    def __init__(
        self,
        make_source: Callable[[], FrameSource],
        frame_bytes: int,
        total: int | None,
        sink: Sink,
        *,
        workers: int,
        start_method: str,
        progress: Progress | None = None,
        output: OutputInOrder | None = None,
    ) -> None:
        self._make_source = make_source
        self._frame_bytes = frame_bytes
        self._sink = sink
        self._count = workers
        self._method = start_method
        self._progress = progress
        wanted = choose_slots(frame_bytes, workers)
        slots = slots_that_fit(wanted, frame_bytes, workers, available_memory())
        self._window = Window(slots, total)
        self._output = output or OutputInOrder()
        self._poller = Poller()
        self._offered: int | None = None
        self._offered_at = 0.0
        self._ended = False  # the sink has been told that no frame follows
        self.report = Report(slots=slots, memory=slots * frame_bytes)
        self._supervisor = Supervisor(self._poller, self.report, "frame")

    def run(self) -> Report:
        """Make the movie.

        Returns
        -------
        Report
            What was done.

        Raises
        ------
        FrameError
            If the user's code, or drawing, raised.
        WorkerDied
            If a worker died, and so did the one that took its place.
        NoSharedMemory
            If memory cannot be had.
        OSError
            If processes cannot be had.
        Exception
            What the sink raises.
        """
        with ExitStack() as stack:
            try:
                self._ring = Ring(self._window.slots, self._frame_bytes)
            except OSError as error:
                raise NoSharedMemory(*error.args) from error
            stack.callback(self._ring.close)
            # Workers first: a process forked later would inherit the encoder's standard input,
            # and hold it open.
            make_task = partial(FrameTask, self._make_source)
            self._pool = WorkerPool(self._count, self._ring, make_task, self._method)
            stack.callback(self._pool.kill)
            self._supervisor.watch(self._pool)
            stack.callback(self._sink.abort)  # before the ring, of which it may hold a frame
            held = start_sink(self._sink)
            stack.callback(release_private, held)
            self._poller.watch_sink(self._sink.fileno(), for_room=False)
            self._loop()
            if self.report.frames == 0:
                raise FramepipeError(NO_FRAMES)
            begin = time.perf_counter()
            self._pool.stop()
            release_private(held)
            self.report.encoder_cpu = self._sink.finish()
            self.report.encode += time.perf_counter() - begin
        return self.report

    def _loop(self) -> None:
        # Where the length was not known, all workers must have come to the same end.
        # And all that drew must have found their work right, when they looked back at it.
        while not self._window.finished or any(
            worker.given or (worker.last >= 0 and not worker.done) for worker in self._pool.workers
        ):
            self._give_orders()
            readable, sink = self._poller.wait(self._supervisor.time_to_get_ready())
            for connection in readable:
                self._receive(self._supervisor.worker_at(connection))
            if sink and self._offered is None:
                self._sink.check()  # nothing is on its way: it can only be dead
            if not self._ended:
                self._feed()
            if not readable and not sink:
                self._supervisor.check_all_get_ready()

    def _give_orders(self) -> None:
        """Give frames to workers, one each in turn, while the window allows."""
        workers = [w for w in self._pool.workers if w.ready and not w.leaving]
        for ahead in range(AHEAD):
            for worker in workers:
                if len(worker.given) > ahead:
                    continue
                frame = self._window.claim(after=worker.last)
                if frame is not None:
                    worker.give(DrawFrame(frame, self._window.slot(frame)), frame)
        if self._window.exhausted:
            for worker in workers:
                if not worker.given:
                    worker.leave()

    def _receive(self, worker: Worker) -> None:
        """See to one message."""
        message = self._supervisor.receive(worker, self._give_back)
        if isinstance(message, FrameDrawn):
            worker.given.popleft()
            self._check_end(message.frame)
            self._window.drawn(message.frame)
            self._output.arrived(message.frame, message.output)
            self.report.add(message.stats, message.waited)
        elif isinstance(message, AnimationEnded):
            worker.given.popleft()
            self._end(message)

    def _give_back(self, order: Order) -> None:
        """Let another worker carry out an order whose worker is dead."""
        if isinstance(order, DrawFrame):
            self._window.give_back(order.frame)

    def _end(self, message: AnimationEnded) -> None:
        try:
            self._window.end(message.total)
        except RuntimeError as error:
            raise replays_differ(str(error), message.total) from None

    def _check_end(self, frame: int) -> None:
        """Refuse a frame that by another worker's word does not exist."""
        total = self._window.total
        if total is not None and frame >= total:
            raise replays_differ(
                f"one replay of the animation ended after {total} frames, another one drew "
                f"frame {frame}",
                total,
            )

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
            self.report.encode += time.perf_counter() - self._offered_at
            frame, self._offered = self._offered, None
            window.wrote(frame)
            self.report.frames += 1
            if self._progress is not None:
                self._progress(frame, window.total)
            self._give_orders()
        if window.finished and self.report.frames:
            # It has frames in hand yet, and can go on while workers look back at their work.
            self._poller.forget_sink()
            sink.end()
            self._ended = True
        else:
            self._poller.watch_sink(sink.fileno(), for_room=self._offered is not None)
