"""What tells of a change that raised no flag: transforms, clips, data and attributes, by value.

Several of matplotlib's setters raise none, some attributes are meant to be set directly, and an
array can be changed in place.  Private names used, looked at in matplotlib 3.9.0 and 3.11.2:
``Artist._transform``, ``._clippath``, ``Axes._children``, ``._position``, ``._viewLim``,
``._axis_map``, ``._xaxis_transform``, ``._yaxis_transform``, ``Collection._offset_transform``,
``CompositeGenericTransform._a``, ``._b``, ``BlendedGenericTransform._x``, ``._y``.
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
from matplotlib.path import Path
from matplotlib.quiver import QuiverKey
from matplotlib.text import Annotation, Text
from matplotlib.ticker import (
    AutoLocator,
    AutoMinorLocator,
    FixedLocator,
    MaxNLocator,
    MultipleLocator,
    NullLocator,
)
from matplotlib.transforms import (
    Affine2DBase,
    Bbox,
    BlendedAffine2D,
    BlendedGenericTransform,
    CompositeAffine2D,
    CompositeGenericTransform,
    IdentityTransform,
    ScaledTranslation,
    Transform,
    TransformNode,
)

from .draw_order import look_of


class Fingerprint:
    """What an item's drawing depends on that raises no flag when it is changed.

    Parameters
    ----------
    item : Artist
        The item.
    axes : Axes or None
        The axes it belongs to.
    parts : iterable of Artist
        What it is made of.
    """

    __slots__ = ("_arrays", "_axes", "_collections", "_size", "_strays", "_texts", "_unit", "found")

    def __init__(self, item: Any, axes: Any, parts: Iterable[Any]) -> None:
        self._unit, self._axes = item, axes
        inner = [part for part in parts if part is not item]
        self._texts = [part for part in inner if isinstance(part, Text)]
        self._collections = [part for part in inner if isinstance(part, Collection)]
        self._strays = _strays(item) if isinstance(item, Axis) else _foreign(item, axes, inner)
        attributes = vars(item)
        self._size = len(attributes)
        self._arrays = [
            name for name, value in attributes.items() if not _plain(value) and name not in _FLAGS
        ]
        self.found = self._look()

    def same(self) -> bool:
        """Tell whether all of it is as it was."""
        return len(vars(self._unit)) == self._size and self._look() == self.found

    def _look(self) -> tuple[Any, ...]:
        """Return all of it.

        Returns
        -------
        tuple
            Of the data that the collections in it are coloured by, and the boxes of its texts; of
            its transform, if that is not one of its axes', and of its clip; for an item that holds
            axes (3D, polar, a subfigure), of the axes' own plain attributes (such as a 3D view's
            angles), too.
        """
        # `set_array` of a collection in a legend raises no flag, nor does `set_bbox` of a text.
        ends: list[Any] = [text.get_bbox_patch() for text in self._texts]
        ends += (
            _checksum(part.get_array())
            for part in self._collections
            if part.get_array() is not None
        )
        ends += (_matrix_of(part.get_transform()) for part in self._strays)
        item = self._unit
        if isinstance(item, (Axes, FigureBase)):
            ends += _ends_of_holder(item)
        elif isinstance(item, Axis):
            ends += _ticks_of(item)
        else:
            attributes = vars(item)
            for name in self._arrays:
                ends += _sums_of(attributes.get(name))
            ends += _ends_of(item, self._axes)
        return tuple(ends)


def _ends_of_holder(item: Any) -> list[Any]:
    if isinstance(item, FigureBase):
        holders: Any = item.axes
        return [_ends_of_holder(inner) for inner in holders]
    ends: list[Any] = [look_of(item), *plain_values(item)]
    inside: list[Any] = [item, *item.child_axes]
    for inner in inside:
        ends.extend(_ticks_of(axis) for axis in inner._axis_map.values())
        for child in inner._children:
            for value in vars(child).values():
                ends += _sums_of(value)
            ends.append(_ends_of(child, inner))
    return ends


_BLENDED: Any = (BlendedGenericTransform, BlendedAffine2D)
_COMPOSED: Any = (CompositeGenericTransform, CompositeAffine2D)


def _matrix_of(transform: Any) -> Any:
    matrix = transform.get_affine().get_matrix().tobytes()
    return matrix if transform.is_affine else (matrix, id(transform))


def _strays(axis: Any) -> list[Any]:
    """Return those parts of an axis that are not placed as ticks and labels are.

    Whatever else their places depend on, limits of the other axis for one, the axis does not.
    """
    axes = axis.axes
    usual = {id(axes._xaxis_transform), id(axes._yaxis_transform), id(axes.transAxes)}

    def is_usual(transform: Any) -> bool:
        if id(transform) in usual or isinstance(transform, IdentityTransform):
            return True
        if isinstance(transform, _BLENDED):
            return is_usual(transform._x) and is_usual(transform._y)
        if isinstance(transform, _COMPOSED):
            return isinstance(transform._b, ScaledTranslation) and is_usual(transform._a)
        return False

    parts = [axis.label, axis.offsetText]
    for tick in (*axis.majorTicks, *axis.minorTicks):
        parts += (tick.tick1line, tick.tick2line, tick.gridline, tick.label1, tick.label2)
    return [part for part in parts if not is_usual(part.get_transform())]


def _foreign(item: Any, axes: Any, inner: list[Any]) -> list[Any]:
    """Return those inner parts of an item that are placed by other axes than its own."""
    figure = item.get_figure()
    if not inner or figure is None:
        return []
    own = {id(axes)}
    if isinstance(item, (Axes, FigureBase)):
        own = {id(item), *(id(part) for part in inner if isinstance(part, Axes))}
    nodes: set[int] = set()
    for other in figure.axes:
        if id(other) not in own:
            nodes.update(map(id, (other.transData, other.transAxes, other.bbox, other._viewLim)))
    known: dict[int, bool] = {}

    def depends(node: Any) -> bool:
        if id(node) not in known:
            known[id(node)] = id(node) in nodes  # also ends a circle
            known[id(node)] |= any(
                depends(one) for one in vars(node).values() if isinstance(one, TransformNode)
            )
        return known[id(node)]

    return [part for part in inner if part._transform is not None and depends(part._transform)]


def _ends_of(item: Any, axes: Any) -> tuple[Any, ...]:
    transform, clip, box = item._transform, item._clippath, item.clipbox
    ends: tuple[Any, ...] = ()
    if axes is not None and isinstance(item, (Annotation, AnnotationBbox)):
        # It shows if what it points at lies within its axes' patch.
        patch = axes.patch
        outline = patch.get_path().vertices, patch.get_patch_transform().get_matrix()
        ends = (*ends, *(array.tobytes() for array in outline))
    if isinstance(item, ScalarMappable):
        # A setter whose listener fails raises no flag.
        norm: Any = item.norm
        ends = (*ends, norm, norm.vmin, norm.vmax, item.cmap)
    if isinstance(item, QuiverKey):
        ends = (*ends, item.Q.axes)  # without its arrows it cannot be drawn
    offset = getattr(item, "_offset_transform", None)
    if offset is not None and not (axes is not None and offset is axes.transData):
        ends = (*ends, offset.get_affine().get_matrix().tobytes())
    if transform is not None and not (
        axes is not None and (transform is axes.transData or transform is axes.transAxes)
    ):
        ends = (*ends, _matrix_of(transform))
    if clip is not None:
        path, affine = clip.get_transformed_path_and_affine()
        ends = (*ends, path.vertices.tobytes(), affine.get_matrix().tobytes())
    if type(box) is Bbox:  # another kind follows what the axes' look tells
        ends = (*ends, box.get_points().tobytes())
    return ends


def _ticks_of(axis: Any) -> tuple[Any, ...]:
    """Return what an axis's ticks depend on that axes which share its limits may change.

    They share their locators and formatters, too: set for one, they are set for all, but only the
    one is flagged.  And a shared locator chooses ticks by the size of the axes it was made for.
    Where limits are below zero on a logarithmic axis, ticks begin at the least positive datum,
    which moves when data are added, the limits staying as they are.
    """
    ends: list[Any] = []
    for ticker in (axis.major, axis.minor):
        locator = ticker.locator
        ends += (locator, ticker.formatter)
        owner = getattr(locator, "axis", None)
        if owner is None or not hasattr(owner, "axes"):
            continue
        if owner is not axis:
            ends.append(owner.axes._position.get_points().tobytes())
        if type(locator) not in _BLIND:
            ends += (owner.get_minpos(), *owner.get_data_interval())
    return tuple(ends)


#: Locators that do not look at data; looked at in matplotlib 3.9.0 and 3.11.2.
_BLIND = (AutoLocator, MaxNLocator, FixedLocator, NullLocator, MultipleLocator, AutoMinorLocator)


class AttributeFingerprint:
    """Plain attributes of an object, to see whether one was set, by a setter or directly.

    Parameters
    ----------
    thing : object
        The object: numbers, names, and short sequences of them among its attributes are looked
        at, and which transform or artist each is.

    Notes
    -----
    Several of matplotlib's setters raise no flag (`Collection.set_capstyle`, `Text.set_wrap`,
    `Text.set_bbox`, `ticklabel_format`), and some attributes are meant to be set
    (``annotation.xy``).
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
    return value is None or isinstance(value, (bool, int, float, str, Transform, Artist))


def _sums_of(value: Any) -> Iterator[int]:
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
