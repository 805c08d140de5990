"""A user's exception is asked what it says, or pickled: its own code, which may take for ever."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

#: Seconds that the code of an exception may take.
PATIENCE = 2.0


class TooSlow(Exception):
    """It took longer than `PATIENCE`."""


@contextlib.contextmanager
def bounded(seconds: float = PATIENCE) -> Iterator[None]:
    """Break off what is in the block when it takes too long.

    In the main thread of a process, on POSIX; elsewhere it takes as long as it takes.

    Raises
    ------
    TooSlow
        In the block.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_slow(number: int, frame: FrameType | None) -> NoReturn:
        raise TooSlow

    before = signal.signal(signal.SIGALRM, too_slow)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def said_by(error: BaseException) -> str:
    """Return an exception's type and message.

    Parameters
    ----------
    error : BaseException
        Any; where its own ``__str__`` raises or takes too long, that is said instead.
    """
    said = "<it takes too long to say what>"
    with contextlib.suppress(TooSlow), bounded():
        try:
            said = str(error)
        except TooSlow:
            raise
        except Exception:  # noqa: BLE001 - it is the user's, and may raise what it likes
            said = "<it raises when it is asked what>"
    return f"{type(error).__name__}: {said}"
