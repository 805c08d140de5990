"""What was recorded of an artist draws it again, on any pixels, whatever has become of it."""

from __future__ import annotations

from typing import Any

import matplotlib.patheffects as pe
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.tri import Triangulation

from framepipe.drawing.rendering.canvas import living_on_agg


def make_figure() -> Any:
    figure = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    return figure


def half(image: Any, dpi: float) -> Any:
    return image * np.array([1, 1, 1, 0.5]), 0, 0


def spread(ax: Any) -> dict[str, Any]:
    """An artist for each way in which matplotlib reaches the rasterizer."""
    x = np.linspace(0, 1, 5)
    stroke = [pe.withStroke(linewidth=5, foreground="g")]
    mesh = np.add.outer(x, x)
    return {
        "line": ax.plot(x, x**2)[0],
        "markers": ax.plot(x, x, "o-", mfc="y")[0],
        "text": ax.text(0.1, 0.2, "Text", rotation=30),
        "mathtext": ax.text(0.4, 0.2, r"$\sqrt{\frac{x}{2}}$"),
        "image": ax.imshow(mesh, extent=(0, 1, 0, 1), alpha=0.6),
        "scatter": ax.scatter(x, x[::-1], s=x * 90 + 9, c=x, alpha=0.7),
        "quadmesh": ax.pcolormesh(x, x, mesh, edgecolors="k"),
        "gouraud": ax.tripcolor(Triangulation([0, 1, 0.5], [0, 0, 1]), x[:3], shading="gouraud"),
        "hatch": ax.add_patch(Rectangle((0.2, 0.2), 0.5, 0.5, hatch="xx", fc="none", ec="r")),
        "clipped": ax.plot(x, x[::-1], lw=9, label="c")[0],
        "sketch": ax.plot(x, 1 - x**2, sketch_params=3)[0],
        "filtered": ax.plot(x, x / 2, lw=6, agg_filter=half)[0],
        "effects": ax.plot(x, 1 - x / 2, path_effects=stroke)[0],
        "text effects": ax.text(0.5, 0.8, "Outline", path_effects=stroke),
        "arrow": ax.annotate("to", (0.1, 0.1), (0.7, 0.6), arrowprops={"arrowstyle": "->"}),
        "rasterized": ax.fill_between(x, x, rasterized=True, alpha=0.5),
        "aliased": ax.text(0.6, 0.6, "steps", antialiased=False),
        "axis": ax.xaxis,
    }


def stage() -> tuple[Any, dict[str, Any]]:
    figure = make_figure()
    artists = spread(figure.subplots())
    artists["clipped"].set_clip_path(
        Circle((0.5, 0.5), 0.2, transform=artists["line"].axes.transData)
    )
    return figure, artists


@pytest.mark.parametrize("name", stage()[1])
def test_a_display_list_draws_as_the_artist_does(name: str) -> None:
    figure, artists = stage()
    artist = artists[name]
    rng = np.random.default_rng(0)
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        figure.draw(renderer)
        some = rng.integers(0, 256, renderer.pixels.shape, dtype=np.uint8)
        some[..., :3] = np.minimum(some[..., :3], some[..., 3:])  # premultiplied

        display_list: Any = []
        renderer.recorder.display_list = display_list
        artist.draw(renderer)
        renderer.recorder.display_list = None
        for background in (np.zeros_like(some), some):
            renderer.pixels[:] = background
            artist.draw(renderer)
            drawn = renderer.pixels.copy()
            # Whatever the artist and its axes do afterwards, the display list does not mind.
            before = artist.axes.get_xlim()
            artist.axes.set_xlim(0.3, 0.5)
            artist.draw(renderer)
            renderer.pixels[:] = background
            renderer.recorder.play(display_list)
            assert (drawn != background).any()
            assert np.array_equal(renderer.pixels, drawn)
            artist.axes.set_xlim(before)
