"""A fork server of our own: an interpreter that has imported framepipe, and nothing of the user's.

Importing matplotlib takes a second of CPU time, and every spawned worker would pay for it anew.  So
where workers are not to be forks of the program itself, they are forks of another interpreter: it
is started afresh when the first one is wanted, imports framepipe and what that needs, and then
does nothing but fork.  It has one thread and has run none of the user's code, so its forks are as
clean as interpreters of their own; they only begin sooner::

    main process                       fork server                       worker
    ------------                       -----------                       ------
    ForkServer() ---- starts ------->  import framepipe
                 <----- "ready" ------
    "fork", descriptors ------------>  fork() ------------------------>  read what to run from
                 <----- its pid ------                                   a pipe, and run it
                 <----- exit code ---  reap it  <----------------------  end

It is not `multiprocessing`'s own.  The program has one of those in all, which imports what the
program says before it is first started: by then the program would find it started, by us, without
its modules and with ours.

A process has much from the one that forked it which it should have from the program: the
environment variables (some are read when numpy is imported, and never again), the umask, CPU
affinity, limits, user and group.  A server in which any of that is no longer what it is in the
program gives way to a new one (`surroundings`).  Standard output and error are handed over for
each worker; working directory, ``sys.path`` and the rest of Python's are set by `multiprocessing`.

The server ends when the program does, however that ends: its socket says so.  Workers that do not
end by themselves then are killed (`GRACE`).
"""

from __future__ import annotations

import atexit
import contextlib
import io
import multiprocessing
import os
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from array import array
from collections.abc import Iterator
from multiprocessing import connection, context, reduction, resource_tracker, spawn, util
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn, cast

from ...errors import WorkerDied
from .signals import ENDING, broken_pipes_raise

#: Seconds that an idle server may take to end once it is told to.  It takes milliseconds; what is
#: left of one that takes longer is reaped later.
_LEAVES = 1.0

#: Seconds that the server may take to fork.  More, and it has been stopped, or the machine has.
_ANSWERS = 60.0

#: Seconds that workers may go on when the program is gone: to end an encoder, remove a file.
GRACE = 2.0

#: Most descriptors that one message may carry (Linux: ``SCM_MAX_FD``).
_MOST = 253

#: What the program says to the server: start a worker; or, that no more are wanted.
_FORK, _DISMISS = b"f", b"d"

#: What the server says when it has imported everything.
_READY = b"r"

#: A process id, a negative ``errno`` in its place, or an exit code.
_NUMBER = struct.Struct("q")

#: For `os.waitpid`, where there is that.
_NO_WAIT = getattr(os, "WNOHANG", 1)

#: Variables that change all the time and are for nobody to read but pytest.
_PASSING = frozenset({"PYTEST_CURRENT_TEST"})


def is_served(start_method: str) -> bool:
    """Tell whether workers are started by a fork server of ours.

    Parameters
    ----------
    start_method : {"fork", "spawn", "forkserver"}
        How the user wants workers to be started.

    Returns
    -------
    bool
        True for "forkserver", and for "spawn" on Linux.  Elsewhere a process is not safe to fork
        once it has imported system libraries (macOS), or cannot be forked (Windows); and a frozen
        program's executable takes no ``-c``.
    """
    if getattr(sys, "frozen", False):
        return False
    return start_method == "forkserver" or (start_method == "spawn" and sys.platform == "linux")


def process_class(start_method: str) -> type[BaseProcess]:
    """Return the class of the processes that a start method starts."""
    if is_served(start_method):
        return ServedSpawnProcess if start_method == "spawn" else ServedProcess
    ordinary: Any = multiprocessing.get_context(start_method)
    return cast("type[BaseProcess]", ordinary.Process)


