"""Retained drawing from near: what is kept, what is found out, and what it may not be fooled by."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.patheffects as pe
import numpy as np
import pytest
from matplotlib.animation import ArtistAnimation, FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.tri import Triangulation

import framepipe
from framepipe.drawing import glyphs, painter as painting
from framepipe.drawing.canvas import FrameCanvas, living_on_agg
from framepipe.drawing.painter import Cost, Painter
from framepipe.drawing.settings import frame_settings
from framepipe.drawing.tape import TapeRenderer

DPI = 60


def make_figure(**kwargs: Any) -> Any:
    figure = Figure(figsize=(3, 2), dpi=DPI, **kwargs)
    FigureCanvasAgg(figure)
    return figure


def animate(figure: Any, update: Callable[[int], Any], frames: int = 10) -> FuncAnimation:
    return FuncAnimation(figure, update, frames=frames, init_func=list)


def paint(
    animation: Any, redraw: str = "verify", checks: bool = True
) -> tuple[list[Cost], list[bytes]]:
    """Every frame of an animation, painted in this process."""
    given = frame_settings(
        animation._fig, dpi=DPI, codec="h264", suffix=".mp4", even=False, savefig_kwargs=None
    )
    painter = Painter([animation], given, redraw=redraw)
    if not checks:
        painter._check_due = lambda: False
    costs, frames = [], []
    painter.open()
    try:
        while (cost := painter.paint(len(costs), memoryview(out := bytearray(given.nbytes)))):
            costs.append(cost)
            frames.append(bytes(out))
        painter.finish()
    finally:
        painter.close()
    return costs, frames


def agree(make: Callable[[], Any]) -> list[Cost]:
    """Kept frames, checked or not, equal full ones."""
    _, full = paint(make(), "full")
    paint(make(), "verify")
    costs, got = paint(make(), "verify", checks=False)
    assert [i for i, (a, b) in enumerate(zip(got, full, strict=True)) if a != b] == []
    return costs


class Counted:
    """Counts the draws of everything of some class, without its objects knowing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts: Counter[Any] = Counter()
        self.patch = monkeypatch

    def watch(self, *artists: Any) -> None:
        for kind in {type(artist) for artist in artists}:
            original = kind.draw

            def draw(artist: Any, renderer: Any, *, original: Any = original) -> Any:
                self.counts[id(artist)] += 1
                return original(artist, renderer)

            self.patch.setattr(kind, "draw", draw)

    def of(self, artist: Any) -> int:
        return self.counts[id(artist)]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


# ---- what is drawn and what is kept


def moving_line(figure: Any, ax: Any = None, frames: int = 10) -> tuple[Any, FuncAnimation]:
    ax = figure.subplots() if ax is None else ax
    (line,) = ax.plot([0, 1], [0, 1])
    return line, animate(figure, lambda i: line.set_ydata([i / 10, 1 - i / 20]), frames)


def test_ticks_are_drawn_once(counted: Counted) -> None:
    figure = make_figure()
    line, animation = moving_line(figure)
    ax = figure.axes[0]
    counted.watch(line, ax.xaxis, ax.yaxis)
    costs, _ = paint(animation, checks=False)
    assert counted.of(ax.xaxis) == counted.of(ax.yaxis) == 1
    assert counted.of(line) == 10
    assert costs[0].kept.drawn > 8
    for cost in costs[2:]:
        assert cost.kept.drawn == 1
        assert cost.kept.drawn + cost.kept.played + cost.kept.skipped == costs[0].kept.drawn
        assert cost.kept.why.startswith("Line2D")
        assert cost.kept.pays
    assert costs[-1].kept.skipped > 0


def test_artist_animation_keeps_the_ticks(counted: Counted) -> None:
    figure = make_figure()
    ax = figure.subplots()
    sets = [ax.plot([0, 1], [i, 8 - i]) for i in range(8)]
    counted.watch(ax.xaxis, ax.yaxis)
    costs, _ = paint(ArtistAnimation(figure, sets), checks=False)
    assert len(costs) == 8
    assert counted.of(ax.xaxis) <= 2
    assert counted.of(ax.yaxis) <= 2


def test_contours_redrawn_keep_the_ticks(counted: Counted) -> None:
    figure = make_figure()
    ax = figure.subplots()
    x = np.linspace(0, 3, 12)
    ax.set(xlim=(0, 3), ylim=(0, 3))
    shown: list[Any] = []

    def update(i: int) -> None:
        while shown:
            shown.pop().remove()
        shown.append(ax.contourf(x, x, np.sin(x + i / 3) * np.cos(x[:, None])))

    counted.watch(ax.xaxis, ax.yaxis)
    paint(animate(figure, update), checks=False)
    assert counted.of(ax.xaxis) <= 2
    assert counted.of(ax.yaxis) <= 2


def test_a_still_polar_axes_is_not_drawn_again(counted: Counted) -> None:
    figure = make_figure()
    polar = figure.add_subplot(122, projection="polar")
    polar.plot([0, 1, 2], [1, 2, 1])
    line, animation = moving_line(figure, figure.add_subplot(121))
    counted.watch(polar, line)
    paint(animation, checks=False)
    assert counted.of(polar) == 1
    assert counted.of(line) == 10


def test_scrolling_leaves_the_other_axis_alone(counted: Counted) -> None:
    figure = make_figure()
    ax = figure.subplots()
    ax.plot(range(30), np.sin(range(30)))
    counted.watch(ax.xaxis, ax.yaxis)
    paint(animate(figure, lambda i: ax.set_xlim(i, i + 10)), checks=False)
    assert counted.of(ax.yaxis) == 1
    assert counted.of(ax.xaxis) == 10


# ---- artists that lie


class Lying:
    """A line whose data are changed in a place nobody looks at."""

    def __init__(self, begin: int = 0, frames: int = 10) -> None:
        self.figure = make_figure()
        ax = self.figure.subplots()
        ax.set(xlim=(-1, 1), ylim=(-1, 1))
        ax.plot([-1, 1], [0, 0])
        self.circle = ax.add_patch(Circle((0, 0), 0.2, label="liar"))
        self.begin = begin
        self.animation = animate(self.figure, self.update, frames)

    def update(self, i: int) -> None:
        if i >= self.begin:
            # The array inside a transform; the circle's own attributes stay what they are.
            self.circle._path = Circle((0, 0), 0.2).get_path().deepcopy()
            vars(self.circle)["_patch_transform"] = self.circle._patch_transform


def liar(begin: int = 0, frames: int = 10) -> FuncAnimation:
    """A formatter that says something else in each frame, and tells nobody."""
    figure = make_figure()
    ax = figure.subplots()
    at = [0]
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.1f}:{at[0]}")
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i: int) -> None:
        line.set_ydata([0, i])
        if i >= begin:
            at[0] = i

    return animate(figure, update, frames)
