"""framepipe as matplotlib's movie writer: the movie of FFMpegWriter, and nothing left behind."""

from __future__ import annotations

import base64
import gc
import io
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import psutil
import pytest
from animations import CORPUS, Case
from clips import FFMPEG, RAW, children, clip, everything_in, flat, numbers_in, wait_until
from matplotlib.animation import ArtistAnimation, FFMpegWriter, FuncAnimation, writers
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from reference import Reference, _reference, arguments, decoded, surroundings, truth

import framepipe
from framepipe import EncoderError, EncoderNotFound, FrameError, FramepipeError, Segments, Writer
from framepipe.engines.threaded import SLOTS, ThreadedSink

NEW = mpl.__version_info__ >= (3, 10)

pytestmark = pytest.mark.filterwarnings("ignore:Animation was deleted without rendering")


@pytest.fixture(autouse=True)
def our_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """save() must find the ffmpeg that we find."""
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    yield
    plt.close("all")


def wave(layout: str | None = None) -> FuncAnimation:
    """A line, a title and limits that change, on a translucent figure of an odd size."""
    figure, axes = plt.subplots(figsize=(2.03, 1.51), facecolor=(1, 0.5, 0, 0.4), layout=layout)
    (line,) = axes.plot([0, 1], [0, 1], "o-")

    def update(number: int) -> None:
        line.set_data([0, number], [number, 1])
        axes.set(xlim=(-1, number + 1), title=f"{number}" * (number + 1))

    return FuncAnimation(figure, update, 6, init_func=tuple)


class ByHand(Writer):
    """A class made from it, which is given every frame."""


class Small(type(Path())):  # type: ignore[misc]
    """A raw movie of the size that `clip` has."""

    width = height = 32


def numbers(path: Path) -> list[int]:
    return numbers_in(Small(path))


# ------------------------------------------------------------------------------ the same frames


def cases() -> list[Any]:
    """Those at the core, and what concerns a movie as a whole; `FRAMEPIPE_CORPUS=all`: all."""
    every = os.environ.get("FRAMEPIPE_CORPUS") == "all"
    chosen = [case for case in CORPUS.values() if every or case.core or case.theme == "movie"]
    slow = pytest.mark.slow
    return [pytest.param(case, marks=[slow] if i % 16 else []) for i, case in enumerate(chosen)]


def by_writer(case: Case, directory: Path) -> Reference:
    given = {**arguments(case, directory), "writer": "framepipe"}
    with surroundings(case):
        animation, extra = case.build()
        figure: Any = animation._fig  # type: ignore[attr-defined]
        before = (figure.canvas, figure.canvas.manager, figure.canvas.is_saving())
        animation.save(**given, extra_anim=extra or None)
        assert (figure.canvas, figure.canvas.manager, figure.canvas.is_saving()) == before
    true = truth(case)
    return _reference(case, directory, true.width, true.height)


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_corpus(case: Case, tmp_path: Path) -> None:
    made, true = by_writer(case, tmp_path), truth(case)
    assert len(made.frames) == len(true.frames)
    differ = [i for i, (a, b) in enumerate(zip(made.frames, true.frames, strict=True)) if a != b]
    assert not differ, f"frames {differ} differ from FFMpegWriter's"
    assert made.shown == true.shown, "the same frames make another mp4"


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dpi": {"dpi": 57},
    "rate": {"fps": 12.5, "bitrate": 200, "metadata": {"title": "a = b"}},
    "face": {"savefig_kwargs": {"facecolor": (0, 0.4, 0, 0.5)}},
    "clear": {"savefig_kwargs": {"transparent": True}},
    "mpeg4": {"codec": "mpeg4", "extra_args": ["-q:v", "3"]},
}


#: What `FFMpegWriter` can make: no WebM of MPEG-4, and before matplotlib 3.10 none at all.
KINDS = [
    pytest.param(
        suffix, options, marks=[] if options == "plain" or suffix == ".gif" else [pytest.mark.slow]
    )
    for suffix in (".mp4", ".gif", ".webm", ".mkv")
    for options in OPTIONS
    if suffix != ".webm" or (options != "mpeg4" and NEW)
]


