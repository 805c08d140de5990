"""Starting processes in a program that may run threads: what a new process must not get hold of.

A fork has a copy of every descriptor that is open in this process, those of a movie that another
thread makes included.  While it lives, the reader of a copied pipe does not see its end: ffmpeg
waits for more frames, `subprocess.Popen` for its child's start, and the main process does not
notice that a worker is dead.  So framepipe starts one process at a time, and every forked worker
first closes what is in the list kept here.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
import warnings
from collections.abc import Iterable, Iterator

from ..protocols import Sink
from .fork_server import is_served, running_server
from .signals import ENDING, handlers_wait

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


def may_fork() -> bool:
    """Tell whether a fork of this process can do all that this process can.

    Not beside other threads, which no fork has: it may need a lock that one of them held, for ever.
    And a daemonic process (of a `multiprocessing.Pool`) may start none.
    """
    return threading.active_count() == 1 and not multiprocessing.current_process().daemon


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let no other thread make pipes for, and start, a process meanwhile."""
    with _LOCK:
        yield


@contextlib.contextmanager
def undisturbed(start_method: str) -> Iterator[None]:
    """Keep Ctrl-C and its like from a process being started, and `__main__` from non-forks."""
    with contextlib.ExitStack() as stack:
        if start_method != "fork":
            stack.enter_context(_without_main())
        if hasattr(signal, "pthread_sigmask"):
            _start_helpers(start_method)
            numbers = {signal.SIGINT, *ENDING}
            stack.enter_context(handlers_wait(numbers))
            # The mask is for the new process, which has none of our handlers or has not yet set
            # its own.  It does not keep a signal from a thread of this process that takes it.
            masked = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
            stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, masked)
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside threads.  Workers run no other thread's code,
            # and one that comes up with a held lock is caught by the handshake.
            warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
            yield


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module, which a new process would else import once more."""
    main = sys.modules.get("__main__")
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        if main is not None:
            sys.modules["__main__"] = main


def _start_helpers(start_method: str) -> None:
    """Start the processes that Python keeps for all others to come, before signals are masked.

    Starting the first lets SIGINT in again; and whatever else the program has the second one
    fork must not be deaf to Ctrl-C.
    """
    if start_method != "fork":
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    if is_served(start_method):
        running_server()


def check_descriptors() -> None:
    """Raise if there are not enough descriptors to start a process.

    Python makes two pipes for it, and leaves the first one open where there is none for the second
    (``multiprocessing.popen_fork``, seen in 3.11 to 3.13).

    Raises
    ------
    OSError
        If so.
    """
    with contextlib.ExitStack() as stack:
        for _pipe in range(2):
            for descriptor in os.pipe():
                stack.callback(os.close, descriptor)
