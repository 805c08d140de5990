"""A frame's calls in another order that gives the same pixels: what is static first.

Everything that changes lies above something static, and mostly below something static, too: the
ticks of the same axes, and everything of the axes that follow.  What lies clear of all that
changes, and of what must stay above it, can as well be drawn before it.  So it goes into one
picture with all that is below, made once; each frame begins from that picture.  In a grid of moving
lines this leaves spines and tick marks to be played above each line, and no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..rendering.bounds import EVERYWHERE, Box, bounds_of_artist, bounds_of_call

if TYPE_CHECKING:
    from ..rendering.display_list import DisplayList, RecordingRenderer
    from .items import DisplayItem, ItemInFrame


#: Of a static item its version, of one that changes its identity and its box.
LayerKey = tuple[int | tuple[int, Box], ...]


@dataclass(slots=True)
class Layers:
    """How to compose frames in which the same items change, and all others are as they were.

    Parameters
    ----------
    key : tuple
        What `layer_key` gives for these frames.
    pixels : ndarray, shape (height, width, 4), uint8
        Everything that can be drawn first.
    above : list of tuple
        What comes on top, in this order: the place of an item in the drawing order, and those
        calls that are to be played, its own and of static items that follow it; None for an item
        that is to be drawn.
    played : int
        Items of which something is played.
    """

    key: LayerKey
    pixels: NDArray[np.uint8]
    above: list[tuple[int, DisplayList | None]]
    played: int


def layer_key(order: Sequence[ItemInFrame]) -> LayerKey:
    """Return what must be equal in two frames for one set of layers to serve both.

    Parameters
    ----------
    order : sequence of ItemInFrame
        The items, in drawing order.
    """
    return tuple(
        (id(entry.item), bounds_of_artist(entry.item.artist))
        if entry.must_draw
        else entry.item.version
        for entry in order
    )


def separate(key: LayerKey, order: Sequence[ItemInFrame], renderer: RecordingRenderer) -> Layers:
    """Find out what can be drawn first, and draw it.

    Parameters
    ----------
    key : tuple
        `layer_key` of the order.
    order : sequence of ItemInFrame
        The items, in drawing order.
    renderer : RecordingRenderer
        What the frame is drawn with; what can be drawn first stands on it afterwards.

    Returns
    -------
    Layers
        The layers.
    """
    taken = _Boxes()
    below: DisplayList = []
    above: list[tuple[int, DisplayList | None]] = []
    played = 0
    for index, (entry, mark) in enumerate(zip(order, key, strict=True)):
        if isinstance(mark, tuple):
            taken.add(mark[1])
            above.append((index, None))
            continue
        display_list = entry.item.display_list or []
        on_top: DisplayList = []
        for call, box in zip(display_list, _bounds_of(entry.item, renderer), strict=True):
            if taken.clear_of(box):
                below.append(call)
            else:
                taken.add(box)
                on_top.append(call)
        if not on_top:
            continue
        played += 1
        before = above[-1][1]  # there is an item that changes: nothing else keeps a call on top
        if before is None:
            above.append((index, on_top))
        else:  # one list is played sooner than many
            before += on_top
    renderer.clear()
    renderer.recorder.play(below)
    return Layers(key, renderer.pixels.copy(), above, played)


def _bounds_of(item: DisplayItem, renderer: RecordingRenderer) -> list[Box]:
    """Return the boxes of an item's calls, worked out once for every display list."""
    if item.bounds is None:
        item.bounds = [
            bounds_of_call(name, arguments, renderer.height, renderer.dpi)
            for name, arguments, _ in item.display_list or ()
        ]
    return item.bounds


class _Boxes:
    """Boxes, and whether another one overlaps any of them."""

    def __init__(self) -> None:
        self._boxes = np.empty((64, 4))
        self._count = 0
        self._all = False

    def add(self, box: Box) -> None:
        """Take one in."""
        if box == EVERYWHERE:
            self._all = True
        if self._count == len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.empty_like(self._boxes)])
        self._boxes[self._count] = box
        self._count += 1

    def clear_of(self, box: Box) -> bool:
        """Tell whether a box lies clear of all of them."""
        if self._all:
            return False
        left, bottom, right, top = self._boxes[: self._count].T
        overlaps = (left < box[2]) & (right > box[0]) & (bottom < box[3]) & (top > box[1])
        return not overlaps.any()
