"""Graphics contexts, fonts and renderers, as far as they are private.

Looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.backend_bases.GraphicsContextBase``: ``_cliprect``, ``_clippath``
- ``matplotlib.backend_bases.RendererBase``: ``_draw_disabled``
- ``matplotlib.backend_bases.FigureCanvasBase``: ``_is_saving``
- ``matplotlib.backends.backend_agg.FigureCanvasAgg``: ``_lastKey``
- ``matplotlib.backends._backend_agg.BufferRegion``, by name: 3.9 does not show the class
- ``matplotlib.ft2font.FT2Font``: ``_layout`` (new in 3.11), ``_set_transform`` (new in 3.11),
  ``_render_glyph`` (new in 3.11)
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.transforms import Bbox

if TYPE_CHECKING:
    from matplotlib.transforms import TransformedPath

_make_renderer: Callable[..., Any] = RendererAgg

#: Level of compression: pictures of plots shrink to a hundredth at any, and this takes least time.
_FASTEST = 1

#: What a canvas keeps from draw to draw: its renderer, and for which size that was made.
DRAW_STATE = ("renderer", "_lastKey")

#: The rectangle that a graphics context clips by; None if there is none.
clip_rectangle: Callable[[GraphicsContextBase], Bbox | None] = attrgetter("_cliprect")

#: The path that a graphics context clips by, with its transform; None if there is none.
clip_path: Callable[[GraphicsContextBase], TransformedPath | None] = attrgetter("_clippath")


class _FrozenClip:
    """Stands for a `TransformedPath` as it was: what the rasterizer asks a clip path for."""

    def __init__(self, path: Any, affine: Any) -> None:
        self._path_and_affine = (path, affine)

    def get_transformed_path_and_affine(self) -> tuple[object, object]:
        return self._path_and_affine


def frozen_context(gc: GraphicsContextBase) -> GraphicsContextBase:
    """Copy a graphics context, which its artist goes on to change."""
    frozen: Any = object.__new__(type(gc))
    frozen.__dict__.update(gc.__dict__)
    if frozen._cliprect is not None:
        frozen._cliprect = frozen._cliprect.frozen()
    if frozen._clippath is not None:
        path, affine = frozen._clippath.get_transformed_path_and_affine()
        frozen._clippath = _FrozenClip(path, affine.frozen())
    return frozen  # type: ignore[no-any-return]


def drawing_disabled(renderer: RendererBase) -> AbstractContextManager[None]:
    """Let a renderer draw nothing for a while."""
    one: Any = renderer
    return one._draw_disabled()  # type: ignore[no-any-return]


def drawn_pixels(canvas: FigureCanvasAgg) -> tuple[float, float, float, bytes] | None:
    """Return what a canvas has drawn last, for `restore_pixels`; None if it has drawn nothing.

    Returns
    -------
    tuple of float, float, float, bytes
        Width and height in pixels (3.9 leaves fractions in them), dpi, compressed RGBA bytes.
    """
    renderer: Any = vars(canvas).get("renderer")
    if not isinstance(renderer, RendererAgg):
        return None
    one: Any = canvas
    pixels = zlib.compress(bytes(one.buffer_rgba()), _FASTEST)
    return renderer.width, renderer.height, renderer.dpi, pixels


def restore_pixels(canvas: Any, drawn: tuple[float, float, float, bytes]) -> None:
    """Let a canvas have drawn something."""
    width, height, dpi, pixels = drawn
    renderer: Any = _make_renderer(width, height, dpi)
    canvas.renderer = renderer
    canvas._lastKey = width, height, dpi
    memoryview(renderer.buffer_rgba()).cast("B")[:] = zlib.decompress(pixels)


def is_region(thing: object) -> bool:
    """Tell whether something is what ``copy_from_bbox`` returns."""
    kind = type(thing)
    return kind.__name__ == "BufferRegion" and kind.__module__.startswith("matplotlib.")


def region_state(region: Any) -> tuple[tuple[int, int, int, int], bytes]:
    """Return where a region lies, in pixels from the top left, and its compressed RGBA bytes."""
    return region.get_extents(), zlib.compress(np.asarray(region).tobytes(), _FASTEST)


def make_region(extents: tuple[int, int, int, int], pixels: bytes) -> object:
    """Make the region that `region_state` was told of."""
    left, top, right, bottom = extents
    renderer: Any = _make_renderer(right, bottom, 72)
    area = np.asarray(renderer.buffer_rgba())[top:bottom, left:right]
    area[...] = np.frombuffer(zlib.decompress(pixels), np.uint8).reshape(area.shape)
    return renderer.copy_from_bbox(Bbox.from_extents(left, 0, right, bottom - top))


@contextmanager
def set_aside(canvas: FigureCanvasBase) -> Iterator[None]:
    """Let a canvas be none that draws for a while, as `Animation.save` does.

    Should user code hold on to it, it neither starts the animation when it draws nor resizes a
    window.
    """
    one: Any = canvas
    kept = one._is_saving, one.manager
    one._is_saving, one.manager = True, None
    try:
        yield
    finally:
        one._is_saving, one.manager = kept


# ---- fonts: matplotlib 3.11 draws text glyph by glyph


def shape(font: Any, string: str, **options: Any) -> list[Any]:
    """Return the glyphs of a string, each with its font, index and place."""
    return font._layout(string, **options)  # type: ignore[no-any-return]


def set_glyph_transform(font: Any, matrix: Any, shift: Any) -> None:
    """Set how the glyphs of a font are turned and shifted, in 1/65536 and 1/64 pixel."""
    font._set_transform(matrix, shift)


def render_glyph(font: Any, index: int, flags: Any, mode: Any) -> Any:
    """Return a glyph as a bitmap, with its place."""
    return font._render_glyph(index, flags, mode)
