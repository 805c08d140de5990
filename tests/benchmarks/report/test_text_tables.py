"""Results as plain text."""

from __future__ import annotations

from benchmarks.report.text_tables import overview


def test_the_overview_has_a_line_for_every_case() -> None:
    right = {
        "frames": 100,
        "medians": {"serial": {"wall": 9.0}, "pipe": {"wall": 1.5, "sooner": 6.0, "of_limit": 1.2}},
        "limits": {"retained": 1.25},
    }
    wrong = {"frames": 20, "medians": {"serial": {"wall": 3.0}}, "limits": {}}
    head, _, *lines = overview({"grid": right, "cla": wrong}).splitlines()
    assert head.split() == [
        "seconds",
        "frames",
        "serial",
        "framepipe",
        "x",
        "serial",
        "limit",
        "x",
        "limit",
    ]
    assert lines[0].split() == ["grid", "100", "9.00", "1.50", "6.00", "1.25", "1.20"]
    assert lines[1].split() == ["cla", "20", "3.00"]
