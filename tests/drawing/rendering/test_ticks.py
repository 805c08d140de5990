"""An axis drawn with its ticks worked out once, and by matplotlib itself: the same pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.rendering.display_list import RecordingRenderer
from framepipe.drawing.rendering.ticks import draw_axis, drawn_once


def make_figure() -> Any:
    figure = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    return figure


def rendered(figure: Any) -> RecordingRenderer:
    width, height = figure.canvas.get_width_height()
    renderer = RecordingRenderer(width, height, figure.dpi)
    renderer.figure = figure
    return renderer


def scrolled() -> Any:
    """Axes with labels, minor ticks and an offset text, after their limits moved."""
    figure = make_figure()
    ax = figure.add_subplot(xlabel="time", ylabel="signal", title="title")
    ax.plot([1e7, 1e7 + 1], [0, 1e-7])
    ax.minorticks_on()
    ax.grid()
    figure.canvas.draw()
    ax.set_xlim(1e7 + 0.2, 1e7 + 1.3)
    return figure


def test_an_axis_drawn_once_is_the_same_to_the_pixel() -> None:
    drawings = []
    for draw in (lambda axis, renderer: axis.draw(renderer), draw_axis):
        figure = scrolled()
        renderer = rendered(figure)
        for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis):
            draw(axis, renderer)
            assert {"_update_ticks", "_get_ticklabel_bboxes", "draw"}.isdisjoint(vars(axis))
        drawings.append(renderer.pixels.copy())
    assert drawings[0].any()
    first, second = drawings
    assert np.array_equal(first, second)


def test_ticks_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    for name in ("_update_ticks", "_get_ticklabel_bboxes"):
        whole = getattr(Axis, name)

        def counted(self: Any, *args: Any, name: str = name, whole: Any = whole) -> Any:
            counts[name] += 1
            return whole(self, *args)

        monkeypatch.setattr(Axis, name, counted)
    figure = scrolled()
    axis, renderer = figure.axes[0].xaxis, rendered(figure)
    counts.clear()
    axis.draw(renderer)
    assert counts["_update_ticks"] == 3
    assert counts["_get_ticklabel_bboxes"] == 2
    counts.clear()
    draw_axis(axis, renderer)
    assert set(counts.values()) == {1}
    counts.clear()
    with drawn_once(figure.axes):
        figure.canvas.draw()
    once = counts["_update_ticks"]
    figure.canvas.draw()
    assert once == counts["_update_ticks"] - once - 4  # two axes, two less for each


def test_a_formatter_of_the_users_is_asked_as_often_as_ever() -> None:
    def asked(draw: Callable[[Any, Any], None]) -> int:
        figure = scrolled()
        calls: list[float] = []
        axis = figure.axes[0].xaxis

        def label(x: float, _: int | None) -> str:
            calls.append(x)
            return "a label"

        axis.set_major_formatter(label)
        draw(axis, rendered(figure))
        return len(calls)

    plain = asked(lambda axis, renderer: axis.draw(renderer))
    assert asked(draw_axis) == plain > 3


def test_an_axis_is_itself_again_after_an_error() -> None:
    figure = scrolled()
    axis = figure.axes[0].xaxis
    axis.label.set_text("$\\nothing$")
    with pytest.raises(ValueError, match="nothing"), drawn_once(figure.axes):
        figure.canvas.draw()
    assert {"_update_ticks", "_get_ticklabel_bboxes", "draw"}.isdisjoint(vars(axis))
