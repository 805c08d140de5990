"""How a movie is made this time: what follows from it, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from clips import planned

from framepipe.drawing.painter import REACH
from framepipe.errors import HistoryMismatch
from framepipe.modes.attempt import Attempt, Begun, certain_frames


@pytest.mark.parametrize(
    ("redraw", "checks"),
    [("auto", "some"), ("full", "some"), ("verify", "every"), ("as_saved", None)],
)
def test_what_is_compared_depends_on_how_it_is_drawn(redraw: Any, checks: Any) -> None:
    attempt = Attempt(redraw, independent=False)
    assert attempt.checks == checks
    assert attempt.in_order == (checks is None)


def test_what_was_found_is_the_same_when_it_is_read_again() -> None:
    found = HistoryMismatch(7, (1, 2, 3, 4), "Line2D", as_saved=True, truth={0: b"a", 7: b"b"})
    attempt = Attempt("as_saved", independent=False, expected={0: b"a", 7: b"b"})
    begun = Begun(attempt, found, misled=True, retained="a line")
    again = Begun.from_json(json.loads(json.dumps(begun.as_json())))
    assert replace(again, found=None) == replace(begun, found=None)
    assert again.found is not None
    for name in ("frame", "bbox", "artist", "as_saved", "truth"):
        assert getattr(again.found, name) == getattr(found, name), name


def test_nothing_found_is_nothing_when_it_is_read_again() -> None:
    begun = Begun(Attempt("full", independent=True))
    assert Begun.from_json(json.loads(json.dumps(begun.as_json()))) == begun


def test_frames_behind_a_gap_that_no_draw_bridges_are_not_certain(tmp_path: Path) -> None:
    near, far = REACH + 1, 2 * REACH + 3
    truth = {0: b"0", 1: b"1", 1 + near: b"near", 1 + near + far: b"far", 2 + near + far: b"next"}
    plan = planned(tmp_path / "m.mp4", frames=100)
    assert certain_frames(truth, plan) == {0: b"0", 1: b"1", 1 + near: b"near"}
