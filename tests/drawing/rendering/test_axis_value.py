"""Axes made anew: equal values, equal pixels; and what the value of an axis must not miss."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib import dates, patheffects
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FuncFormatter,
    IndexLocator,
    LinearLocator,
    MultipleLocator,
    NullLocator,
    StrMethodFormatter,
)

from framepipe.drawing.mpl.artists import clear_stale, first_stale
from framepipe.drawing.rendering.axis_value import value_between_draws, value_of_axis
from framepipe.drawing.rendering.display_list import DisplayList, RecordingRenderer
from framepipe.drawing.rendering.ticks import draw_axis
from framepipe.drawing.retained.items import parts_of

date: Any = dates  # it has no types

Change = Callable[[Any], object]


def make_axes() -> Any:
    figure = Figure(figsize=(4, 3), dpi=60)
    FigureCanvasAgg(figure)
    figure.subplots_adjust(left=0.3, bottom=0.3)
    return figure.add_subplot()


def made_anew(ax: Any, *changes: Change) -> None:
    """Clear axes and draw on them again, as a beginner's update does."""
    ax.cla()
    ax.plot([0, 1, 2], [1, 3, 2])
    ax.set_xlabel("time")
    ax.viewLim  # noqa: B018 - reading it does the lazy autoscale, as every draw does at first
    for change in changes:
        with suppress(AttributeError, IndexError):  # one for numbers, after one that makes it dates
            change(ax)
    ax.viewLim  # noqa: B018


#: What a draw of one axis or the other must not miss.
CHANGES: dict[str, Change] = {
    "limits of x": lambda ax: ax.set_xlim(0, 3),
    "limits of both": lambda ax: ax.set(xlim=(-2, 3), ylim=(5, -5)),
    "far": lambda ax: ax.set(xlim=(1e6, 1e6 + 1), ylim=(0, 1e-9)),
    "labels": lambda ax: ax.set(xlabel="place", ylabel="signal"),
    "label's colour": lambda ax: ax.xaxis.label.set_color("red"),
    "label's size": lambda ax: ax.set_xlabel("time", fontsize=5),
    "label's weight": lambda ax: ax.xaxis.label.get_fontproperties().set_weight("bold"),
    "label moved": lambda ax: ax.xaxis.set_label_coords(0.5, 0.5),
    "label above": lambda ax: ax.xaxis.set_label_position("top"),
    "label's pad": lambda ax: ax.set_xlabel("time", labelpad=12),
    "label hidden": lambda ax: ax.xaxis.label.set_visible(False),
    "label boxed": lambda ax: ax.xaxis.label.set_bbox({"facecolor": "y"}),
    "ticks above": lambda ax: ax.xaxis.tick_top(),
    "ticks in": lambda ax: ax.tick_params(direction="in", length=9, color="r"),
    "tick labels": lambda ax: ax.tick_params(labelcolor="b", labelsize=5, labelrotation=40),
    "fewer ticks": lambda ax: ax.locator_params(nbins=3),
    "minor ticks": lambda ax: ax.minorticks_on(),
    "ticks by hand": lambda ax: ax.set(xticks=[0, 1], yticks=[2]),
    "no ticks": lambda ax: ax.xaxis.set_major_locator(NullLocator()),
    "ticks' multiple": lambda ax: ax.yaxis.set_major_locator(MultipleLocator(0.3)),
    "format": lambda ax: ax.xaxis.set_major_formatter(StrMethodFormatter("{x:.3f}")),
    "exponent": lambda ax: (
        ax.set_xlim(0, 2000),
        ax.ticklabel_format(style="sci", scilimits=(0, 0)),
    ),
    "offset text": lambda ax: (ax.set_xlim(1e6, 1e6 + 1), ax.xaxis.offsetText.set_color("red")),
    "users' format": lambda ax: ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"<{x}>")),
    "names": lambda ax: ax.set_xticks([0, 1], ["zero", "one"]),
    "one tick": lambda ax: ax.xaxis.get_major_ticks()[1].label1.set_color("red"),
    "first tick": lambda ax: ax.xaxis.get_major_ticks(2)[0].label1.set_alpha(0.3),
    "first tick's line": lambda ax: ax.yaxis.get_major_ticks(2)[0].tick1line.set_markersize(12),
    "grid": lambda ax: ax.grid(),
    "grid of x": lambda ax: ax.xaxis.grid(color="g", linestyle=":", linewidth=3),
    "grid clipped": lambda ax: (ax.grid(), ax.xaxis.set_clip_path(None)),
    "alpha": lambda ax: ax.tick_params(grid_alpha=0.2),
    "axis hidden": lambda ax: ax.xaxis.set_visible(False),
    "spine moved": lambda ax: ax.spines["bottom"].set_position(("outward", 9)),
    "spine centred": lambda ax: ax.spines["left"].set_position("zero"),
    "log": lambda ax: ax.set(yscale="log"),
    "symlog": lambda ax: ax.set(xscale="symlog"),
    "dates": lambda ax: ax.plot([datetime.date(2020, 1, 1), datetime.date(2020, 3, 1)], [0, 1]),
    "concise dates": lambda ax: (
        ax.set_xlim(datetime.datetime(2020, 1, 1, 3), datetime.datetime(2020, 1, 3)),
        ax.xaxis.set_major_formatter(date.ConciseDateFormatter(ax.xaxis.get_major_locator())),
    ),
    "months": lambda ax: (
        ax.set_xlim(datetime.date(2020, 1, 1), datetime.date(2020, 7, 1)),
        ax.xaxis.set(major_locator=date.MonthLocator(), major_formatter=date.DateFormatter("%b")),
    ),
    "weekdays": lambda ax: (
        ax.set_xlim(datetime.date(2020, 1, 1), datetime.date(2020, 2, 1)),
        ax.xaxis.set(
            major_locator=date.WeekdayLocator(date.SU), minor_locator=date.DayLocator(interval=3)
        ),
    ),
    "dates of a place": lambda ax: (
        ax.plot([datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)], [1], "o"),
        ax.xaxis.axis_date(tz=datetime.timezone(datetime.timedelta(hours=9))),
    ),
    "categories": lambda ax: ax.plot(["a", "b"], [0, 1]),
    "other categories": lambda ax: ax.plot(["b", "a", "c"], [0, 1, 2]),
    "bars": lambda ax: ax.barh(["a", "b"], [0, 1]),
    "log of base 2": lambda ax: ax.set_yscale("log", base=2),
    "log below zero": lambda ax: ax.set(ylim=(-1, 8), yscale="log"),
    "a tiny datum": lambda ax: (ax.plot([0, 1], [1e-3, 2]), ax.set(ylim=(-1, 8), yscale="log")),
    "logit": lambda ax: ax.set(yscale="logit", ylim=(0.01, 0.95)),
    "asinh": lambda ax: ax.set_yscale("asinh", linear_width=0.5),
    "symlog from another place on": lambda ax: ax.set_yscale("symlog", linthresh=0.1),
    "symlog from here on": lambda ax: ax.set_yscale("symlog", linthresh=1.5),
    "by functions": lambda ax: ax.set_xscale("function", functions=(np.square, np.sqrt)),
    "linear ticks": lambda ax: ax.xaxis.set_major_locator(LinearLocator(4)),
    "path effects": lambda ax: ax.xaxis.label.set_path_effects([patheffects.withStroke()]),
    "place": lambda ax: ax.set_position([0.2, 0.3, 0.5, 0.4]),
    "aspect": lambda ax: (ax.set_aspect("equal"), ax.apply_aspect()),
    "size": lambda ax: ax.figure.set_size_inches(2, 2),
}


