"""What arguments and rcParams mean: as `Animation.save` and `FFMpegWriter` have it."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import clip
from matplotlib.animation import FFMpegWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from framepipe.drawing.settings import draws_when_idle, frame_settings, movie_settings


def make_figure(size: tuple[float, float] = (2, 1.5), **options: Any) -> Any:
    figure = Figure(figsize=size, dpi=50, **options)
    FigureCanvasAgg(figure)
    return figure


def settings(figure: Any = None, **given: Any) -> Any:
    options = {
        "dpi": None, "codec": "h264", "suffix": ".mp4", "even": True, "savefig_kwargs": None,
    }  # fmt: skip
    return frame_settings(figure or make_figure(), **{**options, **given})


def test_what_is_given_counts_then_the_writer_then_rcparams() -> None:
    with mpl.rc_context({"animation.codec": "mpeg4", "animation.bitrate": 300}):
        found = movie_settings(clip(interval=40))
        assert (found.fps, found.codec, found.bitrate, found.ffmpeg) == (25, "mpeg4", 300, None)
        found = movie_settings(clip(), fps=12.5, codec="libx265", bitrate=9, metadata={"a": "b"})
        assert (found.fps, found.codec, found.bitrate) == (12.5, "libx265", 9)
        assert found.metadata == {"a": "b"}
        writer = FFMpegWriter(fps=7, codec="h264", bitrate=5, extra_args=["-crf", "9"])
        found = movie_settings(clip(), writer=writer)
        assert (found.fps, found.codec, found.bitrate) == (7, "h264", 5)
        assert found.extra_args == ["-crf", "9"]


def test_beside_a_writer_nothing_may_be_given() -> None:
    with pytest.raises(RuntimeError, match="fps, codec cannot be given beside"):
        movie_settings(clip(), writer=FFMpegWriter(), fps=3, codec="h264")


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(fps: float) -> None:
    with pytest.raises(ValueError, match="fps must be above 0"):
        movie_settings(clip(), fps=fps)


@pytest.mark.parametrize("dpi", [None, 33.3, "figure", 100])
@pytest.mark.parametrize("size", [(2, 1.5), (1.007, 2.993), (3.14, 2.72)])
@pytest.mark.parametrize("codec", ["h264", "rawvideo"])
def test_the_size_is_that_of_ffmpegwriter(dpi: Any, size: Any, codec: str) -> None:
    figure = make_figure(size)
    given = settings(make_figure(size), dpi=dpi, codec=codec, even=codec == "h264")
    writer: Any = FFMpegWriter(codec=codec)
    if dpi is None:
        dpi = mpl.rcParams["savefig.dpi"]
    dpi = figure.dpi if dpi == "figure" else dpi
    # What `setup` does to the figure, without a program.
    writer.fig, writer.dpi, writer.outfile = figure, dpi, "m.mp4"
    writer._w, writer._h = writer._adjust_frame_size()
    figure.set_size_inches(writer._w, writer._h)
    assert (given.width, given.height) == writer.frame_size
    assert given.nbytes == 4 * given.width * given.height
    assert given.size == (writer._w, writer._h)


def test_the_figure_is_not_touched() -> None:
    figure = make_figure((1.01, 1.03))
    assert settings(figure, dpi=77).adjusted
    assert tuple(figure.get_size_inches()) == (1.01, 1.03)
    assert figure.dpi == 50


def test_colours_are_laid_over_white_where_the_movie_has_no_alpha() -> None:
    figure = make_figure(facecolor=(1, 0, 0, 0.5))
    assert np.allclose(settings(figure).savefig_kwargs["facecolor"], (1, 0.5, 0.5))
    given = settings(figure, savefig_kwargs={"facecolor": (0, 0, 1, 0.25)})
    assert np.allclose(given.savefig_kwargs["facecolor"], (0.75, 0.75, 1))
    assert "facecolor" not in settings(figure, transparent=True).savefig_kwargs


def test_what_belongs_to_the_movie_is_no_business_of_savefig(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("dpi", "format"):
        with pytest.raises(TypeError, match=name):
            settings(savefig_kwargs={name: "png"})
    assert "bbox_inches" not in settings(savefig_kwargs={"bbox_inches": "tight"}).savefig_kwargs
    assert "bbox_inches" in caplog.text


@pytest.mark.parametrize("dpi", [0, -3, float("nan"), "large", True])
def test_a_dpi_that_is_none_is_refused(dpi: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="dpi"):
        settings(dpi=dpi)


def test_only_agg_draws_when_idle() -> None:
    assert draws_when_idle(FigureCanvasAgg(Figure()))
    assert not draws_when_idle(FigureCanvasSVG(Figure()))


@pytest.mark.parametrize("bitrate", [math.inf, math.nan])
def test_a_bitrate_that_is_no_number_of_bits_is_refused(bitrate: float) -> None:
    with pytest.raises(ValueError, match="kilobits a second, not"):
        movie_settings(clip(), fps=12.5, bitrate=bitrate)  # type: ignore[arg-type]
