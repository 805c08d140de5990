"""How far a GIF is from what was drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.cases import find
from benchmarks.quality.gifs import Frame, drawn_frames, judge, measure


def flat(*levels: int) -> list[Frame]:
    """Frames of 40x30 pixels, each of one gray."""
    return [np.full((30, 40, 3), level, np.uint8) for level in levels]


def gif(path: Path, frames: list[Frame]) -> Path:
    first, *others = (Image.fromarray(frame) for frame in frames)
    first.save(path, save_all=True, append_images=others, duration=40)
    return path


def test_a_gif_of_few_colours_has_no_error(tmp_path: Path) -> None:
    drawn = flat(0, 100, 255)
    found = judge(gif(tmp_path / "a.gif", drawn), drawn, 1.5)
    assert (found.error, found.seen, found.frames, found.seconds) == (0, 0, 3, 1.5)
    assert found.size == (tmp_path / "a.gif").stat().st_size


def test_errors_are_told_in_levels_and_by_what_can_be_seen(tmp_path: Path) -> None:
    drawn = flat(0, 100)
    shown = flat(4, 100)
    shown[1][:15] += 30  # half of the second frame
    found = judge(gif(tmp_path / "a.gif", shown), drawn, 0)
    assert found.error == pytest.approx((4 + 15) / 2)
    assert found.seen == pytest.approx(0.25)


def test_frames_are_those_that_are_drawn() -> None:
    frames = list(drawn_frames(find("pendulum"), 2))
    assert [frame.shape for frame in frames] == [(480, 640, 3)] * 2
    assert (frames[0] != frames[1]).any()


def test_a_maker_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("GIFSKI", raising=False)
    monkeypatch.setattr("benchmarks.quality.gifs.CASES", {"long": 3})
    monkeypatch.setattr("benchmarks.quality.gifs.MAKERS", {"gifski": None})
    found = measure()
    assert "npm install gifski" in found["skipped"]["gifski"]
    assert found["cases"] == {"long": {}}
