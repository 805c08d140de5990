"""Faults in a notebook's cell: told there, nothing is left, and the next cell works."""

from __future__ import annotations

from pathlib import Path

import pytest
from clips import everything_in
from notebook import executed

pytestmark = [pytest.mark.slow]

SETUP = """
import os, signal, threading
from collections import Counter
import matplotlib.pyplot as plt
import psutil
from matplotlib.animation import FuncAnimation
import framepipe

def descriptor(name):
    try:
        return os.readlink(f"/proc/self/fd/{name}")
    except OSError:  # that of the listing itself
        return ""

def what_there_is():
    files = map(descriptor, os.listdir("/proc/self/fd"))
    files = [file for file in files if file and not file.endswith(".ttf")]  # matplotlib keeps them
    return psutil.Process().children(recursive=True), sorted(files), threading.active_count()

fig, ax = plt.subplots(figsize=(1, 1))
(line,) = ax.plot([0, 1])

def update(i):
    if i == 9 and fault == "raises":
        raise LookupError("no such thing")
    if i == 9 and fault == "dies" and os.getpid() != kernel:
        os._exit(3)
    line.set_ydata([0, i])

def told(i, n):
    if i == 9 and fault == "is interrupted":
        os.kill(kernel, signal.SIGINT)

def make(name):
    ani = FuncAnimation(fig, update, 30)
    return framepipe.encode(ani, name, fps=10, workers=2, mode=mode, progress_callback=told)

kernel, fault, mode = os.getpid(), "", {mode!r}
make("first.mp4")
before = what_there_is()
"""

AFTER = """
plt.close("all")
now = what_there_is()
print(now == before, *(Counter(b) - Counter(a) for a, b in zip(before[:2], now)), now[2])
"""


@pytest.mark.parametrize(
    ("mode", "fault", "error"),
    [
        ("pipe", "raises", "FrameError"),
        ("segments", "dies", "WorkerDied"),
        ("pipe", "is interrupted", "KeyboardInterrupt"),
        ("segments", "is interrupted", "KeyboardInterrupt"),
    ],
)
def test_a_cell_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, mode: str, fault: str, error: str
) -> None:
    setup, failed, after, again, _ = executed(
        tmp_path,
        SETUP.replace("{mode!r}", repr(mode)),
        f"fault = {fault!r}\nmake('m.mp4')",
        AFTER,
        "fault = ''\nprint(make('m.mp4').frames)",
        errors=True,
    )
    assert [one for one in setup if one["output_type"] == "error"] == []
    (told,) = (one for one in failed if one["output_type"] == "error")
    assert told["ename"] == error
    if fault == "raises":
        assert "9" in told["evalue"]
    assert "".join(after[0]["text"]).startswith("True"), after
    assert "".join(again[0]["text"]) == "30\n"
    assert everything_in(tmp_path) == {"first.mp4", "m.mp4"}
