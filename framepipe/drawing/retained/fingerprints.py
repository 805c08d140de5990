"""What tells of a change that raised no flag: transforms, clips, data and attributes, by value.

Several of matplotlib's setters raise none, some attributes are meant to be set directly, and an
array can be changed in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any
from zlib import crc32

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection
from matplotlib.figure import FigureBase
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import Wedge
from matplotlib.path import Path
from matplotlib.quiver import QuiverKey
from matplotlib.text import Annotation, Text
from matplotlib.transforms import (
    Bbox,
    IdentityTransform,
    ScaledTranslation,
    Transform,
    TransformNode,
)

from ..mpl.artists import (
    BOOKKEEPING,
    active_position,
    axes_of,
    axis_map,
    blended_parts,
    children,
    clip_path,
    composed_parts,
    insets,
    offset_transform,
    own_transform,
    tick_transforms,
    view_limits,
)
from ..rendering.axis_value import data_behind_ticks
from .axes_state import SHORT, axes_state, plain_values
from .copies import copies_of


class Fingerprint:
    """What an item's drawing depends on that raises no flag when it is changed.

    Parameters
    ----------
    artist : Artist
        The item's artist.
    axes : Axes or None
        The axes it belongs to.
    parts : iterable of Artist
        What it is made of.
    """

    __slots__ = (
        "_artist",
        "_axes",
        "_collections",
        "_data",
        "_placed",
        "_simple",
        "_size",
        "_taken",
        "_texts",
    )

    def __init__(self, artist: Any, axes: Axes | None, parts: Iterable[Artist]) -> None:
        self._artist, self._axes = artist, axes
        inner = [part for part in parts if part is not artist]
        self._texts = [part for part in inner if isinstance(part, Text)]
        self._collections = [part for part in inner if isinstance(part, Collection)]
        if isinstance(artist, Axis):
            self._placed = _placed_unusually(artist)
        else:
            self._placed = _placed_by_others(artist, axes, inner)
        # Most items are one artist in an axes: then it alone decides.
        holder = isinstance(artist, (Axes, Axis, FigureBase))
        self._simple = not (holder or self._texts or self._collections or self._placed)
        self._size = len(vars(artist))
        self._data = [] if holder else copies_of(artist)
        self._taken = self._take()

    def unchanged(self) -> bool:
        """Tell whether all of it is as it was when this was made."""
        attributes = vars(self._artist)
        if len(attributes) != self._size:
            return False
        if isinstance(self._artist, Wedge):
            self._artist.get_path()  # made when it is asked for, and dropped by every setter
        for name, copy in self._data:
            if not copy.unchanged(attributes.get(name)):
                return False
        return self._take() == self._taken

    def _take(self) -> tuple[Any, ...]:
        """Return all of it but the arrays among the artist's attributes.

        Returns
        -------
        tuple
            Of the data that the collections in it are coloured by, and the boxes of its texts; of
            its transform, if that is not one of its axes', and of its clip; for an item that holds
            axes (3D, polar, a subfigure), of the axes' own plain attributes (such as a 3D view's
            angles), too.
        """
        if self._simple:
            return _of_drawing(self._artist, self._axes)
        # `set_array` of a collection in a legend raises no flag, nor does `set_bbox` of a text.
        values: list[Any] = [text.get_bbox_patch() for text in self._texts]
        values += (
            _checksum(part.get_array())
            for part in self._collections
            if part.get_array() is not None
        )
        transforms = {id(one): one for one in map(own_transform, self._placed) if one is not None}
        values += transforms  # many parts share one
        values += map(_matrix_of, transforms.values())
        artist = self._artist
        if isinstance(artist, (Axes, FigureBase)):
            values += _of_holder(artist)
        elif isinstance(artist, Axis):
            values += _of_ticks(artist)
        else:
            values += _of_drawing(artist, self._axes)
        return tuple(values)


def _of_holder(holder: Axes | FigureBase) -> list[object]:
    """Return what the drawing of an artist that holds axes, or is one, depends on."""
    if isinstance(holder, FigureBase):
        return [_of_holder(axes) for axes in axes_of(holder)]
    values: list[object] = [axes_state(holder), *plain_values(holder)]
    for axes in (holder, *insets(holder)):
        values.extend(_of_ticks(axis) for axis in axis_map(axes).values())
        for child in children(axes):
            for value in vars(child).values():
                values += _checksums_of(value)
            values.append(_of_drawing(child, axes))
    return values


def _matrix_of(transform: Transform) -> object:
    matrix = transform.get_affine().get_matrix().tobytes()
    return matrix if transform.is_affine else (matrix, id(transform))


def _placed_unusually(axis: Axis) -> list[Artist]:
    """Return those parts of an axis that are not placed as ticks and labels are.

    Whatever else their places depend on, limits of the other axis for one, the axis does not.
    """
    axes: Axes = axis.axes
    usual = {id(axes.transAxes), *map(id, tick_transforms(axes))}

    def is_usual(transform: Transform) -> bool:
        if id(transform) in usual or isinstance(transform, IdentityTransform):
            return True
        parts = blended_parts(transform)
        if parts is not None:
            return all(map(is_usual, parts))
        parts = composed_parts(transform)
        return parts is not None and isinstance(parts[1], ScaledTranslation) and is_usual(parts[0])

    parts: list[Artist] = [axis.label, axis.offsetText]
    for tick in (*axis.majorTicks, *axis.minorTicks):
        parts += (tick.tick1line, tick.tick2line, tick.gridline, tick.label1, tick.label2)
    return [part for part in parts if not is_usual(part.get_transform())]


def _placed_by_others(artist: Artist, axes: Axes | None, inner: list[Artist]) -> list[Artist]:
    """Return those inner parts of an item that are placed by other axes than its own."""
    figure = artist.get_figure()
    if not inner or figure is None:
        return []
    own = {id(axes)}
    if isinstance(artist, (Axes, FigureBase)):
        own = {id(artist), *(id(part) for part in inner if isinstance(part, Axes))}
    nodes: set[int] = set()
    for other in figure.axes:
        if id(other) not in own:
            nodes.update(
                map(id, (other.transData, other.transAxes, other.bbox, view_limits(other)))
            )
    known: dict[int, bool] = {}

    def depends(node: TransformNode) -> bool:
        if id(node) not in known:
            known[id(node)] = id(node) in nodes  # also ends a circle
            known[id(node)] |= any(
                depends(one) for one in vars(node).values() if isinstance(one, TransformNode)
            )
        return known[id(node)]

    return [
        part
        for part in inner
        if (transform := own_transform(part)) is not None and depends(transform)
    ]


def _of_drawing(artist: Any, axes: Axes | None) -> tuple[Any, ...]:
    """Return what the drawing of an artist depends on beside its attributes."""
    transform, clip, box = own_transform(artist), clip_path(artist), artist.clipbox
    values: tuple[Any, ...] = ()
    kind = type(artist)
    if kind not in _IS_SPECIAL:
        _IS_SPECIAL[kind] = issubclass(kind, _SPECIAL)
    if _IS_SPECIAL[kind]:
        values = _of_special(artist, axes)
    offset = offset_transform(artist)
    if offset is not None and not (axes is not None and offset is axes.transData):
        values = (*values, offset.get_affine().get_matrix().tobytes())
    if transform is not None and not (
        axes is not None and (transform is axes.transData or transform is axes.transAxes)
    ):
        values = (*values, _matrix_of(transform))
    if clip is not None:
        path, affine = clip.get_transformed_path_and_affine()
        vertices: Any = path.vertices
        values = (*values, vertices.tobytes(), affine.get_matrix().tobytes())
    if type(box) is Bbox:  # another kind follows what the axes' state tells
        values = (*values, box.get_points().tobytes())
    return values


#: Classes whose drawing depends on more.
_SPECIAL = (Annotation, AnnotationBbox, ScalarMappable, QuiverKey)

#: Whether a class is one of those, for each that was met.
_IS_SPECIAL: dict[type, bool] = {}


def _of_special(artist: Any, axes: Axes | None) -> tuple[Any, ...]:
    """Return what the drawing of an artist of one of these classes depends on besides."""
    values: tuple[Any, ...] = ()
    if axes is not None and isinstance(artist, (Annotation, AnnotationBbox)):
        # It shows if what it points at lies within its axes' patch.
        patch: Any = axes.patch
        outline = patch.get_path().vertices, patch.get_patch_transform().get_matrix()
        values = (*values, *(array.tobytes() for array in outline))
    if isinstance(artist, ScalarMappable):
        # A setter whose listener fails raises no flag.
        norm: Any = artist.norm
        values = (*values, norm, norm.vmin, norm.vmax, artist.cmap)
    if isinstance(artist, QuiverKey):
        values = (*values, artist.Q.axes)  # without its arrows it cannot be drawn
    return values


def _of_ticks(axis: Axis) -> tuple[Any, ...]:
    """Return what an axis's ticks depend on that axes which share its limits may change.

    They share their locators and formatters, too: set for one, they are set for all, but only the
    one is flagged.  And a shared locator chooses ticks by the size of the axes it was made for.
    Where limits are below zero on a logarithmic axis, ticks begin at the least positive datum,
    which moves when data are added, the limits staying as they are.
    """
    values: list[Any] = []
    for ticker in (axis.major, axis.minor):
        locator = ticker.locator
        values += (locator, ticker.formatter)
        owner: Any = getattr(locator, "axis", None)
        if owner is None or not hasattr(owner, "axes"):
            continue
        if owner is not axis:
            values.append(active_position(owner.axes).get_points().tobytes())
        values += data_behind_ticks(owner, locator)
    return tuple(values)


class AttributeFingerprint:
    """Plain attributes of an object, to see whether one was set, by a setter or directly.

    Parameters
    ----------
    thing : object
        The object: compared are numbers, names, and short sequences of them among its attributes,
        and which transform or artist each is.

    Notes
    -----
    Several of matplotlib's setters raise no flag (`Collection.set_capstyle`, `Text.set_wrap`,
    `Text.set_bbox`, `ticklabel_format`), and some attributes are meant to be set
    (``annotation.xy``).
    """

    __slots__ = ("_attributes", "_get", "_values")

    def __init__(self, thing: Any) -> None:
        self._attributes = vars(thing)
        names = [name for name, value in self._attributes.items() if _is_plain(value)]
        names = [name for name in names if name not in BOOKKEEPING]
        self._get: Any = itemgetter(*names) if names else None
        self._values = self._read(copy=True)

    def unchanged(self) -> bool:
        """Tell whether every attribute is what it was."""
        try:
            return bool(self._read() == self._values)
        except (KeyError, ValueError):  # one is gone, or is an array now
            return False

    def _read(self, *, copy: bool = False) -> Any:
        if self._get is None:
            return ()
        values = self._get(self._attributes)
        if copy and isinstance(values, tuple):
            return tuple(
                value.copy() if isinstance(value, (list, dict)) else value for value in values
            )
        return values


def _is_plain(value: object) -> bool:
    if isinstance(value, (tuple, list, dict)):
        return len(value) < SHORT and all(
            one is None or isinstance(one, (bool, int, float, str))
            for one in (value.values() if isinstance(value, dict) else value)
        )
    return value is None or isinstance(value, (bool, int, float, str, Transform, Artist))


def _checksums_of(value: object) -> Iterator[int]:
    """Yield a checksum for each array in an attribute, so that a change in place shows.

    It runs at more than a gigabyte a second, where drawing takes some 100 ns a point.
    """
    if isinstance(value, np.ndarray):
        yield _checksum(value)
    elif isinstance(value, Path):
        yield _checksum(value.vertices)
    elif isinstance(value, list) and value and isinstance(value[0], Path):
        for path in value:
            yield _checksum(path.vertices)
    elif isinstance(value, tuple) and value and isinstance(value[0], np.ndarray):
        for array in value:  # points in space
            if isinstance(array, np.ndarray):
                yield _checksum(array)


def _checksum(array: Any) -> int:
    if array.dtype.hasobject:
        return 0
    if isinstance(array, np.ma.MaskedArray):
        return hash((_checksum(array.data), np.ma.getmaskarray(array).tobytes()))
    flat: Any = np.ascontiguousarray(array)
    return crc32(flat) if array.size else 0
