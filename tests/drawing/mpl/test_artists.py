"""What matplotlib keeps of artists, axes and figures under private names."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, IdentityTransform, blended_transform_factory

from framepipe.drawing.mpl.artists import (
    aligned_with,
    aligns_labels,
    axis_of,
    blended_parts,
    clear_stale,
    composed_parts,
    first_stale,
    has_axis,
    is_at_edge,
    is_clipped_to_axes,
    is_twin,
    keeping_stale,
    layout_parameters,
    twins,
    without_layout,
)


def make_axes(**options: Any) -> Any:
    figure = Figure(**options)
    FigureCanvasAgg(figure)
    return figure.subplots()


def test_flags_of_change() -> None:
    ax = make_axes()
    (one,), (other,) = ax.plot([0]), ax.plot([1])
    clear_stale([one, other])
    assert first_stale([one, other]) is None
    other.set_color("r")
    assert first_stale([one, other]) is other
    clear_stale([other])
    with keeping_stale([one]):
        one.set_color("g")
        assert first_stale([one]) is one
    assert first_stale([one]) is None


def test_axes_and_their_axis() -> None:
    ax = make_axes()
    assert has_axis(ax)
    assert not has_axis(ax.patch)
    assert [*axis_of(ax)] == [ax.xaxis, ax.yaxis]
    assert [*axis_of(ax.patch)] == []
    assert is_clipped_to_axes(ax.plot([0])[0])
    assert not is_clipped_to_axes(ax.title)


def test_twins() -> None:
    ax = make_axes()
    twin = ax.twinx()
    assert {*twins(ax)} == {ax, twin}
    assert is_twin(twin)


@pytest.mark.parametrize(
    ("place", "edge"), [(None, True), (("outward", 9), True), (("data", 0.5), False)]
)
def test_spines_at_the_edge(place: Any, edge: bool) -> None:
    spine = make_axes().spines["left"]
    if place:
        spine.set_position(place)
    assert is_at_edge(spine) is edge


def test_aligned_labels_and_titles() -> None:
    figure: Any = Figure()
    first, second = figure.subplots(1, 2)
    assert not aligns_labels(figure)
    assert aligned_with(first) == [first]
    figure.align_ylabels()
    assert aligns_labels(figure)
    figure.align_titles()
    assert {*aligned_with(first)} == {first, second}


def test_a_layout_engine_is_taken_away_for_a_while() -> None:
    ax = make_axes(layout="constrained")
    engine = ax.figure.get_layout_engine()
    assert engine is not None
    with without_layout(ax.figure):
        assert ax.figure.get_layout_engine() is None
    assert ax.figure.get_layout_engine() is engine
    parameters = layout_parameters(engine)
    assert parameters is not None
    assert "w_pad" in parameters


def test_parts_of_transforms() -> None:
    x, y = Affine2D().scale(2), IdentityTransform()
    assert blended_parts(blended_transform_factory(x, y)) == (x, y)
    assert blended_parts(x) is None
    ax = make_axes()
    ax.set_xscale("log")
    parts = composed_parts(ax.transData)
    assert parts is not None
    assert parts[0] + parts[1] == ax.transData
    assert composed_parts(y) is None
