"""What a draw leaves behind is there without one: each case beside a figure that was drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.rendering.undrawn import every_axes, leave_as_drawn

Look = Callable[[], Any]


def lazy_limits(ax: Any) -> Look:
    ax.plot([0, 7], [2, 9])
    return lambda: vars(ax)["_viewLim"].extents.tolist()


def unscaled_norm(ax: Any) -> Look:
    image = ax.imshow(np.arange(6.0).reshape(2, 3))
    image.norm.vmin = image.norm.vmax = None
    return lambda: (image.norm.vmin, image.norm.vmax)


def unscaled_points(ax: Any) -> Look:
    points = ax.scatter([0, 1, 2], [0, 1, 2])
    points.set_array(np.array([3.0, 5.0, 4.0]))
    points.norm.vmin = points.norm.vmax = None
    return lambda: (points.norm.vmin, points.norm.vmax)


def equal_aspect(ax: Any) -> Look:
    ax.plot([0, 7], [0, 1])
    ax.set_aspect("equal", adjustable="datalim")
    return lambda: ax.get_xlim() + ax.get_ylim()


def arrows(ax: Any) -> Look:
    quiver = ax.quiver([0, 1], [0, 1], [1, 2], [2, 1])
    return lambda: (quiver.scale, quiver.width)


def columns(ax: Any) -> Look:
    table = ax.table([["a", "a long one"]], loc="center")
    table.auto_set_column_width([0, 1])
    return lambda: [cell.get_width() for cell in table.get_celld().values()]


def constrained(ax: Any) -> Look:
    ax.figure.set_layout_engine("constrained")
    ax.set_ylabel("a label\nof two lines")
    return lambda: ax.get_position().extents.round(12).tolist()


def made(build: Callable[[Any], Look]) -> tuple[Any, Look]:
    figure = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    return figure, build(figure.subplots())


@pytest.mark.parametrize(
    "build",
    [lazy_limits, unscaled_norm, unscaled_points, equal_aspect, arrows, columns, constrained],
    ids=lambda build: build.__name__,
)
def test_it_is_as_after_a_draw(build: Callable[[Any], Look]) -> None:
    drawn, look_at_drawn = made(build)
    before = look_at_drawn()
    with living_on_agg(drawn, idle_draws=True):
        drawn.canvas.draw()
    undrawn, look_at_undrawn = made(build)
    with living_on_agg(undrawn, idle_draws=True) as canvas:
        events: list[Any] = []
        undrawn.canvas.mpl_connect("draw_event", events.append)
        leave_as_drawn(undrawn)
        assert events == []
        assert not canvas.get_renderer().pixels[..., 3].any(), "nothing was drawn"
    assert look_at_undrawn() == look_at_drawn() != before


def test_axes_come_in_drawing_order_with_their_insets() -> None:
    figure = Figure()
    first, second = figure.subplots(1, 2)
    inset = first.inset_axes((0.5, 0.5, 0.4, 0.4))
    second.set_zorder(-1)
    assert list(every_axes(figure)) == [second, first, inset]
