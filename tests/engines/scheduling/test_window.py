"""The window: every completion order for small sizes, random ones for larger, and its rules."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framepipe.engines.scheduling.window import Window


def claim_all(window: Window) -> list[int]:
    """Claim until nothing more may be claimed."""
    claimed = []
    while (frame := window.claim()) is not None:
        claimed.append(frame)
    return claimed


def write_ready(window: Window, written: list[int]) -> None:
    while (frame := window.ready()) is not None:
        window.wrote(frame)
        written.append(frame)


def check(window: Window, claimed: set[int]) -> None:
    """What must hold at any moment."""
    assert window.live <= window.slots
    slots = [window.slot(frame) for frame in claimed]
    assert len(slots) == len(set(slots)), "two live frames in one slot"
    assert all(frame < window.written + window.slots for frame in claimed)


@pytest.mark.parametrize("slots", [1, 2, 3, 4])
@pytest.mark.parametrize("total", [1, 2, 3, 4, 5])
def test_every_completion_order_writes_in_order_and_never_sticks(slots: int, total: int) -> None:
    """Walk the whole tree: at every moment, any of the claimed frames may be drawn next."""
    ways = 0
    # A window is small; replaying a history of choices is simpler than copying one.
    histories: list[list[int]] = [[]]
    while histories:
        history = histories.pop()
        window = Window(slots, total)
        written: list[int] = []
        live: set[int] = set(claim_all(window))
        drawn: set[int] = set()
        for frame in history:
            live.discard(frame)
            window.drawn(frame)
            write_ready(window, written)
            live.update(claim_all(window))
            drawn.add(frame)
            check(window, live | (drawn - set(written)))
        if window.finished:
            assert written == list(range(total))
            ways += 1
            continue
        assert live, f"stuck after {history}: nothing is being drawn and nothing may be claimed"
        histories.extend([*history, frame] for frame in live)
    assert ways >= 1
    if slots >= total:
        assert ways == len(list(itertools.permutations(range(total))))


def test_credit_returns_on_write_not_on_draw() -> None:
    window = Window(2, 10)
    assert claim_all(window) == [0, 1]
    window.drawn(1)
    assert window.claim() is None, "frame 1 is drawn, but frame 0 is not written: its slot is taken"
    assert window.ready() is None
    window.drawn(0)
    assert window.claim() is None
    window.wrote(0)
    assert window.claim() == 2
    assert window.slot(2) == 0, "the one that frame 0 has left"


def test_the_lowest_slots_are_used() -> None:
    """Where no more is drawn ahead, no more memory is touched."""
    window = Window(9, 100)
    used = set()
    for frame in range(50):
        assert window.claim() == frame
        used.add(window.slot(frame))
        if frame:
            window.drawn(frame - 1)
            window.wrote(frame - 1)
    assert used == {0, 1}


def test_fewer_may_be_live_than_there_are_slots() -> None:
    window = Window(8, 100, limit=2)
    assert claim_all(window) == [0, 1]
    assert window.full
    window.allow(50)
    assert window.limit == 8
    assert not window.full
    assert claim_all(window) == [2, 3, 4, 5, 6, 7]
    window.allow(3)
    for frame in range(6):
        assert window.claim() is None
        window.drawn(frame)
        window.wrote(frame)
    assert window.claim() == 8
    window.give_back(6)
    assert window.slot(6) not in {window.slot(7), window.slot(8)}, "it may come back to it"
    with pytest.raises(ValueError, match="allows 0 frames"):
        window.allow(0)


def test_an_end_frees_the_slots_behind_it() -> None:
    window = Window(4)
    claim_all(window)
    window.give_back(3)
    window.end(2)
    for frame in (0, 1):
        window.drawn(frame)
        window.wrote(frame)
    assert window.finished
    assert window.live == 0


def test_a_worker_is_never_sent_back() -> None:
    window = Window(4, 10)
    assert [window.claim(after=-1), window.claim(after=-1)] == [0, 1]
    window.give_back(0)
    assert window.claim(after=1) == 2, "one that has passed frame 0 cannot draw it"
    assert window.claim(after=-1) == 0, "a fresh one can"


def test_frames_given_back_come_first_and_in_order() -> None:
    window = Window(5, 10)
    claim_all(window)
    for frame in (3, 1, 2):
        window.give_back(frame)
    assert [window.claim(), window.claim(), window.claim()] == [1, 2, 3]


def test_the_end_may_be_found_late() -> None:
    window = Window(4)
    assert window.total is None
    assert claim_all(window) == [0, 1, 2, 3]
    window.drawn(0)
    window.drawn(1)
    window.end(2)
    assert not window.finished
    assert window.claim() is None
    window.drawn(3)  # a message that was under way; there is no such frame
    assert window.live == 2
    window.wrote(0)
    window.wrote(1)
    assert window.finished
    assert window.ready() is None


def test_the_end_may_come_before_the_promise() -> None:
    window = Window(8, 100)
    claim_all(window)
    window.end(3)
    for frame in range(3):
        window.drawn(frame)
        window.wrote(frame)
    assert window.finished
    assert window.total == 3


def test_two_ends_or_an_end_before_a_drawn_frame_are_found_out() -> None:
    window = Window(8)
    claim_all(window)
    window.end(5)
    window.end(5)
    with pytest.raises(RuntimeError, match="ended after 5 frames, another one after 6"):
        window.end(6)
    window = Window(8)
    claim_all(window)
    window.drawn(4)
    with pytest.raises(RuntimeError, match="ended after 3 frames, another one drew frame 4"):
        window.end(3)


def test_misuse_is_refused() -> None:
    for slots, total in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match=r"slot|frames"):
            Window(slots, total)
    window = Window(2, 4)
    window.claim()
    with pytest.raises(RuntimeError, match="without being claimed"):
        window.drawn(1)
    with pytest.raises(RuntimeError, match="without being claimed"):
        window.give_back(1)
    with pytest.raises(RuntimeError, match="frame 0 is the next"):
        window.wrote(1)
    with pytest.raises(RuntimeError, match="frame 0 is the next"):
        window.wrote(0)  # claimed, not drawn
    window.drawn(0)
    with pytest.raises(RuntimeError, match="without being claimed"):
        window.drawn(0)


def test_no_frames() -> None:
    window = Window(3, 0)
    assert window.finished
    assert window.claim() is None


@given(
    slots=st.integers(1, 9),
    total=st.integers(1, 40),
    known=st.booleans(),
    workers=st.integers(1, 5),
    deaths=st.integers(0, 3),
    limits=st.lists(st.integers(1, 12), max_size=8),
    data=st.data(),
)
def test_any_crew_finishes_any_movie(
    slots: int,
    total: int,
    known: bool,
    workers: int,
    deaths: int,
    limits: list[int],
    data: st.DataObject,
) -> None:
    """Workers of any speed, some of which die and are replaced, over any number of frames.

    And how many frames may be live changes now and then.
    """
    window = Window(slots, total if known else None, limits[0] if limits else None)
    last = dict.fromkeys(range(workers), -1)
    given_to: dict[int, list[int]] = {worker: [] for worker in last}
    written: list[int] = []
    for _ in range(50 * total + 200):
        if window.finished:
            break
        if data.draw(st.booleans()) and limits:
            window.allow(limits.pop())
        for worker in last:
            if len(given_to[worker]) < 2:
                frame = window.claim(after=last[worker])
                if frame is not None:
                    assert frame > last[worker]
                    given_to[worker].append(frame)
                    last[worker] = frame
        busy = [worker for worker, frames in given_to.items() if frames]
        assert busy, "deadlock: no worker has anything to do"
        worker = data.draw(st.sampled_from(busy))
        if deaths and data.draw(st.integers(0, 9)) == 0:
            deaths -= 1
            for frame in given_to[worker]:
                window.give_back(frame)
            given_to[worker], last[worker] = [], -1
            continue
        frame = given_to[worker].pop(0)
        if frame >= total:
            window.end(total)
        else:
            window.drawn(frame)
        write_ready(window, written)
        check(window, {f for frames in given_to.values() for f in frames if f < total})
    assert window.finished
    assert written == list(range(total))


def test_the_first_frame_that_was_never_claimed() -> None:
    window = Window(4, 10)
    assert window.fresh == 0
    claim_all(window)
    assert window.fresh == 4
    window.give_back(2)
    assert window.fresh == 4
