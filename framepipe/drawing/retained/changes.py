"""What changed in a figure since it was last drawn, item by item.

An item changed if the update function returned it, if it or anything it is made of is ``stale``,
if its axes' limits, place or scales are others, if its own transform, clip or data are, if
something it depends on changed, or if it is of a class that is not matplotlib's: such a one may do
as it likes.

Private names used, looked at in matplotlib 3.9.0 and 3.11.2: ``Artist._stale``,
``FigureBase._align_label_groups``, ``Axes._axis_map``, ``._children``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import FigureBase
from matplotlib.legend import Legend
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import ConnectionPatch
from matplotlib.text import Annotation

from ..mpl.artists import name_of
from .draw_order import (
    around_titles,
    in_order,
    look_at,
    parts_of,
    place_titles,
    take_place,
    titles_of,
)
from .fingerprints import AttributeFingerprint, Fingerprint

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..rendering.bounds import Box
    from ..rendering.display_list import DisplayList, RecordingRenderer


class DisplayItem:
    """What is known of one item.

    Attributes
    ----------
    artist : Artist
        The artist; held, so that its id stays its own.
    version : int
        Another one after every draw; 0 before the first.
    parts : list of Artist or None
        Whose flags to look at; None while the item counts as changed anyway.
    look : tuple
        Its axes' `look_at` when it was last drawn.
    ends : Fingerprint or None
        As they were when it was last drawn.
    watches : list of AttributeFingerprint
        On its plain attributes, when it was last drawn.
    display_list : DisplayList or None
        How it was drawn.
    reaches : list of Box or None
        How far each call of the display list reaches, once that was asked.
    hot : int
        Frames in a row in which it changed.
    cost : float
        Seconds its last draw took.
    why : str
        How it changed when that was last looked at.
    extent : tuple of float
        Where a legend was.
    """

    __slots__ = (
        "artist",
        "cost",
        "display_list",
        "ends",
        "extent",
        "hot",
        "look",
        "parts",
        "reaches",
        "version",
        "watches",
        "why",
    )  # fmt: skip

    def __init__(self, artist: Any) -> None:
        self.artist = artist
        self.version = 0
        self.parts: list[Any] | None = None
        self.ends: Fingerprint | None = None
        self.look: tuple[Any, ...] = ()
        self.watches: list[AttributeFingerprint] = []
        self.display_list: DisplayList | None = None
        self.reaches: list[Box] | None = None
        self.hot = 0
        self.cost = 0.0
        self.extent: tuple[float, ...] = ()
        self.why = "it is not one of matplotlib's own, or looks at others"


@dataclass(slots=True)
class ItemInFrame:
    """An item in the drawing order of one frame.

    Parameters
    ----------
    item : DisplayItem
        What is known of it.
    axes : Axes or None
        The open axes it belongs to.
    look : tuple
        What of these axes it depends on, now.
    why : str
        How it changed; empty if it did not.
    """

    item: DisplayItem
    axes: Any
    look: tuple[Any, ...]
    why: str = ""


class Changes:
    """Follows the changes of one figure.

    Parameters
    ----------
    figure : Figure
        The figure.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._items: dict[int, DisplayItem] = {}
        self._axes: dict[int, int] = {}  # ids of items and of the axes they were in
        self._places: dict[int, Any] = {}  # of axes when their titles were placed

    def forget(self) -> None:
        """Take everything for changed."""
        self._items.clear()
        self._places.clear()

    def look(self, renderer: RecordingRenderer, returned: Iterable[Any]) -> list[ItemInFrame]:
        """Look at the figure as it stands.

        Parameters
        ----------
        renderer : RecordingRenderer
            What it is going to be drawn with.
        returned : iterable of Artist
            What the update functions said they changed.

        Returns
        -------
        list of ItemInFrame
            Its items, in drawing order.
        """
        touched = {id(artist) for artist in returned}
        if id(self._figure) in touched:
            self.forget()
        looks: dict[int, tuple[Any, ...]] = {}
        order: list[ItemInFrame] = []
        for artist, axes in in_order(self._figure, renderer, looks):
            item = self._items.get(id(artist))
            if item is None:
                item = self._items[id(artist)] = DisplayItem(artist)
            look = look_at(artist, axes, looks[id(axes)]) if axes is not None else ()
            order.append(ItemInFrame(item, axes, look, self._changed(item, axes, look, touched)))
        left = self._drop_absent(order)
        if left or any(seen.why for seen in order):
            self._place_titles(order, looks, renderer)
            self._follow(order, renderer, left)
        return order

    def _drop_absent(self, order: Sequence[ItemInFrame]) -> set[int]:
        """Forget items that are no longer drawn, or are part of others now.

        Their flags nobody looks at meanwhile.

        Returns
        -------
        set of int
            The ids of the axes that they were in.
        """
        axes = {id(seen.item.artist): id(seen.axes) for seen in order}
        before, self._axes = self._axes, axes
        left = {before[one] for one in before.keys() - axes.keys()}
        if len(self._items) > len(axes):
            self._items = {id(seen.item.artist): seen.item for seen in order}
        return left

    def learn(
        self, seen: ItemInFrame, display_list: DisplayList, renderer: RecordingRenderer
    ) -> None:
        """Take an item that has just been drawn for known.

        Parameters
        ----------
        seen : ItemInFrame
            The item.
        display_list : DisplayList
            How it was drawn.
        renderer : RecordingRenderer
            What it was drawn with.
        """
        item, artist = seen.item, seen.item.artist
        item.display_list, item.reaches = display_list, None
        item.parts = parts_of(artist, self._items.keys())
        item.look = seen.look
        patch = artist is self._figure.patch
        item.ends = None if patch else Fingerprint(artist, seen.axes, item.parts)
        item.watches = [AttributeFingerprint(thing) for thing in _settings_of(artist)]
        if isinstance(artist, Legend):
            item.extent = _extent(artist, renderer)

    def reset_flags(self) -> None:
        """Take the figure as it stands for drawn."""
        for item in self._items.values():
            for part in item.parts or ():
                part._stale = False

    def _changed(
        self, item: DisplayItem, axes: Any, look: tuple[Any, ...], touched: set[int]
    ) -> str:
        """Say how an item changed; empty if it did not."""
        artist = item.artist
        if item.parts is None:
            return "it is new" if item.version == 0 else item.why
        if touched and any(id(part) in touched for part in item.parts):
            return "the update function returned it"
        if axes is not None and id(axes) in touched:
            return "the update function returned its axes"
        if item.look != look:
            return "its limits move" if isinstance(artist, Axis) else "its axes' limits move"
        if not all(watch.same() for watch in item.watches):
            return "an attribute of it changed"
        # savefig sets the figure's colour before every draw and resets it: its flag says nothing.
        if artist is self._figure.patch:
            return ""
        for part in item.parts:
            if part._stale:
                return "it was changed" if part is artist else f"its {name_of(part)} changed"
        if item.ends is not None and not item.ends.same():
            return "its transform, clip, data or view changed"
        return ""

    def _follow(
        self, order: Sequence[ItemInFrame], renderer: RecordingRenderer, left: set[int]
    ) -> None:
        """Find items that changed because another one did, or is no longer there."""
        changed_axes = left | {id(seen.axes) for seen in order if seen.why}
        aligned = _aligns(self._figure)
        for seen in order:
            artist = seen.item.artist
            if seen.why:
                continue
            if isinstance(artist, Legend):
                # "best" is where the fewest data are.
                if id(seen.axes) in changed_axes and _extent(artist, renderer) != seen.item.extent:
                    seen.why = "its best place changed"
            elif aligned and isinstance(artist, Axis):
                seen.why = "labels are aligned with those of other axes"

    def _place_titles(
        self,
        order: Sequence[ItemInFrame],
        looks: dict[int, tuple[Any, ...]],
        renderer: RecordingRenderer,
    ) -> None:
        """Place the titles of axes where a title, or what it makes room for, changed."""
        at = {id(seen.item.artist): seen for seen in order}
        changed = {id(seen.item.artist) for seen in order if seen.why}
        for axes in {id(seen.axes): seen.axes for seen in order if seen.axes is not None}.values():
            titles = titles_of(axes)
            if not any(title.get_text() for title in titles):
                continue
            causes: list[Any] = [*titles, axes.patch]
            around = around_titles(axes)
            for one in around:
                causes.extend((one, one.patch, one.yaxis))
                if _ticks_above(one.xaxis):
                    causes.append(one.xaxis)
            place = (*looks[id(axes)][2:], *map(id, around))
            if self._places.get(id(axes)) == place and not any(
                id(one) in changed for one in causes
            ):
                continue
            self._places[id(axes)] = place
            take_place(axes, renderer)
            for title in place_titles(axes, renderer):
                seen = at.get(id(title))
                if seen is not None and not seen.why:
                    seen.why = "it makes room for ticks"


