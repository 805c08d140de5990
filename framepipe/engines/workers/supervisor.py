"""Watch over render processes: hear them, wait no longer than is sensible, replace the dead.

Common to the engines that have processes of their own; what orders are given, and what becomes of
the answers, is theirs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Literal

from ...errors import WorkerDied
from ...result import Report
from ..system.poller import Poller
from .failures import Failed
from .messages import (
    Answer,
    CheckFrame,
    DifferenceLocated,
    Done,
    DrawFrame,
    FrameEncoded,
    LocateDifference,
    Order,
    Ready,
    RecordBlock,
)
from .pool import Worker, WorkerPool
from .silence import SilenceWatch
from .stalls import LOOK_EVERY, StallWatch

_log = logging.getLogger(__name__)

#: Seconds a worker may take to say that it is ready.  A fork is ready at once; a spawned process
#: imports matplotlib and the user's modules, which on a loaded network disk has been seen to take
#: most of a minute.  Longer means a lock that was held when we forked, and it will never come.
READY_TIMEOUT = 90.0

#: Seconds that are waited for an answer without which a message says less.
ANSWER_TIMEOUT = 10.0


class Supervisor:
    """What an engine with render processes knows of them.

    Parameters
    ----------
    poller : Poller
        Wakes up when one of them has something to say, or is dead.
    report : Report
        Where restarts are counted.
    unit : {"frame", "block"}
        What they are given.
    """

    def __init__(self, poller: Poller, report: Report, unit: Literal["frame", "block"]) -> None:
        self._poller = poller
        self._report = report
        self._unit = unit
        self._deaths: dict[int, int] = {}  # by worker index
        self._ready_timeout = READY_TIMEOUT
        self._stalls = StallWatch()
        self._silence = SilenceWatch(_log.warning)
        self.pool: WorkerPool | None = None

    def watch(self, pool: WorkerPool) -> None:
        """Begin."""
        self.pool = pool
        for worker in pool.workers:
            self._poller.add(worker.connection)

    def watch_also(self, worker: Worker) -> None:
        """Watch over a worker that was started later."""
        self._poller.add(worker.connection)

    @property
    def workers(self) -> list[Worker]:
        """All workers."""
        return [] if self.pool is None else self.pool.workers

    def worker_at(self, connection: Connection) -> Worker:
        """Return the worker at the other end of a connection."""
        return next(worker for worker in self.workers if worker.connection is connection)

    def receive(self, worker: Worker, give_back: Callable[[Order], None]) -> Answer | None:
        """Read one message; end-of-file means that the worker is dead.

        Parameters
        ----------
        worker : Worker
            Whose connection is readable.
        give_back : callable
            Called with each order that a dead worker has not answered.

        Returns
        -------
        Answer or None
            What the engine must see to.

        Raises
        ------
        FramepipeError
            What the worker has met with.
        WorkerDied
            If it is dead, and was a replacement.
        """
        message: Answer | None = None
        worker.heard = time.monotonic()
        if worker.process.pid is not None:
            self._stalls.heard(worker.process.pid)
        with suppress(EOFError, OSError):
            message = worker.connection.recv()
        if message is None:
            self._replace_dead(worker, give_back)
        elif isinstance(message, Ready):
            worker.ready = True
            now, took = time.perf_counter(), time.monotonic() - worker.started
            self._report.timeline.add(worker.index, now - took, now, start=took)
        elif isinstance(message, Done):
            worker.done = True
            self._poller.remove(worker.connection)
        elif isinstance(message, Failed):
            raise message.error()
        else:
            if isinstance(message, FrameEncoded):
                worker.reached = message.frame + 1
            return message
        return None

    def _replace_dead(self, worker: Worker, give_back: Callable[[Order], None]) -> None:
        """Put another worker in the place of a dead one, once."""
        self._poller.remove(worker.connection)
        number = _number(worker.given[0]) if worker.given else None
        doing = "nothing" if number is None else f"{self._unit} {number}"
        exitcode = worker.kill()
        if worker.leaving:
            _log.warning("a render worker died (%s) when its work was done", _ending(exitcode))
            worker.done = True  # it is not missed
            return
        deaths = self._deaths[worker.index] = self._deaths.get(worker.index, 0) + 1
        if deaths > 1:
            raise WorkerDied(
                _twice_dead(exitcode, None if number is None else doing, ready=worker.ready),
                exitcode,
                number if self._unit == "frame" else None,
            )
        _log.warning(
            "a render worker died (%s) while drawing %s; another one takes its place",
            _ending(exitcode),
            doing,
        )
        for order in worker.given:
            give_back(order)
        self._report.restarts += 1
        if self.pool is None:
            raise RuntimeError("watch() comes first")
        fresh = self.pool.replace(worker)
        self._poller.add(fresh.connection)

    def patience(self) -> float | None:
        """Return the seconds after which to look at workers, though nothing happened.

        Until the first one that is not ready should have been; while forked ones have orders,
        until it is time to see whether they do anything; and until there is something to say
        about one that is silent.  None if nothing is waited for.
        """
        waits = [self.until_silent()]
        if self._busy_forks():
            waits.append(LOOK_EVERY)
        if starts := [worker.started for worker in self.workers if not worker.ready]:
            waits.append(max(0.0, min(starts) + self._ready_timeout - time.monotonic()))
        return min((wait for wait in waits if wait is not None), default=None)

    def until_silent(self) -> float | None:
        """Return the seconds until there is something to say about one that is silent."""
        return self._silence.until_due(self.workers)

    def look_at_silent(self) -> None:
        """Say which worker is waited for, if one has been silent for long.

        To be called whether something has happened or not: the others may have much to say.
        """
        self._silence.look(self.workers, None if self.pool is None else self.pool.stacks)

    def look_at_encoder(self, frame: int, since: float) -> float:
        """Say that the encoder does not take a frame, if it has not for long.

        Parameters
        ----------
        frame : int
            Which.
        since : float
            When it was given, by the monotonic clock.

        Returns
        -------
        float
            Seconds until there may be something to say.
        """
        return self._silence.look_at_encoder(frame, since, self.workers)

    def _busy_forks(self) -> list[int]:
        """Return the process ids of forked workers that should be doing something."""
        if self.pool is None or not self.pool.forks:
            return []
        return [
            worker.process.pid
            for worker in self.workers
            if (worker.given or not worker.ready) and worker.process.pid is not None
        ]

    def check_all_get_ready(self) -> None:
        """Raise if a worker has taken too long to get ready, or has stalled.

        Raises
        ------
        WorkerDied
            If one is not ready, and will not be.
        WorkerStalled
            If a forked one has orders and does nothing.
        """
        self._stalls.check(self._busy_forks())
        for worker in self.workers:
            if not worker.ready and time.monotonic() - worker.started >= self._ready_timeout:
                raise WorkerDied(
                    f"a render worker did not get ready within {self._ready_timeout:.0f} s. If "
                    "this program runs threads, a lock may have been held when it was forked: "
                    'try start_method="spawn", or workers=0',
                    None,
                    None,
                )


def ask_for_difference(
    worker: Worker, order: LocateDifference, number: int
) -> DifferenceLocated | None:
    """Ask a worker where two drawings differ, and wait for the answer.

    For the end of a run: what else it says, and what others say, is not heard.

    Returns
    -------
    DifferenceLocated or None
        None if it does not answer.
    """
    deadline = time.monotonic() + ANSWER_TIMEOUT
    with suppress(EOFError, OSError):
        worker.give(order, number)
        while worker.connection.poll(max(0.0, deadline - time.monotonic())):
            message = worker.connection.recv()
            if isinstance(message, DifferenceLocated):
                return message
            if isinstance(message, Failed):
                break
    return None


def _number(order: Order) -> int | None:
    """Return the frame, or the block, that an order is about."""
    if isinstance(order, RecordBlock):
        return order.block
    return order.frame if isinstance(order, (DrawFrame, CheckFrame)) else None


def _ending(exitcode: int | None) -> str:
    if exitcode is None:
        return "without an exit code"
    if exitcode < 0:
        return f"killed by signal {-exitcode}"
    return f"exit code {exitcode}"


def _twice_dead(exitcode: int | None, doing: str | None, *, ready: bool) -> str:
    """Say how a worker died whose predecessor had died, too."""
    where = "between two frames" if doing is None else f"while drawing {doing}"
    advice = "A crash in compiled code shows with workers=0 and python -X faulthandler"
    if exitcode == -9:
        advice = (
            "Signal 9 is most often the system's answer to memory running out: use fewer workers"
        )
    elif not ready:
        where = "while it was starting"
        advice = "What it printed to standard error says why; workers=0 needs no other process"
    return f"a render worker died {where} ({_ending(exitcode)}), and so did its successor. {advice}"
