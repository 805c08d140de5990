"""What a figure draws, in order: axes and subfigures open up into what they hold.

The order is that of ``Figure.draw`` and ``Axes.draw``, looked at in matplotlib 3.9.0 and 3.11.2,
and so is what they do on the way (lazy autoscale, aspect).  Axes with a ``draw`` of their own (3D,
polar, anybody's subclass) are followed through it
(see `framepipe.drawing.retained.tracing`).  Titles are placed apart (see
`framepipe.drawing.retained.titles`), since that is expensive.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from ..mpl.artists import (
    axes_of,
    axis_map,
    has_frame,
    is_twin,
    keeping_stale,
    rasterization_zorder,
)
from ..mpl.aspects import apply_aspect, artists_to_draw
from .axes_state import HELD, AxesState, axes_state, traced_state
from .tracing import Projections, Step, trace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..rendering.display_list import RecordingRenderer

_by_zorder = attrgetter("zorder")

#: What may open up.
_HOLDERS = (Axes, SubFigure)


def is_opaque(artist: Any) -> bool:
    """Tell whether an artist must be drawn by one call, with all that it holds.

    That is every artist but axes and subfigures; and those, too, where what they draw goes through
    a filter or is made a picture of.
    """
    if "draw" in vars(artist) or artist.get_agg_filter() is not None or artist.get_rasterized():
        return True
    if isinstance(artist, Axes):
        return rasterization_zorder(artist) is not None
    return type(artist).draw is not SubFigure.draw


def is_plain(axes: Axes) -> bool:
    """Tell whether an axes draws its children as `Axes.draw` does."""
    return type(axes).draw is Axes.draw and "draw" not in vars(axes)


def draw_order(
    figure: Figure,
    renderer: RecordingRenderer,
    states: dict[int, AxesState],
    projections: Projections | None = None,
) -> Iterator[Step]:
    """Yield what a figure draws, in order, doing what `Figure.draw` does on the way.

    Parameters
    ----------
    figure : Figure
        The figure, on the canvas and at the dpi it is to be drawn at.
    renderer : RecordingRenderer
        What it is going to be drawn with.
    states : dict
        Filled with what the children of each axes that opens up depend on
        (see `framepipe.drawing.retained.axes_state`), by its id.
    projections : Projections, optional
        What is known of artists in space.
    """
    if figure.get_visible():
        yield from _Order(renderer, states, projections).in_figure(figure)


class _Order:
    """The arguments of `draw_order`, for its parts."""

    def __init__(
        self,
        renderer: RecordingRenderer,
        states: dict[int, AxesState],
        projections: Projections | None,
    ) -> None:
        self._renderer = renderer
        self._states = states
        self._projections = projections

    def in_figure(self, figure: Figure | SubFigure) -> Iterator[Step]:
        """Yield what a figure or a subfigure draws."""
        # Applying aspects flags axes that stay where they are; that they moved, their state tells.
        with keeping_stale(axes_of(figure)):
            artists = artists_to_draw(figure, self._renderer)
        yield Step(figure.patch, None)
        for artist in artists:
            if isinstance(artist, _HOLDERS):
                yield from self._opened(Step(artist, None))
            else:
                yield Step(artist, None)

    def _opened(self, step: Step) -> Iterator[Step]:
        """Yield a step, or what it is made of if its artist opens up."""
        artist = step.artist
        if not isinstance(artist, (Axes, SubFigure)) or is_opaque(artist):
            yield step
        elif not artist.get_visible():
            return
        elif isinstance(artist, SubFigure):
            yield from self.in_figure(artist)
        elif is_plain(artist):
            yield from self._in_plain_axes(artist)
        else:
            yield from self._in_axes(artist)

    def _in_axes(self, axes: Axes) -> Iterator[Step]:
        """Yield what an axes draws by a ``draw`` of its own."""
        states = self._states
        steps = trace(axes, self._renderer, self._projections)
        states[id(axes)] = traced_state(axes)
        for step in steps:
            if step.calls is not None:
                yield step
                continue
            holder = step.axes
            if holder is not None and id(holder) not in states:
                states[id(holder)] = (*traced_state(holder), HELD)
            yield from self._opened(step)

    def _in_plain_axes(self, axes: Axes) -> Iterator[Step]:
        """Yield what an axes draws by `Axes.draw`."""
        axes.viewLim  # noqa: B018 - lazy autoscale
        apply_aspect(axes, self._renderer)
        artists = axes.get_children()
        artists.remove(axes.patch)
        framed = axes.axison and has_frame(axes)
        if not framed:
            for spine in axes.spines.values():
                artists.remove(spine)
        if not axes.axison:
            for axis in axis_map(axes).values():
                artists.remove(axis)
        artists.sort(key=_by_zorder)
        self._states[id(axes)] = axes_state(axes)
        if framed:
            yield Step(axes.patch, axes)
        for artist in artists:
            if isinstance(artist, _HOLDERS):
                yield from self._opened(Step(artist, axes))
            else:
                yield Step(artist, axes)


def place_twin(axes: Axes, renderer: RecordingRenderer) -> None:
    """Let one of several twins have its own place.

    They share one, and each sets it for all when it is drawn; where their aspects or locators
    differ, each is drawn in its own.
    """
    if is_twin(axes):
        apply_aspect(axes, renderer)
