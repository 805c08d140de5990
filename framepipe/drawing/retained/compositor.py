"""The same bytes as a full draw, drawing only what changed.

A frame is composed from a figure's items (see `framepipe.drawing.retained.draw_order`) in drawing
order:

- everything below the first changed item is put back from a *snapshot* of the pixels;
- an item above it that did not change is *played* from its display list (see
  `framepipe.drawing.rendering.display_list`);
- an item that changed is drawn, and recorded, unless it changes all the time; an axis that was made
  anew as it was (by `Axes.cla`) is played, too (see `framepipe.drawing.rendering.axis_value`);
- where the same items change frame after frame, what lies clear of them is not even played (see
  `framepipe.drawing.retained.layers`).

What changed, `framepipe.drawing.retained.changes` tells.  Artists that are never drawn (second tick
labels, invisible grid lines) stay stale for ever, and so would everything above them; so the flags
are reset after each frame.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...result import FrameStats
from ..mpl.describe import describe
from ..mpl.rc import rc_is, rc_values
from ..rendering.axis_value import leave_placed
from ..rendering.canvas import FrameCanvas
from ..rendering.display_list import DisplayList, RecordingRenderer
from ..rendering.ticks import draw_axis
from ..rendering.user_draws import draw_listeners
from .changes import Changes
from .draw_order import place_twin
from .items import DisplayItem, ItemInFrame, keepable
from .layers import LayerKey, Layers, layer_key, separate

#: Snapshots kept at a time.  A second and third serve animations in which now a higher, now a
#: lower item is the first to change; each takes a frame's bytes.
SNAPSHOTS = 3

#: Seconds of this thread's own: what else the machine does must not decide whether keeping pays.
#: Windows counts them too coarsely.
_FINE = time.get_clock_info("thread_time").resolution < 1e-5
_clock = time.thread_time if _FINE else time.perf_counter

#: Every draw of every item has a version of its own.
_VERSIONS = count(1)


@dataclass(slots=True)
class _Snapshot:
    """The pixels below an item, and the versions of the items that gave them."""

    versions: list[int]
    pixels: NDArray[np.uint8]


class Compositor:
    """Composes the frames of one figure.

    Parameters
    ----------
    figure : Figure
        The figure.
    steady : int, default: 2
        So many frames in a row must be alike before layers are made for them, which takes playing
        every display list once.

    Attributes
    ----------
    items : list of DisplayItem
        The items of the frame composed last, in drawing order.

    Notes
    -----
    Not protected: drawing the figure in another way between two frames resets the flags by which
    changes are known.  Say so by `invalidate`.
    """

    def __init__(self, figure: Figure, *, steady: int = 2) -> None:
        self._figure = figure
        self._steady = steady
        self._changes = Changes(figure)
        self._snapshots: list[_Snapshot] = []
        self._first_changed: int | None = None
        self._layers: Layers | None = None
        self._key: LayerKey = ()
        self._alike = 0  # frames in a row that had this key
        self.items: list[DisplayItem] = []
        self._rc: dict[str, Any] = {}

    def invalidate(self) -> None:
        """Count everything as changed: the figure was drawn by someone else."""
        self._changes.invalidate()
        self._snapshots.clear()
        self._layers = None
        self._key = ()

    def compose(self, renderer: RecordingRenderer, returned: Iterable[Any]) -> FrameStats:
        """Draw the figure as it stands.

        Parameters
        ----------
        renderer : RecordingRenderer
            Its pixels are the frame afterwards.
        returned : iterable of Artist
            What the update functions said they changed.

        Returns
        -------
        FrameStats
            What it took: what concerns composing is filled in.
        """
        if not rc_is(self._rc):  # fonts, snapping, simplification: a draw depends on many of them
            self.invalidate()
            self._rc = rc_values()
        order = self._changes.detect(renderer, returned)
        self.items = [entry.item for entry in order]
        first = next((i for i, entry in enumerate(order) if entry.reason), len(order))
        layers = self._layers_for(renderer, order)
        if layers is None:
            stats = self._compose_in_order(renderer, order, first)
        else:
            stats = self._compose_in_layers(renderer, order, layers)
        self._first_changed = first
        if first < len(order):
            most_expensive = max(
                (entry for entry in order if entry.reason), key=lambda entry: entry.item.cost
            )
            stats.changed = (
                f"{describe(most_expensive.item.artist, self._figure)}: {most_expensive.reason}"
            )
        return stats

    def _compose_in_order(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame], first: int
    ) -> FrameStats:
        """Begin from a snapshot of what is below the first changed item, and go on from there."""
        start = self._put_back(renderer, order, first)
        stats = FrameStats(
            composed=True,
            items_skipped=start,
            saved=sum(entry.item.cost for entry in order[:start]),
        )
        steady = first == self._first_changed
        placed: object = None
        for index in range(start, len(order)):
            if index == first and steady and start < first:
                self._snapshot(renderer, order[:first])
            entry = order[index]
            item = entry.item
            if entry.axes is not None and entry.axes is not placed:
                placed = entry.axes
                place_twin(placed, renderer)
            if entry.must_draw:
                self._draw(renderer, entry, stats)
                continue
            begin = _clock()
            renderer.recorder.play(item.display_list or [])
            stats.replaying += _clock() - begin
            stats.items_replayed += 1
            stats.saved += item.cost
        return stats

    def _layers_for(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame]
    ) -> Layers | None:
        """Return layers that serve for this frame, if there are any or it is time to make them."""
        key = layer_key(order)
        self._alike = self._alike + 1 if key == self._key else 0
        self._key = key
        if self._layers is not None and self._layers.key == key:
            np.copyto(renderer.pixels, self._layers.pixels)
        elif self._alike >= self._steady:
            self._layers = separate(key, order, renderer)
        else:
            return None
        return self._layers

    def _compose_in_layers(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame], layers: Layers
    ) -> FrameStats:
        """Go on from what the layers have below, which stands there already."""
        stats = FrameStats(
            composed=True, saved=sum(entry.item.cost for entry in order if not entry.must_draw)
        )
        stats.items_replayed = layers.played
        placed: object = None
        reached = 0  # how far twins have taken their places
        for index, display_list in layers.above:
            entry = order[index]
            if display_list is not None:
                begin = _clock()
                renderer.recorder.play(display_list)
                stats.replaying += _clock() - begin
                continue
            for before in order[reached : index + 1]:
                if before.axes is not None and before.axes is not placed:
                    placed = before.axes
                    place_twin(placed, renderer)
            reached = index + 1
            self._draw(renderer, entry, stats)
        stats.items_skipped = len(order) - stats.items_replayed - stats.items_drawn
        return stats

    def reset_flags(self) -> None:
        """Count the figure as drawn, as it stands."""
        self._changes.reset_flags()

    def _draw(self, renderer: RecordingRenderer, entry: ItemInFrame, stats: FrameStats) -> None:
        """Draw a changed item, and see what it took."""
        item = entry.item
        begin = _clock()
        item.version = next(_VERSIONS)
        if item.parts is not None:
            item.reason = entry.reason
        if entry.replay is not None:
            display_list = entry.replay.display_list
            renderer.recorder.play(display_list)
            leave_placed(item.artist)
            stats.replaying += _clock() - begin
            stats.items_replayed += 1
            stats.saved += item.cost
            if self._changes.often(item):
                item.parts, item.display_list = None, display_list
            else:  # it may be left alone from now on
                self._changes.record(entry, display_list, renderer)
            return
        self._draw_and_record(renderer, entry)
        item.cost = _clock() - begin
        stats.items_drawn += 1
        stats.drawing += item.cost

    def _draw_and_record(self, renderer: RecordingRenderer, entry: ItemInFrame) -> None:
        """Draw a changed item, and record it unless it changes all the time."""
        item, artist = entry.item, entry.item.artist
        if entry.calls is not None:
            renderer.recorder.play(entry.calls)
            return
        draw = getattr(artist, item.method)
        if type(artist) in (XAxis, YAxis) and "draw" not in vars(artist):
            draw = partial(draw_axis, artist)
        if not keepable(artist) or (entry.value is None and self._changes.often(item)):
            item.parts = item.display_list = None
            draw(renderer)
            return
        display_list: DisplayList = []
        renderer.recorder.display_list = display_list
        try:
            draw(renderer)
        finally:
            renderer.recorder.display_list = None
        self._changes.record(entry, display_list, renderer)

    def _put_back(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame], first: int
    ) -> int:
        """Put back the best snapshot below the first changed item; return how far it reaches."""
        best: _Snapshot | None = None
        for snapshot in self._snapshots:
            reach = len(snapshot.versions)
            if (
                reach <= first
                and (best is None or reach > len(best.versions))
                and all(
                    version == entry.item.version
                    for version, entry in zip(snapshot.versions, order, strict=False)
                )
            ):
                best = snapshot
        if best is None:
            renderer.clear()
            return 0
        np.copyto(renderer.pixels, best.pixels)
        return len(best.versions)

    def _snapshot(self, renderer: RecordingRenderer, below: Sequence[ItemInFrame]) -> None:
        versions = [entry.item.version for entry in below]
        reach = len(versions)
        # Of two that reach equally far the newer one counts, and the oldest goes.
        kept = [one for one in self._snapshots if len(one.versions) != reach][-(SNAPSHOTS - 1) :]
        self._snapshots = [*kept, _Snapshot(versions, renderer.pixels.copy())]

    def find_mismatch(self, renderer: RecordingRenderer) -> str | None:
        """Name the item whose display list no longer shows what it would draw.

        Parameters
        ----------
        renderer : RecordingRenderer
            One that may be drawn on.

        Returns
        -------
        str or None
            The item; None if every display list is true.
        """
        for item in self.items:
            if item.display_list is None:
                continue
            renderer.clear()
            renderer.recorder.play(item.display_list)
            played = renderer.pixels.copy()
            renderer.clear()
            getattr(item.artist, item.method)(renderer)
            if not np.array_equal(played, renderer.pixels):
                return describe(item.artist, self._figure)
        return None


def can_retain(figure: Figure, animations: Sequence[object]) -> bool:
    """Tell whether a figure's frames can be composed.

    Not where someone listens to its draws, which composing does not announce, where images are to
    be laid over each other before they are drawn, or where the figure draws in a way of its own.
    """
    if type(figure).draw is not Figure.draw or "draw" in vars(figure):
        return False
    owners = {id(one) for one in (FrameCanvas.of(figure), figure.canvas, *animations)}
    for listener in draw_listeners(figure):
        if id(getattr(listener, "__self__", None)) not in owners:
            return False
    return figure.suppressComposite is not False
