"""What matplotlib keeps for the whole process."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from framepipe.drawing.mpl.registries import (
    builtin_colormaps,
    font_files,
    forget_found_fonts,
    set_unit_rectangle_steps,
    signals_of,
    unit_rectangle_steps,
)


def test_colormaps_of_others_are_not_builtin() -> None:
    mpl.colormaps.register(ListedColormap(["r", "g"], name="ours"))
    try:
        assert "viridis" in builtin_colormaps()
        assert "ours" not in builtin_colormaps()
    finally:
        mpl.colormaps.unregister("ours")


def test_fonts_are_files() -> None:
    forget_found_fonts()
    files = font_files(FontProperties(family=["serif", "sans-serif"]))
    assert len(files) >= 2
    assert all(Path(file).is_file() for file in files)


def test_signals() -> None:
    canvas = FigureCanvasAgg(Figure())
    assert "draw_event" in signals_of(canvas.callbacks)


def test_the_unit_rectangle_is_one_for_all() -> None:
    before = unit_rectangle_steps()
    try:
        set_unit_rectangle_steps(7)
        assert unit_rectangle_steps() == 7
        Figure().subplots().bar([0], [1])  # which sets it, too
        assert unit_rectangle_steps() == 100
    finally:
        set_unit_rectangle_steps(before)
