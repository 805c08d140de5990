"""What a movie took: frames are counted, and workers added up."""

from __future__ import annotations

import pytest

from framepipe import Report
from framepipe.result import FrameStats

DRAWN = FrameStats(update=1.0, draw=2.0, copy=0.5, check=0.25)
COMPOSED = FrameStats(
    update=1.0, draw=0.5, composed=True, items_drawn=1, items_replayed=2, items_skipped=7,
    drawing=0.1, replaying=0.1, saved=3.0, changed="Line2D: stale",
)  # fmt: skip


def test_frames_are_added_up() -> None:
    report = Report()
    for stats in (DRAWN, COMPOSED, COMPOSED):
        report.add(stats, waited=0.5)
        report.frames += 1
    assert (report.update, report.draw, report.copy, report.check) == (3.0, 3.0, 0.5, 0.25)
    assert report.wait == 1.5
    assert (report.frames_kept, report.frames_drawn) == (2, 1)
    assert (report.items_drawn, report.items_replayed, report.items_skipped) == (2, 4, 14)
    assert report.changed == "Line2D: stale"


def test_reports_of_workers_become_one() -> None:
    one, other = Report(frames=3, draw=1.0, memory=10, slots=2), Report(frames=4, draw=2.0, slots=9)
    other.add(COMPOSED)
    one.merge(other)
    assert (one.frames, one.draw) == (7, 3.5)
    assert (one.memory, one.slots) == (10, 2), "the memory was there once"
    assert one.changed == "Line2D: stale"


@pytest.mark.parametrize("stats", [DRAWN, COMPOSED])
def test_a_report_says_what_was_drawn(stats: FrameStats) -> None:
    report = Report(frames=1)
    report.add(stats)
    assert ("kept" in str(report)) == stats.composed
