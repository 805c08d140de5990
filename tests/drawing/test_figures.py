"""``Figures``: frames without an animation, as a loop around ``savefig`` makes them."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import psutil
import pytest
from clips import FFMPEG, RAW, everything_in
from matplotlib.animation import FFMpegWriter
from matplotlib.figure import Figure

import framepipe
from framepipe import Figures, FrameError, HistoryWarning, Segments, encode

COUNT = 12
SIZE: dict[str, Any] = {"figsize": (1.5, 1), "dpi": 40}

WAYS: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "pipe1": {"workers": 1},
    "pipe2": {"workers": 2},
    "verify": {"workers": 2, "redraw": "verify"},
    "spawn": {"workers": 2, "start_method": "spawn"},
    "forkserver": {"workers": 2, "start_method": "forkserver"},
    "segments": {"workers": 2, "mode": "segments"},
    "segments here": {"workers": 0, "mode": "segments"},
}

every_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(autouse=True)
def our_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    plt.close("all")  # `by_pyplot` draws on the current figure, whoever has left it
    yield
    plt.close("all")


def plot(number: int, figure: Figure | None = None) -> Figure:
    """A figure of its own for each number, with a face of its own."""
    figure = figure or plt.figure(**SIZE)
    figure.set_facecolor((0.5 + number % 15 / 30, 0.9, 0.7))
    axes = figure.add_subplot()
    axes.plot(np.arange(5) ** (number / 5), label=f"line {number}")
    axes.set_title(f"{number}", fontsize=6)
    return figure


def saved(figures: Iterator[Figure], path: Path, dpi: float = 40, **kwargs: Any) -> bytes:
    """The frames that matplotlib's writer takes of figures, one after another."""
    writer = None
    for figure in figures:
        if writer is None:
            writer = FFMpegWriter(fps=5, **RAW)
            writer.setup(figure, str(path), dpi)
        writer.fig = figure
        writer.grab_frame(**kwargs)
        plt.close(figure)
    assert writer is not None
    writer.finish()
    return path.read_bytes()


def made_new(count: int = COUNT) -> Figures:
    return Figures(plot, count)


def drawn_again(count: int = COUNT) -> Figures:
    """One figure, cleared and drawn on again."""
    figure = Figure(**SIZE)

    def draw(number: int) -> Figure:
        figure.clear()
        return plot(number, figure)

    return Figures(draw, np.arange(count))


def by_pyplot(count: int = COUNT) -> Figures:
    """As many scripts do it: the current figure."""

    def draw(number: int) -> Figure:
        if not plt.get_fignums():
            plt.figure(**SIZE)
        plt.clf()
        return plot(number, plt.gcf())

    return Figures(draw, range(count))


def from_a_generator(count: int = COUNT) -> Figures:
    def figures() -> Iterator[Figure]:
        for number in range(count):
            yield plot(number)

    return Figures(figures)


