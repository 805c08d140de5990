"""A movie that this process draws, keeping what did not change; and the copy that begins again."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from clips import (
    FFMPEG,
    RAW,
    as_nobody,
    children,
    clip,
    everything_in,
    flat,
    in_session,
    misleading,
    numbers_in,
    script,
    wait_until,
    what_starts,
)
from matplotlib.animation import FuncAnimation
from matplotlib.lines import Line2D

from framepipe import FrameError, HistoryWarning, Movie, RetainedWarning, WorkerDied, encode
from framepipe.demo import double_pendulum
from framepipe.modes import in_process

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked"),
    pytest.mark.skipif(threading.active_count() > 1, reason="nothing is forked beside threads"),
]

#: The process of the tests; the user's functions run in others besides.
HERE = os.getpid()


@pytest.fixture(autouse=True)
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    monkeypatch.setattr(in_process, "LEAST", 5)  # short movies will do


def encoded(animation: Any, path: Path, **options: Any) -> Movie:
    return encode(animation, path, **{**RAW, "workers": 0, **options})


def saved(animation: FuncAnimation, path: Path) -> bytes:
    """What `Animation.save` hands to ffmpeg."""
    animation.save(path, writer="ffmpeg", **RAW)
    return path.read_bytes()


def draws_itself_larger(frames: int = 12, before: Callable[[int], Any] = lambda _: None) -> Any:
    """A line as wide as the number of times that it was drawn: history of the worst kind."""
    figure, _ = flat(50)
    figure.clear()

    class Counts(Line2D):
        drawn = 0

        def draw(self, renderer: Any) -> None:
            self.drawn += 1
            super().draw(renderer)

    line = Counts([0, 1], [0, 1])
    figure.add_artist(line)

    def update(number: int) -> Any:
        before(number)
        line.set_linewidth(1 + line.drawn)
        return (line,)

    return FuncAnimation(figure, update, frames, init_func=tuple, cache_frame_data=False)


# ---- all is well


def test_what_did_not_change_is_kept_and_the_first_frames_are_compared(tmp_path: Path) -> None:
    true = saved(double_pendulum(12), tmp_path / "true.rgba")
    movie = encoded(double_pendulum(12), tmp_path / "m.rgba")
    assert movie.path.read_bytes() == true
    assert movie.workers == 0
    assert movie.report.frames_kept >= 8
    assert movie.report.against_save == 2
    assert movie.report.against_full > 0
    assert everything_in(tmp_path) == {"true.rgba", "m.rgba"}
    assert children() == ([], [])


def test_the_functions_run_here_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[int] = []

    def turn(number: int) -> None:
        seen.append(number)
        print(number)

    encoded(clip(20, turn), tmp_path / "m.rgba")
    assert seen == list(range(20))
    assert capsys.readouterr().out.split() == [str(number) for number in range(20)]


# ---- a frame is not right


def test_where_keeping_is_misled_the_copy_makes_the_movie_in_full(tmp_path: Path) -> None:
    true = encoded(misleading(), tmp_path / "true.rgba", redraw="full").path.read_bytes()
    seen, told = list[int](), list[tuple[int, int | None]]()

    def turn(number: int) -> None:
        seen.append(number)

    with pytest.warns(RetainedWarning, match="xaxis of axes 0") as warned:
        movie = encoded(
            misleading(before=turn), tmp_path / "m.rgba",
            progress_callback=lambda i, n: told.append((i, n)),
        )  # fmt: skip
    assert movie.path.read_bytes() == true
    assert len(warned) == 1
    assert warned[0].filename == __file__
    assert (movie.workers, movie.frames, movie.report.frames_kept) == (0, 60, 0)
    assert seen == list(range(60)), "every update ran here once"
    again = [i for i, _ in told].index(0, 1)
    assert told[again:] == [(i, 60) for i in range(60)]
    assert everything_in(tmp_path) == {"true.rgba", "m.rgba"}
    assert children() == ([], [])


TALKS = """
import sys, warnings
import matplotlib as mpl
mpl.use("agg")
from clips import misleading, RAW
from framepipe import encode

