"""The bounds of a call to the rasterizer: a box outside which it changes no pixel.

Two calls whose boxes do not overlap can change places, and a call that lies clear of all that
changes need not be made again.  A box may be too big, never too small.  Boxes are (left, bottom,
right, top) in pixels, from the lower left corner.

What the rasterizer does with each call (strokes, snapping, clipping) was looked at in matplotlib's
``_backend_agg.h``: a rectangle to clip by holds for every call, but for markers where there is a
clip path, too; one that is all zeros does not clip.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..mpl.agg import clip_path as gc_clip_path
from ..mpl.agg import clip_rectangle
from ..mpl.artists import clip_path

Box = tuple[float, float, float, float]

#: The box of what may reach anywhere.
EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)

#: The box of what touches nothing.
NOWHERE: Box = (math.inf, math.inf, -math.inf, -math.inf)

#: Pixels that snapping and antialiasing may add on each side ...
_SNAPPING = 2.0
#: ... and where there is only rounding to whole pixels.
_ROUNDING = 1.0

#: A stroke reaches so many half widths at most: agg's limit for mitred corners ...
_MITER = 4.0
#: ... and where there are none, the corner of a square end.
_SQUARE = 1.5


def bounds_of_call(name: str, arguments: tuple[Any, ...], height: float, dpi: float) -> Box:
    """Return a box that a call does not reach beyond.

    Parameters
    ----------
    name : str
        One of `framepipe.drawing.rendering.display_list.CALLS`.
    arguments : tuple
        What it is given by position.
    height : float
        Of the canvas, in pixels.
    dpi : float
        Dots per inch of the canvas.

    Returns
    -------
    tuple of float
        The box.
    """
    if name == "draw_text_image":
        image, x, y, angle, gc = arguments
        rows, columns = image.shape
        up = height - y
        if angle:
            far = math.hypot(rows, columns)
            box = _grown((x - far, up - far, x + far, up + far), _SNAPPING)
        else:
            box = _grown((x, up, x + columns, up + rows), _ROUNDING)
        return _within(box, gc)
    gc = arguments[0]
    if name == "draw_path":
        path = arguments[1]
        box = _grown(_around(path.vertices, arguments[2]), _stroke(path, gc, dpi))
    elif name == "draw_markers":
        _, marker, shape, path, places, *_ = arguments
        left, bottom, right, top = _around(path.vertices, places)
        m_left, m_bottom, m_right, m_top = _around(marker.vertices, shape)
        box = (left + m_left, bottom + m_bottom, right + m_right, top + m_top)
        box = _grown(box, _stroke(marker, gc, dpi))
        if gc_clip_path(gc) is not None:
            return box
    elif name == "draw_image" and len(arguments) == 4:
        _, x, y, image = arguments
        box = _grown((x, y, x + image.shape[1], y + image.shape[0]), _SNAPPING)
    else:
        box = EVERYWHERE
    return _within(box, gc)


def bounds_of_artist(artist: Any) -> Box:
    """Return a box that an artist which has yet to be drawn will not reach beyond.

    Known of those that draw everything within their clip box, and of those that are not drawn;
    of others it is anywhere.
    """
    if not artist.get_visible():
        return NOWHERE
    clips: Any = (Line2D, Collection, Patch, AxesImage)
    if (
        isinstance(artist, clips)
        and artist.get_clip_on()
        and artist.clipbox is not None
        and clip_path(artist) is None
        and artist.get_agg_filter() is None
    ):
        return _clip(artist.clipbox)
    return EVERYWHERE


def _around(vertices: Any, transform: Any) -> Box:
    """Return the box around points; curves lie within that around their control points."""
    if not len(vertices):
        return NOWHERE
    places = transform.transform(vertices)
    left, bottom = places.min(axis=0)
    right, top = places.max(axis=0)
    if not np.isfinite((left, bottom, right, top)).all():  # NaN leaves a gap, and lies nowhere
        return EVERYWHERE
    return (float(left), float(bottom), float(right), float(top))


def _stroke(path: Any, gc: Any, dpi: float) -> float:
    """Return how far a stroke, and rounding, reach beyond a path."""
    width = gc.get_linewidth() * dpi / 72
    corners = len(path.vertices) > 2 and gc.get_joinstyle() == "miter"
    sketch = gc.get_sketch_params()
    beyond = width / 2 * (max(_MITER, width) if corners else _SQUARE)
    return float(_SNAPPING + beyond + (abs(sketch[0]) if sketch else 0))


def _clip(rectangle: Any) -> Box:
    left, bottom, right, top = map(float, rectangle.extents)
    x0, y0, x1, y1 = np.ravel(rectangle.get_points())
    if not (x0 <= x1 and y0 <= y1) or not (x0 or y0 or x1 or y1):
        return EVERYWHERE
    return _grown((left, bottom, right, top), _SNAPPING)


def _within(box: Box, gc: Any) -> Box:
    rectangle = clip_rectangle(gc)
    if rectangle is None:
        return box
    clip = _clip(rectangle)
    return (
        max(box[0], clip[0]), max(box[1], clip[1]), min(box[2], clip[2]), min(box[3], clip[3])
    )  # fmt: skip


def _grown(box: Box, by: float) -> Box:
    return (box[0] - by, box[1] - by, box[2] + by, box[3] + by)
