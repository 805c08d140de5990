"""What is known of an artist: whether it can be kept, its parts, and what says how it looks."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import ConnectionPatch

from framepipe.drawing.retained.items import (
    DisplayItem,
    ItemInFrame,
    keepable,
    parts_of,
    settings_of,
)


def make_axes() -> Any:
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


class Own(Line2D):
    """Not matplotlib's."""


def test_what_is_matplotlibs_own_can_be_kept() -> None:
    ax = make_axes()
    (line,) = ax.plot([0, 1])
    assert all(map(keepable, (line, ax.xaxis, ax.patch, ax.title, ax.text(0, 0, "here"))))
    assert keepable(ax.annotate("to", (0, 0), (1, 1)))


def test_what_depends_on_others_cannot() -> None:
    ax = make_axes()
    (line,) = ax.plot([0, 1])
    assert not keepable(Own([0], [0]))
    assert not keepable(ax.annotate("to", (0, 0), xycoords=line))
    assert not keepable(ConnectionPatch((0, 0), (1, 1), "data", "data", axesA=ax, axesB=ax))
    line.draw = lambda renderer: None
    assert not keepable(line)


def test_an_annotation_has_its_arrow_and_its_box() -> None:
    ax = make_axes()
    note: Any = ax.annotate("to", (0, 0), (1, 1), arrowprops={}, bbox={})
    parts = parts_of(note, ())
    assert note in parts
    assert note.arrow_patch in parts
    assert note.get_bbox_patch() in parts
    assert not any(part is ax or part is ax.figure for part in parts), "that would be everything"


def test_an_axis_has_its_ticks_and_an_axes_its_children() -> None:
    ax = make_axes()
    ax.figure.draw_without_rendering()
    assert {*ax.xaxis.get_major_ticks()} <= {*parts_of(ax.xaxis, ())}
    assert {*ax.get_children()} <= {*parts_of(ax, ())}


def test_another_item_is_not_taken_apart() -> None:
    ax = make_axes()
    arrows = ax.quiver([0], [0], [1], [1])
    key = ax.quiverkey(arrows, 0.5, 0.5, 1, "one")
    together = parts_of(key, ())
    apart = parts_of(key, {id(arrows)})
    assert arrows in apart
    assert len(apart) <= len(together)


def test_settings_reach_locators_and_formatters() -> None:
    ax = make_axes()
    found = list(settings_of(ax))
    assert ax in found
    assert ax.xaxis.major.locator in found
    assert ax.yaxis.minor.formatter in found
    assert list(settings_of(ax.patch)) == [ax.patch]


@pytest.mark.parametrize(
    ("reason", "recorded", "must"),
    [("", True, False), ("", False, True), ("stale", True, True)],
)
def test_what_changed_or_was_not_recorded_must_be_drawn(
    reason: str, recorded: bool, must: bool
) -> None:
    item = DisplayItem(Line2D([0], [0]))
    item.display_list = [] if recorded else None
    assert ItemInFrame(item, None, (), reason).must_draw is must
