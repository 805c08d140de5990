"""How cases would grow with cores, as a table."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from made_up_results import BEFORE, result

from benchmarks import __main__ as command


def with_runs() -> dict[str, Any]:
    """A result whose runs tell their CPU time and workers, as real ones do."""
    found = copy.deepcopy(BEFORE)
    for case in found["cases"].values():
        for run in case["runs"]:
            run["cpu"] = 4.0
            run["movie"]["workers"] = 2
    return found


def test_every_case_has_its_costs_and_its_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.json").write_text(json.dumps(with_runs()))
    assert command.main(["cores", f"{tmp_path}/r.json"]) == 0
    shown = capsys.readouterr().out.splitlines()
    (head,) = (line for line in shown if line.startswith("cores"))
    counts = ["1", "2", "4", "8", "16", "32", "64"]
    assert head.split() == ["cores", "measured", "2", "said", "2", *counts, "then", "held", "by"]
    rows = [line.split() for line in shown if line.startswith("pendulum")]
    assert rows[0][:2] == ["pendulum", "100"]
    times = [float(cell.partition("/")[0]) for cell in rows[1][3:-1]]
    assert times == sorted(times, reverse=True)  # never longer on more cores
    assert rows[1][1] == "1.00"  # what was measured


@pytest.mark.parametrize("found", [result(), BEFORE | {"schema": 2}])
def test_a_result_without_costs_is_refused(tmp_path: Path, found: dict[str, Any]) -> None:
    (tmp_path / "r.json").write_text(json.dumps(found))
    assert command.main(["cores", f"{tmp_path}/r.json"]) == 2
