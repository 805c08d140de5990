"""Where an exception crosses from one process into another: the one map between the two sides.

In a render process, `Failed.of` makes a message of whatever was raised; in the main process,
`Failed.error` makes the exception that the user sees:

==============================================  ===================================================
raised in the render process                    raised in the main process
==============================================  ===================================================
`FrameError` with a ``__cause__``               `FrameError`, same message and frame, same cause
any other error of framepipe's own              itself
any other exception                             `FrameError`, the exception as its ``__cause__``
an exception that cannot be pickled, or that    `FrameError`, an `UnpicklableError` with its type
cannot be unpickled here (or hangs, or ends     and message as its ``__cause__``
the process in which that is tried)
==============================================  ===================================================

The cause of the cause is a `RemoteTraceback`, the traceback as it was over there.
"""

from __future__ import annotations

import contextlib
import pickle
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...errors import FrameError, FramepipeError
from ...user_code.exceptions import TooSlow, bounded, said_by
from ...user_output import FrameOutput, taken_output
from .trial import can_unpickle

#: Pickles an exception.
Dumps = Callable[[object], bytes]


@dataclass(frozen=True, slots=True)
class Failed:
    """The user's code, drawing or an encoder raised.

    Parameters
    ----------
    frame : int
        The frame it was for.
    message : str
        Of the `FrameError`.
    packed : bytes or None
        The exception, pickled; None if it cannot be.
    name : str
        Its type and message, for when it cannot be unpickled.
    text : str
        Its traceback.
    output : FrameOutput
        What the user's code had printed and warned for that frame.
    """

    frame: int
    message: str
    packed: bytes | None
    name: str
    text: str
    output: FrameOutput = ()

    @classmethod
    def of(cls, error: BaseException, frame: int, dumps: Dumps) -> Failed:
        """Describe an exception so that it can travel.

        Parameters
        ----------
        error : BaseException
            What was raised.
        frame : int
            The frame at hand, if the exception does not say.
        dumps : callable
            Pickles it.
        """
        message = ""
        if isinstance(error, FrameError) and error.__cause__ is not None:
            frame, message, error = error.frame, str(error), error.__cause__
        name = said_by(error)
        with contextlib.suppress(TooSlow), bounded():
            # As a traceback ends; it copes with an exception whose own __str__ raises.
            name = "".join(traceback.format_exception_only(error)).strip()
        text, packed = "".join([*traceback.format_tb(error.__traceback__), name, "\n"]), None
        with contextlib.suppress(TooSlow), bounded():
            text = "".join(traceback.format_exception(error))
        message = message or f"drawing frame {frame} failed: {name}"
        with contextlib.suppress(Exception), bounded():  # whatever its pickling raises
            packed = dumps(error)
        return cls(frame, message, packed, name, text, taken_output())

    def error(self) -> FramepipeError:
        """Return the exception to raise, with the user's and its traceback as causes."""
        cause: BaseException | None = None
        if self.packed is not None and can_unpickle(self.packed):
            # Its class may be one that only the other process could import.
            with contextlib.suppress(Exception):
                cause = pickle.loads(self.packed)  # noqa: S301 - from our own child process
        if not isinstance(cause, BaseException):
            cause = UnpicklableError(self.name)
        cause.__cause__ = RemoteTraceback(self.text)
        if isinstance(cause, FramepipeError):
            return cause  # ours already, with all there is to say
        error = FrameError(self.message, self.frame)
        error.output = self.output
        error.__cause__ = cause
        return error


class RemoteTraceback(Exception):
    """Shows, as a cause, the traceback of an exception that was raised in another process."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class UnpicklableError(Exception):
    """Stands for an exception that could not travel; its type and message are in the text."""


@contextlib.contextmanager
def interrupts_pass() -> Iterator[None]:
    """Let Ctrl-C through as what it is, where the calling process draws.

    It most often strikes in the middle of a drawing, and comes out of it as the cause of a
    `FrameError`.
    """
    try:
        yield
    except FrameError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise


def replays_differ(how: str, frame: int) -> FrameError:
    """Return the error to raise when two replays of the animation did not agree.

    Parameters
    ----------
    how : str
        In what.
    frame : int
        Where.
    """
    return FrameError(
        f"{how}: the animation does not run twice in the same way. Does it read a clock, the "
        "network or a shared file? Then use workers=0",
        frame,
    )