def keepable(artist: Any) -> bool:
    """Tell whether an item can be kept at all.

    Not one of a class that is not matplotlib's, and not one that looks at other axes or artists
    while it is drawn.
    """
    module = type(artist).__module__
    if not module.startswith(("matplotlib.", "mpl_toolkits.")) or "draw" in vars(artist):
        return False
    if isinstance(artist, ConnectionPatch) or type(artist).__name__ == "InsetIndicator":
        return False
    if isinstance(artist, (Annotation, AnnotationBbox)):
        coordinates = (artist.xycoords, getattr(artist, "anncoords", None))
        return all(one is None or isinstance(one, str) for one in coordinates)
    return True


def _ticks_above(axis: Any) -> bool:
    return axis.get_ticks_position() in ("top", "unknown") or axis.get_label_position() == "top"


def _settings_of(artist: Any) -> Iterator[Any]:
    """Yield the objects whose plain attributes say how an artist is drawn."""
    yield artist
    if isinstance(artist, FigureBase):
        holders: Any = artist.axes
        for axes in holders:
            yield from _settings_of(axes)
    if isinstance(artist, Axes):
        holder: Any = artist
        yield from holder._children
        for inner in holder.child_axes:
            yield from _settings_of(inner)
        for axis in holder._axis_map.values():
            yield from _settings_of(axis)
    if isinstance(artist, Axis):
        for ticker in (artist.major, artist.minor):
            yield ticker.locator
            yield ticker.formatter


def _aligns(figure: Any) -> bool:
    groups = figure._align_label_groups
    return any(any(True for _ in groups[name]) for name in ("x", "y"))


def _extent(legend: Any, renderer: RecordingRenderer) -> tuple[float, ...]:
    if not legend.get_visible():
        return ()
    return tuple(legend.get_window_extent(renderer).bounds)
