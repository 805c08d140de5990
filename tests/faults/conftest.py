"""``FRAMEPIPE_FAULTS=20`` runs every test of this folder twenty times in a row."""

from __future__ import annotations

import os

import pytest

from framepipe.modes import in_process

ROUNDS = int(os.environ.get("FRAMEPIPE_FAULTS", "1"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if ROUNDS > 1:
        metafunc.fixturenames.append("time_round")
        metafunc.parametrize("time_round", range(ROUNDS), ids=lambda number: f"#{number}")


@pytest.fixture(autouse=True)
def short_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process draws it keeps, however few frames there are."""
    monkeypatch.setattr(in_process, "LEAST", 1)
