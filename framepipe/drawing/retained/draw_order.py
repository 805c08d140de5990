"""The artists of a figure in the order in which they are drawn.

Plain rectilinear `Axes` open up into their children; whatever draws in a way of its own (3D,
polar, a subclass with its own ``draw``, a subfigure) is drawn as a whole.

The order is that of ``Figure.draw`` and ``Axes.draw``, looked at in matplotlib 3.9.0 and 3.11.2,
and so is what they do on the way (lazy autoscale, aspect).  Titles are placed apart (see
`framepipe.drawing.retained.titles`), since that is expensive.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from ..mpl.artists import (
    artists_to_draw,
    axis_map,
    has_frame,
    is_twin,
    keeping_stale,
    rasterization_zorder,
)
from .axes_state import AxesState, axes_state

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from ..rendering.display_list import RecordingRenderer

_by_zorder = attrgetter("zorder")


def opens(artist: Any) -> bool:
    """Tell whether an artist is a plain Axes, which opens up into its children."""
    return (
        type(artist).draw is Axes.draw
        and "draw" not in vars(artist)
        and artist.get_agg_filter() is None
        and rasterization_zorder(artist) is None
        and not artist.get_rasterized()
    )


def draw_order(
    figure: Figure, renderer: RecordingRenderer, states: dict[int, AxesState]
) -> Iterator[tuple[Artist, Axes | None]]:
    """Yield a figure's artists in drawing order, doing what `Figure.draw` does on the way.

    Parameters
    ----------
    figure : Figure
        The figure, on the canvas and at the dpi it is to be drawn at.
    renderer : RecordingRenderer
        What it is going to be drawn with.
    states : dict
        Filled with the `axes_state` of each axes that opens up, by its id.

    Yields
    ------
    artist : Artist
        One whose ``draw`` is to be called.
    axes : Axes or None
        The open axes it belongs to; None for the figure's own.
    """
    if not figure.get_visible():
        return
    # Applying aspects flags axes that stay where they are; that they moved, their state tells.
    with keeping_stale(figure.axes):
        artists = artists_to_draw(figure, renderer)
    yield figure.patch, None
    for artist in artists:
        if opens(artist):
            yield from _in_axes(artist, renderer, states)
        else:
            yield artist, None


def _in_axes(
    axes: Any, renderer: RecordingRenderer, states: dict[int, AxesState]
) -> Iterator[tuple[Artist, Axes]]:
    if not axes.get_visible():
        return
    axes.viewLim  # noqa: B018 - lazy autoscale
    apply_aspect(axes, renderer)
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
    states[id(axes)] = axes_state(axes)
    if framed:
        yield axes.patch, axes
    for artist in artists:
        if opens(artist):
            yield from _in_axes(artist, renderer, states)
        else:
            yield artist, axes


def apply_aspect(axes: Any, renderer: RecordingRenderer | None) -> None:
    """Put an axes where its locator and its aspect want it, as its ``draw`` does first."""
    locator = axes.get_axes_locator()
    axes.apply_aspect(locator(axes, renderer) if locator else None)


def place_twin(axes: Axes, renderer: RecordingRenderer) -> None:
    """Let one of several twins have its own place.

    They share one, and each sets it for all when it is drawn; where their aspects or locators
    differ, each is drawn in its own.
    """
    if is_twin(axes):
        apply_aspect(axes, renderer)
