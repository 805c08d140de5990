"""A run that is interrupted, however, is gone on with: nothing that was whole is made again."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import psutil
import pytest
from clips import FFMPEG, RAW, WAYS, clip, everything_in, flat, numbers_in, wait_until
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import framepipe
from framepipe import HistoryWarning, ResumeError, Segments, encode
from framepipe.demo import double_pendulum

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork, signals")

FRAMES = 60
#: Where a movie's segments are.
KEPT = "m.mp4.framepipe-resume"

Interrupt = Callable[[], object]


def ended_by(number: int) -> Interrupt:
    return lambda: os.kill(os.getpid(), number)


def power_lost() -> None:
    """Everybody is gone at once."""
    for process in psutil.Process().children(recursive=True):
        process.kill()
    os.kill(os.getpid(), signal.SIGKILL)


def apart(work: Callable[[], object]) -> int:
    """Do something in a fork, as a run of its own; return its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            os.environ.pop("PYTEST_CURRENT_TEST", None)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(70)
    session = pid
    status = os.waitpid(pid, 0)[1]
    wait_until(lambda: not _in_session(session), 20, "everybody of the run gone")
    return status


def _in_session(session: int) -> list[int]:
    found = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session and psutil.Process(pid).status() != "zombie":
                found.append(pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def interrupted(
    make: Callable[[], Any], path: Path, do: Interrupt = power_lost, *, at: int = 35, **options: Any
) -> None:
    """Begin a movie in a run of its own, and interrupt it."""

    def told(frame: int, total: int | None) -> None:
        if frame == at:
            do()

    def work() -> None:
        encode(make(), path, resume=True, progress_callback=told, **options)

    assert apart(work) != 0
    assert not path.exists()


def whole_in(folder: Path) -> list[str]:
    """The segments that are whole."""
    return sorted(path.name for path in folder.glob(f"{KEPT}/0*.json"))


def undisturbed(make: Callable[[], Any], path: Path, **options: Any) -> bytes:
    """The movie of a run that nobody interrupts."""
    return encode(make(), path, resume=True, **options).path.read_bytes()


def short() -> FuncAnimation:
    return clip(FRAMES)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return undisturbed(short, tmp_path / "whole.mp4", workers=2)


# ------------------------------------------------------------------------------ every end of a run

ENDS = {
    "power": power_lost,
    "SIGKILL": ended_by(signal.SIGKILL),
    "SIGTERM": ended_by(signal.SIGTERM),
    "Ctrl-C": ended_by(signal.SIGINT),
}


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    ("end", "way"), [*((end, "fork2") for end in ENDS), ("power", "here"), ("Ctrl-C", "here"),
                     ("power", "spawn2")],
)  # fmt: skip
def test_whatever_ended_a_run_the_next_goes_on(
    tmp_path: Path, whole: bytes, end: str, way: str
) -> None:
    path = tmp_path / "m.mp4"
    interrupted(short, path, ENDS[end], **WAYS[way])
    there = everything_in(tmp_path / KEPT)
    assert {"run.json", "000000.mp4", "000000.json"} <= there
    told: list[int] = []
    movie = encode(
        short(), path, resume=True, **WAYS[way], progress_callback=lambda i, n: told.append(i)
    )
    assert movie.report.resumed >= 20
    assert movie.frames == FRAMES
    assert told == list(range(FRAMES)), "those that were there are told, too"
    assert path.read_bytes() == whole
    assert everything_in(tmp_path) == {"m.mp4", "whole.mp4"}


@pytest.mark.slow
def test_a_run_may_be_interrupted_again_and_again_and_have_other_workers(
    tmp_path: Path, whole: bytes
) -> None:
    path = tmp_path / "m.mp4"
    for at, way in [(15, "fork2"), (25, "here"), (45, "fork3")]:
        interrupted(short, path, at=at, **WAYS[way])
    movie = encode(short(), path, resume=True, workers=1)
    assert movie.report.resumed >= 20
    assert path.read_bytes() == whole


def test_the_frames_are_those_of_a_run_in_one_piece(tmp_path: Path) -> None:
    path = tmp_path / "m.rgba"
    interrupted(short, path, **RAW, workers=2)
    movie = encode(short(), path, **RAW, workers=2, resume=True)
    assert movie.report.resumed >= 20
    assert numbers_in(movie) == list(range(FRAMES))


