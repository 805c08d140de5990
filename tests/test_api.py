"""The front door: arguments, progress, the result, and what the caller's world looks like after."""

from __future__ import annotations

import inspect
import logging
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from clips import (
    FFMPEG,
    RAW,
    as_nobody,
    children,
    clip,
    everything_in,
    flat,
    nothing_starts,
    numbers_in,
    what_starts,
)
from matplotlib.animation import Animation, ArtistAnimation, FFMpegWriter, FuncAnimation
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import framepipe
from framepipe import FramepipeError, Movie, encode
from framepipe.options import ModeName

# matplotlib says so of those that a test has seen refused.
pytestmark = pytest.mark.filterwarnings("ignore:Animation was deleted without rendering")

HERE_AND_THERE = pytest.mark.parametrize("workers", [0, 2])


# -- before anything starts ------------------------------------------------------------------------


def test_the_watch_sees_what_a_run_starts(tmp_path: Path) -> None:
    with what_starts() as started:
        encode(clip(2), tmp_path / "movie.mp4", workers=1)
    seen = " ".join(started)
    assert "os.fork" in seen
    assert "subprocess.Popen" in seen
    assert ".framepipe-" in seen


class NotAWriter:
    pass


def one_too_many(_: object) -> Any:
    """Needs an argument that nobody gives."""


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"animation": 5}, TypeError, "Animation.*not int"),
        ({"animation": lambda: 5}, TypeError, "Animation.*not int"),
        ({"animation": one_too_many}, TypeError, "one_too_many"),
        ({"filename": None}, TypeError, "filename"),
        ({"filename": 5}, TypeError, "filename"),
        ({"filename": b"movie.mp4"}, TypeError, "name"),
        ({"filename": ""}, ValueError, "name is empty"),
        ({"filename": "a\0b.mp4"}, ValueError, "NUL"),
        ({"filename": "frames.png"}, ValueError, "png"),
        ({"writer": 5}, TypeError, "writer"),
        ({"writer": NotAWriter()}, TypeError, "writer"),
        ({"writer": "bogus"}, ValueError, "writer='bogus'"),
        ({"writer": "pillow"}, ValueError, "PillowWriter.*'.mp4'"),
        ({"writer": "pillow", "filename": "m.gif", "mode": "pipe"}, ValueError, "writer='pillow'"),
        ({"writer": "html"}, ValueError, "HTMLWriter.*html"),
        ({"fps": "many"}, ValueError, "fps"),
        ({"fps": 0}, ValueError, "fps"),
        ({"fps": -1}, ValueError, "fps"),
        ({"fps": float("nan")}, ValueError, "fps"),
        ({"dpi": "high"}, TypeError, "dpi"),
        ({"dpi": [100]}, TypeError, "dpi"),
        ({"dpi": 0}, ValueError, "dpi"),
        ({"dpi": 0.01}, ValueError, "dpi"),
        ({"codec": 5}, TypeError, "codec"),
        ({"bitrate": "fast"}, TypeError, "bitrate"),
        ({"extra_args": "-crf 18"}, TypeError, "extra_args"),
        ({"extra_args": 5}, TypeError, "extra_args"),
        ({"extra_args": ["-crf", 18]}, TypeError, "extra_args"),
        ({"metadata": "title"}, TypeError, "metadata"),
        ({"extra_anim": 5}, TypeError, "extra_anim"),
        ({"extra_anim": [5]}, TypeError, "Animation.*not int"),
        ({"savefig_kwargs": "tight"}, TypeError, "savefig_kwargs"),
        ({"savefig_kwargs": {"dpi": 50}}, TypeError, "savefig_kwargs.*dpi"),
        ({"savefig_kwargs": {"format": "png"}}, TypeError, "savefig_kwargs.*format"),
        ({"progress_callback": 5}, TypeError, "progress_callback"),
        ({"workers": -1}, ValueError, "workers"),
        ({"workers": 1.5}, TypeError, "workers"),
        ({"workers": "2"}, TypeError, "workers"),
        ({"workers": True}, TypeError, "workers"),
        ({"mode": "parallel"}, ValueError, "mode"),
        ({"mode": None}, ValueError, "mode"),
        ({"redraw": "never"}, ValueError, "redraw"),
        ({"independent": 1}, TypeError, "independent"),
        ({"progress": "yes"}, TypeError, "progress"),
        ({"start_method": "thread"}, ValueError, "start_method"),
        ({"start_method": 5}, ValueError, "start_method"),
    ],
    ids=lambda value: (
        re.sub(r"( at 0x\w+|\W)+", "_", str(value)) if isinstance(value, dict) else ""
    ),
)
def test_a_wrong_argument_is_named_before_anything_starts(
    tmp_path: Path,
    wrong: dict[str, Any],
    error: type[Exception],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"animation": clip(3), "filename": "movie.mp4", **wrong}
    with nothing_starts(), pytest.raises(error, match=f"(?s){says}") as caught:
        encode(**given)
    assert type(caught.value) is error
    assert everything_in(tmp_path) == set()