def turn(number):
    print(number)
    print(number, file=sys.stderr)

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    encode(misleading(before=turn), "movie.rgba", workers=0, **RAW)
    print("made")
"""


def test_what_the_functions_print_is_seen_once_though_the_copy_runs_them_too(
    tmp_path: Path,
) -> None:
    with script(tmp_path, TALKS) as running:
        said, complained = running.communicate(timeout=60)
    numbers = [str(number) for number in range(60)]
    assert said.split() == [*numbers, "made"]
    assert complained.split() == numbers


def test_where_histories_differ_the_copy_makes_every_draw(tmp_path: Path) -> None:
    true = saved(draws_itself_larger(), tmp_path / "true.rgba")
    seen: list[int] = []
    with pytest.warns(HistoryWarning, match="by a process that makes every draw") as warned:
        movie = encoded(draws_itself_larger(before=seen.append), tmp_path / "m.rgba")
    assert movie.path.read_bytes() == true
    assert len(warned) == 1
    assert seen == list(range(12))


def test_what_is_not_the_same_twice_is_one_history_and_nothing_is_said(tmp_path: Path) -> None:
    """Nobody asked for processes: ``workers=0`` is what is advised for such animations."""
    figure, show = flat()
    seen: list[int] = []

    def update(number: int) -> Any:
        seen.append(number)
        return show(1000 * os.getpid() + number & 0xFFFFFF)

    animation = FuncAnimation(figure, update, 20, init_func=tuple, cache_frame_data=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        movie = encoded(animation, tmp_path / "m.rgba")
    numbers = numbers_in(movie)
    assert numbers == list(range(numbers[0], numbers[0] + 20))
    assert numbers[0] != 1000 * HERE & 0xFFFFFF, "the copy has made it"
    assert seen == list(range(20))


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_error_in_an_update_is_raised_here_with_its_own_traceback(
    tmp_path: Path, everywhere: bool
) -> None:
    seen: list[int] = []

    def turn(number: int) -> None:
        seen.append(number)
        if number == 30 and (everywhere or os.getpid() != HERE):
            raise LookupError("sour")

    (tmp_path / "m.rgba").write_text("old")
    with pytest.raises(FrameError, match="sour") as caught:
        encoded(draws_itself_larger(60, turn), tmp_path / "m.rgba")
    assert caught.value.frame == 30
    cause = caught.value.__cause__
    assert type(cause) is LookupError
    assert (cause.__cause__ is None) == everywhere
    # This process may have been further on when it was told that the frames differ.
    assert seen == list(range(31 if everywhere else max(31, len(seen))))
    assert (tmp_path / "m.rgba").read_text() == "old"
    assert everything_in(tmp_path) == {"m.rgba"}
    assert children() == ([], [])


def test_a_copy_that_dies_is_told_of(tmp_path: Path) -> None:
    def turn(number: int) -> None:
        if number == 30 and os.getpid() != HERE:
            os._exit(3)

    with pytest.raises(WorkerDied, match="exit code 3"):
        encoded(draws_itself_larger(60, turn), tmp_path / "m.rgba")
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


# ---- the witness says nothing


@pytest.mark.parametrize("how", ["raises", "dies"])
def test_without_a_witness_everything_is_drawn_here_from_there_on(tmp_path: Path, how: str) -> None:
    """As where a device does not work in a fork."""

    def turn(number: int) -> None:
        if os.getpid() == HERE:
            time.sleep(0.02)  # then it is seen before the movie is made
        elif how == "raises":
            raise LookupError("not in a fork")
        else:
            os._exit(1)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        movie = encoded(clip(40, turn), tmp_path / "m.rgba")
    assert numbers_in(movie) == list(range(40))
    assert movie.report.against_save == 0
    assert movie.report.items_drawn < 40
    assert children() == ([], [])


# ---- signals


HELD = """
import os, sys, time
import matplotlib as mpl
mpl.use("agg")
import matplotlib.pyplot as plt
from clips import RAW
from matplotlib.animation import FuncAnimation
from framepipe import encode

