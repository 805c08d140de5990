"""The tests mirror the package: what tests a module is found beside it, under its name."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
HOUSE = TESTS.parent / "framepipe"
MODULES = sorted(
    path.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*.py") if path.stem != "__init__"
)

#: Modules without tests of their own, and where they are tested instead.
ELSEWHERE = {
    "drawing/figure_painter.py": "drawing/test_figures.py",  # with the figures that it paints
    "__main__.py": "test_cli.py",  # two lines, which every test of a program's output runs
    "engines/protocols.py": "stand_ins.py",  # types alone: mypy holds what stands there to them
}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_tests_of_its_own(module: str) -> None:
    mirrored = Path(module).with_name(f"test_{Path(module).name}")
    place = TESTS / ELSEWHERE.get(module, mirrored)
    assert place.is_file(), f"tests of framepipe/{module} belong into tests/{mirrored.as_posix()}"


def test_exceptions_are_needed() -> None:
    for module in ELSEWHERE:
        assert module in MODULES
        assert not (TESTS / Path(module).with_name(f"test_{Path(module).name}")).exists()
