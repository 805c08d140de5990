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
from framepipe.engines.survey import survey
from framepipe.engines.workers.messages import digest_of

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
