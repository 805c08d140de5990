"""What drawing a frame leaves behind, brought about without drawing it.

`Animation.save` draws every frame, and a few of matplotlib's artists *keep* something of it:
lazy autoscaling happens at the next draw, an equal aspect with ``adjustable="datalim"`` changes
the limits from where the last draw left them, a quiver takes its arrow width and scale from the
first draw, an unscaled norm its limits from the first array drawn, a table its column widths.
A worker that does not draw frame i must still carry these on to frame i + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.category import UnitData
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.quiver import Quiver, QuiverKey
from matplotlib.table import Table
from mpl_toolkits.mplot3d import Axes3D

from ..mpl.agg import drawing_disabled
from ..mpl.artists import axis_of, children, insets
from ..mpl.aspects import apply_aspect, artists_to_draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .display_list import RecordingRenderer


#: Values of a collection up to which their colours are mapped for a frame that is not drawn: some
#: 30 us.  User code reads them back now and then; of more of them hardly ever.
FEW = 1000


def every_axes(figure: Figure) -> Iterator[Axes]:
    """Yield all axes of a figure: of its subfigures, and inset ones, too.

    In the order in which they are drawn: the first of several that share their limits sets them
    for all, with its own margins.
    """
    for axes in sorted(figure.axes, key=lambda axes: axes.zorder):
        yield from _with_insets(axes)


def _with_insets(axes: Axes) -> Iterator[Axes]:
    yield axes
    for inset in insets(axes):
        yield from _with_insets(inset)


def leave_as_drawn(figure: Figure, *, lay_out: bool = True) -> None:
    """Leave a figure as drawing it would leave it, without drawing it.

    Parameters
    ----------
    figure : Figure
        The figure after the frame's updates.  Its layout, limits, scales and norms are set in
        place.
    lay_out : bool, default: True
        Whether to run the layout engine, if there is one.

    Notes
    -----
    Cheap by intent (a few microseconds an axes; a layout engine is what it is): it runs for
    every frame in every process.
    Artists of other people's making that keep something of their first draw are covered for the
    first frame only, which every process draws.
    """
    engine = figure.get_layout_engine()
    if lay_out and engine is not None and figure.axes:
        artists_to_draw(figure, renderer_of(figure))  # applies aspects
        with suppress(ValueError):  # as Figure.draw does: a figure too small for its layout
            engine.execute(figure)
    for axes in every_axes(figure):
        if not axes.get_visible():
            continue
        axes.viewLim  # noqa: B018 - reading it does the lazy autoscale
        if axes.get_axes_locator() is not None:
            apply_aspect(axes, renderer_of(figure))
        elif axes.get_aspect() != "auto":
            apply_aspect(axes, None)
        if isinstance(axes, Axes3D):
            axes.M = axes.get_proj()
            axes.invM = np.linalg.inv(axes.M)
        artists = children(axes)
        if any(isinstance(axis.units, UnitData) for axis in axis_of(axes)):
            # They are numbered in the order in which they are met.
            for artist in sorted(artists, key=attrgetter("zorder")):
                if isinstance(artist, Line2D):
                    artist.get_xydata()
        _leave_all_as_drawn(artists)
    _leave_all_as_drawn(figure.artists)


def _leave_all_as_drawn(artists: Iterable[Artist]) -> None:
    for artist in artists:
        kind = type(artist)
        try:
            step = _STEPS[kind]
        except KeyError:
            step = _STEPS[kind] = next((way for base, way in _WAYS if issubclass(kind, base)), None)
        if step is not None:
            step(artist)


def renderer_of(figure: Figure) -> RecordingRenderer:
    """Return the renderer of a figure that lives on a `FrameCanvas`."""
    canvas: Any = figure.canvas
    return canvas.get_renderer()  # type: ignore[no-any-return]


def _scale_norm(artist: Any) -> None:
    if _is_unscaled(artist):
        artist.autoscale_None()


def _scale_norm_of_image(image: Any) -> None:
    """Let an image draw: it scales its norm to that part of its data which is not clipped."""
    if _is_unscaled(image):
        figure = image.get_figure()
        artists_to_draw(figure, renderer_of(figure))
        _draw_nothing(image)


def _is_unscaled(artist: Any) -> bool:
    return artist.get_array() is not None and artist.get_visible() and not artist.norm.scaled()


def _first_draw(artist: Any) -> None:
    if getattr(artist, "_framepipe_drawn", False) or not artist.get_visible():
        return
    _draw_nothing(artist)
    artist._framepipe_drawn = True


def _every_draw(artist: Artist) -> None:
    if artist.get_visible():
        _draw_nothing(artist)


def _draw_nothing(artist: Any) -> None:
    """Let an artist draw without a pixel being touched; it stays as stale as it was."""
    renderer = renderer_of(artist.get_figure())
    with drawing_disabled(renderer):
        artist.draw(renderer)
    artist.stale = True


def _quiver(artist: Any) -> None:
    if artist.scale is None and artist.get_visible():
        _draw_nothing(artist)
    _first_draw(artist)
    _scale_norm(artist)


def _map_colors(artist: Any) -> None:
    _scale_norm(artist)
    array = artist.get_array()
    if array is not None and array.size <= FEW and artist.get_visible():
        artist.update_scalarmappable()


#: What to do for an artist, by the first of these classes that it is of.
_WAYS: tuple[tuple[type, Callable[[Any], None]], ...] = (
    (Quiver, _quiver),
    (QuiverKey, _first_draw),
    (Table, _every_draw),
    (AxesImage, _scale_norm_of_image),
    (Collection, _map_colors),
    (ScalarMappable, _scale_norm),
)

#: The same, found once for each class that was met.
_STEPS: dict[type, Callable[[Any], None] | None] = {}
