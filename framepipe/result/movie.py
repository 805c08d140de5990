"""A finished movie: where it is, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .report import Report


@dataclass(frozen=True, slots=True)
class Movie:
    """A finished movie.

    Usable wherever a path is: ``open(movie, "rb")``, ``shutil.copy(movie, ...)``.

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
        return (
            f"{self.path}: {self.frames} frames of {self.width}x{self.height} in "
            f"{self.seconds:.2f} s ({self.frames / max(self.seconds, 1e-9):.0f} frames/s, "
            f"{self.mode}, {self.workers} workers)"
        )
