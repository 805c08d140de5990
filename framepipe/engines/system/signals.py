"""Signals that must not end the process, and those that may, once it has cleaned up."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

#: How batch systems, ``docker stop`` and a closed terminal end a program.
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


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
                if sys.platform == "darwin":  # which has no sigtimedwait
                    signal.sigwait({number})
                else:
                    signal.sigtimedwait({number}, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def handlers_wait(numbers: Iterable[int]) -> Iterator[None]:
    """Let Python's handlers of these signals run when the block is over, not in it.

    Blocking the signals is not enough: any other thread of the program takes them then, and
    Python runs the handler in the main thread all the same.  Where this is not the main thread,
    no handler can interrupt it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.getsignal(number) for number in numbers}
    waiting = {number: handler for number, handler in before.items() if callable(handler)}
    for number in waiting:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in waiting.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


class Ended(KeyboardInterrupt):
    """The program was told to end; like Ctrl-C, it is nobody's to handle but the one who cleans up.

    Parameters
    ----------
    number : int
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name}")
        self.number = number


@contextmanager
def ending_signals_raise() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind what is in the block, and then end the program as they would.

    By themselves they end a Python program at once, and temporary files and child processes stay.
    Signals that the program handles or ignores are left to it, and all are where this is not its
    main thread, which alone can handle them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def unwind(number: int, frame: FrameType | None) -> NoReturn:
        came.append(number)
        raise Ended(number)

    ours = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, unwind)
    try:
        yield
    finally:
        for number in ours:
            if signal.getsignal(number) is unwind:  # else the user's code has set another one
                signal.signal(number, signal.SIG_DFL)
        if came:
            # Even if somebody has swallowed the exception: the program was told to end.
            signal.raise_signal(came[0])
