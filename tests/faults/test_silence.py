"""A worker or ffmpeg that never answers: the movie waits, says for whom, and Ctrl-C works."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from clips import WAYS, everything_in, in_session, script, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc and real-time signals")

LINES = """
import os, signal
from pathlib import Path
import matplotlib as mpl
mpl.use("agg")
from clips import children, clip
from framepipe import encode
from framepipe.engines.workers import silence

def spin(number):
    while number == 30:
        pass

def told(i, n):
    if i == 10:
        silence.SILENT = 0.5  # not before, for a worker takes a while to get ready
        for which in {stopped}:
            os.kill(children()[which][0].pid, signal.SIGSTOP)

encode(clip(400, {update}, pixels={pixels}), "movie.mp4", progress_callback=told, **{way})
"""

SPINS = {"update": "spin", "stopped": [], "pixels": 32}
STOPPED = {"update": None, "stopped": [1], "pixels": 32}
NO_ENCODER = {"update": None, "stopped": [0], "pixels": 600}

PIPE: dict[str, Any] = WAYS["fork2"]
SEGMENTS: dict[str, Any] = {**WAYS["fork2"], "mode": "segments"}


@pytest.mark.thinned(7)
@pytest.mark.parametrize(
    ("fault", "way", "words"),
    [
        (SPINS, PIPE, ["render worker", "which is to draw frame 3", "in spin"]),
        (SPINS, SEGMENTS, ["render worker", "which is to record frame", "in spin"]),
        (SPINS, WAYS["spawn2"], ["render worker", "which is to draw frame 3", "in spin"]),
        (STOPPED, PIPE, ["render worker", "which is to draw frame", "stopped: kill -CONT"]),
        (STOPPED, SEGMENTS, ["render worker", "which is to record", "stopped: kill -CONT"]),
        (NO_ENCODER, PIPE, ["on its way to the encoder", "has started is stopped"]),
        (NO_ENCODER, SEGMENTS, ["which is to record frame", "has started is stopped", "in wait"]),
    ],
)
def test_who_is_waited_for_is_said_and_ctrl_c_works(
    tmp_path: Path, fault: dict[str, Any], way: dict[str, Any], words: list[str]
) -> None:
    (tmp_path / "movie.mp4").write_text("old")
    with script(tmp_path, LINES.format(**fault, way=way)) as running:
        assert running.stderr is not None
        line = running.stderr.readline()
        assert "Ctrl-C ends the movie" in line, line
        begin = time.monotonic()
        os.killpg(running.pid, signal.SIGINT)
        complaint = running.stderr.read()  # communicate() would lose what readline() has ahead
        running.wait(30)
        assert time.monotonic() - begin < 2
        wait_until(lambda: not in_session(running.pid), 1, "nobody left behind")
    for word in words:
        assert word in line + complaint, line + complaint
    assert running.returncode == -signal.SIGINT
    assert everything_in(tmp_path) == {"movie.mp4", "script.py"}
    assert (tmp_path / "movie.mp4").read_text() == "old"
