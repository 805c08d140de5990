"""What runs in somebody else's process: one block, its bytes, and whatever kept it from that."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Iterator
from functools import partial

import pytest
from stand_ins import BYTES, Numbers, ToFile

from framepipe.engines.executor.task import (
    AnimationMissing,
    HelperDied,
    SegmentReturned,
    VersionsDiffer,
    forget_job,
    record_block,
    versions,
)
from framepipe.engines.scheduling.blocks import Block
from framepipe.engines.workers.failures import Failed
from framepipe.engines.workers.tasks import BlockTask

JOB = "test_task"


def packed(source: partial[Numbers]) -> bytes:
    """What makes the task, as it travels to a helper."""
    return pickle.dumps(partial(BlockTask, source, ToFile.of, BYTES))


def fail(frame: int) -> None:
    if frame == 2:
        raise LookupError("no such thing")


def die(frame: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    yield
    forget_job(JOB)


def test_a_block_comes_home_as_bytes_and_the_next_needs_no_animation() -> None:
    first = record_block(JOB, packed(partial(Numbers, 9)), versions(), Block(0, 0, 3), ".txt")
    assert isinstance(first, SegmentReturned)
    assert first.data == b"0 1 2"
    assert first.recorded.report.frames == 3
    second = record_block(JOB, None, versions(), Block(1, 6, 12), ".txt")
    assert isinstance(second, SegmentReturned)
    assert second.data == b"6 7 8"
    assert second.recorded.ended == 9


def test_an_animation_that_is_not_known_is_asked_for() -> None:
    assert record_block(JOB, None, versions(), Block(0, 0, 5), ".txt") == AnimationMissing()


def test_other_versions_are_told_before_anything_starts() -> None:
    expected = {**versions(), "matplotlib": "3.0"}
    answer = record_block(JOB, b"never unpickled", expected, Block(0, 0, 5), ".txt")
    assert answer == VersionsDiffer(versions())


def test_a_failure_comes_home_with_its_frame() -> None:
    answer = record_block(JOB, packed(partial(Numbers, 9, fail)), versions(), Block(0, 0, 5), ".t")
    assert isinstance(answer, Failed)
    assert (answer.frame, answer.name) == (2, "LookupError: no such thing")


def test_a_helper_that_dies_is_told() -> None:
    answer = record_block(JOB, packed(partial(Numbers, 9, die)), versions(), Block(0, 0, 5), ".t")
    assert isinstance(answer, HelperDied)
    assert answer.exitcode == -signal.SIGKILL
    assert f"process {os.getpid()}" in answer.where


def test_forgetting_a_job_that_nobody_knows_is_no_error() -> None:
    forget_job("no such job")