def surroundings() -> dict[str, object]:
    """Return what a process gets from the one that starts it, as it is in this one."""
    found: dict[str, object] = {
        "environment": {k: v for k, v in os.environ.items() if k not in _PASSING},
        "executable": spawn.get_executable(),
        "user": (os.getuid(), os.geteuid(), os.getgid(), os.getegid(), tuple(os.getgroups())),
        "group": (os.getpgid(0), os.getsid(0)),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
    }
    if hasattr(os, "sched_getaffinity"):
        found["affinity"] = os.sched_getaffinity(0)
    with contextlib.suppress(ImportError):
        import resource

        names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
        found["limits"] = [resource.getrlimit(getattr(resource, name)) for name in names]
    # Asking the system itself means to set it, for all threads.
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="utf-8") as status:
        found["umask"] = [line for line in status if line.startswith("Umask:")]
    return found


class ForkServer:
    """The program's end of a fork server.

    Raises
    ------
    WorkerDied
        If it ends instead of importing framepipe.
    OSError
        If there cannot be another process.
    """

    def __init__(self) -> None:
        self.surroundings = surroundings()
        with contextlib.ExitStack() as stack:
            self._socket, theirs = socket.socketpair()
            stack.callback(self._socket.close)
            stack.callback(theirs.close)
            errors = stack.enter_context(tempfile.TemporaryFile())
            # Ctrl-C, and a closed terminal, are sent to the whole group, and for the program to
            # decide about: the server ends when that does.
            masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDING})
            try:
                self._process = subprocess.Popen(
                    _command(theirs.fileno()),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                )
                stack.callback(self._process.wait)
                stack.callback(self._process.kill)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, masked)
            theirs.close()
            try:
                ready = self._socket.recv(1) == _READY
            except ConnectionError:
                ready = False
            if not ready:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(_LEAVES)
                raise WorkerDied(
                    "the interpreter that render workers are forked from died while it was "
                    f"starting: {_last_line(errors)}. workers=0 needs no other process",
                    self._process.returncode,
                    None,
                )
            errors.close()
            stack.pop_all()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def fd(self) -> int:
        """The descriptor of the socket to it."""
        return self._socket.fileno()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked: it says nothing of its own accord, but its end is seen."""
        return not select.select([self._socket], [], [], 0)[0]

    def fork(self, descriptors: list[int]) -> None:
        """Have it fork; what becomes of it is written into the second of the descriptors."""
        if len(descriptors) > _MOST:
            raise ValueError(f"{len(descriptors)} descriptors for one process: too many")
        carried = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))]
        self._socket.sendmsg([_FORK], carried)

    def dismiss(self) -> bool:
        """Let it end, as soon as all that it has forked have ended; tell whether it has."""
        with contextlib.suppress(OSError), broken_pipes_raise():
            self._socket.send(_DISMISS)
        return self.has_ended(_LEAVES)

    def close(self) -> None:
        """Hang up, as the end of the program does."""
        self._socket.close()
        self.has_ended(_LEAVES)

    def has_ended(self, patience: float = 0.0) -> bool:
        """Tell whether it ends within some seconds; if so, let go of it."""
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return False
        self._socket.close()
        return True

    def disown(self) -> None:
        """Let go of what a fork of the program has inherited of it."""
        self._socket.close()
        self._process.returncode = 0  # not this process' child


def _last_line(file: Any) -> str:
    """Return the last line that was written into a file."""
    file.seek(0)
    lines = file.read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def _command(descriptor: int) -> list[str]:
    """Return the command that starts a server, with this program's interpreter and its flags."""
    # Before anything is imported: Python would look into the working directory first.
    path = [os.path.abspath(entry) for entry in sys.path if isinstance(entry, str)]
    program = (
        f"import sys; sys.path[:] = {path!r}; "
        f"from {__name__} import serve_forks; serve_forks({descriptor})"
    )
    usual = spawn.get_command_line()
    return [*usual[: usual.index("-c") + 1], program]


_server: ForkServer | None = None
_dismissed: list[ForkServer] = []


