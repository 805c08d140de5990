"""A figure as a list of items in the order they are drawn.

An *item* is an artist whose `draw` is called as a whole.  Plain rectilinear `Axes` open up into
their children; whatever draws in a way of its own (3D, polar, a subclass with its own ``draw``, a
subfigure) is one opaque item.

The order is that of ``Figure.draw`` and ``_AxesBase.draw``, looked at in matplotlib 3.9.0 and
3.11.2, and so is what they do on the way (lazy autoscale, aspect); titles are placed apart, since
that is dear.  Private names used: ``Figure._get_draw_artists``, ``._align_label_groups``,
``_AxesBase._update_title_position``, ``._axis_map``, ``._frameon``, ``._rasterization_zorder``,
``._viewLim``, ``._position``, ``._children``, ``._left_title``, ``._right_title``,
``._twinned_axes``, ``Axis._scale``, ``Artist._transform``, ``._stale``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from matplotlib.spines import Spine
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..rendering.display_list import RecordingRenderer

_by_zorder = attrgetter("zorder")


def opens(artist: Any) -> bool:
    """Tell whether an artist is a plain Axes, which opens up into its children."""
    return (
        type(artist).draw is Axes.draw
        and "draw" not in vars(artist)
        and artist.get_agg_filter() is None
        and artist._rasterization_zorder is None
        and not artist.get_rasterized()
    )


def look_of(axes: Any) -> tuple[Any, ...]:
    """Return what the drawing of an axes' children depends on, beside the children.

    Two equal results mean equal limits (of x, of y), place, scales and switches.
    """
    axes.viewLim  # noqa: B018 - reading it does the lazy autoscale
    return (
        axes._viewLim.intervalx.tobytes(),
        axes._viewLim.intervaly.tobytes(),
        axes._position.get_points().tobytes(),
        *(axis._scale for axis in axes._axis_map.values()),
        axes.axison,
        axes._frameon,
        axes.get_visible(),
    )


def look_at(artist: Any, axes: Any, look: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the part of its axes' look that an item depends on.

    Parameters
    ----------
    artist : Artist
        An item.
    axes : Axes
        The open axes it belongs to.
    look : tuple
        `look_of` these axes.

    Returns
    -------
    tuple
        For most all of it.  An axis does not mind the limits of the other one (its grid lines
        span the axes), nor does a spine that lies at the edge; text and patches placed in axes
        coordinates mind neither's.
    """
    transform = artist._transform
    if transform is axes.transAxes and type(artist) in (Text, Rectangle):
        return look[2:]
    along = None
    if type(artist) in (XAxis, YAxis):
        along = artist.axis_name
    elif type(artist) is Spine and artist.spine_type in _EDGES:
        along = _EDGES[artist.spine_type]
    if along is None or not all(_at_edge(spine) for spine in axes.spines.values()):
        return look
    return (look[0] if along == "x" else look[1], *look[2:])


#: The axis along which a spine lies.
_EDGES = {"bottom": "x", "top": "x", "left": "y", "right": "y"}


def _at_edge(spine: Any) -> bool:
    """Tell whether a spine lies at its axes' edge, wherever the limits are."""
    return spine._position is None or (
        spine._position[0] == "outward" and spine._patch_type == "line"
    )


def in_order(
    figure: Figure, renderer: RecordingRenderer, looks: dict[int, tuple[Any, ...]]
) -> Iterator[tuple[Artist, Any]]:
    """Yield a figure's items in drawing order, doing what `Figure.draw` does on the way.

    Parameters
    ----------
    figure : Figure
        The figure, on the canvas and at the dpi it is to be drawn at.
    renderer : RecordingRenderer
        What it is going to be drawn with.
    looks : dict
        Filled with `look_of` each axes that opens up, by its id.

    Yields
    ------
    artist : Artist
        An item.
    axes : Axes or None
        The open axes it belongs to; None for the figure's own.
    """
    if not figure.get_visible():
        return
    # Applying aspects flags axes that stay where they are; that they moved, their look tells.
    flags = [(axes, axes._stale) for axes in figure.axes]  # type: ignore[attr-defined]
    artists = figure._get_draw_artists(renderer)  # type: ignore[attr-defined]
    for holder, flag in flags:
        holder._stale = flag  # type: ignore[attr-defined]
    yield figure.patch, None
    for artist in artists:
        if opens(artist):
            yield from _in_axes(artist, renderer, looks)
        else:
            yield artist, None


