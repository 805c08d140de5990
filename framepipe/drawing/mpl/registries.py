"""What matplotlib keeps for the whole process: fonts, colormaps, callbacks, unit shapes.

Looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.cm.ColormapRegistry``: ``_builtin_cmaps``
- ``matplotlib.font_manager.FontManager``: ``_findfont_cached``, ``_find_fonts_by_props``
- ``matplotlib.cbook.CallbackRegistry``: ``_signals``
- ``matplotlib.figure.FigureBase``: ``_axes_change_event``
- ``matplotlib.path.Path``: ``_interpolation_steps``
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import matplotlib as mpl
from matplotlib.cbook import CallbackRegistry
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.path import Path

#: A signal of figures that only a window's toolbar listens to.
TOOLBAR_SIGNAL = "_axes_change_event"


def builtin_colormaps() -> Collection[str]:
    """Return the names of the colormaps that matplotlib brings along."""
    registry: Any = mpl.colormaps
    return registry._builtin_cmaps  # type: ignore[no-any-return]


def signals_of(registry: CallbackRegistry) -> Collection[str]:
    """Return the signals that a callback registry knows; none if it takes any."""
    known: Any = registry
    return known._signals or ()


def font_files(prop: FontProperties) -> list[str]:
    """Return the files of the fonts that text of some properties is drawn with."""
    manager: Any = fontManager
    return manager._find_fonts_by_props(prop)  # type: ignore[no-any-return]


def forget_found_fonts() -> None:
    """Let fonts be searched for anew, after some were added."""
    manager: Any = fontManager
    manager._findfont_cached.cache_clear()


def unit_rectangle_steps() -> int:
    """Return the interpolation steps of the one unit rectangle that all rectangles share.

    ``Axes.bar`` sets this; in polar axes it decides whether edges are arcs or chords.
    """
    rectangle: Any = Path.unit_rectangle()
    return rectangle._interpolation_steps  # type: ignore[no-any-return]


def set_unit_rectangle_steps(steps: int) -> None:
    """Set what `unit_rectangle_steps` returns."""
    rectangle: Any = Path.unit_rectangle()
    rectangle._interpolation_steps = steps
