"""ffmpeg refuses, dies, or has nowhere to write: its own words, soon, and nothing left behind."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from clips import RAW, WAYS, children, clip, everything_in

from framepipe import EncoderError, encode

ENDLESS = 100_000


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    """An error that was caught holds, through its traceback, what was in use when it came."""
    yield
    gc.collect()


def failing(folder: Path, way: str, frames: int = ENDLESS, **given: Any) -> EncoderError:
    """Encode what ffmpeg must fail at, over an old movie."""
    target = folder / given.pop("name", "m.mp4")
    target.write_text("old")
    pixels = given.pop("pixels", 32)
    with pytest.raises(EncoderError) as caught:
        encode(clip(frames, pixels=pixels), target, **WAYS[way], **given)
    assert children() == ([], [])
    assert everything_in(folder) == {target.name}
    assert target.read_text() == "old"
    return caught.value


@pytest.mark.parametrize("way", ["here", "fork1", "fork2"])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"codec": "bogus"}, "Unknown encoder 'bogus'"),
        ({"extra_args": ["-bogus", "1"]}, "bogus"),
        ({"extra_args": ["-vf", "bogus"]}, "bogus"),
        ({"name": "movie.xyz"}, "output format"),
    ],
    ids=["codec", "option", "filter", "name"],
)
def test_what_ffmpeg_refuses_is_told_in_its_words_at_once(
    tmp_path: Path, way: str, given: dict[str, Any], words: str
) -> None:
    begin = time.monotonic()
    error = failing(tmp_path, way, **given)
    assert time.monotonic() - begin < 2, "however long the animation"
    told(error, words)


def told(error: EncoderError, words: str) -> None:
    assert words in error.stderr
    assert error.stderr.splitlines()[0] in str(error)
    assert error.returncode is not None
    assert error.returncode > 0
    assert "ffmpeg" in error.command[0]


@pytest.mark.slow
def test_what_ffmpeg_refuses_is_told_at_once_to_spawned_workers_too(tmp_path: Path) -> None:
    # ffmpeg looks at the first frame before it looks for the codec, so the clock runs from there.
    note = tmp_path.with_name(tmp_path.name + "-started")

    def first(number: int) -> None:
        if number == 0:  # in both workers: the first one counts
            mine = note.with_name(f"{note.name}-{os.getpid()}")
            mine.write_text(str(time.monotonic()))
            with contextlib.suppress(FileExistsError):
                os.link(mine, note)

    target = tmp_path / "m.mp4"
    with pytest.raises(EncoderError) as caught:
        encode(clip(ENDLESS, first), target, codec="bogus", **WAYS["spawn2"])
    assert time.monotonic() - float(note.read_text()) < 2
    told(caught.value, "Unknown encoder 'bogus'")
    assert everything_in(tmp_path) == set()


def kill_ffmpeg_at(frame: int) -> Callable[[int, int | None], None]:
    def kill(i: int, n: int | None) -> None:
        if i == frame:
            (ffmpeg,) = children()[0]
            os.kill(ffmpeg.pid, signal.SIGKILL)

    return kill


@pytest.mark.parametrize("way", ["here", "fork1", "fork2"])
@pytest.mark.parametrize("pixels", [32, 900], ids=["small", "large"])
@pytest.mark.parametrize("frame", [0, 30])
def test_an_ffmpeg_that_is_killed_is_told(
    tmp_path: Path, way: str, pixels: int, frame: int
) -> None:
    begin = time.monotonic()
    error = failing(tmp_path, way, pixels=pixels, progress_callback=kill_ffmpeg_at(frame))
    assert error.returncode == -signal.SIGKILL
    assert "SIGKILL" in str(error)
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_an_ffmpeg_killed_at_the_last_frame_is_told(tmp_path: Path, way: str) -> None:
    error = failing(tmp_path, way, frames=12, progress_callback=kill_ffmpeg_at(11))
    assert error.returncode == -signal.SIGKILL


def test_an_ffmpeg_killed_while_workers_have_nothing_drawn_is_noticed(tmp_path: Path) -> None:
    """Nothing is on its way to it then: its end of the pipe must be watched all the same."""
    hold = tmp_path.with_name(tmp_path.name + "-hold")
    hold.touch()

    def wait(number: int) -> None:
        deadline = time.monotonic() + 30
        while number >= 5 and hold.exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    target = tmp_path / "m.mp4"
    begin = time.monotonic()
    try:
        with pytest.raises(EncoderError):
            encode(
                clip(60, wait), target, workers=2, start_method="fork",
                progress_callback=kill_ffmpeg_at(4),
            )  # fmt: skip
        assert time.monotonic() - begin < 10
    finally:
        hold.unlink()
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_an_ffmpeg_that_stops_early_is_told(tmp_path: Path, way: str) -> None:
    error = failing(tmp_path, way, extra_args=["-frames:v", "3"], pixels=600)
    assert error.returncode == 0
    assert "before it had all the frames" in str(error)


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_a_program_that_is_no_program_is_told(tmp_path: Path, way: str) -> None:
    program = tmp_path.with_name(tmp_path.name + "-ffmpeg")
    program.write_bytes(b"\x7fELF but not really")
    program.chmod(0o755)
    with mpl.rc_context({"animation.ffmpeg_path": str(program)}):
        error = failing(tmp_path, way)
    assert error.returncode is None
    assert str(program) in str(error)


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_a_device_without_room_is_told(tmp_path: Path, way: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    target = tmp_path / "full.rgba"
    target.symlink_to("/dev/full")
    with pytest.raises(EncoderError, match=r"(?i)no space left"):
        encode(clip(2000), target, **WAYS[way], **RAW)
    assert everything_in(tmp_path) == {"full.rgba"}
    assert target.is_symlink()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for an old movie and not for a new one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)]
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount")
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting is not permitted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_a_full_disk_is_told_and_the_old_movie_stays(tiny_disk: Path, way: str) -> None:
    error = failing(tiny_disk, way, frames=2000, name="m.rgba", **RAW)
    assert "No space left" in error.stderr


def test_the_old_movie_stays_until_the_very_end(tmp_path: Path) -> None:
    """ffmpeg's failure after the last frame, while it closes the file, counts as well."""
    program = tmp_path.with_name(tmp_path.name + "-ffmpeg")
    program.write_text("#!/bin/sh\ncat > /dev/null\necho 'cannot close it' >&2\nexit 5\n")
    program.chmod(0o755)
    with mpl.rc_context({"animation.ffmpeg_path": str(program)}):
        error = failing(tmp_path, "fork2", frames=5)
    assert error.returncode == 5
    assert "cannot close it" in str(error)
