"""A finished movie: where it is, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..result import Report

#: Characters of a path that `repr` shows, so that it fits into a line of 79.
MOST_OF_A_NAME = 30


@dataclass(frozen=True, slots=True)
class Movie:
    """A finished movie.

    Usable wherever a path is: ``open(movie, "rb")``, ``shutil.copy(movie, ...)``; ``str(movie)`` is
    its path.  As the last value of a notebook's cell it shows itself.

    Parameters
    ----------
    path : Path
        The file.
    frames : int
        Number of frames.
    width, height : int
        Size of a frame in pixels.
    fps : float
        Frames a second.
    seconds : float
        Wall time it took to make.
    mode : str
        The engine: "pipe" or "segments".
    workers : int
        Render processes; 0 if the calling process drew.
    report : Report
        Where the time went.
    segments : tuple of Path
        The segments that were kept, in order.
    paths : tuple of Path
        All files that were made of the frames, `path` being the first.

    Examples
    --------
    >>> movie = framepipe.encode(ani, "movie.mp4")
    >>> movie.frames, movie.width, movie.height
    (12, 640, 480)
    >>> str(movie).endswith("movie.mp4")
    True
    """

    path: Path
    frames: int
    width: int
    height: int
    fps: float
    seconds: float
    mode: str
    workers: int
    report: Report
    segments: tuple[Path, ...] = ()
    paths: tuple[Path, ...] = ()

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        """Tell what it is, in a line."""
        name = str(self.path)
        if len(name) > MOST_OF_A_NAME:
            name = f"...{name[-MOST_OF_A_NAME + 3 :]}"
        return (
            f"<Movie {name!r}: {self.frames} frames, {self.width}x{self.height}, "
            f"{self.fps:.4g} fps>"
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what a notebook shows of it; see `framepipe.movie.inline`."""
        # Not before it is wanted: it needs matplotlib's settings, and perhaps ffmpeg.
        from .inline import html_of

        return {"text/plain": repr(self), "text/html": html_of(self.path, repr(self), self.width)}