def running_server() -> ForkServer:
    """Return the program's fork server; start it, if there is none in these surroundings.

    The caller sees to it that no other thread does the same.

    Raises
    ------
    WorkerDied, OSError
        If it cannot be started.
    """
    global _server
    _dismissed[:] = [server for server in _dismissed if not server.has_ended()]
    if _server is not None and not (_server.is_alive and _server.surroundings == surroundings()):
        if not _server.dismiss():
            _dismissed.append(_server)
        _server = None
    if _server is None:
        _server = ForkServer()
    return _server


def current_server() -> ForkServer | None:
    """Return the program's fork server, if it has been started."""
    return _server


def _end() -> None:
    """At the program's end: let none be left."""
    for server in (_server, *_dismissed):
        if server is not None:
            server.close()


def _forget() -> None:
    """In a fork of the program: while it held the socket open, the server would not end."""
    global _server
    for server in (_server, *_dismissed):
        if server is not None:
            server.disown()
    _server = None
    _dismissed.clear()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class ServedProcess(BaseProcess):
    """A process like `multiprocessing`'s others, forked by the server."""

    #: How this process starts others, if it does not say.
    _start_method = "forkserver"

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> _Served:  # noqa: N802 - multiprocessing's name
        return _Served(process_obj)


class ServedSpawnProcess(ServedProcess):
    """One that the user wants to be spawned."""

    _start_method = "spawn"


class _Inherited:
    """A descriptor on its way to a worker, by its place among those that it gets."""

    def __init__(self, place: int) -> None:
        self._place = place

    def detach(self) -> int:
        return _inherited[self._place]


#: In a worker: the descriptors that came along.
_inherited: list[int] = []


class _Served:
    """What `multiprocessing` needs to know of a process: how it is started, asked and ended.

    Parameters
    ----------
    process : BaseProcess
        The process; it is pickled.
    """

    method = "forkserver"
    DupFd = _Inherited

    def __init__(self, process: BaseProcess) -> None:
        self.returncode: int | None = None
        self._carried: list[int] = []
        util._flush_std_streams()  # type: ignore[attr-defined]
        packed = io.BytesIO()
        context.set_spawning_popen(self)  # type: ignore[arg-type]
        try:
            reduction.dump(spawn.get_preparation_data(process.name), packed)
            reduction.dump(process, packed)
        finally:
            context.set_spawning_popen(None)
        with contextlib.ExitStack() as stack, broken_pipes_raise():
            self.sentinel, status = os.pipe()
            stack.callback(os.close, self.sentinel)
            with contextlib.ExitStack() as theirs:
                theirs.callback(os.close, status)
                reader, writer = os.pipe()
                theirs.callback(os.close, reader)
                stack.callback(os.close, writer)
                streams = [theirs.enter_context(_stream(number)) for number in (1, 2)]
                descriptors = [reader, status, resource_tracker.getfd() or 0, *streams]
                running_server().fork([*descriptors, *self._carried])
            if not connection.wait([self.sentinel], _ANSWERS):
                raise OSError(f"no process has been forked within {_ANSWERS:g} s")
            number = _read_number(self.sentinel)
            if number is None:
                raise OSError("the interpreter that forks render processes has ended")
            if number < 0:
                raise OSError(-number, os.strerror(-number))
            self.pid = number
            with open(writer, "wb", closefd=False) as to_worker:
                to_worker.write(packed.getbuffer())
            # The worker sees by the writer, which stays open, that this process lives.
            close = stack.pop_all().close
        self._finalizer = util.Finalize(self, close)

    def duplicate_for_child(self, descriptor: int) -> int:
        self._carried.append(descriptor)
        return len(self._carried) - 1

    def poll(self, flag: int = _NO_WAIT) -> int | None:
        if self.returncode is None:
            patience = 0 if flag == _NO_WAIT else None
            if connection.wait([self.sentinel], patience):
                code = _read_number(self.sentinel)
                self.returncode = 255 if code is None else code  # the server has been killed
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        if self.returncode is None and timeout is not None:
            connection.wait([self.sentinel], timeout)
            return self.poll()
        return self.poll(0)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def close(self) -> None:
        self._finalizer()


