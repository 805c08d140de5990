"""What the drawing of an axes' children depends on beside them: limits, place, switches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.patches import Rectangle
from matplotlib.spines import Spine
from matplotlib.text import Text
from matplotlib.transforms import Affine2DBase, BboxBase

from ..mpl.artists import (
    BOOKKEEPING,
    active_position,
    axis_map,
    axis_style,
    has_frame,
    is_at_edge,
    own_transform,
    scale_of,
    view_limits,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist

#: Compared by value only: the limits of x and of y first, then place, scales and switches.
AxesState = tuple[object, ...]

#: The axis along which a spine lies.
_EDGES = {"bottom": "x", "top": "x", "left": "y", "right": "y"}


def axes_state(axes: Axes) -> AxesState:
    """Return what the drawing of an axes' children depends on, beside the children.

    Two equal results mean equal limits (of x, of y), place, scales and switches.
    """
    axes.viewLim  # noqa: B018 - reading it does the lazy autoscale
    limits: Any = view_limits(axes)
    return (
        limits.intervalx.tobytes(),
        limits.intervaly.tobytes(),
        active_position(axes).get_points().tobytes(),
        *map(scale_of, axis_map(axes).values()),
        axes.axison,
        has_frame(axes),
        axes.get_visible(),
    )


def traced_state(axes: Axes) -> AxesState:
    """Return what the drawing of the children of an axes of any kind depends on.

    `axes_state`, and the plain attributes of the axes (such as a 3D view's angles), its other boxes
    and small matrices (limits of a third axis, the projection).
    """
    values: list[object] = [*axes_state(axes), *plain_values(axes)]
    for value in vars(axes).values():
        if isinstance(value, np.ndarray) and value.size == _MATRIX:
            values.append(value.tobytes())
        elif isinstance(value, BboxBase):
            values.append(value.get_points().tobytes())
    for axis in axis_map(axes).values():
        style = axis_style(axis)
        if style is not None:
            values.append(repr(style))
    return tuple(values)


#: At the end of the state of an axes that another one draws (a parasite).
HELD = "held"

#: Elements of a matrix in space.
_MATRIX = 16


def plain_values(thing: object) -> Iterator[object]:
    """Yield the plain attributes of an object: numbers, names, colours, affine transforms."""
    for name, value in vars(thing).items():
        if name in BOOKKEEPING:
            continue
        if value is None or isinstance(value, (bool, int, float, str)):
            yield value
        elif isinstance(value, (tuple, list)) and len(value) < SHORT:
            yield repr(value)
        elif isinstance(value, np.ndarray) and value.size < SHORT:
            yield value.tobytes()
        elif isinstance(value, Affine2DBase):
            yield value.get_matrix().tobytes()


#: Sequences shorter than this count as plain values: points, sizes, colours.
SHORT = 9


def state_for(artist: Artist, axes: Axes, state: AxesState) -> AxesState:
    """Return the part of its axes' state that an artist depends on.

    Parameters
    ----------
    artist : Artist
        An artist of the axes.
    axes : Axes
        The axes.
    state : tuple
        `axes_state` of these axes.

    Returns
    -------
    tuple
        For most all of it.  In rectilinear axes an axis does not depend on the limits of the other
        one (its grid lines span the axes), nor does a spine that lies at the edge; text and patches
        placed in axes coordinates depend on neither's.
    """
    if type(axes).draw is not Axes.draw:
        return state
    if own_transform(artist) is axes.transAxes and type(artist) in (Text, Rectangle):
        return state[2:]
    along = None
    if type(artist) in (XAxis, YAxis):
        along = artist.axis_name  # type: ignore[attr-defined]
    elif type(artist) is Spine and artist.spine_type in _EDGES:
        along = _EDGES[artist.spine_type]
    if along is None or not all(map(is_at_edge, axes.spines.values())):
        return state
    return (state[0] if along == "x" else state[1], *state[2:])
