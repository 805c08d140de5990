"""``python -m framepipe``: the demo movie, and errors in one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clips import FFMPEG, everything_in, in_session, wait_until

from framepipe import __version__
from framepipe.cli import main


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "framepipe", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=100,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip


def frames_of(movie: Path) -> list[tuple[int, int]]:
    """The size of each frame that a player would show."""
    done = subprocess.run(
        [FFMPEG, "-loglevel", "error", "-i", str(movie), "-f", "framecrc", "-"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    size = re.search(r"#dimensions 0: (\d+)x(\d+)", done.stdout)
    assert size is not None
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    return [(int(size[1]), int(size[2]))] * len(lines)


@pytest.mark.slow
def test_the_demo_makes_a_movie_and_tells_how_long_it_took(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "a movie.mp4", "--frames", "12")
    assert done.returncode == 0
    assert done.stderr == ""
    assert frames_of(tmp_path / "a movie.mp4") == [(640, 480)] * 12
    assert "12 frames of 640x480" in done.stdout
    assert "a movie.mp4" in done.stdout
    assert re.search(r"time +\d+\.\d\d s", done.stdout)
    assert everything_in(tmp_path) == {"a movie.mp4"}


def test_without_a_name_the_demo_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "--frames", "2", "--workers", "0"]) == 0
    assert everything_in(tmp_path) == {"double_pendulum.mp4"}
    assert "double_pendulum.mp4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo", "not/there/movie.mp4", "--frames", "3"], "not/there"),
        (["demo", ".", "--frames", "3"], "folder"),
        (["demo", "movie.png", "--frames", "3"], "png"),
        (["demo", "movie.mp4", "--frames", "3", "--workers", "-1"], "workers"),
    ],
)
def test_an_error_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("framepipe: ")
    assert says in said[0]
    assert everything_in(tmp_path) == set()


def test_ffmpegs_words_are_shown_without_a_traceback(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "movie.xyz", "--frames", "3")
    assert done.returncode == 1
    assert done.stderr.startswith("framepipe: ffmpeg failed")
    assert "Traceback" not in done.stderr
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize(
    "arguments",
    [[], ["bogus"], ["demo", "--frames", "many"], ["demo", "--frames", "0"]],
)
def test_wrong_usage_is_told_with_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_ctrl_c_is_no_traceback_and_leaves_nothing(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "framepipe", "demo", "--frames", "3000"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    with running:
        try:
            wait_until(lambda: list(tmp_path.glob(".framepipe-*")), 60, "the movie begun")
            begin = time.monotonic()
            os.killpg(running.pid, signal.SIGINT)
            _, complaint = running.communicate(timeout=30)
            assert time.monotonic() - begin < 2
        finally:
            running.kill()
    assert running.returncode == 130
    assert complaint == "stopped; no movie was made\n"
    assert everything_in(tmp_path) == set()
    wait_until(lambda: not in_session(running.pid), 2, "nobody left behind")
