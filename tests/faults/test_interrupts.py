"""Ctrl-C, and the death of the main process: soon over, and nobody is left behind.

Each test runs a script as a user would, in a session of its own, so that whoever is left in it
can be found.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from clips import everything_in, in_session, makes_a_movie, script, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and signals")


#: Takes all frames, then never ends.
LINGERS = """#!/bin/sh
cat > /dev/null
exec sleep 600
"""


def interrupted(
    folder: Path,
    way: str,
    *,
    at: int | str = 20,
    frames: int = 100_000,
    before: str = "",
    group: bool = True,
) -> None:
    """Run the script, and press Ctrl-C when it says "now"."""
    lines = makes_a_movie(way, at=at, frames=frames, before=before)
    (folder / "movie.mp4").write_text("old")
    files = everything_in(folder) | {"script.py"}
    with script(folder, lines) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "now\n"
        begin = time.monotonic()
        # The terminal sends it to the whole group, `kill -INT` to one process.
        if group:
            os.killpg(running.pid, signal.SIGINT)
        else:
            os.kill(running.pid, signal.SIGINT)
        said, complaint = running.communicate(timeout=30)
        assert time.monotonic() - begin < 5  # 2 on a machine that has nothing else to do
        # Python's resource tracker sees that its program is over when that is over.
        wait_until(lambda: not in_session(running.pid), 1, "nobody left behind")
        assert running.returncode == -signal.SIGINT, complaint  # Python ends so by Ctrl-C
    assert "made" not in said
    assert complaint.rstrip().endswith("KeyboardInterrupt")
    assert complaint.count("Traceback") == 1, "one process complains, and of one thing"
    assert everything_in(folder) == files
    assert (folder / "movie.mp4").read_text() == "old"


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    ("way", "group"),
    [("here", True), ("fork2", True), ("fork2", False), ("spawn2", True), ("forkserver2", True)],
)
def test_ctrl_c_midway_ends_all(tmp_path: Path, way: str, group: bool) -> None:
    interrupted(tmp_path, way, group=group)


@pytest.mark.parametrize("way", ["fork2", "spawn2"])
def test_ctrl_c_while_workers_start_ends_all(tmp_path: Path, way: str) -> None:
    before = """
import time
import framepipe.engines.workers.pool as pool
really = pool.Worker
def started(index, *args, **options):
    if index == 0:
        print("now", flush=True)
        while True:
            time.sleep(0.01)
    return really(index, *args, **options)
pool.Worker = started
"""
    interrupted(tmp_path, way, before=before)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("way", ["fork2", "spawn2", "forkserver2"])
def test_ctrl_c_never_reaches_a_worker(tmp_path: Path, way: str) -> None:
    """From its very first moment, when it could only print a traceback of Python's innards."""
    before = """
import re
import framepipe.engines.workers.pool as pool
really = pool.Worker
def started(index, process, *args, **options):
    status = open(f"/proc/{process.pid}/status").read()
    deaf = [int(re.search(rf"{key}:\\s*(\\w+)", status)[1], 16) for key in ("SigBlk", "SigIgn")]
    print("deaf" if any(mask >> (2 - 1) & 1 for mask in deaf) else "hears it")
    return really(index, process, *args, **options)
pool.Worker = started
"""
    lines = makes_a_movie(way, frames=9, before=before)
    with script(tmp_path, lines) as running:
        said, complaint = running.communicate(timeout=60)
    assert complaint == ""
    assert said.split() == ["deaf", "deaf", "made"]


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_ctrl_c_while_ffmpeg_ends_the_movie_ends_all(tmp_path: Path, way: str) -> None:
    program = tmp_path / "lingers"
    program.write_text(LINGERS)
    program.chmod(0o755)
    before = f"mpl.rcParams['animation.ffmpeg_path'] = {str(program)!r}"
    interrupted(tmp_path, way, at=4, frames=5, before=before)


def test_ctrl_c_while_ffmpeg_takes_no_frames_ends_all(tmp_path: Path) -> None:
    """The main process waits for room in the pipe then, and holds a frame of the ring."""
    program = tmp_path / "lingers"
    program.write_text(LINGERS.replace("cat > /dev/null", "head -c 4000000 > /dev/null"))
    program.chmod(0o755)
    before = (
        f"mpl.rcParams['animation.ffmpeg_path'] = {str(program)!r}\n"
        "really = clip\n"
        "clip = lambda frames: really(frames, pixels=600)"
    )
    interrupted(tmp_path, "fork2", at=2, before=before)


@pytest.mark.parametrize("way", ["fork2", "spawn2", "forkserver2"])
def test_when_the_main_process_is_killed_all_others_end(tmp_path: Path, way: str) -> None:
    (tmp_path / "movie.mp4").write_text("old")
    lines = makes_a_movie(way, at=20, frames=100_000)
    with script(tmp_path, lines) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "now\n"
        names = [psutil.Process(pid).name() for pid in in_session(running.pid)]
        assert sum("ffmpeg" in name for name in names) == 1
        assert len(names) >= 4, "it, two workers, ffmpeg"
        killed(running, tmp_path)
    assert (tmp_path / "movie.mp4").read_text() == "old"


def killed(running: subprocess.Popen[str], folder: Path) -> None:
    """Kill the main process; all others must be gone soon."""
    running.kill()
    running.wait()
    wait_until(lambda: not in_session(running.pid), 5, "all processes gone")
    # Nobody was left who could have removed it; that much is documented.
    (part,) = folder.glob(".framepipe-*")
    part.unlink()


def test_a_replacement_outlives_the_main_process_no_more_than_the_others(tmp_path: Path) -> None:
    before = """
from clips import children
import os, signal
def told(i, n):
    if i == 10:
        os.kill(children()[1][0].pid, signal.SIGKILL)
    if i == 60:
        print("now", flush=True)
"""
    lines = makes_a_movie("fork2", frames=100_000, before=before)
    with script(tmp_path, lines) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "now\n"
        killed(running, tmp_path)


OWN_PROCESSES = """
import multiprocessing, signal
from clips import clip, masked_signals
from framepipe import encode

if __name__ == "__main__":
    encode(clip(3), "movie.mp4", workers=2, start_method="forkserver")
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        print("its processes", signal.SIGINT in pool.apply(masked_signals))
    print("it itself", signal.SIGINT in masked_signals())
"""


@pytest.mark.slow
def test_the_programs_own_processes_are_not_deaf_afterwards(tmp_path: Path) -> None:
    """Nor is the fork server that they come from, which is the program's alone."""
    with script(tmp_path, OWN_PROCESSES) as running:
        said, complaint = running.communicate(timeout=60)
    assert complaint == ""
    assert said.splitlines() == ["its processes False", "it itself False"]
