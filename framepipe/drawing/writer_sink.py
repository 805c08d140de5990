"""matplotlib's own movie writers, or a user's, in the place of our encoder.

A writer calls ``figure.savefig`` for every frame.  Here it is given the frame that the painter
has just painted, so that what may be kept is kept, and the writer is none the wiser.
"""

from __future__ import annotations

import contextlib
import copy
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import matplotlib as mpl
from matplotlib.animation import (
    AbstractMovieWriter,
    FFMpegBase,
    FFMpegWriter,
    HTMLWriter,
    MovieWriter,
    PillowWriter,
)
from PIL import Image

from ..errors import EncoderError, EncoderNotFound
from .mpl.writers import (
    process_of,
    registered_writers,
    supports_transparency,
    temporary_folder_of,
)
from .settings import FrameSettings

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class HandsOver(Protocol):
    """What paints, as a writer's sink knows it: `Painter` is one."""

    settings: FrameSettings
    writers: Any

    @property
    def figure(self) -> Figure:
        """What a writer calls `savefig` of."""

    def hand_over(self, frame: memoryview, grab: Callable[[], object]) -> None:
        """Let someone call it, and get a frame that has been painted."""


def writer_class(writer: object) -> Any:
    """Find out which kind of writer a `writer` argument means.

    Parameters
    ----------
    writer : None, str or AbstractMovieWriter
        As `Animation.save` takes it.

    Returns
    -------
    type
        The class.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If no writer of that name is known to matplotlib.
    """
    if writer is None:
        writer = mpl.rcParams["animation.writer"]
    if isinstance(writer, str):
        known = registered_writers()
        if writer not in known:
            raise ValueError(f"writer={writer!r} is not one of {', '.join(map(repr, known))}")
        return known[writer]
    if isinstance(writer, AbstractMovieWriter):
        return type(writer)
    if isinstance(writer, type) and issubclass(writer, AbstractMovieWriter):
        raise TypeError(
            f"writer is the class {writer.__name__}, of which an instance is wanted: "
            f"writer={writer.__name__}(fps=30)"
        )
    raise TypeError(
        f"writer must be None, a name or a MovieWriter instance, not {type(writer).__name__}"
    )


def takes_pipe(writer: object) -> bool:
    """Tell whether a `writer` argument means ffmpeg fed through its standard input.

    That is `FFMpegWriter`, and our own writer for `Animation.save`.  A class made from either may
    do something else with its frames.

    Raises
    ------
    TypeError, ValueError
        See `writer_class`.
    """
    cls = writer_class(writer)
    return cls is FFMpegWriter or vars(cls).get("takes_pipe", False) is True


def is_ffmpeg(writer: object) -> bool:
    """Tell whether a `writer` argument means one that runs ffmpeg.

    Raises
    ------
    TypeError, ValueError
        See `writer_class`.
    """
    return issubclass(writer_class(writer), FFMpegBase)


class Writers:
    """Makes a writer for each block.

    Parameters
    ----------
    writer : None, str or AbstractMovieWriter
        As `Animation.save` takes it.  An instance is copied for each block.
    fps : float
        Frames a second, if `writer` is no instance.
    given : mapping
        Those of codec, bitrate, extra_args and metadata that the user gave.
    filename : str
        The movie's name.
    find_ffmpeg : callable
        Returns the path of ffmpeg, where it is to run.

    Raises
    ------
    EncoderNotFound
        If the writer's program is not there.
    ValueError
        If the writer would leave files beside the movie.
    """

    def __init__(
        self,
        writer: Any,
        *,
        fps: float,
        given: dict[str, Any],
        filename: str,
        find_ffmpeg: Callable[[], str],
    ) -> None:
        cls = writer_class(writer)
        self.writer_class = cls
        self.name = cls.__name__
        self._find = find_ffmpeg if issubclass(cls, FFMpegBase) else None
        with self._surroundings():
            if not getattr(cls, "isAvailable", lambda: True)():
                raise EncoderNotFound(
                    f"the writer {self.name} is not available: its program was not found. "
                    "Install it, or leave writer out to use ffmpeg"
                )
            if isinstance(writer, AbstractMovieWriter):
                self._writer = copy.copy(writer)
            else:
                given = {name: value for name, value in given.items() if value is not None}
                self._writer = cls(fps, **given)
        _check_suffix(self._writer, Path(filename).suffix)
        if isinstance(self._writer, HTMLWriter) and not self._writer.embed_frames:
            raise ValueError(
                "this HTMLWriter leaves its frames in a folder beside the page: use "
                "HTMLWriter(embed_frames=True)"
            )
        self._writer.outfile = filename
        self.transparent = supports_transparency(self._writer)

    @property
    def even(self) -> bool:
        """Whether the writer makes the frame's sides even."""
        return isinstance(self._writer, MovieWriter) and self._writer.codec == "h264"

    def sink(self, painter: HandsOver, path: str) -> WriterSink:
        """Return a sink for a block."""
        return WriterSink(copy.copy(self._writer), painter, path, self._surroundings)

    @contextlib.contextmanager
    def _surroundings(self) -> Iterator[None]:
        """Let matplotlib find the ffmpeg that we would use."""
        found: Any = {} if self._find is None else {"animation.ffmpeg_path": self._find()}
        with mpl.rc_context(found):
            yield