@pytest.mark.thinned(7)
@pytest.mark.parametrize("make", [made_new, drawn_again, by_pyplot, from_a_generator])
@every_way
def test_frames_are_those_that_savefig_makes(
    tmp_path: Path, way: str, make: Callable[[], Figures], recwarn: pytest.WarningsRecorder
) -> None:
    truth = saved(map(plot, range(COUNT)), tmp_path / "truth.rgba", dpi=60)
    told: list[tuple[int, int | None]] = []
    movie = encode(
        make(), tmp_path / "m.rgba", dpi=60, **RAW, **WAYS[way],
        progress_callback=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    assert Path(movie).read_bytes() == truth
    assert (movie.frames, movie.width, movie.height, movie.fps) == (COUNT, 90, 60, 5)
    assert [i for i, _ in told] == list(range(COUNT))
    assert [one for one in recwarn if issubclass(one.category, UserWarning)] == []
    if way in ("pipe2", "segments"):
        assert movie.report.against_save >= 2
    assert plt.get_fignums() == []
    assert everything_in(tmp_path) == {"m.rgba", "truth.rgba"}


@pytest.mark.slow
def test_on_an_executor(tmp_path: Path) -> None:
    truth = saved(map(plot, range(COUNT)), tmp_path / "truth.rgba")
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        for make in (made_new, from_a_generator):
            mode = Segments(executor=executor)
            movie = encode(make(), tmp_path / "m.rgba", mode=mode, **RAW)
            assert Path(movie).read_bytes() == truth


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", ["here", "pipe2"])
@pytest.mark.parametrize("face", ["0.3", (0.1, 0.9, 0.7), "none", (1, 0, 0, 0.5), None])
def test_in_an_opaque_movie_the_face_is_laid_on_white(tmp_path: Path, way: str, face: Any) -> None:
    """As `Animation.save` does; the figure's own, or the one that was asked for."""
    laid = {"none": "white", (1, 0, 0, 0.5): (1, 0.5, 0.5)}.get(face, face or "auto")
    mp4 = ["-pix_fmt", "yuv420p", "-y", str(tmp_path / "m.mp4")]
    encode(
        made_new(3), tmp_path / "m.rgba", **WAYS[way], codec="h264",
        extra_args=[*mp4, *RAW["extra_args"], "-vcodec", "rawvideo"],
        savefig_kwargs={} if face is None else {"facecolor": face},
    )  # fmt: skip
    truth = saved(map(plot, range(3)), tmp_path / "truth.rgba", facecolor=laid)
    assert (tmp_path / "m.rgba").read_bytes() == truth


def test_each_is_laid_out_by_itself(tmp_path: Path) -> None:
    def draw(number: int) -> Figure:
        figure = plot(number)
        figure.set_layout_engine("constrained" if number % 2 else "tight")
        return figure

    movie = encode(Figures(draw, 6), tmp_path / "m.rgba", workers=2, **RAW)
    assert Path(movie).read_bytes() == saved(map(draw, range(6)), tmp_path / "truth.rgba")


@pytest.mark.skipif(
    mpl.__version_info__ < (3, 10), reason="this matplotlib makes no transparent movies"
)
def test_transparency_is_kept_where_it_can_be(tmp_path: Path) -> None:
    def draw(number: int) -> Figure:
        figure = plot(number)
        figure.set_facecolor((1, 0, 0, 0.2 * number))
        return figure

    arguments: dict[str, Any] = {"codec": "png", "extra_args": ["-pix_fmt", "rgba"]}
    movie = encode(Figures(draw, 3), tmp_path / "m.mov", **arguments)
    raw = tmp_path / "m.rgba"
    decode = ["-i", os.fspath(movie), "-f", "rawvideo", "-pix_fmt", "rgba", "-y", str(raw)]
    subprocess.run([FFMPEG, "-nostdin", "-loglevel", "error", *decode], check=True)
    assert raw.read_bytes() == saved(map(draw, range(3)), tmp_path / "truth.rgba")


def test_a_side_is_made_even_where_the_encoder_needs_it(tmp_path: Path) -> None:
    def odd(number: int) -> Figure:
        return plt.figure(figsize=(1.01, 1.03), dpi=100)

    movie = encode(Figures(odd, 3), tmp_path / "m.mp4", workers=1)
    assert (movie.width, movie.height, movie.frames) == (100, 102, 3)


@pytest.mark.parametrize("writer", ["pillow", "ffmpeg_file"])
def test_another_writer_takes_them(tmp_path: Path, writer: str) -> None:
    suffix = "gif" if writer == "pillow" else "mkv"
    movie = encode(made_new(4), tmp_path / f"m.{suffix}", writer=writer, dpi=40)
    assert movie.frames == 4
    raw = tmp_path / "m.rgba"
    decode = ["-i", os.fspath(movie), "-f", "rawvideo", "-pix_fmt", "gray", "-y", str(raw)]
    subprocess.run([FFMPEG, "-nostdin", "-loglevel", "error", *decode], check=True)
    frames = raw.read_bytes()
    size = 60 * 40
    assert len({frames[size * i : size * (i + 1)] for i in range(4)}) == 4


@pytest.mark.parametrize("way", ["here", "pipe2"])
@pytest.mark.parametrize("make", [made_new, from_a_generator])
def test_a_part(tmp_path: Path, way: str, make: Callable[[], Figures]) -> None:
    truth = saved(map(plot, range(2, COUNT, 3)), tmp_path / "truth.rgba")
    part = slice(2, None, 3)
    movie = encode(make(), tmp_path / "m.rgba", frames=part, fps=2, **RAW, **WAYS[way])
    assert Path(movie).read_bytes() == truth
    assert movie.fps == 2


@pytest.mark.slow
def test_draw_is_called_once_for_each_item_by_whoever_draws_it(tmp_path: Path) -> None:
    calls = tmp_path / "calls"

    def draw(number: int) -> Figure:
        with calls.open("a") as file:
            file.write(f"{number} {os.getpid()}\n")
        return plot(number)

    encode(Figures(draw, 6), tmp_path / "m.mp4", workers=0)
    lines = calls.read_text().splitlines()
    assert lines == [f"{number} {os.getpid()}" for number in range(6)]
    calls.unlink()
    movie = encode(Figures(draw, 40), tmp_path / "m.mp4", workers=2)
    lines = calls.read_text().splitlines()
    assert len(lines) == len(set(lines))
    checked = movie.report.against_save + movie.report.against_worker
    assert 40 <= len(lines) <= 40 + checked + 2


@pytest.mark.thinned(5)
@pytest.mark.parametrize("way", ["here", "pipe1", "pipe2", "segments"])
@pytest.mark.parametrize("what", ["adds", "random"])
def test_draws_that_need_those_before_are_found_and_made_right(
    tmp_path: Path, way: str, what: str
) -> None:
    def make() -> Figures:
        figure = Figure(**SIZE)
        axes = figure.add_subplot()
        np.random.seed(5)

        def draw(number: int) -> Figure:
            if what == "random":
                axes.clear()
            axes.plot(np.random.random(4) if what == "random" else [0, number])
            return figure

        return Figures(draw, 24)

    def loop() -> Iterator[Figure]:
        figures = make()
        assert figures.draw is not None
        for number in range(24):
            yield figures.draw(number)

    truth = saved(loop(), tmp_path / "truth.rgba")

    options = {**WAYS[way], **({"mode": Segments(blocks=3)} if way == "segments" else {})}

    def run() -> Any:
        return encode(make(), tmp_path / "m.rgba", **RAW, **options)

    if way in ("here", "pipe1"):  # in order, all of them
        movie = run()
    else:
        with pytest.warns(HistoryWarning, match="depends on the calls for the items before"):
            movie = run()
        assert movie.workers == 2  # they make all calls, and share the drawing
    assert Path(movie).read_bytes() == truth


def test_a_part_of_draws_that_need_those_before_is_found_and_made_right(tmp_path: Path) -> None:
    """Whoever compares makes the figures between those of the part, too."""

    def make() -> Figures:
        figure = Figure(**SIZE)
        axes = figure.add_subplot()

        def draw(number: int) -> Figure:
            axes.plot([0, number])
            return figure

        return Figures(draw, 24)

    figures = make()
    assert figures.draw is not None
    whole = saved(map(figures.draw, range(24)), tmp_path / "truth.rgba")
    size = len(whole) // 24
    with pytest.warns(HistoryWarning, match="depends on the calls for the items before"):
        movie = encode(
            make(), tmp_path / "m.rgba", frames=slice(2, None, 3), fps=5, **RAW, **WAYS["pipe2"]
        )
    wanted = [whole[size * place : size * (place + 1)] for place in range(2, 24, 3)]
    assert Path(movie).read_bytes() == b"".join(wanted)


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    ("way", "part"),
    [("here", slice(None))]
    + [(way, part) for way in ("pipe2", "segments") for part in (slice(None), slice(2, None, 3))],
)
def test_what_drawing_a_figure_leaves_behind_is_found_and_made_right(
    tmp_path: Path, way: str, part: slice
) -> None:
    """One figure for all, which says how often it has been drawn before."""

    def make() -> Figures:
        figure = Figure(**SIZE)
        text = figure.text(0.1, 0.5, "")
        really, drawn = text.draw, [0]

        def draw_text(renderer: Any) -> None:
            drawn[0] += 1
            really(renderer)

        def draw(number: int) -> Figure:
            text.set_text(f"{drawn[0]}")
            return figure

        text.draw = draw_text  # type: ignore[method-assign]
        return Figures(draw, 24)

    figures = make()
    assert figures.draw is not None
    whole = saved(map(figures.draw, range(24)), tmp_path / "truth.rgba")
    size = len(whole) // 24
    options = {**WAYS[way], **({"mode": Segments(blocks=3)} if way == "segments" else {})}
    told = contextlib.nullcontext() if way == "here" else pytest.warns(HistoryWarning)
    with told:
        movie = encode(make(), tmp_path / "m.rgba", frames=part, fps=5, **RAW, **options)
    wanted = [whole[size * place : size * (place + 1)] for place in range(24)[part]]
    assert Path(movie).read_bytes() == b"".join(wanted)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", ["here", "pipe2", "spawn", "segments"])
