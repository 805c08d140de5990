"""What an artist is called in messages and reports."""

from __future__ import annotations

from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.text import Text


def describe(artist: Artist, figure: Figure) -> str:
    """Name an artist as its owner would: what it is, its label, and which axes it is in."""
    axes: Any = getattr(artist, "axes", None)
    if axes is artist or isinstance(artist, (Axes, FigureBase)):
        axes = None
    label = artist.get_label()
    name = name_of(artist)
    if isinstance(label, str) and label and not label.startswith("_"):
        name += f" {label!r}"
    elif isinstance(artist, Text) and artist.get_text():
        name += f" {artist.get_text()!r}"
    if axes is not None and axes in figure.axes:
        return f"{name} of axes {figure.axes.index(axes)}"
    if artist in figure.axes:
        return f"axes {figure.axes.index(artist)} ({name})"
    return name


def name_of(artist: Artist) -> str:
    """Return an artist's kind: its axis name, or its class's."""
    return getattr(artist, "__name__", None) or type(artist).__name__
