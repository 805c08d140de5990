"""Everything is decided before anything starts, once, and in one order."""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from clips import FFMPEG, everything_in, nothing_starts, planned
from matplotlib.animation import PillowWriter


def test_what_the_user_said_reaches_the_command(tmp_path: Path) -> None:
    with nothing_starts():
        plan = planned(
            tmp_path / "m.mp4", fps=7, bitrate=300, metadata={"title": "x"}, dpi=100,
            extra_args=["-preset", "ultrafast"],
        )  # fmt: skip
    command = plan.movie.encoder.command("part.mp4")
    assert command[0] == plan.movie.encoder.ffmpeg() == FFMPEG
    for words in (
        ["-s", "100x100"], ["-framerate", "7"], ["-vcodec", "h264"], ["-b", "300k"],
        ["-metadata", "title=x"], ["-preset", "ultrafast"],
    ):  # fmt: skip
        at = command.index(words[0])
        assert command[at : at + 2] == words or words[1] in command
    assert plan.movie.fps == plan.movie.encoding.fps == 7
    assert plan.frames == 12
    assert everything_in(tmp_path) == set()


def test_sizes_are_even_only_where_the_encoder_needs_it(tmp_path: Path) -> None:
    def size(name: str, **given: Any) -> tuple[int, int]:
        frame = planned(tmp_path / name, dpi=33, **given).movie.frame
        return frame.width, frame.height

    assert size("m.mp4") == (32, 32)
    assert size("m.avi", codec="rawvideo") == (33, 33)
    assert size("m.mkv", codec="ffv1") == (33, 33)


@pytest.mark.parametrize(("workers", "used"), [(0, 0), (3, 3), (50, 12)])
def test_there_are_no_more_workers_than_frames(tmp_path: Path, workers: int, used: int) -> None:
    assert planned(tmp_path / "m.mp4", workers=workers).workers == used


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked")
@pytest.mark.parametrize(
    ("given", "has"),
    [
        ({}, True),
        ({"workers": 1}, False),
        ({"redraw": "full"}, False),
        ({"redraw": "verify"}, False),
        ({"start_method": "spawn"}, False),
    ],
    ids=str,
)
def test_a_copy_can_make_what_this_process_is_to_draw(
    tmp_path: Path, given: dict[str, Any], has: bool
) -> None:
    assert planned(tmp_path / "m.mp4", **{"workers": 0, **given}).has_copy == has


def test_a_writer_that_takes_no_pipe_gets_the_frames(tmp_path: Path) -> None:
    assert planned(tmp_path / "m.mp4").movie.writers is None
    plan = planned(tmp_path / "m.gif", PillowWriter(fps=5))
    assert plan.movie.writers is not None
    assert plan.movie.make_sink is not plan.movie.encoder
    assert plan.movie.fps == 5


def test_it_is_frozen(tmp_path: Path) -> None:
    plan = planned(tmp_path / "m.mp4")
    for one, name in ((plan, "workers"), (plan.movie, "fps")):
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 9)
