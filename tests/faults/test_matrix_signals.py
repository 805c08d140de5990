"""The matrix, third part: signals to the program itself, at every moment, in every mode.

SIGINT is Ctrl-C, SIGTERM and SIGHUP are how batch systems, ``docker stop`` and a closed terminal
end a program: it ends by that signal, as it would have without us, and nothing is left.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from clips import everything_in, in_session, script, wait_until
from promise import FRAMES, MODES, MOMENTS, QUICK, SOON

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals, /proc")

LINES = """
import os, signal, sys, time
import matplotlib as mpl
mpl.use("agg")
from clips import clip
from pathlib import Path
from promise import make

number, moment, mode = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def told(i, n):
    if i == moment:
        print(time.monotonic(), flush=True)
        os.kill(os.getpid(), number)
        time.sleep(0.01)  # another thread may take it first

def begins():
    told(-1, None)
    return clip({frames}, lambda i: time.sleep(0.002))

if __name__ == "__main__":
    animation = begins() if mode == "writer" else begins
    make(animation, Path("m.rgba"), mode, progress_callback=told)
    print("made", flush=True)
"""

SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "HUP": signal.SIGHUP}


def cases() -> list[Any]:
    found = []
    for name in SIGNALS:
        for moment in ["start-up", *MOMENTS]:
            for mode in MODES:
                if mode == "executor":
                    continue  # a signal leaves a pool's processes behind, with or without us
                far = mode not in QUICK  # where processes take seconds to start
                if far and (moment != "midway" or name != "TERM"):
                    continue
                if name == "HUP" and mode != "segments":  # the same handler as SIGTERM's
                    continue
                # What the writer of matplotlib's own loop leaves, or not, is its own affair there.
                if mode == "writer" and name != "INT":
                    continue
                quick = (name, moment, mode) in {
                    ("TERM", "midway", "pipe"), ("HUP", "first", "segments"),
                }  # fmt: skip
                marks = [] if quick else [pytest.mark.slow]
                ids = f"{name}-{moment}-{mode}"
                found.append(pytest.param(name, moment, mode, marks=marks, id=ids))
    return found


@pytest.mark.parametrize(("name", "moment", "mode"), cases())
def test_a_signal_ends_the_program_and_nothing_is_left(
    tmp_path: Path, name: str, moment: str, mode: str
) -> None:
    (tmp_path / "m.rgba").write_text("old")
    frame = {"start-up": -1, **MOMENTS}[moment]
    number = SIGNALS[name]
    lines = LINES.replace("{frames}", str(FRAMES))
    # A short name, for Python's fork server has a socket in there.
    temporary = Path(tempfile.mkdtemp(prefix="t"))
    env = {"TMPDIR": str(temporary)}
    with script(tmp_path, lines, str(int(number)), str(frame), mode, env=env) as running:
        said, complaint = running.communicate(timeout=60)
        over = time.monotonic()
        wait_until(lambda: not in_session(running.pid), SOON, "nobody left behind")
    assert running.returncode == -number, complaint
    sent, *more = said.split()
    assert more == []
    assert over - float(sent) < SOON
    assert everything_in(tmp_path) == {"m.rgba", "script.py"}
    shutil.rmtree(next(temporary.glob("pymp-*"), ""), ignore_errors=True)  # Python's own
    assert everything_in(temporary) == set()
    temporary.rmdir()
    assert (tmp_path / "m.rgba").read_text() == "old"
