"""The order in which matplotlib draws, and what it does on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle
from mpl_toolkits.axes_grid1 import host_subplot

from framepipe.drawing.mpl.artists import children
from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.retained.draw_order import draw_order, is_opaque
from framepipe.drawing.retained.items import parts_of
from framepipe.drawing.retained.tracing import Projections, trace


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


def polar() -> Any:
    figure = plain()
    figure.add_axes((0.5, 0.5, 0.4, 0.4), projection="polar").plot([0, 1], [1, 2])
    figure.axes[0].inset_axes([0, 0, 0.3, 0.3], projection="polar")
    return figure


def in_space() -> Any:
    figure = make_figure()
    axes = figure.add_subplot(projection="3d")
    axes.plot([0, 1], [0, 1], [0, 1])
    axes.scatter([0, 1], [1, 0], [0, 1])
    axes.bar3d([0], [0], [0], 0.5, 0.5, 0.5)
    return figure


def with_subfigures() -> Any:
    figure = make_figure()
    left, right = figure.subfigures(1, 2)
    left.subplots(2).flat[0].plot([0, 1])
    right.add_subplot(projection="polar")
    right.suptitle("right")
    return figure


def with_parasites() -> Any:
    figure = make_figure()
    host = host_subplot(111, figure=figure)
    host.plot([0, 1])
    host.twinx().plot([0, 2], [1, 0])
    return figure


class Framed(Axes):
    """Draws something itself, after its children."""

    def draw(self, renderer: Any) -> None:
        super().draw(renderer)
        Rectangle((20, 20), 50, 50, fc="none", ec="r", figure=self.figure).draw(renderer)


def with_something_of_its_own() -> Any:
    figure = make_figure()
    figure.add_axes(Framed(figure, (0.2, 0.2, 0.6, 0.6))).plot([0, 1])
    return figure


#: A figure of each kind, and calls that its axes make themselves.
MAKERS = {
    plain: 0, without_frame: 0, with_insets_and_twins: 0, hidden: 0, below_the_axes: 0, polar: 0,
    in_space: 0, with_subfigures: 0, with_parasites: 0, with_something_of_its_own: 1,
}  # fmt: skip


@contextmanager
def noted(figure: Any) -> Iterator[list[Artist]]:
    """The artists whose ``draw`` is called by the figure or by plain axes, in order."""
    drawn: list[Artist] = []
    everything: set[Artist] = {figure.patch, *figure.get_children()}
    axes = figure.findobj(Axes)
    parasites = [parasite for one in axes for parasite in getattr(one, "parasites", ())]
    for holder in (*axes, *parasites, *figure.subfigs):
        everything |= {holder.patch, *holder.get_children()}
    artists: Any = [one for one in everything if not isinstance(one, (Axes, SubFigure))]
    for artist in artists:

        def draw(*args: Any, artist: Any = artist, **kwargs: Any) -> None:
            drawn.append(artist)

        artist.draw = draw
    try:
        yield drawn
    finally:
        for artist in artists:
            del artist.draw


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_the_order_is_matplotlibs(make: Any) -> None:
    figure = make()
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        with noted(figure) as drawn:
            figure.draw(renderer)
        before = renderer.pixels.copy()
        steps = list(draw_order(figure, renderer, {}))
        assert np.array_equal(renderer.pixels, before)
        of_children = [step for step in steps if step.calls is None and step.method == "draw"]
        assert [step.artist for step in of_children] == drawn
        assert len(drawn) > 8
        assert sum(len(step.calls or ()) for step in steps) == MAKERS[make]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_drawn_in_that_order_it_is_the_same_to_the_pixel(make: Any) -> None:
    figure = make()
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        figure.draw(renderer)
        whole = renderer.pixels.copy()
        renderer.clear()
        for artist, _, method, calls in draw_order(figure, renderer, {}):
            if calls is None:
                getattr(artist, method)(renderer)
            else:
                renderer.recorder.play(calls)
        assert whole.any()
        assert np.array_equal(renderer.pixels, whole)


def test_a_traced_axes_is_itself_again() -> None:
    figure = in_space()
    axes = figure.axes[0]
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        figure.draw(renderer)
        for artist in axes.get_children():
            artist.stale = False
        before = {artist: set(vars(artist)) for artist in (axes, *axes.get_children())}
        trace(axes, renderer)
        assert {artist: set(vars(artist)) for artist in before} == before
        assert not any(artist.stale for artist in axes.get_children())


def test_an_error_in_a_traced_axes_leaves_it_as_it_was() -> None:
    figure = make_figure()

    class Broken(Axes):
        def draw(self, renderer: Any) -> None:
            super().draw(renderer)
            raise ValueError("broken")

    axes = figure.add_axes(Broken(figure, (0, 0, 1, 1)))
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()
        with pytest.raises(ValueError, match="broken"):
            trace(axes, renderer)
        assert "draw" not in vars(axes.patch)
        assert {"get_children", "_update_title_position"}.isdisjoint(vars(axes))
        axes.patch.draw(renderer)
        assert renderer.pixels.any()


def test_what_is_in_space_is_projected_when_it_or_the_view_changes() -> None:
    figure = in_space()
    axes = figure.axes[0]
    projected: list[Any] = []

    class Counting(type(axes.collections[0])):  # type: ignore[misc]
        def do_3d_projection(self) -> Any:
            projected.append(self)
            return super().do_3d_projection()

    axes.collections[0].__class__ = Counting
    changed: set[Any] = set()
    projections = Projections(lambda artist: artist not in changed)
    with living_on_agg(figure, idle_draws=True) as canvas:
        renderer = canvas.get_renderer()

        def order() -> list[Any]:
            projected.clear()
            steps = trace(axes, renderer, projections)
            projections.end()
            return [step.artist for step in steps]

        first = order()
        assert len(projected) == 1
        assert order() == first
        assert projected == []
        axes.view_init(azim=10)
        order()
        assert len(projected) == 1
        changed.add(axes.collections[0])
        order()
        assert len(projected) == 1


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


def test_what_goes_through_a_filter_or_is_the_users_is_not_opened() -> None:
    axes = make_figure().add_subplot()
    assert not is_opaque(axes)
    axes.set_agg_filter(lambda image, dpi: (image, 0, 0))
    assert is_opaque(axes)
    axes.set_agg_filter(None)
    axes.set_rasterization_zorder(1)
    assert is_opaque(axes)
    axes.set_rasterization_zorder(None)
    axes.draw = lambda renderer: None
    assert is_opaque(axes)


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
