"""Engine 1: render workers, one ring, one ordered pipe, one encode.

The main process alone schedules.  It gives frames to workers as the `Window` allows, and puts
drawn frames into the sink in order; it draws nothing and copies nothing but slot to pipe.
Everything it waits for (messages, dead workers, room in the pipe, a dead encoder) wakes one
`Poller`; nothing is polled by the clock.
"""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Literal

from ..errors import FramepipeError, HistoryMismatch
from ..result import Report
from ..user_output import OutputInOrder
from .protocols import NO_FRAMES, FrameSource, Progress, Sink
from .scheduling.checks import AS_SAVED, SPARE_CPUS, Check, Difference, HistoryChecks, next_order
from .scheduling.scaling import Scaling, most_that_pay
from .scheduling.window import Window
from .system.fork_safety import release_private, start_sink
from .system.load import Load
from .system.memory import available_memory, can_be_taken, slots_that_fit, workers_that_fit
from .system.poller import Poller
from .system.resources import usable_cpus
from .system.ring import NoSharedMemory, Ring, choose_slots
from .workers.failures import replays_differ
from .workers.messages import (
    AnimationEnded,
    CheckFrame,
    DrawFrame,
    FrameChecked,
    FrameDrawn,
    LocateDifference,
    Order,
    digest_of,
)
from .workers.pool import AHEAD, WITNESS_PATIENCE, Worker, WorkerPool
from .workers.supervisor import Supervisor, ask_for_difference
from .workers.tasks import FrameTask

_log = logging.getLogger(__name__)

#: Most bytes of frames that are kept to be compared, so that it can be said where they differ.
PICTURES = 64 * 2**20

