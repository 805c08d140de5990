"""A movie in segments: what is refused, how many record, and what is kept."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from clips import planned
from matplotlib.animation import PillowWriter

from framepipe import Segments
from framepipe.encoding.output import Output
from framepipe.modes.attempt import Attempt, Made
from framepipe.modes.in_segments import InSegments
from framepipe.resume.folder import ResumeFolder
from framepipe.user_output import OutputInOrder


def recorded(path: Path, wanted: Segments, attempt: Attempt, **given: Any) -> Made:
    plan = planned(path, **given)
    mode = InSegments(plan, wanted, lambda *_: None, OutputInOrder())
    plan.movie.prepare()
    try:
        return mode.make(attempt)
    finally:
        plan.movie.discard()


def in_segments(path: Path, wanted: Segments, writer: Any = None, **given: Any) -> InSegments:
    resume = given.pop("resume", None)
    plan = planned(path, writer, **given)
    return InSegments(plan, wanted, lambda *_: None, OutputInOrder(), resume)


@pytest.mark.parametrize(
    ("blocks", "error", "said"),
    [
        ([(0, 5), (7, 12)], ValueError, "frames"),
        (0, ValueError, "block"),
        ("x", TypeError, "block 0 must be"),
    ],
    ids=["a hole", "none", "a word"],
)
def test_blocks_that_do_not_cover_the_movie_are_refused_before_anything_starts(
    tmp_path: Path, blocks: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        in_segments(tmp_path / "m.mp4", Segments(blocks))
    assert not list(tmp_path.iterdir())


def test_an_executor_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="executor"):
        in_segments(tmp_path / "m.mp4", Segments(executor=object()))


def test_no_more_workers_than_blocks_and_the_kept_segments_are_told(tmp_path: Path) -> None:
    attempt = Attempt("auto", independent=False)
    made = recorded(tmp_path / "m.mp4", Segments(2, keep=True), attempt, workers=3)
    assert (made.mode, made.workers, len(made.segments)) == ("segments", 2, 2)
    assert all(segment.is_file() for segment in made.segments)


def test_every_draw_in_order_is_made_by_one_worker_even_where_an_executor_is_given(
    tmp_path: Path,
) -> None:
    with ProcessPoolExecutor(2) as pool:
        attempt = Attempt("as_saved", independent=False)
        made = recorded(tmp_path / "m.mp4", Segments(2, executor=pool), attempt)
        assert not pool._processes, "the executor was used"
    assert made.workers == 1
    assert made.report.frames == 12


def test_what_is_made_in_one_piece_cannot_be_resumed(tmp_path: Path) -> None:
    target = tmp_path / "m.gif"
    with (
        ResumeFolder(Output(target)) as resume,
        pytest.raises(ValueError, match="made in one piece"),
    ):
        in_segments(target, Segments(), PillowWriter(), resume=resume)
