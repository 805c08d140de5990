"""One thing is changed in a small figure: exactly the right items are found, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from framepipe.drawing.mpl.describe import describe
from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.rendering.display_list import RecordingRenderer
from framepipe.drawing.retained.changes import Changes
from framepipe.drawing.retained.items import keepable


class Stage:
    """A figure with two axes, a line, points, a text, an image and a legend, drawn and recorded."""

    def __init__(self, renderer: RecordingRenderer, figure: Any) -> None:
        self.renderer, self.figure = renderer, figure
        self.left, self.right = figure.axes
        self.line = self.left.lines[0]
        self.points = self.left.collections[0]
        self.text = self.left.texts[0]
        self.image = self.right.images[0]
        self.changes = Changes(figure)
        for _ in range(2):  # titles find their places in the first
            self.draw()

    def draw(self, *returned: Any) -> dict[str, str]:
        """Draw and record what changed; return which items did, and how."""
        found = {}
        for entry in self.changes.detect(self.renderer, returned):
            artist = entry.item.artist
            if entry.reason:
                found[describe(artist, self.figure)] = entry.reason
                entry.item.version += 1
                entry.item.reason = entry.reason
                artist.draw(self.renderer)
                if keepable(artist):
                    self.changes.record(entry, [], self.renderer)
        self.changes.reset_flags()
        return found


@contextmanager
def staged() -> Iterator[Stage]:
    figure: Any = Figure(figsize=(4, 2), dpi=60)
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.plot([0, 1, 2], [0, 2, 1], label="line")
    left.scatter([0.0, 1.0], [0.5, 1.5], c=[1.0, 2.0], label="points")
    left.text(1, 1, "text")
    left.legend(loc="upper left")
    left.set_title("left")
    left.set(xlim=(-1, 3), ylim=(-1, 3))
    right.imshow(np.arange(4.0).reshape(2, 2))
    with living_on_agg(figure, idle_draws=True) as canvas:
        yield Stage(canvas.get_renderer(), figure)


def test_nothing_is_found_where_nothing_changed() -> None:
    with staged() as stage:
        assert stage.draw() == {}


def raise_flag(artist: Any) -> None:
    artist.stale = True


LINE, POINTS = "Line2D 'line' of axes 0", "PathCollection 'points' of axes 0"
DATA = "its transform, clip, data or view changed"
SET = "an attribute of it changed"

#: What is done, and what is found.
ONE_CHANGE: dict[str, tuple[Callable[[Stage], Any], dict[str, str]]] = {
    "a setter": (lambda s: s.line.set_ydata([1, 1, 1]), {LINE: SET}),
    "a flag": (lambda s: setattr(s.line, "stale", True), {LINE: "it was changed"}),
    "data of a line in place": (
        lambda s: s.line.get_path().vertices.__setitem__((0, 1), 1.5),
        {LINE: DATA},
    ),
    "offsets in place": (
        lambda s: s.points.get_offsets().data.__setitem__((0, 0), 0.7),
        {POINTS: DATA},
    ),
    "colours in place": (
        lambda s: s.points.get_array().data.__setitem__(0, 9.0),
        {POINTS: DATA, "Legend of axes 0": DATA},
    ),
    "an image in place": (
        lambda s: s.image.get_array().data.__setitem__((0, 0), 3.0),
        {"AxesImage of axes 1": DATA},
    ),
    "a setter without a flag": (lambda s: s.points.set_capstyle("round"), {POINTS: SET}),
    "an attribute": (lambda s: setattr(s.text, "_wrap", True), {"Text 'text' of axes 0": SET}),
    "a part": (
        lambda s: s.left.xaxis.get_major_ticks()[0].label1.set_color("r"),
        {"xaxis of axes 0": "its Text changed"},
    ),
    "an axis label": (
        lambda s: s.left.xaxis.label.set_text("time"),
        {"xaxis of axes 0": "its Text changed"},
    ),
    "an axis label set to what it is": (
        lambda s: (s.left.set_xlabel("x"), s.draw(), s.left.set_xlabel("x")),
        {},
    ),
    "limits set to what they are": (lambda s: s.left.set(xlim=(-1, 3), ylim=(-1, 3)), {}),
    "a locator's steps, that raise no flag, and the limits set": (
        lambda s: (
            s.left.xaxis.get_major_locator().set_params(steps=[1, 5, 10]),
            s.left.set(xlim=(-1, 3), ylim=(-1, 3)),
        ),
        {"xaxis of axes 0": "it was changed"},
    ),
    "a tick's font, that raises no flag, and the limits set": (
        lambda s: (
            s.left.yaxis.majorTicks[0].label1.get_fontproperties().set_size(4),
            s.left.set(xlim=(-1, 3), ylim=(-1, 3)),
        ),
        {"yaxis of axes 0": "it was changed"},
    ),
    "an axis that is flagged by hand": (lambda s: raise_flag(s.left.xaxis), {}),
    "a format of the user's, and the limits set": (
        lambda s: (
            s.left.xaxis.set_major_formatter(lambda x, _: f"{x}"),
            s.draw(),
            s.left.set_xlim(-1, 3),
        ),
        {"xaxis of axes 0": "it was changed"},
    ),
    "a norm's limits, the listener failing": (
        lambda s: s.image.norm.__dict__.__setitem__("_vmax", 9.0),
        {"AxesImage of axes 1": DATA},
    ),
    "the title": (
        lambda s: s.left.title.set_text("other"),
        {"Text 'other' of axes 0": SET},
    ),
}


@pytest.mark.parametrize("name", ONE_CHANGE)
def test_one_change(name: str) -> None:
    change, expected = ONE_CHANGE[name]
    with staged() as stage:
        change(stage)
        assert stage.draw() == expected
        assert stage.draw() == {}


def items_of(stage: Stage, axes: Any) -> set[str]:
    number = stage.figure.axes.index(axes)
    return {
        describe(entry.item.artist, stage.figure)
        for entry in stage.changes.detect(stage.renderer, ())
        if f"axes {number}" in describe(entry.item.artist, stage.figure)
    }


def test_limits_of_x_change_what_is_placed_by_them_alone() -> None:
    """Not the y axis, the spines beside it, the patch or the other axes."""
    with staged() as stage:
        everything = items_of(stage, stage.left)
        stage.left.set_xlim(-1, 4)
        found = stage.draw()
        assert found.pop("xaxis of axes 0") == "its limits move"
        assert found.pop("legend of axes 0", "") in ("", "its axes' limits move")
        assert set(found.values()) == {"its axes' limits move"}
        assert {LINE, POINTS} <= set(found) < everything
        assert not any(name.startswith(("yaxis", "Rectangle")) for name in found)


def test_the_place_of_an_axes_changes_all_of_it() -> None:
    with staged() as stage:
        everything = items_of(stage, stage.left)
        stage.left.set_position((0.1, 0.1, 0.3, 0.5))
        assert set(stage.draw()) == {*everything, "Rectangle"}


def test_what_the_update_returned_counts_as_changed() -> None:
    with staged() as stage:
        assert stage.draw(stage.line) == {LINE: "the update function returned it"}
        of_axes = stage.draw(stage.right)
        assert set(of_axes.values()) == {"the update function returned its axes"}
        assert set(of_axes) == {*items_of(stage, stage.right), "Rectangle"}
        label = stage.left.xaxis.label
        assert stage.draw(label) == {"xaxis of axes 0": "the update function returned it"}
        assert len(stage.draw(stage.figure)) > 12


def test_a_new_artist_is_new_and_a_removed_one_is_gone() -> None:
    with staged() as stage:
        (line,) = stage.left.plot([0, 1], [0, 0], label="second")
        line.axes.set(xlim=(-1, 3), ylim=(-1, 3))
        assert stage.draw()["Line2D 'second' of axes 0"] == "it is new"
        line.remove()
        assert stage.draw() == {}


def test_a_legend_follows_the_data_to_its_best_place() -> None:
    with staged() as stage:
        stage.left.legend(loc="best")
        stage.draw()
        stage.line.set_color("r")
        assert set(stage.draw()) == {LINE}
        stage.line.set_data(np.linspace(-1, 1, 50), np.linspace(3, 0, 50))
        found = stage.draw()
        assert found.pop(LINE) == SET
        assert list(found.values()) == ["its best place changed"]


def test_a_title_makes_room_for_ticks_above() -> None:
    with staged() as stage:
        stage.left.xaxis.tick_top()
        found = stage.draw()
        assert found["Text 'left' of axes 0"] == "it makes room for ticks"
        assert stage.draw() == {}


def test_aligned_labels_change_together() -> None:
    with staged() as stage:
        stage.figure.align_labels()
        stage.line.set_color("r")
        found = stage.draw()
        others = {f"{axis}axis of axes {i}" for axis in "xy" for i in (0, 1)}
        assert {name for name, why in found.items() if "aligned" in why} == others


def test_a_class_of_the_users_may_do_as_it_likes() -> None:
    with staged() as stage:

        class Own(type(stage.line)):  # type: ignore[misc]
            pass

        assert not keepable(Own([0, 1], [0, 1]))
        stage.left.add_line(Own([0, 1], [0, 1], label="own"))
        stage.left.set(xlim=(-1, 3), ylim=(-1, 3))
        stage.draw()
        assert stage.draw() == {"Own 'own' of axes 0": "it is new"}


def test_invalidated_everything_is_new() -> None:
    with staged() as stage:
        stage.changes.invalidate()
        assert set(stage.draw().values()) == {"it is new"}
