"""Contenders taking turns and, above all, whose time is not shown."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from made_up_results import movie

from benchmarks import contenders
from benchmarks.cases import CASES
from benchmarks.ceilings.drawing_alone import DRAWINGS
from benchmarks.ceilings.encoding_alone import ENCODE
from benchmarks.report.medians import summarise
from benchmarks.report.text_tables import case_text
from benchmarks.runner import in_turn
from benchmarks.runner.in_turn import Session


class Cheat:
    """A contender that promises the frames of `Animation.save`, and makes another movie."""

    NAME = "cheat"
    drawing = "full"

    def __init__(self, *, promises_identity: bool = True) -> None:
        self.promises_identity = promises_identity


def contend(tmp_path: Path, cheat: Cheat, **what: Any) -> str:
    """Run it after a serial save; return what is shown."""

    class Replaced(Session):
        def _launch(self, name: str, output: Path | None = None) -> dict[str, Any]:
            assert output is not None
            movie(output, **({} if name == "serial" else what))
            return {"wall": 2.0 if name == "serial" else 0.125, "cpu": 1.0}

    session = Replaced(CASES["pendulum"], 8, tmp_path)
    for one in (contenders.load("serial"), cheat):
        session.note(one.NAME, 1, lambda one=one: session.contend(one))  # type: ignore[misc]
    result = {"frames": 8, "size": "64x48", "skipped": {}, "runs": session.runs}
    return case_text("pendulum", {**result, **summarise(session.runs, {}, 2)}, 2)


def test_frames_that_are_right_get_their_time(tmp_path: Path) -> None:
    shown = contend(tmp_path, Cheat())
    assert "NO TIME" not in shown
    assert "16.00" in shown  # times sooner


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"frames": 7}, "7 frames instead of 8"),
        ({"source": "testsrc2"}, "8 frames differ from serial's, frame 0 first"),
        ({"size": "64x64"}, "frames of 64x64 instead of 64x48"),
    ],
)
def test_no_time_is_shown_for_other_frames(
    tmp_path: Path, what: dict[str, Any], reason: str
) -> None:
    shown = contend(tmp_path, Cheat(), **what)
    assert f"cheat: NO TIME, since {reason}" in shown
    assert "0.12" not in shown
    assert "0.13" not in shown
    assert "16.00" not in shown


def test_who_promises_no_identity_must_still_have_all_frames(tmp_path: Path) -> None:
    plain = Cheat(promises_identity=False)
    assert "NO TIME" not in contend(tmp_path, plain, source="testsrc2")
    assert "NO TIME" in contend(tmp_path, plain, frames=9)


def test_without_a_serial_movie_nothing_has_a_time(tmp_path: Path) -> None:
    class Broken(Session):
        def _launch(self, name: str, output: Path | None = None) -> dict[str, Any]:
            assert output is not None
            movie(output, frames=7 if name == "serial" else 8)
            return {"wall": 1.0, "cpu": 1.0}

    session = Broken(CASES["pendulum"], 8, tmp_path)
    for one in (contenders.load("serial"), Cheat()):
        session.note(one.NAME, 1, lambda one=one: session.contend(one))  # type: ignore[misc]
    assert [run["problem"] for run in session.runs] == [
        "7 frames instead of 8",
        "failed: serial made no movie to compare this one with",
    ]
    assert summarise(session.runs, {}, 2)["medians"] == {}


def test_no_round_is_begun_that_would_end_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(arguments: list[str]) -> dict[str, Any]:
        time.sleep(0.02)
        return {"wall": 1.0, "cpu": 1.0, "frames": 4}

    monkeypatch.setattr(in_turn, "launch", launch)
    monkeypatch.setattr(in_turn.Session, "look", lambda *_, **__: {"problem": None})
    monkeypatch.setattr(in_turn.Session, "encode_alone", lambda _: {"wall": 1.0, "cpu": 1.0})
    case = CASES["pendulum"]
    options: dict[str, Any] = {"frames": 4, "repeat": 3, "cores": 2}
    assert in_turn.run_case(case, ["pipe"], **options)["repeat"] == 3
    late = in_turn.run_case(case, ["pipe"], **options, until=time.monotonic())
    assert late["repeat"] == 1
    assert late["medians"]["pipe"]["runs"] == 1


def test_a_contender_that_cannot_take_part_is_skipped_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    class Idle(Session):
        def note(self, name: str, turn: int, take: Any) -> dict[str, Any]:
            asked.append(name)
            run = {"contender": name, "round": turn, "problem": None, "wall": 1.0, "cpu": 1.0}
            self.runs.append(run)
            return run

    monkeypatch.setattr(in_turn, "Session", Idle)
    monkeypatch.setitem(sys.modules, "matplotloom", None)
    found = in_turn.run_case(CASES["pendulum"], ["matplotloom"], frames=2, repeat=1, cores=2)
    assert asked == ["serial", ENCODE, *DRAWINGS]
    assert list(found["skipped"]) == ["matplotloom"]
    shown = case_text("pendulum", found, 2)
    assert f"matplotloom: skipped, {found['skipped']['matplotloom']}" in shown
    assert "pip install 'framepipe[bench]'" in shown
