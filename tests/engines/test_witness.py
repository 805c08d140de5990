"""The witness of a movie that this process draws."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from clips import children, what_starts
from stand_ins import BYTES, Numbers

from framepipe.engines.scheduling.checks import AS_SAVED
from framepipe.engines.witness import Witness
from framepipe.engines.workers import stalls
from framepipe.errors import HistoryMismatch

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere processes are not forked"
)


@contextmanager
def witness(
    length: int = 20, before: Callable[[int], object] | None = None, *, told: bool = True
) -> Iterator[Witness]:
    total = length if told else None
    one = Witness(partial(Numbers, length, before, told=told), BYTES, total)
    try:
        yield one
    finally:
        one.close()
    assert children() == ([], [])


def pixels(number: int) -> memoryview:
    return memoryview(number.to_bytes(BYTES, "big"))


def compare(one: Witness, frames: list[int]) -> None:
    """Tell it of frames, and hear it out."""
    for number, frame in enumerate(frames):
        one.drawn(number, pixels(frame))
    one.finish()


@pytest.mark.parametrize("length", [1, 2, 3, 20])
@pytest.mark.parametrize("told", [True, False])
def test_frames_that_are_the_same_are_counted(length: int, told: bool) -> None:
    with witness(length, told=told) as one:
        for frame in range(length):
            one.drawn(frame, pixels(frame))
        one.ended(length)
        one.finish()
        assert one.failure == ""
        # A movie of one frame has no history.
        assert one.compared == (0 if told and length == 1 else min(length, AS_SAVED))


@pytest.mark.parametrize("frame", [0, 1])
def test_one_that_differs_is_told_with_its_place(frame: int) -> None:
    with witness() as one:
        with pytest.raises(HistoryMismatch) as caught:
            compare(one, [99 if number == frame else number for number in range(AS_SAVED)])
        assert caught.value.frame == frame
        assert caught.value.as_saved
        assert caught.value.bbox == (0, 0, 1, 1)
        assert frame in caught.value.truth


def test_frames_that_the_witness_does_not_have_are_a_difference() -> None:
    with witness(1, told=False) as one:
        with pytest.raises(HistoryMismatch) as caught:
            compare(one, [0, 1])
        assert caught.value.frame == 1


def test_one_that_fails_proves_nothing() -> None:
    def fail(number: int) -> None:
        if number == 1:
            raise LookupError("sour")

    with witness(before=fail) as one:
        compare(one, [0, 1, 2])
        assert "sour" in one.failure
        one.drawn(AS_SAVED, pixels(77))  # nobody looks any longer


def test_one_that_dies_proves_nothing_and_is_not_replaced() -> None:
    def die(number: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with what_starts() as started, witness(before=die) as one:
        compare(one, [0, 1, 2])
        assert one.failure == "it died"
    assert sum(event.startswith("os.fork ") for event in started) == 1


def test_one_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalls, "STALLED", 0.3)
    monkeypatch.setattr(stalls, "LOOK_EVERY", 0.1)
    with witness(before=lambda _: time.sleep(60)) as one:
        compare(one, [0, 1, 2])
        assert "waited" in one.failure
        assert one.compared == 0


def test_who_does_not_wait_for_it_ends_it() -> None:
    with witness(before=lambda _: time.sleep(60)) as one:
        one.drawn(0, pixels(0))