#: More of them, each to be held against one of those.
APART: dict[str, Change] = {
    "the same dates, of a place": lambda ax: (
        CHANGES["concise dates"](ax),
        ax.xaxis.get_major_locator().set_tzinfo(datetime.timezone(datetime.timedelta(hours=9))),
    ),
    "other weekdays": lambda ax: (
        CHANGES["weekdays"](ax),
        ax.xaxis.set_major_locator(date.WeekdayLocator(date.TU)),
    ),
}

#: Those whose drawing no value can tell.
OPAQUE = {"users' format", "names", "one tick"}


def draw(axis: Any) -> tuple[DisplayList, bytes]:
    """Draw an axis, and return its calls and the picture."""
    figure = axis.axes.figure
    width, height = figure.canvas.get_width_height()
    renderer = RecordingRenderer(width, height, figure.dpi)
    renderer.figure = figure
    display_list: DisplayList = []
    renderer.recorder.display_list = display_list
    draw_axis(axis, renderer)
    renderer.recorder.display_list = None
    return display_list, renderer.pixels.tobytes()


def play(display_list: DisplayList, figure: Any) -> bytes:
    width, height = figure.canvas.get_width_height()
    renderer = RecordingRenderer(width, height, figure.dpi)
    renderer.recorder.play(display_list)
    return renderer.pixels.tobytes()


def test_an_axis_made_anew_has_the_value_it_had() -> None:
    ax = make_axes()
    values = []
    for _ in range(5):
        made_anew(ax)
        values.append((value_of_axis(ax.xaxis), value_of_axis(ax.yaxis)))
        ax.figure.canvas.draw()
    # Draws place labels and spines, which clearing leaves where they are.
    assert values[2] == values[3] == values[4]
    assert None not in values[4]
    assert values[4][0] != values[4][1]