@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("raises", "making the figure of frame 4 failed in your own code: LookupError: sour"),
        ("none", "what was made for frame 4 is a NoneType, and no Figure"),
        ("size", r"the figure of frame 4 measures 2 x 1 inches, and the first one 1.5 x 1"),
    ],
)
def test_errors_name_the_frame(tmp_path: Path, way: str, bad: str, says: str) -> None:
    def draw(number: int) -> Any:
        if number != 4:
            return plot(number)
        if bad == "raises":
            raise LookupError("sour")
        return plt.figure(figsize=(2, 1), dpi=40) if bad == "size" else None

    with pytest.raises(FrameError, match=says) as caught:
        encode(Figures(draw, 9), tmp_path / "m.mp4", **WAYS[way])
    assert caught.value.frame == 4
    assert isinstance(caught.value.__cause__, LookupError) == (bad == "raises")
    assert everything_in(tmp_path) == set()
    assert plt.get_fignums() == []


def test_an_error_in_the_first_one_comes_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="frame 0 failed"):
        encode(Figures(lambda item: 1 / 0, 3), tmp_path / "m.mp4")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no figures"):
        encode(Figures(plot, []), tmp_path / "m.mp4")
    with pytest.raises(ValueError, match="extra_anim"):
        encode(made_new(), tmp_path / "m.mp4", extra_anim=[made_new()])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="come one after another"):
        encode(from_a_generator(), tmp_path / "m.mp4", independent=True)
    wrong: list[tuple[Any, ...]] = [(3,), (plt.figure(), 3), (plot, 3.5)]
    for given in wrong:
        with pytest.raises(TypeError):
            Figures(*given)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("way", ["here", "pipe2"])