def _check_suffix(writer: object, suffix: str) -> None:
    """Refuse a file that the writer could not write, before it has drawn everything."""
    if isinstance(writer, PillowWriter):
        kind = Image.registered_extensions().get(suffix.lower())
        if kind not in Image.SAVE_ALL:
            raise ValueError(f"writer={type(writer).__name__} makes no movie of {suffix!r} files")
    if isinstance(writer, HTMLWriter) and suffix not in (".html", ".htm"):
        raise ValueError(f"writer={type(writer).__name__} makes .html files, not {suffix!r}")


def sink_of(painter: HandsOver, path: str) -> WriterSink:
    """Return a sink for a block that is recorded by the painter's own writers."""
    if painter.writers is None:
        raise RuntimeError("this painter was given no writers")
    sink: WriterSink = painter.writers.sink(painter, path)
    return sink


@contextlib.contextmanager
def _scratch_beside(path: str) -> Iterator[None]:
    """Let a writer make its temporary folder beside a segment, which is cleared whoever is killed.

    But where the name holds what its program may take for a pattern of names.
    """
    before = tempfile.tempdir
    folder = os.path.dirname(os.path.abspath(path))
    if re.fullmatch(r"[\w./\\ -]+", folder):
        tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before


class WriterSink:
    """A writer that takes frames as an encoder does.

    Parameters
    ----------
    writer : AbstractMovieWriter
        The writer, used for this alone.
    painter : HandsOver
        What paints the frames.
    path : str
        The file to write.
    surroundings : callable
        Returns a context in which the writer finds its program.
    """

    def __init__(
        self,
        writer: Any,
        painter: HandsOver,
        path: str,
        surroundings: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._writer = writer
        self._painter = painter
        self._path = path
        self._surroundings = surroundings
        self._running = False

    fds: tuple[int, ...] = ()

    def fileno(self) -> int:
        """Raise: a writer takes each frame at once, and is never waited for."""
        raise OSError("a matplotlib writer has no descriptor to wait for")

    def start(self) -> None:
        """Set the writer up."""
        with self._explained("could not begin"), self._surroundings(), _scratch_beside(self._path):
            self._running = True
            # A Path, as some writers look at its suffix.
            self._writer.setup(self._painter.figure, Path(self._path), self._painter.settings.dpi)

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        """Let the writer grab a frame."""
        kwargs = dict(self._painter.settings.savefig_kwargs)
        with self._explained("failed to take a frame"):
            self._painter.hand_over(frame, lambda: self._writer.grab_frame(**kwargs))

    def pump(self) -> bool:
        """Return True: the frame has been taken."""
        return True

    def check(self) -> None:
        """Do nothing: a writer that fails says so when it is given something."""

    def end(self) -> None:
        """Do nothing: `finish` is all that a writer knows."""

    def finish(self) -> float:
        """Let the writer finish; the CPU time its program took is not known."""
        with self._explained("could not finish"), self._surroundings():
            self._writer.finish()
            self._running = False
        return 0.0

    def abort(self) -> None:
        """Stop the writer if it has not finished."""
        if not self._running:
            return
        self._running = False
        process = process_of(self._writer)
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()
        folder = temporary_folder_of(self._writer)
        if folder is not None:
            folder.cleanup()

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Say which writer it was."""
        try:
            yield
        except Exception as error:
            name = type(self._writer).__name__
            said, code = str(error), None
            command: Any = ()
            if isinstance(error, subprocess.CalledProcessError):
                said, code, command = str(error.stderr or error), error.returncode, error.cmd
            elif isinstance(error, BrokenPipeError):
                process: Any = process_of(self._writer)
                with contextlib.suppress(Exception):
                    said = process.communicate()[1].decode(errors="replace")
            raise EncoderError(
                f"the writer {name} {what}: {said.strip()[-2000:]}", code, command, said
            ) from error