#: Workers for which there is room at first; for more of them it is made as they fill it.
FIRST_WORKERS = 2
#: Slots that are added at a time: four take the kernel 15 ms at 1280x720.
MORE_SLOTS = 4


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
    adaptive : bool, default: False
        Whether so many are but the most that there may be, of which those are started that pay;
        see `Scaling`.
    independent : bool, default: False
        Whether a worker runs but the updates of frames that it draws.
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    output : OutputInOrder, optional
        Takes what the user's code prints and warns.
    progress : callable, optional
        See `run_inline`.
    checks : {"some", "every"} or None, default: None
        Which frames are drawn by two workers of different histories, and compared.
    hold_back : bool, default: False
        Whether what has gone into the sink cannot be taken back: then nothing goes before the
        first checks are through, and the sink is started only then.
    expected : mapping of int to bytes, optional
        What some frames looked like in another run; see `as_expected`.

    Attributes
    ----------
    report : Report
        What was done.
    as_expected : bool
        Whether all frames looked as they were expected to.
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
        adaptive: bool = False,
        independent: bool = False,
        progress: Progress | None = None,
        output: OutputInOrder | None = None,
        checks: Literal["some", "every"] | None = None,
        hold_back: bool = False,
        expected: Mapping[int, bytes] | None = None,
    ) -> None:
        self._make_source = make_source
        self._frame_bytes = frame_bytes
        self._sink = sink
        if adaptive:
            workers = most_that_pay(total, workers)
            workers = workers_that_fit(workers, frame_bytes, available_memory())
        self._cpus = usable_cpus()
        self._scaling = Scaling(
            workers,
            cores=self._cpus,
            frame_bytes=frame_bytes,
            independent=independent,
            fixed=not adaptive or workers == 1,
            as_saved=AS_SAVED if checks == "some" else 0,
        )
        self._method = start_method
        self._progress = progress
        wanted = choose_slots(frame_bytes, workers)
        if total is not None:
            wanted = max(2, min(wanted, total))
        slots = slots_that_fit(wanted, frame_bytes, workers, available_memory())
        self._window = Window(slots, total, min(slots, choose_slots(frame_bytes, FIRST_WORKERS)))
        self._most_slots = slots  # fewer once the system has refused more
        self._output = output or OutputInOrder()
        self._poller = Poller()
        self._offered: int | None = None
        self._offered_at = self._offered_since = 0.0  # by the two clocks
        checked = workers if checks else 0
        self._checks = HistoryChecks(
            checked,
            slots=self._window.limit,
            total=total,
            every=checks == "every",
            waits=self._scaling.waits,
        )
        # Where every frame is checked, none is written before: then it is still there to look at.
        self._holds = hold_back or checks == "every"
        self._late_start = hold_back
        self._expected = dict(expected or {})
        self.as_expected = True
        self._pictures: dict[int, bytes] = {}  # of frames that are being checked
        self._held: tuple[int, ...] = ()
        self._started = False
        self._written_all: float | None = None
        self._ended = False  # the sink has been told that no frame follows
        self.report = Report()
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
        HistoryMismatch
            If two workers drew a frame differently.
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
                self._ring = Ring(self._window.slots, self._frame_bytes, self._window.limit)
            except OSError as error:
                raise NoSharedMemory(*error.args) from error
            stack.callback(self._ring.close)
            # Workers first: a process forked later would inherit the encoder's standard input,
            # and hold it open.
            make_task = partial(FrameTask, self._make_source, self._frame_bytes)
            count = self._scaling.started
            if self._checks.undecided:
                count = max(count, self._checks.witness + 1)
            self._pool = WorkerPool(count, self._ring, make_task, self._method)
            stack.callback(self._pool.kill)
            self._supervisor.watch(self._pool)
            stack.callback(self._sink.abort)  # before the ring, of which it may hold a frame
            stack.callback(lambda: release_private(self._held))
            if not self._late_start:
                self._start_sink()
            self._load = Load()
            self._loop()
            if self.report.frames == 0:
                raise FramepipeError(NO_FRAMES)
            begin = time.perf_counter()
            self._pool.stop()
            release_private(self._held)
            self.report.encoder_cpu = self._sink.finish()
            self.report.add_encoding(begin, time.perf_counter())
        self.report.slots = self._ring.allocated
        self.report.memory = self._ring.allocated * self._frame_bytes
        self.report.against_save = self._checks.against_save
        self.report.against_worker = self._checks.against_worker
        self._tell_use()
        return self.report

    def _start_sink(self) -> None:
        self._held = start_sink(self._sink)
        self._started = True
        self._poller.watch_sink(self._sink.fileno(), for_room=False)

    def _loop(self) -> None:
        # Where the length was not known, all workers must have come to the same end.
        # And all that drew must have found their work right, when they looked back at it.
        while (
            not self._window.finished
            or any(
                worker.given or (worker.last >= 0 and not worker.done)
                for worker in self._pool.workers
            )
            or self._time_for_witness() > 0
        ):
            self._give_orders()
            readable, sink = self._poller.wait(self._patience())
            for connection in readable:
                self._receive(self._supervisor.worker_at(connection))
            if sink and self._offered is None:
                self._sink.check()  # nothing is on its way: it can only be dead
            if not self._ended:
                self._feed()
            self._supervisor.look_at_silent()
            if not readable and not sink:
                self._supervisor.check_all_get_ready()

    def _patience(self) -> float | None:
        """Return the seconds after which something must be looked at, though nothing happened."""
        waits = [self._supervisor.patience()]
        if self._offered is not None:
            waits.append(self._supervisor.look_at_encoder(self._offered, self._offered_since))
        if self._window.finished and self._time_for_witness() > 0:
            waits.append(self._time_for_witness())
        return min((wait for wait in waits if wait is not None), default=None)

    def _time_for_witness(self) -> float:
        """Return the seconds that a movie which is finished waits for a witness that is late."""
        if not self._checks.undecided or not self._window.finished:
            return 0.0
        witness = self._pool.workers[self._checks.witness]
        if witness.given or witness.leaving or witness.last >= 0:
            return 0.0  # it has its orders, or had them
        if self._written_all is None:
            self._written_all = time.monotonic()
        return self._written_all + WITNESS_PATIENCE - time.monotonic()

    def _give_orders(self) -> None:
        """Give frames to workers, one each in turn, while the window allows."""
        workers = [w for w in self._pool.workers if w.ready and not w.leaving]
        for ahead in range(AHEAD):
            for worker in workers:
                if len(worker.given) > ahead:
                    continue
                self._give_order(worker)
        for worker in workers:
            if worker.given or (self._window.exhausted and self._give_order(worker)):
                continue
            if self._window.exhausted or self._is_through(worker):
                # Who draws the last frame looks back at it; another's that is the same is as good.
                worker.leave(looks_back=worker.index != self._checks.checks_the_last)

    def _is_through(self, worker: Worker) -> bool:
        """Tell whether there will never be anything to do for a worker."""
        if self._checks.is_through(worker.index, worker.last):
            return True
        return self._scaling.dismisses(worker.index) and self._checks.may_draw(worker.index)

    def _scale(self) -> None:
        """Have as many workers as pay."""
        window, scaling = self._window, self._scaling
        left = None if window.total is None else window.total - window.fresh
        busy = self._load.look()
        if busy is not None:
            idle = self._cpus - busy >= SPARE_CPUS
            self._checks.cpu_is_idle = scaling.cpu_is_idle = idle
        scaling.decide(window.fresh, left)
        if scaling.updates_dominate:
            self._checks.shorten()
        elif not scaling.waits:
            self._checks.go_on()
        while len(self._pool.workers) < scaling.started:
            try:
                self._supervisor.watch_also(self._pool.add())
            except OSError as error:
                _log.warning("no more render workers can be started: %s", str(error))
                scaling.refused(len(self._pool.workers))

    def _make_room(self) -> None:
        """Let more frames be drawn ahead, where there are workers that do and all room is taken."""
        window = self._window
        most = choose_slots(self._frame_bytes, max(self._scaling.drawing, FIRST_WORKERS))
        most = min(most, window.slots, self._most_slots)
        if window.limit > most:
            window.allow(most)
        while window.full and window.limit < most:
            more = min(window.limit + MORE_SLOTS, most)
            try:
                self._have_memory(more)
            except OSError as error:
                _log.info("no memory for more than %d frames: %s", window.limit, str(error))
                self._most_slots = window.limit
                return
            window.allow(more)

    def _have_memory(self, slots: int) -> None:
        """Have memory for so many frames.

        Raises
        ------
        OSError
            If it cannot be had, or only to the harm of others: what was free when the movie began
            may have been taken meanwhile.
        """
        count = (slots - self._ring.allocated) * self._frame_bytes
        if count > 0:
            if not can_be_taken(count, available_memory()):
                raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
            self._ring.allocate(slots)

    def _give_order(self, worker: Worker) -> bool:
        """Give a worker its next order; tell whether there was one."""
        draws = self._scaling.draws(worker.index)
        if draws:
            self._make_room()
        order = next_order(self._window, self._checks, worker.index, worker.last, draws=draws)
        if order is None:
            return False
        if isinstance(order, Check):
            worker.give(CheckFrame(order), order.frame)
        else:
            worker.give(DrawFrame(order, self._window.slot(order)), order)
        return True

    def _receive(self, worker: Worker) -> None:
        """See to one message."""
        was_ready = worker.ready
        message = self._supervisor.receive(worker, self._give_back)
        if self._pool.workers[worker.index] is not worker:
            self._checks.lost(worker.index)
            self._scaling.lost(worker.index)
        if worker.ready and not was_ready:
            self._scaling.ready(time.monotonic() - worker.started)
        if isinstance(message, FrameDrawn):
            worker.given.popleft()
            self._check_end(message.frame)
            self._window.drawn(message.frame)
            self._output.arrived(message.frame, message.output)
            self.report.add(message.stats, message.waited, worker.index)
            self._scaling.drew(worker.index, message.frame, message.stats)
            self._scale()
            self._look_at(message.frame)
        elif isinstance(message, FrameChecked):
            order = worker.given.popleft()
            self._check_end(message.frame)
            # What it took; the frame itself is counted where it was drawn.
            self.report.add_check(message.stats, message.waited, worker.index)
            self._scaling.passed(worker.index, message.frame)
            if isinstance(order, CheckFrame):
                self._settle(self._checks.checked(worker.index, order.check, message.digest))
        elif isinstance(message, AnimationEnded):
            worker.given.popleft()
            self._end(message)

    def _give_back(self, order: Order) -> None:
        """Let another worker carry out an order whose worker is dead."""
        if isinstance(order, DrawFrame):
            self._window.give_back(order.frame)

    def _look_at(self, frame: int) -> None:
        """Note what a frame looks like, if that must be known, while it is in its slot."""
        expected = self._expected.get(frame)
        if expected is None and not self._checks.wanted(frame):
            return
        pixels = self._ring.slot(self._window.slot(frame))
        digest = digest_of(pixels)
        if expected is not None:
            self.as_expected = self.as_expected and digest == expected
            return
        self._pictures = {
            one: picture for one, picture in self._pictures.items() if self._checks.wanted(one)
        }
        if len(self._pictures) * self._frame_bytes < PICTURES:
            self._pictures[frame] = bytes(pixels)
        self._settle(self._checks.drawn(frame, digest))

    def _settle(self, difference: Difference | None) -> None:
        """Say where two drawings of a frame differ.

        Raises
        ------
        HistoryMismatch
            If they do.
        """
        if difference is None:
            return
        frame, bbox, artist = difference.frame, None, ""
        picture = self._pictures.get(frame)
        checker = self._pool.workers[difference.checker]
        if picture is not None and not checker.leaving:
            located = ask_for_difference(checker, LocateDifference(frame, picture), frame)
            if located is not None:
                bbox, artist = located.bbox, located.artist
        raise HistoryMismatch(
            frame,
            bbox,
            artist,
            as_saved=difference.as_saved,
            truth=self._checks.truth,
            written=self._window.written if self._started else 0,
        )

    def _tell_use(self) -> None:
        """Report how many workers there were, and what would do with fewer updates."""
        use = self.report.workers = self._scaling.use(self.report.frames)
        for choice in use.choices:
            _log.info("%s", choice)
        if use.independent_gain > 0:
            _log.info(
                "updates take %.0f %% of the time between two frames, since every worker runs all "
                "of them; if a frame needs no earlier frame's update, independent=True may spare "
                "%.1f s",
                100 * use.update_share,
                use.independent_gain,
            )

    def _end(self, message: AnimationEnded) -> None:
        try:
            self._window.end(message.total)
            self._checks.ended(message.total)
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
                if frame is None or (self._holds and not self._checks.may_write(frame)):
                    break
                if not self._started:
                    self._start_sink()
                slot = window.slot(frame)
                ring = self._ring
                sink.offer(ring.slot(slot), ring.descriptor, ring.offset(slot))
                self._offered, self._offered_at = frame, time.perf_counter()
                self._offered_since = time.monotonic()
            if not sink.pump():
                break
            now = time.perf_counter()
            took = now - self._offered_at
            self.report.add_encoding(self._offered_at, now)
            frame, self._offered = self._offered, None
            window.wrote(frame)
            self._scaling.wrote(took, in_time=window.ready() is not None)
            self.report.frames += 1
            if self._progress is not None:
                self._progress(frame, window.total)
            self._give_orders()
        if window.finished and self.report.frames:
            # It has frames in hand yet, and can go on while workers look back at their work.
            self._poller.forget_sink()
            sink.end()
            self._ended = True
        elif self._started:
            self._poller.watch_sink(sink.fileno(), for_room=self._offered is not None)
