"""A frame's calls in another order that gives the same pixels: what is still first.

Everything that changes lies above something still, and mostly below something still, too: the
ticks of the same axes, and everything of the axes that follow.  What lies clear of all that
changes, and of what must stay above it, can as well be drawn before it.  So it goes into one
picture with all that is below, made once; each frame begins from that picture.  In a grid of moving
lines this leaves spines and tick marks to be played above each line, and no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .reach import EVERYWHERE, Box, reach_of, reach_of_artist

if TYPE_CHECKING:
    from .changes import Seen, Unit
    from .tape import Tape, TapeRenderer

#: So many frames in a row must be alike before an arrangement is made for them: it takes playing
#: every tape once.
STEADY = 2


@dataclass(slots=True)
class Arrangement:
    """How to compose frames in which the same units change, and all others are as they were.

    Parameters
    ----------
    key : tuple
        What `key_of` gives for these frames.
    pixels : ndarray, shape (height, width, 4), uint8
        Everything that can be drawn first.
    above : list of tuple
        What comes on top, in this order: the place of a unit in the drawing order, and those of
        its calls that are to be played; None for a unit that is to be drawn.
    played : int
        Units of which something is played.
    """

    key: tuple[Any, ...]
    pixels: NDArray[np.uint8]
    above: list[tuple[int, Tape | None]]
    played: int


def key_of(order: Sequence[Seen]) -> tuple[Any, ...]:
    """Return what must be equal in two frames for one arrangement to serve both.

    Parameters
    ----------
    order : sequence of Seen
        The units, in drawing order.
    """
    return tuple(
        (id(seen.unit), reach_of_artist(seen.unit.artist)) if changes(seen) else seen.unit.version
        for seen in order
    )


def changes(seen: Seen) -> bool:
    """Tell whether a unit must be drawn."""
    return bool(seen.why) or seen.unit.tape is None


def arrange(key: tuple[Any, ...], order: Sequence[Seen], renderer: TapeRenderer) -> Arrangement:
    """Find out what can be drawn first, and draw it.

    Parameters
    ----------
    key : tuple
        `key_of` the order.
    order : sequence of Seen
        The units, in drawing order.
    renderer : TapeRenderer
        What the frame is drawn with; what can be drawn first stands on it afterwards.

    Returns
    -------
    Arrangement
        The arrangement.
    """
    taken = _Boxes()
    below: Tape = []
    above: list[tuple[int, Tape | None]] = []
    played = 0
    for index, (seen, mark) in enumerate(zip(order, key, strict=True)):
        if isinstance(mark, tuple):
            taken.add(mark[1])
            above.append((index, None))
            continue
        tape = seen.unit.tape or []
        on_top: Tape = []
        for call, box in zip(tape, _reaches(seen.unit, renderer), strict=True):
            if taken.clear_of(box):
                below.append(call)
            else:
                taken.add(box)
                on_top.append(call)
        if on_top:
            above.append((index, on_top))
            played += 1
    renderer.clear()
    renderer.recorder.play(below)
    return Arrangement(key, renderer.pixels.copy(), above, played)


def _reaches(unit: Unit, renderer: TapeRenderer) -> list[Box]:
    """Return the boxes of a unit's calls, worked out once for every tape."""
    if unit.reaches is None:
        unit.reaches = [
            reach_of(name, arguments, renderer.height, renderer.dpi)
            for name, arguments, _ in unit.tape or ()
        ]
    return unit.reaches


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
