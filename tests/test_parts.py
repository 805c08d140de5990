"""``frames=``: a part of an animation is what the whole of it shows at these places."""

from __future__ import annotations

import concurrent.futures
import itertools
import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from clips import FFMPEG, RAW, clip, encode_and_read, everything_in, flat, numbers_in
from matplotlib.animation import FuncAnimation
from test_histories import as_saved, reads_the_last_draw

from framepipe import FrameError, HistoryWarning, Segments, encode

#: Every way of making a movie of a part.
WAYS: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "pipe1": {"workers": 1},
    "pipe2": {"workers": 2},
    "full": {"workers": 2, "redraw": "full"},
    "verify": {"workers": 2, "redraw": "verify"},
    "spawn": {"workers": 2, "start_method": "spawn"},
    "segments": {"workers": 2, "mode": Segments(blocks=3)},
    "segments here": {"workers": 0, "mode": "segments"},
    "independent": {"workers": 2, "independent": True},
}

every_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(autouse=True)
def our_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    yield
    plt.close("all")


def sums(frames: int = 100) -> FuncAnimation:
    """Frame i shows the sum of the numbers to i: it needs every update before it."""
    figure, show = flat()
    total = [0]

    def update(number: int) -> Any:
        total[0] += number
        return show(total[0])

    return FuncAnimation(figure, update, frames, init_func=tuple)


def sum_to(number: int) -> int:
    return number * (number + 1) // 2


