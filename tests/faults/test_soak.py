"""What takes long: limits, flatness, and random kills.  ``pytest -m soak -s`` runs and prints it.

``FRAMEPIPE_KILLS`` is the number of random kills for each way and animation (20), and
``FRAMEPIPE_BUSY=1`` has two processes spin beside them.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from clips import RAW, clip, everything_in, in_session, numbers_in, script, wait_until
from promise import Seen

from framepipe import EncoderError, FramepipeError, encode

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc"),
    pytest.mark.soak,
    pytest.mark.timeout(3600),
]


# ------------------------------------------------------------------------------- limits, flatness


def measured() -> dict[str, int]:
    """Memory of this process in KiB, and how much there is of what could be left."""
    gc.collect()
    me = psutil.Process()
    return {
        "memory": me.memory_info().rss // 1024,
        "fds": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
        "processes": len(me.children(recursive=True)),
    }


@contextmanager
def flat(request: pytest.FixtureRequest, *, memory: int = 64 * 1024) -> Iterator[None]:
    """Print what there is before and after; nothing may have grown, memory by so many KiB."""
    before = measured()
    begin = time.monotonic()
    yield
    after = measured()
    print(f"\n{request.node.name}: {time.monotonic() - begin:.1f} s")
    for name, count in before.items():
        print(f"    {name:10} {count:9} -> {after[name]:9}")
    assert after["memory"] - before["memory"] < memory
    assert {**after, "memory": 0} == {**before, "memory": 0}


@pytest.fixture(autouse=True)
def warm(tmp_path: Path) -> None:
    """What is imported by the first movie is not what a movie takes."""
    encode(clip(2), tmp_path / "warm.mkv", workers=1)
    (tmp_path / "warm.mkv").unlink()


#: Size in pixels (of a square's width), frames, and how.
LIMITS: dict[str, tuple[int, int, dict[str, Any]]] = {
    "8K frames": (7680, 4, {"workers": 2, "codec": "mpeg4"}),
    "16,384 px wide": (16384, 2, {"height": 64, "workers": 1, "codec": "png"}),
    "1 x 1 px": (1, 50, {"workers": 2, **RAW}),
    "one frame": (32, 1, {"workers": 2, **RAW}),
    "one frame in segments": (32, 1, {"workers": 2, "mode": "segments", **RAW}),
    "20,000 frames": (32, 20_000, {"workers": 2, **RAW}),
    "20,000 frames in segments": (32, 20_000, {"workers": 2, "mode": "segments", **RAW}),
    "20,000 frames here": (32, 20_000, {"workers": 0, **RAW}),
    "32 workers": (32, 500, {"workers": 32, **RAW}),
    "32 workers in segments": (32, 500, {"workers": 32, "mode": "segments", **RAW}),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits(tmp_path: Path, request: pytest.FixtureRequest, name: str) -> None:
    pixels, frames, options = LIMITS[name]
    options = dict(options)
    height = options.pop("height", None)
    path = tmp_path / ("m.mkv" if "extra_args" not in options else "m.rgba")
    with flat(request):
        movie = encode(clip(frames, pixels=pixels, height=height), path, **options)
        assert (movie.width, movie.height) == (pixels, height or pixels)
        assert movie.frames == frames
        if path.suffix == ".rgba":
            assert numbers_in(movie) == list(range(frames))
        assert everything_in(tmp_path) == {path.name}
        del movie


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_more_pixels_than_ffmpeg_takes_are_told(
    tmp_path: Path, request: pytest.FixtureRequest, mode: Any
) -> None:
    with flat(request), pytest.raises(EncoderError, match="a smaller dpi=, or a smaller figure"):
        encode(clip(1, pixels=16384), tmp_path / "m.mkv", codec="png", workers=1, mode=mode)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_two_hundred_one_after_another(
    tmp_path: Path, request: pytest.FixtureRequest, mode: Any
) -> None:
    for _ in range(10):  # what is kept once is not what a movie takes
        encode(clip(5), tmp_path / "m.rgba", workers=2, mode=mode, **RAW)
    with flat(request, memory=16 * 1024):
        for _ in range(200):
            encode(clip(5), tmp_path / "m.rgba", workers=2, mode=mode, **RAW)
    assert everything_in(tmp_path) == {"m.rgba"}


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_sixty_four_descriptors(tmp_path: Path, request: pytest.FixtureRequest, mode: Any) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with flat(request):
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
        try:
            movie = encode(clip(40), tmp_path / "m.rgba", workers=4, mode=mode, **RAW)
            assert numbers_in(movie) == list(range(40))
            del movie
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_too_few_descriptors_are_an_error(tmp_path: Path, mode: Any) -> None:
    before, seen = resource.getrlimit(resource.RLIMIT_NOFILE), Seen.now()
    used = set(map(int, os.listdir("/proc/self/fd")))
    free = [number for number in range(256) if number not in used]
    for more in range(2, 40, 3):
        resource.setrlimit(resource.RLIMIT_NOFILE, (free[more], before[1]))
        try:
            movie = encode(clip(5), tmp_path / "m.rgba", workers=8, mode=mode, **RAW)
            assert movie.frames == 5
            del movie
        except (OSError, FramepipeError):
            pass
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert Seen.now().more_than(seen) == {}


# -------------------------------------------------------------------------------- random kills

KILLS = int(os.environ.get("FRAMEPIPE_KILLS", "20"))

LINES = """
import hashlib, json, sys
import matplotlib as mpl
mpl.use("agg")
import numpy as np
from pathlib import Path
from clips import RAW, flat
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from framepipe import Segments, encode

