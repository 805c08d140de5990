"""Every error travels, says its message, and is what callers catch."""

from __future__ import annotations

import pickle
import subprocess
from typing import Any

import pytest

import framepipe
from framepipe import errors

EXAMPLES: list[Any] = [
    errors.FramepipeError("what happened"),
    errors.FrameError("what happened", 7),
    errors.FrameMismatch("what happened", 7, "Line2D", (1, 2, 3, 4)),
    errors.WorkerDied("what happened", -9, 7),
    errors.EncoderError("what happened", 1, ["ffmpeg", "-y"], "its words"),
    errors.EncoderNotFound("what happened"),
    errors.ResumeError("what happened"),
    errors.StitchError("what happened"),
]


def test_there_is_an_example_of_each() -> None:
    kinds = {one for one in vars(errors).values() if isinstance(one, type)}
    ours = {one for one in kinds if issubclass(one, errors.FramepipeError)}
    ours -= {errors.HistoryMismatch}  # never reaches a user, nor crosses a process
    assert not hasattr(framepipe, "HistoryMismatch")
    assert {type(example) for example in EXAMPLES} == ours
    assert all(hasattr(framepipe, kind.__name__) for kind in ours)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_it_travels_with_all_it_knows(error: Any) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error) == "what happened"
    assert vars(again) == vars(error)
    assert isinstance(error, errors.FramepipeError)


def test_an_encoder_error_is_what_callers_of_save_catch() -> None:
    error = errors.EncoderError("what happened", 1, ["ffmpeg"], "its words")
    assert isinstance(error, subprocess.CalledProcessError)
    assert (error.returncode, error.cmd, error.stderr) == (1, ["ffmpeg"], "its words")


def test_the_warning_is_one_that_filters_know() -> None:
    assert issubclass(errors.RetainedWarning, UserWarning)