def test_an_animation_is_not_made_for_arguments_that_cannot_work(tmp_path: Path) -> None:
    def make() -> FuncAnimation:
        raise AssertionError("made")

    with pytest.raises(ValueError, match="workers"):
        encode(make, tmp_path / "movie.mp4", workers=-3)
    with pytest.raises(ValueError, match="writer"):
        encode(make, tmp_path / "movie.mp4", writer="imagemogick")


@HERE_AND_THERE
@pytest.mark.parametrize("mode", ["auto", "pipe", "segments"])
def test_a_frame_for_which_there_is_no_memory_is_refused(
    tmp_path: Path, workers: int, mode: ModeName
) -> None:
    with nothing_starts(), pytest.raises(MemoryError, match=r"a frame takes \d+.\d GiB.*Lower"):
        encode(clip(3), tmp_path / "movie.mp4", dpi=300_000, workers=workers, mode=mode)
    assert everything_in(tmp_path) == set()


@HERE_AND_THERE
def test_a_missing_folder_is_named_before_anything_starts(tmp_path: Path, workers: int) -> None:
    missing = tmp_path / "not" / "there"
    with nothing_starts(), pytest.raises(FileNotFoundError, match="not/there"):
        encode(clip(3), missing / "movie.mp4", workers=workers)
    assert everything_in(tmp_path) == set()


def test_a_folder_is_not_a_movie(tmp_path: Path) -> None:
    with nothing_starts(), pytest.raises(IsADirectoryError):
        encode(clip(3), tmp_path)


@HERE_AND_THERE
@pytest.mark.parametrize("protected", ["folder", "file"])
def test_a_place_without_the_right_to_write_is_named(workers: int, protected: str) -> None:
    # Not in tmp_path, which lies in a folder that only its owner can enter.
    with tempfile.TemporaryDirectory(prefix="unwritable-") as made:
        movie = Path(made, "movie.mp4")
        movie.write_text("old")
        movie.chmod(0o666 if protected == "folder" else 0o444)
        os.chmod(made, 0o555 if protected == "folder" else 0o777)
        error, message = as_nobody(lambda: encode(clip(3), movie, workers=workers))
        assert error == "PermissionError"
        assert made in message
        assert everything_in(Path(made)) == {"movie.mp4"}
        assert movie.read_text() == "old"
        os.chmod(made, 0o777)
        movie.chmod(0o666)
        error, message = as_nobody(lambda: encode(clip(3), movie, workers=workers))
        assert (error, movie.name in message) == ("", True), "and with that right it works"


def test_the_arguments_of_save_have_its_names_order_and_defaults() -> None:
    theirs = list(inspect.signature(Animation.save).parameters.values())[1:]
    ours = list(inspect.signature(encode).parameters.values())[1:]
    for save, mine in zip(theirs, ours, strict=False):
        assert (mine.name, mine.kind, mine.default) == (save.name, save.kind, save.default)
    assert len(ours) > len(theirs)
    assert all(own.kind is own.KEYWORD_ONLY for own in ours[len(theirs) :])


def test_the_arguments_of_save_are_taken_by_position(tmp_path: Path) -> None:
    movie = encode(
        clip(3), tmp_path / "m.rgba", "ffmpeg", 10, 16, RAW["codec"], -1, RAW["extra_args"],
        {"title": "a"}, None, {"facecolor": "white"}, workers=0,
    )  # fmt: skip
    assert (movie.width, movie.height, movie.fps) == (16, 16, 10)
    assert numbers_in(movie) == [0, 1, 2]


