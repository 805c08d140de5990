"""The same bytes as a full draw, drawing only what changed.

A frame is composed from a figure's items (see `framepipe.drawing.retained.draw_order`) in drawing
order:

- everything below the first changed item is put back from a *snapshot* of the pixels;
- an item above it that did not change is *played* from its display list (see
  `framepipe.drawing.rendering.display_list`);
- an item that changed is drawn, and recorded, unless it changes all the time;
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
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ...result import FrameStats
from ..mpl.artists import describe
from ..mpl.rc import rc_is, rc_values
from ..rendering.display_list import DisplayList, RecordingRenderer
from ..rendering.ticks import draw_axis
from .changes import Changes, DisplayItem, ItemInFrame, keepable
from .draw_order import take_place
from .layers import STEADY, Arrangement, arrange, changes, key_of

#: Snapshots kept at a time.  A second and third serve animations in which now a higher, now a
#: lower item is the first to change; each takes a frame's bytes.
SNAPSHOTS = 3

#: An item that changed in so many frames in a row is drawn without recording ...
HOT = 3
#: ... and tried again every so many frames.
RETRY = 16

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

    Notes
    -----
    Not protected: drawing the figure in another way between two frames resets the flags by which
    changes are known.  Say so by `forget`.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._changes = Changes(figure)
        self._snapshots: list[_Snapshot] = []
        self._first_changed: int | None = None
        self._arranged: Arrangement | None = None
        self._key: tuple[Any, ...] = ()
        self._alike = 0  # frames in a row that had this key
        self._frames = 0
        self._items: list[DisplayItem] = []  # in the order in which they were last drawn
        self._rc: dict[str, Any] = {}

    def forget(self) -> None:
        """Take everything for changed: the figure was drawn by someone else."""
        self._changes.forget()
        self._snapshots.clear()
        self._arranged = None
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
        self._frames += 1
        if not rc_is(self._rc):  # fonts, snapping, simplification: a draw looks at many of them
            self.forget()
            self._rc = rc_values()
        order = self._changes.look(renderer, returned)
        self._items = [seen.item for seen in order]
        first = next((i for i, seen in enumerate(order) if seen.why), len(order))
        arranged = self._arrangement(renderer, order)
        if arranged is None:
            stats = self._compose_in_order(renderer, order, first)
        else:
            stats = self._compose_arranged(renderer, order, arranged)
        self._first_changed = first
        if first < len(order):
            most_expensive = max(
                (seen for seen in order if seen.why), key=lambda seen: seen.item.cost
            )
            stats.changed = (
                f"{describe(most_expensive.item.artist, self._figure)}: {most_expensive.why}"
            )
        return stats

    def _compose_in_order(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame], first: int
    ) -> FrameStats:
        """Begin from a snapshot of what is below the first changed item, and go on from there."""
        start = self._put_back(renderer, order, first)
        stats = FrameStats(
            composed=True, items_skipped=start, saved=sum(seen.item.cost for seen in order[:start])
        )
        steady = first == self._first_changed
        placed: Any = None
        for index in range(start, len(order)):
            if index == first and steady and start < first:
                self._snapshot(renderer, order[:first])
            seen = order[index]
            item = seen.item
            if seen.axes is not None and seen.axes is not placed:
                placed = seen.axes
                take_place(placed, renderer)
            if changes(seen):
                self._draw(renderer, seen, stats)
                continue
            begin = _clock()
            renderer.recorder.play(item.display_list or [])
            item.hot = 0
            stats.replaying += _clock() - begin
            stats.items_replayed += 1
            stats.saved += item.cost
        return stats

    def _arrangement(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame]
    ) -> Arrangement | None:
        """Return an arrangement that serves for this frame, if there is one or it is time."""
        key = key_of(order)
        self._alike = self._alike + 1 if key == self._key else 0
        self._key = key
        if self._arranged is not None and self._arranged.key == key:
            np.copyto(renderer.pixels, self._arranged.pixels)
        elif self._alike >= STEADY:
            self._arranged = arrange(key, order, renderer)
        else:
            return None
        return self._arranged

    def _compose_arranged(
        self, renderer: RecordingRenderer, order: Sequence[ItemInFrame], arranged: Arrangement
    ) -> FrameStats:
        """Go on from what an arrangement draws first, which stands there already."""
        stats = FrameStats(
            composed=True, saved=sum(seen.item.cost for seen in order if not changes(seen))
        )
        stats.items_replayed = arranged.played
        placed: Any = None
        reached = 0  # how far twins have taken their places
        for index, display_list in arranged.above:
            seen = order[index]
            if display_list is not None:
                begin = _clock()
                renderer.recorder.play(display_list)
                stats.replaying += _clock() - begin
                continue
            for before in order[reached : index + 1]:
                if before.axes is not None and before.axes is not placed:
                    placed = before.axes
                    take_place(placed, renderer)
            reached = index + 1
            self._draw(renderer, seen, stats)
        stats.items_skipped = len(order) - stats.items_replayed - stats.items_drawn
        return stats

    def reset_flags(self) -> None:
        """Take the figure as it stands for drawn."""
        self._changes.reset_flags()

    def _draw(self, renderer: RecordingRenderer, seen: ItemInFrame, stats: FrameStats) -> None:
        """Draw a changed item, and see what it took."""
        begin = _clock()
        self._draw_and_learn(renderer, seen)
        seen.item.cost = _clock() - begin
        stats.items_drawn += 1
        stats.drawing += seen.item.cost

    def _draw_and_learn(self, renderer: RecordingRenderer, seen: ItemInFrame) -> None:
        """Draw a changed item, and learn what there is to know for keeping it."""
        item, artist = seen.item, seen.item.artist
        item.version = next(_VERSIONS)
        item.hot += 1
        if item.parts is not None:
            item.why = seen.why
        draw = artist.draw
        if isinstance(artist, Axis) and "draw" not in vars(artist):
            draw = partial(draw_axis, artist)
        if not keepable(artist) or (item.hot > HOT and self._frames % RETRY):
            item.parts = item.display_list = None
            draw(renderer)
            return
        display_list: DisplayList = []
        renderer.recorder.display_list = display_list
        try:
            draw(renderer)
        finally:
            renderer.recorder.display_list = None
        self._changes.learn(seen, display_list, renderer)

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
                    version == seen.item.version
                    for version, seen in zip(snapshot.versions, order, strict=False)
                )
            ):
                best = snapshot
        if best is None:
            renderer.clear()
            return 0
        np.copyto(renderer.pixels, best.pixels)
        return len(best.versions)

    def _snapshot(self, renderer: RecordingRenderer, below: Sequence[ItemInFrame]) -> None:
        versions = [seen.item.version for seen in below]
        reach = len(versions)
        # Of two that reach equally far the newer one counts, and the oldest goes.
        kept = [one for one in self._snapshots if len(one.versions) != reach][-(SNAPSHOTS - 1) :]
        self._snapshots = [*kept, _Snapshot(versions, renderer.pixels.copy())]

    def suspect(self, renderer: RecordingRenderer) -> str | None:
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
        for item in self._items:
            if item.display_list is None:
                continue
            renderer.clear()
            renderer.recorder.play(item.display_list)
            played = renderer.pixels.copy()
            renderer.clear()
            item.artist.draw(renderer)
            if not np.array_equal(played, renderer.pixels):
                return describe(item.artist, self._figure)
        return None


def can_retain(figure: Any, animations: Sequence[Any]) -> bool:
    """Tell whether a figure's frames can be composed.

    Not where someone listens to its draws, which composing does not announce, where images are to
    be laid over each other before they are drawn, or where the figure draws in a way of its own.
    """
    if type(figure).draw is not Figure.draw or "draw" in vars(figure):
        return False
    listeners = figure.canvas.callbacks.callbacks.get("draw_event", {}).values()
    owners = {id(one) for one in (figure.canvas, *animations)}
    for reference in listeners:
        listener = reference()
        if listener is not None and id(getattr(listener, "__self__", None)) not in owners:
            return False
    return figure.suppressComposite is not False