@contextlib.contextmanager
def _stream(number: int) -> Iterator[int]:
    """Yield a standard stream's descriptor; one that leads nowhere if it is closed."""
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_RDWR)
        try:
            yield nowhere
        finally:
            os.close(nowhere)
    else:
        yield number


def _read_number(descriptor: int) -> int | None:
    """Read what the server says of a process; None if there is no server any more."""
    data = b""
    while len(data) < _NUMBER.size:
        more = os.read(descriptor, _NUMBER.size - len(data))
        if not more:
            return None
        data += more
    return int(_NUMBER.unpack(data)[0])


def serve_forks(descriptor: int) -> None:
    """Be the fork server: fork whenever asked, until the program is gone or wants no more.

    Parameters
    ----------
    descriptor : int
        Of the socket to the program.
    """
    with contextlib.suppress(ImportError):
        import cloudpickle  # noqa: F401 - for the workers
    os.chdir(os.sep)  # so that no folder is kept busy
    # A child that ends wakes the selector up.
    wakes, awakens = socket.socketpair()
    wakes.setblocking(False)
    awakens.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(awakens.fileno(), warn_on_full_buffer=False)
    statuses: dict[int, int] = {}  # of each child, where its end is told
    deadline: float | None = None
    with socket.socket(fileno=descriptor) as program, selectors.DefaultSelector() as selector:
        selector.register(program, selectors.EVENT_READ)
        selector.register(wakes, selectors.EVENT_READ)
        program.send(_READY)
        wanted = True
        while wanted or statuses:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = [key.fileobj for key, _ in selector.select(left)]
            if wakes in ready:
                wakes.recv(2**16)
                _reap(statuses)
            if program in ready:
                request, descriptors, _, _ = socket.recv_fds(program, 1, _MOST)
                if request == _FORK:
                    _fork(descriptors, statuses, (program, selector, wakes, awakens))
                else:
                    wanted = False
                    if request != _DISMISS:  # the program is gone
                        selector.unregister(program)
                        deadline = time.monotonic() + GRACE
            if deadline is not None and time.monotonic() >= deadline:
                _kill(statuses)
                deadline = None


def _fork(descriptors: list[int], statuses: dict[int, int], ours: tuple[Any, ...]) -> None:
    """Fork; tell the program the child's number, or why there is none."""
    status = descriptors[1]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads: numpy has some, which can bear it
            pid = os.fork()
    except OSError as error:
        pid = -(error.errno or 1)
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for one in ours:
            one.close()
        for other in (*statuses.values(), status):
            os.close(other)
        _be_worker(descriptors)
    with contextlib.suppress(OSError):
        os.write(status, _NUMBER.pack(pid))
    for descriptor in descriptors:
        if descriptor != status:
            os.close(descriptor)
    if pid > 0:
        statuses[pid] = status
    else:
        os.close(status)


def _be_worker(descriptors: list[int]) -> NoReturn:
    """In the fork: run what the program has written into the first of the descriptors."""
    code = 1
    try:
        reader, _, tracker, *streams_and_carried = descriptors
        for number, stream in zip((1, 2), streams_and_carried, strict=False):
            os.dup2(stream, number)
            os.close(stream)
        _inherited[:] = streams_and_carried[2:]
        for descriptor in (reader, tracker, *_inherited):
            os.set_inheritable(descriptor, False)
        the_tracker: Any = resource_tracker._resource_tracker
        the_tracker._fd = tracker
        code = spawn._main(reader, os.dup(reader))
    except BaseException:  # noqa: BLE001 - there is nobody to catch it
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _reap(statuses: dict[int, int]) -> None:
    """Tell the program how children have ended."""
    while statuses:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        writer = statuses.pop(pid, None)
        if writer is not None:
            with contextlib.suppress(OSError):
                os.write(writer, _NUMBER.pack(os.waitstatus_to_exitcode(status)))
            os.close(writer)


def _kill(statuses: dict[int, int]) -> None:
    """Kill all children, and what they have started where that is a group of its own."""
    for pid in statuses:
        with contextlib.suppress(OSError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
