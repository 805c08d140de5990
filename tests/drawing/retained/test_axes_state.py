"""Equal states mean equal drawings of what depends on them: every change of an axes shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.retained.axes_state import axes_state, state_for


def make_axes() -> Any:
    figure = Figure()
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1])
    ax.text(0.5, 0.5, "here", transform=ax.transAxes)
    figure.draw_without_rendering()
    return ax


CHANGES: dict[str, Callable[[Any], Any]] = {
    "x": lambda ax: ax.set_xlim(0, 3),
    "y": lambda ax: ax.set_ylim(0, 3),
    "data": lambda ax: ax.plot([0, 9], [0, 0]),
    "place": lambda ax: ax.set_position((0.2, 0.2, 0.3, 0.3)),
    "scale": lambda ax: ax.set_xscale("log"),
    "axis": lambda ax: ax.set_axis_off(),
    "frame": lambda ax: ax.set_frame_on(False),
    "visible": lambda ax: ax.set_visible(False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_shows(change: str) -> None:
    ax = make_axes()
    before = axes_state(ax)
    assert axes_state(ax) == before
    CHANGES[change](ax)
    assert axes_state(ax) != before


@pytest.mark.parametrize(
    ("limits", "x_axis", "y_axis", "line", "text"),
    [("set_xlim", True, False, True, False), ("set_ylim", False, True, True, False)],
)
def test_who_depends_on_which_limits(
    limits: str, x_axis: bool, y_axis: bool, line: bool, text: bool
) -> None:
    ax = make_axes()
    artists = (ax.xaxis, ax.yaxis, ax.lines[0], ax.texts[0])
    before = [state_for(artist, ax, axes_state(ax)) for artist in artists]
    getattr(ax, limits)(0.2, 0.7)
    after = [state_for(artist, ax, axes_state(ax)) for artist in artists]
    changed = [one != other for one, other in zip(before, after, strict=True)]
    assert changed == [x_axis, y_axis, line, text]


def test_spines_inside_make_an_axis_depend_on_both() -> None:
    ax = make_axes()
    ax.spines["left"].set_position(("data", 0.5))
    before = state_for(ax.yaxis, ax, axes_state(ax))
    ax.set_xlim(0.2, 0.7)
    assert state_for(ax.yaxis, ax, axes_state(ax)) != before