@every_way
def test_every_update_is_run_and_the_frames_are_those_of_the_whole(
    tmp_path: Path, way: str, recwarn: pytest.WarningsRecorder
) -> None:
    told: list[tuple[int, int | None]] = []
    make = clip if way == "independent" else sums
    movie = encode(
        make(100), tmp_path / "m.rgba", frames=range(5, 100, 10), **RAW, **WAYS[way], fps=20,
        progress_callback=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    wanted = list(range(5, 100, 10))
    assert numbers_in(movie) == (wanted if way == "independent" else [*map(sum_to, wanted)])
    assert (movie.frames, movie.fps, movie.report.frames) == (10, 20, 10)
    assert told == [(i, 10) for i in range(10)]
    assert [one for one in recwarn if issubclass(one.category, UserWarning)] == []
    assert everything_in(tmp_path) == {"m.rgba"}
    if way in ("pipe2", "independent", "segments"):
        assert movie.report.against_save >= 2


@pytest.mark.slow
def test_on_an_executor(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        for blocks in (1, 3):
            mode = Segments(executor=executor, blocks=blocks)
            for independent in (False, True):
                # One block is compared with nothing: so no update is left out for it.
                if independent and blocks > 1:
                    continue
                found = encode_and_read(
                    sums(), tmp_path / "m.rgba", frames=slice(10, 60, 7), mode=mode,
                    independent=independent,
                )  # fmt: skip
                assert found == [sum_to(number) for number in range(10, 60, 7)]


@pytest.mark.parametrize(
    ("frames", "wanted"),
    [
        (slice(None, None, 30), [0, 30, 60, 90]),
        (slice(-3, None), [97, 98, 99]),
        (slice(95, 1000, 2), [95, 97, 99]),
        ([0, 1, 40, -1], [0, 1, 40, 99]),
        ([7], [7]),
    ],
)
def test_frames_are_named_as_python_names_them(
    tmp_path: Path, frames: Any, wanted: list[int]
) -> None:
    found = encode_and_read(sums(), tmp_path / "m.rgba", frames=frames, workers=2)
    assert found == [sum_to(number) for number in wanted]


@pytest.mark.parametrize("way", ["here", "pipe2", "segments"])
def test_an_endless_animation_stops_where_the_part_does(tmp_path: Path, way: str) -> None:
    asked = []

    def numbers() -> Iterator[int]:
        for number in itertools.count():
            asked.append(number)
            yield number

    endless = clip(numbers)
    found = encode_and_read(
        endless, tmp_path / "m.rgba", frames=slice(0, 40, 3), **{**WAYS[way], "fps": 5}
    )
    assert found == list(range(0, 40, 3))
    assert max(asked, default=0) < 50


def test_an_animation_that_ends_within_the_part(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def short() -> FuncAnimation:
        return clip(lambda: iter(range(25)))

    for frames in (slice(0, 100, 10), slice(0, None, 10)):
        assert encode_and_read(short(), tmp_path / "m.rgba", frames=frames) == [0, 10, 20]
    assert caplog.messages == []
    assert encode_and_read(short(), tmp_path / "m.rgba", frames=range(0, 60, 10)) == [0, 10, 20]
    assert caplog.messages == [
        "the animation was over before frame 30: the movie has 3 of the 6 frames asked for"
    ]


@pytest.mark.parametrize(
    ("frames", "error"),
    [(range(0, 200, 10), IndexError), ([5, 2], ValueError), ("all", TypeError), ([], ValueError)],
)
def test_what_cannot_be_meant_is_refused_before_anything_starts(
    tmp_path: Path, frames: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match="frame"):
        encode(clip(100), tmp_path / "m.mp4", frames=frames)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("way", ["here", "pipe2", "segments"])
@pytest.mark.parametrize("bad", [20, 17])
def test_an_error_names_the_frame_of_the_animation(tmp_path: Path, way: str, bad: int) -> None:
    def fail(number: int) -> None:
        print(f"update {number}")
        if number == bad:
            raise LookupError("sour")

    with pytest.raises(FrameError, match=f"for frame {bad} failed") as caught:
        encode(clip(100, fail), tmp_path / "m.rgba", frames=slice(0, None, 10), **RAW, **WAYS[way])
    assert caught.value.frame == bad
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("way", ["here", "pipe2", "segments"])
def test_all_updates_are_heard_in_order(
    tmp_path: Path, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    encode(
        clip(30, lambda number: print(number)), tmp_path / "m.rgba", frames=slice(0, None, 7),
        **RAW, **WAYS[way],
    )  # fmt: skip
    assert capsys.readouterr().out.split() == [str(number) for number in range(29)]


@pytest.mark.parametrize("way", ["here", "pipe1", "pipe2", "full", "segments"])
def test_what_depends_on_draws_is_found_and_made_with_all_of_them(tmp_path: Path, way: str) -> None:
    truth = as_saved(reads_the_last_draw, tmp_path)
    size = 4 * 50 * 50
    with pytest.warns(HistoryWarning, match="depends on what drawing the frames before it"):
        movie = encode(
            reads_the_last_draw(), tmp_path / "m.rgba", frames=slice(4, None, 5), fps=24, dpi=50,
            **RAW, **WAYS[way],
        )  # fmt: skip
    wanted = b"".join(truth[size * place : size * (place + 1)] for place in range(4, 24, 5))
    assert Path(movie).read_bytes() == wanted


@pytest.mark.parametrize("way", ["pipe1", "pipe2", "segments", "here"])
@pytest.mark.parametrize("depends", ["on all before", "on the one before"])
def test_independent_frames_that_are_not_are_made_with_all_updates(
    tmp_path: Path, way: str, depends: str
) -> None:
    def make() -> FuncAnimation:
        figure, show = flat()
        before = [0]

        def update(number: int) -> Any:
            found = before[0] + number if depends == "on all before" else before[0] + 1
            before[0] = found if depends == "on all before" else number
            return show(found)

        return FuncAnimation(figure, update, 60, init_func=tuple)

    def run() -> Any:
        return encode(
            make(), tmp_path / "m.rgba", frames=slice(5, None, 9), independent=True, **RAW,
            **WAYS[way],
        )  # fmt: skip

    if way == "here":  # nothing could be compared: so none is left out
        movie = run()
    else:
        with pytest.warns(HistoryWarning, match="independent=True had left out"):
            movie = run()
    value: Callable[[int], int] = sum_to if depends == "on all before" else lambda number: number
    assert numbers_in(movie) == [value(number) for number in range(5, 60, 9)]


def test_a_witness_does_not_go_through_all_that_lies_before_a_part(tmp_path: Path) -> None:
    """Of frames without number before the part, it draws a handful, as the others do."""
    figure, show = flat()
    draws = tmp_path / "draws"
    patch = figure.patches[0] if figure.patches else figure.artists[0]
    really = patch.draw

    def draw(renderer: Any) -> None:
        with draws.open("a") as file:
            file.write("+")
        really(renderer)

    patch.draw = draw  # type: ignore[method-assign]
    late = FuncAnimation(figure, show, 500, init_func=tuple)
    movie = encode(late, tmp_path / "m.rgba", frames=slice(480, None, 5), **RAW)
    assert numbers_in(movie) == [480, 485, 490, 495]
    assert movie.report.against_save >= 2
    assert 4 < len(draws.read_text()) < 60
