"""Workers that wait for what can never come.

A fork has none of its parent's threads and none of its child processes: an update that takes its
data from a queue which a thread fills, from a pool, or that needs a lock which a thread held, waits
for ever.  What of that Python can tell is found before (`framepipe.drawing.functions.sharing`); the
rest shows only as a worker that has orders, says nothing, uses no CPU and sleeps.

An update that really sleeps, or waits for the network, looks just the same.  Nothing is lost when
it is taken for one: its movie is made in the main process, and right.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds without a sign of life, and between two looks.
STALLED = 10.0
LOOK_EVERY = 1.0


class WorkerStalled(Exception):
    """A worker waits for what can never come.

    Parameters
    ----------
    seconds : float
        For how long.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"a render worker has waited for {self.seconds:.0f} s without doing anything"


@dataclass(frozen=True, slots=True)
class Activity:
    """What the system says of a process and of what it has started.

    Parameters
    ----------
    ticks : int
        CPU time used, in the system's own unit.
    asleep : bool
        Whether all of them wait for an event (not for a disk, a CPU or a debugger).
    """

    ticks: int
    asleep: bool


def activity_of(pid: int) -> Activity | None:
    """Look at a process and its children; None where that cannot be done (or it has gone)."""
    ticks, asleep = 0, True
    waiting = [pid]
    with contextlib.suppress(OSError, ValueError, IndexError):
        while waiting:
            one = waiting.pop()
            with open(f"/proc/{one}/stat", encoding="utf-8", errors="replace") as file:
                # The name, in parentheses, may hold anything; see proc(5).
                fields = file.read().rpartition(")")[2].split()
            asleep = asleep and fields[0] == "S"
            ticks += int(fields[11]) + int(fields[12])
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children") as file:
                    waiting.extend(map(int, file.read().split()))
        return Activity(ticks, asleep)
    return None


class StallWatch:
    """Remembers when each of some processes was last seen to do something.

    Parameters
    ----------
    look : callable, default: activity_of
        Says what a process, by its id, has done.
    clock : callable, default: time.monotonic
        Returns seconds.
    """

    def __init__(
        self,
        look: Callable[[int], Activity | None] = activity_of,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._clock = clock
        self._seen: dict[int, tuple[int, float]] = {}  # CPU time, and since when it has stood still
        self._next = 0.0

    def heard(self, pid: int) -> None:
        """Note a sign of life."""
        self._seen.pop(pid, None)

    def check(self, pids: list[int]) -> None:
        """Look at processes that have something to do.

        Parameters
        ----------
        pids : list of int
            Their ids; what is known of others is forgotten.

        Raises
        ------
        WorkerStalled
            If one of them has shown no sign of life for `STALLED` seconds.
        """
        now = self._clock()
        self._seen = {pid: seen for pid, seen in self._seen.items() if pid in pids}
        if now < self._next:
            return
        self._next = now + LOOK_EVERY
        for pid in pids:
            activity = self._look(pid)
            if activity is None:
                continue
            ticks, since = self._seen.get(pid, (-1, now))
            if activity.ticks != ticks or not activity.asleep:
                self._seen[pid] = (activity.ticks, now)
            elif now - since >= STALLED:
                raise WorkerStalled(now - since)
