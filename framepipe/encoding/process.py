"""Child processes: start one, run one to its end, or keep one with a pipe into it.

Whichever way, nothing is left behind: no process, no zombie, no descriptor.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import IO

#: Bytes kept of the end of what the process printed to standard error: some hundred lines, enough
#: for every message ffmpeg ends with, and a bounded size for the error object.
_STDERR_TAIL = 8192

#: Longest pause, in seconds, between two polls of a process that is waited for with a time limit:
#: half of it is added to the wait on average, and 20 polls a second cost nothing.
_LONGEST_PAUSE = 0.05


def start(
    into: list[subprocess.Popen[bytes]],
    argv: Sequence[str],
    *,
    stdin: int,
    stdout: int,
    stderr: int | IO[bytes],
    cwd: str | None = None,
    own_group: bool = True,
) -> None:
    """Start a program, and never lose sight of it.

    Parameters
    ----------
    into : list
        Where the started program is put, even if Ctrl-C comes while it is being started; that is
        raised once it is there.
    argv : sequence of str
        The command line.
    stdin, stdout, stderr : int or file
        As `subprocess.Popen` takes them.
    cwd : str, optional
        Folder to run in.
    own_group : bool, default: True
        Start it in a process group of its own, out of reach of the terminal's Ctrl-C.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    flags, group = 0, None
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    elif own_group:
        # The terminal's Ctrl-C must reach us alone: what becomes of it is our decision.
        group = 0
    with _handlers_put_off():
        into.append(
            subprocess.Popen(
                argv,
                bufsize=0 if stdout != subprocess.PIPE else -1,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                cwd=cwd,
                creationflags=flags,
                process_group=group,
            )
        )


#: Signals whose handlers may raise in the main thread, and then must not do so at any moment.
_RAISING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextlib.contextmanager
def _handlers_put_off() -> Iterator[None]:
    """Let the handlers of Ctrl-C and the like run at the end of the block instead of in it.

    Blocking the signals is not enough: they would go to another thread of this process (numpy's,
    for instance), and Python runs the handler in this one all the same.
    """
    if threading.current_thread() is not threading.main_thread():  # no other runs handlers
        yield
        return
    handlers = {number: signal.getsignal(number) for number in _RAISING}
    handlers = {number: handler for number, handler in handlers.items() if callable(handler)}
    noted: list[tuple[int, FrameType | None]] = []
    for number in handlers:
        signal.signal(number, lambda number, frame: noted.append((number, frame)))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if noted:
            handler = handlers[noted[0][0]]
            if callable(handler):
                handler(*noted[0])


def end(popen: subprocess.Popen[bytes]) -> None:
    """End a started program at once, wait for it, and close the pipes to it."""
    if popen.poll() is None:
        popen.kill()
    popen.wait()
    for pipe in (popen.stdin, popen.stdout, popen.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def run_program(
    program: str, *arguments: str, cwd: str | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, out of the terminal's reach, and keep what it prints.

    Parameters
    ----------
    program : str
        Its path.
    *arguments : str
        Its arguments.
    cwd : str, optional
        Folder to run in.
    stdin : bytes, optional
        What it is given on its standard input.

    Returns
    -------
    subprocess.CompletedProcess
        Its exit status, standard output and standard error; no status is an error here.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    pipe = subprocess.PIPE
    started: list[subprocess.Popen[bytes]] = []
    try:
        start(started, [program, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd)
        stdout, stderr = started[0].communicate(stdin)
        return subprocess.CompletedProcess(started[0].args, started[0].returncode, stdout, stderr)
    finally:
        for popen in started:
            end(popen)


def stderr_tail(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the end of what a program printed to standard error, as text."""
    return str(done.stderr.decode(errors="replace").strip()[-2000:])


class Process:
    """A started program with a pipe into it.

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
        Whether it is over and has been reaped.
    returncode : int or None
        Its exit status, ``-n`` when signal n ended it. None while it runs, and for ever if
        somebody else has reaped it.
    cpu : float
        CPU seconds it used, once it is over; 0 where the system does not tell.
    stderr : str
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
        self.stderr = ""
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
                own_group=own_group,
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
        """The descriptors that this process holds on its behalf."""
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
            Seconds; 0 polls once, None waits for as long as it takes.

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
            return self._reap(0)
        deadline = time.monotonic() + timeout
        pause = 0.0005
        while not self._reap(os.WNOHANG):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)
        return True

    if sys.platform != "win32":

        def _reap(self, options: int) -> bool:
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
        """Close the descriptors, and keep the end of what it printed as `stderr`."""
        self.close_stdin()
        if not self._messages.closed:
            size = os.fstat(self._messages.fileno()).st_size
            self._messages.seek(max(0, size - _STDERR_TAIL))
            self.stderr = self._messages.read().decode(errors="replace").strip()
            self._messages.close()
