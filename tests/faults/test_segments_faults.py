"""Movies in segments meet with errors, deaths and Ctrl-C: told clearly, and nothing is left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clips import (
    FFMPEG,
    RAW,
    children,
    clip,
    encode_and_read,
    everything_in,
    in_session,
    is_over,
    makes_a_movie,
    misleading,
    numbers_in,
    script,
    wait_until,
)

import framepipe
from framepipe import EncoderError, FrameError, RetainedWarning, Segments, WorkerDied, encode

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

FRAMES = 40

WAYS: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "fork1": {"workers": 1, "start_method": "fork"},
    "fork2": {"workers": 2, "start_method": "fork"},
    "spawn2": {"workers": 2, "start_method": "spawn"},
}


class Sour(Exception):
    """The user's own."""


def at(frame: int, do: Callable[[], Any]) -> Callable[[int], None]:
    """Something that happens in a frame's update."""

    def update(number: int) -> None:
        if number == frame:
            do()

    return update


def slowly(number: int) -> None:
    time.sleep(0.01)


# ---------------------------------------------------------------------------------- errors


@pytest.mark.thinned(5)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("frame", [0, 23, 39])
def test_the_users_error_comes_home_with_its_frame(tmp_path: Path, way: str, frame: int) -> None:
    def turn_sour() -> None:
        raise Sour("milk")

    target = tmp_path / "m.mp4"
    target.write_text("old")
    told: list[int] = []
    with pytest.raises(FrameError, match="Sour: milk") as caught:
        encode(
            clip(FRAMES, at(frame, turn_sour)), target, **WAYS[way], mode=Segments(blocks=4),
            progress_callback=lambda i, n: told.append(i),
        )  # fmt: skip
    assert caught.value.frame == frame
    assert caught.value.__cause__ is not None
    assert type(caught.value.__cause__).__name__ == "Sour"
    assert caught.value.__cause__.args == ("milk",)
    assert told == list(range(len(told)))
    assert len(told) <= frame
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.mp4"}
    assert children() == ([], [])


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_an_unknown_codec_is_told_at_once(tmp_path: Path, way: str) -> None:
    begin = time.monotonic()
    with pytest.raises(EncoderError, match="no-such-codec"):
        encode(
            clip(100_000, slowly), tmp_path / "m.mp4", codec="no-such-codec", **WAYS[way],
            mode="segments",
        )  # fmt: skip
    assert time.monotonic() - begin < 5
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


def test_replays_that_do_not_agree_are_told(tmp_path: Path) -> None:
    """One process sees an end within its block, another one sees frames beyond."""

    def numbers() -> Iterator[int]:
        first = multiprocessing.current_process().name == "framepipe-0"
        yield from range(15 if first else 35)

    with pytest.raises(FrameError, match="does not run twice in the same way") as caught:
        encode(
            clip(numbers, slowly, save_count=40), tmp_path / "m.mp4", **WAYS["fork2"],
            mode=Segments(blocks=2),
        )  # fmt: skip
    assert "workers=0" in str(caught.value)
    assert everything_in(tmp_path) == set()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Animation was deleted")
@pytest.mark.parametrize("way", ["fork2", "spawn2"])
def test_an_artist_that_lies_makes_the_movie_anew(tmp_path: Path, way: str) -> None:
    full = encode(misleading(), tmp_path / "full.rgba", redraw="full", workers=0, **RAW)
    with pytest.warns(RetainedWarning, match="xaxis of axes 0|came out otherwise") as caught:
        movie = encode(
            misleading(), tmp_path / "m.rgba", **RAW, **WAYS[way], mode=Segments(blocks=3)
        )
    assert len([one for one in caught if one.category is RetainedWarning]) == 1
    assert movie.path.read_bytes() == full.path.read_bytes()
    assert movie.mode == "segments"
    with pytest.raises(framepipe.FrameMismatch, match="xaxis of axes 0"):
        encode(
            misleading(), tmp_path / "m.rgba", **RAW, **WAYS[way], mode="segments", redraw="verify"
        )
    assert everything_in(tmp_path) == {"full.rgba", "m.rgba"}


# ---------------------------------------------------------------------------------- deaths


