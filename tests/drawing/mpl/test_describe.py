"""What an artist is called, so that its owner finds it."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from framepipe.drawing.mpl.describe import describe, name_of


def test_names() -> None:
    figure: Any = Figure()
    first, second = figure.subplots(2)
    (plain,) = first.plot([0, 1])
    (labelled,) = second.plot([0, 1], label="height")
    text = second.text(0, 0, "here")
    alone = figure.text(0, 0, "alone")
    assert describe(plain, figure) == "Line2D of axes 0"
    assert describe(labelled, figure) == "Line2D 'height' of axes 1"
    assert describe(text, figure) == "Text 'here' of axes 1"
    assert describe(alone, figure) == "Text 'alone'"
    assert describe(second, figure) == "axes 1 (Axes)"
    assert describe(first.xaxis, figure) == "xaxis of axes 0"
    assert name_of(first.yaxis) == "yaxis"
    assert name_of(plain) == "Line2D"
