"""A worker's history must not show: what draws leave behind, known canvases, shared files.

Every animation of these kinds is made by the pipe, and in one more way in turns; with
``FRAMEPIPE_CORPUS=all`` in all ways.  The quick tests have every tenth one by the pipe.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from animations import CORPUS, Case
from clips import RAW, numbers_in
from reference import run_framepipe, run_segments, run_writer, surroundings, truth

import framepipe
from framepipe.modes import in_process


@pytest.fixture(autouse=True)
def short_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process draws it keeps, however few frames there are."""
    monkeypatch.setattr(in_process, "LEAST", 1)


CASES = [case for case in CORPUS.values() if case.history and case.same_twice]
CHANCE = [case for case in CORPUS.values() if not case.same_twice]
EVERY = os.environ.get("FRAMEPIPE_CORPUS") == "all"

#: What cannot be made right yet, by the reason.  A name must go when its animation is made right.
REASONS: dict[str, str] = {}
NOT_YET = {name: reason for reason, names in REASONS.items() for name in names.split()}


def pipe(workers: int, **options: Any) -> Callable[[Case, Path], list[str]]:
    return lambda case, folder: run_framepipe(case, folder, workers=workers, **options).frames


def segments(case: Case, folder: Path, **wanted: Any) -> list[str]:
    blocks = [(0, 2), (2, 3), (3, case.frames)]
    return run_segments(case, folder, lambda n: None if n is None else blocks, **wanted)[1]


def executor(case: Case, folder: Path) -> list[str]:
    with ProcessPoolExecutor(2) as executor:
        return segments(case, folder, executor=executor)


WAYS: dict[str, Callable[[Case, Path], list[str]]] = {
    "pipe": pipe(2),
    "full": pipe(3, redraw="full"),
    "segments": segments,
    "here": pipe(0),
    "writer": lambda case, folder: run_writer(case, folder).frames,
    "forkserver": pipe(2, start_method="forkserver"),
    "executor": executor,
}


def ways_of(case: Case) -> list[str]:
    """What a case goes through; what holds an open file cannot be pickled."""
    ways = list(WAYS)[: None if case.travels else 5]
    return ways if EVERY else ["pipe", ways[1 + CASES.index(case) % (len(ways) - 1)]]


def marked(case: Case, way: str) -> Any:
    quick = way == "pipe" and (not case.same_twice or CASES.index(case) % 10 == 0)
    name = f"{case}-{way}"
    return pytest.param(
        case,
        way,
        id=name,
        marks=[
            *([] if quick else [pytest.mark.slow]),
            *([pytest.mark.xfail(strict=True, reason=NOT_YET[name])] if name in NOT_YET else []),
        ],
    )


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("case", "way"), [marked(case, way) for case in CASES for way in ways_of(case)]
)
def test_the_frames_are_those_of_save(case: Case, way: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made, true = WAYS[way](case, tmp_path), truth(case).frames
    assert len(true) == case.frames
    assert len(made) == case.frames
    differ = [i for i, (a, b) in enumerate(zip(made, true, strict=True)) if a != b]
    assert not differ, f"frames {differ} differ from Animation.save's"


@pytest.mark.parametrize(("case", "way"), [marked(case, "pipe") for case in CHANCE])
def test_what_is_not_the_same_twice_is_still_one_history(
    case: Case, way: str, tmp_path: Path
) -> None:
    """And somebody says that it is not: see `animations.history_chance`."""
    with surroundings(case):
        animation, _ = case.build()
        # What is thrown again may by chance fall as before: then the draws are thought to be why.
        said = "not the same twice|depends on what drawing"
        with pytest.warns(framepipe.HistoryWarning, match=said):
            movie = framepipe.encode(animation, tmp_path / "m.rgba", workers=2, **RAW)
    numbers = numbers_in(movie)
    assert len(numbers) == case.frames
    for i, (a, b) in enumerate(pairwise(numbers)):
        assert b >> 8 == a & 0xFFFF, f"frame {i + 1} is of another history than frame {i}"
