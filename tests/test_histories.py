"""What a draw leaves behind: found by comparing two histories, and made right by one."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from clips import FFMPEG, RAW, clip, everything_in, flat, numbers_in
from matplotlib.animation import FuncAnimation

from framepipe import FrameMismatch, FramepipeError, HistoryWarning, Segments, encode

FRAMES = 24

WAYS: dict[str, dict[str, Any]] = {
    "pipe": {"workers": 2},
    "three": {"workers": 3},
    "full": {"workers": 2, "redraw": "full"},
    "segments": {"workers": 2, "mode": Segments(blocks=3)},
    "spawn": {"workers": 2, "start_method": "spawn"},
}


@pytest.fixture(autouse=True)
def our_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    yield
    plt.close("all")


def counts_draws() -> FuncAnimation:
    """A dot whose size is the number of draws that a listener has seen."""
    figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
    (dot,) = axes.plot([0.5], [0.5], "o", label="dot")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_axis_off()
    draws = [0]

    def drawn(event: object) -> None:
        draws[0] += 1

    figure.canvas.mpl_connect("draw_event", drawn)

    def update(frame: int) -> Any:
        dot.set_markersize(2 + draws[0] % 30)
        return (dot,)

    return FuncAnimation(figure, update, FRAMES, init_func=tuple)


def reads_the_last_draw(first: int = 0) -> FuncAnimation:
    """A dot that, from frame `first` on, moves on from where it was drawn last."""
    figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
    (dot,) = axes.plot([0.5], [0.5], "o")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_axis_off()
    place = {"wanted": 0.5, "drawn": 0.5}
    really = dot.draw

    def draw(renderer: Any) -> None:
        place["drawn"] = place["wanted"]
        really(renderer)

    dot.draw = draw  # type: ignore[method-assign]

    def update(frame: int) -> Any:
        place["wanted"] = (place["drawn"] + 0.3) % 1 if frame >= first else 0.1 * (frame % 7)
        dot.set_data([place["wanted"]], [frame / FRAMES])
        return (dot,)

    return FuncAnimation(figure, update, FRAMES, init_func=tuple)


def as_saved(make: Callable[[], FuncAnimation], folder: Path) -> bytes:
    """The frames of `Animation.save`."""
    path = folder / "save.rgba"
    make().save(path, writer="ffmpeg", fps=24, dpi=50, **RAW)
    frames = path.read_bytes()
    path.unlink()
    return frames


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", ["pipe", "three", "full", "segments"])
@pytest.mark.parametrize("make", [counts_draws, reads_the_last_draw])
def test_what_depends_on_draws_is_made_by_one_worker_that_makes_them_all(
    tmp_path: Path, make: Callable[[], FuncAnimation], way: str
) -> None:
    truth = as_saved(make, tmp_path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        movie = encode(make(), tmp_path / "m.rgba", fps=24, dpi=50, **RAW, **WAYS[way])
    assert Path(movie).read_bytes() == truth
    mine = [one for one in caught if one.category is HistoryWarning]
    if make is counts_draws:  # that somebody listens to draws is seen before anything starts
        assert movie.workers == 1
        assert mine == []
    elif movie.workers == 1:
        assert len(mine) == 1
        assert "depends on what drawing the frames before it left behind" in str(mine[0].message)
        assert mine[0].filename == __file__
    else:  # the workers make what it depends on, and no two of them disagree
        assert mine == []
    assert everything_in(tmp_path) == {"m.rgba"}


@pytest.mark.thinned(2)
@pytest.mark.parametrize("way", ["pipe", "full", "segments"])
def test_it_is_said_where_a_frame_differs_and_what_lies_there(tmp_path: Path, way: str) -> None:
    figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
    (dot,) = axes.plot([0.5], [0.5], "o", label="dot")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    draws = [0]
    really = dot.draw

    def draw(renderer: Any) -> None:
        draws[0] += 1
        really(renderer)

    dot.draw = draw  # type: ignore[method-assign]

    def update(frame: int) -> Any:
        dot.set_markersize(2 + draws[0] % 30)
        return (dot,)

    counting = FuncAnimation(figure, update, FRAMES, init_func=tuple)
    with pytest.warns(HistoryWarning, match=r"in the pixels from \(\d+, \d+\).*'dot'"):
        encode(counting, tmp_path / "m.rgba", fps=24, dpi=50, **RAW, **WAYS[way])


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_said_of_an_animation_that_depends_on_its_updates_alone(
    tmp_path: Path, way: str, recwarn: pytest.WarningsRecorder
) -> None:
    movie = encode(clip(40), tmp_path / "m.rgba", **RAW, **WAYS[way])
    assert numbers_in(movie) == list(range(40))
    assert movie.workers >= 2
    assert [one for one in recwarn if issubclass(one.category, UserWarning)] == []
    assert movie.report.against_save >= 2
    assert movie.report.against_worker >= 1
    assert "with every draw that Animation.save makes" in str(movie.report)


def test_one_worker_is_checked_by_a_witness_that_leaves(tmp_path: Path) -> None:
    movie = encode(clip(40), tmp_path / "m.rgba", workers=1, **RAW)
    assert numbers_in(movie) == list(range(40))
    assert movie.report.against_save == 2
    assert movie.report.against_worker == 0


@pytest.mark.parametrize("way", ["pipe", "segments"])
def test_what_is_not_the_same_twice_is_made_in_one_pass(tmp_path: Path, way: str) -> None:
    figure, show = flat()

    def update(number: int) -> Any:
        return show(int(np.random.default_rng().integers(1 << 20)))

    random = FuncAnimation(figure, update, FRAMES, init_func=tuple)
    # In segments two blocks may disagree before there is a true frame to compare with.
    said = "not the same twice" if way == "pipe" else "not the same twice|depends on what drawing"
    with pytest.warns(HistoryWarning, match=said):
        movie = encode(random, tmp_path / "m.rgba", **RAW, **WAYS[way])
    assert movie.frames == FRAMES


@pytest.mark.parametrize("way", ["pipe", "segments"])
def test_independent_frames_that_are_not_are_made_with_all_updates(
    tmp_path: Path, way: str
) -> None:
    def count() -> FuncAnimation:
        figure, show = flat()
        done = [0]

        def update(number: int) -> Any:
            done[0] += 1
            return show(done[0])

        return FuncAnimation(figure, update, 40, init_func=tuple)

    with pytest.warns(HistoryWarning, match="independent=True had left out"):
        movie = encode(count(), tmp_path / "m.rgba", independent=True, **RAW, **WAYS[way])
    assert numbers_in(movie) == list(range(1, 41))


@pytest.mark.parametrize("way", ["pipe", "segments"])
def test_verify_proves_every_frame(tmp_path: Path, way: str) -> None:
    options = {**WAYS[way], "redraw": "verify"}
    movie = encode(clip(FRAMES), tmp_path / "m.rgba", **RAW, **options)
    assert movie.report.against_save == FRAMES
    found = None
    try:
        encode(reads_the_last_draw(9), tmp_path / "n.rgba", fps=24, dpi=50, **RAW, **options)
    except FrameMismatch as error:
        found = error
    if found is not None:
        assert "is not what Animation.save draws" in str(found)
        assert found.frame >= 9
    else:
        # Who records the second block may be given the third, too, and then draws all that counts.
        assert way == "segments"
        truth = as_saved(lambda: reads_the_last_draw(9), tmp_path)
        assert (tmp_path / "n.rgba").read_bytes() == truth
        (tmp_path / "n.rgba").unlink()
    assert everything_in(tmp_path) == {"m.rgba"}


#: Where this process, or somebody else's, draws: then one more process draws every frame besides.
ELSEWHERE: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "here in segments": {"workers": 0, "mode": Segments(blocks=3)},
    "executor": {},
}


def differs_from(frame: int) -> FuncAnimation:
    """Shows something else from a frame on where the movie is drawn, and not its witness."""
    figure, show = flat()
    here = os.getpid()

    def update(number: int) -> Any:
        movies = os.getpid() == here or "FRAMEPIPE_ELSEWHERE" in os.environ
        return show(number + (movies and number >= frame))

    return FuncAnimation(figure, update, FRAMES, init_func=tuple)


@pytest.mark.parametrize(
    "way", ["here", "here in segments", pytest.param("executor", marks=pytest.mark.slow)]
)
def test_verify_proves_every_frame_wherever_it_is_drawn(tmp_path: Path, way: str) -> None:
    with ExitStack() as stack:
        options = {**ELSEWHERE[way], "redraw": "verify", **RAW}
        if way == "executor":
            elsewhere = partial(os.environ.__setitem__, "FRAMEPIPE_ELSEWHERE", "1")
            pool = stack.enter_context(ProcessPoolExecutor(2, initializer=elsewhere))
            options["mode"] = Segments(blocks=2, executor=pool)
        movie = encode(clip(FRAMES), tmp_path / "m.rgba", **options)
        assert movie.report.against_save == FRAMES
        with pytest.raises(FrameMismatch, match=r"is not what Animation\.save draws") as caught:
            encode(differs_from(17), tmp_path / "n.rgba", **options)
    assert caught.value.frame == 17
    assert everything_in(tmp_path) == {"m.rgba"}


def test_verify_without_its_witness_is_an_error(tmp_path: Path) -> None:
    figure, show = flat()
    here = os.getpid()

    def update(number: int) -> Any:
        if number == 5 and os.getpid() != here:
            os._exit(3)
        return show(number)

    animation = FuncAnimation(figure, update, FRAMES, init_func=tuple)
    with pytest.raises(FramepipeError, match=r"once more, .* has come to an end"):
        encode(animation, tmp_path / "m.rgba", workers=0, redraw="verify", **RAW)
    assert everything_in(tmp_path) == set()
