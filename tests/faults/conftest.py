"""``FRAMEPIPE_FAULTS=20`` runs every test of this folder twenty times in a row."""

from __future__ import annotations

import os

import pytest

ROUNDS = int(os.environ.get("FRAMEPIPE_FAULTS", "1"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if ROUNDS > 1:
        metafunc.fixturenames.append("time_round")
        metafunc.parametrize("time_round", range(ROUNDS), ids=lambda number: f"#{number}")
