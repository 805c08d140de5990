"""A binary file object as the place for a movie, such as `io.BytesIO`."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol, TypeGuard

from ...errors import EncoderError
from ...leftovers import temporary_folder
from ..output import Output


class Writable(Protocol):
    """A file object that takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take some."""


def is_writable(filename: object) -> TypeGuard[Writable]:
    """Tell whether a file object is given in place of a name."""
    return not isinstance(filename, (str, bytes, os.PathLike)) and callable(
        getattr(filename, "write", None)
    )


class Stream(Output):
    """A file object that is given the whole movie when it is whole, and nothing if it fails.

    The movie is made in a temporary file first: most formats are finished by going back in them,
    which not every file object can.

    Parameters
    ----------
    file : Writable
        The file object.  It is neither closed nor moved to its beginning.
    suffix : str
        The format, as the ending of a name, with its dot.

    Raises
    ------
    ValueError
        If it is closed.
    TypeError
        If it takes text.
    """

    def __init__(self, file: Writable, suffix: str) -> None:
        if getattr(file, "closed", False):
            raise ValueError("the file object for the movie is closed")
        if hasattr(file, "encoding") or hasattr(file, "newlines"):
            raise TypeError("the file object for the movie takes text: open it in binary mode")
        self.suffix = suffix
        self.path = Path(f"<{type(file).__name__}>")
        self._file = file
        self._stack = ExitStack()
        self._folder = ""

    @property
    def direct(self) -> bool:
        """False: nothing is written before the movie is whole."""
        return False

    @property
    def beside(self) -> str | None:
        """The temporary folder; None before `prepare`."""
        return self._folder or None

    @property
    def part(self) -> str:
        """The file for ffmpeg to write."""
        return os.path.join(self._folder, f"movie{self.suffix}")

    def prepare(self) -> None:
        """Make the temporary folder."""
        if not self._folder:
            self._folder = self._stack.enter_context(temporary_folder(None))

    def publish(self) -> Path:
        """Write the movie into the file object; return what stands for its name."""
        if not os.path.exists(self.part):
            raise EncoderError(
                f"ffmpeg reported success, but wrote nothing to {self.part!r}. Does extra_args "
                "send the movie elsewhere?",
                0,
                (),
                "",
            )
        with open(self.part, "rb") as movie:
            shutil.copyfileobj(movie, self._file, 1 << 20)
        self.discard()
        return self.path

    def discard(self) -> None:
        """Remove the temporary folder."""
        self._stack.close()
        self._folder = ""
