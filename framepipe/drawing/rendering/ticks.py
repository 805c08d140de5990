"""An axis drawn with its ticks worked out once, where matplotlib does it three times.

``Axis.draw`` works out where its ticks are and what they say; so does ``Spine.get_window_extent``
and the search for tick labels of aligned axes, both of which the placing of the axis label calls;
and the labels are measured twice.  Nothing moves in between, so the first answer serves for all.

Private names overridden, looked at in matplotlib 3.9.0 and 3.11.2, with those who call them
(``Axis.draw``, the updates of label and offset text, ``Spine.get_window_extent``):

- ``matplotlib.axis.Axis``: ``_update_ticks``, ``_get_ticklabel_bboxes``
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import XAxis, YAxis
from matplotlib.ticker import FuncFormatter

from ..mpl.artists import axis_of

#: What is answered from memory while an axis is drawn.
_WORKED_OUT = ("_update_ticks", "_get_ticklabel_bboxes")


def draw_axis(axis: Any, renderer: Any) -> None:
    """Draw an axis as its own ``draw`` would, sooner if that can be done.

    Parameters
    ----------
    axis : Axis
        An axis; one of a class of its own, or whose ticks come from the user's code, which may
        answer differently each time it is asked, is drawn as it is.
    renderer : RendererBase
        What to draw it with.
    """
    draw = partial(type(axis).draw, axis)
    if not _is_plain(axis):
        draw(renderer)
        return
    ticks: list[object] | None = None
    boxes: tuple[list[object], list[object]] | None = None

    def update_ticks() -> list[object]:
        nonlocal ticks
        if ticks is None:
            ticks = type(axis)._update_ticks(axis)
        return list(ticks)

    def ticklabel_bboxes(which: list[object], by: object) -> tuple[list[object], list[object]]:
        nonlocal boxes
        if by is not renderer or which != ticks:
            return type(axis)._get_ticklabel_bboxes(axis, which, by)  # type: ignore[no-any-return]
        if boxes is None:
            boxes = type(axis)._get_ticklabel_bboxes(axis, which, by)
        return list(boxes[0]), list(boxes[1])

    axis._update_ticks = update_ticks
    axis._get_ticklabel_bboxes = ticklabel_bboxes
    try:
        draw(renderer)
    finally:
        del axis._update_ticks, axis._get_ticklabel_bboxes


@contextmanager
def drawn_once(holders: Iterable[Artist]) -> Iterator[None]:
    """Let the axes' axes be drawn by `draw_axis` for a while, whoever draws them.

    Parameters
    ----------
    holders : iterable of Axes
        Theirs.
    """
    changed: list[Any] = [
        axis
        for holder in holders
        for axis in axis_of(holder)
        if _is_plain(axis) and "draw" not in vars(axis)
    ]
    for axis in changed:
        axis.draw = partial(draw_axis, axis)
    try:
        yield
    finally:
        for axis in changed:
            vars(axis).pop("draw", None)


def _is_plain(axis: Any) -> bool:
    """Tell whether an axis and its ticks are all matplotlib's own."""
    if type(axis) not in (XAxis, YAxis) or any(name in vars(axis) for name in _WORKED_OUT):
        return False
    return all(
        type(one).__module__.startswith("matplotlib.") and not isinstance(one, FuncFormatter)
        for ticker in (axis.major, axis.minor)
        for one in (ticker.locator, ticker.formatter)
    )
