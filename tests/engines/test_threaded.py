"""A sink fed from a thread: bounded memory, order, and failures told where frames are given."""

from __future__ import annotations

import pytest
from stand_ins import BYTES, Kept

from framepipe.engines.threaded import SLOTS, ThreadedSink


def feed(threaded: ThreadedSink, numbers: range) -> None:
    for number in numbers:
        room = threaded.room()
        room[:] = number.to_bytes(BYTES, "big")
        threaded.give(room)


def test_frames_arrive_in_order_through_few_slots() -> None:
    sink = Kept(chunks=3)
    threaded = ThreadedSink(sink, BYTES)
    threaded.start()
    places = set()
    for number in range(30):
        room = threaded.room()
        places.add(id(room.obj))
        room[:] = number.to_bytes(BYTES, "big")
        threaded.give(room)
    assert threaded.finish() == 0.25
    assert sink.numbers == list(range(30))
    assert len(places) <= SLOTS


def test_memory_given_back_is_no_frame() -> None:
    sink = Kept()
    threaded = ThreadedSink(sink, BYTES)
    threaded.start()
    feed(threaded, range(2))
    threaded.give_back(threaded.room())
    feed(threaded, range(2, 4))
    threaded.finish()
    assert sink.numbers == [0, 1, 2, 3]


def test_a_failure_comes_out_where_frames_are_given() -> None:
    threaded = ThreadedSink(Kept(fails_at=2), BYTES)
    threaded.start()
    with pytest.raises(OSError, match="the sink is dead"):
        feed(threaded, range(100))
    threaded.abort()


def test_it_can_be_stopped_in_the_middle() -> None:
    sink = Kept(chunks=2)
    threaded = ThreadedSink(sink, BYTES)
    threaded.start()
    feed(threaded, range(3))
    threaded.abort()
    threaded.abort()
    assert "finish" not in sink.calls
