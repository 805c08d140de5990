"""Several movies of the same frames: drawn once, each as if made alone, and all or none."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from clips import FFMPEG, RAW, children, clip, everything_in, nothing_starts, numbers_in
from PIL import Image

from framepipe import EncoderError, FrameError, Segments, To, encode
from framepipe.encoding.stitching.probe import read_packet_times

MODES: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "pipe": {"workers": 2},
    "segments": {"workers": 2, "mode": Segments(blocks=3)},
}


def frames_in(path: Path) -> int:
    return len(read_packet_times(FFMPEG, "-i", str(path)).times)


@pytest.mark.parametrize("mode", MODES)
def test_each_is_what_it_would_be_alone(mode: str, tmp_path: Path) -> None:
    names = ["a.mp4", "b.gif", "c.mkv"]
    alone = [encode(clip(12), tmp_path / f"alone-{name}", workers=0).path for name in names]
    movie = encode(clip(12), [tmp_path / name for name in names], **MODES[mode])
    assert movie.path == tmp_path / "a.mp4"
    assert movie.paths == tuple(tmp_path / name for name in names)
    assert movie.frames == 12
    for one, other in zip(movie.paths[:2], alone, strict=False):
        assert one.read_bytes() == other.read_bytes()
    assert frames_in(movie.paths[2]) == 12
    assert everything_in(tmp_path) == {*names, *(f"alone-{name}" for name in names)}


def test_frames_are_drawn_once(tmp_path: Path) -> None:
    seen: list[int] = []
    targets = [To(tmp_path / f"{name}.raw", **RAW) for name in "ab"]
    movie = encode(clip(6, seen.append), targets, workers=0)
    assert seen == list(range(6))
    assert numbers_in(movie) == list(range(6))
    assert movie.paths[0].read_bytes() == movie.paths[1].read_bytes()


def test_each_has_arguments_of_its_own(tmp_path: Path) -> None:
    gif = To(tmp_path / "b.gif", hold=0.4, loop=3)
    encode(clip(5), [tmp_path / "a.mp4", gif], fps=10, hold=1, workers=1)
    assert frames_in(tmp_path / "a.mp4") == 15
    assert frames_in(tmp_path / "b.gif") == 9
    with Image.open(tmp_path / "b.gif") as image:
        assert image.info["loop"] == 2


def test_sides_are_even_for_all_if_one_needs_it(tmp_path: Path) -> None:
    movie = encode(clip(3, pixels=33), [tmp_path / "a.gif", tmp_path / "b.mp4"], workers=0)
    assert movie.width % 2 == 0
    with Image.open(tmp_path / "a.gif") as image:
        assert image.size == (movie.width, movie.height)


def test_frames_are_opaque_for_all_if_one_cannot_hold_transparency(tmp_path: Path) -> None:
    for others, transparent in ([], True), (["b.mp4"], False):
        animation = clip(3)
        animation._fig.set_facecolor("none")  # type: ignore[attr-defined]
        for patch in animation._fig.artists or animation._fig.patches:  # type: ignore[attr-defined]
            patch.set_width(0.5)
        encode(animation, [tmp_path / name for name in ["a.apng", *others]], workers=0)
        with Image.open(tmp_path / "a.apng") as image:
            corner = image.convert("RGBA").getpixel((31, 0))
        assert corner == (255, 255, 255, 0 if transparent else 255)


# -------------------------------------------------------------------------------------- all or none


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bad", [0, 1])
def test_if_one_fails_all_do_and_nothing_is_left(mode: str, bad: int, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("old")
    targets: list[Any] = [tmp_path / "a.mp4", tmp_path / "b.gif"]
    targets[bad] = To(targets[bad], extra_args=["-nonsense", "1"])
    with pytest.raises(EncoderError, match="does not know one of its arguments"):
        encode(clip(40), targets, **MODES[mode])
    assert everything_in(tmp_path) == {"a.mp4"}
    assert (tmp_path / "a.mp4").read_text() == "old"
    assert children() == ([], [])


@pytest.mark.parametrize("which", [0, 1])
def test_one_is_killed_midway(which: int, tmp_path: Path) -> None:
    def kill(frame: int, _: int | None) -> None:
        if frame == 5:
            encoders = sorted(process.pid for process in children()[0])
            os.kill(encoders[which], signal.SIGKILL)

    with pytest.raises(EncoderError, match="SIGKILL"):
        encode(
            clip(200, pixels=64), [tmp_path / "a.mkv", tmp_path / "b.mkv"],
            workers=1, progress_callback=kill,
        )  # fmt: skip
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


def test_the_users_own_error_stops_all(tmp_path: Path) -> None:
    def fail(frame: int) -> None:
        if frame == 7:
            raise ZeroDivisionError

    with pytest.raises(FrameError):
        encode(clip(20, fail), [tmp_path / "a.mp4", tmp_path / "b.gif"], workers=2)
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


@pytest.mark.parametrize(
    ("names", "options", "error", "says"),
    [
        ([], {}, ValueError, "no name"),
        (["a.mp4", "./a.mp4"], {}, ValueError, "cannot both be"),
        (["a.mp4", 5], {}, TypeError, "filename must be"),
        (["a.mp4", "b.png"], {}, ValueError, "makes no movie"),
        (["a.gif", "b.gif"], {"writer": "pillow"}, ValueError, "ffmpeg's writer"),
        (["a.avi", "b.avi"], {"mode": Segments(stitcher="mencoder")}, ValueError, "several"),
        (["a.mp4", "b.mp4"], {"mode": Segments(keep=True)}, ValueError, "several"),
    ],
)
def test_refused_before_anything_starts(
    names: list[Any], options: dict[str, Any], error: type[Exception], says: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with nothing_starts(), pytest.raises(error, match=says):
        encode(clip(4), names, **options)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("wrong", "error"), [({"bitrate": "5"}, TypeError), ({"hold": -1}, ValueError)]
)
def test_a_target_checks_what_it_is_given(wrong: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        To("a.mp4", **wrong)
