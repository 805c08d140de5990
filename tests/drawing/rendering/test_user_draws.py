"""Where anything of the user's runs in a draw, it is seen; where nothing does, too."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import FuncNorm
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patheffects import AbstractPathEffect, withStroke
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.widgets import Button
from mpl_toolkits.axes_grid1.inset_locator import inset_axes

from framepipe.drawing.rendering.user_draws import runs_user_code, user_listens


def make_figure() -> tuple[Any, Any]:
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


class Mine(Line2D):
    pass


class Effect(AbstractPathEffect):
    pass


class Layout(LayoutEngine):
    def execute(self, fig: Any) -> None:
        pass


class Locator(MaxNLocator):
    pass


def listen(figure: Any, ax: Any) -> None:
    figure.canvas.mpl_connect("draw_event", lambda event: None)


def listen_by_method(figure: Any, ax: Any) -> None:
    figure.keep = Keeper()
    figure.canvas.mpl_connect("draw_event", figure.keep.listen)


class Keeper:
    def listen(self, event: Any) -> None:
        pass


def own_draw(figure: Any, ax: Any) -> None:
    title = ax.title
    title.draw = lambda renderer: None


class Canvas(FigureCanvasAgg):
    pass


CHANGES: dict[str, Any] = {
    "listener": listen,
    "method": listen_by_method,
    "draw": own_draw,
    "artist": lambda figure, ax: ax.add_line(Mine([0, 1], [0, 1])),
    "figure's artist": lambda figure, ax: figure.add_artist(Mine([0, 1], [0, 1])),
    "path effect": lambda figure, ax: ax.plot([0, 1], path_effects=[Effect()]),
    "filter": lambda figure, ax: ax.title.set_agg_filter(lambda image, dpi: (image, 0, 0)),
    "formatter": lambda figure, ax: ax.xaxis.set_major_formatter(lambda x, position: ""),
    "minor formatter": lambda figure, ax: ax.yaxis.set_minor_formatter(lambda x, position: ""),
    "locator": lambda figure, ax: ax.xaxis.set_major_locator(Locator()),
    "scale": lambda figure, ax: ax.set_xscale("function", functions=(abs, abs)),
    "place": lambda figure, ax: ax.set_axes_locator(lambda ax, renderer: ax.get_position()),
    "canvas": lambda figure, ax: Canvas(figure),
    "layout": lambda figure, ax: figure.set_layout_engine(Layout()),
    "norm": lambda figure, ax: ax.scatter(
        [0, 1], [0, 1], c=[1, 2], norm=FuncNorm((abs, abs), vmin=0, vmax=1)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_the_users(change: str) -> None:
    figure, ax = make_figure()
    assert not runs_user_code(figure)
    CHANGES[change](figure, ax)
    assert runs_user_code(figure)
    assert user_listens(figure) == (change in ("listener", "method"))


def test_what_is_matplotlibs_is_not() -> None:
    figure, ax = make_figure()
    figure.set_layout_engine("constrained")
    ax.plot([0, 1], label="a", path_effects=[withStroke(linewidth=3)])
    ax.legend()
    ax.imshow([[1, 2]])
    ax.xaxis.set_major_formatter(PercentFormatter())
    ax.set_yscale("symlog")
    figure.add_subplot(projection="polar")
    figure.add_subplot(projection="3d").scatter([0], [0], [0])
    inset_axes(ax, width="30%", height="30%")
    button = Button(figure.add_axes((0, 0, 0.1, 0.1)), "go", useblit=True)
    animation = FuncAnimation(figure, lambda i: None, frames=1)
    assert not user_listens(figure)
    assert not runs_user_code(figure)
    del button
    animation.new_saved_frame_seq()
    animation._draw_was_started = True  # type: ignore[attr-defined]
