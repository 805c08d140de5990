"""What is measured around one call: time, CPU and bytes moved, of a process and its children."""

from __future__ import annotations

import gc
import resource
import time
from pathlib import Path
from typing import Any, Self


def cpu_seconds() -> float:
    """Return the CPU seconds used by this process and by its children that are over."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def bytes_moved() -> int | None:
    """Return the bytes that this process, and its children that are over, have read and written.

    All that went through ``read`` and ``write``: pipes, files, sockets, as Linux counts it
    (``/proc/PID/io``, which takes in children that were waited for); None elsewhere.
    """
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return None
    counts = dict(line.split(": ") for line in lines)
    return int(counts["rchar"]) + int(counts["wchar"])


class Clock:
    """Measures what happens between entering and leaving it.

    Attributes
    ----------
    wall, cpu : float
        Seconds.  CPU time is that of the whole process tree, as long as every process in it was
        waited for.
    moved : int or None
        Bytes read and written, likewise.
    """

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0
        self.moved: int | None = None

    def __enter__(self) -> Self:
        gc.collect()
        self._cpu, self._moved = cpu_seconds(), bytes_moved()
        self._begin = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._begin
        self.cpu = cpu_seconds() - self._cpu
        now = bytes_moved()
        self.moved = None if now is None or self._moved is None else now - self._moved

    def facts(self) -> dict[str, Any]:
        """Return them, by name."""
        return {"wall": self.wall, "cpu": self.cpu, "moved": self.moved}
