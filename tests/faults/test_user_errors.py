"""The user's own code raises: which frame, which exception, which traceback, and how soon."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from clips import RAW, WAYS, children, clip, everything_in, flat
from matplotlib.animation import FuncAnimation
from matplotlib.patches import Rectangle

from framepipe import FrameError, encode

FRAMES = 60
BAD = 37


class Boom(Exception):
    """A user's exception; it tells when it was raised (one clock for all processes)."""


def explode() -> None:
    raise Boom("the sky is falling", time.monotonic())


EXPLODES_AT = f'test_user_errors.py", line {explode.__code__.co_firstlineno + 1}, in explode'


def explode_at_37(number: int) -> None:
    if number == BAD:
        explode()


def in_update() -> FuncAnimation:
    return clip(FRAMES, explode_at_37)


def in_generator() -> FuncAnimation:
    def numbers() -> Generator[int]:
        for number in range(FRAMES):
            explode_at_37(number)
            yield number

    return clip(numbers)


def in_init_func() -> FuncAnimation:
    return clip(FRAMES, init_func=explode)


class Explosive(Rectangle):
    """An artist that cannot be drawn in one frame."""

    number = 0

    def draw(self, renderer: Any) -> None:
        explode_at_37(self.number)
        super().draw(renderer)


def in_draw() -> FuncAnimation:
    figure, show = flat()
    artist = Explosive((0, 0), 1, 1)
    figure.add_artist(artist)

    def update(number: int) -> tuple[Any, ...]:
        artist.number = number
        artist.stale = True
        return (artist, *show(number))

    return FuncAnimation(figure, update, frames=FRAMES, init_func=tuple)


MOMENTS: dict[str, tuple[Callable[[], FuncAnimation], int]] = {
    "update": (in_update, BAD),
    "generator": (in_generator, BAD),
    "init_func": (in_init_func, 0),
    "draw": (in_draw, BAD),
}

#: A spawned process takes its time to start, so not all of them at all moments.
MATRIX = [
    (way, moment) for way in ("here", "fork1", "fork2", "fork3") for moment in MOMENTS
] + [("spawn2", "update"), ("spawn2", "draw"), ("forkserver2", "generator")]  # fmt: skip


def failing(animation: Any, folder: Path, way: str, **options: Any) -> tuple[FrameError, float]:
    """Encode what must fail, over an old movie; the error, and when it had come out."""
    target = folder / "m.rgba"
    target.write_text("old")
    with pytest.raises(FrameError) as caught:
        encode(animation, target, **WAYS[way], **RAW, **options)
    over = time.monotonic()
    assert children() == ([], [])
    assert everything_in(folder) == {"m.rgba"}
    assert target.read_text() == "old"
    return caught.value, over


def whole(error: BaseException) -> str:
    """What Python prints when nobody catches it."""
    return "".join(traceback.format_exception(error))


@pytest.mark.thinned(3)
@pytest.mark.parametrize(("way", "moment"), MATRIX)
def test_an_exception_comes_home_with_its_frame_type_and_traceback(
    tmp_path: Path, way: str, moment: str
) -> None:
    make, frame = MOMENTS[moment]
    error, over = failing(make(), tmp_path, way)
    assert error.frame == frame
    assert f"frame {frame}" in str(error)
    assert "Boom" in str(error)
    assert "the sky is falling" in str(error)
    cause = error.__cause__
    assert type(cause) is Boom
    assert cause.args[0] == "the sky is falling"
    assert EXPLODES_AT in whole(error)
    assert over - cause.args[1] < 2, "all must have stopped within 2 s of the error"


def test_it_stops_while_a_frame_is_on_its_way_to_a_slow_ffmpeg(tmp_path: Path) -> None:
    """The ring is closed though ffmpeg has taken only half a frame."""
    target = tmp_path / "m.mkv"
    with pytest.raises(FrameError) as caught:
        encode(
            clip(FRAMES, explode_at_37, pixels=1600), target, workers=2, codec="libx264",
            extra_args=["-preset", "veryslow"],
        )  # fmt: skip
    assert time.monotonic() - caught.value.__cause__.args[1] < 2  # type: ignore[union-attr]
    # The shared memory is given back though the error, and what its traceback holds, is still here.
    held = [os.readlink(f"/proc/self/fd/{fd}") for fd in listdir_open("/proc/self/fd")]
    assert not [link for link in held if "memfd:framepipe" in link]
    assert everything_in(tmp_path) == set()


def listdir_open(folder: str) -> list[str]:
    """Its entries, without the one that listing it makes."""
    return [name for name in os.listdir(folder) if os.path.lexists(f"{folder}/{name}")]


class NeedsTwo(Exception):
    """Pickles; but cannot be made again from its args."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


class HoldsLock(Exception):
    """Cannot be pickled."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


