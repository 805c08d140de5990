"""When a layout engine need not run, because it would leave everything where it is.

Under tight or constrained layout `Animation.save` works the layout out two or three times a frame,
each time about as expensive as drawing.  What it depends on is mostly static: tick labels, titles,
legends.  An engine that ran once and moved nothing moves nothing again as long as nothing that it
makes room for has changed; artists that are clipped to their axes are not among that.

Looked at in matplotlib 3.9.0 and 3.11.2: ``Axes.get_tightbbox``, ``Figure.get_tightbbox``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from ..mpl.artists import (
    active_position,
    axis_map,
    children,
    first_stale,
    is_clipped_to_axes,
    layout_parameters,
    original_position,
    titles,
)
from ..mpl.rc import rc_values
from ..rendering.undrawn import every_axes
from .axes_state import axes_state
from .items import parts_of

#: Pixels by which a text must lie inside its axes to be without influence on the layout.
_MARGIN = 2.0


class StaticLayout:
    """Knows whether a figure's layout could come out differently from last time.

    Parameters
    ----------
    figure : Figure
        The figure.

    Notes
    -----
    It goes by the artists' ``stale`` flags, so whoever draws in between must reset them as
    `Compositor` does, and say so by `record`; or call `invalidate`.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._places: tuple[object, ...] | None = None
        self._facts: tuple[object, ...] | None = None
        self._parts: dict[int, list[Artist]] = {}
        self._inside: dict[int, bool] = {}

    def invalidate(self) -> None:
        """Count the layout as changed."""
        self._facts = None

    def note_places(self) -> None:
        """Note where everything is, before the engine runs for a frame."""
        self._places = _places_of(self._figure)

    def record(self) -> None:
        """Note what is there now, after the engine ran and the frame was drawn."""
        self._facts = None
        if self._places is None or self._places != _places_of(self._figure) or self._figure.subfigs:
            return
        self._parts = {id(one): parts_of(one, set()) for one in _laid_out(self._figure)}
        self._facts = _facts(self._figure)

    def is_static(self, returned: Iterable[object]) -> bool:
        """Tell whether the engine would leave everything where it is.

        Parameters
        ----------
        returned : iterable of object
            What the update functions returned since the last frame that was drawn.
        """
        if self._facts is None:
            return False
        touched = {id(artist) for artist in returned}
        now = list(_laid_out(self._figure))
        if len(now) != len(self._parts):
            return False
        for artist in now:
            parts = self._parts.get(id(artist))
            if parts is None:
                return False
            changed = first_stale(parts) is not None or any(id(part) in touched for part in parts)
            if changed and not self._stays_inside(artist):
                return False
        return self._facts == _facts(self._figure)

    def _stays_inside(self, artist: Any) -> bool:
        """Tell whether a changed artist is a text well inside its axes, now and before."""
        axes = artist.axes
        if type(artist) is not Text or axes is None or artist not in children(axes):
            return False
        was = self._inside.get(id(artist), False)
        now = self._inside[id(artist)] = _lies_inside(artist, axes)
        return was and now


def _facts(figure: Figure) -> tuple[object, ...]:
    engine = figure.get_layout_engine()
    return (
        engine,
        repr(layout_parameters(engine)),
        tuple(figure.get_size_inches()),
        tuple((id(axes), axes_state(axes), axes.get_in_layout()) for axes in every_axes(figure)),
        _places_of(figure),
        rc_values(),
    )


def _places_of(figure: Figure) -> tuple[object, ...]:
    return tuple(
        (
            active_position(axes).get_points().tobytes(),
            original_position(axes).get_points().tobytes(),
        )
        for axes in every_axes(figure)
    )


def _laid_out(figure: Figure) -> Iterator[Artist]:
    """Yield the artists that a layout makes room for."""
    for axes in every_axes(figure):
        yield from axis_map(axes).values()
        yield from titles(axes)
        yield from axes.spines.values()
        legend = axes.get_legend()
        if legend is not None:
            yield legend
        for child in children(axes):
            if child.get_in_layout() and not is_clipped_to_axes(child):
                yield child
    for kind in (figure.texts, figure.legends, figure.artists, figure.lines, figure.patches):
        yield from kind
    yield from figure.images


def _lies_inside(artist: Artist, axes: Any) -> bool:
    box, room = artist.get_window_extent(), axes.bbox
    return bool(
        box.x0 >= room.x0 + _MARGIN
        and box.y0 >= room.y0 + _MARGIN
        and box.x1 <= room.x1 - _MARGIN
        and box.y1 <= room.y1 - _MARGIN
    )