# -- no frames -------------------------------------------------------------------------------------


def used_up() -> Iterator[int]:
    generator = (i for i in range(3))
    list(generator)
    return generator


@pytest.mark.filterwarnings("ignore:Can not start iterating")
@HERE_AND_THERE
@pytest.mark.parametrize(
    "empty", [lambda: 0, list, used_up, lambda: lambda: iter(())],
    ids=["number", "list", "generator", "generator function"],
)  # fmt: skip
def test_an_animation_without_frames_is_an_error(
    tmp_path: Path, empty: Callable[[], Any], workers: int
) -> None:
    target = tmp_path / "movie.mp4"
    target.write_text("old")
    with pytest.raises((ValueError, FramepipeError), match="no frames"):
        encode(clip(empty()), target, workers=workers)
    assert everything_in(tmp_path) == {"movie.mp4"}
    assert target.read_text() == "old"


@HERE_AND_THERE
def test_an_artist_animation_without_frames_is_an_error(tmp_path: Path, workers: int) -> None:
    figure, _ = flat()
    with pytest.raises((ValueError, FramepipeError), match="no frames"):
        encode(ArtistAnimation(figure, []), tmp_path / "movie.mp4", workers=workers)
    assert everything_in(tmp_path) == set()


def test_independent_frames_need_a_known_length(tmp_path: Path) -> None:
    def endless() -> Iterator[int]:
        yield from range(5)

    with nothing_starts(), pytest.raises(ValueError, match=r"independent=True.*length"):
        encode(clip(endless), tmp_path / "movie.mp4", independent=True)
    movie = encode(clip(endless, save_count=5), tmp_path / "m.rgba", independent=True, **RAW)
    assert numbers_in(movie) == [0, 1, 2, 3, 4]


# -- the result ------------------------------------------------------------------------------------


@HERE_AND_THERE
def test_a_movie_tells_what_it_is(tmp_path: Path, workers: int) -> None:
    movie = encode(clip(7), tmp_path / "m.rgba", fps=20, dpi=48, workers=workers, **RAW)
    assert isinstance(movie, Movie)
    assert movie.path == tmp_path / "m.rgba"
    assert (movie.frames, movie.width, movie.height) == (7, 48, 48)
    assert (movie.fps, movie.mode, movie.workers) == (20, "pipe", workers)
    assert 0 < movie.seconds < 60
    assert os.fspath(movie) == str(tmp_path / "m.rgba")
    assert Path(movie).stat().st_size == 7 * 48 * 48 * 4
    shutil.copy(movie, tmp_path / "copy")
    assert f"{movie.path.name}: 7 frames of 48x48" in str(movie.report)
    report = movie.report
    assert report.draw > 0
    assert report.update > 0
    assert report.encode > 0
    assert report.restarts == 0
    assert report.memory >= 2 * 48 * 48 * 4 if workers else report.memory == 48 * 48 * 4
    assert "draw" in str(report)
    with pytest.raises(AttributeError):
        movie.frames = 8  # type: ignore[misc]


def test_a_name_without_a_folder_is_told_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    movie = encode(clip(2), "m.rgba", **RAW)
    assert movie.path == tmp_path / "m.rgba"


@pytest.mark.parametrize(("workers", "used", "forks"), [(0, 0, 0), (1, 1, 2), (5, 5, 5), (9, 6, 6)])
def test_there_are_never_more_workers_than_frames(
    tmp_path: Path, workers: int, used: int, forks: int
) -> None:
    """A single one has a witness beside it for the first frames."""
    with what_starts() as started:
        movie = encode(clip(6), tmp_path / "m.rgba", workers=workers, **RAW)
    assert sum(event.startswith("os.fork") for event in started) == forks
    assert movie.workers == used
    assert numbers_in(movie) == list(range(6))


def test_at_most_as_many_workers_as_cpus_when_none_are_asked_for(tmp_path: Path) -> None:
    from framepipe.engines.system.resources import usable_cpus

    movie = encode(clip(40), tmp_path / "m.rgba", **RAW)
    assert movie.report.workers is not None
    assert 1 <= movie.report.workers.started <= max(2, usable_cpus())  # one draws, one checks
    assert 1 <= movie.workers <= usable_cpus()


