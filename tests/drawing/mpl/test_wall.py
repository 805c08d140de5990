"""The wall: matplotlib's private names are used in few files, and all of them still exist."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

import framepipe

HOUSE = Path(framepipe.__file__).parent
MODULES = {path.relative_to(HOUSE).as_posix(): path for path in sorted(HOUSE.rglob("*.py"))}

#: Where private names of matplotlib's may stand: the accessors, and methods that we override.
WALL = [
    *(name for name in MODULES if name.startswith("drawing/mpl/")),
    "drawing/rendering/canvas.py",
    "drawing/rendering/display_list.py",
    "drawing/rendering/text.py",
    "drawing/rendering/ticks.py",
]

#: Private names of Python's own that are used.
PYTHONS = {
    "_exit",  # of os
    "_popen",  # of processes
    "_max_workers",  # of executors
    "_flush_std_streams", "_resource_tracker", "_main",  # of multiprocessing, for its processes
    "_args", "_kwargs", "_queue", "_current_frames",  # of threads and queues
}  # fmt: skip

#: Private names that we give to objects of matplotlib's, to find something of ours again.
GIVEN = {"_framepipe"}

PRIVATE = re.compile(r"_[a-zA-Z]\w*")


def is_ours(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def defined_in(tree: ast.AST) -> Iterator[str]:
    """Private names that a module of ours makes: functions, classes, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and is_ours(node.value):
            if isinstance(node.ctx, ast.Store):
                yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def foreign_in(text: str) -> set[str]:
    """Private names that a module uses of something that is not ours.

    As attributes of anything, and as strings for `getattr`, `vars` and so on.  An attribute of
    ``self`` counts if nothing in the module makes it: it is inherited.
    """
    tree = ast.parse(text)
    ours = {name for name in defined_in(tree) if not name.startswith("__")}
    slots = {
        constant.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "__slots__" in map(ast.unparse, node.targets)
        for constant in ast.walk(node.value)
        if isinstance(constant, ast.Constant)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not (is_ours(node.value) and node.attr in ours):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    names = {name for name in found - slots if PRIVATE.fullmatch(name)}
    return {name for name in names if not name.startswith(("__", "_framepipe"))}


def methods_in(text: str) -> set[str]:
    """Private methods of classes that are made from others: these may override something."""
    return {
        method.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and node.bases
        for method in ast.walk(node)
        if isinstance(method, ast.FunctionDef) and PRIVATE.fullmatch(method.name)
    }


#: Private names that the package makes for itself, anywhere.
OURS = {name for path in MODULES.values() for name in defined_in(ast.parse(path.read_text()))}


def listed_in(text: str) -> dict[str, tuple[list[str], str]]:
    """What a module's docstring lists: names, each with its classes and the release it came in."""
    listed: dict[str, tuple[list[str], str]] = {}
    for item in re.split(r"\n(?=- |\n)", ast.get_docstring(ast.parse(text)) or ""):
        if match := re.match(r"- ``([\w.]+)``: ", item):
            for name, since in re.findall(r"``(_\w+)``(?:\s+\(new\s+in\s+([\d.]+)\))?", item):
                listed.setdefault(name, ([], since))[0].append(match[1])
    return listed


@pytest.mark.parametrize("name", [name for name in MODULES if name not in WALL])
def test_private_names_of_others_stay_behind_the_wall(name: str) -> None:
    assert foreign_in(MODULES[name].read_text()) - OURS - PYTHONS - GIVEN == set()


@pytest.mark.parametrize("name", WALL)
def test_the_wall_lists_what_it_uses(name: str) -> None:
    text = MODULES[name].read_text()
    listed = listed_in(text)
    tree = ast.parse(text)
    made, overridden = set(defined_in(tree)), methods_in(text)
    assert foreign_in(text) - listed.keys() - made - GIVEN == set()
    assert listed.keys() <= foreign_in(text) | made | overridden


@pytest.mark.parametrize(
    ("where", "name", "since"),
    [
        pytest.param(where, name, since, id=f"{where}.{name}")
        for module in WALL
        for name, (places, since) in listed_in(MODULES[module].read_text()).items()
        for where in places
    ],
)
def test_matplotlib_has_what_the_wall_uses(where: str, name: str, since: str) -> None:
    release = tuple(map(int, mpl.__version__.split(".")[:2]))
    if since and release < tuple(map(int, since.split("."))):
        return  # what uses it asks first whether it is there
    module, _, kind = where.rpartition(".")
    assert is_known(getattr(importlib.import_module(module), kind), name), (
        f"matplotlib {mpl.__version__} has no {where}.{name} any more"
    )


def is_known(kind: type, name: str) -> bool:
    """Whether a class, or one made from it or above it, has an attribute of that name."""
    if hasattr(kind, name):
        return True
    return any(makes(one, name) for one in (*kind.__mro__[:-1], *kind.__subclasses__()))


def makes(kind: Any, name: str) -> bool:
    """Whether the code of a class gives its objects an attribute of that name."""
    return name in made_in(kind)


@functools.cache
def made_in(kind: Any) -> frozenset[str]:
    """All names that the code of a class stores as attributes, or has as strings."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind)))
    stored = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return frozenset(stored) | {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


# ---- the tests above can fail


def test_the_reader_finds_every_form_of_a_private_name() -> None:
    text = """
class Mine(Theirs):
    __slots__ = ("_slot",)
    def _method(self):
        self._own = 1
        return self._own, self._inherited, self.__class__, other._attribute
flag = getattr(artist, "_flag", None)
"""
    assert foreign_in(text) == {"_inherited", "_attribute", "_flag"}
    assert methods_in(text) == {"_method"}


def test_a_list_is_read_with_its_classes_and_releases() -> None:
    text = '''"""Text.

Looked at:

- ``matplotlib.a.B``: ``_one``, ``_two``
  (new in 3.11), ``_three``
- ``matplotlib.c.D``: ``_one``

The ``_end``.
"""'''
    assert listed_in(text) == {
        "_one": (["matplotlib.a.B", "matplotlib.c.D"], ""),
        "_two": (["matplotlib.a.B"], "3.11"),
        "_three": (["matplotlib.a.B"], ""),
    }


def test_what_matplotlib_never_had_is_not_known() -> None:
    from matplotlib.axes import Axes

    assert is_known(Axes, "_children")
    assert not is_known(Axes, "_offspring")
