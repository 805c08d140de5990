"""matplotlib's movie writers: what they run, and the size they settle on.

Looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.animation.MovieWriterRegistry``: ``_registered``
- ``matplotlib.animation.MovieWriter``: ``_run``, ``_proc``
- ``matplotlib.animation.AbstractMovieWriter``: ``_w``, ``_h``
- ``matplotlib.animation.FileMovieWriter``: ``_tmpdir``
- ``matplotlib.animation.FFMpegBase``: ``_supports_transparency`` (new in 3.10)
"""

from __future__ import annotations

from collections.abc import Mapping
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Any

from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, writers


def registered_writers() -> Mapping[str, type[AbstractMovieWriter]]:
    """Return all writer classes by name, whether their programs are there or not."""
    registry: Any = writers
    return registry._registered  # type: ignore[no-any-return]


def supports_transparency(writer: AbstractMovieWriter) -> bool:
    """Tell whether a writer's movie can hold transparent frames; never before matplotlib 3.10."""
    ask = getattr(writer, "_supports_transparency", None)
    return bool(ask is not None and ask())


def process_of(writer: AbstractMovieWriter) -> Popen[bytes] | None:
    """Return the program that a writer feeds, if it has started one."""
    return getattr(writer, "_proc", None)


def temporary_folder_of(writer: AbstractMovieWriter) -> TemporaryDirectory[str] | None:
    """Return the folder in which a writer collects its frames, if it made one."""
    return getattr(writer, "_tmpdir", None)


class SizingWriter(FFMpegWriter):
    """A writer that is set up, for the size it settles on, and never started."""

    _w: float
    _h: float

    def _run(self) -> None:
        """Start nothing."""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches that the figure is given before every frame."""
        return float(self._w), float(self._h)