def walk(frames: Any = FRAMES) -> FuncAnimation:
    """Each frame needs all before it, and the same random numbers."""
    figure = Figure(figsize=(2, 2), dpi=50)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(xlim=(-9, 9), ylim=(-9, 9))
    (line,) = axes.plot([], [])
    dice = np.random.default_rng(5)
    path = [np.zeros(2)]

    def step(_: int) -> Any:
        path.append(path[-1] + dice.normal(size=2) / 2)
        line.set_data(*np.transpose(path))
        return (line,)

    return FuncAnimation(figure, step, frames, init_func=tuple, cache_frame_data=False)


@pytest.mark.thinned(2)
@pytest.mark.filterwarnings("ignore:Animation was deleted")
@pytest.mark.parametrize("make", [walk, lambda: double_pendulum(FRAMES)], ids=["walk", "pendulum"])
def test_animations_with_a_history(tmp_path: Path, make: Callable[[], Any]) -> None:
    expected = undisturbed(make, tmp_path / "whole.mp4", workers=2)
    interrupted(make, tmp_path / "m.mp4", workers=2)
    movie = encode(make(), tmp_path / "m.mp4", workers=2, resume=True)
    assert movie.report.resumed >= 20
    assert movie.path.read_bytes() == expected


@pytest.mark.slow
def test_a_movie_of_unknown_length(tmp_path: Path) -> None:
    def numbers() -> Any:
        yield from range(310)

    def make() -> FuncAnimation:
        return clip(numbers, save_count=None)

    expected = undisturbed(make, tmp_path / "whole.mp4", workers=2)
    interrupted(make, tmp_path / "m.mp4", workers=2, at=230)
    movie = encode(make(), tmp_path / "m.mp4", workers=2, resume=True)
    assert movie.report.resumed >= 100
    assert movie.frames == 310
    assert movie.path.read_bytes() == expected


def test_figures_without_an_animation(tmp_path: Path) -> None:
    def draw(item: int) -> Figure:
        figure, show = flat()
        show(item)
        return figure

    def make() -> framepipe.Figures:
        return framepipe.Figures(draw, FRAMES)

    interrupted(make, tmp_path / "m.rgba", **RAW, workers=2)
    movie = encode(make(), tmp_path / "m.rgba", **RAW, workers=2, resume=True)
    assert movie.report.resumed >= 20
    assert numbers_in(movie) == list(range(FRAMES))


@pytest.mark.thinned(2)
@pytest.mark.parametrize("name", ["m.gif", "frames/%03d.png", "m.avi"])
def test_formats_that_are_encoded_as_a_whole(tmp_path: Path, name: str) -> None:
    interrupted(short, tmp_path / name, workers=2)
    movie = encode(short(), tmp_path / name, workers=2, resume=True)
    assert movie.report.resumed >= 20
    here = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert here == ({f"frames/{i:03d}.png" for i in range(FRAMES)} if "%" in name else {name})
    if "%" not in name:
        plain = encode(short(), tmp_path / f"plain{Path(name).suffix}", workers=2)
        assert movie.path.read_bytes() == plain.path.read_bytes()


# ------------------------------------------------------------------------------- what was damaged


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "another byte": lambda folder: spoil(folder / "000001.mp4"),
    "cut off": lambda folder: os.truncate(folder / "000001.mp4", 100),
    "gone": lambda folder: (folder / "000001.mp4").unlink(),
    "no manifest": lambda folder: (folder / "000000.json").unlink(),
    "half a manifest": lambda folder: os.truncate(folder / "000001.json", 100),
    "another's manifest": lambda folder: (folder / "000001.json").write_text('{"number": 1}'),
    "no run": lambda folder: (folder / "run.json").unlink(),
}


@pytest.mark.thinned(3)
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_recorded_anew(tmp_path: Path, whole: bytes, damage: str) -> None:
    path = tmp_path / "m.mp4"
    interrupted(short, path, workers=1)
    before = len(list((tmp_path / KEPT).glob("*.json"))) - 1
    DAMAGES[damage](tmp_path / KEPT)
    movie = encode(short(), path, resume=True, workers=1)
    assert movie.report.resumed == (0 if damage == "no run" else 10 * (before - 1))
    assert path.read_bytes() == whole
    assert everything_in(tmp_path) == {"m.mp4", "whole.mp4"}


# ------------------------------------------------------------------------- what is not the same

N = 3


def other(scale: int = 1, *, colour: str = "k", frames: int = FRAMES) -> FuncAnimation:
    """An animation of which this and that can be another one."""
    figure, show = flat()
    figure.add_artist(mpl.patches.Rectangle((0, 0), 0.5, 0.5, color=colour, zorder=9))

    def update(number: int) -> Any:
        return show(scale * number + N)

    return FuncAnimation(figure, update, frames, init_func=tuple, cache_frame_data=False)


