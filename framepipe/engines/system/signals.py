"""Signals that must not end the process while it writes into pipes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def broken_pipes_raise() -> Iterator[None]:
    """See to it that a write into a pipe without a reader raises, whatever the program has set.

    Python ignores SIGPIPE, but programs that end quietly in ``| head`` give it back its default:
    then an encoder that dies would take this process with it, without a word.  The signal is held
    back for this thread, and thrown away if it came.
    """
    number = getattr(signal, "SIGPIPE", None)
    if number is None or signal.getsignal(number) is not signal.SIG_DFL:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        if number not in before:
            while number in signal.sigpending():
                signal.sigtimedwait({number}, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
