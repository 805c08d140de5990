"""The same bytes as a full draw, drawing only what changed.

A frame is composed from a figure's units (see `framepipe.drawing.units`) in drawing order:

- everything below the first changed unit is put back from a *snapshot* of the pixels;
- a unit above it that did not change is *played* from its tape (see `framepipe.drawing.tape`);
- a unit that changed is drawn, and taped, unless it changes all the time.

A unit changed if the update function returned it, if it or anything it is made of is ``stale``,
if its axes' limits, place or scales are others, if its own transform or clip is, or if it is of a
class that is not matplotlib's: such a one may do as it likes.  Data changed in place raises no
flag; that is what the checks in `framepipe.drawing.painter` are for.

Artists that are never drawn (second tick labels, invisible grid lines) stay stale for ever, and so
would everything above them; so the flags are reset here after each frame.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import FigureBase
from matplotlib.legend import Legend
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import ConnectionPatch
from matplotlib.text import Annotation, Text
from numpy.typing import NDArray

from .tape import Tape, TapeRenderer
from .units import (
    around_titles,
    in_order,
    look_at,
    loose_ends,
    parts_of,
    place_titles,
    plain_values,
    titles_of,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


class _State:
    """What is known of one unit.

    Attributes
    ----------
    artist : Artist
        The unit; held, so that its id stays its own.
    version : int
        Goes up with every draw.
    parts : list of Artist or None
        Whose flags to look at; None while the unit counts as changed anyway.
    ends, look : tuple
        `loose_ends`, and its axes' `look_of`, when it was last drawn.
    tape : Tape or None
        How it was drawn.
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
        "artist", "cost", "ends", "extent", "hot", "look", "parts", "tape", "version", "why",
    )  # fmt: skip

    def __init__(self, artist: Any) -> None:
        self.artist = artist
        self.version = 0
        self.parts: list[Any] | None = None
        self.ends: tuple[Any, ...] = ()
        self.look: tuple[Any, ...] = ()
        self.tape: Tape | None = None
        self.hot = 0
        self.cost = 0.0
        self.extent: tuple[float, ...] = ()
        self.why = "it is not one of matplotlib's own, or looks at others"


@dataclass(slots=True)
class _Snapshot:
    """The pixels below a unit: which units, in which version, gave them."""

    units: list[tuple[int, int]]
    pixels: NDArray[np.uint8]