class Speechless(Exception):
    """Cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Liar(Exception):
    """Comes back as something that is no exception."""

    def __reduce__(self) -> Any:
        return str, ("not an exception",)


def local(text: str) -> Exception:
    class Local(Exception):
        pass

    return Local(text)


def raise_needs_two() -> None:
    raise NeedsTwo("this", "that")


def raise_holds_lock() -> None:
    raise HoldsLock("this and that")


def raise_local() -> None:
    raise local("this and that")


def raise_speechless() -> None:
    raise Speechless("this and that")


def raise_liar() -> None:
    raise Liar("this and that")


def raise_long() -> None:
    raise ValueError("this and that" * 100_000)


def raise_chain() -> None:
    try:
        raise KeyError("the first")
    except KeyError as error:
        raise ValueError("this and that") from error


@pytest.mark.parametrize("way", ["here", "fork1"])
@pytest.mark.parametrize(
    ("throw", "name"),
    [
        (raise_needs_two, "NeedsTwo"),
        (raise_holds_lock, "HoldsLock"),
        (raise_local, "Local"),
        (raise_liar, "Liar"),
        (raise_long, "ValueError"),
        (raise_chain, "KeyError"),
    ],
)
def test_exceptions_that_cannot_be_pickled_are_told_all_the_same(
    tmp_path: Path, way: str, throw: Callable[[], None], name: str
) -> None:
    error, _ = failing(clip(9, lambda i: throw() if i == 5 else None), tmp_path, way)
    assert error.frame == 5
    assert "this and that" in str(error)
    assert error.__cause__ is not None
    assert "this and that" in str(error.__cause__)
    assert name in whole(error)
    assert f"in {throw.__name__}" in whole(error)


def test_an_exception_that_cannot_be_printed_is_told_too(tmp_path: Path) -> None:
    def throw(number: int) -> None:
        if number == 5:
            raise_speechless()

    error, _ = failing(clip(9, throw), tmp_path, "fork1")
    assert error.frame == 5
    assert "in raise_speechless" in whole(error)


@pytest.mark.slow
def test_a_locally_made_exception_is_itself_again_after_a_spawn(tmp_path: Path) -> None:
    class Local(Exception):
        def __init__(self, text: str) -> None:
            super().__init__(text)
            self.text = text

    def throw(number: int) -> None:
        if number == 5:
            raise Local("this and that")

    error, _ = failing(clip(9, throw), tmp_path, "spawn2")
    assert error.frame == 5
    assert isinstance(error.__cause__, Local)
    assert error.__cause__.text == "this and that"


@pytest.mark.slow
def test_an_exception_that_cannot_travel_is_told_after_a_spawn(tmp_path: Path) -> None:
    error, _ = failing(
        clip(9, lambda i: raise_holds_lock() if i == 5 else None), tmp_path, "spawn2"
    )
    assert error.frame == 5
    assert "HoldsLock" in str(error.__cause__)
    assert "in raise_holds_lock" in whole(error)


@pytest.mark.parametrize("way", ["here", "fork2"])
@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, StopIteration, RecursionError])
def test_exceptions_that_mean_something_to_python_are_errors_of_the_frame(
    tmp_path: Path, way: str, kind: type[BaseException]
) -> None:
    def throw(number: int) -> None:
        if number == 5:
            raise kind("leaving")

    error, _ = failing(clip(9, throw), tmp_path, way)
    assert error.frame == 5
    assert type(error.__cause__) is kind


def test_a_keyboard_interrupt_raised_in_a_worker_is_an_error_of_the_frame(tmp_path: Path) -> None:
    def throw(number: int) -> None:
        if number == 5:
            raise KeyboardInterrupt

    error, _ = failing(clip(9, throw), tmp_path, "fork2")
    assert error.frame == 5
    assert type(error.__cause__) is KeyboardInterrupt


def test_a_keyboard_interrupt_raised_here_is_ctrl_c(tmp_path: Path) -> None:
    """In this process the two cannot be told apart, and Ctrl-C must work."""

    def throw(number: int) -> None:
        if number == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode(clip(9, throw), tmp_path / "m.rgba", workers=0, **RAW)
    assert everything_in(tmp_path) == set()


def wait_for(file: Path, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.005)


def in_first_worker() -> bool:
    return multiprocessing.current_process().name == "framepipe-0"


def test_a_generator_that_ends_early_in_one_process_is_an_error(tmp_path: Path) -> None:
    """Replay is only right if the animation runs the same way twice; if not, that must show."""
    far = tmp_path / "far"

    def numbers() -> Generator[int]:
        for number in range(40):
            if in_first_worker() and number == 10:
                wait_for(far)  # the other one has drawn frames that do not exist here
                return
            if not in_first_worker() and number == 15:
                far.touch()
            yield number

    with pytest.raises(FrameError, match="does not run twice in the same way") as caught:
        encode(clip(numbers), tmp_path / "m.rgba", **WAYS["fork2"], **RAW)
    assert "workers=0" in str(caught.value)
    assert everything_in(tmp_path) == {"far"}


@pytest.mark.slow
def test_a_frame_drawn_after_another_process_came_to_the_end_is_an_error(tmp_path: Path) -> None:
    """Here all frames up to the end are written before the one beyond it is drawn."""
    names = ("joined", "begun", "ended", "told")
    joined, begun, ended, told = (tmp_path / name for name in names)

    def numbers() -> Generator[int]:
        yield from range(10)
        if in_first_worker():
            yield from range(10, 16)
        else:
            ended.touch()

    class Waits(Rectangle):
        number = 0

        def draw(self, renderer: Any) -> None:
            if not in_first_worker():
                if self.number > 7:  # when it has checked the first ones
                    joined.touch()
                    wait_for(begun)
            elif self.number == 6:
                wait_for(joined)
            elif self.number == 10:
                begun.touch()
                wait_for(ended)
                wait_for(told, 2)
            super().draw(renderer)

    figure, show = flat()
    artist = Waits((0, 0), 0, 0)
    figure.add_artist(artist)

    def update(number: int) -> Any:
        artist.number = number
        return (artist, *show(number))

    animation = FuncAnimation(figure, update, numbers, init_func=tuple, cache_frame_data=False)
    with pytest.raises(FrameError, match="does not run twice in the same way"):
        encode(
            animation, tmp_path / "m.rgba", **WAYS["fork2"], **RAW,
            progress_callback=lambda i, n: told.touch() if n is not None else None,
        )  # fmt: skip
    assert everything_in(tmp_path) <= {*names}