@pytest.mark.thinned(4)
@pytest.mark.parametrize(("suffix", "options"), KINDS)
def test_every_kind_of_file(tmp_path: Path, suffix: str, options: str) -> None:
    given = OPTIONS[options]
    if suffix == ".webm":
        # What ffmpeg 9 would choose for frames with alpha, it then does not like.
        given = {**given, "extra_args": ["-pix_fmt", "yuva420p"]}
    for name in ("ffmpeg", "framepipe"):
        wave().save(tmp_path / (name + suffix), writer=name, **given)
    saved, made = (tmp_path / (name + suffix) for name in ("ffmpeg", "framepipe"))
    assert decoded(made) == decoded(saved)
    assert len(decoded(made)) == 6
    if suffix == ".gif":  # an mp4 of ours has its index first, and says which colours it holds
        assert made.read_bytes() == saved.read_bytes()
    assert everything_in(tmp_path) == {saved.name, made.name}


@pytest.mark.slow
def test_an_instance_has_the_settings_and_can_be_used_again(tmp_path: Path) -> None:
    ours, theirs = (cls(fps=7, bitrate=300, codec="mpeg4") for cls in (Writer, FFMpegWriter))
    for name in ("1.mp4", "2.mkv"):
        wave().save(tmp_path / name, writer=ours)
        wave().save(tmp_path / f"true-{name}", writer=theirs)
        assert decoded(tmp_path / name) == decoded(tmp_path / f"true-{name}")
    # FFMpegWriter takes the GIF's codec for its own from then on.
    wave().save(tmp_path / "3.gif", writer=ours)
    wave().save(tmp_path / "4.mp4", writer=ours)
    assert (tmp_path / "4.mp4").read_bytes() == (tmp_path / "1.mp4").read_bytes()
    with pytest.raises(RuntimeError, match="fps"):
        wave().save(tmp_path / "m.mp4", writer=ours, fps=3)


def test_rcparams_may_name_it(tmp_path: Path) -> None:
    found = []
    for name in ("ffmpeg", "framepipe"):
        with mpl.rc_context({"animation.writer": name}):
            page = wave().to_html5_video()
        before, _, rest = page.partition("base64,")
        movie, _, after = rest.partition('"')
        (tmp_path / f"{name}.mp4").write_bytes(base64.b64decode(movie))
        found.append((before, decoded(tmp_path / f"{name}.mp4"), after))
    assert found[0] == found[1]
    with mpl.rc_context({"animation.writer": "framepipe"}):
        animation = wave()
        animation.save(tmp_path / "m.mp4")
    assert writers["framepipe"] is Writer
    assert "framepipe" in writers.list()


@pytest.mark.slow
def test_artists_of_frames_and_animations_that_run_along(tmp_path: Path) -> None:
    def build() -> tuple[ArtistAnimation, FuncAnimation]:
        figure, (one, two) = plt.subplots(1, 2)
        lists = [one.plot([0, i], [i, 0], f"C{i}") for i in range(5)]
        (dot,) = two.plot([0, 4], [0, 4], "o")
        along = FuncAnimation(figure, lambda i: dot.set_data([0, i], [i, 4]), 5)
        return ArtistAnimation(figure, lists, blit=True), along

    said: dict[str, list[Any]] = {"ffmpeg": [], "framepipe": []}
    for name, heard in said.items():
        first, second = build()
        first.save(
            tmp_path / f"{name}.mp4", writer=name, extra_anim=[second],
            progress_callback=lambda i, n, heard=heard: heard.append((i, n)),  # type: ignore[misc]
        )  # fmt: skip
    assert decoded(tmp_path / "framepipe.mp4") == decoded(tmp_path / "ffmpeg.mp4")
    assert said["ffmpeg"] == said["framepipe"]
    assert len(said["ffmpeg"]) == 10


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["constrained", "tight"])
def test_layout_engines(tmp_path: Path, layout: str) -> None:
    for name in ("ffmpeg", "framepipe"):
        wave(layout).save(tmp_path / f"{name}.mp4", writer=name)
    assert decoded(tmp_path / "framepipe.mp4") == decoded(tmp_path / "ffmpeg.mp4")


