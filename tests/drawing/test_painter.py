"""A painter asked for frames in the ways that the engines ask."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from clips import flat
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from framepipe.drawing.painter import Painter
from framepipe.drawing.policy import Limits, Redraw
from framepipe.drawing.settings import frame_settings
from framepipe.errors import FrameError, FrameMismatch

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


def painter(animation: Any, redraw: Any = "full") -> Painter:
    settings = frame_settings(
        animation._fig, dpi=None, codec="rawvideo", suffix=".rgba", even=False, savefig_kwargs=None
    )
    return Painter([animation], settings, redraw=redraw)


def wave(*, secret: bool = False) -> FuncAnimation:
    figure = Figure(figsize=(2, 1.5), dpi=60)
    FigureCanvasAgg(figure)
    (line,) = figure.subplots().plot([0, 1, 2], [0, 1, 0])
    at = [0]
    if secret:
        figure.axes[0].xaxis.set_major_formatter(lambda x, _: f"{x:.1f}:{at[0]}")
    dot = figure.text(0.5, 0.5, "0")

    def update(i: int) -> Any:
        line.set_ydata([0, i / 9, 0])
        at[0] = i
        dot.set_text(f"{i}")

    return FuncAnimation(figure, update, 9, init_func=list, cache_frame_data=False)


def paint_all(drawer: Painter, frames: range = range(9)) -> list[bytes]:
    drawn = []
    drawer.open()
    try:
        for frame in frames:
            out = bytearray(drawer.settings.nbytes)
            assert drawer.paint(frame, memoryview(out)) is not None
            drawn.append(bytes(out))
        drawer.finish()
    finally:
        drawer.close()
    return drawn


@pytest.mark.parametrize("redraw", ["auto", "verify", "as_saved"])
def test_every_way_gives_the_same_frames(redraw: str) -> None:
    full = paint_all(painter(wave()))
    assert len(set(full)) == 9
    assert paint_all(painter(wave(), redraw)) == full
    some = range(1, 9, 3)
    assert paint_all(painter(wave(), redraw), some) == [full[frame] for frame in some]


def test_the_end_is_told_by_none() -> None:
    drawer = painter(wave())
    drawer.open()
    out = memoryview(bytearray(drawer.settings.nbytes))
    assert drawer.paint(9, out) is None
    assert drawer.frames == 9
    drawer.close()


def test_it_must_be_opened() -> None:
    drawer = painter(wave())
    with pytest.raises(RuntimeError, match="opened"):
        drawer.paint(0, memoryview(bytearray(drawer.settings.nbytes)))


def test_a_drawing_that_fails_names_its_frame() -> None:
    class Breaks(Rectangle):
        number = 0

        def draw(self, renderer: Any) -> None:
            if self.number == 2:
                raise LookupError("no such thing")
            super().draw(renderer)

    figure, show = flat()
    patch = Breaks((0, 0), 1, 1)
    figure.add_artist(patch)

    def update(i: int) -> Any:
        patch.number = i
        return show(i)

    drawer = painter(FuncAnimation(figure, update, 9, init_func=list, cache_frame_data=False))
    drawer.open()
    with pytest.raises(FrameError, match="frame 2 failed") as caught:
        drawer.paint(2, memoryview(bytearray(drawer.settings.nbytes)))
    assert caught.value.frame == 2
    drawer.close()


def test_what_changes_in_secret_is_found_and_named() -> None:
    with pytest.raises(FrameMismatch, match="xaxis of axes 0") as caught:
        paint_all(painter(wave(secret=True), "verify"))
    assert caught.value.frame > 0


def test_the_story_tells_what_was_decided() -> None:
    drawer = painter(wave(), "verify")
    paint_all(drawer)
    story = drawer.story()
    assert "compose" in story
    assert "compare" in story
