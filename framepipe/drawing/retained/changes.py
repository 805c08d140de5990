"""What changed in a figure since it was last drawn, item by item.

An item changed if the update function returned it, if it or any part of it is ``stale`` (unless it
is an axis that was set to what it is), if its axes' limits, place or scales are others, if its own
transform, clip, data or attributes are, if something it depends on changed, or if it is of a class
that is not matplotlib's: such a one may do as it likes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.legend import Legend

from ..mpl.artists import aligns_labels, clear_stale, first_stale
from ..mpl.describe import name_of
from ..rendering.axis_value import takes_places, value_between_draws, value_of_axis
from .axes_state import AxesState, state_for
from .draw_order import draw_order, is_plain
from .fingerprints import AttributeFingerprint, Fingerprint
from .items import AxisDrawing, DisplayItem, ItemInFrame, Key, parts_of, settings_of
from .titles import TitlePlacement
from .tracing import Projections

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..rendering.display_list import DisplayList, RecordingRenderer

#: An item that changed in so many frames in a row is drawn without recording ...
RECORDED_CHANGES = 3
#: ... and tried again every so many frames.
RETRY = 16

#: Drawings of axis that are known by their values: at least so many, or two of each axis; those
#: that were not asked for longest go first.
LEAST_DRAWINGS = 8


class Changes:
    """Follows the changes of one figure.

    Parameters
    ----------
    figure : Figure
        The figure.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._frames = 0
        self._items: dict[Key, DisplayItem] = {}
        self._drawings: dict[Hashable, AxisDrawing] = {}  # of axis, by their values
        self._misses: dict[int, int] = {}  # in a row, of the n-th axis
        self._axes: dict[Key, int] = {}  # ids of the axes that items were in
        self._titles = TitlePlacement()
        self._projections = Projections(self._is_unchanged)
        self._touched: set[int] = set()  # by the update, of this frame
        self._own_changes: dict[Key, str] = {}  # of this frame, as far as it was asked for

    def invalidate(self) -> None:
        """Count everything as changed."""
        self._items.clear()
        self._drawings.clear()
        self._titles.invalidate()
        self._projections.invalidate()

    def detect(self, renderer: RecordingRenderer, returned: Iterable[Artist]) -> list[ItemInFrame]:
        """Find out what changed since the items were recorded.

        Parameters
        ----------
        renderer : RecordingRenderer
            What the figure is going to be drawn with.
        returned : iterable of Artist
            What the update functions said they changed.

        Returns
        -------
        list of ItemInFrame
            The figure's items, in drawing order.
        """
        self._frames += 1
        touched = self._touched = {id(artist) for artist in returned}
        self._own_changes.clear()
        if id(self._figure) in touched:
            self.invalidate()
        states: dict[int, AxesState] = {}
        order: list[ItemInFrame] = []
        for artist, axes, method, calls in draw_order(
            self._figure, renderer, states, self._projections
        ):
            key: Key = id(artist) if method == "draw" else (id(artist), method)
            if calls is not None:
                key = (id(artist), f"own calls {len(order)}")
            item = self._items.get(key)
            if item is None:
                item = self._items[key] = DisplayItem(artist, method, key)
            if calls is not None:
                order.append(ItemInFrame(item, axes, (), "it draws this by itself", calls))
                continue
            state = state_for(artist, axes, states[id(axes)]) if axes is not None else ()
            reason = self._reason(item, axes, state, touched)
            order.append(ItemInFrame(item, axes, state, reason))
        self._projections.end()
        left = self._drop_absent(order)
        if left or any(entry.reason for entry in order):
            self._read_values(order)  # while no axis has been measured, which gives it its ticks
            self._place_titles(order, states, renderer)
            self._mark_dependent(order, renderer, left)
        for entry in order:
            item = entry.item
            item.changes_in_a_row = item.changes_in_a_row + 1 if entry.reason else 0
        return order

    def often(self, item: DisplayItem) -> bool:
        """Tell whether an item changes all the time, and this is no frame to try again."""
        return item.changes_in_a_row > RECORDED_CHANGES and self._frames % RETRY != 0

    def _read_values(self, order: Sequence[ItemInFrame]) -> None:
        """Find the axis that were made anew as they were, mostly by `Axes.cla`."""
        number = 0
        for entry in order:
            artist = entry.item.artist
            if type(artist) not in (XAxis, YAxis):
                continue
            number += 1
            if not entry.reason or "draw" in vars(artist):
                continue
            misses = self._misses.get(number, 0)
            if misses > RECORDED_CHANGES and self._frames % RETRY:
                continue
            value = entry.value = value_of_axis(artist)
            entry.replay = None if value is None else self._drawings.pop(value, None)
            if entry.replay is None:
                self._misses[number] = misses + 1
            else:
                self._misses[number] = 0
                self._drawings[value] = entry.replay  # the last one that goes
        while len(self._drawings) > max(LEAST_DRAWINGS, 2 * number):
            del self._drawings[next(iter(self._drawings))]

    def record(
        self, entry: ItemInFrame, display_list: DisplayList, renderer: RecordingRenderer
    ) -> None:
        """Note an item that has just been drawn as it stands, to find changes against.

        Parameters
        ----------
        entry : ItemInFrame
            The item.
        display_list : DisplayList
            How it was drawn.
        renderer : RecordingRenderer
            What it was drawn with.
        """
        item, artist = entry.item, entry.item.artist
        item.display_list, item.bounds = display_list, None
        item.replayed = entry.replay
        if entry.value is not None and entry.replay is None:
            drawing = AxisDrawing(display_list, artist.offsetText.get_text())
            self._drawings[entry.value] = drawing
        item.parts = parts_of(artist, self._items.keys())
        item.part_ids = frozenset(map(id, item.parts))
        item.axes_state = entry.axes_state
        patch = artist is self._figure.patch
        item.fingerprint = None if patch else Fingerprint(artist, entry.axes, item.parts)
        item.attributes = [AttributeFingerprint(thing) for thing in settings_of(artist)]
        item.as_drawn = value_between_draws(artist)
        if isinstance(artist, Legend):
            item.extent = _extent(artist, renderer)

    def reset_flags(self) -> None:
        """Count the figure as drawn, as it stands."""
        for item in self._items.values():
            clear_stale(item.parts or ())

    def _reason(
        self, item: DisplayItem, axes: Axes | None, state: AxesState, touched: set[int]
    ) -> str:
        """Say how an item changed; empty if it did not."""
        artist = item.artist
        if item.parts is None:
            return "it is new" if item.version == 0 else item.reason
        if touched and not touched.isdisjoint(item.part_ids):
            return "the update function returned it"
        if axes is not None and id(axes) in touched:
            return "the update function returned its axes"
        if item.axes_state != state:
            if axes is not None and not is_plain(axes):
                return "its axes' limits or view changed"
            return "its limits move" if isinstance(artist, Axis) else "its axes' limits move"
        known = self._own_changes.get(item.key)
        return self._own_change(item) if known is None else known

    def _own_change(self, item: DisplayItem) -> str:
        """Say how an item changed, whatever its axes did and the update said; empty if it did not.

        In `detect` it must not be asked about an item twice: what is set up anew in each draw has
        been by then.
        """
        artist = item.artist
        for attributes in item.attributes:
            if not attributes.unchanged():
                return "an attribute of it changed"
        # savefig sets the figure's colour before every draw and resets it: its flag says nothing.
        if artist is self._figure.patch:
            return ""
        part = first_stale(item.parts or ())
        if part is not None and not _is_as_drawn(item):
            return "it was changed" if part is artist else f"its {name_of(part)} changed"
        if item.fingerprint is not None and not item.fingerprint.unchanged():
            return "its transform, clip, data or view changed"
        return ""

    def _is_unchanged(self, artist: Artist) -> bool:
        """Tell whether an artist in space need not be projected again, if the view is the same."""
        item = self._items.get(id(artist))
        if item is None or item.parts is None or not self._touched.isdisjoint(item.part_ids):
            return False
        known = self._own_changes[item.key] = self._own_change(item)
        return not known

    def _drop_absent(self, order: Sequence[ItemInFrame]) -> set[int]:
        """Drop items that are no longer drawn, or are part of others now.

        Their flags nobody resets meanwhile.

        Returns
        -------
        set of int
            The ids of the axes that they were in.
        """
        axes = {entry.item.key: id(entry.axes) for entry in order}
        before, self._axes = self._axes, axes
        left = {before[one] for one in before.keys() - axes.keys()}
        if len(self._items) > len(axes):
            self._items = {entry.item.key: entry.item for entry in order}
        return left

    def _place_titles(
        self,
        order: Sequence[ItemInFrame],
        states: dict[int, AxesState],
        renderer: RecordingRenderer,
    ) -> None:
        """Place titles where a title, or what it makes room for, changed."""
        entries = {id(entry.item.artist): entry for entry in order}
        changed = {id(entry.item.artist) for entry in order if entry.reason}
        axes = {id(entry.axes): entry.axes for entry in order if entry.axes is not None}
        unmeasured = {
            id(entry.item.artist)
            for entry in order
            if type(entry.item.artist) is YAxis and _has_its_offset_text(entry)
        }
        for title in self._titles.update(axes.values(), states, changed, unmeasured, renderer):
            entry = entries.get(id(title))
            if entry is not None and not entry.reason:
                entry.reason = "it makes room for ticks"

    def _mark_dependent(
        self, order: Sequence[ItemInFrame], renderer: RecordingRenderer, left: set[int]
    ) -> None:
        """Find items that changed because another one did, or is no longer there."""
        changed_axes = left | {id(entry.axes) for entry in order if entry.reason}
        aligned = aligns_labels(self._figure)
        for entry in order:
            artist = entry.item.artist
            if entry.reason:
                continue
            if isinstance(artist, Legend):
                # "best" is where the fewest data are.
                moved = id(entry.axes) in changed_axes and (
                    _extent(artist, renderer) != entry.item.extent
                )
                if moved:
                    entry.reason = "its best place changed"
            elif aligned and isinstance(artist, Axis):
                entry.reason = "labels are aligned with those of other axes"


def _is_as_drawn(item: DisplayItem) -> bool:
    """Tell whether an item of which flags were raised is an axis that is what it was.

    Those of its label and its offset text may be raised, too: their values are part of its own.
    """
    axis = item.artist
    if item.as_drawn is None or "draw" in vars(axis):
        return False
    read = (axis, axis.label, axis.offsetText)
    if first_stale(part for part in item.parts or () if part not in read) is not None:
        return False
    return bool(value_between_draws(axis) == item.as_drawn)


def _has_its_offset_text(entry: ItemInFrame) -> bool:
    """Tell whether an axis' offset text, of which titles stand clear, is what a draw would make it.

    It is in one that was drawn and stands, and where it is empty, as it was after being drawn.
    """
    known = entry.replay if entry.reason else entry.item.replayed
    if known is None:
        return not entry.reason and not takes_places(entry.item.artist.axes)
    return not (known.offset_text or entry.item.artist.offsetText.get_text())


def _extent(legend: Legend, renderer: RecordingRenderer) -> tuple[float, ...]:
    if not legend.get_visible():
        return ()
    return tuple(legend.get_window_extent(renderer).bounds)