def test_a_generator_that_runs_is_forked(tmp_path: Path, way: str) -> None:
    truth = saved(map(plot, range(1, 6)), tmp_path / "truth.rgba")
    figures = (plot(number) for number in range(6))
    plt.close(next(figures))
    movie = encode(Figures(figures), tmp_path / "m.rgba", **RAW, **WAYS[way])
    assert Path(movie).read_bytes() == truth
    with pytest.raises(TypeError, match="give Figures the generator function"):
        encode(
            Figures(plot(number) for number in range(3)), tmp_path / "n.mp4", workers=2,
            start_method="spawn",
        )  # fmt: skip


@pytest.mark.parametrize("way", ["here", "pipe2", "spawn"])
def test_figures_that_were_there_stay_open(tmp_path: Path, way: str) -> None:
    figures = [plot(number) for number in range(4)]
    numbers = plt.get_fignums()
    movie = encode(Figures(figures), tmp_path / "m.rgba", **RAW, **WAYS[way])
    assert plt.get_fignums() == numbers
    assert Path(movie).read_bytes() == saved(iter(figures), tmp_path / "truth.rgba")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["here", "pipe2", "spawn"])
@pytest.mark.parametrize("kind", ["function", "generator"])
def test_no_figure_is_left_and_memory_does_not_grow(tmp_path: Path, way: str, kind: str) -> None:
    most = tmp_path / "most"

    def draw(number: int) -> Figure:
        memory = psutil.Process().memory_info().rss // 2**20
        with most.open("a") as file:
            file.write(f"{number} {len(plt.get_fignums())} {memory}\n")
        plt.figure(**SIZE)  # one that nobody will see
        return plot(number)

    def generate() -> Iterator[Figure]:
        for number in range(80):
            yield draw(number)

    figures = Figures(draw, 80) if kind == "function" else Figures(generate)
    encode(figures, tmp_path / "m.mp4", **WAYS[way])
    seen = np.array([line.split() for line in most.read_text().splitlines()], int)
    assert seen[:, 1].max() <= 3
    number, memory = seen[:, 0], seen[:, 2]
    assert memory[number > 40].max() - memory[(number > 20) & (number <= 40)].max() < 8  # MiB
    assert plt.get_fignums() == []


def test_the_programs_variable_can_be_picked(tmp_path: Path) -> None:
    import sys

    (tmp_path / "script.py").write_text(
        "import matplotlib.pyplot as plt\nimport framepipe\n"
        "def draw(i):\n    return plt.figure(figsize=(1, 1), dpi=64)\n"
        "figures = framepipe.Figures(draw, 5)\n"
    )
    root = Path(framepipe.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "framepipe", "run", "--fps", "3", "script.py:figures"],
        cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
        env={**os.environ, "PYTHONPATH": str(root), "MPLBACKEND": "agg"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "script.mp4: 5 frames of 64x64" in done.stderr
