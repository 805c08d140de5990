"""Watch over render processes: hear them, wait no longer than is sensible, replace the dead.

Common to the engines that have processes of their own; what work is handed out, and what becomes
of it, is theirs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...errors import FrameError, WorkerDied
from ..protocols import Tally
from ..system.poller import Poller
from .messages import Done, Failed, Ready
from .pool import READY_TIMEOUT, Worker, WorkerPool

_log = logging.getLogger(__name__)


class Supervisor:
    """What an engine with render processes knows of them.

    Parameters
    ----------
    waiter : Poller
        Wakes up when one of them has something to say, or is dead.
    tally : Tally
        Where restarts are counted.
    unit : str
        What they are given: "frame" or "block".
    """

    def __init__(self, waiter: Poller, tally: Tally, unit: str) -> None:
        self._waiter = waiter
        self._tally = tally
        self._unit = unit
        self._deaths: dict[int, int] = {}  # by worker index
        self.pool: WorkerPool | None = None

    def watch(self, pool: WorkerPool) -> None:
        """Begin."""
        self.pool = pool
        for worker in pool.workers:
            self._waiter.add(worker.connection)

    @property
    def workers(self) -> list[Worker]:
        """All workers."""
        return [] if self.pool is None else self.pool.workers

    def by(self, connection: Any) -> Worker:
        """Return the worker at the other end of a connection."""
        return next(worker for worker in self.workers if worker.connection is connection)

    def hear(self, worker: Worker, give_back: Callable[[int], None]) -> Any | None:
        """Read one message; end-of-file means that the worker is dead.

        Parameters
        ----------
        worker : Worker
            Whose connection is readable.
        give_back : callable
            Called with the number of each frame or block that a dead worker had been given.

        Returns
        -------
        message or None
            What the engine must see to.

        Raises
        ------
        FramepipeError
            What the worker has met with.
        WorkerDied
            If it is dead, and was a replacement.
        """
        message = None
        with suppress(EOFError, OSError):
            message = worker.connection.recv()
        if message is None:
            self._bury(worker, give_back)
        elif isinstance(message, Ready):
            worker.ready = True
        elif isinstance(message, Done):
            worker.done = True
            self._waiter.remove(worker.connection)
        elif isinstance(message, Failed):
            raise message.error()
        else:
            return message
        return None

    def _bury(self, worker: Worker, give_back: Callable[[int], None]) -> None:
        """Put another worker in the place of a dead one, once."""
        self._waiter.remove(worker.connection)
        number = worker.given[0] if worker.given else None
        at = "nothing" if number is None else f"{self._unit} {number}"
        exitcode = worker.kill()
        if worker.leaving:
            _log.warning("a render worker died (%s) when its work was done", _ending(exitcode))
            worker.done = True  # it is not missed
            return
        deaths = self._deaths[worker.index] = self._deaths.get(worker.index, 0) + 1
        if deaths > 1:
            obituary = _obituary(exitcode, at, ready=worker.ready)
            raise WorkerDied(obituary, exitcode, number if self._unit == "frame" else None)
        _log.warning(
            "a render worker died (%s) while drawing %s; another one takes its place",
            _ending(exitcode),
            at,
        )
        for given in worker.given:
            give_back(given)
        self._tally.restarts += 1
        if self.pool is None:
            raise RuntimeError("watch() comes first")
        fresh = self.pool.replace(worker)
        self._waiter.add(fresh.connection)

    def patience(self) -> float | None:
        """Seconds until the first worker that is not ready should have been."""
        starts = [worker.started for worker in self.workers if not worker.ready]
        if not starts:
            return None
        return max(0.0, min(starts) + READY_TIMEOUT - time.monotonic())

    def check_patience(self) -> None:
        """Raise if a worker has taken too long to get ready."""
        for worker in self.workers:
            if not worker.ready and time.monotonic() - worker.started >= READY_TIMEOUT:
                raise WorkerDied(
                    f"a render worker did not get ready within {READY_TIMEOUT:.0f} s. If this "
                    "program runs threads, a lock may have been held when it was forked: "
                    'try start_method="spawn", or workers=0',
                    None,
                    None,
                )


def diverged(how: str, frame: int) -> FrameError:
    """Make the error to raise when two replays of the animation did not agree."""
    return FrameError(
        f"{how}: the animation does not run twice in the same way. Does it read a clock, the "
        "network or a shared file? Then use workers=0",
        frame,
    )


def _ending(exitcode: int | None) -> str:
    if exitcode is None:
        return "without an exit code"
    if exitcode < 0:
        return f"killed by signal {-exitcode}"
    return f"exit code {exitcode}"


def _obituary(exitcode: int | None, at: str, *, ready: bool) -> str:
    where = "between two frames" if at == "nothing" else f"while drawing {at}"
    advice = "A crash in compiled code shows with workers=0 and python -X faulthandler"
    if exitcode == -9:
        advice = (
            "Signal 9 is most often the system's answer to memory running out: use fewer workers"
        )
    elif not ready:
        where = "while it was starting"
        advice = "What it printed to standard error says why; workers=0 needs no other process"
    return f"a render worker died {where} ({_ending(exitcode)}), and so did its successor. {advice}"
