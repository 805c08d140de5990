"""Text drawn from what was kept of it, and by matplotlib itself: the same pixels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from framepipe.drawing.rendering import text as glyphs
from framepipe.drawing.rendering.display_list import RecordingRenderer


def make_figure() -> Any:
    figure = Figure(figsize=(3, 2), dpi=60)
    FigureCanvasAgg(figure)
    return figure


def both() -> Any:
    """matplotlib's renderer, and ours."""
    agg: Any = RendererAgg
    renderers: Any = agg(160, 120, 72), RecordingRenderer(160, 120, 72)
    renderers[1].figure = make_figure()
    return renderers


def test_text_is_the_same_to_the_pixel() -> None:
    rng = np.random.default_rng(1)
    plain, ours = both()
    words = ["0.25", "−1.5", "Wave fi", "$x^2_i$", "Ağy", "汉", r"$\frac{1}{2}$", "a b", "1"]
    for _ in range(300):
        word = str(rng.choice(words))
        prop = FontProperties(
            size=float(rng.choice([6, 9.5, 14])),
            weight=str(rng.choice(["normal", "bold"])),
            family=str(rng.choice(["sans-serif", "serif"])),
        )
        x, y = rng.uniform(-10, 170), rng.uniform(-10, 130)
        if rng.random() < 0.3:
            x, y = round(x), round(y)
        angle = float(rng.choice([0, 0, 90, 33.3, 270, -12]))
        color, smooth = tuple(rng.random(4)), bool(rng.integers(2))
        for renderer in (plain, ours):
            gc = renderer.new_gc()
            gc.set_foreground(color)
            gc.set_antialiased(smooth)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of missing glyphs
                renderer.draw_text(gc, x, y, word, prop, angle, ismath="$" in word)
        assert np.array_equal(np.asarray(plain.buffer_rgba()), ours.pixels), (word, x, y, angle)


def test_what_is_kept_of_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    if not glyphs.GLYPHWISE:
        pytest.skip("this matplotlib draws text as one bitmap")
    monkeypatch.setattr(glyphs, "LIMIT", 50)
    _, ours = both()
    for i in range(120):
        ours.draw_text(ours.new_gc(), i / 7, 50, f"{i}", FontProperties(size=5 + i / 9), 0)
        assert len(ours._bitmaps) <= 50
        assert len(ours._shaped) <= 50
    assert len(ours._shaped) > 0