# -- progress --------------------------------------------------------------------------------------


@HERE_AND_THERE
def test_progress_comes_in_order_once_a_frame_when_ffmpeg_has_it(
    tmp_path: Path, workers: int
) -> None:
    calls: list[tuple[int, int | None]] = []
    short: list[int] = []
    pixels = 700  # frames larger than a pipe can be, so that ffmpeg must be reading them
    size = 4 * pixels * pixels

    def note(i: int, n: int | None) -> None:
        calls.append((i, n))
        (ffmpeg,) = children()[0]
        if ffmpeg.io_counters().read_chars < (i + 1) * size - 2**20:
            short.append(i)

    encode(
        clip(12, pixels=pixels), tmp_path / "m.rgba", workers=workers, progress_callback=note, **RAW
    )
    assert calls == [(i, 12) for i in range(12)]
    assert not short, "progress of frames that ffmpeg has not taken"


@HERE_AND_THERE
def test_progress_of_unknown_length_has_no_total(tmp_path: Path, workers: int) -> None:
    calls: list[tuple[int, int | None]] = []
    movie = encode(
        clip(lambda: iter(range(9))), tmp_path / "m.rgba", workers=workers,
        progress_callback=lambda i, n: calls.append((i, n)), **RAW,
    )  # fmt: skip
    assert [i for i, _ in calls] == list(range(9))
    assert calls[0] == (0, None)
    assert movie.frames == 9


@HERE_AND_THERE
def test_what_the_progress_callback_raises_comes_out_as_it_is(tmp_path: Path, workers: int) -> None:
    target = tmp_path / "movie.mp4"
    target.write_text("old")

    def stop(i: int, n: int | None) -> None:
        if i == 3:
            raise StopAsyncIteration("enough")

    with pytest.raises(StopAsyncIteration, match="enough"):
        encode(clip(500), target, workers=workers, progress_callback=stop)
    assert children() == ([], [])
    assert everything_in(tmp_path) == {"movie.mp4"}
    assert target.read_text() == "old"


@HERE_AND_THERE
def test_the_bar_counts_encoded_frames_beside_the_callback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], workers: int
) -> None:
    threads = set(threading.enumerate())
    calls: list[int] = []
    encode(
        clip(23), tmp_path / "m.rgba", workers=workers, progress=True,
        progress_callback=lambda i, n: calls.append(i), **RAW,
    )  # fmt: skip
    shown = capfd.readouterr().err
    assert "23/23" in shown
    assert "frame" in shown
    assert calls == list(range(23))
    assert set(threading.enumerate()) == threads, "a thread beside us may hold a lock in a fork"


def test_the_bar_is_closed_when_the_movie_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(framepipe.EncoderError):
        encode(clip(23), tmp_path / "m.mp4", progress=True, codec="bogus")
    assert "0/23" in capfd.readouterr().err
    tqdm = pytest.importorskip("tqdm.auto").tqdm
    assert not [bar for bar in tqdm._instances if not bar.disable]


def test_no_bar_unless_asked_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    encode(clip(3), tmp_path / "m.rgba", **RAW)
    assert capfd.readouterr() == ("", "")


# -- animations of other kinds ---------------------------------------------------------------------


@pytest.mark.parametrize("way", [{"workers": 0}, {"workers": 2}, {"start_method": "spawn"}])
def test_a_function_may_make_the_animation(tmp_path: Path, way: dict[str, Any]) -> None:
    plt.close("all")

    def make() -> FuncAnimation:
        figure = plt.figure(figsize=(1, 1), dpi=32)
        patch = Rectangle((0, 0), 1, 1, antialiased=False, linewidth=0)
        figure.add_artist(patch)

        def update(i: int) -> tuple[Any]:
            patch.set_facecolor((0, 0, i / 255))
            return (patch,)

        return FuncAnimation(figure, update, frames=8, init_func=tuple)

    movie = encode(make, tmp_path / "m.rgba", **{"workers": 2, **way}, **RAW)
    assert numbers_in(movie) == list(range(8))
    assert plt.get_fignums() == [], "a figure that nobody else knows is left open"


