"""What another process is doing, asked from outside: its state, and where in Python it is.

A render process that takes a signal writes its Python stack into a pipe, by `faulthandler`, which
needs no lock and no running interpreter: it answers from within an endless loop, a sleep, or C
code that never returns.  Only a process that is stopped, or that waits for a disk, does not.

The signal is one of the real-time signals, which nobody uses as a rule.  Where the user's program
has a handler for it, that stays, and the stack is not asked for.  Linux alone has them, and tells
whether a process handles one: to others the signal would be the end.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import time
from collections.abc import Collection
from multiprocessing.connection import Connection

#: Asks for a stack; five below the last one, where nothing is known to be (glibc takes the first).
ASKS = signal.SIGRTMAX - 5 if sys.platform == "linux" else 0

#: Seconds that an answer is waited for, and that it may pause.
ANSWER, PAUSE = 1.0, 0.1

#: Most lines of an answer that are passed on: a hundred frames of a recursion say no more.
LINES = 40

#: What the letters in ``/proc/PID/stat`` mean; see proc(5).
STATES = {
    "R": "running",
    "S": "sleeping",
    "D": "waiting for a disk",
    "T": "stopped",
    "t": "stopped by a debugger",
    "Z": "dead",
    "X": "dead",
}


def state_of(pid: int) -> str:
    """Return what a process is doing, in a word of `STATES`; "" where nobody says."""
    with contextlib.suppress(OSError, IndexError):
        # The name, in parentheses, may hold anything.
        return STATES.get(_proc(pid, "stat").rpartition(")")[2].split()[0], "")
    with contextlib.suppress(Exception):  # not ours to need, nor to be stopped by
        import psutil

        return str(psutil.Process(pid).status())
    return ""


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children; none where nobody says."""
    found: list[int] = []
    with contextlib.suppress(OSError, ValueError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found.extend(map(int, file.read().split()))
    return found


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used, all its threads together.

    Raises
    ------
    OSError
        If nobody says.
    """
    fields = _proc(pid, "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime


def stopped_below(pid: int, but: Collection[int] = ()) -> list[int]:
    """Return the ids of what a process has started, and that in turn, which are stopped.

    Parameters
    ----------
    pid : int
        The process.
    but : collection of int
        Children that are left out, with all below them.
    """
    found, waiting = [], children_of(pid)
    while waiting:
        one = waiting.pop()
        if one in but:
            continue
        if state_of(one).startswith("stopped"):
            found.append(one)
        waiting.extend(children_of(one))
    return found


def handles(pid: int, number: int) -> bool:
    """Tell whether a process has a handler for a signal; False where nobody says."""
    with contextlib.suppress(OSError, ValueError):
        for line in _proc(pid, "status").splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def _proc(pid: int, name: str) -> str:
    with open(f"/proc/{pid}/{name}", encoding="utf-8", errors="replace") as file:
        return file.read()


def answer_into(writer: Connection) -> None:
    """Let this process write its stack into a pipe whenever it is asked, from now on."""
    if not ASKS or handles(os.getpid(), ASKS):
        return
    # A descriptor that nobody closes, for the handler stays.  It must not block where nobody reads.
    descriptor = os.dup(writer.fileno())
    os.set_blocking(descriptor, False)
    faulthandler.register(ASKS, descriptor, all_threads=True)


class StackPipe:
    """The pipe in which processes answer that `answer_into` it, one at a time.

    Parameters
    ----------
    reader, writer : Connection
        Its ends.
    forks : bool
        Whether those processes are forks of this one, and have its handlers.
    """

    def __init__(self, reader: Connection, writer: Connection, *, forks: bool) -> None:
        self._reader = reader
        self.writer = writer
        self._taken = forks and handles(os.getpid(), ASKS)
        if ASKS:
            os.set_blocking(reader.fileno(), False)

    def ask(self, pid: int) -> str:
        """Return where in Python a process is, as `faulthandler` writes it; "" if it cannot say."""
        if not ASKS or self._taken or not handles(pid, ASKS):
            return ""
        self._read()  # what is left of an answer that came too late
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, ASKS)
        said, deadline = b"", time.monotonic() + ANSWER
        while self._reader.poll(PAUSE if said else max(0.0, deadline - time.monotonic())):
            more = self._read()
            if not more:
                break
            said += more
        lines = said.decode(errors="replace").splitlines()
        if len(lines) > LINES:
            lines[LINES:] = [f"  ... and {len(lines) - LINES} lines more"]
        return "\n".join(lines)

    def _read(self) -> bytes:
        with contextlib.suppress(BlockingIOError):
            return os.read(self._reader.fileno(), 2**16)
        return b""

    def close(self) -> None:
        """Let go of both ends.  May be called again."""
        self._reader.close()
        self.writer.close()
