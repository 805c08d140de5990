"""Frames that a worker draws for nothing but what they look like."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest
from stand_ins import BYTES, Numbers

from framepipe import FrameError, WorkerDied
from framepipe.engines.scheduling.checks import Check
from framepipe.engines.survey import locate_difference, survey
from framepipe.engines.workers.messages import digest_of
from framepipe.result import FrameStats

WANTED = [Check(0, "as_saved"), Check(2, "usual"), Check(7, "compared")]


def numbers(length: int = 20, **options: object) -> partial[Numbers]:
    return partial(Numbers, length, **options)  # type: ignore[arg-type]


def test_it_tells_what_frames_look_like() -> None:
    found = survey(numbers(), BYTES, WANTED, start_method="fork")
    assert [one.frame for one in found] == [0, 2, 7]
    assert [one.digest for one in found] == [
        digest_of(memoryview(number.to_bytes(BYTES, "big"))) for number in (0, 2, 7)
    ]
    assert found[0].stats.draw > 0


def test_it_ends_with_the_animation() -> None:
    found = survey(numbers(5, told=False), BYTES, WANTED, start_method="fork")
    assert [one.frame for one in found] == [0, 2]
    assert survey(numbers(), BYTES, [], start_method="fork") == []


def test_an_error_is_raised() -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise LookupError("sour")

    with pytest.raises(FrameError) as caught:
        survey(numbers(before=fail), BYTES, WANTED, start_method="fork")
    assert isinstance(caught.value.__cause__, LookupError)


@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_that_dies_is_replaced_once(tmp_path: Path, times: int) -> None:
    deaths = tmp_path / "deaths"
    deaths.touch()

    def die(number: int) -> None:
        if number == 2 and len(deaths.read_text()) < times:
            with deaths.open("a") as file:
                file.write("+")
            os.kill(os.getpid(), signal.SIGKILL)

    if times > 1:
        with pytest.raises(WorkerDied):
            survey(numbers(before=die), BYTES, WANTED, start_method="fork")
        return
    found = survey(numbers(before=die), BYTES, WANTED, start_method="fork")
    assert [one.frame for one in found] == [0, 2, 7]


class Drawn(Numbers):
    """A source whose frames show how many were painted before."""

    painted = 0

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        stats = super().paint(frame, out, as_saved=as_saved)
        out[0] = self.painted
        self.painted += 1
        return stats


def test_what_draws_before_a_frame_change_of_it_is_located() -> None:
    found = locate_difference(partial(Drawn, 20), BYTES, 7, start_method="fork")
    as_saved = bytes([7, 0, 0, 7])  # seven were painted before
    assert found == ((0, 0, 1, 1), f"{as_saved!r}")
    assert locate_difference(numbers(), BYTES, 7, start_method="fork") == (None, "")
    assert locate_difference(numbers(5), BYTES, 7, start_method="fork") == (None, "")