def with_another_global() -> FuncAnimation:
    global N
    N = 4
    return other()


def with_other_code() -> FuncAnimation:
    figure, show = flat()
    scale = 1

    def update(number: int) -> Any:
        return show(number + scale * N)

    return FuncAnimation(figure, update, FRAMES, init_func=tuple, cache_frame_data=False)


CHANGES: dict[str, tuple[Callable[[], Any], dict[str, Any], str]] = {
    "dpi": (other, {"dpi": 40}, r"dpi \(was 32.0, is 40.0\)"),
    "fps": (other, {"fps": 7}, "fps"),
    "codec": (other, {"codec": "mpeg4"}, r"codec \(was 'h264', is 'mpeg4'\)"),
    "extra_args": (other, {"extra_args": ["-crf", "20"]}, "extra_args"),
    "redraw": (other, {"redraw": "full"}, r"redraw \(was auto, is full\)"),
    "blocks": (other, {"mode": Segments(blocks=7)}, "the blocks"),
    "frames": (lambda: other(frames=50), {}, r"number of frames \(was 60, is 50\)"),
    "a closure": (lambda: other(2), {}, r"scale of update\(\) \(was 1, is 2\)"),
    "a global": (with_another_global, {}, r"N \(was 3, is 4\)"),
    "code": (with_other_code, {}, r"the code of update\(\)"),
}


@pytest.mark.thinned(4)
@pytest.mark.parametrize("what", CHANGES)
def test_another_movie_is_refused_and_told_what_differs(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "N", 3)
    path = tmp_path / "m.mp4"
    interrupted(other, path, workers=1, at=25)
    there = everything_in(tmp_path)
    make, options, says = CHANGES[what]
    with pytest.raises(ResumeError, match=says) as caught:
        encode(make(), path, resume=True, workers=1, **options)
    assert KEPT in str(caught.value), "what to do about it"
    assert everything_in(tmp_path) == there
    monkeypatch.setitem(globals(), "N", 3)
    assert encode(other(), path, resume=True, workers=1).report.resumed >= 20
    assert everything_in(tmp_path) == {"m.mp4"}


def test_settings_and_versions_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.mp4"
    interrupted(short, path, workers=1, at=25)
    with (
        mpl.rc_context({"lines.linewidth": 3.5}),
        pytest.raises(ResumeError, match=r"rcParams\['lines.linewidth'\] \(new\)"),
    ):
        encode(short(), path, resume=True, workers=1)
    run = tmp_path / KEPT / "run.json"
    said = run.read_text()
    run.write_text(said.replace('"the version of numpy": "', '"the version of numpy": "0.'))
    with pytest.raises(ResumeError, match=r"the version of numpy \(was 0\."):
        encode(short(), path, resume=True, workers=1)
    run.write_text(said)
    assert encode(short(), path, resume=True, workers=1).report.resumed >= 20


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", ["here", "fork1", "fork2"])
@pytest.mark.parametrize("at", [25, 59], ids=["midway", "all is whole"])
def test_what_only_pixels_tell_is_refused(tmp_path: Path, way: str, at: int) -> None:
    """The figure that it begins with is another one: code and data are the same."""
    path = tmp_path / "m.mp4"
    interrupted(other, path, at=at, **WAYS[way])
    with pytest.raises(ResumeError, match=r"frame \d+ of the movie is not what") as caught:
        encode(other(colour="w"), path, resume=True, **WAYS[way])
    assert any(KEPT in note for note in caught.value.__notes__)
    assert not path.exists()
    assert encode(other(), path, resume=True, **WAYS[way]).report.resumed >= 10
    assert everything_in(tmp_path) == {"m.mp4"}


@pytest.mark.filterwarnings("ignore:frame")
def test_an_animation_that_is_not_the_same_twice_cannot_be_gone_on_with(tmp_path: Path) -> None:
    def make() -> FuncAnimation:
        dice = random.SystemRandom()
        figure, show = flat()

        def update(number: int) -> Any:
            return show(dice.randrange(2**24))

        return FuncAnimation(figure, update, FRAMES, init_func=tuple, cache_frame_data=False)

    path = tmp_path / "m.mp4"
    interrupted(make, path, workers=2, at=45)
    if whole_in(tmp_path):  # it was interrupted before that was found out
        with pytest.raises(ResumeError):
            encode(make(), path, resume=True, workers=2)
        shutil.rmtree(f"{path}.framepipe-resume")
    with pytest.warns(HistoryWarning, match="not the same twice"):
        assert encode(make(), path, resume=True, workers=2).report.resumed == 0
    assert everything_in(tmp_path) == {"m.mp4"}