@dataclass(slots=True)
class Kept:
    """What composing one frame took.

    Parameters
    ----------
    drawn, played, skipped : int
        Units drawn, units played from tape, and units that the snapshot held.
    spent : float
        Seconds spent on units drawn.
    saved : float
        Seconds that drawing the others took last time.
    playing : float
        Seconds spent playing tapes.
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
    Not protected: drawing the figure in another way between two frames resets the flags that are
    looked at here.  Say so by `forget`.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._states: dict[int, _State] = {}
        self._snapshots: list[_Snapshot] = []
        self._places: dict[int, Any] = {}  # of axes when their titles were placed
        self._first_changed: int | None = None
        self._frames = 0

    def forget(self) -> None:
        """Take everything for changed: the figure was drawn by someone else."""
        self._states.clear()
        self._snapshots.clear()
        self._places.clear()

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
        looks: dict[int, tuple[Any, ...]] = {}
        order = list(in_order(self._figure, renderer, looks))
        known = {id(artist) for artist, _ in order}
        touched = {id(artist) for artist in returned}
        states = []
        reasons = []
        for artist, axes in order:
            state = self._states.get(id(artist))
            if state is None:
                state = self._states[id(artist)] = _State(artist)
            states.append(state)
            look = look_at(artist, axes, looks[id(axes)]) if axes is not None else ()
            reasons.append(self._changed(state, axes, look, touched))
        self._follow(order, states, reasons, looks, renderer)
        kept = self._paint(renderer, order, states, reasons, looks, known)
        if len(self._states) > 2 * len(order) + 64:
            self._states = {key: state for key, state in self._states.items() if key in known}
        return kept

    def _changed(self, state: _State, axes: Any, look: tuple[Any, ...], touched: set[int]) -> str:
        """Say how a unit changed; empty if it did not."""
        artist = state.artist
        if state.parts is None:
            return "it is new" if state.version == 0 else state.why
        if touched and any(id(part) in touched for part in state.parts):
            return "the update function returned it"
        if axes is not None and id(axes) in touched:
            return "the update function returned its axes"
        if state.look != look:
            return "its limits, place or scale changed"
        if artist is self._figure.patch:
            # savefig sets its colour before every draw, and resets it afterwards.
            return "" if state.ends == tuple(plain_values(artist)) else "its looks changed"
        for part in state.parts:
            if part._stale:
                return "it was changed" if part is artist else f"its {_name(part)} was changed"
        if state.ends != loose_ends(artist, axes):
            return "its transform, clip or view changed"
        return ""

    def _follow(
        self,
        order: Sequence[tuple[Any, Any]],
        states: Sequence[_State],
        reasons: list[str],
        looks: dict[int, tuple[Any, ...]],
        renderer: TapeRenderer,
    ) -> None:
        """Find units that changed because another one did."""
        changed_axes = {
            id(axes) for (_, axes), reason in zip(order, reasons, strict=True) if reason
        }
        if not changed_axes:
            return
        self._place_titles(order, reasons, looks, renderer)
        aligned = _aligns(self._figure)
        for index, (artist, axes) in enumerate(order):
            if reasons[index]:
                continue
            if isinstance(artist, Legend):
                # "best" is where the fewest data are.
                if id(axes) in changed_axes and _extent(artist, renderer) != states[index].extent:
                    reasons[index] = "its best place changed"
            elif aligned and isinstance(artist, Axis):
                reasons[index] = "labels are aligned with those of other axes"

    def _place_titles(
        self,
        order: Sequence[tuple[Any, Any]],
        reasons: list[str],
        looks: dict[int, tuple[Any, ...]],
        renderer: TapeRenderer,
    ) -> None:
        """Place the titles of axes where a title, or what it makes room for, changed."""
        at = {id(artist): index for index, (artist, _) in enumerate(order)}
        changed = {id(order[index][0]) for index, reason in enumerate(reasons) if reason}
        places = self._places
        seen: dict[int, Any] = {id(axes): axes for _, axes in order if axes is not None}
        for axes in seen.values():
            titles = titles_of(axes)
            if not any(title.get_text() for title in titles):
                continue
            causes: list[Any] = [*titles, axes.patch]
            for one in around_titles(axes):
                causes.extend((one, one.patch, one.yaxis))
                if _ticks_above(one.xaxis):
                    causes.append(one.xaxis)
            place = looks[id(axes)][2]
            if places.get(id(axes)) == place and not any(id(one) in changed for one in causes):
                continue
            places[id(axes)] = place
            for title in place_titles(axes, renderer):
                index = at.get(id(title))
                if index is not None and not reasons[index]:
                    reasons[index] = "it makes room for ticks"

    def _paint(
        self,
        renderer: TapeRenderer,
        order: Sequence[tuple[Any, Any]],
        states: Sequence[_State],
        reasons: Sequence[str],
        looks: dict[int, tuple[Any, ...]],
        known: set[int],
    ) -> Kept:
        kept = Kept()
        first = next((i for i, reason in enumerate(reasons) if reason), len(order))
        start = self._put_back(renderer, states, first)
        kept.skipped = start
        kept.saved = sum(state.cost for state in states[:start])
        steady = first == self._first_changed
        self._first_changed = first
        for index in range(start, len(order)):
            if index == first and steady and start < first:
                self._snapshot(renderer, states[:first])
            state = states[index]
            if not reasons[index]:
                if state.tape is None:
                    raise RuntimeError(f"no tape of {state.artist!r}")
                begin = time.perf_counter()
                renderer.recorder.play(state.tape)
                kept.playing += time.perf_counter() - begin
                kept.played += 1
                kept.saved += state.cost
                state.hot = 0
                continue
            axes = order[index][1]
            begin = time.perf_counter()
            self._draw(renderer, state, axes, looks, known, reasons[index])
            state.cost = time.perf_counter() - begin
            kept.drawn += 1
            kept.spent += state.cost
        if first < len(order):
            worst = max((i for i in range(len(order)) if reasons[i]), key=lambda i: states[i].cost)
            kept.why = f"{describe(states[worst].artist, self._figure)}: {reasons[worst]}"
        return kept

    def _draw(
        self,
        renderer: TapeRenderer,
        state: _State,
        axes: Any,
        looks: dict[int, tuple[Any, ...]],
        known: set[int],
        reason: str,
    ) -> None:
        """Draw a changed unit, and learn what there is to know for keeping it."""
        artist = state.artist
        state.version += 1
        state.hot += 1
        learn = keepable(artist) and (state.hot <= HOT or self._frames % RETRY == 0)
        if state.parts is not None:
            state.why = reason
        if not learn:
            state.parts = state.tape = None
            artist.draw(renderer)
            return
        tape: Tape = []
        renderer.recorder.tape = tape
        try:
            artist.draw(renderer)
        finally:
            renderer.recorder.tape = None
        state.tape = tape
        state.parts = parts_of(artist, known)
        state.look = look_at(artist, axes, looks[id(axes)]) if axes is not None else ()
        state.ends = (
            tuple(plain_values(artist))
            if artist is self._figure.patch
            else loose_ends(artist, axes)
        )
        if isinstance(artist, Legend):
            state.extent = _extent(artist, renderer)

    def reset_flags(self) -> None:
        """Take the figure as it stands for drawn."""
        for state in self._states.values():
            for part in state.parts or ():
                part._stale = False

    def _put_back(self, renderer: TapeRenderer, states: Sequence[_State], first: int) -> int:
        """Put back the best snapshot below the first changed unit; return how far it reaches."""
        best: _Snapshot | None = None
        for snapshot in self._snapshots:
            reach = len(snapshot.units)
            if (
                reach <= first
                and (best is None or reach > len(best.units))
                and all(
                    unit == (id(state), state.version)
                    for unit, state in zip(snapshot.units, states, strict=False)
                )
            ):
                best = snapshot
        if best is None:
            renderer.clear()
            return 0
        np.copyto(renderer.pixels, best.pixels)
        return len(best.units)

    def _snapshot(self, renderer: TapeRenderer, states: Sequence[_State]) -> None:
        units = [(id(state), state.version) for state in states]
        reach = len(units)
        # Of two that reach equally far the newer one counts, and the oldest goes.
        kept = [one for one in self._snapshots if len(one.units) != reach][-(SNAPSHOTS - 1) :]
        self._snapshots = [*kept, _Snapshot(units, renderer.pixels.copy())]

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
        for state in self._states.values():
            if state.tape is None:
                continue
            renderer.clear()
            renderer.recorder.play(state.tape)
            played = renderer.pixels.copy()
            renderer.clear()
            state.artist.draw(renderer)
            if not np.array_equal(played, renderer.pixels):
                return describe(state.artist, self._figure)
        return None


def keepable(artist: Any) -> bool:
    """Tell whether a unit can be kept at all.

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


