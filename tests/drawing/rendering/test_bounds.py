"""A box is never too small: every pixel that a call changes lies in it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from framepipe.drawing.rendering.bounds import (
    EVERYWHERE,
    NOWHERE,
    bounds_of_artist,
    bounds_of_call,
)
from framepipe.drawing.rendering.canvas import living_on_agg


def artists(ax: Any) -> dict[str, Any]:
    """Small things in the middle of a large figure, drawn in different ways."""
    x = np.linspace(0.4, 0.5, 4)
    return {
        "thick line": ax.plot(x, x[::-1], lw=7)[0],
        "mitred corner": ax.plot(x, [0.4, 0.5, 0.4, 0.5], lw=5, solid_joinstyle="miter")[0],
        "markers": ax.plot(x, x, "s", ms=11, mew=3)[0],
        "sketch": ax.plot(x, x, sketch_params=4)[0],
        "text": ax.text(0.4, 0.5, "Text"),
        "turned text": ax.text(0.4, 0.5, "turned", rotation=33),
        "box": ax.add_patch(Rectangle((0.4, 0.4), 0.1, 0.2, lw=4)),
        "clipped": ax.add_patch(Circle((1.0, 0.5), 0.3)),
        "image": ax.imshow(np.eye(3), extent=(0.4, 0.6, 0.4, 0.6), aspect="auto"),
    }


def stage() -> tuple[Any, dict[str, Any]]:
    figure = Figure(figsize=(3, 2), dpi=80)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    made = artists(ax)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return figure, made


@pytest.mark.parametrize("name", stage()[1])
def test_no_pixel_changes_outside_the_box_of_a_call(name: str) -> None:
    figure, made = stage()
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        figure.draw(renderer)
        calls: Any = []
        renderer.recorder.display_list = calls
        made[name].draw(renderer)
        renderer.recorder.display_list = None
        assert calls
        height = renderer.pixels.shape[0]
        for call in calls:
            renderer.pixels[:] = 0
            renderer.recorder.play([call])
            rows, columns = np.nonzero(renderer.pixels.any(axis=2))
            left, bottom, right, top = bounds_of_call(call[0], call[1], height, figure.dpi)
            assert len(rows), name
            assert left <= columns.min()
            assert columns.max() < right
            assert bottom <= height - 1 - rows.max()
            assert height - 1 - rows.min() < top
            assert (right - left) * (top - bottom) < renderer.pixels.shape[0] * 240, "of use"


def test_a_call_that_nobody_knows_may_reach_anywhere() -> None:
    figure, _ = stage()
    gc = figure.canvas.get_renderer().new_gc()
    assert bounds_of_call("draw_something_new", (gc,), 160, 80) == EVERYWHERE


def test_what_is_not_drawn_reaches_nowhere_and_what_is_not_clipped_anywhere() -> None:
    line = Line2D([0, 1], [0, 1])
    assert bounds_of_artist(line) == EVERYWHERE
    line.set_visible(False)
    assert bounds_of_artist(line) == NOWHERE


def test_what_is_clipped_reaches_to_its_clip_box() -> None:
    _, made = stage()
    line = made["thick line"]
    box = line.axes.bbox
    left, bottom, right, top = bounds_of_artist(line)
    assert left <= box.x0 < box.x1 <= right
    assert bottom <= box.y0 < box.y1 <= top
    assert not any(map(math.isinf, (left, bottom, right, top)))
    line.set_clip_on(False)
    assert bounds_of_artist(line) == EVERYWHERE
