"""A movie by one pipe: who draws it in which attempt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clips import planned

from framepipe.modes.attempt import Attempt, Made
from framepipe.modes.by_pipe import ByPipe
from framepipe.user_output import OutputInOrder


def made(path: Path, attempt: Attempt, **given: Any) -> Made:
    plan = planned(path, **given)
    plan.movie.prepare()
    try:
        return ByPipe(plan, lambda *_: None, OutputInOrder()).make(attempt)
    finally:
        plan.movie.discard()


@pytest.mark.parametrize(
    ("workers", "redraw", "drew"),
    [(0, "full", 0), (2, "auto", 2), (2, "as_saved", 1)],
    ids=["in process", "two", "every draw in order"],
)
def test_as_many_workers_draw_as_the_attempt_allows(
    tmp_path: Path, workers: int, redraw: Any, drew: int
) -> None:
    movie = made(tmp_path / "m.mp4", Attempt(redraw, independent=False), workers=workers)
    assert (movie.mode, movie.workers, movie.report.frames) == ("pipe", drew, 12)
    assert movie.as_expected


def test_what_looks_otherwise_than_the_attempt_before_is_told(tmp_path: Path) -> None:
    attempt = Attempt("as_saved", independent=False, expected={3: b"another frame"})
    assert not made(tmp_path / "m.mp4", attempt, workers=2).as_expected