def _in_axes(
    axes: Any, renderer: RecordingRenderer, looks: dict[int, tuple[Any, ...]]
) -> Iterator[tuple[Artist, Any]]:
    if not axes.get_visible():
        return
    axes.viewLim  # noqa: B018 - lazy autoscale
    locator = axes.get_axes_locator()
    axes.apply_aspect(locator(axes, renderer) if locator else None)
    artists = axes.get_children()
    artists.remove(axes.patch)
    framed = axes.axison and axes._frameon
    if not framed:
        for spine in axes.spines.values():
            artists.remove(spine)
    if not axes.axison:
        for axis in axes._axis_map.values():
            artists.remove(axis)
    artists.sort(key=_by_zorder)
    looks[id(axes)] = look_of(axes)
    if framed:
        yield axes.patch, axes
    for artist in artists:
        if opens(artist):
            yield from _in_axes(artist, renderer, looks)
        else:
            yield artist, axes


def take_place(axes: Any, renderer: RecordingRenderer) -> None:
    """Let one of several twins have its own place.

    They share one, and each sets it for all when it is drawn; where their aspects or locators
    differ, each is drawn in its own.
    """
    if axes in axes._twinned_axes:
        locator = axes.get_axes_locator()
        axes.apply_aspect(locator(axes, renderer) if locator else None)


def titles_of(axes: Any) -> tuple[Any, Any, Any]:
    """Return an axes' three titles."""
    return axes.title, axes._left_title, axes._right_title


def around_titles(axes: Any) -> list[Any]:
    """Return the axes whose ticks and offset texts an axes' titles make room for."""
    align = axes.get_figure()._align_label_groups.get("title")
    aligned = align.get_siblings(axes) if align is not None else [axes]
    return [*axes.child_axes, *axes._twinned_axes.get_siblings(axes), *aligned]


def place_titles(axes: Any, renderer: RecordingRenderer) -> list[Any]:
    """Put an axes' titles where they belong; return those that this moved.

    Costs as much as half an axis: matplotlib works out all tick labels of the y axis for it.
    """
    titles = titles_of(axes)
    before = [title.get_position() for title in titles]
    axes._update_title_position(renderer)
    return [
        title
        for title, position in zip(titles, before, strict=True)
        if title.get_position() != position
    ]


def parts_of(item: Any, known: Container[int]) -> list[Any]:
    """Return an item and every artist it is made of or refers to.

    Parameters
    ----------
    item : Artist
        The item.
    known : container of int
        Ids of all items: another one it refers to (the quiver of a quiver key, the artist an
        annotation points at) is named, but not taken apart.

    Returns
    -------
    list of Artist
        Each once.

    Notes
    -----
    Not every artist tells of its parts by ``get_children`` (an annotation's arrow and a text's box
    are not among them), so attributes are looked through.
    """
    found: dict[int, Any] = {}
    waiting = [item]
    inside = isinstance(item, (FigureBase, Axes))
    while waiting:
        artist = waiting.pop()
        if id(artist) in found:
            continue
        found[id(artist)] = artist
        if artist is not item and id(artist) in known:
            continue
        if isinstance(artist, FigureBase):
            waiting.extend(child for child in artist.get_children() if inside)
            continue
        if isinstance(artist, Axes) or hasattr(artist, "_axis_map"):
            waiting.extend(artist.get_children())
        for name, value in vars(artist).items():
            if name in _UPWARDS:
                continue
            if isinstance(value, Artist):
                waiting.append(value)
            elif isinstance(value, (list, tuple)):
                waiting.extend(item for item in value if isinstance(item, Artist))
            elif isinstance(value, dict):
                waiting.extend(item for item in value.values() if isinstance(item, Artist))
    if not inside:
        return [a for a in found.values() if not isinstance(a, (FigureBase, Axes))]
    return list(found.values())


#: Attributes that lead from an artist up to what holds it.
_UPWARDS = frozenset(
    {"figure", "_parent_figure", "_axes", "axes", "_parent", "parent", "_remove_method", "isaxes"}
)
