"""What the drawing of an axes' children depends on beside them: limits, place, switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.axis import XAxis, YAxis
from matplotlib.patches import Rectangle
from matplotlib.spines import Spine
from matplotlib.text import Text

from ..mpl.artists import (
    active_position,
    axis_map,
    has_frame,
    is_at_edge,
    own_transform,
    scale_of,
    view_limits,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

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
        For most all of it.  An axis does not depend on the limits of the other one (its grid
        lines span the axes), nor does a spine that lies at the edge; text and patches placed in
        axes coordinates depend on neither's.
    """
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
