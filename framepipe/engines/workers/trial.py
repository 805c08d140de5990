"""Unpickle a user's exception, and survive that.

Unpickling runs the exception's own code, in the main process, which it may hang or end.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import time
from typing import NoReturn

from ...user_code.exceptions import PATIENCE
from ..system.fork_safety import one_at_a_time


def can_unpickle(packed: bytes, seconds: float = PATIENCE) -> bool:
    """Tell whether something can be unpickled here, by trying it in a fork of this process.

    Parameters
    ----------
    packed : bytes
        From a process of ours.
    seconds : float, default: `PATIENCE`
        How long it may take.

    Returns
    -------
    bool
        False if it raised, hung, or ended the fork.  True, untried, where there is no fork.
    """
    if not hasattr(os, "fork"):
        return True
    reader, writer = os.pipe()
    try:
        with one_at_a_time():
            pid = os.fork()
            if pid == 0:
                _try(packed, writer)
        os.close(writer)
        writer = -1
        try:
            ready, _, _ = select.select([reader], [], [], seconds)
            return bool(ready) and os.read(reader, 1) == b"1"
        finally:
            _end(pid)
    finally:
        os.close(reader)
        if writer >= 0:
            os.close(writer)


def _try(packed: bytes, writer: int) -> NoReturn:
    """In the fork: say "1" if it can be done, and be gone without a trace."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pickle.loads(packed)  # noqa: S301 - from our own child process
        os.write(writer, b"1")
    finally:
        os._exit(0)


def _end(pid: int) -> None:
    """End the fork, and reap it unless somebody else has."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
            time.sleep(0.001)