@pytest.mark.thinned(4)
@pytest.mark.parametrize("way", ["fork1", "fork2", "spawn2"])
@pytest.mark.parametrize("frame", [0, 23])
def test_a_worker_killed_once_is_replaced_and_the_movie_is_whole(
    tmp_path: Path, way: str, frame: int
) -> None:
    once = tmp_path / "once"

    def die() -> None:
        try:
            once.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    told: list[int] = []
    movie = encode(
        clip(FRAMES, at(frame, die)), tmp_path / "m.rgba", **RAW, **WAYS[way],
        mode=Segments(blocks=4), progress_callback=lambda i, n: told.append(i),
    )  # fmt: skip
    assert numbers_in(movie) == list(range(FRAMES))
    assert told == list(range(FRAMES)), "no frame is told twice"
    assert movie.report.restarts == 1
    assert everything_in(tmp_path) == {"m.rgba", "once"}
    assert children() == ([], [])


def test_a_worker_killed_from_outside_takes_its_ffmpeg_along(tmp_path: Path) -> None:
    killed: list[Any] = []

    def look(i: int, n: int | None) -> None:
        if i == 5:
            encoders, workers = children()
            worker = workers[0]
            killed.extend(one for one in encoders if one.ppid() == worker.pid)
            worker.kill()

    movie = encode(
        clip(FRAMES, slowly), tmp_path / "m.rgba", **RAW, **WAYS["fork2"],
        mode=Segments(blocks=2), progress_callback=look,
    )  # fmt: skip
    assert len(killed) == 1
    assert is_over(killed[0])
    assert movie.report.restarts == 1
    assert numbers_in(movie) == list(range(FRAMES))


@pytest.mark.parametrize("way", ["fork1", "fork2", "spawn2"])
def test_a_frame_that_kills_every_worker_ends_the_movie(tmp_path: Path, way: str) -> None:
    target = tmp_path / "m.mp4"
    target.write_text("old")
    with pytest.raises(
        WorkerDied, match=r"while drawing block \d .*so did its successor"
    ) as caught:
        encode(
            clip(FRAMES, at(13, lambda: os.kill(os.getpid(), signal.SIGKILL))), target,
            **WAYS[way], mode=Segments(blocks=4),
        )  # fmt: skip
    assert caught.value.exitcode == -signal.SIGKILL
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.mp4"}
    assert children() == ([], [])


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_an_ffmpeg_that_is_killed_is_told(tmp_path: Path, way: str) -> None:
    def look(i: int, n: int | None) -> None:
        if i == 5:
            (first,) = (one for one in children()[0] if "000000.mp4" in one.cmdline()[-1])
            first.kill()

    begin = time.monotonic()
    with pytest.raises(EncoderError, match="SIGKILL") as caught:
        encode(
            clip(10_000, slowly), tmp_path / "m.mp4", **WAYS[way], mode=Segments(blocks=2),
            progress_callback=look,
        )  # fmt: skip
    assert time.monotonic() - begin < 10
    assert caught.value.returncode == -9
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


# ------------------------------------------------------------------- Ctrl-C, and the main process


def lines(
    way: str, *, at: int = 20, frames: int = 100_000, mode: str = "'segments'", before: str = ""
) -> str:
    return makes_a_movie(way, frames=frames, at=at, before=before, mode=mode)


def interrupted(folder: Path, text: str, *, group: bool = True) -> None:
    """Run a script, and press Ctrl-C when it says "now"."""
    (folder / "movie.mp4").write_text("old")
    files = everything_in(folder) | {"script.py"}
    with script(folder, text) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "now\n"
        begin = time.monotonic()
        if group:
            os.killpg(running.pid, signal.SIGINT)
        else:
            os.kill(running.pid, signal.SIGINT)
        said, complaint = running.communicate(timeout=30)
        assert time.monotonic() - begin < 3
        wait_until(lambda: not in_session(running.pid), 1, "nobody left behind")
        assert running.returncode == -signal.SIGINT, complaint
    assert "made" not in said
    assert complaint.rstrip().endswith("KeyboardInterrupt")
    assert complaint.count("Traceback") == 1, "one process complains, and of one thing"
    assert everything_in(folder) == files
    assert (folder / "movie.mp4").read_text() == "old"


@pytest.mark.thinned(4)
@pytest.mark.parametrize(
    ("way", "group"), [("here", True), ("fork2", True), ("fork2", False), ("spawn2", True)]
)
def test_ctrl_c_midway_ends_all(tmp_path: Path, way: str, group: bool) -> None:
    interrupted(tmp_path, lines(way), group=group)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("name", ["movie.mp4", "movie.gif"])
