"""One child process with a pipe into it: start it, watch it, end it, and leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO, Any

#: Bytes of the process's last words that are read.
_TAIL = 8192

#: Longest pause, in seconds, between two looks at a process that is waited for with a time limit.
_PAUSE = 0.05


def start(into: list[subprocess.Popen[bytes]], argv: Sequence[str], **options: Any) -> None:
    """Start a program, and never lose sight of it.

    Parameters
    ----------
    into : list
        Where the started program is put, even if Ctrl-C comes while it is being started; that is
        raised once it is there.
    argv : sequence of str
        The command line.
    **options
        For `subprocess.Popen`.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    held = None
    try:
        if hasattr(signal, "pthread_sigmask"):
            held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        into.append(subprocess.Popen(argv, **options))
    finally:
        if held is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)


def end(popen: subprocess.Popen[bytes]) -> None:
    """End a started program at once, wait for it, and close the pipes to it."""
    if popen.poll() is None:
        popen.kill()
    popen.wait()
    for pipe in (popen.stdin, popen.stdout, popen.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


class Process:
    """A started program.

    Parameters
    ----------
    argv : sequence of str
        The command line.
    own_group : bool, default: True
        Start it in a process group of its own, out of reach of the terminal's Ctrl-C.  Otherwise
        it is in ours, and goes when that is killed.

    Attributes
    ----------
    exited : bool
        Whether it is over and its status picked up.
    returncode : int or None
        Its exit status, ``-n`` when signal n ended it. None while it runs, and for ever if
        somebody else has picked the status up.
    cpu : float
        CPU seconds it used, once it is over; 0 where the system does not tell.
    said : str
        The end of what it printed to standard error, once `close` has been called.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self, argv: Sequence[str], *, own_group: bool = True) -> None:
        self._own_group = own_group
        self.exited = False
        self.returncode: int | None = None
        self.cpu = 0.0
        self.said = ""
        options: dict[str, Any] = {}
        if sys.platform == "win32":
            options["creationflags"] = (
                subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            )
        elif own_group:
            # The terminal's Ctrl-C must reach us alone: what becomes of it is our decision.
            options["process_group"] = 0
        # A file never blocks the process, however much it prints and however late we look.
        self._messages: IO[bytes] = tempfile.TemporaryFile(prefix="framepipe-")  # noqa: SIM115
        started: list[subprocess.Popen[bytes]] = []
        try:
            start(
                started,
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._messages,
                bufsize=0,
                **options,
            )
        except BaseException:
            for popen in started:
                end(popen)
            self._messages.close()
            raise
        self._popen = started[0]

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    @property
    def stdin(self) -> int:
        """The write end of the pipe into it; -1 when that has been closed."""
        pipe = self._popen.stdin
        return -1 if pipe is None or pipe.closed else pipe.fileno()

    @property
    def fds(self) -> tuple[int, ...]:
        """The descriptors held in this process on its behalf."""
        held = [] if self._messages.closed else [self._messages.fileno()]
        return tuple(held if self.stdin < 0 else [self.stdin, *held])

    def close_stdin(self) -> None:
        """Let it see the end of its input."""
        if self._popen.stdin is not None:
            self._popen.stdin.close()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is over.

        Parameters
        ----------
        timeout : float, optional
            Seconds; 0 just looks, None waits for as long as it takes.

        Returns
        -------
        bool
            Whether it is over.
        """
        if self.exited:
            return True
        if sys.platform == "win32":
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.returncode = self._popen.wait(timeout)
                self.exited = True
            return self.exited
        if timeout is None:
            return self._pick_up(0)
        deadline = time.monotonic() + timeout
        pause = 0.0005
        while not self._pick_up(os.WNOHANG):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _PAUSE)
        return True

    if sys.platform != "win32":

        def _pick_up(self, options: int) -> bool:
            # Not Popen.wait: only wait4 tells the CPU time.
            try:
                pid, status, usage = os.wait4(self.pid, options)
            except ChildProcessError:
                # A SIGCHLD handler in the user's program was faster. Unknown is not "good".
                self.exited = True
                self._popen.returncode = -1
                return True
            if not pid:
                return False
            self.exited = True
            self.returncode = os.waitstatus_to_exitcode(status)
            self.cpu = usage.ru_utime + usage.ru_stime
            self._popen.returncode = self.returncode  # so that Popen neither asks nor warns
            return True

    def kill(self) -> None:
        """End it at once, unless it is over."""
        if self.exited:
            return
        if sys.platform == "win32" or not self._own_group:
            self._popen.kill()
        else:
            # The whole group, for the program may be a script that runs the real one. It may be
            # over without our knowing; macOS then says EPERM.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self.wait()

    def close(self) -> None:
        """Close the descriptors, and keep its last words."""
        self.close_stdin()
        if not self._messages.closed:
            size = os.fstat(self._messages.fileno()).st_size
            self._messages.seek(max(0, size - _TAIL))
            self.said = self._messages.read().decode(errors="replace").strip()
            self._messages.close()