@pytest.mark.parametrize("way", ["writer", "accelerate"])
def test_what_fails_here_when_all_frames_are_encoded_leaves_the_old_movie(
    way: str, tmp_path: Path
) -> None:
    """The process that makes the movie is far ahead of the one in which save goes on."""
    path = tmp_path / "m.rgba"
    path.write_text("old")
    before = set(psutil.Process().children(recursive=True))  # other tests' fork servers

    def is_alone() -> bool:
        return len(set(psutil.Process().children(recursive=True)) - before) <= 1

    def told(frame: int, _: int | None) -> None:
        # The workers are gone, and the encoder: all is done that can be done without this process.
        wait_until(is_alone, 20, "the movie")
        raise ArithmeticError(f"wrong sum {frame}")

    accelerated = framepipe.accelerate() if way == "accelerate" else nullcontext()
    options: dict[str, Any] = RAW if way == "accelerate" else {"writer": Writer(**RAW)}
    with accelerated, pytest.raises(ArithmeticError, match="wrong sum 0"):
        clip(12).save(path, progress_callback=told, **options)
    assert path.read_text() == "old"
    assert everything_in(tmp_path) == {"m.rgba"}
    assert children() == ([], [])


def test_no_frame_is_drawn_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And none here where other processes make the movie."""
    draw, count = Line2D.draw, []

    def counted(line: Line2D, renderer: Any) -> None:
        count.append(line)
        draw(line, renderer)

    counts = {}
    ways: dict[str, Any] = {"ffmpeg": "ffmpeg", "by hand": ByHand(), "framepipe": "framepipe"}
    for name, writer in ways.items():
        animation: Any = wave()
        (line,) = animation._fig.axes[0].lines
        with monkeypatch.context() as patch:
            patch.setattr(Line2D, "draw", counted)
            count.clear()
            animation.save(tmp_path / "m.mp4", writer=writer)
        counts[name] = count.count(line)
    assert counts["ffmpeg"] >= 12
    assert counts["by hand"] == 7  # the first one twice: some artists keep something of it
    assert counts["framepipe"] == 0


def test_who_listens_to_draws_hears_all_of_them(tmp_path: Path) -> None:
    """It might change something for the next one."""
    counts = {}
    for name in ("ffmpeg", "framepipe"):
        animation: Any = wave()
        count: list[int] = []
        animation._fig.canvas.mpl_connect("draw_event", lambda _, count=count: count.append(1))
        animation.save(tmp_path / "m.mp4", writer=name)
        counts[name] = len(count)
    assert counts["ffmpeg"] == counts["framepipe"] >= 12


# -------------------------------------------------------------------------------------- by hand


def grab_all(writer: Any, figure: Figure, show: Any) -> None:
    kwargs: list[dict[str, Any]] = [
        {}, {"facecolor": "g"}, {"facecolor": (0, 0, 1, 0.5)}, {"transparent": True}
    ]  # fmt: skip
    for number, given in enumerate(kwargs):
        show(number)
        writer.grab_frame(**given)


@pytest.mark.parametrize("how", ["saving", "setup"])
def test_by_hand(tmp_path: Path, how: str) -> None:
    sizes = []
    for cls in (FFMpegWriter, Writer):
        figure, axes = plt.subplots(figsize=(1.07, 1.13), facecolor=(1, 0, 0, 0.3))
        (line,) = axes.plot([0, 1])
        writer = cls(fps=30, **RAW)
        path = tmp_path / f"{cls.__name__}.rgba"

        def show(number: int, line: Any = line) -> None:
            line.set_ydata([number, 0])

        with mpl.rc_context({"savefig.bbox": "tight" if how == "saving" else None}):
            if how == "saving":
                with writer.saving(figure, path, dpi=71) as same:
                    assert same is writer
                    grab_all(writer, figure, show)
                    sizes.append(writer.frame_size)
            else:
                writer.setup(figure, path)
                grab_all(writer, figure, show)
                sizes.append(writer.frame_size)
                mpl.rcParams["lines.linewidth"] = 17
                writer.finish()
                assert mpl.rcParams["lines.linewidth"] == 17
    assert sizes[0] == sizes[1]
    ours = (tmp_path / "Writer.rgba").read_bytes()
    assert ours == (tmp_path / "FFMpegWriter.rgba").read_bytes()
    assert len(ours) == 4 * 4 * sizes[0][0] * sizes[0][1]


def test_the_figure_is_as_it_was(tmp_path: Path) -> None:
    figure = plt.figure(figsize=(1.07, 1.13), dpi=90)
    canvas: Any = figure.canvas
    before = (canvas, canvas.manager, canvas.is_saving(), figure.dpi, *figure.get_size_inches())
    writer = Writer()
    with writer.saving(figure, tmp_path / "m.mp4", dpi=71):
        assert figure.canvas is canvas
        assert canvas.is_saving()
        assert canvas.manager is None
        assert writer.frame_size == (74, 80)
        writer.grab_frame()
        figure.set_size_inches(3, 3)
        figure.set_dpi(50)
        writer.grab_frame()
    after = figure.canvas
    now = (after, after.manager, after.is_saving(), figure.dpi, *figure.get_size_inches())
    assert now == before
    assert len(decoded(tmp_path / "m.mp4")) == 2
    assert writer.frame_size == (74, 80)


def test_what_is_not_to_be_given_to_a_frame_is_refused(tmp_path: Path) -> None:
    figure, show = flat()
    writer = Writer(**RAW)
    with writer.saving(figure, tmp_path / "m.rgba"):
        for name in ("dpi", "format", "bbox_inches"):
            with pytest.raises(TypeError, match=name):
                writer.grab_frame(**{name: None})
        show(5)
        with pytest.raises(TypeError, match="nonsense"):
            writer.grab_frame(nonsense=1)
        writer.grab_frame()
    assert numbers(tmp_path / "m.rgba") == [5]
    writer.setup(figure, tmp_path / "m.rgba")
    with mpl.rc_context({"savefig.bbox": "tight"}), pytest.raises(ValueError, match="tight"):
        writer.grab_frame()
    with pytest.raises(RuntimeError, match=r"m\.rgba"):
        writer.setup(figure, tmp_path / "other.rgba")
    writer.abort()
    for call in (writer.grab_frame, writer.finish):
        with pytest.raises(RuntimeError, match="no movie"):
            call()
    writer.abort()
    assert numbers(tmp_path / "m.rgba") == [5]


def test_many_more_frames_than_are_held(tmp_path: Path) -> None:
    clip(100).save(tmp_path / "m.rgba", writer="framepipe", dpi=32, **RAW)
    assert numbers(tmp_path / "m.rgba") == list(range(100))


# -------------------------------------------------------------------------------------- failing


class Sour(Exception):
    """The user's own."""


