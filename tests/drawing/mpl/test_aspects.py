"""Where axes are put, by their locators and aspects, is where matplotlib puts them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from framepipe.drawing.mpl.artists import active_position, clear_stale, view_limits
from framepipe.drawing.mpl.aspects import apply_aspect, artists_to_draw


def make_axes(**options: Any) -> Any:
    figure = Figure(**options)
    FigureCanvasAgg(figure)
    return figure.subplots()


def test_what_a_figure_draws_is_in_order() -> None:
    ax = make_axes()
    text = ax.figure.text(0, 0, "above", zorder=9)
    below = ax.figure.text(0, 0, "below", zorder=-9)
    ax.figure.text(0, 0, "unseen", visible=False).set_in_layout(False)
    drawn = artists_to_draw(ax.figure, ax.figure.canvas.get_renderer())
    assert drawn.index(text) >= 0
    assert {ax, text, below} <= {*drawn}


CHANGES: list[Callable[[Any], object]] = [
    lambda ax: ax.set_aspect("equal"),
    lambda ax: ax.set_aspect(2.5),
    lambda ax: ax.set_aspect("auto"),
    lambda ax: ax.set_box_aspect(0.5),
    lambda ax: ax.set_box_aspect(None),
    lambda ax: ax.set_adjustable("datalim"),
    lambda ax: (ax.set_box_aspect(None), ax.set_adjustable("box")),  # both fail in matplotlib
    lambda ax: ax.set_anchor("SW"),
    lambda ax: ax.set_anchor((0.2, 0.9)),
    lambda ax: ax.set_xlim(1, 4),
    lambda ax: ax.set_ylim(7, 2),
    lambda ax: ax.set_yscale("log"),
    lambda ax: ax.set_yscale("function", functions=(np.sqrt, np.square)),
    lambda ax: ax.set_yscale("linear"),
    lambda ax: ax.plot([1, 20], [1, 300]),
    lambda ax: ax.autoscale(),
    lambda ax: ax.set_position([0.2, 0.3, 0.5, 0.6]),
    lambda ax: ax.set_position([0.1, 0.3, 0.5, 0.1], which="active"),
    lambda ax: ax.set_position([0.3, 0.1, 0.6, 0.6], which="original"),
    lambda ax: ax.get_position(original=True),
    lambda ax: ax.set_axes_locator(lambda *_: Bbox([[0.1, 0.1], [0.4, 0.5]])),
    lambda ax: ax.set_axes_locator(None),
    lambda ax: ax.figure.set_size_inches(5, 7),
    lambda ax: ax.figure.set_size_inches(9, 3),
    lambda ax: ax.inset_axes([0.5, 0.5, 0.3, 0.2]).set_aspect(3),
]


def places(figure: Any) -> list[Any]:
    every = [one for ax in figure.axes for one in (ax, *ax.child_axes)]
    boxes = [box for one in every for box in (active_position(one), view_limits(one))]
    return [box.get_points().tobytes() for box in boxes]  # some are not numbers


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("way", [apply_aspect, artists_to_draw])
def test_axes_stand_where_matplotlib_puts_them(seed: int, way: Any) -> None:
    chance = random.Random(seed)
    ours, theirs = make_axes(), make_axes()
    for _ in range(40):
        change = chance.choice(CHANGES)
        for ax in (ours, theirs):
            change(ax)
        if chance.random() < 0.7:
            renderer = ours.figure.canvas.get_renderer()
            way(ours if way is apply_aspect else ours.figure, renderer)
            if way is apply_aspect:
                locator = theirs.get_axes_locator()
                theirs.apply_aspect(locator(theirs, renderer) if locator else None)
            else:
                theirs.figure._get_draw_artists(theirs.figure.canvas.get_renderer())
            assert places(ours.figure) == places(theirs.figure)


def test_axes_that_stand_right_are_left_alone() -> None:
    ax = make_axes()
    ax.set_aspect("equal")
    apply_aspect(ax, None)
    clear_stale([ax])
    apply_aspect(ax, None)
    assert not ax.stale
    ax.set_xlim(0, 9)
    clear_stale([ax])
    apply_aspect(ax, None)
    assert ax.stale


def test_twins_have_one_place_and_the_last_one_says_which() -> None:
    first: Any = make_axes()
    second: Any = first.twinx()
    second.set_position([0.1, 0.1, 0.2, 0.2])
    first.set_axes_locator(lambda *_: Bbox([[0.3, 0.3], [0.4, 0.4]]))
    for ax in (first, second, first):
        apply_aspect(ax, None)
    assert active_position(second).bounds == pytest.approx((0.3, 0.3, 0.1, 0.1))


def test_a_figure_of_another_class_says_itself_what_it_draws() -> None:
    class Mine(Figure):
        def _get_draw_artists(self, renderer: Any) -> list[Any]:
            return [self.patch]

    figure = Mine()
    assert artists_to_draw(figure, None) == [figure.patch]  # type: ignore[arg-type]
