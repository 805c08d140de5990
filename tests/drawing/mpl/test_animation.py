"""The steps of a save, and what an animation knows of itself."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from clips import flat
from matplotlib.animation import AbstractMovieWriter, ArtistAnimation, FuncAnimation

from framepipe.drawing.mpl.animation import (
    draw_initially,
    figure_of,
    functions_of,
    interval_of,
    length_of,
    mark_started,
    returned_artists,
    save_call,
    update_for_next_frame,
)
from framepipe.drawing.rendering.canvas import living_on_agg


def numbers() -> Generator[int]:
    yield from range(4)


def made(frames: Any = 4, **options: Any) -> tuple[FuncAnimation, list[Any]]:
    figure, show = flat()
    calls: list[Any] = []

    def update(i: int) -> Any:
        calls.append(i)
        return show(i)

    def init() -> Any:
        calls.append("init")
        return []

    options = {"init_func": init, "cache_frame_data": False, **options}
    return FuncAnimation(figure, update, frames, **options), calls


def test_the_steps_of_a_save() -> None:
    animation, calls = made()
    mark_started(animation)
    with living_on_agg(figure_of(animation), idle_draws=True):
        draw_initially(animation)
        update_for_next_frame(animation, 3)
    assert calls == ["init", 3]
    (patch,) = returned_artists(animation)
    assert patch in figure_of(animation).artists


@pytest.mark.parametrize(
    ("frames", "options", "length"),
    [(4, {}, 4), ([7, 8], {}, 2), (numbers, {"save_count": 9}, 9), (range(3), {}, 3)],
)
def test_the_length_it_tells(frames: Any, options: Any, length: int) -> None:
    animation, _ = made(frames, **options)
    mark_started(animation)
    assert length_of(animation) == length


def test_the_length_of_an_artist_animation() -> None:
    figure, show = flat()
    animation = ArtistAnimation(figure, [list(show(i)) for i in range(5)])
    mark_started(animation)
    assert length_of(animation) == 5


def test_what_it_was_made_of() -> None:
    animation, _ = made(numbers, save_count=4, interval=40)
    mark_started(animation)
    assert interval_of(animation) == 40
    assert interval_of(None) is None
    update, init, frames = functions_of(animation)
    assert update is not None
    assert callable(init)
    assert frames is numbers


def test_one_that_was_started_is_not_missed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        animation, _ = made()
        mark_started(animation)
        del animation


class Asks(AbstractMovieWriter):
    """A writer that asks who calls it, and grabs nothing."""

    call: Any = "nobody"

    def saving(self, *_: Any, **__: Any) -> Any:
        self.call = save_call(sys._getframe(1))
        return super().saving(*_, **__)

    def setup(self, fig: Any, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        pass

    def finish(self) -> None:
        pass


def test_a_writer_can_tell_that_save_calls_it() -> None:
    animation, _ = made()
    other, figure = made()[0], figure_of(animation)
    mark_started(other)
    along = FuncAnimation(figure, lambda _: None, 2)
    given = {"dpi": 50, "facecolor": "r"}
    asks = Asks()
    animation.save("m", writer=asks, extra_anim=[along, other], savefig_kwargs=given)
    assert asks.call.animations == (animation, along)
    assert asks.call.savefig_kwargs == given
    assert asks.call.savefig_kwargs is not given
    with asks.saving(figure, "m", 50):
        assert asks.call is None
    plt.close("all")


def test_a_save_of_somebody_elses_is_none_of_matplotlibs() -> None:
    def save(self: Any, writer: Any) -> None:
        all_anim, savefig_kwargs = [self], {}  # type: ignore[var-annotated]
        writer.saving(figure_of(self), "m", 50)
        assert all_anim, savefig_kwargs

    asks = Asks()
    animation, _ = made()
    mark_started(animation)
    save(animation, asks)
    assert asks.call is None
    assert save_call(None) is None
