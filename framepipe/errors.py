"""Every exception framepipe raises of its own, in one page.

Wrong arguments are plain `TypeError` and `ValueError`, raised before anything starts; what is
here can only happen once work has begun. All of them pickle, so they cross process borders.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any


class FramepipeError(Exception):
    """Base of every error that framepipe raises while it makes a movie.

    Examples
    --------
    Whatever goes wrong once work has begun:

    >>> try:
    ...     movie = framepipe.encode(ani, "movie.mp4", codec="no_such_codec")
    ... except framepipe.FramepipeError as error:
    ...     print(type(error).__name__)
    EncoderError
    """


class FrameError(FramepipeError):
    """Drawing a frame failed; the user's own exception is the ``__cause__``.

    Parameters
    ----------
    message : str
        What happened and what the user can do.
    frame : int
        Position of the frame in the animation, counted from 0.

    Examples
    --------
    >>> def update(i):
    ...     line.set_ydata([0, 1 / (3 - i)])
    >>> try:
    ...     movie = framepipe.encode(FuncAnimation(fig, update, 5), "movie.mp4")
    ... except framepipe.FrameError as error:
    ...     print(error.frame, repr(error.__cause__))
    3 ZeroDivisionError('division by zero')
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

    Examples
    --------
    Tick labels that depend on something beside the tick, of which nothing tells:

    >>> shown = [0]
    >>> ax.xaxis.set_major_formatter(lambda x, position: str(shown[0]))
    >>> def update(i):
    ...     shown[0] = i
    ...     line.set_ydata([0, i])
    >>> try:
    ...     movie = framepipe.encode(FuncAnimation(fig, update, 5), "movie.mp4", redraw="verify")
    ... except framepipe.FrameMismatch as error:
    ...     print(error.artist)
    xaxis of axes 0
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

    Examples
    --------
    What was drawn before is needed, whatever the user says:

    >>> heights = []
    >>> def update(i):
    ...     heights.append(i)
    ...     line.set_ydata([0, len(heights) / 12])
    >>> with warnings.catch_warnings(record=True) as told:
    ...     movie = framepipe.encode(
    ...         FuncAnimation(fig, update, 12), "movie.mp4", workers=2, independent=True
    ...     )
    >>> [one.category.__name__ for one in told]
    ['HistoryWarning']
    """


class RetainedWarning(UserWarning):
    """An artist changes without a sign, so the movie was made with full drawing: slower.

    Examples
    --------
    Tick labels that depend on something beside the tick, of which nothing tells:

    >>> shown = [0]
    >>> ax.xaxis.set_major_formatter(lambda x, position: str(shown[0]))
    >>> def update(i):
    ...     shown[0] = i
    ...     line.set_ydata([0, i])
    >>> with warnings.catch_warnings(record=True) as told:
    ...     movie = framepipe.encode(FuncAnimation(fig, update, 12), "movie.mp4", workers=2)
    >>> [one.category.__name__ for one in told]
    ['RetainedWarning']
    """


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

    Examples
    --------
    >>> def update(i):
    ...     if i == 3:
    ...         os._exit(7)
    >>> try:
    ...     movie = framepipe.encode(FuncAnimation(fig, update, 5), "movie.mp4", workers=1)
    ... except framepipe.WorkerDied as error:
    ...     print(error.exitcode, error.frame)
    7 3
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

    Examples
    --------
    >>> try:
    ...     movie = framepipe.encode(ani, "movie.mp4", codec="no_such_codec")
    ... except framepipe.EncoderError as error:
    ...     print(error.returncode != 0, "no_such_codec" in error.stderr)
    True True
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
    """No ffmpeg that can be run was found.

    Examples
    --------
    >>> mpl.rcParams["animation.ffmpeg_path"] = "/nowhere/ffmpeg"
    >>> os.environ["IMAGEIO_FFMPEG_EXE"] = "/nowhere/ffmpeg"
    >>> try:
    ...     movie = framepipe.encode(ani, "movie.mp4")
    ... except framepipe.EncoderNotFound as error:
    ...     print(error)
    imageio-ffmpeg names '/nowhere/ffmpeg' as its ffmpeg, which is not a program ...
    """


class ResumeError(FramepipeError):
    """What an interrupted run has left cannot be gone on with; it stays as it is.

    The animation, its settings or a version is another one, or another run is at work on it.

    Examples
    --------
    >>> def update(i):
    ...     line.set_ydata([0, 1 / (20 - i)])  # which ends in a FrameError, halfway
    >>> try:
    ...     movie = framepipe.encode(FuncAnimation(fig, update, 40), "movie.mp4", resume=True)
    ... except framepipe.FrameError:
    ...     pass
    >>> changed = FuncAnimation(fig, update, 41)
    >>> try:
    ...     movie = framepipe.encode(changed, "movie.mp4", resume=True)
    ... except framepipe.ResumeError as error:
    ...     print(error)
    what an interrupted run has left in '...' cannot be gone on with, ...
    """


class StitchError(FramepipeError):
    """Segments could not be joined into one movie, or the joined movie is not whole.

    Examples
    --------
    A stitcher of one's own, which forgets all segments but the first:

    >>> class First:
    ...     def stitch(self, segments, filename):
    ...         shutil.copy(segments[0], filename)
    >>> try:
    ...     movie = framepipe.encode(ani, "movie.mp4", mode=framepipe.Segments(3, First()))
    ... except framepipe.StitchError as error:
    ...     print(error)
    the joined movie has 4 frames; its 3 segments have 12
    """
