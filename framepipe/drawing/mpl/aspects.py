"""Axes put where their locator and their aspect want them, unless they stand there already.

A frame applies aspects up to four times: when it is left as drawn, when a figure asks for what it
draws, and when each axes is drawn.  Working out the same place again takes 0.1 ms an axes, seeing
that it is the same a twentieth of it.

Looked at in matplotlib 3.9.0 and 3.11.2, among them what ``Axes.apply_aspect`` depends on:

- ``matplotlib.axes.Axes``: ``_position``, ``_originalPosition``, ``_viewLim``, ``_twinned_axes``,
  ``_aspect``, ``_box_aspect``, ``_adjustable``, ``_anchor``, ``_children``
- ``matplotlib.axis.Axis``: ``_scale``
- ``matplotlib.figure.FigureBase``: ``_get_draw_artists``, ``_localaxes``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.scale import LinearScale, LogScale

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.backend_bases import RendererBase

#: Scales whose transforms do the same every time.
_SCALES = (LinearScale, LogScale)

#: What each axes' place was worked out from, and what came out.
_PLACED: WeakKeyDictionary[Any, tuple[object, ...]] = WeakKeyDictionary()


def apply_aspect(axes: Any, renderer: RendererBase | None) -> None:
    """Put an axes where its locator and its aspect want it, as its ``draw`` does first.

    Parameters
    ----------
    axes : Axes
        An axes of any kind.
    renderer : RendererBase or None
        What the figure is going to be drawn with, for a locator.
    """
    locator = axes.get_axes_locator()
    if locator is not None:
        axes.apply_aspect(locator(axes, renderer))
        return
    kind = type(axes)
    if kind is not Axes or "apply_aspect" in vars(axes) or axes in axes._twinned_axes:
        axes.apply_aspect(None)
        return
    if axes._aspect == "auto" and axes._box_aspect is None:
        if axes._position.get_points().tobytes() != _original_points(axes):
            axes.apply_aspect(None)
        return
    place = _place_of(axes)
    if place is None or _PLACED.get(axes) != place:
        axes.apply_aspect(None)
        place = _place_of(axes)
        if place is not None:
            _PLACED[axes] = place


def _place_of(axes: Any) -> tuple[object, ...] | None:
    """Return where an axes stands, and all that decides where it must; None if that is more."""
    if axes._adjustable != "box" or "get_data_ratio" in vars(axes):
        return None
    scales = axes.xaxis._scale, axes.yaxis._scale
    if not all(type(scale) in _SCALES for scale in scales):
        return None
    axes.viewLim  # noqa: B018 - reading it does the lazy autoscale
    return (
        axes._position.get_points().tobytes(),
        _original_points(axes),
        axes._viewLim.get_points().tobytes(),
        axes.figure.bbox.get_points().tobytes(),
        axes._aspect,
        repr(axes._anchor),
        *scales,
    )


def _original_points(axes: Any) -> bytes:
    points: bytes = axes._originalPosition.get_points().tobytes()
    return points


def artists_to_draw(figure: Any, renderer: RendererBase) -> list[Artist]:
    """Return what a figure draws on its patch, in order; this applies the axes' aspects.

    Parameters
    ----------
    figure : Figure or SubFigure
        One of another class may do it in a way of its own.
    renderer : RendererBase
        What it is going to be drawn with.
    """
    if type(figure)._get_draw_artists not in _USUAL or "_get_draw_artists" in vars(figure):
        return figure._get_draw_artists(renderer)  # type: ignore[no-any-return]
    artists: list[Artist] = figure.get_children()
    artists.remove(figure.patch)
    artists = sorted((one for one in artists if not one.get_animated()), key=_zorder)
    for axes in figure._localaxes:
        apply_aspect(axes, renderer)
        for child in _might_have_aspects(axes):
            if hasattr(child, "apply_aspect"):
                apply_aspect(child, renderer)
    return artists


#: How figures do it by themselves.
_USUAL = {vars(kind).get("_get_draw_artists") for kind in (*Figure.__mro__, *SubFigure.__mro__)}


def _zorder(artist: Artist) -> float:
    return artist.get_zorder()


def _might_have_aspects(axes: Any) -> Iterable[Artist]:
    """Return those of an axes' children that may be axes; its spines, axis and titles are none."""
    if type(axes).get_children is Axes.get_children and "get_children" not in vars(axes):
        return [*axes._children, *axes.child_axes]
    return axes.get_children()  # type: ignore[no-any-return]
