"""A replay makes the calls that `Animation.save` makes, in its order, and no others."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from clips import flat
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.figure import Figure

from framepipe import FrameError
from framepipe.drawing.rendering.canvas import living_on_agg
from framepipe.drawing.replay import Replay, check_animations


class Told:
    """An animation that notes what it is asked for."""

    def __init__(self, frames: Any = 5, *, init: bool = True, bad: int | None = None) -> None:
        self.calls: list[Any] = []
        figure, show = flat()

        def update(i: int) -> Any:
            self.calls.append(i)
            if i == bad:
                raise LookupError("no such thing")
            return show(i)

        def begin() -> list[Any]:
            self.calls.append("init")
            return []

        self.animation = FuncAnimation(
            figure, update, frames, init_func=begin if init else None, cache_frame_data=False
        )

    def replay(self, **options: Any) -> Replay:
        return Replay([self.animation], **options)


class Nobody(AbstractMovieWriter):
    """Takes frames and keeps none."""

    @classmethod
    def isAvailable(cls) -> bool:
        return True

    def setup(self, fig: Figure, outfile: Any, dpi: Any = None) -> None:
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **_: Any) -> None:
        pass

    def finish(self) -> None:
        pass


@pytest.mark.parametrize("init", [True, False])
@pytest.mark.parametrize("steps", [[0, 1, 2, 3, 4], [0, 3, 4], [2, 4]])
def test_the_calls_are_those_of_a_save(init: bool, steps: list[int]) -> None:
    """Whichever frames are asked for, every one is updated, in order."""
    saved = Told(init=init)
    saved.animation.save("nothing.none", writer=Nobody(fps=5))
    told = Told(init=init)
    replay = told.replay()
    with living_on_agg(replay.figure, idle_draws=True):
        for step in steps:
            assert replay.advance(step)
            assert replay.position == step
        assert not replay.advance(5)
    assert told.calls == saved.calls


def test_frames_that_are_passed_are_told() -> None:
    told = Told()
    passed: list[int] = []
    replay: Replay = told.replay(passed=lambda: passed.append(replay.position))
    with living_on_agg(replay.figure, idle_draws=True):
        replay.advance(2)
        replay.advance(4)
    assert passed == [0, 1, 3]


def test_independent_frames_need_no_others() -> None:
    told = Told()
    replay = told.replay(independent=True)
    with living_on_agg(replay.figure, idle_draws=True):
        replay.advance(3)
    assert told.calls == ["init", 0, 3]


def numbers() -> Generator[int]:
    yield from range(3)


def test_the_length_is_known_when_the_end_was_met() -> None:
    replay = Told(numbers).replay()
    assert replay.length is None or replay.length >= 3
    with living_on_agg(replay.figure, idle_draws=True):
        assert replay.advance(2)
        assert not replay.advance(7)
    assert replay.length == 3
    assert Told(4).replay().length == 4


def test_time_does_not_run_backwards() -> None:
    replay = Told().replay()
    with living_on_agg(replay.figure, idle_draws=True):
        replay.advance(3)
        with pytest.raises(RuntimeError, match="stands at frame 3"):
            replay.advance(2)


def test_the_users_error_knows_its_frame() -> None:
    replay = Told(bad=2).replay()
    with (
        living_on_agg(replay.figure, idle_draws=True),
        pytest.raises(FrameError, match="updating the figure for frame 2") as caught,
    ):
        replay.advance(4)
    assert caught.value.frame == 2
    assert type(caught.value.__cause__) is LookupError


def test_what_the_update_returned_is_taken_once() -> None:
    replay = Told().replay()
    with living_on_agg(replay.figure, idle_draws=True):
        replay.advance(1)
        assert len(replay.returned) == len(replay.take_returned()) >= 1
        assert replay.take_returned() == []


def test_what_is_no_animation_is_refused_and_what_is_on_another_figure_left_out() -> None:
    one, other = Told().animation, Told().animation
    with pytest.raises(TypeError):
        check_animations("ani", ())
    assert check_animations(one, (other,)) == (one,)
    assert check_animations(one, (one,)) == (one, one)
