"""Graphics contexts, fonts and renderers, as far as they are private: they mean what we think."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox, TransformedPath

from framepipe.drawing.mpl.agg import (
    clip_path,
    clip_rectangle,
    drawing_disabled,
    frozen_context,
    set_aside,
)


def make_canvas() -> Any:
    return FigureCanvasAgg(Figure(figsize=(1, 1), dpi=40))


def test_a_frozen_context_stays_as_it_was() -> None:
    move = Affine2D()
    circle = Circle((0.5, 0.5), 0.2)
    gc: Any = make_canvas().get_renderer().new_gc()
    gc.set_linewidth(3)
    gc.set_clip_rectangle(TransformedBbox(Bbox.unit(), move))
    gc.set_clip_path(TransformedPath(circle.get_path(), move))
    frozen: Any = frozen_context(gc)
    gc.set_linewidth(9)
    move.translate(7, 0)
    assert frozen.get_linewidth() == 3
    assert frozen.get_clip_rectangle().x0 == 0
    assert gc.get_clip_rectangle().x0 == 7
    rectangle, path = clip_rectangle(frozen), clip_path(frozen)
    assert rectangle is not None
    assert path is not None
    assert np.allclose(path.get_transformed_path_and_affine()[1].get_matrix(), np.eye(3))


def test_a_renderer_draws_nothing_for_a_while() -> None:
    canvas = make_canvas()
    renderer = canvas.get_renderer()
    circle = Circle((20, 20), 9)
    circle.set_figure(canvas.figure)
    with drawing_disabled(renderer):
        circle.draw(renderer)
    assert not np.asarray(renderer.buffer_rgba())[..., 3].any()
    circle.draw(renderer)
    assert np.asarray(renderer.buffer_rgba())[..., 3].any()


def test_a_canvas_is_set_aside_as_save_does() -> None:
    canvas = make_canvas()
    canvas.manager = "a window"
    with set_aside(canvas):
        assert canvas.is_saving()
        assert canvas.manager is None
    assert not canvas.is_saving()
    assert canvas.manager == "a window"