@pytest.mark.parametrize("way", ["here", "fork2"])
def test_ctrl_c_while_segments_are_joined_ends_all(tmp_path: Path, way: str, name: str) -> None:
    program = tmp_path / "lingers"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in\n*concat*) echo now > "{tmp_path}/now"; exec sleep 600;;\nesac\n'
        f'exec "{FFMPEG}" "$@"\n'
    )
    program.chmod(0o755)
    os.mkfifo(tmp_path / "now")
    # A moment later, as a process that has begun is not yet one that Python has started.
    before = f"""
mpl.rcParams['animation.ffmpeg_path'] = {str(program)!r}
import threading, time
def wait():
    said = open({str(tmp_path / "now")!r}).read()
    time.sleep(0.3)
    print(said, end="", flush=True)
threading.Thread(target=wait, daemon=True).start()
"""
    text = lines(way, at=-1, frames=10, mode="Segments(blocks=2)", before=before)
    interrupted(tmp_path, text.replace("movie.mp4", name))


def test_ctrl_c_in_an_own_stitcher_ends_all(tmp_path: Path) -> None:
    before = """
import time
class Waits:
    def stitch(self, segments, filename):
        print("now", flush=True)
        time.sleep(600)
"""
    mode = "Segments(blocks=2, keep=True, stitcher=Waits())"
    interrupted(tmp_path, lines("fork2", at=-1, frames=10, mode=mode, before=before))


@pytest.mark.parametrize("way", ["fork2", "spawn2"])
def test_when_the_main_process_is_killed_all_others_end(tmp_path: Path, way: str) -> None:
    (tmp_path / "movie.mp4").write_text("old")
    with script(tmp_path, lines(way)) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "now\n"

        def ffmpegs() -> int:
            names = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in in_session(running.pid)]
            return sum(b"ffmpeg" in name.split(b"\0")[0] for name in names)

        # The other worker is still on its way to its first block.
        wait_until(ffmpegs, 10, "an ffmpeg")
        running.kill()
        running.wait()
        wait_until(lambda: not in_session(running.pid), 5, "all processes gone")
    assert (tmp_path / "movie.mp4").read_text() == "old"
    # Nobody was left who could have removed them; that much is documented.
    for one in tmp_path.glob(".framepipe-*"):
        subprocess.run(["rm", "-r", str(one)], check=True)


# ------------------------------------------------------------------------- no shared memory

STARVED = """
import logging, resource, sys
import matplotlib as mpl
mpl.use("agg")
from clips import clip, numbers_in, everything_in
from framepipe import encode
from pathlib import Path

logging.basicConfig(format="%(name)s %(levelname)s %(message)s")
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
try:
    movie = encode(clip(20, pixels=400), "movie.mp4", workers=2, **{options})
    print(movie.mode, movie.frames)
except Exception as error:
    print(type(error).__mro__[-4:-2], error)
"""


def starved(folder: Path, **options: Any) -> tuple[str, str]:
    """Make a movie in a process whose files, the memory's too, must be small."""
    with script(folder, STARVED.format(options=repr(options))) as running:
        said, complaint = running.communicate(timeout=60)
    return said.strip(), complaint.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="memfd")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_without_shared_memory_the_movie_is_made_in_segments(tmp_path: Path, method: str) -> None:
    said, complaint = starved(tmp_path, start_method=method)
    assert said == "segments 20"
    (line,) = complaint.splitlines()
    assert line.startswith("framepipe.modes.make WARNING there is no shared memory for the frames")
    assert "the movie is made in segments" in line
    assert everything_in(tmp_path) == {"movie.mp4", "script.py"}


@pytest.mark.skipif(sys.platform != "linux", reason="memfd")
def test_without_shared_memory_the_pipe_is_an_oserror(tmp_path: Path) -> None:
    said, complaint = starved(tmp_path, mode="pipe")
    assert "OSError" in said
    assert "File too large" in said
    assert complaint == ""
    assert everything_in(tmp_path) == {"script.py"}


@pytest.mark.skipif(sys.platform != "linux", reason="memfd")
def test_segments_need_no_shared_memory(tmp_path: Path) -> None:
    assert starved(tmp_path, mode="segments") == ("segments 20", "")


def test_a_movie_in_segments_is_the_pipes(tmp_path: Path) -> None:
    """The plain case, to hold all others against."""
    assert encode_and_read(clip(FRAMES), tmp_path / "m.rgba", mode="segments", workers=2) == list(
        range(FRAMES)
    )