def by_matplotlib(make: Callable[[], Any], folder: Path) -> bytes:
    """The movie that `Animation.save` makes."""
    with mpl.rc_context({"animation.ffmpeg_path": FFMPEG}):
        make().save(folder / "saved.rgba", **RAW)
    return (folder / "saved.rgba").read_bytes()


@pytest.mark.parametrize("way", ["here", "fork2"])
def test_an_animation_that_needs_every_draw(tmp_path: Path, way: str) -> None:
    """Frames that are there are drawn all the same: each draw leaves something behind."""

    def make() -> FuncAnimation:
        figure, show = flat()
        draws = [0]

        def drawn(_: object) -> None:
            draws[0] += 1

        def update(_: int) -> Any:
            return show(draws[0])

        animation = FuncAnimation(figure, update, FRAMES, init_func=tuple, cache_frame_data=False)
        figure.canvas.mpl_connect("draw_event", drawn)
        return animation

    saved = by_matplotlib(make, tmp_path)
    interrupted(make, tmp_path / "m.rgba", **RAW, **WAYS[way])
    movie = encode(make(), tmp_path / "m.rgba", **RAW, **WAYS[way], resume=True)
    assert movie.report.resumed >= 20
    assert movie.path.read_bytes() == saved


@pytest.mark.slow
def test_what_was_found_out_about_the_animation_is_not_found_out_again(tmp_path: Path) -> None:
    """It reads what a draw has left: the first attempt's segments are wrong, and thrown away."""

    def make() -> FuncAnimation:
        figure = Figure(figsize=(1, 1), dpi=32)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(0, 1))
        (dot,) = axes.plot([0.5], [0.5], "o")
        place = {"wanted": 0.5, "drawn": 0.5}
        really = dot.draw

        def draw(renderer: Any) -> None:
            place["drawn"] = place["wanted"]
            really(renderer)

        dot.draw = draw  # type: ignore[method-assign]

        def update(number: int) -> Any:
            place["wanted"] = (place["drawn"] + 0.3) % 1
            dot.set_data([place["wanted"]], [number / FRAMES])
            return (dot,)

        return FuncAnimation(figure, update, FRAMES, init_func=tuple, cache_frame_data=False)

    saved = by_matplotlib(make, tmp_path)
    interrupted(make, tmp_path / "m.rgba", **RAW, workers=2, at=45)
    with pytest.warns(HistoryWarning, match=r"frame \d+ differs"):
        movie = encode(make(), tmp_path / "m.rgba", **RAW, workers=2, resume=True)
    assert movie.report.resumed >= 20
    assert movie.path.read_bytes() == saved


# -------------------------------------------------------------------------------- who else is there


@pytest.mark.slow
def test_two_runs_at_once_are_refused(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "m.mp4"
    ours, theirs = os.pipe()
    begun, begins = os.pipe()

    def told(frame: int, total: int | None) -> None:
        if frame == 15:
            os.write(begins, b"!")
            os.read(ours, 1)

    pid = os.fork()
    if pid == 0:
        try:
            encode(short(), path, resume=True, workers=2, progress_callback=told)
        finally:
            os._exit(0 if path.exists() else 1)
    try:
        os.read(begun, 1)
        with pytest.raises(ResumeError, match="another run is at work"):
            encode(short(), path, resume=True, workers=2)
    finally:
        os.write(theirs, b"!")
        status = os.waitpid(pid, 0)[1]
        for end in (ours, theirs, begun, begins):
            os.close(end)
    assert status == 0
    assert path.read_bytes() == whole
    assert everything_in(tmp_path) == {"m.mp4", "whole.mp4"}


def test_a_run_without_resume_leaves_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    interrupted(short, path, workers=2)
    there = everything_in(tmp_path / KEPT)
    encode(short(), path, workers=2)
    assert everything_in(tmp_path / KEPT) == there
    assert encode(short(), path, workers=2, resume=True).report.resumed >= 20


def test_an_existing_movie_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    path.write_text("old")

    def stop(frame: int, total: int | None) -> None:
        if frame == 35:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        encode(short(), path, resume=True, workers=2, progress_callback=stop)
    (note,) = caught.value.__notes__
    assert "frames are kept in" in note
    assert str(tmp_path / KEPT) in note
    assert path.read_text() == "old"
    assert encode(short(), path, resume=True, workers=2).report.resumed >= 20
    # Nothing says that a finished movie is of the same animation: it is made anew.
    assert encode(short(), path, resume=True, workers=2).report.resumed == 0
    assert everything_in(tmp_path) == {"m.mp4"}


def test_a_run_that_fails_before_anything_is_whole_leaves_nothing(tmp_path: Path) -> None:
    def sour(number: int) -> None:
        raise ValueError(number)

    with pytest.raises(framepipe.FrameError):
        encode(clip(FRAMES, sour), tmp_path / "m.mp4", resume=True, workers=2)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("target", "options", "says"),
    [
        (io.BytesIO(), {}, "no file of a name"),
        ("/dev/null", RAW, "no file of a name"),
        ("m.mp4", {"mode": "pipe"}, "resume=True records in segments"),
        ("m.gif", {"writer": "pillow"}, "made in one piece"),
        ("m.mp4", {"resume": "yes"}, "resume must be True or False"),
    ],
)
def test_what_cannot_be_gone_on_with_is_refused_before_anything_starts(
    tmp_path: Path, target: Any, options: dict[str, Any], says: str
) -> None:
    if isinstance(target, str):
        target = tmp_path / target  # /dev/null stays what it is

    def never(number: int) -> None:
        raise AssertionError("something has been started")

    with pytest.raises((ValueError, TypeError), match=says):
        encode(clip(FRAMES, never), target, **{"resume": True, "workers": 1, **options})
    assert everything_in(tmp_path) == set()


