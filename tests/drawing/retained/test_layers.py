"""What lies clear of all that changes is not drawn again: boxes, and the order they allow."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from animations import CORPUS, Case
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.transforms import Bbox

from framepipe.drawing.painter import Painter
from framepipe.drawing.policy import Limits, Redraw
from framepipe.drawing.rendering.bounds import (
    EVERYWHERE,
    NOWHERE,
    Box,
    bounds_of_artist,
    bounds_of_call,
)
from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.rendering.display_list import (
    DisplayList,
    RecordingRasterizer,
    RecordingRenderer,
)
from framepipe.drawing.retained.compositor import Compositor
from framepipe.drawing.settings import frame_settings

DPI = 100

#: Every third animation, or all of them.
CASES = [c for c in CORPUS.values() if not c.history][
    :: 1 if os.environ.get("FRAMEPIPE_CORPUS") == "all" else 3
]


def within(renderer: RecordingRenderer, box: Box) -> bool:
    """Whether all that was drawn on clear ground lies in a box."""
    rows, columns = np.nonzero(renderer.pixels[..., 3])
    if not rows.size:
        return True
    up = renderer.pixels.shape[0] - rows
    left, bottom, right, top = box
    return bool(
        left <= columns.min()
        and columns.max() + 1 <= right
        and bottom <= up.min() - 1
        and up.max() <= top
    )


@pytest.mark.thinned(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_nothing_reaches_out_of_its_box(case: Case) -> None:
    """Every call that draws an animation's first frame, and every item with its box."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        animation: Any = case.build()[0]
        figure = animation._fig
        with living_on_agg(figure, idle_draws=True) as canvas:
            animation._draw_was_started = True
            animation._init_draw()
            renderer = canvas.get_renderer()
            figure.draw(renderer)
            retained = Compositor(figure)
            retained.compose(renderer, ())
            for item in retained.items:
                box = bounds_of_artist(item.artist)
                renderer.clear()
                getattr(item.artist, item.method)(renderer)
                assert within(renderer, box), item.artist
                for name, arguments, named in item.display_list or ():
                    box = bounds_of_call(name, arguments, renderer.height, renderer.dpi)
                    renderer.clear()
                    renderer.recorder.play([(name, arguments, named)])
                    assert within(renderer, box), (item.artist, name)


#: Composes every frame, and compares none.
UNCHECKED = Limits(sure_checks=0, check_share=0.0, gives_up=False, looks_back=False)


def make_figure(size: tuple[float, float] = (4, 3)) -> Any:
    figure = Figure(figsize=size, dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def frames_of(
    animation: Any, count: int, redraw: Redraw, steady: int = UNCHECKED.steady
) -> tuple[list[Any], list[bytes]]:
    """Its frames, and what each took; never compared on the way."""
    given = frame_settings(
        animation._fig, dpi=DPI, codec="h264", suffix=".mp4", even=False, savefig_kwargs=None
    )
    painter = Painter([animation], given, redraw=redraw, limits=replace(UNCHECKED, steady=steady))
    painter.open()
    costs, frames = [], []
    try:
        for i in range(count):
            out = bytearray(given.nbytes)
            costs.append(painter.paint(i, memoryview(out)))
            frames.append(bytes(out))
    finally:
        painter.close()
    return costs, frames


def grid() -> FuncAnimation:
    figure = make_figure((6, 5))
    panels = figure.subplots(2, 2, gridspec_kw={"hspace": 0.5, "wspace": 0.5})
    lines = [ax.plot([0, 1], [0, 1])[0] for ax in panels.flat]
    for ax in figure.axes:
        ax.set_title("still")

    def update(i: int) -> list[Any]:
        for k, line in enumerate(lines):
            line.set_ydata([0.1 * k, i / 10])
        return lines

    return FuncAnimation(figure, update, frames=8, init_func=list)


def test_labels_clear_of_the_lines_are_not_played(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[Counter[str]] = []
    play = RecordingRasterizer.play

    def counting(self: RecordingRasterizer, display_list: DisplayList) -> None:
        played[-1].update(name for name, *_ in display_list)
        play(self, display_list)

    compose = Compositor.compose

    def composing_one(self: Compositor, *arguments: Any) -> Any:
        played.append(Counter())
        return compose(self, *arguments)

    monkeypatch.setattr(RecordingRasterizer, "play", counting)
    monkeypatch.setattr(Compositor, "compose", composing_one)
    costs, frames = frames_of(grid(), 8, "auto")
    assert played[1]["draw_text_image"] > 80  # once more, in order
    for calls, cost in zip(played[4:], costs[4:], strict=True):
        assert calls["draw_text_image"] == 0
        assert calls["draw_path"] == 4 * 4  # the spines, at whose inner edges the lines end
        assert cost.items_drawn == 4
        assert cost.items_replayed <= 4 * 6  # spines, and tick marks
        assert cost.items_skipped >= 4 * 4  # patches and titles
        assert cost.pays
    assert frames == frames_of(grid(), 8, "full")[1]


@pytest.mark.parametrize("steady", [0, 2])
@pytest.mark.parametrize("seed", range(6))
def test_things_that_lie_across_each_other(seed: int, steady: int) -> None:
    """Half-transparent rectangles in random places; those that move take turns."""

    def make() -> FuncAnimation:
        rng: Any = np.random.default_rng(seed)
        figure = make_figure((3, 2))
        patches = []
        for k in range(24):
            place, color = rng.random(2) * 0.9, (*rng.random(3), 0.6)
            patch = Rectangle(
                place, *rng.random(2) * 0.3, fc=color, ec="k", transform=figure.transFigure
            )
            patch.set_clip_box(Bbox.from_bounds(place[0] * 300, place[1] * 200, 80, 60))
            patch.set_clip_on(k % 7 < 3)  # the others may reach anywhere, if they move
            figure.add_artist(patch)
            patches.append(patch)

        def update(i: int) -> None:
            for patch in patches[i // 6 :: 7]:
                patch.set_width(0.1 + i / 60)

        return FuncAnimation(figure, update, frames=20, init_func=list)

    costs, frames = frames_of(make(), 20, "auto", steady)
    assert max(cost.items_skipped for cost in costs) > 5
    assert frames == frames_of(make(), 20, "full")[1]


def test_boxes_of_artists() -> None:
    figure = make_figure()
    ax = figure.subplots()
    (line,) = ax.plot([0, 1])
    left, bottom, right, top = bounds_of_artist(line)
    assert left == pytest.approx(ax.bbox.x0 - 2)
    assert top == pytest.approx(ax.bbox.y1 + 2)
    assert (right - left, top - bottom) == pytest.approx((ax.bbox.width + 4, ax.bbox.height + 4))
    line.set_clip_on(False)
    assert bounds_of_artist(line) == EVERYWHERE
    line.set(clip_on=True, visible=False)
    assert bounds_of_artist(line) == NOWHERE
    line.set(visible=True, clip_path=Circle((0, 0), 1))
    assert bounds_of_artist(line) == EVERYWHERE  # markers would not mind the box
    assert bounds_of_artist(ax.text(0.5, 0.5, "text")) == EVERYWHERE
