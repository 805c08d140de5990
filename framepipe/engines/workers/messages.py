"""What render workers say to the main process, and how a user's exception is carried home."""

from __future__ import annotations

import contextlib
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import FrameError, FramepipeError
from ...result import FrameStats
from ..protocols import Tally


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker can be given frames."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A frame stands in its slot."""

    frame: int
    stats: FrameStats
    waited: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The animation was over before the frame that was asked for."""

    frame: int
    total: int


@dataclass(frozen=True, slots=True)
class Took:
    """A frame of a block has been taken by the block's encoder."""

    block: int
    frame: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A block stands in its file.

    Parameters
    ----------
    block : int
        Its number.
    tally : Tally
        What was done; no frames mean that there is no file.
    ended : int or None
        Number of frames of the animation, if it was over before the block's end.
    """

    block: int
    tally: Tally
    ended: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """The worker was told to leave, found nothing to object to, and leaves."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The user's code, or drawing, raised.

    Parameters
    ----------
    frame : int
        The frame it was for.
    message : str
        Of the `FrameError`.
    packed : bytes or None
        The user's exception, pickled; None if it cannot be.
    name : str
        Its type and message, for when it cannot be unpickled.
    text : str
        Its traceback.
    """

    frame: int
    message: str
    packed: bytes | None
    name: str
    text: str

    @classmethod
    def of(cls, error: BaseException, frame: int, dumps: Callable[[Any], bytes]) -> Failed:
        """Describe an exception so that it can travel."""
        message = ""
        if isinstance(error, FrameError) and error.__cause__ is not None:
            frame, message, error = error.frame, str(error), error.__cause__
        # As a traceback ends; it copes with an exception whose own __str__ raises.
        name = "".join(traceback.format_exception_only(error)).strip()
        text = "".join(traceback.format_exception(error))
        message = message or f"painting frame {frame} failed: {name}"
        packed = None
        with contextlib.suppress(Exception):  # whatever its pickling raises
            packed = dumps(error)
        return cls(frame, message, packed, name, text)

    def error(self) -> FramepipeError:
        """Make the `FrameError` to raise, with the user's exception and traceback as causes."""
        cause: BaseException | None = None
        if self.packed is not None:
            # Its class may be one that only the worker could import.
            with contextlib.suppress(Exception):
                cause = pickle.loads(self.packed)  # noqa: S301 - from our own child process
        if not isinstance(cause, BaseException):
            cause = UnpicklableError(self.name)
        cause.__cause__ = RemoteTraceback(self.text)
        if isinstance(cause, FramepipeError):
            return cause  # ours already, with all there is to say
        error = FrameError(self.message, self.frame)
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
