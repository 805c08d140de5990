"""Every exception framepipe raises of its own, in one page.

Wrong arguments are plain `TypeError` and `ValueError`, raised before anything starts; what is
here can only happen once work has begun. All of them pickle, so they cross process borders.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


class FramepipeError(Exception):
    """Base of every error that framepipe raises while it makes a movie."""


class FrameError(FramepipeError):
    """Drawing a frame failed; the user's own exception is the ``__cause__``.

    Parameters
    ----------
    message : str
        What happened and what the user can do.
    frame : int
        Position of the frame in the animation, counted from 0.
    """

    #: What the user's code had printed for the frame, where that has not been shown yet.
    output: tuple[Any, ...] = ()

    def __init__(self, message: str, frame: int) -> None:
        super().__init__(message, frame)
        self.frame = frame

    def __str__(self) -> str:
        return str(self.args[0])


class FrameMismatch(FrameError):
    """Retained drawing gave other pixels than a full draw: something changed without a sign.

    With ``redraw="auto"`` this never reaches the user: the movie is made again with full drawing.

    Parameters
    ----------
    message : str
        What happened and what the user can do.
    frame : int
        The frame that was compared.
    artist : str
        The artist that no longer looks as it was kept.
    bbox : tuple of int
        Left, top, right and bottom of the differing pixels, counted from the upper left corner,
        right and bottom exclusive.
    """

    def __init__(
        self, message: str, frame: int, artist: str, bbox: tuple[int, int, int, int]
    ) -> None:
        super().__init__(message, frame)
        self.args = (message, frame, artist, bbox)
        self.artist = artist
        self.bbox = bbox


class HistoryMismatch(FramepipeError):
    """Two workers of different histories drew other pixels: what a draw leaves behind shows.

    This never reaches the user: the movie is made again, with every draw in order.

    Parameters
    ----------
    frame : int
        The frame that was drawn twice.
    bbox : tuple of int or None
        Left, top, right and bottom of the differing pixels, as in `FrameMismatch`; None if it
        could not be told.
    artist : str
        What lies there; empty if it could not be told.
    as_saved : bool
        Whether one of the two had made every draw that `Animation.save` makes.
    truth : mapping of int to bytes
        Digests of the frames that were drawn so.
    written : int
        Frames that the encoder had been given.
    """

    def __init__(
        self,
        frame: int,
        bbox: tuple[int, int, int, int] | None,
        artist: str,
        *,
        as_saved: bool,
        truth: Mapping[int, bytes],
        written: int = 0,
    ) -> None:
        super().__init__(f"two histories disagree about frame {frame}")
        self.frame = frame
        self.bbox = bbox
        self.artist = artist
        self.as_saved = as_saved
        self.truth = dict(truth)
        self.written = written


class HistoryWarning(UserWarning):
    """A frame depends on more than the updates before it, so the movie was made more slowly.

    On what draws left behind, or on updates that ``independent=True`` had left out; or the
    animation is not the same twice.
    """


class RetainedWarning(UserWarning):
    """An artist changes without a sign, so the movie was made with full drawing: slower."""


class WorkerDied(FramepipeError):
    """A render process ended without saying why (killed, out of memory, a crash in C code).

    Parameters
    ----------
    message : str
        What happened and what the user can do.
    exitcode : int or None
        The process's exit code; ``-n`` for signal n, None when it did not end but never answered.
    frame : int or None
        The frame it was drawing; None when it had not begun one.
    """

    def __init__(self, message: str, exitcode: int | None, frame: int | None) -> None:
        super().__init__(message, exitcode, frame)
        self.exitcode = exitcode
        self.frame = frame

    def __str__(self) -> str:
        return str(self.args[0])


class EncoderError(FramepipeError, subprocess.CalledProcessError):
    """The encoder, ffmpeg, failed; what it printed is in the message.

    It is a `subprocess.CalledProcessError` as well, since that is what `Animation.save` raises and
    what its callers catch.

    Parameters
    ----------
    message : str
        What happened and what the user can do.
    returncode : int or None
        Exit status of ffmpeg, ``-n`` when signal n ended it; None if it could not be started.
    command : sequence of str
        The command line, one argument an item.
    stderr : str
        The end of what ffmpeg printed.
    """

    def __init__(
        self, message: str, returncode: int | None, command: Sequence[str], stderr: str
    ) -> None:
        Exception.__init__(self, message, returncode, tuple(command), stderr)
        self.returncode = returncode  # type: ignore[assignment]  # None is not CalledProcessError's
        self.command = self.cmd = list(command)
        self.output = None
        self.stderr = stderr

    def __str__(self) -> str:
        return str(self.args[0])


class EncoderNotFound(FramepipeError):
    """No ffmpeg that can be run was found."""


class ResumeError(FramepipeError):
    """What an interrupted run has left cannot be gone on with; it stays as it is.

    The animation, its settings or a version is another one, or another run is at work on it.
    """


class StitchError(FramepipeError):
    """Segments could not be joined into one movie, or the joined movie is not whole."""
