"""Who takes part: the same few names of each, and the right movie of each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import contenders
from benchmarks.measuring.decoded_movie import decode, problem
from benchmarks.measuring.ffmpeg import ffmpeg_path
from benchmarks.measuring.fresh_process import launch


def test_every_contender_keeps_to_the_same_few_names() -> None:
    assert contenders.names()[0] == "serial"
    for name in contenders.names():
        one = contenders.load(name)
        assert name == one.NAME
        assert isinstance(one.promises_identity, bool)
        assert one.drawing in {"full", "retained"}
        assert one.available() is None or isinstance(one.available(), str)
        assert callable(one.run)


PEERS = {
    "imageio_ffmpeg": "imageio_ffmpeg",
    "matplotloom": "matplotloom",
    "moviepy": "moviepy",
    "parallel_animate": "parallel_animate",
    "streamjoy": "streamjoy",
}


def gray(path: Path) -> Any:
    """Return a movie's frames, as numbers that may be subtracted."""
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    command = [ffmpeg_path(), "-nostdin", "-loglevel", "error", "-i", str(path), *raw]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 480, 640).astype(int)


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_makes_the_movie_or_says_why_not(name: str, tmp_path: Path) -> None:
    peer = contenders.load(name)
    reason = peer.available()
    if reason is not None:
        assert isinstance(reason, str)
        assert reason
        return
    frames, movies = 6, {one: tmp_path / f"{one}.mp4" for one in ("serial", name)}
    for one, path in movies.items():
        asked = [
            "benchmarks.runner.single_run",
            "pendulum",
            one,
            "--frames",
            str(frames),
            "--output",
            str(path),
        ]
        facts = launch(asked, timeout=150)
        assert facts["frames"] == frames
        assert facts["wall"] > 0
        assert facts["cpu"] > 0
    truth, found = (decode(path, ffmpeg_path()) for path in movies.values())
    assert truth.size == "640x480"
    assert problem(found, truth, frames, identity=peer.promises_identity) is None
    # Whoever promises nothing must still show the same things in the same order: each frame is
    # nearer to that of Animation.save than to any other.
    true, shown = (gray(path) for path in movies.values())
    nearest = [int(np.abs(true - one).mean(axis=(1, 2)).argmin()) for one in shown]
    assert nearest == list(range(frames))


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_that_is_not_installed_says_how_to_install_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, PEERS[name], None)
    reason = contenders.load(name).available()
    assert reason is not None
    if sys.platform == "linux":
        assert PEERS[name] in reason
        assert "pip install 'framepipe[bench" in reason
