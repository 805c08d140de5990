"""A figure as a list of units in the order they are drawn.

A *unit* is an artist whose `draw` is called as a whole.  Plain rectilinear `Axes` open up into
their children; whatever draws in a way of its own (3D, polar, a subclass with its own ``draw``, a
subfigure) is one opaque unit.

The order is that of ``Figure.draw`` and ``_AxesBase.draw``, looked at in matplotlib 3.9.0 and
3.11.2, and so is what they do on the way (lazy autoscale, aspect); titles are placed apart, since
that is dear.  Private names used: ``Figure._get_draw_artists``, ``._align_label_groups``,
``_AxesBase._update_title_position``, ``._axis_map``, ``._frameon``, ``._rasterization_zorder``,
``._viewLim``, ``._position``, ``._children``, ``._left_title``, ``._right_title``,
``._twinned_axes``, ``Axis._scale``, ``Artist._transform``, ``._clippath``, ``._stale``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.figure import FigureBase
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.spines import Spine
from matplotlib.text import Text
from matplotlib.transforms import Affine2DBase, Bbox, Transform

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .tape import TapeRenderer

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
    """Return the part of its axes' look that a unit depends on.

    Parameters
    ----------
    artist : Artist
        A unit.
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
    figure: Figure, renderer: TapeRenderer, looks: dict[int, tuple[Any, ...]]
) -> Iterator[tuple[Artist, Any]]:
    """Yield a figure's units in drawing order, doing what `Figure.draw` does on the way.

    Parameters
    ----------
    figure : Figure
        The figure, on the canvas and at the dpi it is to be drawn at.
    renderer : TapeRenderer
        What it is going to be drawn with.
    looks : dict
        Filled with `look_of` each axes that opens up, by its id.

    Yields
    ------
    artist : Artist
        A unit.
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
    axes: Any, renderer: TapeRenderer, looks: dict[int, tuple[Any, ...]]
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


def take_place(axes: Any, renderer: TapeRenderer) -> None:
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


def place_titles(axes: Any, renderer: TapeRenderer) -> list[Any]:
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


def parts_of(unit: Any, known: Container[int]) -> list[Any]:
    """Return a unit and every artist it is made of or refers to.

    Parameters
    ----------
    unit : Artist
        The unit.
    known : container of int
        Ids of all units: another one it refers to (the quiver of a quiver key, the artist an
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
    waiting = [unit]
    inside = isinstance(unit, (FigureBase, Axes))
    while waiting:
        artist = waiting.pop()
        if id(artist) in found:
            continue
        found[id(artist)] = artist
        if artist is not unit and id(artist) in known:
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


def loose_ends(unit: Any, axes: Any) -> tuple[Any, ...]:
    """Return what a unit's drawing depends on that raises no flag when it is changed.

    Parameters
    ----------
    unit : Artist
        The unit.
    axes : Axes or None
        The axes it belongs to.

    Returns
    -------
    tuple
        Of its transform, if that is not one of its axes', and of its clip; for a unit that holds
        axes (3D, polar, a subfigure), of the axes' own plain attributes (such as a 3D view's
        angles), too.  Equal results mean that nothing of it changed.
    """
    if isinstance(unit, FigureBase):
        holders: Any = unit.axes
        return tuple(loose_ends(inner, None) for inner in holders)
    if isinstance(unit, Axes):
        ends: list[Any] = [look_of(unit), *plain_values(unit)]
        holder: Any = unit
        inside: list[Any] = [holder, *holder.child_axes]
        for inner in inside:
            ends.extend(_ends_of(child, inner) for child in inner._children)
        return tuple(ends)
    return _ends_of(unit, axes)


def _ends_of(unit: Any, axes: Any) -> tuple[Any, ...]:
    transform, clip, box = unit._transform, unit._clippath, unit.clipbox
    if isinstance(unit, Axis):
        return _owners_of(unit)
    ends: tuple[Any, ...] = tuple(_data_of(unit))
    offset = getattr(unit, "_offset_transform", None)
    if offset is not None and not (axes is not None and offset is axes.transData):
        ends = (*ends, offset.get_affine().get_matrix().tobytes())
    if transform is not None and not (
        axes is not None and (transform is axes.transData or transform is axes.transAxes)
    ):
        matrix = transform.get_affine().get_matrix().tobytes()
        ends = (*ends, matrix) if transform.is_affine else (*ends, matrix, id(transform))
    if clip is not None:
        path, affine = clip.get_transformed_path_and_affine()
        ends = (*ends, path.vertices.tobytes(), affine.get_matrix().tobytes())
    if type(box) is Bbox:  # another kind follows what the axes' look tells
        ends = (*ends, box.get_points().tobytes())
    return ends


def _owners_of(axis: Any) -> tuple[Any, ...]:
    """Return the place of other axes by whose size an axis's shared locators choose ticks."""
    owners = (axis.major.locator.axis, axis.minor.locator.axis)
    return tuple(
        owner.axes._position.get_points().tobytes()
        for owner in owners
        if owner is not None and owner is not axis and hasattr(owner, "axes")
    )


class Watch:
    """Plain attributes of an object, to see whether one was set, by a setter or directly.

    Parameters
    ----------
    thing : object
        The object: numbers, names, and short sequences of them among its attributes are looked
        at, and which transform each is.

    Notes
    -----
    Several of matplotlib's setters raise no flag (`Collection.set_capstyle`, `Text.set_wrap`,
    `ticklabel_format`), and some attributes are meant to be set (``annotation.xy``).
    """

    __slots__ = ("_get", "_place", "_values")

    def __init__(self, thing: Any) -> None:
        self._place = vars(thing)
        names = [name for name, value in self._place.items() if _plain(value)]
        names = [name for name in names if name not in _FLAGS]
        self._get: Any = itemgetter(*names) if names else None
        self._values = self._read(copy=True)

    def same(self) -> bool:
        """Tell whether every attribute is what it was."""
        try:
            return bool(self._read() == self._values)
        except (KeyError, ValueError):  # one is gone, or is an array now
            return False

    def _read(self, *, copy: bool = False) -> Any:
        if self._get is None:
            return ()
        values = self._get(self._place)
        if copy and isinstance(values, tuple):
            return tuple(list(value) if isinstance(value, list) else value for value in values)
        return values


def _plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return len(value) < _SHORT and all(
            one is None or isinstance(one, (bool, int, float, str)) for one in value
        )
    return value is None or isinstance(value, (bool, int, float, str, Transform))


def _data_of(unit: Any) -> Iterator[int]:
    """Yield a checksum for each array an artist draws, so that a change in place shows.

    It runs at more than a gigabyte a second, where drawing takes some 100 ns a point.
    """
    for value in vars(unit).values():
        if isinstance(value, np.ndarray):
            yield _checksum(value)
        elif isinstance(value, Path):
            yield _checksum(value.vertices)
        elif isinstance(value, list) and value and isinstance(value[0], Path):
            for path in value:
                yield _checksum(path.vertices)


def _checksum(array: Any) -> int:
    if array.dtype.hasobject:
        return 0
    if isinstance(array, np.ma.MaskedArray):
        return hash((_checksum(array.data), np.ma.getmaskarray(array).tobytes()))
    flat: Any = np.ascontiguousarray(array)
    return crc32(flat) if array.size else 0


def plain_values(thing: Any) -> Iterator[Any]:
    """Yield the plain attributes of an object: numbers, names, colours, affine transforms."""
    for name, value in vars(thing).items():
        if name in _FLAGS:
            continue
        if value is None or isinstance(value, (bool, int, float, str)):
            yield value
        elif isinstance(value, (tuple, list)) and len(value) < _SHORT:
            yield repr(value)
        elif isinstance(value, np.ndarray) and value.size < _SHORT:
            yield value.tobytes()
        elif isinstance(value, Affine2DBase):
            yield value.get_matrix().tobytes()


#: Sequences shorter than this count as plain values: points, sizes, colours.
_SHORT = 9

#: Attributes that drawing itself sets back and forth.
_FLAGS = frozenset({"_stale", "stale_callback", "_remove_method"})