@pytest.mark.parametrize("sour", [Sour, KeyboardInterrupt])
def test_an_error_in_the_middle_leaves_the_old_file(tmp_path: Path, sour: type) -> None:
    target = tmp_path / "m.mp4"
    target.write_text("old")

    def turn(number: int) -> None:
        if number == 7:
            raise sour

    animation = clip(20, turn)
    figure: Any = animation._fig  # type: ignore[attr-defined]
    canvas = figure.canvas
    with pytest.raises(sour):
        animation.save(target, writer="framepipe")
    assert figure.canvas is canvas
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.mp4"}
    assert children() == ([], [])
    # And once more, without it.
    clip(5).save(target, writer="framepipe")
    assert len(decoded(target)) == 5


def grab_twice(figure: Figure, path: Path, between: Callable[[], Any]) -> None:
    writer = Writer()
    with writer.saving(figure, path):
        writer.grab_frame()
        between()
        for _ in range(SLOTS):
            writer.grab_frame()


def test_an_error_in_drawing_is_the_users(tmp_path: Path) -> None:
    figure, _ = flat()

    def draw(*_: Any) -> None:
        raise Sour

    with pytest.raises(Sour):
        grab_twice(figure, tmp_path / "m.mp4", lambda: setattr(figure.artists[0], "draw", draw))
    assert everything_in(tmp_path) == set()