def pendulum():
    figure = Figure(figsize=(2, 2), dpi=60)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlim=(-2, 2), ylim=(-2, 2))
    (line,) = axes.plot([], [], "o-")
    def update(i):
        line.set_data([0, np.sin(i / 9)], [0, -np.cos(i / 9)])
        return (line,)
    return FuncAnimation(figure, update, 60, init_func=tuple)

def walk():
    figure = Figure(figsize=(2, 2), dpi=60)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlim=(0, 60), ylim=(-20, 20))
    (line,) = axes.plot([], [])
    chance, path = np.random.default_rng(1), [0.0]
    def update(i):
        path.append(path[-1] + chance.normal())
        line.set_data(range(len(path)), path)
        axes.set_title(f"{path[-1]:.3f}")
        return (line,)
    return FuncAnimation(figure, update, 60, init_func=tuple)

options = {"pipe": {}, "segments": {"mode": Segments(blocks=4)}}[sys.argv[1]]
print("begins", flush=True)
movie = encode({"pendulum": pendulum, "walk": walk}[sys.argv[2]](), "m.rgba", workers=2, **RAW,
               **options)
size, data = 4 * movie.width * movie.height, Path("m.rgba").read_bytes()
print(json.dumps([hashlib.sha256(data[i : i + size]).hexdigest()
                  for i in range(0, len(data), size)]), flush=True)
"""


@pytest.fixture
def busy() -> Iterator[None]:
    """Two processes that spin beside us, if that is asked for."""
    count = 2 if os.environ.get("FRAMEPIPE_BUSY") else 0
    spin = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    yield
    for one in spin:
        one.kill()
        one.wait()


@pytest.mark.parametrize("animation", ["pendulum", "walk"])
@pytest.mark.parametrize("mode", ["pipe", "segments"])
@pytest.mark.usefixtures("busy")
def test_random_kills(tmp_path: Path, mode: str, animation: str) -> None:
    """Whole, every frame that of an undisturbed run; or a clear error; and nothing left."""
    with script(tmp_path, LINES, mode, animation) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "begins\n"
        begin = time.monotonic()
        said, complaint = running.communicate(timeout=120)
        takes = time.monotonic() - begin
    truth = json.loads(said.splitlines()[-1])
    assert len(truth) == 60, complaint
    (tmp_path / "m.rgba").unlink()
    chance = random.Random(12)
    tally: dict[str, int] = {}
    for _ in range(KILLS):
        how = one_kill(tmp_path, mode, animation, truth, chance, takes)
        tally[how] = tally.get(how, 0) + 1
    print(f"\n{KILLS} random kills, {animation} in {mode}: {dict(sorted(tally.items()))}")


def one_kill(
    folder: Path, mode: str, animation: str, truth: list[str], chance: random.Random, takes: float
) -> str:
    """Run it, kill one of its processes at some moment; return who was killed and how it ended."""
    (folder / "m.rgba").write_text("old")
    killed = "nobody"
    with script(folder, LINES, mode, animation) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == "begins\n"
        time.sleep(chance.random() * 0.7 * takes)  # its end is the interpreter's
        victims = in_session(running.pid)
        if victims:
            victim = chance.choice(victims)
            with suppress(psutil.Error, ProcessLookupError):
                name = psutil.Process(victim).name()
                killed = (
                    "parent"
                    if victim == running.pid
                    else "ffmpeg"
                    if "ffmpeg" in name
                    else "worker"
                )
                os.kill(victim, signal.SIGKILL)
        said, complaint = running.communicate(timeout=120)
        wait_until(lambda: not in_session(running.pid), 5, "nobody left")
    if killed == "parent" and running.returncode == -signal.SIGKILL:
        assert (folder / "m.rgba").read_bytes() == b"old" or len(truth) == whole(folder, truth)
        # Nobody was left to clean up: the next run does.
        (folder / "m.rgba").unlink()
        with script(folder, LINES, mode, animation) as running:
            said, complaint = running.communicate(timeout=120)
        assert json.loads(said.splitlines()[1]) == truth
        ended = "whole the next time"
    elif running.returncode == 0:
        assert json.loads(said.splitlines()[-1]) == truth
        ended = "whole"
    else:
        assert "framepipe.errors." in complaint.splitlines()[-1] or "Error" in complaint, complaint
        assert (folder / "m.rgba").read_bytes() == b"old"
        ended = "error"
    assert everything_in(folder) == {"m.rgba", "script.py"}
    (folder / "m.rgba").unlink()
    return f"{killed}: {ended}"


def whole(folder: Path, truth: list[str]) -> int:
    """How many frames of the movie are right."""
    data = (folder / "m.rgba").read_bytes()
    size = len(data) // len(truth)
    found = [hashlib.sha256(data[i : i + size]).hexdigest() for i in range(0, len(data), size)]
    return sum(a == b for a, b in zip(found, truth, strict=False))
