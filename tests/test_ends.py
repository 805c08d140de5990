"""How a movie ends: the last frame held, and how often it is played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clips import FFMPEG, RAW, clip, encode_and_read, everything_in, nothing_starts
from PIL import Image, ImageSequence

from framepipe import Segments, encode
from framepipe.encoding.stitching.probe import read_packet_times


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_the_last_frame_is_shown_longer(tmp_path: Path, mode: Any) -> None:
    path = tmp_path / "m.raw"
    numbers = encode_and_read(clip(6), path, fps=10, hold=0.5, mode=mode, workers=1)
    assert numbers == [0, 1, 2, 3, 4, 5, *[5] * 5]


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
def test_it_is_held_where_segments_could_be_copied(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    movie = encode(clip(6), path, fps=10, hold=0.5, mode=Segments(blocks=2), workers=1)
    assert len(read_packet_times(FFMPEG, "-i", str(path)).times) == 11
    assert movie.frames == 6
    assert everything_in(tmp_path) == {path.name}


@pytest.mark.parametrize("suffix", [".gif", ".apng", ".webp"])
def test_pictures_are_held_and_played_as_often_as_asked_for(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    far_apart = [0, 0x500000, 0xA000, 0xFFFFFF]  # or WebP makes one of them
    encode(clip(far_apart), path, fps=10, hold=0.6, loop=2, workers=0)
    with Image.open(path) as image:
        shown = 0
        for frame in ImageSequence.Iterator(image):
            frame.load()  # before that a WebP does not tell
            shown += frame.info["duration"]
        assert shown == 1000
        assert image.info["loop"] == (1 if suffix == ".gif" else 2)  # a GIF's is played again


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"hold": -1}, ValueError, "hold must be 0"),
        ({"hold": float("nan")}, ValueError, "hold must be 0"),
        ({"hold": 3601}, ValueError, "at most 3600"),
        ({"hold": 10**400}, ValueError, "at most 3600"),
        ({"hold": "2"}, TypeError, "hold must be a number"),
        ({"loop": -1}, ValueError, "loop must be from 0"),
        ({"loop": 1.5}, TypeError, "loop must be a whole"),
        ({"loop": True}, TypeError, "loop must be a whole"),
        ({"hold": 1, "extra_args": ["-vf", "null"]}, ValueError, "tpad"),
        ({"hold": 1, "writer": "pillow"}, ValueError, "for ffmpeg's writer"),
        ({"hold": 1, "mode": Segments(stitcher="mencoder")}, ValueError, "stitcher"),
    ],
)
def test_refused_before_anything_starts(
    tmp_path: Path, wrong: Any, error: type[Exception], says: str
) -> None:
    suffix = ".avi" if "mode" in wrong else ".gif"
    with nothing_starts(), pytest.raises(error, match=says):
        encode(clip(4), tmp_path / f"m{suffix}", **wrong)
    assert everything_in(tmp_path) == set()


def test_a_gif_says_how_fast_it_is_shown(tmp_path: Path) -> None:
    movie = encode(clip(10), tmp_path / "m.gif", fps=60, mode=Segments(blocks=2), workers=1)
    assert movie.fps == 50
    with Image.open(movie.path) as image:
        assert {frame.info["duration"] for frame in ImageSequence.Iterator(image)} == {20}
    assert encode(clip(4), tmp_path / "m.mp4", fps=60, workers=0).fps == 60


def test_raw_frames_are_not_held_by_default(tmp_path: Path) -> None:
    movie = encode(clip(3), tmp_path / "m.raw", **RAW, workers=0)
    assert Path(movie).stat().st_size == 3 * 4 * movie.width * movie.height
