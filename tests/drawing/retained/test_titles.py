"""Titles stand where a full draw would put them, and are placed only when they may have moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.retained.axes_state import axes_state
from framepipe.drawing.retained.titles import TitlePlacement


def make_axes() -> Any:
    figure = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1])
    ax.set_title("a title")
    return ax


def ticks_above(ax: Any) -> list[Any]:
    ax.xaxis.tick_top()
    return [ax.xaxis]


def label_above(ax: Any) -> list[Any]:
    ax.xaxis.set_label_position("top")
    ax.set_xlabel("a label\nof two lines")
    return [ax.xaxis]


def larger_text(ax: Any) -> list[Any]:
    ax.title.set_size(30)
    ax.title.set_text("two\nlines")
    return [ax.title]


def place(ax: Any) -> list[Any]:
    ax.set_position((0.1, 0.1, 0.5, 0.5))
    return []


@pytest.mark.parametrize("change", [ticks_above, label_above, larger_text, place])
def test_it_is_where_a_draw_would_put_it(change: Callable[[Any], list[Any]]) -> None:
    ax, drawn = make_axes(), make_axes()
    placement = TitlePlacement()
    with living_on_agg(ax.figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()

        def update(changed: list[Any]) -> list[Any]:
            states = {id(ax): axes_state(ax)}
            return placement.update([ax], states, {id(one) for one in changed}, (), renderer)

        update([])
        assert update([]) == [], "nothing changed"
        update(change(ax))
    change(drawn)
    with living_on_agg(drawn.figure, idle_draws=True):
        drawn.figure.canvas.draw()
    assert ax.title.get_position() == drawn.title.get_position()


def test_without_a_title_there_is_nothing_to_do() -> None:
    ax = make_axes()
    ax.set_title("")
    with living_on_agg(ax.figure, idle_draws=True) as canvas:
        states = {id(ax): axes_state(ax)}
        assert TitlePlacement().update([ax], states, (), (), canvas.get_renderer()) == []
