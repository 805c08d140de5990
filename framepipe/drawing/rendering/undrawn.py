"""What drawing a frame leaves behind, brought about without drawing it.

`Animation.save` draws every frame, and a few of matplotlib's artists *keep* something of it:
lazy autoscaling happens at the next draw, an equal aspect with ``adjustable="datalim"`` changes
the limits from where the last draw left them, a quiver takes its arrow width and scale from the
first draw, an unscaled norm its limits from the first array drawn, a table its column widths.
A worker that does not draw frame i must still carry these on to frame i + 1.

Looked at in matplotlib 3.9.0 and 3.11.2; private names used: ``Axes._children``,
``Figure._get_draw_artists`` (which applies the axes' aspects), ``RendererAgg._draw_disabled``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.quiver import Quiver, QuiverKey
from matplotlib.table import Table


def every_axes(figure: Figure) -> Iterator[Any]:
    """Yield all axes of a figure: of its subfigures, and inset ones, too.

    In the order in which they are drawn: the first of several that share their limits settles
    them for all, with its own margins.
    """
    for axes in sorted(figure.axes, key=lambda axes: axes.zorder):
        yield from _with_insets(axes)


def _with_insets(axes: Any) -> Iterator[Any]:
    yield axes
    for inset in axes.child_axes:
        yield from _with_insets(inset)


def settle(figure: Figure, *, lay_out: bool = True) -> None:
    """Carry on, for a frame that is not drawn, what drawing it would have left behind.

    Parameters
    ----------
    figure : Figure
        The figure after the frame's updates.  Its layout, limits, scales and norms are settled
        in place.
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
        figure._get_draw_artists(figure.canvas.get_renderer())  # type: ignore[attr-defined]
        with suppress(ValueError):  # as Figure.draw does: a figure too small for its layout
            engine.execute(figure)
    for axes in every_axes(figure):
        if not axes.get_visible():
            continue
        axes.viewLim  # noqa: B018 - reading it does the lazy autoscale
        if axes.get_aspect() != "auto" and axes.get_adjustable() == "datalim":
            _apply_aspect(axes)
        _settle_all(axes._children)
    _settle_all(figure.artists)


def _settle_all(artists: Iterable[Artist]) -> None:
    for artist in artists:
        kind = type(artist)
        try:
            keep = _KEEPERS[kind]
        except KeyError:
            keep = _KEEPERS[kind] = next(
                (way for base, way in _WAYS if issubclass(kind, base)), None
            )
        if keep is not None:
            keep(artist)


def _apply_aspect(axes: Any) -> None:
    locator = axes.get_axes_locator()
    axes.apply_aspect(locator(axes, None) if locator else None)


def _scale_norm(artist: Any) -> None:
    if _is_unscaled(artist):
        artist.autoscale_None()


def _scale_norm_of_image(image: Any) -> None:
    """Let an image draw: it scales its norm to that part of its data which is not clipped."""
    if _is_unscaled(image):
        figure = image.get_figure()
        figure._get_draw_artists(figure.canvas.get_renderer())
        _draw_nothing(image)


def _is_unscaled(artist: Any) -> bool:
    return artist.get_array() is not None and artist.get_visible() and not artist.norm.scaled()


def _first_draw(artist: Any) -> None:
    if getattr(artist, "_framepipe_settled", False) or not artist.get_visible():
        return
    _draw_nothing(artist)
    artist._framepipe_settled = True


def _every_draw(artist: Any) -> None:
    if artist.get_visible() and artist.stale:
        _draw_nothing(artist)


def _draw_nothing(artist: Any) -> None:
    """Let an artist draw without a pixel being touched; it stays as stale as it was."""
    renderer = artist.get_figure().canvas.get_renderer()
    with renderer._draw_disabled():
        artist.draw(renderer)
    artist.stale = True


def _quiver(artist: Any) -> None:
    _first_draw(artist)
    _scale_norm(artist)


#: What to do for an artist, by the first of these classes that it is of.
_WAYS: tuple[tuple[type, Callable[[Any], None]], ...] = (
    (Quiver, _quiver),
    (QuiverKey, _first_draw),
    (Table, _every_draw),
    (AxesImage, _scale_norm_of_image),
    (ScalarMappable, _scale_norm),
)

#: The same, found once for each class that was met.
_KEEPERS: dict[type, Callable[[Any], None] | None] = {}