def describe(artist: Artist, figure: Figure) -> str:
    """Name an artist as its owner would: what it is, its label, and which axes it is in."""
    axes: Any = getattr(artist, "axes", None)
    if axes is artist or isinstance(artist, (Axes, FigureBase)):
        axes = None
    label = artist.get_label()
    name = _name(artist)
    if isinstance(label, str) and label and not label.startswith("_"):
        name += f" {label!r}"
    elif isinstance(artist, Text) and artist.get_text():
        name += f" {artist.get_text()!r}"
    if axes is not None and axes in figure.axes:
        return f"{name} of axes {figure.axes.index(axes)}"
    if artist in figure.axes:
        return f"axes {figure.axes.index(artist)} ({name})"
    return name


def _ticks_above(axis: Any) -> bool:
    return axis.get_ticks_position() in ("top", "unknown") or axis.get_label_position() == "top"


def _name(artist: Any) -> str:
    return getattr(artist, "__name__", None) or type(artist).__name__


def _aligns(figure: Any) -> bool:
    groups = figure._align_label_groups
    return any(any(True for _ in groups[name]) for name in ("x", "y"))


def _extent(legend: Any, renderer: TapeRenderer) -> tuple[float, ...]:
    if not legend.get_visible():
        return ()
    return tuple(legend.get_window_extent(renderer).bounds)
