"""What the user is told: the frame, the place, the kind, and what to do."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from framepipe import HistoryWarning, RetainedWarning
from framepipe.errors import HistoryMismatch
from framepipe.modes.attempt import Attempt, Made
from framepipe.modes.mismatch import proven_wrong, too_late, warn_of_mismatch
from framepipe.result import Report

FOUND = HistoryMismatch(3, (10, 20, 30, 40), "Text('speed')", as_saved=True, truth={})
IN_ORDER = Attempt("as_saved", independent=False)


def told(
    attempt: Attempt = IN_ORDER, *, as_expected: bool = True, **how: Any
) -> warnings.WarningMessage:
    made = Made(Report(), "pipe", 1, as_expected=as_expected)
    how = {"misled": False, "independent": False, "figures": False, **how}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warn_of_mismatch(FOUND, attempt, made, 30, **how)
    (one,) = seen
    return one


@pytest.mark.parametrize(
    ("how", "category", "words"),
    [
        ({}, HistoryWarning, "drawing the frames before it left behind"),
        ({"as_expected": False}, HistoryWarning, "not the same twice"),
        (
            {"attempt": Attempt("auto", independent=False), "independent": True},
            HistoryWarning,
            "leave independent out",
        ),
        ({"figures": True}, HistoryWarning, "the calls for the items before"),
        (
            {"attempt": Attempt("full", independent=False), "misled": True},
            RetainedWarning,
            "set_...",
        ),
    ],
    ids=["draws", "not the same twice", "independent", "figures", "retained"],
)
def test_a_warning_names_the_place_the_artist_and_the_kind(
    how: dict[str, Any], category: type[Warning], words: str
) -> None:
    warned = told(**how)
    assert warned.category is category
    said = str(warned.message)
    for part in ("frame 30", "(10, 20)", "(30, 40)", "speed", words):
        assert part in said


def test_a_warning_points_to_the_line_outside_of_the_package() -> None:
    assert Path(told().filename) == Path(__file__)


def test_errors_name_the_animations_frame_and_what_to_do() -> None:
    late = too_late(FOUND, 30)
    assert late.frame == 30
    assert "Write into a file" in str(late)
    wrong = proven_wrong(FOUND, 30)
    assert (wrong.frame, wrong.bbox) == (30, (10, 20, 30, 40))
    assert "frame 30 is not what Animation.save draws" in str(wrong)