def test_a_frame_of_another_size_is_told(tmp_path: Path) -> None:
    figure, _ = flat()

    def draw(renderer: Any) -> None:
        figure.canvas.renderer = type(renderer)(5, 5, 32)  # type: ignore[attr-defined]

    with pytest.raises(FrameError, match="size") as caught:
        grab_twice(figure, tmp_path / "m.mp4", lambda: setattr(figure.artists[0], "draw", draw))
    assert caught.value.frame == 1
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("frames", [1, 2, 60])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"extra_args": ["-nonsense", "1"]}, "nonsense"),
        ({"codec": "nonsense"}, "nonsense"),
    ],
)
def test_the_words_of_ffmpeg(tmp_path: Path, frames: int, options: Any, says: str) -> None:
    target = tmp_path / "m.mp4"
    target.write_text("old")
    with pytest.raises(EncoderError, match=says) as caught:
        clip(frames).save(target, writer="framepipe", **options)
    assert says in caught.value.stderr
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.mp4"}
    assert children() == ([], [])


def test_an_error_in_drawing_comes_out_at_its_frame(tmp_path: Path) -> None:
    """As from save: no update after that frame has run here."""
    run: list[int] = []

    def turn(number: int) -> None:
        run.append(number)
        if number == 9:
            axes.set_title("$\\nonsense$")

    figure, axes = plt.subplots(figsize=(1, 1))
    animation = FuncAnimation(figure, turn, 40, init_func=tuple)
    with pytest.raises(ValueError, match="nonsense") as caught:
        animation.save(tmp_path / "m.mp4", writer="framepipe")
    assert not isinstance(caught.value, FramepipeError)
    assert run == list(range(10))
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


def test_updates_run_here_once_as_in_any_save(tmp_path: Path) -> None:
    run: list[int] = []
    clip(20, run.append).save(tmp_path / "m.rgba", writer="framepipe", dpi=32, **RAW)
    assert numbers(tmp_path / "m.rgba") == list(range(20))
    first = run.count(0)
    assert run == [0] * first + list(range(1, 20))
    again: list[int] = []
    clip(20, again.append).save(tmp_path / "m.rgba", writer="ffmpeg", dpi=32, **RAW)
    assert again == run


def test_what_a_draw_leaves_behind_is_noticed(tmp_path: Path) -> None:
    """The movie is made again, in the right way, though the updates here have run."""
    made = []
    for name in ("ffmpeg", "framepipe"):
        figure, axes = plt.subplots(figsize=(2, 1))
        (line,) = axes.plot([0, 1])
        drawn: list[int] = []
        draw = line.draw

        def counted(renderer: Any, draw: Any = draw, drawn: Any = drawn) -> None:
            drawn.append(1)
            draw(renderer)

        line.draw = counted  # type: ignore[method-assign]

        def turn(_: int, line: Any = line, drawn: Any = drawn) -> None:
            line.set_ydata([len(drawn) / 40, 1])

        animation = FuncAnimation(figure, turn, 12, init_func=tuple)
        if name == "ffmpeg":
            animation.save(tmp_path / f"{name}.rgba", writer=name, **RAW)
        else:
            # Who is through first tells: the witness of frame 1, or whoever skipped some frames.
            kinds = (framepipe.HistoryWarning, framepipe.RetainedWarning)
            with pytest.warns(kinds, match=r"(?i)made again (by one worker|with full drawing)"):
                animation.save(tmp_path / f"{name}.rgba", writer=name, **RAW)
        made.append((tmp_path / f"{name}.rgba").read_bytes())
    assert made[0] == made[1]


def test_ffmpeg_is_killed(tmp_path: Path) -> None:
    drawn = []

    def turn(number: int) -> None:
        drawn.append(number)
        if number == 5:
            (encoder,) = children()[0]
            os.kill(encoder.pid, signal.SIGKILL)

    with pytest.raises(EncoderError, match=r"(?i)kill"):
        clip(500, turn).save(tmp_path / "m.mp4", writer=ByHand())
    assert max(drawn) < 20
    assert everything_in(tmp_path) == set()


