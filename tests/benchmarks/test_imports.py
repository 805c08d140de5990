"""The benchmarks' rooms: imports point one way and in no circle, and names that are told exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from test_house import imports_of

import benchmarks

HOUSE = Path(benchmarks.__file__).parent
MODULES = sorted(HOUSE.rglob("*.py"))

#: Which room may import which others (besides itself).
MAY: dict[str, set[str]] = {
    "measuring": set(),
    "cases": {"measuring"},
    "contenders": {"cases", "measuring"},
    "ceilings": {"cases", "measuring"},
    "growth": {"cases", "ceilings", "measuring"},
    "quality": {"cases", "ceilings", "measuring"},
    "report": {"ceilings", "contenders", "growth", "quality"},
    "runner": {"cases", "ceilings", "contenders", "measuring", "report"},
    "__main__": {
        "cases",
        "ceilings",
        "contenders",
        "growth",
        "measuring",
        "quality",
        "report",
        "runner",
    },
    "": set(),  # benchmarks/__init__.py
}

#: Files that a room may hold; contenders and cases are lists, one file each.
DOZEN = 12
LISTS = {"contenders"}


def dotted(path: Path) -> str:
    """The name of a module, "benchmarks.cases.curves"."""
    parts = ["benchmarks", *path.relative_to(HOUSE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path) for path in MODULES}


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def ours(path: Path) -> set[str]:
    """Modules of ours that a module imports, those imported late too."""
    module = dotted(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = imports_of(path.read_text(), package, known=NAMES)
    return {name for name in found if name.partition(".")[0] == "benchmarks"} - {module}


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_rooms_import_one_way(path: Path) -> None:
    here = room(dotted(path))
    assert here in MAY, f"benchmarks.{here} is in no room: say in this test what it may import"
    for name in ours(path):
        there = room(name)
        assert there == here or there in MAY[here], f"{dotted(path)} must not import {name}"


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {dotted(path): ours(path) & NAMES for path in MODULES}
    while graph:
        leaves = {module for module, names in graph.items() if not names}
        assert leaves, f"these import each other in a circle: {graph}"
        graph = {name: rest - leaves for name, rest in graph.items() if name not in leaves}


def test_a_room_can_be_looked_through() -> None:
    rooms: dict[str, int] = {}
    for path in MODULES:
        if path.name != "__init__.py":
            rooms[path.parent.name] = rooms.get(path.parent.name, 0) + 1
    full = {name for name, files in rooms.items() if files > DOZEN}
    assert full <= LISTS


def test_what_the_texts_name_exists() -> None:
    """Modules, functions and classes of ours and of framepipe's, in docstrings and comments."""
    told = re.compile(r"`((?:benchmarks|framepipe)(?:\.\w+)+)`")
    for path in MODULES:
        for name in told.findall(path.read_text()):
            assert exists(name), f"{dotted(path)} tells of {name}"


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or an attribute that can be reached through one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[length:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return True
    return False


def test_the_search_for_names_can_fail() -> None:
    assert exists("framepipe.encode")
    assert exists("benchmarks.cases.CASES")
    assert not exists("framepipe.encoder_of_nothing")
    assert not exists("benchmarks.nowhere.at_all")
