"""Fidelity: the frames and the movie that `Animation.save` makes, for every animation we have.

Every case runs with several numbers of forked workers, kept and compared with full draws; those
at the core and every sixth other one, if they can be pickled, in a worker that is no fork
(``FRAMEPIPE_CORPUS=all``: all of them).  The fork server has imported framepipe before
it forks (see conftest.py); the animation travels to its children exactly as it travels to spawned
ones, which the cases marked ``core`` run in, too; and some to processes of an executor.  What
`Animation.save` makes with framepipe for a writer is held against the same in test_writer.py.

The quick tests, which run unless something else is asked for, have some of those at the core in
one way, and every twentieth one of the rest; ``-m ""`` has them all.
"""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from animations import CORPUS, Case
from reference import Reference, run_framepipe, run_segments, truth

import framepipe
from framepipe.modes import in_process


@pytest.fixture(autouse=True)
def short_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process draws it keeps, however few frames there are."""
    monkeypatch.setattr(in_process, "LEAST", 1)


ALL = [case for case in CORPUS.values() if not case.history]  # those: test_history.py

#: How many forked workers draw, and how.
WAYS: dict[str, dict[str, Any]] = {
    f"{redraw}{workers}": {"workers": workers, "redraw": redraw}
    for workers in (0, 1, 2, 3)
    for redraw in ("auto", "full", "verify")
}


def ways_of(case: Case) -> list[str]:
    """What a case goes through here.

    All ways for all cases take an hour: `FRAMEPIPE_CORPUS=all`.
    """
    if os.environ.get("FRAMEPIPE_CORPUS") == "all":
        return list(WAYS)
    if case.core:
        return ["auto0", "full1", "auto2", "verify3"]
    # Here, by two workers, or compared by one, in turns.
    return [("auto0", "auto2", "verify1")[ALL.index(case) % 3]]


def is_quick(case: Case, way: str) -> bool:
    """Whether that is one of the quick tests: the ways take turns."""
    number = ALL.index(case)
    if case.core:
        return number % 8 == 0 and way == ("auto2", "verify3")[number // 8 % 2]
    return number % 20 == 0


def marks(*, quick: bool) -> list[pytest.MarkDecorator]:
    return [] if quick else [pytest.mark.slow]


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
    assert made.shown == true.shown, "the same frames make another mp4"


@pytest.mark.parametrize(
    ("case", "way"),
    [
        pytest.param(case, way, id=f"{case}-{way}", marks=marks(quick=is_quick(case, way)))
        for case in ALL
        for way in ways_of(case)
    ],
)
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


def goes_by_fork_server(case: Case) -> bool:
    every = os.environ.get("FRAMEPIPE_CORPUS") == "all"
    return case.travels and (every or case.core or ALL.index(case) % 6 == 0)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=str(case), marks=marks(quick=ALL.index(case) % 36 == 0))
        for case in ALL
        if goes_by_fork_server(case)
    ],
)
def test_not_forked(case: Case, tmp_path: Path) -> None:
    check(case, run(case, tmp_path, workers=1, start_method="forkserver"))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in ALL if case.travels and case.core], ids=str)
def test_spawned(case: Case, tmp_path: Path) -> None:
    check(case, run(case, tmp_path, workers=1, start_method="spawn"))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in ALL if case.independent and case.core], ids=str)
def test_independent(case: Case, tmp_path: Path) -> None:
    check(case, run(case, tmp_path, workers=2, independent=True))


def blocks_of(length: int | None, how: str) -> Any:
    """The blocks of that kind; an unknown length allows none but those chosen by framepipe."""
    if length is None:
        return None
    if how == "uneven" and length > 2:
        return [(0, 1), (1, length - 2), (length - 2, length)]
    return {"two": 2, "five": 5}.get(how, length)


def ways_to_cut(case: Case) -> list[str]:
    """The cases at the core and every eighth other one take turns; `FRAMEPIPE_CORPUS=all`: all."""
    ways = ["two", "five", "uneven", "ones"]
    if os.environ.get("FRAMEPIPE_CORPUS") == "all":
        return ways
    number = ALL.index(case)
    return [ways[number // 4 % len(ways)]] if case.core or number % 8 == 0 else []


@pytest.mark.parametrize(
    ("case", "how"),
    [
        pytest.param(case, how, id=f"{case}-{how}", marks=marks(quick=ALL.index(case) % 36 == 0))
        for case in ALL
        for how in ways_to_cut(case)
    ],
)
def test_segments(case: Case, how: str, tmp_path: Path) -> None:
    """Blocks encoded apart, without loss, and joined by copying."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        movie, frames = run_segments(case, tmp_path, lambda n: blocks_of(n, how))
    assert movie.mode == "segments"
    assert frames == truth(case).frames


def goes_to_executor(case: Case) -> bool:
    """Every fourth case at the core, as its processes take seconds to start; the rest on demand."""
    every = os.environ.get("FRAMEPIPE_CORPUS") == "all"
    return case.travels and (every or (case.core and ALL.index(case) % 4 == 0))


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in ALL if goes_to_executor(case)], ids=str)
def test_executor(case: Case, tmp_path: Path) -> None:
    """Blocks recorded by somebody else's processes."""
    with ProcessPoolExecutor(2) as executor, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        movie, frames = run_segments(
            case, tmp_path, lambda n: blocks_of(n, "two"), executor=executor
        )
    assert movie.mode == "segments"
    assert frames == truth(case).frames
