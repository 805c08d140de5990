"""The temporary folder of a movie's segments: beside the movie, removed when that is whole."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from ...leftovers import LOCK, temporary_folder
from ..output import Output


class SegmentFolder:
    """A temporary folder for segments.

    Parameters
    ----------
    output : Output
        The movie's file.  The folder is made beside it, so that segments take disk space where
        the movie will; where the output is no file (a FIFO), in the system's folder for
        temporary files.
    suffix : str
        Ending of the segments' names, with its dot.
    folder : str, optional
        A folder that is somebody else's, who removes it, to be used in its place.

    Notes
    -----
    A process that is killed outright leaves the folder behind, ``.framepipe-`` and a few letters,
    until the next movie is made beside it.
    """

    def __init__(self, output: Output, suffix: str, *, folder: str | None = None) -> None:
        self.suffix = suffix
        self._output = output
        self._stack = ExitStack()
        if folder is None:
            folder = self._stack.enter_context(temporary_folder(output.beside))
        self.folder = folder

    def name(self, number: int) -> str:
        """Return the name of a segment in the folder."""
        return f"{number:06d}{self.suffix}"

    def path(self, number: int) -> str:
        """Return the path at which a segment is to be recorded."""
        return os.path.join(self.folder, self.name(number))

    def clear(self) -> None:
        """Remove all segments."""
        for entry in os.scandir(self.folder):
            if entry.name != LOCK:
                os.unlink(entry.path)

    def keep(self, numbers: list[int]) -> tuple[Path, ...]:
        """Move segments beside the movie, under names made from its own.

        Parameters
        ----------
        numbers : list of int
            Which, in order.

        Returns
        -------
        tuple of Path
            Where they are: ``movie.segment-0000.mp4`` and so on.
        """
        movie = self._output.path
        stem = movie.name.removesuffix(movie.suffix)
        kept = []
        for position, number in enumerate(numbers):
            path = movie.with_name(f"{stem}.segment-{position:04d}{self.suffix}")
            os.replace(os.path.join(self.folder, self.name(number)), path)
            kept.append(path)
        return tuple(kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
