"""A timeline keeps what each lane did, in bounded memory, and nothing of it is lost."""

from __future__ import annotations

import pytest

from framepipe.result.timeline import ENCODER, KINDS, Timeline, free_lane

DRAW, WRITE = KINDS.index("draw"), KINDS.index("write")


def two_workers(frames: int, most: int = 100) -> Timeline:
    """Each worker draws 6 ms and waits 2 ms; each frame takes the encoder 4 ms."""
    timeline = Timeline(most)
    for frame in range(frames):
        begin = 0.008 * (frame // 2)
        timeline.add(frame % 2, begin, begin + 0.006, update=0.001, draw=0.005)
        timeline.add(ENCODER, 0.004 * frame, 0.004 * (frame + 1), write=0.004)
    return timeline


def test_a_span_is_what_was_added() -> None:
    timeline = Timeline()
    timeline.add(3, 1.0, 4.0, start=0.5, update=0.25, draw=1.0, check=0.125)
    (span,) = timeline.spans()
    assert (span.lane, span.begin, span.end, span.frames) == (3, 1.0, 4.0, 1)
    assert span.seconds == (0.5, 0.25, 1.0, 0.125, 0.0)


@pytest.mark.parametrize("frames", [10, 49, 51, 333, 5000])
def test_however_long_the_movie_all_of_it_is_there_and_equally_coarse(frames: int) -> None:
    timeline = two_workers(frames)
    assert len(timeline) <= 100 + len(timeline.lanes)
    spans = timeline.spans()
    assert sum(span.frames for span in spans if span.lane == ENCODER) == frames
    drawn = sum(span.seconds[DRAW] for span in spans)
    assert drawn == pytest.approx(0.005 * frames)
    coarse = sorted({span.frames for span in spans})
    assert len(coarse) <= 1 + len(timeline.lanes), "all but the last ones of each lane are equal"
    begins = [span.begin for span in spans if span.lane == 0]
    assert begins == sorted(begins)


@pytest.mark.parametrize("frames", [40, 4000])
def test_shares_say_what_a_lane_did(frames: int) -> None:
    timeline = two_workers(frames)
    seconds = 0.008 * (frames // 2)
    for shares in timeline.shares(0, 0.0, seconds, 5):
        assert shares[DRAW] == pytest.approx(5 / 8, abs=0.07)
    for shares in timeline.shares(ENCODER, 0.0, seconds, 5):
        assert shares[WRITE] == pytest.approx(1.0, abs=0.02)


def test_spans_of_another_machine_are_put_where_they_came_home() -> None:
    theirs = Timeline()
    theirs.add(0, 1000.0, 1001.0, draw=1.0)
    theirs.add(0, 1001.0, 1003.0, draw=1.0)
    ours = Timeline()
    ours.merge(theirs, lane=4, until=10.0)
    assert [(span.lane, span.begin, span.end) for span in ours.spans()] == [
        (4, 7.0, 8.0),
        (4, 8.0, 10.0),
    ]


def test_the_encoder_is_the_last_lane() -> None:
    assert two_workers(4).lanes == [0, 1, ENCODER]


def test_a_lane_that_is_free_is_found() -> None:
    assert free_lane({0: 5.0, 1: 3.0}, 4.0, range(3)) == 1
    assert free_lane({0: 5.0, 1: 6.0, 2: 4.5}, 4.0, range(3)) == 2
