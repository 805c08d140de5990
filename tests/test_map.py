"""framepipe/README.md, the map: what it names is there, and every module is on it.

``python tests/test_map.py`` writes its list of modules anew, from their docstrings.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "framepipe"
MAP = HOUSE / "README.md"
FOLDERS = sorted({path.parent for path in HOUSE.rglob("*.py")})
FAULTS = HOUSE / "FAULTS.md"
PAGES = [MAP, FAULTS, ROOT / "README.md", ROOT / ".github" / "CONTRIBUTING.md"]

BEGIN, END = "## What lies where\n", "\n## What may import what\n"


def modules_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def heading(folder: Path) -> str:
    """What stands above a folder's modules."""
    return f"**[{folder.relative_to(ROOT).as_posix()}/]({folder.relative_to(HOUSE).as_posix()})**"


def first_line(module: Path) -> str:
    text = ast.get_docstring(ast.parse(module.read_text()))
    assert text, f"{module} has no docstring"
    return text.partition("\n\n")[0].replace("\n", " ")


def rooms() -> str:
    """The list of modules, as their docstrings tell it."""
    parts = []
    for folder in FOLDERS:
        entries = [f"- `{path.stem}`: {first_line(path)}" for path in modules_in(folder)]
        parts.append(
            "\n".join([f"{heading(folder)}: {first_line(folder / '__init__.py')}", "", *entries])
        )
    return "\n\n".join(parts) + "\n"


def listed() -> str:
    text = MAP.read_text()
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_folder_and_module_is_on_the_map(folder: Path) -> None:
    assert heading(folder) in listed(), "python tests/test_map.py writes the list anew"
    chapter = listed().partition(heading(folder))[2].partition("\n**")[0]
    named = re.findall(r"^- `(\w+)`: ", chapter, flags=re.MULTILINE)
    assert named == [path.stem for path in modules_in(folder)]


def names_on(page: Path) -> list[str]:
    """What is named as `file.py:function` or `file.py:Class.method`."""
    return sorted(set(re.findall(r"`([\w./]+\.py:[\w.]+)`", page.read_text())))


@pytest.mark.parametrize("name", names_on(MAP))
def test_every_name_on_the_map_exists(name: str) -> None:
    file, _, dotted = name.partition(":")
    body = ast.parse((HOUSE / file).read_text()).body
    for part in dotted.split("."):
        found = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == part
        ]
        assert found, f"there is no {part} in {file}"
        body = found[0].body


@pytest.mark.parametrize("name", names_on(FAULTS))
def test_every_test_in_the_table_of_faults_exists(name: str) -> None:
    file, _, function = name.partition(":")
    found = list((ROOT / "tests").rglob(file))
    assert found, f"there is no {file}"
    texts = [path.read_text() for path in found]
    assert any(re.search(rf"^def {function}\(", text, re.MULTILINE) for text in texts), function


def links_on(page: Path) -> list[str]:
    found = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    return sorted({link for link in found if not link.startswith("https://")})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links_on(page):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_in_the_text_exists(page: Path) -> None:
    """Files and folders of tests and benchmarks, and modules of the package."""
    text = page.read_text()
    for path in re.findall(r"`((?:tests|benchmarks|framepipe|\.ci|\.github)/[\w./]*)`", text):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"`((?:drawing|encoding|engines|integrations)/[\w./]*)`", text):
        assert (HOUSE / path).exists(), path


#: What makes a module depend on when and where it runs.
IMPURE = {
    "matplotlib", "multiprocessing", "numpy", "pathlib", "select", "shutil", "signal", "socket",
    "subprocess", "tempfile", "threading", "time",
}  # fmt: skip


def test_what_the_map_calls_pure_is() -> None:
    chapter = MAP.read_text().partition("**Pure**")[2].partition("\n## ")[0]
    places = [HOUSE / link for link in re.findall(r"\]\(([^)]+)\)", chapter)]
    pure = [p for place in places for p in (place.glob("*.py") if place.is_dir() else [place])]
    assert len(pure) >= len(places) >= 5
    for module in pure:
        for node in ast.walk(ast.parse(module.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert not {name.partition(".")[0] for name in names} & IMPURE, f"{module}: {names}"


@pytest.mark.parametrize("page", [".github/CONTRIBUTING.md", ".github/workflows/ci.yml"])
def test_every_step_of_ci_that_is_called_exists(page: str) -> None:
    steps = set(re.findall(r"^(\w+)\(\) \{$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE))
    called = re.findall(r"\.ci/run((?: +[a-z]+)+)", (ROOT / page).read_text())
    assert called
    for line in called:
        assert set(line.split()) <= steps, line


if __name__ == "__main__":
    text = MAP.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    MAP.write_text(f"{text[:begin]}\n{rooms()}{text[end:]}")