def test_an_axis_that_has_its_ticks_has_no_value() -> None:
    ax = make_axes()
    ax.figure.canvas.draw()
    assert value_of_axis(ax.xaxis) is None


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_shows_changes_the_value(name: str) -> None:
    ax = make_axes()
    for _ in range(3):  # until clearing brings it back as it was
        made_anew(ax)
        ax.figure.canvas.draw()
    made_anew(ax)
    before = [(value_of_axis(axis), draw(axis)[1]) for axis in (ax.xaxis, ax.yaxis)]
    made_anew(ax, CHANGES[name])
    after = [(value_of_axis(axis), draw(axis)[1]) for axis in (ax.xaxis, ax.yaxis)]
    showing = [index for index in (0, 1) if before[index][1] != after[index][1]]
    assert showing or name in ("alpha", "path effects", "label hidden", "ticks by hand")
    for index in showing:
        assert before[index][0] != after[index][0]
    if name in OPAQUE:
        assert after[0][0] is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("log below zero", "a tiny datum"),
        ("symlog from another place on", "symlog from here on"),
        ("log", "log of base 2"),
        ("categories", "other categories"),
        ("concise dates", "the same dates, of a place"),
        ("weekdays", "other weekdays"),
    ],
)
def test_what_one_thing_alone_tells_apart(one: str, other: str) -> None:
    """Of scales, dates and categories; the limits are the same, or nearly."""
    seen = []
    for name in (one, other):
        ax = make_axes()
        for _ in range(2):
            made_anew(ax, (CHANGES | APART)[name])
            seen.append([(value_of_axis(axis), draw(axis)[1]) for axis in (ax.xaxis, ax.yaxis)])
    _, before, _, after = seen
    showing = [index for index in (0, 1) if before[index][1] != after[index][1]]
    assert showing
    for index in showing:
        assert before[index][0] != after[index][0]


def test_spines_that_have_taken_their_places_are_another_value() -> None:
    """Ticks are made anew when they do, and what was set of the first one is lost."""
    ax = make_axes()
    values = []
    for placed in (False, True):
        made_anew(ax)
        if placed:
            for which in ("tick1", "tick2"):
                ax.get_xaxis_transform(which)
        ax.xaxis.majorTicks[0].label1.set_alpha(0.3)
        values.append((value_of_axis(ax.xaxis), draw(ax.xaxis)[1]))
        ax.figure.canvas.draw()
    (one, lost), (other, kept) = values
    assert lost != kept
    assert one != other


@pytest.mark.filterwarnings("ignore")  # some do not go together
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(st.sampled_from(sorted(CHANGES)), max_size=3), min_size=3, max_size=6),
    st.booleans(),
)
def test_equal_values_are_equal_pixels(frames: list[list[str]], shared: bool) -> None:
    ax = make_axes()
    if shared:
        ax.figure.clf()
        ax, _ = ax.figure.subplots(1, 2, sharey=True)
    known: dict[Any, DisplayList] = {}
    for changes in frames * 2:
        ax.figure.set_size_inches(4, 3)
        try:
            made_anew(ax, *(CHANGES[name] for name in changes))
        except (AttributeError, TypeError):  # a scale's locator or formatter that has no such thing
            continue
        for axis in (ax.xaxis, ax.yaxis):
            value = value_of_axis(axis)
            try:
                calls, pixels = draw(axis)
            except (ArithmeticError, ValueError):  # ticks that these limits do not allow
                continue
            if value is None:
                continue
            if value in known:
                assert play(known[value], ax.figure) == pixels
            else:
                known[value] = calls


def test_ticks_of_data_are_other_values_where_the_data_are_others() -> None:
    values = []
    for low in (0.2, 0.3):
        ax = make_axes()
        ax.plot([low, 2], [0, 1])
        ax.set(xlim=(0, 2), ylim=(0, 1))
        ax.xaxis.set_major_locator(IndexLocator(0.5, 0))
        values.append((value_of_axis(ax.xaxis), value_of_axis(ax.yaxis), draw(ax.xaxis)[1]))
    (x, y, was), (other_x, other_y, shown) = values
    assert was != shown
    assert None not in (x, other_x)
    assert x != other_x
    assert y == other_y


@pytest.mark.slow
def test_values_are_found_again() -> None:
    """What the fuzz test compares is not nothing: nearly all of these have a value, each time."""
    kept = set()
    for name, change in CHANGES.items():
        ax = make_axes()
        values: list[Any] = []
        for _ in range(4):
            ax.figure.set_size_inches(4, 3)
            made_anew(ax, change)
            values.append([value_of_axis(axis) for axis in (ax.xaxis, ax.yaxis)])
            ax.figure.canvas.draw()
        if None not in values[2] and values[2] == values[3]:
            kept.add(name)
    assert len(kept) > 0.75 * len(CHANGES), set(CHANGES) - kept
    assert {"log", "symlog", "logit", "dates", "months", "categories", "bars"} <= kept


