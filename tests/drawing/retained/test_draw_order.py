"""The order in which matplotlib draws, and what it does on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from framepipe.drawing.mpl.artists import children
from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.retained.draw_order import draw_order, opens
from framepipe.drawing.retained.items import parts_of


def make_figure() -> Any:
    figure: Any = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    return figure


def plain() -> Any:
    figure = make_figure()
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], zorder=9)
    left.plot([0, 1], zorder=-1)
    left.text(0, 0, "text", zorder=2)
    right.imshow([[0, 1]], zorder=3)
    right.set_zorder(-2)
    figure.text(0.5, 0.5, "above", zorder=-1)
    return figure


def without_frame() -> Any:
    figure = plain()
    figure.axes[0].set_frame_on(False)
    figure.axes[1].set_axis_off()
    return figure


def with_insets_and_twins() -> Any:
    figure = plain()
    inset = figure.axes[0].inset_axes([0.5, 0.5, 0.4, 0.4], zorder=1)
    inset.plot([1, 0])
    figure.axes[1].twinx().plot([0, 1])
    return figure


def hidden() -> Any:
    figure = plain()
    figure.axes[0].set_visible(False)
    return figure


def below_the_axes() -> Any:
    figure = plain()
    figure.axes[0].set_axisbelow(True)
    figure.axes[0].grid()
    return figure


@contextmanager
def noted(figure: Any) -> Iterator[list[Artist]]:
    """The artists whose ``draw`` is called by the figure or by plain axes, in order."""
    drawn: list[Artist] = []
    everything = {
        artist for axes in figure.findobj(Axes) if opens(axes) for artist in axes.get_children()
    }
    everything |= {figure.patch, *figure.get_children()}
    artists = [artist for artist in everything if not (isinstance(artist, Axes) and opens(artist))]
    for artist in artists:

        def draw(*args: Any, artist: Any = artist, **kwargs: Any) -> None:
            drawn.append(artist)

        artist.draw = draw
    try:
        yield drawn
    finally:
        for artist in artists:
            del artist.draw


@pytest.mark.parametrize(
    "make", [plain, without_frame, with_insets_and_twins, hidden, below_the_axes]
)
def test_the_order_is_matplotlibs(make: Any) -> None:
    figure = make()
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        with noted(figure) as drawn:
            figure.draw(renderer)
        assert [artist for artist, _ in draw_order(figure, renderer, {})] == drawn
        assert len(drawn) > 10


def test_axes_are_where_and_how_large_as_a_draw_leaves_them() -> None:
    figures = [make_figure(), make_figure()]
    for figure in figures:
        axes = figure.add_subplot(aspect="equal")
        axes.plot([0, 1], [0, 5])
        axes.inset_axes([0.5, 0.5, 0.4, 0.4]).imshow([[0, 1, 2, 3]])
    drawn, ordered = figures
    drawn.canvas.draw()
    with living_on_agg(ordered, idle_draws=True) as canvas:
        list(draw_order(ordered, canvas.get_renderer(), {}))
    for one, other in zip(*([f.axes[0], *f.axes[0].child_axes] for f in figures), strict=True):
        for name in ("get_xlim", "get_ylim", "get_position"):
            assert str(getattr(one, name)()) == str(getattr(other, name)())


def test_what_draws_in_its_own_way_is_not_opened() -> None:
    figure = make_figure()

    class Own(Axes):
        def draw(self, renderer: Any) -> None:
            super().draw(renderer)

    own = figure.add_axes(Own(figure, (0, 0, 1, 1)))
    axes = figure.add_subplot()
    assert opens(axes)
    assert not opens(own)
    axes.set_agg_filter(lambda image, dpi: (image, 0, 0))
    assert not opens(axes)
    axes.set_agg_filter(None)
    axes.set_rasterization_zorder(1)
    assert not opens(axes)
    axes.set_rasterization_zorder(None)
    axes.draw = lambda renderer: None
    assert not opens(axes)


def test_the_parts_of_an_artist_are_found_without_its_help() -> None:
    figure = make_figure()
    axes = figure.add_subplot()
    note = axes.annotate("to", (0, 0), (1, 1), arrowprops={}, bbox={})
    assert set(parts_of(note, set())) == {note, note.arrow_patch, note.get_bbox_patch()}
    tick = axes.xaxis.get_major_ticks()[0]
    assert {axes.xaxis, tick, tick.label1, axes.xaxis.label} <= set(parts_of(axes.xaxis, set()))


def test_another_item_is_named_as_a_part_and_not_taken_apart() -> None:
    figure = make_figure()
    axes = figure.add_subplot()
    note = axes.annotate("to", (0, 0), (1, 1), bbox={})
    patch = axes.add_patch(Rectangle((0, 0), 1, 1))
    patch.note = note
    assert set(parts_of(patch, {id(note)})) == {patch, note}
    assert set(parts_of(patch, set())) == {patch, note, note.get_bbox_patch()}


def test_an_axes_is_made_of_all_that_it_draws() -> None:
    figure = make_figure()
    axes = figure.add_subplot(projection="3d")
    axes.plot([0, 1], [0, 1], [0, 1])
    parts = set(parts_of(axes, set()))
    assert {axes, axes.xaxis, axes.zaxis, axes.title, *children(axes)} <= parts
    assert figure not in parts
