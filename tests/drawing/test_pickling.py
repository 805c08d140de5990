"""Workers that are not forks: scripts without a guard, modules with figures, notebook state."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from clips import RAW, clip, encode_and_read, script

import framepipe
from framepipe import FrameError, encode
from framepipe.drawing.pickling import is_users_module
from framepipe.options import StartMethod

UNGUARDED = """
print("script runs", __name__, flush=True)
import sys
import matplotlib as mpl
mpl.use("agg")
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
import framepipe
from clips import RAW, numbers_in

class Mine(Exception):
    pass

fig = plt.figure(figsize=(1, 1), dpi=32)
patch = fig.add_artist(plt.Rectangle((0, 0), 1, 1, antialiased=False, linewidth=0))
factor = 3
bad = None

def colour(i):
    if i == bad:
        raise Mine("by the script")
    return (0, 0, factor * i / 255)

def update(i):
    patch.set_facecolor(colour(i))
    return (patch,)

ani = FuncAnimation(fig, update, frames=12, init_func=tuple)
for method in sys.argv[1:]:
    movie = framepipe.encode(ani, "m.rgba", workers=2, start_method=method, **RAW)
    assert numbers_in(movie) == [3 * i for i in range(12)], numbers_in(movie)
    print("made", method, flush=True)
bad = 5
try:
    framepipe.encode(ani, "m.rgba", workers=2, start_method=sys.argv[1], **RAW)
except framepipe.FrameError as error:
    print(error.frame, type(error.__cause__) is Mine, error.__cause__, flush=True)
assert sys.modules["__main__"].colour is colour
"""


@pytest.mark.slow
def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    with script(tmp_path, UNGUARDED, "spawn", "forkserver") as running:
        said, complaint = running.communicate(timeout=100)
    assert complaint == ""
    assert said.splitlines() == [
        "script runs __main__",
        "made spawn",
        "made forkserver",
        "5 True by the script",
    ]
    assert running.returncode == 0


MODULE = """
import random
import numpy as np
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation

fig = plt.figure(figsize=(1, 1), dpi=32)
patch = fig.add_artist(plt.Rectangle((0, 0), 1, 1, antialiased=False, linewidth=0))
total = 0

def update(i):
    global total
    total += 1 + random.randrange(9) + np.random.randint(9)
    patch.set_facecolor((0, total // 256 / 255, total % 256 / 255))
    return (patch,)

ani = FuncAnimation(fig, update, frames=40, init_func=tuple)
"""


def test_a_module_with_its_own_figure_and_state_travels_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figure that its function changes is the one that is drawn."""
    (tmp_path / "users_animation.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    made = {}
    for method in ("fork", "spawn"):
        monkeypatch.delitem(sys.modules, "users_animation", raising=False)
        module: Any = importlib.import_module("users_animation")
        module.random.seed(7)
        module.np.random.seed(8)
        made[method] = encode_and_read(
            module.ani, tmp_path / "m.rgba", workers=2, start_method=method
        )
        assert module.total == 0, "what the workers count is theirs"
        module.plt.close(module.fig)
    monkeypatch.delitem(sys.modules, "users_animation", raising=False)
    assert len(set(made["fork"])) == 40
    assert made["spawn"] == made["fork"]


@pytest.mark.parametrize(
    ("folder", "beside", "users"),
    [
        ("project", "package.py", True),
        ("project", "mine.egg-info", True),  # somebody works on it: `pip install --editable`
        ("lib/site-packages", "package.py", False),
        ("lib/python3/dist-packages", "package.py", False),  # Debian's own packages
        ("cluster", "package-1.0.dist-info", False),  # `pip install --target`, and PYTHONPATH
    ],
)
def test_what_is_installed_is_not_the_users(
    folder: str, beside: str, users: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is: where it is taken for the user's, its state would have to be the same."""
    place = tmp_path / folder
    (place / "some_package").mkdir(parents=True)
    (place / "some_package" / "__init__.py").touch()
    (place / beside).touch()
    monkeypatch.syspath_prepend(place)
    monkeypatch.delitem(sys.modules, "some_package", raising=False)
    assert is_users_module(importlib.import_module("some_package")) is users


def test_pythons_own_and_this_library_are_not_the_users() -> None:
    assert not any(map(is_users_module, (sys, importlib, pytest, framepipe)))


def test_a_module_that_only_the_main_process_can_import_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users_helper.py").write_text("def number(i):\n    return i\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    helper = importlib.import_module("users_helper")
    (tmp_path / "users_helper.py").write_text("raise RuntimeError('only once')\n")
    try:
        with pytest.raises(FrameError, match="only once") as caught:
            encode(
                clip(9, lambda i: helper.number(i)), tmp_path / "m.rgba",
                workers=2, start_method="spawn", **RAW,
            )  # fmt: skip
    finally:
        monkeypatch.delitem(sys.modules, "users_helper", raising=False)
    assert type(caught.value.__cause__) is RuntimeError


CELL = """
def update(i):
    note = i + 1
    if i == 5:
        raise ZeroDivisionError(f"in a cell, at {note}")
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_traceback_shows_source_that_has_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: StartMethod
) -> None:
    """As in a notebook: the cell's lines are known to `linecache` alone."""
    name = f"<cell {os.getpid()}>"
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(CELL, name, "exec"), namespace)
    entry = (len(CELL), None, CELL.splitlines(keepends=True), name)
    monkeypatch.setitem(linecache.cache, name, entry)
    with pytest.raises(FrameError) as caught:
        encode(
            clip(9, namespace["update"]), tmp_path / "m.rgba",
            workers=1, start_method=method, **RAW,
        )  # fmt: skip
    shown = "".join(traceback.format_exception(caught.value))
    assert f'File "{name}", line 5, in update' in shown
    assert 'raise ZeroDivisionError(f"in a cell, at {note}")' in shown
