"""The same bytes as a full draw, drawing only what changed.

A frame is composed from a figure's units (see `framepipe.drawing.units`) in drawing order:

- everything below the first changed unit is put back from a *snapshot* of the pixels;
- a unit above it that did not change is *played* from its tape (see `framepipe.drawing.tape`);
- a unit that changed is drawn, and taped, unless it changes all the time;
- where the same units change frame after frame, what lies clear of them is not even played (see
  `framepipe.drawing.arrange`).

What changed, `framepipe.drawing.changes` tells.  Artists that are never drawn (second tick labels,
invisible grid lines) stay stale for ever, and so would everything above them; so the flags are
reset after each frame.
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

from .arrange import STEADY, Arrangement, arrange, changes, key_of
from .changes import Changes, Seen, Unit, keepable
from .names import describe
from .rc import rc_is, rc_values
from .tape import Tape, TapeRenderer
from .ticks import draw_axis
from .units import take_place

#: Snapshots kept at a time.  A second and third serve animations in which now a higher, now a
#: lower unit is the first to change; each takes a frame's bytes.
SNAPSHOTS = 3

#: A unit that changed in so many frames in a row is drawn without taping ...
HOT = 3
#: ... and tried again every so many frames.
RETRY = 16

#: Less than this share of the drawing saved, and keeping does not pay: taping and looking for
#: changes cost a few per cent of a full draw themselves.
WORTH = 0.15

#: Seconds of this thread's own: what else the machine does must not decide whether keeping pays.
#: Windows counts them too coarsely.
_FINE = time.get_clock_info("thread_time").resolution < 1e-5
_clock = time.thread_time if _FINE else time.perf_counter

#: Every draw of every unit has a version of its own.
_VERSIONS = count(1)


@dataclass(slots=True)
class _Snapshot:
    """The pixels below a unit, and the versions of the units that gave them."""

    versions: list[int]
    pixels: NDArray[np.uint8]


@dataclass(slots=True)
class Kept:
    """What composing one frame took.

    Parameters
    ----------
    drawn, played, skipped : int
        Units drawn, units played from tape, and units that the snapshot held.
    spent : float
        Seconds of CPU spent on units drawn.
    saved : float
        Seconds that drawing the others took last time.
    playing : float
        Seconds of CPU spent playing tapes.
    why : str
        A unit that changed, and how; empty if none did.
    """

    drawn: int = 0
    played: int = 0
    skipped: int = 0
    spent: float = 0.0
    saved: float = 0.0
    playing: float = 0.0
    why: str = ""

    @property
    def pays(self) -> bool:
        """Whether keeping was worth it."""
        return self.saved > WORTH * (self.saved + self.spent)


class Retained:
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
        self._units: list[Unit] = []  # in the order in which they were last drawn
        self._rc: dict[str, Any] = {}

    def forget(self) -> None:
        """Take everything for changed: the figure was drawn by someone else."""
        self._changes.forget()
        self._snapshots.clear()
        self._arranged = None
        self._key = ()

    def compose(self, renderer: TapeRenderer, returned: Iterable[Any]) -> Kept:
        """Draw the figure as it stands.

        Parameters
        ----------
        renderer : TapeRenderer
            Its pixels are the frame afterwards.
        returned : iterable of Artist
            What the update functions said they changed.

        Returns
        -------
        Kept
            What it took.
        """
        self._frames += 1
        if not rc_is(self._rc):  # fonts, snapping, simplification: a draw looks at many of them
            self.forget()
            self._rc = rc_values()
        order = self._changes.look(renderer, returned)
        self._units = [seen.unit for seen in order]
        first = next((i for i, seen in enumerate(order) if seen.why), len(order))
        arranged = self._arrangement(renderer, order)
        if arranged is None:
            kept = self._compose_in_order(renderer, order, first)
        else:
            kept = self._compose_arranged(renderer, order, arranged)
        self._first_changed = first
        if first < len(order):
            dearest = max((seen for seen in order if seen.why), key=lambda seen: seen.unit.cost)
            kept.why = f"{describe(dearest.unit.artist, self._figure)}: {dearest.why}"
        return kept

    def _compose_in_order(self, renderer: TapeRenderer, order: Sequence[Seen], first: int) -> Kept:
        """Begin from a snapshot of what is below the first changed unit, and go on from there."""
        start = self._put_back(renderer, order, first)
        kept = Kept(skipped=start, saved=sum(seen.unit.cost for seen in order[:start]))
        steady = first == self._first_changed
        placed: Any = None
        for index in range(start, len(order)):
            if index == first and steady and start < first:
                self._snapshot(renderer, order[:first])
            seen = order[index]
            unit = seen.unit
            if seen.axes is not None and seen.axes is not placed:
                placed = seen.axes
                take_place(placed, renderer)
            if changes(seen):
                self._draw(renderer, seen, kept)
                continue
            begin = _clock()
            renderer.recorder.play(unit.tape or [])
            unit.hot = 0
            kept.playing += _clock() - begin
            kept.played += 1
            kept.saved += unit.cost
        return kept

    def _arrangement(self, renderer: TapeRenderer, order: Sequence[Seen]) -> Arrangement | None:
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
        self, renderer: TapeRenderer, order: Sequence[Seen], arranged: Arrangement
    ) -> Kept:
        """Go on from what an arrangement draws first, which stands there already."""
        kept = Kept(saved=sum(seen.unit.cost for seen in order if not changes(seen)))
        kept.played = arranged.played
        placed: Any = None
        reached = 0  # how far twins have taken their places
        for index, tape in arranged.above:
            seen = order[index]
            if tape is not None:
                begin = _clock()
                renderer.recorder.play(tape)
                kept.playing += _clock() - begin
                continue
            for before in order[reached : index + 1]:
                if before.axes is not None and before.axes is not placed:
                    placed = before.axes
                    take_place(placed, renderer)
            reached = index + 1
            self._draw(renderer, seen, kept)
        kept.skipped = len(order) - kept.played - kept.drawn
        return kept

    def reset_flags(self) -> None:
        """Take the figure as it stands for drawn."""
        self._changes.reset_flags()

    def _draw(self, renderer: TapeRenderer, seen: Seen, kept: Kept) -> None:
        """Draw a changed unit, and see what it took."""
        begin = _clock()
        self._draw_and_learn(renderer, seen)
        seen.unit.cost = _clock() - begin
        kept.drawn += 1
        kept.spent += seen.unit.cost

    def _draw_and_learn(self, renderer: TapeRenderer, seen: Seen) -> None:
        """Draw a changed unit, and learn what there is to know for keeping it."""
        unit, artist = seen.unit, seen.unit.artist
        unit.version = next(_VERSIONS)
        unit.hot += 1
        if unit.parts is not None:
            unit.why = seen.why
        draw = artist.draw
        if isinstance(artist, Axis) and "draw" not in vars(artist):
            draw = partial(draw_axis, artist)
        if not keepable(artist) or (unit.hot > HOT and self._frames % RETRY):
            unit.parts = unit.tape = None
            draw(renderer)
            return
        tape: Tape = []
        renderer.recorder.tape = tape
        try:
            draw(renderer)
        finally:
            renderer.recorder.tape = None
        self._changes.learn(seen, tape, renderer)

    def _put_back(self, renderer: TapeRenderer, order: Sequence[Seen], first: int) -> int:
        """Put back the best snapshot below the first changed unit; return how far it reaches."""
        best: _Snapshot | None = None
        for snapshot in self._snapshots:
            reach = len(snapshot.versions)
            if (
                reach <= first
                and (best is None or reach > len(best.versions))
                and all(
                    version == seen.unit.version
                    for version, seen in zip(snapshot.versions, order, strict=False)
                )
            ):
                best = snapshot
        if best is None:
            renderer.clear()
            return 0
        np.copyto(renderer.pixels, best.pixels)
        return len(best.versions)

    def _snapshot(self, renderer: TapeRenderer, below: Sequence[Seen]) -> None:
        versions = [seen.unit.version for seen in below]
        reach = len(versions)
        # Of two that reach equally far the newer one counts, and the oldest goes.
        kept = [one for one in self._snapshots if len(one.versions) != reach][-(SNAPSHOTS - 1) :]
        self._snapshots = [*kept, _Snapshot(versions, renderer.pixels.copy())]

    def suspect(self, renderer: TapeRenderer) -> str | None:
        """Name the unit whose tape no longer shows what it would draw.

        Parameters
        ----------
        renderer : TapeRenderer
            One that may be drawn on.

        Returns
        -------
        str or None
            The unit; None if every tape is true.
        """
        for unit in self._units:
            if unit.tape is None:
                continue
            renderer.clear()
            renderer.recorder.play(unit.tape)
            played = renderer.pixels.copy()
            renderer.clear()
            unit.artist.draw(renderer)
            if not np.array_equal(played, renderer.pixels):
                return describe(unit.artist, self._figure)
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
