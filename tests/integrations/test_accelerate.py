"""`Animation.save` under `accelerate`: the same movie, and the same world afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from clips import FFMPEG, RAW, everything_in, in_session, script, wait_until
from matplotlib.animation import AbstractMovieWriter, Animation, ArtistAnimation, FuncAnimation

import framepipe

FRAMES = 12
forks = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked")


@pytest.fixture(autouse=True)
def one_ffmpeg() -> Iterator[None]:
    """For `Animation.save` with and without framepipe."""
    with mpl.rc_context({"animation.ffmpeg_path": FFMPEG}):
        yield
    plt.close("all")


class World:
    """An animation with history in every place where one can be."""

    def __init__(self, bad: int | None = None) -> None:
        random.seed(5)
        np.random.seed(6)
        self.figure, axes = plt.subplots(figsize=(1, 1), dpi=60)
        (self.line,) = axes.plot([0, 1], [0, 1])
        self.steps: list[float] = []
        self.numbers = iter(range(1000, 1000 + FRAMES))
        self.bad = bad
        self.animation = FuncAnimation(
            self.figure, self.step, self.numbers, save_count=FRAMES, cache_frame_data=False
        )

    def step(self, number: int) -> None:
        if number == self.bad:
            raise LookupError(f"no {number}")
        self.steps.append(number + random.random() + np.random.random())
        self.line.set_ydata([0, self.steps[-1] % 1])

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "line": np.asarray(self.line.get_ydata()).tolist(),
            "left": list(self.numbers),
            "random": (random.random(), np.random.random()),
            "size": tuple(self.figure.get_size_inches()),
            "dpi": self.figure.dpi,
            "canvas": type(self.figure.canvas),
        }


@pytest.mark.parametrize("options", [{}, {"workers": 0}, {"mode": "segments"}], ids=str)
def test_the_movie_and_what_is_left_are_those_of_save(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    plain = World()
    told: list[tuple[int, int | None]] = []
    plain.animation.save(
        tmp_path / "plain.rgba", writer="ffmpeg", fps=10, **RAW,
        progress_callback=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    expected = plain.state()
    fast = World()
    told_fast: list[tuple[int, int | None]] = []
    with framepipe.accelerate(**options):
        fast.animation.save(
            tmp_path / "fast.rgba", writer="ffmpeg", fps=10, **RAW,
            progress_callback=lambda i, n: told_fast.append((i, n)),
        )  # fmt: skip
    assert (tmp_path / "fast.rgba").read_bytes() == (tmp_path / "plain.rgba").read_bytes()
    assert told_fast == told
    assert fast.state() == expected
    assert everything_in(tmp_path) == {"fast.rgba", "plain.rgba"}


def test_a_size_that_does_not_do_is_left_as_save_leaves_it(tmp_path: Path) -> None:
    sizes = []
    for fast in (False, True):
        world = World()
        world.figure.set_size_inches(101 / 60, 67 / 60)
        if fast:
            with framepipe.accelerate():
                world.animation.save(tmp_path / "m.mp4", fps=10)
        else:
            world.animation.save(tmp_path / "m.mp4", fps=10)
        sizes.append(tuple(world.figure.get_size_inches()))
    assert sizes[0] == sizes[1] != (101 / 60, 67 / 60)


@pytest.mark.parametrize("options", [{}, {"workers": 0}], ids=str)
def test_an_exception_comes_out_as_it_was_raised(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "m.rgba").write_text("old")
    with framepipe.accelerate(**options), pytest.raises(LookupError) as caught:
        World(bad=1007).animation.save(tmp_path / "m.rgba", writer="ffmpeg", **RAW)
    assert caught.value.args == ("no 1007",)
    assert caught.value.__notes__ == ["framepipe: frame 7"]
    assert (tmp_path / "m.rgba").read_text() == "old"
    assert everything_in(tmp_path) == {"m.rgba"}


class Noter(AbstractMovieWriter):
    """A user's own writer."""

    frames = 0

    def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        self.frames += 1

    def finish(self) -> None:
        pass


