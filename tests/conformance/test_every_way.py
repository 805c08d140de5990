"""One suite that every way of running passes: same movie, progress, facts and errors."""

from __future__ import annotations

import random
from collections.abc import Generator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import FFMPEG, RAW, WAYS, children, clip, everything_in, flat, numbers_in
from matplotlib.animation import FuncAnimation

from framepipe import FrameError, Movie, encode

FRAMES = 30

every_way = pytest.mark.parametrize("way", WAYS)


class Sour(Exception):
    """The user's own."""


def walk(*, known: bool = True, bad: int | None = None) -> FuncAnimation:
    """A random walk with history, a generator, and both of Python's global dice."""
    random.seed(11)
    np.random.seed(12)
    figure, show = flat()
    steps: list[int] = []

    def numbers() -> Generator[int]:
        for number in range(FRAMES):
            if number == bad:
                raise Sour(f"at {number}")
            yield number + random.randrange(100)

    def update(number: int) -> Any:
        steps.append(number * np.random.randint(1, 100))
        return show(sum(steps))

    length: dict[str, Any] = {"save_count": FRAMES} if known else {}
    return FuncAnimation(figure, update, numbers, cache_frame_data=False, **length)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What `Animation.save` hands to ffmpeg."""
    path = tmp_path_factory.mktemp("truth") / "m.rgba"
    with mpl.rc_context({"animation.ffmpeg_path": FFMPEG}):
        walk().save(path, writer="ffmpeg", fps=24, dpi=50, **RAW)
    return path.read_bytes()


@every_way
def test_the_movie_its_facts_and_its_progress_are_the_same(
    tmp_path: Path, truth: bytes, way: str
) -> None:
    told: list[tuple[int, int | None]] = []
    movie = encode(
        walk(), tmp_path / "m.rgba", fps=24, dpi=50, **RAW, **WAYS[way],
        progress_callback=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    assert Path(movie).read_bytes() == truth
    assert len(set(numbers_in(movie))) == FRAMES
    assert told == [(i, FRAMES) for i in range(FRAMES)]
    assert isinstance(movie, Movie)
    assert movie.path == tmp_path / "m.rgba"
    assert (movie.frames, movie.width, movie.height) == (FRAMES, 50, 50)
    assert (movie.fps, movie.mode, movie.workers) == (24, "pipe", WAYS[way]["workers"])
    assert movie.report.restarts == 0
    assert min(movie.report.update, movie.report.draw, movie.report.encode) > 0
    assert everything_in(tmp_path) == {"m.rgba"}
    assert children() == ([], [])


@every_way
def test_an_error_is_the_same(tmp_path: Path, way: str) -> None:
    """Here of an animation that does not say how long it is."""
    told: list[tuple[int, int | None]] = []
    target = tmp_path / "m.rgba"
    target.write_text("old")
    with pytest.raises(FrameError) as caught:
        encode(
            walk(known=False, bad=20), target, **RAW, **WAYS[way],
            progress_callback=lambda i, n: told.append((i, n)),
        )  # fmt: skip
    assert caught.value.frame == 20
    assert str(caught.value) == (
        "making the data of frame 20 failed in the animation's own code: Sour: at 20"
    )
    assert type(caught.value.__cause__) is Sour
    assert caught.value.__cause__.args == ("at 20",)
    assert told == [(i, None) for i in range(len(told))]
    assert len(told) <= 20
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.rgba"}
    assert children() == ([], [])


@pytest.mark.thinned(5)
@pytest.mark.parametrize("way", ["here", "fork1", "fork2", "fork3"])
@pytest.mark.parametrize("frames", [1, 2, 3, 8, 9, 10, 11])
def test_movies_about_as_long_as_the_ring_are_whole(tmp_path: Path, way: str, frames: int) -> None:
    """Neither the first frame, nor the last, nor one at a border is lost or doubled."""
    for numbers in (frames, lambda: iter(range(frames))):  # of known and of unknown length
        movie = encode(clip(numbers), tmp_path / "m.rgba", **RAW, **WAYS[way])
        assert numbers_in(movie) == list(range(frames))
        assert movie.frames == frames


@pytest.mark.parametrize("way", ["here", "fork1", "fork2", "fork3"])
def test_a_promise_of_more_frames_than_there_are_is_forgiven(tmp_path: Path, way: str) -> None:
    """As `Animation.save` does: ``save_count`` is an upper bound."""
    told: list[tuple[int, int | None]] = []
    movie = encode(
        clip(lambda: iter(range(17)), save_count=100), tmp_path / "m.rgba", **RAW, **WAYS[way],
        progress_callback=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    assert numbers_in(movie) == list(range(17))
    assert [i for i, _ in told] == list(range(17))
    assert movie.frames == 17
