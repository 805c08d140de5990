"""Workers that say nothing for long: slow is not hung, so it is said who is waited for, no more.

A worker may be stopped (SIGSTOP, a debugger), wait for a network, or draw a frame for a minute:
nobody can tell whether it will go on, but the user, who is told what there is to know.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

from ..system.stacks import StackPipe, state_of, stopped_below
from .messages import CheckFrame, DrawFrame, LocateDifference, RecordBlock
from .pool import Worker

#: Seconds without a word from a worker that is to say something, and between two lines about it.
#: A frame that takes longer by itself is rare, and worth a line.
SILENT = 30.0
AGAIN = 60.0

_END = "It is waited for; Ctrl-C ends the movie"


class SilenceWatch:
    """Says which worker is waited for, when one has been silent for long.

    Parameters
    ----------
    say : callable
        Takes the line.
    clock : callable, default: time.monotonic
        Returns seconds.
    """

    def __init__(
        self, say: Callable[[str], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._clock = clock
        self._said: float | None = None

    def until_due(self, workers: Iterable[Worker]) -> float | None:
        """Return the seconds until there is something to say; None if nobody is waited for.

        While anybody says anything the movie goes on: one that replays a long animation up to its
        first frame has nothing to say for long.
        """
        workers = list(workers)
        if not any(worker.owes for worker in workers):
            return None
        due = max(worker.heard for worker in workers) + SILENT
        if self._said is not None:
            due = max(due, self._said + AGAIN)
        return max(0.0, due - self._clock())

    def look(self, workers: Iterable[Worker], stacks: StackPipe | None) -> None:
        """Say who has been silent for longest, if that is due."""
        workers = list(workers)
        if self.until_due(workers) != 0.0:
            return
        worker = min((one for one in workers if one.owes), key=lambda one: one.heard)
        seconds = self._clock() - worker.heard
        self._said = self._clock()
        self._say(described(worker, seconds, stacks))

    def look_at_encoder(self, frame: int, since: float, workers: Iterable[Worker]) -> float:
        """Say that the encoder takes nothing, if that is due; return the seconds until it is.

        Parameters
        ----------
        frame : int
            The frame that is on its way to it.
        since : float
            When it was given, by the clock.
        workers : iterable of Worker
            Whose children are none of its.
        """
        now = self._clock()
        due = since + SILENT if self._said is None else max(since + SILENT, self._said + AGAIN)
        if now < due:
            return due - now
        self._said = now
        ours = [worker.process.pid for worker in workers if worker.process.pid is not None]
        self._say(
            f"frame {frame} has been on its way to the encoder for {now - since:.0f} s"
            f"{_and_stopped(stopped_below(os.getpid(), ours))}. {_END}"
        )
        return AGAIN


def described(worker: Worker, seconds: float, stacks: StackPipe | None) -> str:
    """Say what a worker is to do, and what it is doing.

    Parameters
    ----------
    worker : Worker
        Which.
    seconds : float
        For how long it has been silent.
    stacks : StackPipe or None
        Through which it says where it is.
    """
    pid = worker.process.pid or 0
    said = (
        f"no word for {seconds:.0f} s from render worker {worker.index} (process {pid}), which "
        f"{_duty(worker)}"
    )
    state = state_of(pid)
    if state.startswith("stopped"):
        return f"{said}. It is {state}: kill -CONT {pid} lets it go on. {_END}"
    said += f". It is {state}" if state else ""
    said += _and_stopped(stopped_below(pid))
    stack = "" if stacks is None else stacks.ask(pid)
    return f"{said}. {_END}" + (f". It is here:\n{stack}" if stack else "")


def _duty(worker: Worker) -> str:
    if not worker.ready:
        return "is to get ready"
    order = worker.given[0] if worker.given else None
    if isinstance(order, DrawFrame):
        return f"is to draw frame {order.frame}"
    if isinstance(order, RecordBlock):
        frame = min(max(worker.reached, order.start), order.stop - 1)
        return f"is to record frame {frame} (block {order.block})"
    if isinstance(order, (CheckFrame, LocateDifference)):
        return f"is to draw frame {order.frame} once more, to compare it"
    return "is to look back at its work and leave"


def _and_stopped(pids: list[int]) -> str:
    if not pids:
        return ""
    numbers = " ".join(map(str, pids))
    return f", and what it has started is stopped: kill -CONT {numbers} lets it go on"
