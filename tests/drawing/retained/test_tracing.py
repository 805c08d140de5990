"""An axes' own draw is followed: what it would draw is noted, in order, and no pixel changes.

Whole axes of every kind are compared with what they really draw in test_draw_order.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.retained.axes_state import traced_state
from framepipe.drawing.retained.tracing import Projections, trace


def make_axes(projection: str) -> Any:
    figure = Figure(figsize=(2, 2), dpi=50)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot(projection=projection)
    return axes


def drawn_by(axes: Any) -> list[str]:
    """The classes of the artists that an axes really draws by itself, in order."""
    seen: list[str] = []
    for artist in axes.get_children():
        really = artist.draw

        def draw(renderer: Any, artist: Any = artist, really: Any = really) -> None:
            seen.append(type(artist).__name__)
            really(renderer)

        artist.draw = draw
    axes.figure.canvas.draw()
    for artist in axes.get_children():
        del artist.draw
    return seen


@pytest.mark.parametrize("projection", ["polar", "3d"])
def test_what_is_noted_is_what_is_drawn_and_no_pixel_changes(projection: str) -> None:
    axes = make_axes(projection)
    axes.plot([0, 1], [0, 1])
    expected = drawn_by(axes)
    with living_on_agg(axes.figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        before = renderer.pixels.copy()
        steps = trace(axes, renderer)
        assert np.array_equal(renderer.pixels, before)
    noted = [type(step.artist).__name__ for step in steps if step.method == "draw"]
    assert [name for name in noted if name != type(axes).__name__] == expected
    assert "draw" not in vars(axes.lines[0]), "nothing stays in the artists' place"


def test_what_is_drawn_by_the_axes_itself_is_kept_as_calls() -> None:
    axes = make_axes("3d")
    with living_on_agg(axes.figure, idle_draws=True) as canvas:
        steps = trace(axes, canvas.get_renderer())
    assert {step.method for step in steps} >= {"draw_pane", "draw_grid", "draw"}
    assert all(step.calls is None or len(step.calls) > 0 for step in steps)


def test_depths_are_worked_out_again_only_where_something_changed() -> None:
    axes = make_axes("3d")
    points = axes.scatter([0, 1], [0, 1], [0, 1])
    axes.figure.canvas.draw()
    worked_out = 0
    really = type(points).do_3d_projection

    def counted(self: Any) -> Any:
        nonlocal worked_out
        worked_out += 1
        return really(self)

    unchanged = True
    kind = type("Counted", (type(points),), {"do_3d_projection": counted})
    points.__class__ = kind
    projections = Projections(lambda artist: unchanged)
    view = traced_state(axes)
    for _ in range(3):
        projections.depth_of(points, view)
        projections.end()
    assert worked_out == 1
    axes.view_init(10, 77)
    axes.figure.canvas.draw()
    before = worked_out
    projections.depth_of(points, traced_state(axes))
    assert worked_out == before + 1, "another view"
    unchanged = False
    projections.depth_of(points, traced_state(axes))
    assert worked_out == before + 2, "another place"
    unchanged = True
    projections.invalidate()
    projections.end()
    projections.invalidate()
    projections.depth_of(points, traced_state(axes))
    assert worked_out == before + 3, "forgotten"
