"""Fidelity: the frames and the movie that `Animation.save` makes, for every animation we have.

Every case runs with 0, 1, 2 and 3 forked workers, in every way of redrawing, and, where it can be
pickled, in workers that are no forks.  The fork server has imported framepipe before it forks; the
animation travels to its children exactly as it travels to spawned ones, which the cases marked
``core`` run in, too.
"""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from animations import CORPUS, Case
from reference import Reference, decoded, run_framepipe, truth

import framepipe

ALL = list(CORPUS.values())

WAYS: dict[str, dict[str, Any]] = {
    "here": {"workers": 0, "redraw": "auto"},
    "one": {"workers": 1, "redraw": "full"},
    "two": {"workers": 2, "redraw": "auto"},
    "three": {"workers": 3, "redraw": "verify"},
}


@pytest.fixture(scope="module", autouse=True)
def ready_fork_server() -> Iterator[None]:
    """Let the fork server import what takes long before it forks."""
    multiprocessing.set_forkserver_preload(["framepipe.drawing.job", "matplotlib.pyplot"])
    yield
    multiprocessing.set_forkserver_preload([])


def run(case: Case, directory: Path, **options: Any) -> Reference:
    """Run framepipe; what a case is known to warn of is not shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run_framepipe(case, directory, **options)


def check(case: Case, made: Reference) -> None:
    true = truth(case)
    assert (made.width, made.height) == (true.width, true.height)
    assert len(made.frames) == len(true.frames)
    differ = [i for i, (a, b) in enumerate(zip(made.frames, true.frames, strict=True)) if a != b]
    assert not differ, f"frames {differ} differ from Animation.save's"
    if made.movie is not None and true.movie is not None:
        assert decoded(made.movie) == decoded(true.movie)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", ALL, ids=str)
def test_forked(case: Case, way: str, tmp_path: Path) -> None:
    """Kept frames equal full draws; under "verify", what changes in secret is found and named."""
    mismatch = None
    try:
        check(case, run(case, tmp_path, **WAYS[way]))
    except framepipe.FrameMismatch as error:
        mismatch = error
    if mismatch is not None:
        assert WAYS[way]["redraw"] == "verify"
        assert case.in_place, f"a change that has a sign was missed: {mismatch}"
        assert 0 <= mismatch.frame < case.frames
        left, top, right, bottom = mismatch.bbox
        assert left < right
        assert top < bottom
        assert mismatch.artist in str(mismatch)


@pytest.mark.parametrize("case", [case for case in ALL if case.travels], ids=str)
def test_not_forked(case: Case, tmp_path: Path) -> None:
    check(case, run(case, tmp_path, workers=2, start_method="forkserver"))


@pytest.mark.parametrize("case", [case for case in ALL if case.travels and case.core], ids=str)
def test_spawned(case: Case, tmp_path: Path) -> None:
    check(case, run(case, tmp_path, workers=2, start_method="spawn"))


@pytest.mark.parametrize("case", [case for case in ALL if case.independent and case.core], ids=str)
def test_independent(case: Case, tmp_path: Path) -> None:
    check(case, run(case, tmp_path, workers=2, independent=True))
