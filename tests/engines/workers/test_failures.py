"""What becomes of an exception between two processes: the table of the module, row by row."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from framepipe import EncoderError, FrameError, StitchError
from framepipe.engines.workers.failures import (
    Failed,
    RemoteTraceback,
    UnpicklableError,
    interrupts_pass,
    replays_differ,
)


def home(error: BaseException, frame: int = 3) -> Any:
    """What comes out at the other side of a connection."""
    try:
        raise error
    except BaseException as caught:
        message = Failed.of(caught, frame, pickle.dumps)
    return pickle.loads(pickle.dumps(message)).error()


class Sour(Exception):
    def __reduce__(self) -> Any:
        raise TypeError("cannot travel")


class OneWay(Exception):
    """Can be pickled, and not unpickled."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def test_any_exception_is_the_cause_of_a_frame_error() -> None:
    error = home(LookupError("no such thing"))
    assert type(error) is FrameError
    assert error.frame == 3
    assert str(error) == "drawing frame 3 failed: LookupError: no such thing"
    assert type(error.__cause__) is LookupError
    assert error.__cause__.args == ("no such thing",)
    assert isinstance(error.__cause__.__cause__, RemoteTraceback)
    assert "raise error" in str(error.__cause__.__cause__)


def test_a_frame_error_keeps_its_words_and_its_frame() -> None:
    given = FrameError("updating the figure for frame 7 failed", 7)
    given.__cause__ = ValueError("bad")
    error = home(given)
    assert type(error) is FrameError
    assert (error.frame, str(error)) == (7, str(given))
    assert type(error.__cause__) is ValueError


@pytest.mark.parametrize(
    "given", [EncoderError("it failed", 1, ["ffmpeg"], "words"), StitchError("no glue")]
)
def test_our_own_errors_stay_what_they_are(given: Exception) -> None:
    error = home(given)
    assert type(error) is type(given)
    assert str(error) == str(given)


@pytest.mark.parametrize("given", [Sour("milk"), OneWay(1, 2)], ids=["packing", "unpacking"])
def test_what_cannot_travel_is_told(given: Exception) -> None:
    error = home(given)
    assert type(error) is FrameError
    assert isinstance(error.__cause__, UnpicklableError)
    assert str(error.__cause__).endswith(f"{type(given).__name__}: {given}")


def test_ctrl_c_passes_and_nothing_else() -> None:
    with pytest.raises(KeyboardInterrupt), interrupts_pass():
        raise FrameError("drawing failed", 1) from KeyboardInterrupt()
    with pytest.raises(FrameError), interrupts_pass():
        raise FrameError("drawing failed", 1) from ValueError()


def test_replays_that_differ_are_told_with_advice() -> None:
    error = replays_differ("one ended", 4)
    assert error.frame == 4
    assert str(error).startswith("one ended: ")
    assert "workers=0" in str(error)
