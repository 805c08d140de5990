"""Two results beside each other: what is called slower, and what is not judged."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from made_up_results import BEFORE, case, median, result

from benchmarks import __main__ as command


def compared(
    tmp_path: Path, after: Any, *options: str, before: dict[str, Any] = BEFORE
) -> tuple[int, Path]:
    for name, one in (("a", before), ("b", after)):
        (tmp_path / f"{name}.json").write_text(one if isinstance(one, str) else json.dumps(one))
    return command.main(["compare", f"{tmp_path}/a.json", f"{tmp_path}/b.json", *options]), tmp_path


def changed(name: str, contender: str, factor: float, **more: Any) -> dict[str, Any]:
    after: dict[str, Any] = copy.deepcopy(BEFORE)
    one = after["cases"][name]["medians"][contender]
    for key in ("wall", "fastest", "slowest"):
        one[key] *= factor
    one.update(more)
    return after


def test_the_same_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, BEFORE)[0] == 0
    shown = capsys.readouterr().out
    assert "0 of 3 slower" in shown
    assert "+0.0 %" in shown
    assert "pendulum draw retained" in shown  # a ceiling


def test_what_is_slower_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, changed("pendulum", "pipe", 1.3))[0] == 1
    (line,) = (row for row in capsys.readouterr().out.splitlines() if "SLOWER" in row)
    assert line.split()[:2] == ["pendulum", "pipe"]
    assert "+30.0 %" in line
    assert "0.1000" in line
    assert "0.1300" in line


def test_a_busier_machine_is_not_slower(tmp_path: Path) -> None:
    after = copy.deepcopy(BEFORE)
    for one in after["cases"].values():
        for found in (*one["medians"].values(), *one["ceilings"].values()):
            for key in ("wall", "fastest", "slowest"):
                found[key] *= 2
    assert compared(tmp_path, after)[0] == 0


def test_sooner_is_fine_and_the_limit_can_be_set(tmp_path: Path) -> None:
    assert compared(tmp_path, changed("grid", "pipe", 0.5))[0] == 0
    assert compared(tmp_path, changed("grid", "pipe", 1.3), "--limit", "50")[0] == 0
    assert compared(tmp_path, changed("grid", "pipe", 1.09), "--limit", "5")[0] == 1
    assert compared(tmp_path, changed("grid", "pipe", 1.09))[0] == 0


def test_a_change_inside_the_noise_is_called_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(tmp_path, changed("grid", "pipe", 1.3, fastest=0.95))[0] == 0
    assert "+30.0 %" in (shown := capsys.readouterr().out)
    assert next(row for row in shown.splitlines() if row.startswith("grid pipe")).endswith("noise")


def test_one_run_knows_no_noise_so_the_limit_stands_in(tmp_path: Path) -> None:
    before = result(grid=case(serial=5, pipe=1))
    before["cases"]["grid"]["medians"] = {"serial": median(5, runs=1), "pipe": median(1, runs=1)}
    after = copy.deepcopy(before)
    after["cases"]["grid"]["medians"]["pipe"] = median(1.15, runs=1)
    assert compared(tmp_path, after, before=before)[0] == 0
    after["cases"]["grid"]["medians"]["pipe"] = median(1.25, runs=1)
    assert compared(tmp_path, after, before=before)[0] == 1


def test_other_frames_are_told_and_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = changed("grid", "pipe", 3)
    after["cases"]["grid"]["frames"] = 60
    after["machine"]["cpu"] = "another"
    after["cases"]["cla"] = case(serial=5, pipe=1)
    assert compared(tmp_path, after)[0] == 0
    shown = capsys.readouterr().out
    assert "grid: other frames, 100 and 60: not judged" in shown
    assert "another machine: cpu one and another" in shown
    assert "case only after: cla" in shown
    assert "(slower; not judged)" in shown
    assert "0 of 2 slower" in shown


def test_who_makes_a_wrong_movie_now_is_not_forgiven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = copy.deepcopy(BEFORE)
    del after["cases"]["grid"]["medians"]["pipe"]
    after["cases"]["grid"]["problems"] = {"pipe": ["99 frames instead of 100"]}
    assert compared(tmp_path, after)[0] == 1
    assert "grid: pipe had a time before and has none now" in capsys.readouterr().out


@pytest.mark.parametrize(
    "after",
    [
        "",
        "[]",
        "{}",
        '{"schema": 2, "cases": {}}',
        '{"schema": 1, "cases": {"grid": {}}}',
        json.dumps(result()),
        json.dumps(result(cla=case(serial=5, pipe=1))),
    ],
)
def test_what_cannot_be_compared(tmp_path: Path, after: str) -> None:
    assert compared(tmp_path, after)[0] == 2
    assert command.main(["compare", f"{tmp_path}/a.json", f"{tmp_path}/none.json"]) == 2
