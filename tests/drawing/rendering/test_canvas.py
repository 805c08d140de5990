"""The canvas that a figure came with draws its frames, and is itself again afterwards."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from framepipe.drawing.rendering.canvas import (
    FrameCanvas,
    FrameSizeError,
    Slot,
    at_dpi,
    draw_full,
    keep_size,
    living_on_agg,
)
from framepipe.drawing.settings import FrameSettings, frame_settings


def make_figure(kind: type[FigureCanvasBase] = FigureCanvasAgg) -> Figure:
    figure = Figure(figsize=(2, 1), dpi=50)
    kind(figure)
    figure.subplots().plot([0, 1])
    return figure


class Touched(Exception):
    """Somebody spoke to a window."""


class Window(FigureCanvasAgg):
    """A canvas as a toolkit has one: all that reaches its window fails, as after a fork."""

    required_interactive_framework = "qt"

    def draw(self) -> None:
        super().draw()  # type: ignore[no-untyped-call]
        self.blit()

    def blit(self, bbox: Any = None) -> None:
        raise Touched

    def draw_idle(self, *args: Any, **kwargs: Any) -> None:
        raise Touched

    def flush_events(self) -> None:
        raise Touched


@pytest.mark.parametrize("drawn", [False, True], ids=["never drawn", "drawn"])
def test_the_canvas_stays_and_is_itself_afterwards(drawn: bool) -> None:
    figure = make_figure()
    canvas: Any = figure.canvas
    if drawn:
        canvas.draw()
    before = dict(vars(canvas))
    with living_on_agg(figure, idle_draws=True) as ours:
        assert FrameCanvas.of(figure) is ours
        assert vars(figure)["canvas"] is canvas
        canvas.draw()
        canvas.draw_idle()
        canvas.mine = 1
        assert isinstance(canvas.renderer, RendererAgg)
    assert canvas.__dict__.pop("mine") == 1
    assert vars(canvas) == before
    assert FrameCanvas.of(figure) is None
    assert not canvas.callbacks.callbacks.get("draw_event")


def test_what_was_drawn_before_can_still_be_copied() -> None:
    figure = make_figure()
    canvas: Any = figure.canvas
    canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba()).copy()
    back = canvas.copy_from_bbox(figure.bbox)
    with living_on_agg(figure, idle_draws=True):
        assert np.array_equal(np.asarray(canvas.copy_from_bbox(figure.bbox)), np.asarray(back))
        figure.axes[0].cla()
        canvas.draw()
        assert not np.array_equal(np.asarray(canvas.buffer_rgba()), drawn)
        canvas.restore_region(back)
        assert np.array_equal(np.asarray(canvas.buffer_rgba()), drawn)


def test_no_window_is_touched() -> None:
    figure = make_figure(Window)
    canvas: Any = figure.canvas
    with pytest.raises(Touched):
        canvas.draw()
    told: list[bool] = []
    canvas.mpl_connect("draw_event", lambda event: told.append(event.canvas is canvas))
    with living_on_agg(figure, idle_draws=False):
        for do in (canvas.draw, canvas.blit, canvas.draw_idle, canvas.flush_events):
            do()
        figure.savefig(io.BytesIO(), format="png")
        figure.savefig(io.BytesIO(), format="rgba")
    assert told == [True] * 3
    for touches in (canvas.draw, canvas.blit, canvas.draw_idle, canvas.flush_events):
        with pytest.raises(Touched):
            touches()


def test_a_canvas_that_is_no_agg_one_is_put_back() -> None:
    figure = make_figure(FigureCanvasPdf)
    canvas = figure.canvas
    with living_on_agg(figure, idle_draws=False):
        assert isinstance(figure.canvas, FigureCanvasAgg)
    assert figure.canvas is canvas


def test_the_bytes_are_those_of_the_canvas_itself() -> None:
    figure = make_figure()
    plain, ours = io.BytesIO(), io.BytesIO()
    figure.savefig(plain, format="rgba")
    with living_on_agg(figure, idle_draws=True):
        figure.savefig(ours, format="rgba")
    assert ours.getvalue() == plain.getvalue()


def settings_of(figure: Any, **given: Any) -> FrameSettings:
    options: dict[str, Any] = {"dpi": 60, "codec": "h264", "suffix": ".mp4", "even": True}
    return frame_settings(figure, savefig_kwargs=None, **{**options, **given})


def test_a_full_draw_has_the_bytes_that_savefig_writes() -> None:
    figure = make_figure()
    settings = settings_of(figure)
    file = io.BytesIO()
    figure.savefig(file, format="rgba", dpi=60, facecolor=settings.savefig_kwargs["facecolor"])
    out = bytearray(settings.nbytes)
    with living_on_agg(figure, idle_draws=True):
        draw_full(figure, settings, memoryview(out))
    assert bytes(out) == file.getvalue()


def test_a_draw_by_somebody_else_is_noticed_once() -> None:
    figure = make_figure()
    with living_on_agg(figure, idle_draws=True) as canvas:
        canvas.take_elsewhere()
        assert not canvas.take_elsewhere()
        figure.canvas.draw()
        assert canvas.take_elsewhere()
        assert not canvas.take_elsewhere()


def test_what_was_painted_is_written_as_it_is() -> None:
    figure = make_figure()
    settings = settings_of(figure, dpi=50)
    painted = np.random.default_rng(0).integers(0, 256, settings.nbytes, np.uint8).tobytes()
    file = io.BytesIO()
    with living_on_agg(figure, idle_draws=True) as canvas:
        canvas.painted = memoryview(painted)
        figure.savefig(file, format="rgba")
    assert file.getvalue() == painted


def test_a_frame_of_another_size_is_refused() -> None:
    slot = Slot(memoryview(bytearray(8)))
    assert slot.write(bytes(range(8))) == 8
    with pytest.raises(FrameSizeError, match="12 bytes where a frame has 8"):
        slot.write(bytes(12))


def test_size_and_dpi_are_set_and_put_back() -> None:
    figure = make_figure()
    settings = settings_of(figure)
    figure.set_size_inches(9, 9)
    assert keep_size(figure, settings)
    assert tuple(figure.get_size_inches()) == settings.size
    assert not keep_size(figure, settings)
    with at_dpi(figure, 99):
        assert figure.dpi == 99
    assert figure.dpi == 50
