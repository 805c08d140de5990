"""A render process that an executor's worker starts, and keeps from block to block.

An executor's worker (of Dask, loky, MPI, a process pool) has a life of its own: other tasks run in
it, perhaps in other threads.  The user's animation, its rcParams, random states and working
directory are kept away from all that in a process that does nothing else.  It takes orders on its
standard input and answers on its standard output; when the input ends, whoever started it is gone,
and it leaves.  What the user's code prints goes nowhere, what it writes to standard error where
the worker's goes.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import shutil
import signal
import struct
import subprocess
import sys
from typing import IO, Any

from ..system.ring import Ring
from ..workers.messages import RecordBlock
from ..workers.serve import MakeTask, serve
from ..workers.tasks import Task

_LENGTH = struct.Struct("!Q")


class PipeChannel:
    """Messages through a pair of pipes.

    Parameters
    ----------
    reader, writer : binary file
        The ends that are ours.
    """

    def __init__(self, reader: IO[bytes], writer: IO[bytes]) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, message: object) -> None:
        """Send a message."""
        packed = pickle.dumps(message)
        self._writer.write(_LENGTH.pack(len(packed)) + packed)
        self._writer.flush()

    def recv(self) -> object:
        """Wait for a message.

        Raises
        ------
        EOFError
            If nobody is at the other end.
        """
        return pickle.loads(self.recv_bytes())  # noqa: S301 - from our own parent or child

    def send_bytes(self, data: bytes) -> None:
        """Send bytes that are not to be unpickled."""
        self._writer.write(_LENGTH.pack(len(data)) + data)
        self._writer.flush()

    def recv_bytes(self) -> bytes:
        """Wait for a message, and leave it packed."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return self._read(length)

    def _read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            more = self._reader.read(length - len(data))  # maybe less: it is not buffered
            if not more:
                raise EOFError
            data += more
        return bytes(data)

    def poll(self) -> bool:
        """Tell whether there is something to read, or nobody to write it."""
        if sys.platform == "win32":
            return False  # pipes cannot be polled there
        return bool(select.select([self._reader], [], [], 0)[0])


class _HelperChannel(PipeChannel):
    """The helper's own end: it knows where the last block was recorded."""

    path = ""

    def recv(self) -> Any:
        """Wait for the next order."""
        order = super().recv()
        if isinstance(order, RecordBlock):
            self.path = order.path
        return order


class Helper:
    """The foreign worker's end of a helper.

    Parameters
    ----------
    packed : bytes
        A pickled function that makes the `Task`, called with None for a ring.

    Attributes
    ----------
    position : int
        The first frame it can still draw.
    """

    def __init__(self, packed: bytes) -> None:
        options: dict[str, Any] = {} if sys.platform == "win32" else {"process_group": 0}
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import run_helper; run_helper()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # It finds framepipe where we did, however that was.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            **options,
        )
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        assert self._process.stdout is not None  # noqa: S101
        self.channel = PipeChannel(self._process.stdout, self._process.stdin)
        self.position = 0
        with contextlib.suppress(OSError):  # it is dead, which the first answer will show
            self.channel.send_bytes(packed)

    def kill(self) -> int | None:
        """End it, and what it has started; return its exit code."""
        if self._process.poll() is None:
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return code


def run_helper() -> None:
    """Be a helper."""
    # Copies, so that nothing the user's code prints gets between the messages.
    reader = os.fdopen(os.dup(0), "rb", buffering=0)
    writer = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    channel = _HelperChannel(reader, writer)
    try:
        packed = channel.recv_bytes()
    except EOFError:
        return
    from cloudpickle import dumps

    def make_task(ring: Ring | None) -> Task:
        make: MakeTask = pickle.loads(packed)  # noqa: S301 - from our own parent
        return make(ring)

    serve(channel, None, make_task, dumps=dumps)
    if channel.path:
        # The worker removes the folder of each block, unless it was killed.
        shutil.rmtree(os.path.dirname(channel.path), ignore_errors=True)
