"""A painter asked for frames in the ways that the engines ask."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from framepipe.drawing.painter import Painter
from framepipe.drawing.policy import Limits, Redraw
from framepipe.drawing.settings import frame_settings
from framepipe.errors import FrameMismatch

DPI = 50


class Counting(Line2D):
    """Counts its draws, and tells them by its width."""

    draws = 0

    def draw(self, renderer: Any) -> None:
        self.draws += 1
        self.set_linewidth(self.draws)
        super().draw(renderer)


def counting(frames: int = 6) -> tuple[FuncAnimation, Counting]:
    figure = Figure(figsize=(2, 1), dpi=DPI)
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    line = Counting([0, 1], [0, 1])
    ax.add_line(line)
    return FuncAnimation(figure, lambda i: [ax.set_title(f"{i}")], frames, init_func=list), line


class Keeping(PillowWriter):
    """Keeps what `Animation.save` hands over."""

    kept: list[bytes]

    def grab_frame(self, **kwargs: Any) -> None:
        with io.BytesIO() as file:
            self.fig.savefig(file, **{**kwargs, "format": "rgba", "dpi": self.dpi})
            self.kept.append(file.getvalue())

    def finish(self) -> None:
        pass


def save(animation: FuncAnimation) -> list[bytes]:
    writer = Keeping()
    writer.kept = []
    animation.save("unused.gif", writer=writer, dpi=DPI)
    return writer.kept


@contextmanager
def opened(animation: Any, redraw: Redraw, limits: Limits | None = None) -> Iterator[Any]:
    settings = frame_settings(
        animation._fig, dpi=DPI, codec="h264", suffix=".gif", even=False, savefig_kwargs=None
    )
    painter = Painter([animation], settings, redraw=redraw, limits=limits)
    painter.open()
    try:
        yield painter
    finally:
        painter.close()


def frame(paint: Callable[..., Any], number: int, nbytes: int, **options: Any) -> tuple[Any, bytes]:
    out = bytearray(nbytes)
    stats = paint(number, memoryview(out), **options)
    return stats, bytes(out)


@pytest.mark.parametrize("redraw", ["as_saved", "full"])
def test_every_draw_that_save_makes_is_made(redraw: Redraw) -> None:
    """By the whole movie in one process; where user code runs in draws, without being told to."""
    animation, line = counting()
    true = save(animation)
    draws = line.draws
    assert draws > 6
    animation, line = counting()
    with opened(animation, redraw) as painter:
        got = [frame(painter.paint, i, painter.settings.nbytes)[1] for i in range(6)]
    assert line.draws == draws
    assert got == true


def test_the_first_frames_can_be_made_as_saved() -> None:
    animation, line = counting()
    true = save(animation)
    animation, line = counting()
    limits = Limits(sure_checks=0, check_share=0.0)
    with opened(animation, "auto", limits) as painter:
        nbytes = painter.settings.nbytes
        got = [frame(painter.paint, i, nbytes, as_saved=True) for i in range(3)]
        assert [data for _, data in got] == true[:3]
        assert not any(stats.composed for stats, _ in got)
        assert line.draws == 6
        stats, data = frame(painter.paint, 3, nbytes)
        assert stats.composed
        assert line.draws == 7  # one draw where save makes two
        assert data != true[3]


def test_frames_passed_over_as_saved_are_drawn() -> None:
    animation, line = counting()
    true = save(animation)
    animation, line = counting()
    with opened(animation, "as_saved") as painter:
        for i in (2, 3, 5):
            assert frame(painter.paint, i, painter.settings.nbytes)[1] == true[i]
    assert line.draws == 12


def test_a_check_compares_with_a_full_draw() -> None:
    animation, _ = counting()
    limits = Limits(sure_checks=0, check_share=0.0, looks_back=False)
    with opened(animation, "auto", limits) as painter:
        nbytes = painter.settings.nbytes
        for i in range(3):
            stats, _ = frame(painter.paint, i, nbytes)
            assert stats.check == 0
        with pytest.raises(FrameMismatch):
            frame(painter.check, 3, nbytes)


def test_a_check_gives_the_frame() -> None:
    def make() -> FuncAnimation:
        animation, line = counting()
        line.remove()
        return animation

    true = save(make())
    limits = Limits(sure_checks=0, check_share=0.0, looks_back=False)
    with opened(make(), "auto", limits) as painter:
        for i in range(6):
            stats, data = frame(painter.check, i, painter.settings.nbytes)
            assert data == true[i]
            assert stats.check > 0
        assert frame(painter.check, 6, painter.settings.nbytes)[0] is None
        assert "check" in painter.story()
    assert len({np.frombuffer(data, np.uint8).sum() for data in true}) > 1