def test_extra_animations_run_along(tmp_path: Path) -> None:
    figure, show = flat()
    shown = [0]

    def first(i: int) -> None:
        shown[0] = i

    def second(i: int) -> None:
        show(shown[0] + i)

    options: dict[str, Any] = {"frames": 6, "init_func": tuple, "cache_frame_data": False}
    movie = encode(
        FuncAnimation(figure, first, **options), tmp_path / "m.rgba", workers=2,
        extra_anim=[FuncAnimation(figure, second, **options)], **RAW,
    )  # fmt: skip
    assert numbers_in(movie) == [0, 2, 4, 6, 8, 10]


# -- the writer, and what is asked of ffmpeg -------------------------------------------------------


def about(path: Path) -> str:
    """What ffmpeg says of a file."""
    return subprocess.run([FFMPEG, "-i", str(path)], capture_output=True, text=True).stderr


def test_the_settings_of_a_writer_instance_are_used(tmp_path: Path) -> None:
    writer = FFMpegWriter(
        fps=7, codec="mpeg4", bitrate=500, extra_args=["-g", "3"], metadata={"artist": "Anna"}
    )
    movie = encode(clip(6), tmp_path / "m.mp4", writer)
    said = about(movie.path)
    assert "Video: mpeg4" in said
    assert "7 fps" in said
    assert "Anna" in said
    assert movie.fps == 7


@pytest.mark.parametrize(
    "given",
    [
        {"fps": 3}, {"codec": "h264"}, {"bitrate": 5}, {"extra_args": []}, {"metadata": {}},
    ],
)  # fmt: skip
def test_nothing_that_a_writer_instance_holds_may_be_given_beside_it(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    with nothing_starts(), pytest.raises(RuntimeError, match=next(iter(given))):
        encode(clip(3), tmp_path / "m.mp4", FFMpegWriter(fps=7), **given)


@pytest.mark.parametrize("writer", [None, "ffmpeg"])
def test_a_writer_may_be_named_or_left_out(tmp_path: Path, writer: str | None) -> None:
    assert numbers_in(encode(clip(3), tmp_path / "m.rgba", writer, **RAW)) == [0, 1, 2]


def test_the_writer_in_rcparams_counts(tmp_path: Path) -> None:
    with mpl.rc_context({"animation.writer": "pillow"}):
        assert encode(clip(3), tmp_path / "m.gif").mode == "segments"
    assert encode(clip(3), tmp_path / "m.gif").mode == "pipe"


def test_what_is_asked_of_ffmpeg_reaches_the_file(tmp_path: Path) -> None:
    target = tmp_path / "m.mkv"
    encode(
        clip(10), target, fps=12.5, codec="mpeg4", bitrate=333,
        metadata={"title": "Ein = Titel; with 'quotes'"}, extra_args=["-aspect", "2:1"],
    )  # fmt: skip
    said = about(target)
    assert "Video: mpeg4" in said
    assert "12.50 fps" in said
    assert "Ein = Titel; with 'quotes'" in said
    assert "DAR 2:1" in said


def test_the_interval_gives_the_frame_rate(tmp_path: Path) -> None:
    movie = encode(clip(3, interval=50), tmp_path / "m.mp4")
    assert movie.fps == 20
    assert "20 fps" in about(movie.path)


def test_rcparams_fill_in_codec_bitrate_and_arguments(tmp_path: Path) -> None:
    with mpl.rc_context({"animation.codec": "mpeg2video", "animation.ffmpeg_args": ["-g", "1"]}):
        encode(clip(3, interval=40), tmp_path / "m.mkv")
    assert "mpeg2video" in about(tmp_path / "m.mkv")


def own_ffmpeg(folder: Path) -> Path:
    """A program that is not the usual ffmpeg, leaves a note, and does its work."""
    folder.mkdir()
    program = folder / "my ffmpeg"
    program.write_text(f'#!/bin/sh\necho used > "{folder}/note"\nexec "{FFMPEG}" "$@"\n')
    program.chmod(0o755)
    return program


@HERE_AND_THERE
def test_the_configured_ffmpeg_is_used(tmp_path: Path, workers: int) -> None:
    program = own_ffmpeg(tmp_path / "bin")
    with mpl.rc_context({"animation.ffmpeg_path": str(program)}):
        movie = encode(clip(3), tmp_path / "m.rgba", workers=workers, **RAW)
    assert (tmp_path / "bin" / "note").exists()
    assert numbers_in(movie) == [0, 1, 2]


def test_a_configured_ffmpeg_that_is_not_there_falls_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        mpl.rc_context({"animation.ffmpeg_path": str(tmp_path / "no" / "ffmpeg")}),
        caplog.at_level(logging.WARNING, "framepipe"),
    ):
        movie = encode(clip(3), tmp_path / "m.rgba", **RAW)
    assert "no/ffmpeg" in caplog.text
    assert numbers_in(movie) == [0, 1, 2]


