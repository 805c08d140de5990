"""Every message travels, is small, and does not change."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from typing import Any, get_args

import pytest

from framepipe.engines.scheduling.checks import Check
from framepipe.engines.workers import messages
from framepipe.engines.workers.failures import Failed
from framepipe.result import FrameStats, Report

EXAMPLES: list[Any] = [
    messages.DrawFrame(3, 1),
    messages.CheckFrame(Check(3, "as_saved")),
    messages.LocateDifference(3, bytes(4)),
    messages.RecordBlock(2, 10, 20, "part-2.mp4"),
    messages.Leave(),
    messages.Ready(),
    messages.FrameDrawn(3, FrameStats(), 0.5),
    messages.FrameChecked(3, bytes(20), FrameStats(), 0.5),
    messages.DifferenceLocated(3, (0, 0, 1, 1), "a line"),
    messages.AnimationEnded(9, 8),
    messages.FrameEncoded(2, 11),
    messages.BlockRecorded(2, Report(), None),
    messages.Done(),
    Failed.of(ValueError("bad"), 3, pickle.dumps),
]


def test_there_is_an_example_of_each() -> None:
    kinds = {*get_args(messages.Order), *get_args(messages.Answer)}
    assert {type(example) for example in EXAMPLES} == kinds


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_it_travels_and_is_small(example: Any) -> None:
    packed = pickle.dumps(example)
    assert len(packed) < 2000, "frames go through shared memory"
    assert repr(pickle.loads(packed)) == repr(example)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_it_does_not_change(example: Any) -> None:
    for name in type(example).__slots__:
        with pytest.raises(FrozenInstanceError):
            setattr(example, name, None)