def test_a_failure_is_told_to_whoever_goes_on(tmp_path: Path) -> None:
    figure, _ = flat()
    writer = Writer(extra_args=["-nonsense", "1"])
    writer.setup(figure, tmp_path / "m.mp4")
    grabs = [writer.grab_frame] * 1000
    with pytest.raises(EncoderError, match="nonsense"):
        all(grab() is None for grab in grabs)
    for call in (writer.grab_frame, writer.finish, writer.finish):
        with pytest.raises(EncoderError, match="nonsense"):
            call()
    with pytest.raises(EncoderError, match="nonsense"), writer.saving(figure, tmp_path / "m.mp4"):
        writer.grab_frame()


def test_ffmpeg_that_takes_nothing_can_be_left(tmp_path: Path) -> None:
    """It is stopped, its pipe is full, and the thread waits for room in it."""
    figure, _ = flat(800)
    writer = Writer()

    def leave() -> None:
        with writer.saving(figure, tmp_path / "m.mp4"):
            (encoder,) = children()[0]
            encoder.suspend()
            for _ in range(SLOTS):
                writer.grab_frame()
            raise Sour

    with pytest.raises(Sour):
        leave()
    assert children() == ([], [])


def test_no_frames(tmp_path: Path) -> None:
    figure, _ = flat()
    (tmp_path / "m.mp4").write_text("old")
    no_frames = pytest.raises(FramepipeError, match="no frames")
    with no_frames, Writer().saving(figure, tmp_path / "m.mp4"):
        pass
    assert (tmp_path / "m.mp4").read_text() == "old"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"outfile": "nowhere/m.mp4"}, FileNotFoundError),
        ({"dpi": 0}, ValueError),
        ({"writer": {"extra_args": "-crf 3"}}, TypeError),
        ({"writer": {"fps": 0}}, ValueError),
        ({"outfile": "m.mp4/"}, OSError),
    ],
)
def test_what_will_not_do_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], error: type
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.mp4").mkdir()
    figure, _ = flat()
    canvas = figure.canvas
    given = {"outfile": "new.mp4", "dpi": 50, **change}
    writer = Writer(**given.pop("writer", {}))
    with pytest.raises(error), writer.saving(figure, **given):
        raise AssertionError("begun")
    assert figure.canvas is canvas
    assert not canvas.is_saving()
    assert everything_in(tmp_path) == {"m.mp4"}


def test_without_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise RuntimeError("none")

    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", nowhere)
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", "no-such-ffmpeg")
    assert not writers.is_available("framepipe")
    figure, _ = flat()
    with pytest.raises(EncoderNotFound), Writer().saving(figure, tmp_path / "m.mp4"):
        pass


def test_a_movie_that_is_forgotten_leaves_nothing(tmp_path: Path) -> None:
    figure, _ = flat()
    canvas = figure.canvas
    writer = Writer()
    writer.setup(figure, tmp_path / "m.mp4")
    writer.grab_frame()
    assert len(children()[0]) == 1
    del writer
    gc.collect()
    assert children() == ([], [])
    assert figure.canvas is canvas
    assert everything_in(tmp_path) == set()


# ------------------------------------------------------------------------ framepipe.encode knows it


class Counts(Writer):
    """A class made from it, that does something with the frames."""

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        super().grab_frame(**savefig_kwargs)
        with open(os.environ["FRAMES_COUNTED"], "a") as file:
            file.write("x")


@pytest.mark.parametrize("options", [{"workers": 0}, {"workers": 2}])
def test_for_encode_it_is_the_pipe(tmp_path: Path, options: Any) -> None:
    path = tmp_path / "m.rgba"
    movie = framepipe.encode(clip(9), path, writer="framepipe", **RAW, **options)
    assert movie.mode == "pipe"
    assert numbers_in(movie) == list(range(9))
    movie = framepipe.encode(clip(9), path, writer=Writer(fps=9, **RAW), **options)
    assert (movie.mode, movie.fps) == ("pipe", 9)
    assert numbers_in(movie) == list(range(9))
    with mpl.rc_context({"animation.writer": "framepipe"}):
        movie = framepipe.encode(clip(9), path, **RAW, **options)
    assert movie.mode == "pipe"


