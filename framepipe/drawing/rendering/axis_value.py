"""What the drawing of an axis depends on, by value: equal values, equal pixels.

`Axes.cla` makes every axis anew, mostly to the same limits, ticks and labels as in the frame
before; `Figure.clear` does so with whole axes.  To draw it takes some 8 ms, nearly all of it to
make ticks and set their texts; to read all that this depends on takes a thirtieth of that.  Read is
everything that an axis is made of, before it is drawn: drawing works the rest out from that.  What
is not known to be plain (the user's functions, path effects, units of other packages) has no value,
and such an axis is drawn.

Looked at in matplotlib 3.9.0 and 3.11.2: ``Axis.draw``, ``Axis.clear``, ``Axis.reset_ticks``,
``XAxis._update_label_position``, ``Spine.get_window_extent``, and what the locators and formatters
of ``matplotlib.ticker``, ``matplotlib.dates`` and ``matplotlib.category`` ask their axis for.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Hashable
from enum import Enum
from operator import itemgetter
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis, YAxis
from matplotlib.category import StrCategoryLocator
from matplotlib.dates import (
    MO,
    AutoDateLocator,
    DayLocator,
    HourLocator,
    MinuteLocator,
    MonthLocator,
    SecondLocator,
    WeekdayLocator,
    YearLocator,
    rrulewrapper,
)
from matplotlib.path import Path
from matplotlib.scale import (
    AsinhScale,
    AsinhTransform,
    LinearScale,
    LogitScale,
    LogitTransform,
    LogScale,
    LogTransform,
    ScaleBase,
    SymmetricalLogScale,
    SymmetricalLogTransform,
)
from matplotlib.ticker import (
    AsinhLocator,
    AutoLocator,
    AutoMinorLocator,
    FixedLocator,
    LinearLocator,
    LogLocator,
    MaxNLocator,
    MultipleLocator,
    NullLocator,
    SymmetricalLogLocator,
)
from matplotlib.transforms import BboxBase, Transform, TransformedPath

from ..mpl.artists import (
    BOOKKEEPING,
    UPWARDS,
    WORKED_OUT,
    aligns_labels,
    blended_parts,
    composed_parts,
    is_at_edge,
    is_twin,
    twins,
    view_limits,
    wrapped_part,
)

#: Ticks of an axis, major ones and minor ones, up to which they are read.  A new axis has one of
#: each, from which the others are made when it is drawn; each more costs a tenth of a draw.
MOST_TICKS = 2

#: Bytes of an array up to which it is read.
_SMALL = 4096

#: Locators that choose ticks by the limits and the size of their axis alone.
_BLIND_TO_DATA = frozenset(
    {
        AsinhLocator,
        AutoDateLocator,
        AutoLocator,
        AutoMinorLocator,
        DayLocator,
        FixedLocator,
        HourLocator,
        LinearLocator,
        MaxNLocator,
        MinuteLocator,
        MonthLocator,
        MultipleLocator,
        NullLocator,
        SecondLocator,
        StrCategoryLocator,
        SymmetricalLogLocator,
        WeekdayLocator,
        YearLocator,
    }
)

#: Modules of matplotlib whose objects are what their attributes are.
_TRANSPARENT = frozenset(
    f"matplotlib.{name}"
    for name in (
        "axis",
        "category",
        "dates",
        "font_manager",
        "lines",
        "markers",
        "scale",
        "spines",
        "text",
        "ticker",
    )
)

#: Values that stand for themselves.
_ATOMS = frozenset(
    {
        type(None),
        bool,
        int,
        float,
        str,
        bytes,
        range,
        datetime.date,
        datetime.datetime,
        datetime.timedelta,
        np.float64,
        np.int64,
        np.bool_,
    }
)

#: Attributes by which nothing is drawn.
_SKIPPED = BOOKKEEPING | UPWARDS | WORKED_OUT

#: Scales whose objects are what their attributes are: no functions of the user's.
_SCALES = frozenset({LinearScale, LogScale, SymmetricalLogScale, LogitScale, AsinhScale})

#: What is not affine of them.
_SCALE_TRANSFORMS = frozenset(
    {AsinhTransform, LogitTransform, LogTransform, SymmetricalLogTransform}
)

#: Attributes that hold the ticks of an axis.
_TICKS = ("majorTicks", "minorTicks")

#: The spines by which the ticks and the label of an axis are placed.
_SPINES = {"x": ("bottom", "top"), "y": ("left", "right")}


class _NoValueError(Exception):
    """Something has no value that could be compared."""


def value_of_axis(axis: Any) -> Hashable | None:
    """Read all that the drawing of an axis depends on.

    Parameters
    ----------
    axis : Axis
        An axis, before it is drawn.

    Returns
    -------
    hashable or None
        Under the same rcParams two draws of an axis whose values are equal make the same calls.
        None if that cannot be told.
    """
    axes: Any = axis.axes
    attributes = vars(axis)
    if (
        type(axis) not in (XAxis, YAxis)
        or type(axes) is not Axes
        or any(len(attributes.get(name, ())) > MOST_TICKS for name in _TICKS)
        or aligns_labels(axes.get_figure())
        or takes_places(axes)
        or not all(_is_plain(axis, ticker) for ticker in (axis.major, axis.minor))
    ):
        return None
    limits: Any = view_limits(axes)
    spines = axes.spines.values()
    along = limits.intervalx if axis.axis_name == "x" else limits.intervaly
    try:
        return (
            (along if all(map(is_at_edge, spines)) else limits.get_points()).tobytes(),
            axes.bbox.get_points().tobytes(),
            axes.figure.dpi,
            _of_object(axis),
            *(data_behind_ticks(axis, ticker.locator) for ticker in (axis.major, axis.minor)),
            # They place its ticks, and its label stands clear of them.
            *(
                _of_object(axes.spines[name])
                for name in _SPINES[axis.axis_name]
                if name in axes.spines
            ),
        )
    except _NoValueError:
        return None


def value_between_draws(axis: Any) -> object:
    """Read what an axis that has been drawn is made of, but for what is inside of its ticks.

    `Axes.set_xlim` raises the axis' flag though the limits be what they were, and so does all that
    sets them, ``contourf`` for one.  Nothing but that flag may tell that a locator is another one,
    or that a category was added; so if an axis' own flag alone was raised, this tells whether
    anything was changed.

    Parameters
    ----------
    axis : Axis
        An axis.  Its ticks raise flags of their own, for all but their fonts.

    Returns
    -------
    object or None
        Equal as long as nothing of the axis was set to anything else: attributes, which ticks it
        has and their fonts, label, locators, formatters, scale.  None if that cannot be told.
    """
    if type(axis) not in (XAxis, YAxis):
        return None
    attributes = vars(axis)
    names = [name for name in attributes if name not in _SKIPPED and name not in _TICKS]
    tickers = (axis.major, axis.minor)
    ticks = [attributes.get(name, ()) for name in _TICKS]
    try:
        return (
            tuple(names),
            tuple([_value(attributes[name]) for name in names]),
            *(id(getattr(ticker.locator, "axis", None)) for ticker in tickers),
            *(id(getattr(ticker.formatter, "axis", None)) for ticker in tickers),
            [[id(tick) for tick in some] for some in ticks],
            [
                (*vars(label.get_fontproperties()).values(),)
                for some in ticks
                for tick in some
                for label in (tick.label1, tick.label2)
            ],
        )
    except _NoValueError:
        return None


def data_behind_ticks(axis: Any, locator: Any) -> tuple[float, ...]:
    """Return of an axis' data what a locator chooses its ticks by.

    Parameters
    ----------
    axis : Axis
        The axis that the locator belongs to.
    locator : Locator
        One of its locators.

    Returns
    -------
    tuple of float
        Nothing, mostly.  Where limits reach down to zero a logarithmic axis asks for the least
        positive datum, and other locators may ask for anything: that one, the least, the largest.
    """
    kind = type(locator)
    if kind in _BLIND_TO_DATA or (kind is LogLocator and min(axis.get_view_interval()) > 0):
        return ()
    return (axis.get_minpos(), *axis.get_data_interval())


def leave_placed(axis: Any) -> None:
    """Let the spines that ticks lie on take their places, as drawing the axis would.

    Else matplotlib 3.9 makes three ticks where it makes one the next time that the axes are
    cleared, and another value comes of it.
    """
    axes = axis.axes
    place = axes.get_xaxis_transform if axis.axis_name == "x" else axes.get_yaxis_transform
    for which in ("tick1", "tick2"):
        place(which)


def takes_places(axes: Axes) -> bool:
    """Tell whether one of several twins may be drawn at another place than it has now.

    Parameters
    ----------
    axes : Axes
        One of them, or axes of which there is no twin.
    """
    return is_twin(axes) and any(
        one.get_aspect() != "auto" or one.get_axes_locator() is not None for one in twins(axes)
    )


def _is_plain(axis: Axis, ticker: Any) -> bool:
    """Tell whether ticks depend on this axis alone."""
    return getattr(ticker.locator, "axis", axis) in (axis, None) and getattr(
        ticker.formatter, "axis", axis
    ) in (axis, None)


def _value(thing: object) -> Hashable:
    kind = type(thing)
    if kind in _ATOMS:
        return thing
    way = _WAYS.get(kind)
    if way is None:
        way = _WAYS[kind] = _way_for(kind)
    return way(thing)


def _way_for(kind: type) -> Callable[[Any], Hashable]:
    for base, way in _KINDS:
        if issubclass(kind, base):
            return way
    return _of_object if kind.__module__ in _TRANSPARENT else _refuse


def _refuse(_: object) -> Hashable:
    raise _NoValueError


def _of_object(thing: Any) -> Hashable:
    attributes = vars(thing)
    names = tuple(attributes)
    key = (type(thing), names)
    get = _GETTERS.get(key)
    if get is None:
        seen = [name for name in names if name not in _SKIPPED]
        # Of one name itemgetter would return no tuple.
        get = _GETTERS[key] = itemgetter(*seen, *seen[:1]) if seen else lambda _: ()
    return key, tuple([one if type(one) in _ATOMS else _value(one) for one in get(attributes)])


#: What reads the attributes of an object, for each class and set of attributes that was met.
_GETTERS: dict[tuple[type, tuple[str, ...]], Callable[[dict[str, Any]], tuple[Any, ...]]] = {}


def _of_array(array: Any) -> Hashable:
    if array.nbytes > _SMALL or array.dtype.hasobject or type(array) is not np.ndarray:
        raise _NoValueError
    return array.dtype.str, array.shape, array.tobytes()


def _of_sequence(sequence: Any) -> Hashable:
    return tuple(map(_value, sequence))


def _of_dict(mapping: Any) -> Hashable:
    return tuple(mapping), tuple(map(_value, mapping.values()))


def _of_path(path: Any) -> Hashable:
    return (
        _of_array(path.vertices),
        None if path.codes is None else _of_array(path.codes),
        path.should_simplify,
        path.simplify_threshold,
    )


def _of_transform(transform: Any) -> Hashable:
    if transform.is_affine:
        matrix: bytes = transform.get_affine().get_matrix().tobytes()
        return matrix
    kind = type(transform)
    if kind in _SCALE_TRANSFORMS:
        return kind, _plain_attributes(transform)
    parts = blended_parts(transform) or composed_parts(transform) or wrapped_part(transform)
    if parts is None:
        raise _NoValueError
    return (kind, *map(_of_transform, parts))


def _of_scale(scale: Any) -> Hashable:
    if type(scale) not in _SCALES:
        raise _NoValueError
    return type(scale), _plain_attributes(scale), _of_transform(scale.get_transform())


def _plain_attributes(thing: object) -> Hashable:
    """Return the attributes of a scale or its transform, but for what holds others."""
    values = []
    for name, value in vars(thing).items():
        if name in WORKED_OUT or isinstance(value, (dict, Transform)):
            continue
        values.append((name, _value(value)))
    return tuple(values)


def _of_rule(rule: Any) -> Hashable:
    # What it is made of says all; dateutil's rule, that is made of it, cannot be compared.
    parts = vars(rule).values()
    return tuple(_value(one) for one in parts if type(one).__module__ != "dateutil.rrule")


def _of_set(values: Any) -> Hashable:
    return frozenset(map(_value, values))


def _of_box(box: Any) -> Hashable:
    points: bytes = box.get_points().tobytes()
    return points


def _of_clip(clip: Any) -> Hashable:
    path, affine = clip.get_transformed_path_and_affine()
    return _of_path(path), affine.get_matrix().tobytes()


#: How to read values, by the first of these classes that they are of.
_KINDS: tuple[tuple[type, Callable[[Any], Hashable]], ...] = (
    (Enum, lambda one: one),
    (np.ndarray, _of_array),
    (dict, _of_dict),
    (tuple, _of_sequence),
    (list, _of_sequence),
    (set, _of_set),
    (Path, _of_path),
    (ScaleBase, _of_scale),
    (BboxBase, _of_box),
    (Transform, _of_transform),
    (TransformedPath, _of_clip),
    (datetime.tzinfo, lambda one: one),
    (itertools.count, repr),
    (type(MO), lambda one: one),
    (rrulewrapper, _of_rule),
    (Axis, lambda _: None),  # its own, or it has no value
)

#: The same, found once for each class that was met.
_WAYS: dict[type, Callable[[Any], Hashable]] = {}
