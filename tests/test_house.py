"""The house has three rooms and two walls: imports point one way, and modules stay readable."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

import framepipe

HOUSE = Path(framepipe.__file__).parent
MODULES = sorted(HOUSE.rglob("*.py"))

#: Which part of the house may import which other part (besides itself).
MAY: dict[str, set[str]] = {
    "errors": set(),
    "leftovers": set(),
    "user_code": set(),
    "user_output": {"user_code"},
    "movie": {"result", "drawing", "encoding", "errors"},
    "result": {"errors", "drawing"},  # drawing.timeline, when a report is plotted; see below
    "drawing": {"errors", "result", "user_code", "user_output"},
    "encoding": {"errors", "leftovers", "result"},
    "engines": {"errors", "leftovers", "result", "user_code", "user_output"},
    "options": {"encoding"},
    "resume": {"drawing", "encoding", "engines", "errors", "leftovers", "plan"},
    "plan": {"drawing", "encoding", "engines", "options", "result", "errors"},
    "modes": {
        *("drawing", "encoding", "engines", "options", "errors", "result", "plan"),
        *("resume", "user_output"),
    },
    "checking": {"drawing", "engines", "errors", "options"},
    "api": {"drawing", "engines", "modes", "movie", "options", "plan", "result", "resume"},
    "integrations": {
        "api",
        "checking",
        "drawing",
        "encoding",
        "engines",
        "errors",
        "leftovers",
        "movie",
        "options",
        "plan",
        "result",
    },
    "demo": set(),
    "cli": {"", "api", "demo", "errors", "integrations", "options"},
    "__main__": {"cli"},
    # framepipe/__init__.py
    "": {"api", "checking", "drawing", "errors", "integrations", "movie", "options", "result"},
}

#: Which part may use what is not ours and not Python's.
OUTSIDE: dict[str, set[str]] = {
    "matplotlib": {"drawing", "integrations", "demo", "cli"},
    "mpl_toolkits": {"drawing", "integrations", "demo"},
    "numpy": {"drawing", "integrations", "demo"},
    "subprocess": {"encoding", "drawing", "engines", "errors"},
    "imageio_ffmpeg": {"encoding"},
    "cloudpickle": {"drawing", "engines", "integrations"},
    "tqdm": {"api", "integrations"},
    "multiprocessing": {"options", "engines", "integrations"},
}


def dotted(path: Path) -> str:
    """The name of a module, "framepipe.drawing.rendering.canvas"."""
    parts = ["framepipe", *path.relative_to(HOUSE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path) for path in MODULES}


def part(module: str) -> str:
    """The part of the house a module of ours lies in; "" is framepipe/__init__.py."""
    return module.split(".")[1] if "." in module else ""


def imports(path: Path, **which: Any) -> Iterator[str]:
    """Full names of all modules that a module of ours imports."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    return imports_of(path.read_text(), package, **which)


def imports_of(
    text: str,
    package: str,
    *,
    typing: bool = True,
    late: bool = True,
    known: Collection[str] = NAMES,
) -> Iterator[str]:
    """The same for source text that stands in a package; `known` are the names of modules.

    Without `typing`, what stands under ``if TYPE_CHECKING`` is left out; without `late`, what
    stands in a function.
    """
    waiting: list[ast.AST] = [ast.parse(text)]
    while waiting:
        node = waiting.pop()
        if not typing and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
            continue
        if not late and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")
                above = above[: len(above) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                # "from . import x" and "from .x import y" both name a module.
                full = f"{base}.{alias.name}"
                yield full if full in known else base


def ours(path: Path, **which: bool) -> set[str]:
    return {name for name in imports(path, **which) if name.partition(".")[0] == "framepipe"}


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_inside_the_house_point_one_way(path: Path) -> None:
    here = part(dotted(path))
    assert here in MAY, f"framepipe.{here} is in no room: say in this test what it may import"
    for name in ours(path):
        there = part(name)
        assert there == here or there in MAY[here], f"{dotted(path)} must not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_what_is_foreign_stays_behind_its_wall(path: Path) -> None:
    here = part(dotted(path))
    for name in imports(path, typing=False):
        allowed = OUTSIDE.get(name.partition(".")[0])
        assert allowed is None or here in allowed, f"{dotted(path)} must not import {name}"


def test_only_types_of_matplotlib_are_known_to_the_front_door() -> None:
    """For its signature alone; nothing is imported when it runs."""
    with_types = {name for name in imports(HOUSE / "api.py") if name.startswith("matplotlib")}
    assert with_types <= {"matplotlib.animation"}


def test_a_report_knows_how_to_draw_only_when_it_is_plotted() -> None:
    for path in (HOUSE / "result").glob("*.py"):
        early = set(imports(path, late=False, typing=False))
        assert not {name for name in early if name.startswith("framepipe.drawing")}
        late = {name for name in imports(path) if name.startswith("framepipe.drawing")}
        assert late <= {"framepipe.drawing.timeline"}
    drawing = {name for name in ours(HOUSE / "drawing" / "timeline.py") if part(name) != "drawing"}
    assert drawing == {"framepipe.result.timeline"}, "which imports nothing of ours"


def test_the_command_line_imports_matplotlib_only_when_it_draws() -> None:
    early = set(imports(HOUSE / "cli.py", late=False))
    assert not any(name.startswith("matplotlib") for name in early)


def test_nothing_is_imported_by_a_name_that_is_computed() -> None:
    """Or the tests above would look at the wrong thing."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in {"__import__", "importlib.import_module"}, path


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {dotted(path): ours(path) - {dotted(path)} for path in MODULES}
    graph = {module: {name for name in names if name in graph} for module, names in graph.items()}
    # cli reads the version from the package itself, which never imports cli.
    while graph:
        leaves = {module for module, names in graph.items() if not names}
        assert leaves, f"these import each other in a circle: {graph}"
        graph = {m: names - leaves for m, names in graph.items() if m not in leaves}


def test_no_public_name_means_two_things() -> None:
    """A class or a function is found by its name, and by nothing else."""
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(dotted(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


#: Files that a folder of the package may hold: what one looks through without a list.
DOZEN = 12


def test_a_folder_can_be_looked_through() -> None:
    folders: dict[Path, int] = {}
    for path in MODULES:
        if path.name != "__init__.py":
            folders[path.parent] = folders.get(path.parent, 0) + 1
    assert {folder: count for folder, count in folders.items() if count > DOZEN} == {}


def test_no_name_means_two_things() -> None:
    """What is found by its name is found once; names that begin with "_" are their module's own."""
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(dotted(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_the_reader_of_imports_finds_every_form_of_them() -> None:
    text = """
import matplotlib.pyplot as plt
from matplotlib import animation
from ..drawing.rendering import canvas
from ..encoding.find import Encoder
from .. import errors
from .system import ring
if TYPE_CHECKING:
    from ..api import encode
def late():
    import subprocess
"""
    early = {
        "matplotlib.pyplot", "matplotlib", "framepipe.drawing.rendering.canvas",
        "framepipe.encoding.find", "framepipe.errors", "framepipe.engines.system.ring",
    }  # fmt: skip
    package = "framepipe.engines"
    assert set(imports_of(text, package)) == {*early, "framepipe.api", "subprocess"}
    assert set(imports_of(text, package, typing=False)) == {*early, "subprocess"}
    assert set(imports_of(text, package, late=False)) == {*early, "framepipe.api"}