def test_what_is_not_framepipes_goes_to_matplotlib(tmp_path: Path) -> None:
    noter = Noter()
    with framepipe.accelerate():
        World().animation.save(tmp_path / "nothing", writer=noter)
        World().animation.save(tmp_path / "m.gif", writer="pillow")
        World().animation.save(tmp_path / "m.html", writer="html")
        with pytest.raises(ValueError, match="imagemogick"):
            World().animation.save(tmp_path / "m.mp4", writer="imagemogick")
    assert noter.frames == FRAMES
    assert (tmp_path / "m.gif").read_bytes()[:3] == b"GIF"
    assert "<img" in (tmp_path / "m.html").read_text()


def test_packages_that_save_by_themselves(tmp_path: Path) -> None:
    """As celluloid does: artists collected, saved by whoever calls ``animate().save()``."""
    figure, axes = plt.subplots(figsize=(1, 1), dpi=60)
    artists = [axes.plot([0, 1], [0, i]) for i in range(5)]
    seen: list[str] = []
    with framepipe.accelerate() as accelerated:
        animation = ArtistAnimation(figure, artists)
        seen.append(repr(accelerated))
        video = animation.to_html5_video()
    assert "on" in seen[0]
    assert video.startswith('<video width="60" height="60"')


def test_it_can_be_switched_off_again(tmp_path: Path) -> None:
    before = Animation.save, Animation.to_html5_video
    with framepipe.accelerate():
        assert Animation.save is not before[0]
        inner = framepipe.accelerate(workers=1)
        inner.stop()
        inner.stop()
        assert Animation.save is not before[0]
    assert (Animation.save, Animation.to_html5_video) == before


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(TypeError, match="'wrokers'"):
        framepipe.accelerate(wrokers=3)
    assert Animation.save.__module__ == "matplotlib.animation"


def test_what_the_updates_print_and_warn_is_seen_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = plt.figure(figsize=(1, 1), dpi=60)

    def step(i: int) -> None:
        print("step", i)
        warnings.warn(f"warned {i}", UserWarning, stacklevel=1)

    animation = FuncAnimation(figure, step, 4)
    with framepipe.accelerate(), pytest.warns(UserWarning, match="warned") as caught:
        animation.save(tmp_path / "m.rgba", writer="ffmpeg", **RAW)
    said = capsys.readouterr().out.splitlines()
    assert said == [f"step {i}" for i in (0, 0, 1, 2, 3)]  # as save: the first one twice
    assert {str(one.message) for one in caught} >= {f"warned {i}" for i in range(4)}


SCRIPT = """
import matplotlib
matplotlib.use("agg")
import framepipe
from clips import RAW, clip
framepipe.accelerate()
clip(100_000).save("m.rgba", writer="ffmpeg", **RAW,
    progress_callback=lambda i, n: print("now", flush=True) if i == 20 else None)
print("made", flush=True)
"""


@pytest.mark.thinned(3)
@forks
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_program_nobody_is_left(tmp_path: Path, number: int) -> None:
    lines = SCRIPT.replace(
        "import matplotlib\n",
        f"import matplotlib\nmatplotlib.rcParams['animation.ffmpeg_path'] = {FFMPEG!r}\n",
        1,
    )
    with script(tmp_path, lines) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "now\n"
        os.kill(running.pid, number)
        said, _ = running.communicate(timeout=30)
        wait_until(lambda: not in_session(running.pid), 10, "nobody left")
        assert running.returncode == -number
    assert said == ""
    assert everything_in(tmp_path) == {"script.py"}


@forks
def test_a_fork_that_dies_is_an_error(tmp_path: Path) -> None:
    parent = os.getpid()
    figure = plt.figure(figsize=(1, 1), dpi=60)

    def step(i: int) -> None:
        if i == 3 and os.getpid() != parent:
            os._exit(7)

    animation = FuncAnimation(figure, step, 8)
    with framepipe.accelerate(), pytest.raises(framepipe.WorkerDied, match="exit code 7"):
        animation.save(tmp_path / "m.rgba", writer="ffmpeg", **RAW)
    assert everything_in(tmp_path) == set()


def test_the_main_program_ends_as_ever(tmp_path: Path) -> None:
    """Nothing waits for anything at exit."""
    code = "import matplotlib; matplotlib.use('agg'); import framepipe; framepipe.accelerate()"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
