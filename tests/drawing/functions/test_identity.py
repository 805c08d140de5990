"""What an animation is made of: the same text as long as it is the same, and what differs."""

from __future__ import annotations

import functools
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import flat
from matplotlib.animation import FuncAnimation
from numpy.typing import NDArray

from framepipe import Figures
from framepipe.drawing.functions.identity import (
    CHECKSUM,
    describe_animation,
    describe_figures,
    plain_text,
)
from framepipe.drawing.mpl.animation import mark_started

SCALE = 2


def helper(value: float) -> float:
    return value * SCALE


def animation(update: Any, frames: Any = 5, **options: Any) -> FuncAnimation:
    figure, _ = flat()
    return FuncAnimation(figure, update, frames, init_func=tuple, **options)


def described(update: Any, frames: Any = 5, **options: Any) -> dict[str, str]:
    made = animation(update, frames, **options)
    mark_started(made)
    return describe_animation([made])


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


def with_values(number: int, array: Any, data: dict[str, Any], **given: Any) -> Any:
    def update(frame: int) -> Any:
        return helper(number + frame), array, data, given

    return update


def test_values_and_code_that_functions_refer_to_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def update(number: int = 1, array: Any = (1, 2), **data: Any) -> dict[str, str]:
        return described(with_values(number, np.array(array), data))

    first = update()
    assert update() == first
    assert differing(first, update(2)) == {"number of update()"}
    assert differing(first, update(array=(1, 3))) == {"array of update()"}
    assert differing(first, update(colour="r")) == {"data of update()"}
    assert first["number of update()"] == "1"
    assert "the code of helper()" in first
    monkeypatch.setitem(globals(), "SCALE", 3)
    assert differing(first, update()) == {"SCALE"}
    monkeypatch.setitem(globals(), "helper", lambda value: value / SCALE)
    assert "the code of helper()" in differing(first, update())


def test_frames_and_arguments_count_too() -> None:
    def update(frame: int, *_: Any, key: int = 0) -> Any:
        return ()

    assert differing(described(update, [1, 2]), described(update, [1, 3])) == {
        "frames of the animation"
    }
    fargs = described(update, fargs=(1,)), described(update, fargs=(2,))
    assert differing(*fargs) == {"fargs"}
    keyword = functools.partial(update, key=1)
    assert differing(described(keyword), described(functools.partial(update, key=2)))


class Drawer:
    """An object with an update method."""

    def __init__(self, size: int) -> None:
        self.size = size

    def step(self, frame: int) -> Any:
        return self.used(frame)

    def used(self, frame: int) -> Any:
        return frame * self.size


def test_objects_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    first = described(Drawer(1).step)
    assert described(Drawer(1).step) == first
    assert differing(first, described(Drawer(2).step)) == {"Drawer.size"}
    monkeypatch.setattr(Drawer, "used", lambda self, frame: frame)
    assert differing(first, described(Drawer(1).step)) > {"the code of used()"}


def test_figures_without_an_animation_are_their_function_and_items() -> None:
    def draw(item: Any) -> Any:
        return flat()[0], item

    first = describe_figures(Figures(draw, [1, 2]))
    assert differing(first, describe_figures(Figures(draw, [1, 3]))) == {"the items"}
    assert "the code of flat()" in first


def compiled(text: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(text, names)
    update: Callable[..., Any] = names["update"]
    return update


def test_where_code_stands_makes_no_difference() -> None:
    one = described(compiled("def update(i):\n    return i in {'a', 'b', 'c'}, 3"))
    other = described(compiled("\n\ndef update(i):\n    # why\n    return i in {'c', 'b', 'a'}, 3"))
    changed = described(compiled("def update(i):\n    return i in {'a', 'b', 'd'}, 3"))
    assert one == other
    assert differing(one, changed) == {"the code of update()"}


def test_code_that_has_run_is_the_same() -> None:
    """Python specialises it as it runs."""
    update = with_values(1, np.zeros(3), {})
    before = described(update)
    for frame in range(100):
        update(frame)
    assert described(update) == before


PROGRAM = """
import numpy as np, sys
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
from framepipe.demo import double_pendulum
from framepipe.drawing.functions.identity import describe_animation
figure, axes = plt.subplots()
names = {"one", "two", "three", "four"}
look = {name: np.arange(3) for name in sorted(names)}
dice = np.random.default_rng(3)
(line,) = axes.plot([], [])
def update(i):
    line.set_data(look["one"] + dice.normal(), [len(names), i, i])
    return (line,)
for animation in (FuncAnimation(figure, update, 9), double_pendulum(9)):
    for name, value in sorted(describe_animation([animation]).items()):
        print(name, value)
    animation._draw_was_started = True
"""


@pytest.mark.slow
def test_it_is_the_same_in_every_process() -> None:
    def said(seed: str) -> str:
        root = str(Path(__file__).parents[3])
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
        )  # fmt: skip
        return done.stdout

    first = "\n" + said("1")
    assert first == "\n" + said("2")
    for name in ("names ", "look ", "dice ", "line ", "the code of update() "):
        assert f"\n{name}" in first


class Sour:
    """Whoever looks at it is told off."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


def test_it_looks_at_anything_and_never_fails() -> None:
    loop: list[Any] = [object()]
    loop.append(loop)
    sour, stream = Sour(), sys.stdout
    objects = np.empty(1, dtype=object)
    objects[0] = sour

    def update(frame: int) -> Any:
        return loop, sour, stream, objects, os, random

    assert "loop of update()" in described(update)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (True, 1),
        ("a", b"a"),
        ([1, 2], (1, 2)),
        ({1: 2}, {2: 1}),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(2), np.zeros(2, "f4")),
        (np.float64(1), np.float32(1)),
        (random.Random(1), random.Random(2)),
        (np.random.default_rng(1), np.random.default_rng(2)),
        (Path("a"), Path("b")),
    ],
)
def test_plain_values_are_told_apart(one: Any, other: Any) -> None:
    assert plain_text(one) is not None
    assert plain_text(one) != plain_text(other)


def test_arrays_are_known_by_what_is_in_them() -> None:
    array: NDArray[Any] = np.arange(12.0).reshape(3, 4)
    assert plain_text(array) == plain_text(array.copy())
    assert plain_text(array[:, ::2]) == plain_text(array[:, ::2].copy())
    changed = array.copy()
    changed[1, 1] += 1
    assert plain_text(array) != plain_text(changed)
    assert plain_text(np.array([object()])) is None


def test_sets_have_no_order_and_files_a_size(tmp_path: Path) -> None:
    assert plain_text({"a", "b", "c"}) == plain_text({"c", "a", "b"})
    path = tmp_path / "data"
    path.write_text("1")
    with open(path) as file:
        before = plain_text(file)
        assert before is not None
        path.write_text("12")
        assert plain_text(file) != before
    with open(path, "w") as file:
        before = plain_text(file)
        file.write("it grows, being written")
        file.flush()
        assert plain_text(file) == before


def test_long_values_become_checksums() -> None:
    found = described(with_values(1, np.zeros(3), {"key": "x" * 100}))
    assert found["data of update()"].startswith(CHECKSUM)
