"""``framepipe.check``: what frames depend on, found out without a trace."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from clips import clip, flat
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from test_histories import reads_the_last_draw

from framepipe import Figures, FrameError, check


@pytest.fixture(autouse=True)
def no_figure() -> Iterator[None]:
    yield
    plt.close("all")


def remembers(depth: int | None) -> Callable[[], FuncAnimation]:
    """An animation whose frames show what some updates before them have seen; None: all."""

    def make() -> FuncAnimation:
        figure, show = flat()
        seen: list[int] = []

        def update(number: int) -> Any:
            seen.append(number)
            return show(sum(seen if depth is None else seen[-1 - depth :]))

        return FuncAnimation(figure, update, 40, init_func=tuple)

    return make


def changes_in_secret() -> FuncAnimation:
    """Tick labels that say how often the update was called, though no tick has moved."""
    figure, axes = plt.subplots(figsize=(2, 1.5), dpi=60)
    (line,) = axes.plot([0, 1, 2], [0, 1, 0])
    seen = [0]
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.1f}:{seen[0]}")

    def update(number: int) -> Any:
        seen[0] = number
        line.set_ydata([0, number / 9, 0])
        return (line,)

    return FuncAnimation(figure, update, 40, init_func=list)


def never_the_same() -> FuncAnimation:
    figure, show = flat()
    return FuncAnimation(
        figure, lambda _: show(int(np.random.default_rng().integers(1 << 20))), 40, init_func=tuple
    )


def test_frames_that_need_nothing() -> None:
    found = check(clip(40))
    assert found.independent is True
    assert found.same_twice
    assert found.silent == ()
    assert (found.gone_through, found.total) == (20, 40)
    assert [one.frame for one in found.frames] == [0, 1, 2, 3, 5, 9, 15, 19]
    assert {(one.needs, one.same_twice, one.kept) for one in found.frames} == {
        ("nothing", True, True)
    }
    assert found.update > 0
    assert found.draw > 0
    assert "independent=True is safe, as far as was seen" in str(found)


@pytest.mark.parametrize(
    ("depth", "said"),
    [(1, "the update before"), (2, "2 updates before"), (None, "updates before it")],
)
def test_frames_that_need_updates(depth: int | None, said: str) -> None:
    found = check(remembers(depth)(), 12)
    assert found.independent is False
    assert found.same_twice
    by_frame = {one.frame: one for one in found.frames}
    assert by_frame[0].needs == "nothing"
    # Frame 0 shows 0, and so one before it makes no difference to the next ones.
    assert by_frame[5].needs == "updates"
    assert by_frame[5].updates == depth
    assert by_frame[5].history == said
    assert "independent=True is not safe: frame" in str(found)


def test_frames_that_need_draws() -> None:
    found = check(reads_the_last_draw(), 12)
    assert "draws" in {one.needs for one in found.frames}
    assert found.independent is False
    assert "one worker that makes every draw in order" in str(found)


def test_what_changes_in_secret_is_named() -> None:
    found = check(changes_in_secret(), 8)
    assert len(found.silent) == 1
    assert "xaxis of axes 0" in found.silent[0]
    # It is not looked for without end: what was not seen is not said to be right.
    assert [one.kept for one in found.frames] == [True, False, False, False, None, None]
    assert "Changed without a sign of it: " in str(found)


def test_what_is_not_the_same_twice() -> None:
    found = check(never_the_same(), 6)
    assert not found.same_twice
    assert found.independent is None
    assert {one.needs for one in found.frames[1:]} == {"unknown"}
    assert "Not the same twice" in str(found)


def test_an_endless_animation_cannot_be_told_everything() -> None:
    found = check(clip(lambda: itertools.count()), 6)
    assert found.total is None
    assert found.independent is None
    assert found.same_twice
    assert {one.needs for one in found.frames[1:]} == {"unknown"}
    short = check(clip(lambda: iter(range(4))), 9)
    assert short.gone_through == 4


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_short_animation(count: int) -> None:
    found = check(clip(count))
    assert [one.frame for one in found.frames] == list(range(count))
    assert found.gone_through == count


def test_figures_too() -> None:
    def draw(number: int) -> Figure:
        figure, show = flat()
        show(number)
        return figure

    found = check(Figures(draw, 12), 6)
    assert found.independent is True
    assert {one.kept for one in found.frames} == {None}

    figure = Figure(figsize=(1, 1), dpi=50)
    axes = figure.add_subplot()

    def add(number: int) -> Figure:
        axes.plot([0, number])
        return figure

    found = check(Figures(add, 12), 6)
    assert found.independent is False
    generated = check(Figures(lambda: map(draw, range(9))), 4)
    assert generated.independent is None
    assert generated.gone_through == 4


def test_the_animation_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[int] = []
    figure, axes = plt.subplots(figsize=(1, 1), dpi=50)
    (line,) = axes.plot([0, 1])

    def update(number: int) -> Any:
        print("update", number)
        asked.append(number)
        line.set_ydata([number, 1])
        return (line,)

    animation = FuncAnimation(figure, update, iter(range(8)), save_count=8)
    before = (figure.canvas, figure.dpi, tuple(figure.get_size_inches()), figure.stale)
    random = np.random.get_state(legacy=False)
    check(animation, 6)
    assert asked == []
    assert capsys.readouterr().out == ""
    assert (figure.canvas, figure.dpi, tuple(figure.get_size_inches()), figure.stale) == before
    assert np.array_equal(line.get_ydata(), [0, 1])
    assert str(np.random.get_state(legacy=False)) == str(random)
    assert len(list(animation.new_saved_frame_seq())) == 8  # its iterator has not been used up


def test_what_workers_cannot_share_is_said() -> None:
    numbers: list[int] = []
    stop = threading.Event()

    def feed() -> None:
        while not stop.wait(0.05):
            numbers.append(1)

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        found = check(clip(9, lambda _: numbers.append(0)))
    finally:
        stop.set()
        thread.join()
    assert "numbers" in found.unshareable
    assert found.frames == ()
    assert "made in the calling process alone" in str(found)


def test_errors_are_the_animations(tmp_path: Path) -> None:
    def fail(number: int) -> None:
        if number == 3:
            raise LookupError("sour")

    with pytest.raises(FrameError, match="for frame 3 failed") as caught:
        check(clip(9, fail))
    assert isinstance(caught.value.__cause__, LookupError)
    with pytest.raises(ValueError, match="2 or more"):
        check(clip(9), 1)
    with pytest.raises(TypeError, match="number of frames"):
        check(clip(9), "all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="start_method"):
        check(clip(9), start_method="magic")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected a matplotlib Animation"):
        check("no animation")  # type: ignore[arg-type]


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
def test_it_tells_how_much_would_be_gained(start_method: Any) -> None:
    found = check(clip(20, lambda _: time.sleep(0.02)), 5, start_method=start_method)
    assert found.independent
    assert found.update > 0.015
    assert 1 < found.speedup(4) <= 4
    assert "with 4 workers about" in str(found)
