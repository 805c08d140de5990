"""How many CPUs a movie keeps busy, while it is made."""

from __future__ import annotations

import contextlib
import os
import time

from .stacks import children_of, cpu_of

#: Seconds between two looks.  The kernel counts in hundredths, and a look takes 0.2 ms.
LOOK_EVERY = 0.2


class Load:
    """What this process and all that it has started use, from one look to the next.

    Linux tells; elsewhere nobody does.
    """

    def __init__(self) -> None:
        self._looked = time.monotonic()
        self._seconds = self._used()

    def look(self) -> float | None:
        """Return how many CPUs were busy since the last look.

        Returns
        -------
        float or None
            CPU seconds a second; None if nobody says, or if it is too soon to look again.
        """
        now = time.monotonic()
        if not self._seconds or now - self._looked < LOOK_EVERY:
            return None
        before, self._seconds = self._seconds, self._used()
        passed, self._looked = now - self._looked, now
        used = sum(seconds - before.get(pid, 0.0) for pid, seconds in self._seconds.items())
        return used / passed

    def _used(self) -> dict[int, float]:
        """Return the CPU seconds of each process; none where nobody says."""
        used: dict[int, float] = {}
        waiting = [os.getpid()]
        while waiting:  # workers may be a fork server's children
            pid = waiting.pop()
            waiting.extend(children_of(pid))
            with contextlib.suppress(OSError, ValueError, IndexError):
                used[pid] = cpu_of(pid)
        return used
