"""Arguments as `Animation.save` takes them; and what is told to those who meant something else."""

from __future__ import annotations

import gc
import logging
import subprocess
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import FFMPEG, clip
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.figure import Figure

import framepipe
from framepipe.modes import make


@pytest.mark.parametrize(
    ("fps", "number"),
    [
        (Fraction(30000, 1001), 30000 / 1001), ("30", 30.0), ("30000/1001", 30000 / 1001),
        ("29.97", 29.97), ("ntsc", 30000 / 1001), ("film", 24.0),
    ],
)  # fmt: skip
def test_frame_rates_are_taken_as_save_takes_them(tmp_path: Path, fps: Any, number: float) -> None:
    movie = framepipe.encode(clip(2), tmp_path / "m.mp4", fps=fps, workers=0)
    assert movie.fps == pytest.approx(number)


def frames_and_times(path: Path) -> list[str]:
    command = [FFMPEG, "-loglevel", "error", "-i", str(path), "-f", "framemd5", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def two_frames() -> FuncAnimation:
    figure = Figure(figsize=(2, 1), dpi=50)
    (line,) = figure.add_subplot().plot([0, 1])
    return FuncAnimation(figure, lambda i: line.set_ydata([i, 1]), 2, init_func=tuple)


ODD_ARGUMENTS: list[dict[str, Any]] = [
    {"fps": Decimal("29.97")}, {"fps": np.array(25)}, {"fps": np.float32(12.5)},
    {"dpi": np.float32(60)}, {"dpi": "figure"},
    {"bitrate": Decimal(50)}, {"bitrate": np.array(50)}, {"bitrate": Fraction(101, 2)},
    {"bitrate": 50.9}, {"bitrate": -1}, {"bitrate": 0}, {"bitrate": True},
    {"codec": np.str_("mpeg4")}, {"extra_args": ("-crf", "40")}, {"extra_args": ""},
    {"extra_args": np.array(["-crf", "40"])},
    {"metadata": {"title": 5}}, {"metadata": MappingProxyType({"title": "x"})},
    {"savefig_kwargs": [("facecolor", "r")]}, {"savefig_kwargs": ""}, {"savefig_kwargs": ()},
    {"savefig_kwargs": MappingProxyType({"facecolor": "r"})},
]  # fmt: skip


@pytest.mark.thinned(3)
@pytest.mark.parametrize("given", ODD_ARGUMENTS, ids=str)
def test_odd_arguments_make_what_save_makes_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    two_frames().save(tmp_path / "saved.mp4", **given)
    framepipe.encode(two_frames(), tmp_path / "made.mp4", workers=0, **given)
    assert frames_and_times(tmp_path / "made.mp4") == frames_and_times(tmp_path / "saved.mp4")


@pytest.mark.parametrize(
    "given",
    [
        {"dpi": "60"}, {"dpi": Decimal(60)}, {"dpi": [60]}, {"bitrate": "500"}, {"bitrate": [500]},
        {"bitrate": np.array([500])}, {"codec": 5}, {"codec": b"h264"},
        {"extra_args": ["-crf", 40]},
        {"extra_args": 5}, {"metadata": [("title", "x")]}, {"savefig_kwargs": 5},
    ],
    ids=str,
)  # fmt: skip
def test_what_save_cannot_take_is_refused_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    """By `save` while it is at it, in other words."""
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    (name,) = given
    with pytest.raises((TypeError, AttributeError)):
        two_frames().save(tmp_path / "m.mp4", **given)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(TypeError, match=name):
        framepipe.encode(two_frames(), tmp_path / "m.mp4", **given)
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("fps", ["fast", "0", "-1", "1/0", "nan", "inf"])
def test_what_is_no_frame_rate_is_refused(tmp_path: Path, fps: str) -> None:
    with pytest.raises(ValueError, match="fps must be"):
        framepipe.encode(clip(2), tmp_path / "m.mp4", fps=fps)
    assert not list(tmp_path.iterdir())


def test_an_update_function_is_no_animation(tmp_path: Path) -> None:
    def update(i: int) -> None:
        raise AssertionError("never called")

    with pytest.raises(TypeError, match=r"update\(i.*FuncAnimation\(fig, update, frames="):
        framepipe.encode(update, tmp_path / "m.mp4")  # type: ignore[arg-type]


@pytest.mark.parametrize("writer", [FFMpegWriter, PillowWriter])
def test_a_class_of_writers_is_no_writer(tmp_path: Path, writer: Any) -> None:
    with pytest.raises(TypeError, match=rf"writer={writer.__name__}\(fps=30\)"):
        framepipe.encode(clip(2), tmp_path / "m.mp4", writer=writer)


def test_the_writer_of_pages_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"use HTMLWriter\(embed_frames=True\)"):
        framepipe.encode(clip(2), tmp_path / "m.html", writer="html")


@pytest.mark.parametrize(
    "wrong", [{"workers": -1}, {"fps": "fast"}, {"writer": "nonsense"}, {"bitrate": "much"}]
)
def test_behind_an_error_of_ours_no_animation_was_deleted(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises((TypeError, ValueError)):
            framepipe.encode(clip(2), tmp_path / "m.mp4", **wrong)
        gc.collect()
    assert not [one for one in warned if "deleted" in str(one.message)]


def test_nothing_is_noticed_twice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    options: dict[str, Any] = {"savefig_kwargs": {"bbox_inches": "tight"}, "workers": 0}
    names = [tmp_path / "m.mp4", tmp_path / "m.gif"]
    framepipe.encode(clip(2), names, **options)
    assert caplog.text.count("bbox_inches") == 1


def test_an_animation_without_an_end_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make, "ENDLESS", 2)
    with caplog.at_level(logging.WARNING):
        framepipe.encode(clip(5), tmp_path / "m.mp4", workers=0)
        assert "no end" not in caplog.text
        framepipe.encode(clip(lambda: iter(range(5))), tmp_path / "m.mp4", workers=0)
    assert caplog.text.count("if it has no end") == 1
