"""Titles of axes put where they belong, when something that they make room for changed.

``Axes.draw`` does this every time, at half the price of drawing an axis: matplotlib works out all
tick labels of the y axis for it.  A title moves only if a title changed, or the place of the axes,
or ticks and labels above them, of these axes or of those beside them that titles make room for.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..mpl.artists import aligned_with, axis_map, insets, titles, twins, update_title_position
from .axes_state import HELD
from .draw_order import is_plain, place_twin

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import XAxis, YAxis

    from ..rendering.display_list import RecordingRenderer
    from .axes_state import AxesState


class TitlePlacement:
    """Places the titles of a figure's axes, frame by frame."""

    def __init__(self) -> None:
        self._placed: dict[int, tuple[object, ...]] = {}  # where axes were, by id, when it was done

    def invalidate(self) -> None:
        """Count all titles as misplaced."""
        self._placed.clear()

    def update(
        self,
        axes: Iterable[Axes],
        states: Mapping[int, AxesState],
        changed: Container[int],
        unmeasured: Container[int],
        renderer: RecordingRenderer,
    ) -> list[Artist]:
        """Place the titles that may have to move.

        Parameters
        ----------
        axes : iterable of Axes
            Those that opened up.
        states : mapping
            Their `axes_state`, by id.
        changed : container of int
            The ids of artists that changed.
        unmeasured : container of int
            The ids of axis of y whose offset text need not be worked out: they did not change, or
            have none, whatever their ticks.  To measure an axis takes as long as drawing it.
        renderer : RecordingRenderer
            What the figure is going to be drawn with.

        Returns
        -------
        list of Artist
            The titles that moved.
        """
        moved: list[Artist] = []
        for one in axes:
            if states[id(one)][-1] == HELD or not any(title.get_text() for title in titles(one)):
                continue
            around = [*insets(one), *twins(one), *aligned_with(one)]
            # Where the axis lie, the limits of rectilinear axes do not decide.
            state = states[id(one)][2 if is_plain(one) else 0 :]
            place = (*state, *map(id, around))
            if self._placed.get(id(one)) == place and not any(
                id(cause) in changed for cause in _causes(one, around)
            ):
                continue
            self._placed[id(one)] = place
            place_twin(one, renderer)
            beside = {near.yaxis for near in around}
            with _not_measuring(axis for axis in beside if id(axis) in unmeasured):
                moved += _place(one, renderer)
        return moved


def _causes(axes: Axes, around: Iterable[Axes]) -> list[Artist]:
    """Return the artists on which the place of an axes' titles depends."""
    causes: list[Artist] = [*titles(axes), axes.patch]
    for one in around:
        if not is_plain(one):
            causes += (*axis_map(one).values(), *one.spines.values())
        causes += (one, one.patch, one.yaxis)
        if _has_ticks_above(one.xaxis):
            causes.append(one.xaxis)
    return causes


@contextmanager
def _not_measuring(those: Iterable[YAxis]) -> Iterator[None]:
    """Let some axis say for a while that they take no room beside their axes.

    Of the axis of y nothing but the offset text is asked for.
    """
    changed: list[Any] = [axis for axis in those if "get_tightbbox" not in vars(axis)]
    for axis in changed:
        axis.get_tightbbox = _nothing
    try:
        yield
    finally:
        for axis in changed:
            del axis.get_tightbbox


def _nothing(*_: object, **__: object) -> None:
    """Measure nothing."""


def _has_ticks_above(axis: XAxis) -> bool:
    return axis.get_ticks_position() in ("top", "unknown") or axis.get_label_position() == "top"


def _place(axes: Axes, renderer: RecordingRenderer) -> list[Artist]:
    """Put an axes' titles where they belong; return those that this moved."""
    own = titles(axes)
    before = [title.get_position() for title in own]
    update_title_position(axes, renderer)
    return [
        title
        for title, position in zip(own, before, strict=True)
        if title.get_position() != position
    ]