@pytest.mark.slow
def test_an_executors_blocks_are_gone_on_with(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "m.mp4"

    def by_executor(at: int | None = None) -> Any:
        def told(frame: int, total: int | None) -> None:
            if frame == at:
                power_lost()

        with ProcessPoolExecutor(2) as pool:
            return encode(
                short(), path, resume=True, mode=Segments(executor=pool), progress_callback=told
            )

    assert apart(lambda: by_executor(35)) != 0
    first = whole_in(tmp_path)
    assert len(first) >= 2
    assert apart(lambda: by_executor(45)) != 0
    assert set(first) <= set(whole_in(tmp_path))
    movie = by_executor()
    assert movie.report.resumed >= 40
    assert path.read_bytes() == whole


# --------------------------------------------------------------------------------------- by chance


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Animation was deleted")
@pytest.mark.parametrize("make", [walk, lambda: double_pendulum(FRAMES)], ids=["walk", "pendulum"])
def test_random_kills(tmp_path: Path, make: Callable[[], Any]) -> None:
    """Anybody dies at any moment; the movie is whole after one resume, and nothing is left.

    FRAMEPIPE_KILLS says how often; FRAMEPIPE_SEED repeats a sequence.
    """
    begin = time.monotonic()
    expected = hashlib.blake2b(undisturbed(make, tmp_path / "whole.mp4", workers=2)).hexdigest()
    takes = time.monotonic() - begin
    seed = int(os.environ.get("FRAMEPIPE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    dice = random.Random(seed)
    path = tmp_path / "m.mp4"
    for kill in range(int(os.environ.get("FRAMEPIPE_KILLS", "5"))):
        said = f"kill {kill} of FRAMEPIPE_SEED={seed}"
        kill_somebody(lambda: encode(make(), path, resume=True, workers=2), dice, takes)
        if not path.exists():
            encode(make(), path, resume=True, workers=2)
        assert hashlib.blake2b(path.read_bytes()).hexdigest() == expected, said
        if everything_in(tmp_path) != {"whole.mp4", "m.mp4"}:
            # Killed when the movie was in its place: what that left goes with the next run here,
            # or with one that would go on with the movie.
            going_on = (tmp_path / KEPT).exists()
            encode(make() if going_on else clip(2), path, resume=going_on, workers=2)
        path.unlink()
        assert everything_in(tmp_path) == {"whole.mp4"}, said


def kill_somebody(work: Callable[[], object], dice: random.Random, takes: float) -> None:
    """Do something in a run of its own, one of whose processes is killed at some moment."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            work()
            os._exit(0)
        except BaseException as error:  # a clear error is one of the two ends
            os._exit(0 if isinstance(error, framepipe.FramepipeError) else 70)
    time.sleep(dice.uniform(0.02, takes))
    try:
        main = psutil.Process(pid)
        victim = dice.choice([main, main, *main.children(recursive=True)])
        victim.kill()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        pass  # it was ready before
    _, status = os.waitpid(pid, 0)
    assert status in (0, signal.SIGKILL)
    wait_until(lambda: not _in_session(pid), 20, "everybody of the run gone")
