"""Starting processes in a program that may run threads: what a new process must not get hold of.

A fork has a copy of every descriptor that is open in this process, those of a movie that another
thread makes included.  While it lives, the reader of a copied pipe does not see its end: ffmpeg
waits for more frames, `subprocess.Popen` for its child's start, and the main process does not
notice that a worker is dead.  So framepipe starts one process at a time, and every forked worker
first closes what is in the list kept here.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import types
import warnings
from collections.abc import Iterable, Iterator

from ..protocols import Sink
from .signals import ENDING

_LOCK = threading.RLock()
_PRIVATE: set[int] = set()


def start_sink(sink: Sink) -> tuple[int, ...]:
    """Start a sink; its descriptors are private, until `release_private`."""
    with _LOCK:
        sink.start()
        held = sink.fds
        _PRIVATE.update(held)
    return held


def release_private(descriptors: Iterable[int]) -> None:
    """Take descriptors that are about to be closed from the list."""
    with _LOCK:
        _PRIVATE.difference_update(descriptors)


def keep_private(descriptor: int) -> None:
    """Put a descriptor on the list that forked workers close."""
    with _LOCK:
        _PRIVATE.add(descriptor)


def private_descriptors() -> tuple[int, ...]:
    """Return the list."""
    with _LOCK:
        return tuple(_PRIVATE)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let no other thread make pipes for, and start, a process meanwhile."""
    with _LOCK:
        yield


@contextlib.contextmanager
def undisturbed(start_method: str) -> Iterator[None]:
    """Keep Ctrl-C and its like from a process being started, and `__main__` from non-forks."""
    masked = None
    main = sys.modules.get("__main__")
    if start_method != "fork":
        sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        if hasattr(signal, "pthread_sigmask"):
            _start_helpers(start_method)
            masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDING})
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside threads.  Workers run no other thread's code,
            # and one that comes up with a held lock is caught by the handshake.
            warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
            yield
    finally:
        if start_method != "fork" and main is not None:
            sys.modules["__main__"] = main
        if masked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)


def _start_helpers(start_method: str) -> None:
    """Start the processes that Python keeps for all others to come, before signals are masked.

    Starting the first lets SIGINT in again; and whatever else the program has the second one
    fork must not be deaf to Ctrl-C.
    """
    if start_method != "fork":
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    if start_method == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()
