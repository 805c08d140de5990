"""Every public name shows how it is used, and what its docstring shows runs and comes out so."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from clips import FFMPEG
from matplotlib.animation import FuncAnimation

import framepipe
from framepipe.drawing.factory import note_use

#: Whitespace is a docstring's own affair, and "..." stands for what differs from run to run.
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

#: Modules that examples use as if they had been imported.
IMPORTED = ("io", "os", "shutil", "warnings")


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What examples may take for given: an animation of twelve frames, and a figure with a line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "")  # so that what an example sets is undone
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    figure, animated = plt.subplots()
    (moving,) = animated.plot([0, 11])
    ani = FuncAnimation(figure, lambda i: moving.set_ydata([0, i]), 12)
    note_use(ani)  # not every example uses it
    fig, ax = plt.subplots()
    ax.set_ylim(0, 12)
    (line,) = ax.plot([0, 0])
    yield {
        "framepipe": framepipe, "mpl": mpl, "FuncAnimation": FuncAnimation,
        "ani": ani, "fig": fig, "ax": ax, "line": line,
        **{name: importlib.import_module(name) for name in IMPORTED},
    }  # fmt: skip
    plt.close("all")


def examples_of(name: str, names: dict[str, Any]) -> list[doctest.DocTest]:
    """The examples in the docstrings of a public name and of its methods."""
    thing = framepipe if name == "framepipe" else getattr(framepipe, name)
    recurse = isinstance(thing, type)
    finder = doctest.DocTestFinder(recurse=recurse, exclude_empty=True)
    found = finder.find(thing, name, globs=names, module=False)
    return [one for one in found if one.examples]


@pytest.mark.thinned(4)
@pytest.mark.parametrize("name", ["framepipe", *framepipe.__all__])
def test_examples_run_and_come_out_as_they_say(name: str, names: dict[str, Any]) -> None:
    examples = examples_of(name, names)
    assert name in {one.name for one in examples}, "a public name without an example"
    said: list[str] = []
    for one in examples:
        skipped = [example for example in one.examples if doctest.SKIP in example.options]
        assert not skipped, "what is not run may be wrong"
        doctest.DocTestRunner(optionflags=FLAGS).run(one, out=said.append, clear_globs=False)
    assert not said, "".join(said)
