"""What a fingerprint tells of, and what it leaves to others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.transforms import Affine2D, Bbox

from framepipe.drawing.retained.fingerprints import AttributeFingerprint, Fingerprint
from framepipe.drawing.retained.items import parts_of


def make_axes(**kwargs: Any) -> Any:
    figure = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot(**kwargs)
    return axes


def fingerprint(artist: Any) -> Fingerprint:
    axes = artist.axes if artist.axes is not artist else None
    return Fingerprint(artist, axes, parts_of(artist, set()))


def with_transform(ax: Any) -> tuple[Any, Callable[[], Any]]:
    turned = Affine2D().rotate_deg(10)
    artist = ax.add_patch(Circle((0, 0), 1))
    artist.set_transform(turned + ax.transData)
    return artist, lambda: turned.rotate_deg(5)


def with_clip_path(ax: Any) -> tuple[Any, Callable[[], Any]]:
    (line,) = ax.plot([0, 1])
    turned = Affine2D()
    line.set_clip_path(Circle((0, 0), 1).get_path(), turned)
    return line, lambda: turned.translate(1, 0)


def with_clip_box(ax: Any) -> tuple[Any, Callable[[], Any]]:
    (line,) = ax.plot([0, 1])
    box = Bbox([[0, 0], [50, 50]])
    line.set_clip_box(box)
    return line, lambda: box.set_points(np.array([[0, 0], [9, 9]]))


def with_paths(ax: Any) -> tuple[Any, Callable[[], Any]]:
    band = ax.fill_between([0, 1, 2], [1, 2, 1])
    return band, lambda: band.get_paths()[0].vertices.__setitem__((0, 1), 7)


def with_masked_array(ax: Any) -> tuple[Any, Callable[[], Any]]:
    image = ax.imshow(np.ma.masked_less(np.arange(6.0).reshape(2, 3), 1))
    return image, lambda: np.ma.getmaskarray(image.get_array()).__setitem__((1, 1), True)


def with_norm(ax: Any) -> tuple[Any, Callable[[], Any]]:
    points = ax.scatter([0, 1], [0, 1], c=[0, 1])
    return points, lambda: vars(points.norm).__setitem__("_vmin", -1.0)


def with_point_in_patch(ax: Any) -> tuple[Any, Callable[[], Any]]:
    note = ax.annotate("note", (1, 1))
    return note, lambda: ax.patch.set_bounds(0, 0, 0.5, 0.5)


def with_view(ax: Any) -> tuple[Any, Callable[[], Any]]:
    axes = ax.figure.add_subplot(projection="3d")
    return axes, lambda: setattr(axes, "azim", 12)


def with_line_in_space(ax: Any) -> tuple[Any, Callable[[], Any]]:
    axes = ax.figure.add_subplot(projection="3d")
    (line,) = axes.plot([0, 1.0], [0, 1], [0, 1])
    return axes, lambda: line.get_data_3d()[0].__setitem__(0, 0.5)


def with_shared_locator(ax: Any) -> tuple[Any, Callable[[], Any]]:
    other = ax.figure.add_axes((0.1, 0.6, 0.3, 0.3), sharex=ax)
    return other.xaxis, lambda: ax.xaxis.set_major_formatter("{x}")


def with_attribute(ax: Any) -> tuple[Any, Callable[[], Any]]:
    (line,) = ax.plot([0, 1])
    return line, lambda: setattr(line, "anything", 1)


CASES = {make.__name__: make for make in (
    with_transform, with_clip_path, with_clip_box, with_paths, with_masked_array, with_norm,
    with_point_in_patch, with_view, with_line_in_space, with_shared_locator, with_attribute,
)}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_change_without_a_flag_shows(name: str) -> None:
    artist, change = CASES[name](make_axes())
    taken = fingerprint(artist)
    assert taken.unchanged()
    change()
    assert not taken.unchanged()


def test_limits_are_left_to_the_state_of_the_axes() -> None:
    """Or a scrolling axes would change all items twice, and text in axes coordinates at all."""
    ax = make_axes()
    (line,) = ax.plot([0, 1])
    text = ax.text(0.5, 0.5, "text", transform=ax.transAxes)
    taken = [fingerprint(line), fingerprint(text), fingerprint(ax.xaxis)]
    ax.set_xlim(3, 4)
    assert all(one.unchanged() for one in taken)


def test_parts_placed_by_other_axes_are_followed() -> None:
    ax = make_axes()
    other = ax.figure.add_axes((0.5, 0.5, 0.3, 0.3))
    ax.plot([0, 1], label="line")
    legend = ax.legend()
    legend.get_lines()[0].set_transform(other.transData)
    taken = fingerprint(legend)
    other.set_xlim(3, 4)
    assert not taken.unchanged()


def test_a_setting_that_is_set_shows() -> None:
    ax = make_axes()
    points = ax.scatter([0, 1], [0, 1])
    taken = AttributeFingerprint(points)
    assert taken.unchanged()
    points.set_joinstyle("bevel")
    assert not taken.unchanged()


@pytest.mark.parametrize("change", ["list", "gone", "array"])
def test_a_setting_that_is_no_longer_of_its_kind_shows(change: str) -> None:
    class Thing:
        def __init__(self) -> None:
            self.plain, self.short = 1, [1, 2]

    thing: Any = Thing()
    taken = AttributeFingerprint(thing)
    assert taken.unchanged()
    if change == "list":
        thing.short[0] = 9  # in place
    elif change == "gone":
        del thing.plain
    else:
        thing.plain = np.arange(3)
    assert not taken.unchanged()


def test_flags_and_long_lists_are_not_settings() -> None:
    ax = make_axes()
    (line,) = ax.plot([0, 1])
    line.long = list(range(100))
    taken = AttributeFingerprint(line)
    line.stale = not line.stale
    line.long[0] = 5
    assert taken.unchanged()