# -- the file --------------------------------------------------------------------------------------


def test_an_old_movie_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "m.rgba"
    target.write_text("old")
    target.chmod(0o640)

    def look(i: int, n: int | None) -> None:
        assert target.read_text() == "old"

    movie = encode(clip(5), target, progress_callback=look, **RAW)
    assert numbers_in(movie) == list(range(5))
    assert target.stat().st_mode & 0o777 == 0o640
    assert everything_in(tmp_path) == {"m.rgba"}


@pytest.mark.parametrize(
    "name", ["a b.rgba", 'it\'s "q".rgba', "%d.rgba", "-y.rgba", "a\nb.rgba", "http:x.rgba", "ü"]
)
def test_names_are_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    movie = encode(clip(3), name, workers=0, **RAW)
    assert everything_in(tmp_path) == {name}
    assert numbers_in(movie) == [0, 1, 2]


# -- the caller's world ----------------------------------------------------------------------------


def world(figure: Figure) -> dict[str, Any]:
    """All that a run could disturb."""
    return {
        "canvas": figure.canvas,
        "manager": figure.canvas.manager,
        "saving": figure.canvas.is_saving(),
        "size": tuple(figure.get_size_inches()),
        "dpi": figure.dpi,
        "figures": plt.get_fignums(),
        "backend": mpl.get_backend(),
        "rcParams": dict(mpl.rcParams),
        "cwd": os.getcwd(),
        "environment": dict(os.environ),
        "path": list(sys.path),
    }


def chance() -> tuple[Any, Any]:
    return random.getstate(), str(np.random.get_state(legacy=False))


@pytest.mark.parametrize(
    "way", [{"workers": 0}, {"workers": 2}, {"workers": 2, "start_method": "spawn"}], ids=str
)
def test_the_callers_world_is_as_it_was(tmp_path: Path, way: dict[str, Any]) -> None:
    figure = plt.figure(figsize=(1.01, 1.03), dpi=40)
    patch = Rectangle((0, 0), 1, 1)
    figure.add_artist(patch)
    ran: list[int] = []

    def update(i: int) -> tuple[Any]:
        ran.append(i)
        patch.set_facecolor((random.random(), np.random.random(), 0))
        if i == 3:
            figure.set_size_inches(2, 2)
        return (patch,)

    animation = FuncAnimation(figure, update, frames=6, init_func=tuple)
    patch.set_facecolor((0, 1, 0))
    random.seed(5)
    np.random.seed(6)
    try:
        before, luck = world(figure), chance()
        encode(animation, tmp_path / "m.mp4", dpi=100, savefig_kwargs={"facecolor": "red"}, **way)
        assert world(figure) == before
        if way["workers"]:
            assert chance() == luck
            assert ran == []
            assert patch.get_facecolor() == (0, 1, 0, 1)
        else:
            assert ran == list(range(6))
        # And the animation can be shown or saved afterwards as if nothing had been.
        assert numbers_of_saves(animation, tmp_path) == 6
    finally:
        plt.close(figure)


def numbers_of_saves(animation: FuncAnimation, folder: Path) -> int:
    calls: list[int] = []
    with mpl.rc_context({"animation.ffmpeg_path": FFMPEG}):
        animation.save(
            folder / "saved.mp4", writer="ffmpeg", progress_callback=lambda i, n: calls.append(i)
        )
    return len(calls)