def test_for_encode_in_segments_and_in_processes_that_are_no_forks(tmp_path: Path) -> None:
    for options in ({"mode": Segments(blocks=3)}, {"start_method": "forkserver"}):
        movie = framepipe.encode(
            clip(9), tmp_path / "m.mkv", writer="framepipe", codec="ffv1", workers=2, **options
        )
        assert len(decoded(movie.path)) == movie.frames == 9


@pytest.mark.parametrize("workers", [0, 2])
def test_a_class_made_from_it_takes_its_frames_in_segments(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = tmp_path / "counted"
    monkeypatch.setenv("FRAMES_COUNTED", str(counted))
    true = framepipe.encode(clip(9), tmp_path / "t.mkv", codec="png", workers=0)
    movie = framepipe.encode(
        clip(9), tmp_path / "m.mkv", writer=Counts(codec="png"), workers=workers,
        mode=Segments(blocks=3),
    )  # fmt: skip
    assert decoded(movie.path) == decoded(true.path)
    assert counted.read_text() == 9 * "x"


def test_a_class_made_from_it_that_fails(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="Counts"):
        framepipe.encode(clip(9), tmp_path / "m.mkv", writer=Counts(codec="png"), workers=0)
    assert everything_in(tmp_path) == set()


# -------------------------------------------------------------------------------- the thread


class Pipe:
    """A sink that is a pipe, read by hand."""

    def __init__(self) -> None:
        self.out, self.into = os.pipe()
        os.set_blocking(self.into, False)
        self.left = memoryview(b"")
        self.ended = False

    fds = ()

    def start(self) -> None:
        """Begin."""

    def fileno(self) -> int:
        return self.into

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        assert not self.left
        self.left = frame

    def pump(self) -> bool:
        try:
            while self.left:
                self.left = self.left[os.write(self.into, self.left) :]
        except BlockingIOError:
            return False
        return True

    def check(self) -> None:
        """All is well."""

    def end(self) -> None:
        """As good as finished."""

    def finish(self) -> float:
        return 1.5

    def abort(self) -> None:
        if not self.ended:
            os.close(self.out)
            os.close(self.into)
        self.ended = True


def put(feeder: ThreadedSink, number: int) -> None:
    room = feeder.room()
    room[:] = bytes([number]) * len(room)
    feeder.give(room)


SIZE = 1 << 20


def in_thread(do: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=do)
    thread.start()
    return thread


def test_drawing_runs_ahead_of_the_sink_by_some_frames_and_no_more() -> None:
    sink = Pipe()
    feeder = ThreadedSink(sink, SIZE)
    feeder.start()
    for number in range(SLOTS):
        put(feeder, number)
    late = in_thread(lambda: put(feeder, SLOTS))
    late.join(0.2)
    assert late.is_alive()
    with open(sink.out, "rb", closefd=False) as read:
        got = io.BytesIO()
        while got.tell() < (SLOTS + 1) * SIZE:
            got.write(read.read(1 << 16))
    late.join(10)
    assert feeder.finish() == 1.5
    assert got.getvalue() == b"".join(bytes([i]) * SIZE for i in range(SLOTS + 1))
    assert sink.ended


def test_the_thread_that_waits_for_room_can_be_stopped() -> None:
    sink = Pipe()
    feeder = ThreadedSink(sink, SIZE)
    feeder.start()
    put(feeder, 0)
    wait_until(lambda: 0 < len(sink.left) < SIZE, 10, "the pipe is full")
    feeder.abort()
    feeder.abort()
    assert sink.ended


def test_what_is_wrong_in_the_thread_is_raised_where_frames_are_given() -> None:
    class Bad(Pipe):
        def pump(self) -> bool:
            raise Sour

    for call in ("room", "finish"):
        feeder = ThreadedSink(Bad(), 10)
        feeder.start()
        put(feeder, 0)
        feeder._thread.join(10)
        with pytest.raises(Sour):
            getattr(feeder, call)()
        feeder.abort()
