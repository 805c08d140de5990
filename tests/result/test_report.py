"""What a movie took: frames are counted, workers added up, and all of it told in ten lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import framepipe
from framepipe import Report
from framepipe.demo import double_pendulum
from framepipe.result import ENCODER, Facts, FrameStats
from framepipe.result.report import bytes_of

DRAWN = FrameStats(update=1.0, draw=2.0, copy=0.5, check=0.25, ended=10.0)
COMPOSED = FrameStats(
    update=1.0, draw=0.5, composed=True, items_drawn=1, items_replayed=2, items_skipped=7,
    drawing=0.1, replaying=0.1, saved=3.0, changed="Line2D: stale", ended=20.0,
)  # fmt: skip

FACTS = Facts(
    name="m.mp4", nbytes=3 * 2**20, width=640, height=480, fps=25, seconds=4.0, mode="pipe",
    workers=2, cpus=2,
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


def test_the_timeline_knows_when() -> None:
    report = Report()
    report.add(DRAWN, lane=1)
    report.add_check(COMPOSED, lane=2)
    report.add_encoding(10.0, 10.5)
    report.add(FrameStats(draw=1.0))  # nobody has said when
    drawn, checked, encoded = report.timeline.spans()
    assert (drawn.lane, drawn.begin, drawn.end) == (1, 6.25, 10.0)
    assert drawn.seconds == (0.0, 1.0, 2.5, 0.25, 0.0)
    assert (checked.lane, checked.seconds) == (2, (0.0, 0.0, 0.0, 1.5, 0.0))
    assert (encoded.lane, encoded.seconds[-1]) == (ENCODER, 0.5)
    assert report.check == 0.25 + 1.5
    assert report.encode == 0.5


def test_reports_of_workers_become_one() -> None:
    one, other = Report(frames=3, draw=1.0, memory=10, slots=2), Report(frames=4, draw=2.0, slots=9)
    other.add(COMPOSED)
    one.merge(other, lane=7)
    assert (one.frames, one.draw) == (7, 3.5)
    assert (one.memory, one.slots) == (10, 2), "the memory was there once"
    assert one.changed == "Line2D: stale"
    assert one.timeline.lanes == [7]


@pytest.mark.parametrize("stats", [DRAWN, COMPOSED])
def test_a_report_says_what_was_drawn(stats: FrameStats) -> None:
    report = Report(frames=1)
    report.add(stats)
    assert ("what did not change" in str(report)) == stats.composed
    assert ("drawn as a whole" in str(report)) != stats.composed


def test_a_report_has_ten_lines_each_of_which_says_one_thing() -> None:
    report = Report(frames=2, facts=FACTS, memory=2**20, encode=3.8, encoder_cpu=6.0)
    report.add(DRAWN)
    report.add(COMPOSED)
    report.against_save = 2
    lines = dict(line.split(maxsplit=1) for line in str(report).splitlines())
    assert list(lines) == [
        *("movie", "time", "updates", "drawing", "encoding", "bound", "kept", "redrawn"),
        "checked",
    ]
    assert lines["movie"] == "m.mp4: 2 frames of 640x480, 0.1 s at 25 fps, 3.0 MiB"
    assert lines["time"].startswith("4.00 s, 0 frames/s (pipe, 2 workers on 2 CPUs, 1.0 MiB")
    assert lines["updates"] == "2.00 s (1000.00 ms a frame): each of 2 workers runs all of them"
    assert "the encoder" in lines["bound"]
    assert lines["redrawn"] == "most often: Line2D: stale"
    assert "2 with every draw that Animation.save makes, 1 with a full draw" in lines["checked"]
    report.facts = replace(FACTS, faster_preset=True)
    assert str(report).splitlines()[-1].startswith("faster")


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (50 * 2**30, "50 GiB")]
)
def test_bytes_are_told_in_words(count: int, said: str) -> None:
    assert bytes_of(count) == said


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"workers": 2}, {"worker 1", "worker 2", "encoder"}),
        ({"workers": 1}, {"worker 1", "witness", "encoder"}),
        ({"workers": 0}, {"worker 1"}),
        ({"workers": 2, "mode": "segments"}, {"worker 1", "worker 2", "witness", "joining"}),
    ],
)
def test_a_movie_has_a_timeline_of_all_that_was_done(
    tmp_path: Path, options: dict[str, object], names: set[str]
) -> None:
    movie = framepipe.encode(double_pendulum(12), tmp_path / "m.mp4", **options)  # type: ignore[arg-type]
    spans = movie.report.timeline.spans()
    assert max(span.end for span in spans) - min(span.begin for span in spans) <= movie.seconds
    for span in spans:
        assert sum(span.seconds) <= span.end - span.begin + 1e-6
    drawn = sum(span.frames for span in spans if span.seconds[2] > 0)
    assert drawn == movie.frames
    figure = movie.report.plot()
    labels = {label.get_text() for label in figure.axes[0].get_yticklabels()}
    # On a busy machine one of two may come too late, or find nothing left to do but to check.
    assert names - {"worker 2", "witness"} <= labels <= names | {"witness"}
    assert figure.axes[0].get_title(loc="left").startswith("12 frames of 640x480 in ")


def test_what_has_noted_nothing_cannot_be_plotted() -> None:
    with pytest.raises(ValueError, match="no timeline"):
        Report().plot()
