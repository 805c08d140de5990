"""The most memory that a run and all its processes held at a time.

Proportional set size (PSS) counts a page that several processes share once, divided among them; so
the sum over processes is what the machine had to have, where resident sizes would count the pages
of a fork again for every worker.  Linux tells it (``/proc/PID/smaps_rollup``, proc(5)).
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Self

#: Seconds between two looks, at least ...
EVERY = 0.1
#: ... and at least so many times what a look takes: watching may cost 2 % of one core.
REST = 50


class Peak:
    """Watches all processes of a session from outside.

    Parameters
    ----------
    session : int
        The session's id: the process that was started with ``start_new_session=True``.
    proc : Path, default: "/proc"
        Where the kernel shows processes.

    Attributes
    ----------
    bytes : int
        The largest sum seen; 0 where it cannot be told.
    """

    def __init__(self, session: int, proc: Path = Path("/proc")) -> None:
        self.bytes = 0
        self._session = session
        self._proc = proc
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def look(self) -> int:
        """Return the bytes held by all processes of the session now."""
        return sum(
            proportional(folder)
            for folder in self._proc.glob("[0-9]*")
            if session_of(folder) == self._session
        )

    def _watch(self) -> None:
        pause = EVERY
        while not self._over.wait(pause):
            begin = time.thread_time()
            self.bytes = max(self.bytes, self.look())
            pause = max(EVERY, REST * (time.thread_time() - begin))


def session_of(folder: Path) -> int | None:
    """Return a process's session, None if it has ended; `folder` is its place in ``/proc``."""
    try:
        # The name, in parentheses, may hold anything; behind it come state, parent, group, session.
        return int((folder / "stat").read_text().rpartition(")")[2].split()[3])
    except (OSError, IndexError, ValueError):
        return None


def proportional(folder: Path) -> int:
    """Return a process's proportional set size in bytes; 0 if that cannot be told."""
    try:
        for line in (folder / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, IndexError, ValueError):
        pass  # it has ended, is another user's, or this is no Linux
    return 0