@HERE_AND_THERE
def test_the_world_is_restored_after_a_failure_too(tmp_path: Path, workers: int) -> None:
    def stop(i: int) -> None:
        if i == 3:
            raise ValueError("stop")

    animation = clip(6, stop)
    before = world(animation._fig)  # type: ignore[attr-defined]
    with pytest.raises(framepipe.FrameError):
        encode(animation, tmp_path / "m.mp4", workers=workers, dpi=77)
    assert world(animation._fig) == before  # type: ignore[attr-defined]


@HERE_AND_THERE
@pytest.mark.parametrize("canvas", [None, FigureCanvasPdf, FigureCanvasSVG])
def test_the_figure_may_live_on_any_canvas(tmp_path: Path, canvas: Any, workers: int) -> None:
    figure, show = flat()
    if canvas is None:
        other = Figure(figsize=(1, 1), dpi=32)
        figure.set_canvas(other.canvas)
        figure.canvas.figure = figure
    else:
        canvas(figure)
    mine = figure.canvas
    animation = FuncAnimation(figure, show, frames=5, init_func=tuple)
    movie = encode(animation, tmp_path / "m.rgba", workers=workers, **RAW)
    assert numbers_in(movie) == list(range(5))
    assert figure.canvas is mine


# -- where it is called from -----------------------------------------------------------------------


@HERE_AND_THERE
def test_it_works_in_a_thread(tmp_path: Path, workers: int) -> None:
    made: list[Any] = []

    def work() -> None:
        try:
            made.append(numbers_in(encode(clip(9), tmp_path / "m.rgba", workers=workers, **RAW)))
        except BaseException as error:
            made.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert made == [list(range(9))]


def test_two_threads_may_make_movies_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker forked for one movie must not keep open what belongs to the other.

    Here the second movie begins while the first is just starting its ffmpeg, when a fork would
    inherit the pipe by which Popen waits for its child.
    """
    starting, going = threading.Event(), threading.Event()
    together = threading.Barrier(2)
    made: dict[int, Any] = {}
    really = subprocess._fork_exec  # type: ignore[attr-defined]

    def fork_exec(*args: Any) -> int:
        pid: int = really(*args)
        if not starting.is_set():
            starting.set()
            going.wait(1)  # in vain, if processes are started one at a time
        return pid

    monkeypatch.setattr(subprocess, "_fork_exec", fork_exec)

    def meet(i: int, n: int | None) -> None:
        if i == 5:
            together.wait(10)  # both are in the middle of it

    def work(first: int, wait: bool) -> None:
        def progress(i: int, n: int | None) -> None:
            if wait:
                going.set()
            meet(i, n)

        if wait:
            starting.wait(20)
        numbers, path = clip(range(first, first + 40)), tmp_path / f"{first}.rgba"
        try:
            movie = encode(numbers, path, workers=2, progress_callback=progress, **RAW)
            made[first] = numbers_in(movie)
        except BaseException as error:
            made[first] = error

    threads = [threading.Thread(target=work, args=given) for given in ((0, False), (100, True))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert made == {0: list(range(40)), 100: list(range(100, 140))}


def in_pool(path: str) -> tuple[list[int], int, str]:
    """In a Pool's worker: make a movie, then ask for what cannot be."""
    movie = encode(clip(9), path, **RAW)
    try:
        encode(clip(9), path, workers=2, **RAW)
    except ValueError as error:
        return numbers_in(movie), movie.workers, str(error)
    return numbers_in(movie), movie.workers, ""


def test_it_works_in_a_pool_worker_which_may_have_no_children(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        numbers, workers, refused = pool.apply(in_pool, (str(tmp_path / "m.rgba"),))
        pool.close()
        pool.join()
    assert numbers == list(range(9))
    assert workers == 0
    assert "workers=0" in refused


def test_it_works_again_and_again(tmp_path: Path) -> None:
    animation = clip(9)
    for workers in (2, 0, 1, 0, 2):
        movie = encode(animation, tmp_path / "m.rgba", workers=workers, **RAW)
        assert numbers_in(movie) == list(range(9))


def test_what_the_users_functions_print_is_printed_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tell = clip(12, lambda i: print(f"frame {i}", flush=True))
    encode(tell, tmp_path / "m.rgba", workers=3, **RAW)
    assert capfd.readouterr().out.splitlines() == [f"frame {i}" for i in range(12)]
