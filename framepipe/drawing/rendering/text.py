# mypy: disable-error-code="no-untyped-call"
"""Text drawn sooner: what matplotlib works out anew for every label, kept between draws.

Where limits move, tick labels are drawn again in every frame, mostly from the same few strings at
new places.  `GlyphRenderer` keeps four things, none of which changes a pixel:

- a string's shaping (which glyphs, where), by font, size, dpi, string and the rest it depends on;
- a glyph's bitmap, by font, size, dpi, angle and the *fraction* of its position: positions are in
  1/64 pixel, and whole pixels only move the bitmap;
- a font's line metrics, which `Text` otherwise reads from the font file for every layout;
- which fonts a font's properties stand for, as long as no setting of fonts is another.

For matplotlib 3.11; earlier releases draw a string as one bitmap, and are left to do so.  Private
names overridden, looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.backends.backend_agg.RendererAgg``: ``_renderer`` (the rasterizer),
  ``_prepare_font``, ``_draw_text_glyphs_and_boxes`` (new in 3.11)
- ``matplotlib.text.Text``: ``_get_font_height_metrics`` (new in 3.11), asked of renderers
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.backends import backend_agg
from matplotlib.backends.backend_agg import RendererAgg, get_hinting_flag
from matplotlib.font_manager import fontManager, get_font

from ..mpl.agg import render_glyph, set_glyph_transform, shape
from ..mpl.registries import font_files

if TYPE_CHECKING:
    from matplotlib.backend_bases import GraphicsContextBase
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

Key = TypeVar("Key")
Value = TypeVar("Value")

#: Whether this matplotlib draws text glyph by glyph.
GLYPHWISE = hasattr(RendererAgg, "_draw_text_glyphs_and_boxes")

#: Entries kept of each kind before all are dropped: about a megabyte each.  Eleven glyphs at the 64
#: fractions that a scrolling axis takes them through fit; a clock whose text never repeats does not
#: make the memory grow.
LIMIT = 1024


#: Settings that say which families there are to choose from ...
_FAMILIES = ("font.serif", "font.sans-serif", "font.cursive", "font.fantasy", "font.monospace")
#: ... and all that fonts are found by (`FontManager.findfont`).
_SETTINGS = (
    *_FAMILIES, "font.family", "font.style", "font.variant", "font.weight", "font.stretch",
    "font.size",
)  # fmt: skip

#: A setting as it is stored: twenty times sooner than by ``rcParams[...]``.
_rc: Any = dict.__getitem__


class GlyphRenderer(RendererAgg):
    """An Agg renderer that keeps shaped strings and glyph bitmaps.

    Parameters
    ----------
    width, height : float
        Size in pixels.
    dpi : float
        Dots per inch.

    Attributes
    ----------
    figure : Figure or None
        Whose dpi line metrics are for; they are not kept while it is None.
    """

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)
        self._shaped: dict[Any, list[tuple[Any, float, int, int, int, float, float]]] = {}
        self._bitmaps: dict[Any, tuple[Any, int, int]] = {}
        self._heights: dict[Any, tuple[Any, Any, Any]] = {}
        self._fonts: dict[Any, Any] = {}
        self._set: tuple[Any, ...] = ()
        self.figure: Any = None

    def update_font_settings(self) -> bool:
        """Drop what is known of fonts if a setting of fonts was changed; once for every frame.

        Returns
        -------
        bool
            Whether one was, since this was last asked.
        """
        now = (
            len(fontManager.ttflist),
            *(repr(_rc(mpl.rcParams, key)) for key in _SETTINGS),
        )
        before, self._set = self._set, now
        if now == before:
            return False
        self._fonts.clear()
        return bool(before)

    def _font(self, prop: FontProperties) -> Any:
        """Return the font for some properties, as matplotlib finds it."""
        families = [_rc(mpl.rcParams, one) for one in _FAMILIES]
        key = (hash(prop), *map(id, families))
        found = self._fonts.get(key)
        if found is None:
            # The lists are held, so that no other one gets the id.
            found = (get_font(font_files(prop)), families)
            _keep(self._fonts, key, found)
        return found[0]

    if GLYPHWISE:

        def _prepare_font(self, font_prop: FontProperties) -> Any:
            """Return a font, its buffer empty and its size set."""
            font = self._font(font_prop)
            font.clear()
            font.set_size(font_prop.get_size_in_points(), self.dpi)
            return font

        def draw_text(
            self,
            gc: GraphicsContextBase,
            x: float,
            y: float,
            s: str,
            prop: FontProperties,
            angle: float,
            ismath: bool | str = False,
            mtext: Text | None = None,
        ) -> None:
            """Draw a string; as `RendererAgg.draw_text`, with its shaping kept."""
            if ismath:
                self.draw_mathtext(gc, x, y, s, prop, angle)
                return
            font: Any = self._prepare_font(prop)
            flags = get_hinting_flag()
            features = mtext.get_fontfeatures() if mtext is not None else None
            language = mtext.get_language() if mtext is not None else None
            size = prop.get_size_in_points()
            key = (font, size, self.dpi, s, flags, repr(features), repr(language))
            shaped = self._shaped.get(key)
            if shaped is None:
                items = shape(font, s, flags=flags, features=features, language=language)
                shaped = [
                    (item.ft_object, size, item.glyph_index, 0, 1, item.x, item.y) for item in items
                ]
                _keep(self._shaped, key, shaped)
            self._draw_text_glyphs_and_boxes(gc, x, y, angle, shaped, [])

        def _draw_text_glyphs_and_boxes(
            self,
            gc: GraphicsContextBase,
            x: float,
            y: float,
            angle: float,
            glyphs: Iterable[tuple[Any, ...]],
            boxes: Any,
        ) -> None:
            """Draw glyphs and the lines between them; bitmaps are kept."""
            # Positions must be worked out by the same operations in the same order as there.
            cos = math.cos(math.radians(angle))
            sin = math.sin(math.radians(angle))
            flags = get_hinting_flag()
            smooth = gc.get_antialiased()
            height = int(self.height)
            draw = self._renderer.draw_text_image
            for font, size, index, slant, extend, dx, dy in glyphs:
                across = round(0x40 * (x + dx * cos - dy * sin))
                up = round(0x40 * (self.height - y + dx * sin + dy * cos))
                columns, across = divmod(across, 0x40)
                rows, up = divmod(up, 0x40)
                key = (font, size, self.dpi, index, slant, extend, angle, across, up, flags, smooth)
                bitmap = self._bitmaps.get(key)
                if bitmap is None:
                    font.set_size(size, self.dpi)
                    set_glyph_transform(
                        font,
                        (
                            0x10000
                            * np.array([[cos, -sin], [sin, cos]])
                            @ [[extend, extend * slant], [0, 1]]
                        )
                        .round()
                        .astype(int),
                        [across, up],
                    )
                    modes: Any = vars(backend_agg)["RenderMode"]
                    mode = modes.NORMAL if smooth else modes.MONO
                    drawn = render_glyph(font, index, flags, mode)
                    pixels = np.array(drawn.buffer)
                    if not smooth:
                        pixels *= 0xFF
                    bitmap = (pixels, drawn.left, drawn.top)
                    _keep(self._bitmaps, key, bitmap)
                pixels, left, top = bitmap
                draw(pixels, left + columns, height - (top + rows) + pixels.shape[0], 0, gc)
            if boxes:
                super()._draw_text_glyphs_and_boxes(gc, x, y, angle, (), boxes)

        def _get_font_height_metrics(self, prop: FontProperties) -> tuple[Any, Any, Any]:
            """Return a font's ascent, descent and line gap in pixels, as `Text` would."""
            if self.figure is None:
                return None, None, None
            font = self._font(prop)
            size = prop.get_size_in_points()
            key = (font, size, self.figure.dpi)
            heights = self._heights.get(key)
            if heights is None:
                heights = _heights(font, size, self.figure.dpi)
                _keep(self._heights, key, heights)
            return heights


def _heights(font: Any, size: float, dpi: float) -> tuple[Any, Any, Any]:
    """Read line metrics from a font's tables; Nones where it has none, and `Text` measures."""
    for table_name, gap, ascent, descent in (
        ("OS/2", "sTypoLineGap", "sTypoAscender", "sTypoDescender"),
        ("hhea", "lineGap", "ascent", "descent"),
    ):
        table = font.get_sfnt_table(table_name)
        if table is not None:
            scale = 1 / font.get_sfnt_table("head")["unitsPerEm"] * size * dpi / 72
            return table[ascent] * scale, -table[descent] * scale, table[gap] * scale
    return None, None, None


def _keep(cache: dict[Key, Value], key: Key, value: Value) -> None:
    if len(cache) >= LIMIT:
        cache.clear()
    cache[key] = value