HERE = os.getpid()
figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
(dot,) = axes.plot([0.5], [0.5], "o")
draws, really = [0], dot.draw

def draw(renderer):  # a witness counts others, however busy the machine is
    draws[0] += 1
    really(renderer)

dot.draw = draw

def turn(number):
    if number == 30 and os.getpid() != HERE:
        open("at-work", "w").close()
        time.sleep(600)
    dot.set_markersize(2 + draws[0] % 30)
    return (dot,)

if __name__ == "__main__":
    open("movie.rgba", "w").write("old")
    encode(FuncAnimation(figure, turn, 60, init_func=tuple), "movie.rgba", workers=0, **RAW)
"""


@pytest.mark.thinned(3)
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_signal_ends_the_copy_at_work_and_nothing_is_left(tmp_path: Path, number: str) -> None:
    with script(tmp_path, HELD) as running:
        wait_until((tmp_path / "at-work").exists, 30, "the copy at work")
        os.kill(running.pid, getattr(signal, number))
        running.wait(10)
        wait_until(lambda: not in_session(running.pid), 10, "all processes gone")
    assert everything_in(tmp_path) - {"__pycache__"} == {"script.py", "at-work", "movie.rgba"}
    assert (tmp_path / "movie.rgba").read_text() == "old"


# ---- where nothing is forked


def forks(started: list[str]) -> int:
    return sum(one.startswith("os.fork ") for one in started)


@pytest.mark.parametrize(
    ("options", "frames", "count"),
    [
        ({}, 30, 2),
        ({"redraw": "full"}, 30, 0),
        ({"redraw": "verify"}, 30, 1),  # the witness alone
        ({"start_method": "spawn"}, 30, 0),
        ({"mode": "segments"}, 30, 0),
        ({}, 4, 0),
    ],
    ids=str,
)
def test_who_is_forked(tmp_path: Path, options: dict[str, Any], frames: int, count: int) -> None:
    path = tmp_path / ("m.mkv" if "mode" in options else "m.rgba")
    given = {"codec": "ffv1"} if "mode" in options else RAW
    with what_starts() as started:
        encode(clip(frames), path, **given, workers=0, **options)
    assert forks(started) == count


def test_nobody_is_forked_beside_threads(tmp_path: Path) -> None:
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    try:
        with what_starts() as started:
            movie = encoded(clip(30), tmp_path / "m.rgba")
    finally:
        go_on.set()
        thread.join()
    assert forks(started) == 0
    assert numbers_in(movie) == list(range(30))


def test_nobody_is_forked_for_what_cannot_be_shared(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.write(writes, bytes(range(30)))
    with open(reads, "rb", buffering=0) as file:
        with what_starts() as started:
            movie = encoded(clip(30, lambda _: file.read(1)), tmp_path / "m.rgba")
        os.close(writes)
        assert file.read() == b""
    assert forks(started) == 0
    assert movie.frames == 30


def in_pool(path: Path) -> list[int]:
    return numbers_in(encoded(clip(30), path))


def test_a_daemonic_process_makes_its_movie_without_any(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(in_pool, (tmp_path / "m.rgba",)) == list(range(30))


def test_where_no_more_processes_can_be_had_every_frame_is_drawn() -> None:
    with tempfile.TemporaryDirectory(prefix="everyones-") as folder:
        os.chmod(folder, 0o777)

        def may_have(processes: int) -> None:
            resource.setrlimit(resource.RLIMIT_NPROC, (processes, 200))

        def starve() -> str:
            may_have(2)  # itself and the copy, but no witness
            movie = encoded(clip(30, lambda _: may_have(200)), Path(folder, "m.rgba"))
            assert children() == ([], [])
            assert movie.report.against_save == 0
            return str(numbers_in(movie) == list(range(30)))

        assert as_nobody(starve) == ("", "True")
