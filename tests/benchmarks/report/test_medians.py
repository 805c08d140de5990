"""Medians and ratios of the runs whose movies were right."""

from __future__ import annotations

import pytest

from benchmarks.ceilings.limit import limit
from benchmarks.report.medians import summarise


def test_one_bad_run_of_many_takes_all_times_away() -> None:
    runs = [
        {"contender": name, "wall": wall, "cpu": 1.0, "problem": trouble}
        for name, wall, trouble in [
            ("serial", 4.0, None),
            ("serial", 6.0, None),
            ("pipe", 1.0, None),
            ("pipe", 1.0, "7 frames instead of 8"),
        ]
    ]
    found = summarise(runs, {}, 2)
    assert set(found["medians"]) == {"serial"}
    assert found["medians"]["serial"]["wall"] == 5.0
    assert found["problems"] == {"pipe": ["7 frames instead of 8"]}


def test_ratios_are_to_the_limit_of_ones_own_drawing() -> None:
    walls = {"serial": 8.0, "pipe": 2.0, "encode_alone": 0.5, "draw_full": 3.5, "draw_retained": 1}
    runs = [
        {"contender": name, "wall": wall, "cpu": wall, "problem": None}
        for name, wall in walls.items()
    ]
    found = summarise(runs, {"serial": "full", "pipe": "retained"}, 2)
    assert found["limits"] == {"full": 2.0, "retained": 0.75}
    assert found["medians"]["serial"]["of_limit"] == 4.0
    assert found["medians"]["pipe"]["of_limit"] == pytest.approx(2 / 0.75)
    assert found["medians"]["pipe"]["sooner"] == 4.0
    assert limit({"wall": 9.0, "cpu": 1.0}, {"wall": 1.0, "cpu": 1.0}, 2) == 9.0
