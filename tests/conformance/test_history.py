"""A worker's history must not show: what draws leave behind, known canvases, shared files.

Every animation of these kinds is made by the pipe, in segments, here, and with everything drawn;
with ``FRAMEPIPE_CORPUS=all`` in all of these ways, else in two of them, in turns.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from animations import CORPUS, Case
from clips import RAW, numbers_in
from reference import run_framepipe, run_segments, surroundings, truth

import framepipe

CASES = [case for case in CORPUS.values() if case.history and case.same_twice]
CHANCE = [case for case in CORPUS.values() if not case.same_twice]
EVERY = os.environ.get("FRAMEPIPE_CORPUS") == "all"

#: What cannot be made right yet, by the reason.  A name must go when its animation is made right.
REASONS: dict[str, str] = {}
NOT_YET = {name: reason for reason, names in REASONS.items() for name in names.split()}


def pipe(workers: int, redraw: str = "auto") -> Callable[[Case, Path], list[str]]:
    return lambda case, folder: run_framepipe(case, folder, workers=workers, redraw=redraw).frames


def segments(case: Case, folder: Path) -> list[str]:
    blocks = [(0, 2), (2, 3), (3, case.frames)]
    return run_segments(case, folder, lambda n: None if n is None else blocks)[1]


WAYS: dict[str, Callable[[Case, Path], list[str]]] = {
    "pipe": pipe(2),
    "full": pipe(3, "full"),
    "segments": segments,
    "here": pipe(0),
}


def ways_of(case: Case) -> list[str]:
    if EVERY:
        return list(WAYS)
    return ["pipe", ("full", "segments", "here")[CASES.index(case) % 3]]


def marked(cases: list[Case]) -> list[Any]:
    return [
        pytest.param(
            case,
            id=str(case),
            marks=[
                *([pytest.mark.slow] if number % 3 else []),
                *([pytest.mark.xfail(strict=True, reason=why)] if why else []),
            ],
        )
        for number, (case, why) in enumerate((case, NOT_YET.get(case.name)) for case in cases)
    ]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("case", marked(CASES))
def test_the_frames_are_those_of_save(case: Case, tmp_path: Path) -> None:
    wrong = {}
    for way in ways_of(case):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made, true = WAYS[way](case, tmp_path), truth(case).frames
        assert len(true) == case.frames
        assert len(made) == case.frames
        differ = [i for i, (a, b) in enumerate(zip(made, true, strict=True)) if a != b]
        if differ:
            wrong[way] = differ
    assert not wrong, f"frames that differ from Animation.save's, by way: {wrong}"


@pytest.mark.parametrize("case", marked(CHANCE))
def test_what_is_not_the_same_twice_is_still_one_history(case: Case, tmp_path: Path) -> None:
    """And somebody says that it is not: see `animations.history_chance`."""
    with surroundings(case):
        animation, _ = case.build()
        with pytest.warns(UserWarning, match="not the same twice"):
            movie = framepipe.encode(animation, tmp_path / "m.rgba", workers=2, **RAW)
    numbers = numbers_in(movie)
    assert len(numbers) == case.frames
    for i, (a, b) in enumerate(pairwise(numbers)):
        assert b - a * 2 % 2**23 in (0, 1), f"frame {i + 1} is of another history than frame {i}"