# ---- between draws

#: Beside those above: what sets an axis, or something of it, perhaps to what it is.
SET_AGAIN: dict[str, Change] = {
    "same limits": lambda ax: ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim()),
    "limits from the data": lambda ax: (ax.relim(), ax.autoscale_view()),
    "same label": lambda ax: ax.set_xlabel(ax.get_xlabel()),
    "same ticks": lambda ax: ax.set_xticks([0, 1]),
    "a patch": lambda ax: ax.fill_between([0, 2], [1, 1], [2, 2.5]),
    "steps": lambda ax: ax.xaxis.get_major_locator().set_params(steps=[1, 5, 10]),
    "few": lambda ax: ax.yaxis.get_major_locator().set_params(nbins=2),
    "format's digits": lambda ax: ax.yaxis.get_major_formatter().set_powerlimits((0, 0)),
    "a tick's font": lambda ax: (
        ax.xaxis.majorTicks[1].label1.get_fontproperties().set_size(18),
        ax.set_xlim(ax.get_xlim()),
    ),
    "a locator's own": lambda ax: (
        vars(ax.xaxis.get_major_locator()).update(_steps=np.array([1, 10])),
        ax.set_xlim(ax.get_xlim()),
    ),
    "ticks of log": lambda ax: ax.yaxis.get_major_locator().set_params(subs=[1, 2, 5]),
    "more categories": lambda ax: ax.plot(["b", "c"], [0, 1]),
}

BETWEEN = CHANGES | SET_AGAIN


def flags_of(axis: Any) -> list[Any]:
    """An axis and its parts, those raised first being counted as drawn."""
    parts = parts_of(axis, ())
    clear_stale(parts)
    return parts


def only_the_axis_is_flagged(axis: Any, parts: list[Any]) -> bool:
    """Tell whether no flag was raised but of what is in the value."""
    read = (axis, axis.label, axis.offsetText)
    return first_stale([part for part in parts if part not in read]) is None


def limits_of(ax: Any) -> tuple[Any, ...]:
    """What is looked at beside: limits, place and scales of the axes, where spines are."""
    places = [spine.get_position() for spine in ax.spines.values()]
    return (*ax.viewLim.bounds, *ax.bbox.bounds, ax.get_xscale(), ax.get_yscale(), *places)


@pytest.mark.filterwarnings("ignore")
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(BETWEEN)), min_size=1, max_size=12))
def test_an_axis_whose_flag_alone_was_raised_is_drawn_as_before(names: list[str]) -> None:
    changed_unseen(names)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BETWEEN)
def test_a_change_between_draws_is_seen(name: str) -> None:
    changed_unseen([name, name, "same limits", name])


def changed_unseen(names: list[str]) -> None:
    """Assert that an axis shows as it did, if neither flags nor value tell of a change."""
    ax = make_axes()
    made_anew(ax)
    ax.figure.canvas.draw()
    for name in names:
        before = limits_of(ax)
        known = []
        for axis in (ax.xaxis, ax.yaxis):
            shown = draw(axis)[1]
            known.append((flags_of(axis), value_between_draws(axis), shown))
        try:
            with suppress(ArithmeticError, AttributeError, IndexError, TypeError, ValueError):
                BETWEEN[name](ax)
            same_place = limits_of(ax) == before  # what is read does the lazy autoscale
            after = [
                (only_the_axis_is_flagged(axis, parts), value_between_draws(axis))
                for axis, (parts, _, _) in zip((ax.xaxis, ax.yaxis), known, strict=True)
            ]
            drawn = [draw(axis)[1] for axis in (ax.xaxis, ax.yaxis)]
        except (ArithmeticError, AttributeError, TypeError, ValueError):  # it cannot be drawn
            return
        for (_, value, was), (alone, now), shown in zip(known, after, drawn, strict=True):
            if same_place and alone and value is not None and value == now:
                assert was == shown, name


def test_what_is_set_to_what_it_was_has_the_value_it_had() -> None:
    """What the tests above compare is not nothing."""
    ax = make_axes()
    made_anew(ax)
    ax.figure.canvas.draw()
    for scale in ("linear", "log", "symlog", "logit", "asinh"):
        ax.set(xscale=scale, yscale=scale, xlim=(0.1, 0.9), ylim=(0.1, 0.9))
        ax.figure.canvas.draw()
        for name in ("same limits", "same label"):
            parts = [flags_of(axis) for axis in (ax.xaxis, ax.yaxis)]
            values = [value_between_draws(axis) for axis in (ax.xaxis, ax.yaxis)]
            BETWEEN[name](ax)
            assert ax.xaxis.stale
            assert only_the_axis_is_flagged(ax.xaxis, parts[0])
            assert None not in values
            assert values == [value_between_draws(axis) for axis in (ax.xaxis, ax.yaxis)]
