"""A user's exception may do what it likes: it neither hangs nor ends anybody but itself."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clips import RAW, WAYS, clip, everything_in

from framepipe import FrameError, encode
from framepipe.engines.workers.failures import UnpicklableError
from framepipe.engines.workers.trial import can_unpickle
from framepipe.user_code.exceptions import TooSlow, bounded

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork, SIGALRM")


def forever() -> None:
    while True:
        time.sleep(0.1)


#: What unpickling calls, and its arguments.
DEEDS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "hangs": (forever, ()),
    "ends the process": (os._exit, (0,)),
    "raises": (int, ("no number",)),
    "exits": (sys.exit, (0,)),
}


class Calls:
    """Unpickled, it calls a function."""

    def __init__(self, deed: str) -> None:
        self.deed = deed

    def __reduce__(self) -> Any:
        return DEEDS[self.deed]


@pytest.mark.parametrize("deed", DEEDS)
def test_what_cannot_be_unpickled_is_found_out_in_a_fork(deed: str) -> None:
    begin = time.monotonic()
    assert not can_unpickle(pickle.dumps(Calls(deed)), seconds=0.5)
    assert time.monotonic() - begin < 20


def test_what_can_be_unpickled_can() -> None:
    assert can_unpickle(pickle.dumps(ValueError("sour")))


def test_a_block_that_takes_too_long_is_broken_off() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooSlow), bounded(0.1):
        forever()
    with bounded(0.1):
        pass
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


class HangsPickling(Exception):
    def __reduce__(self) -> Any:
        forever()


class HangsUnpickling(Exception):
    def __reduce__(self) -> Any:
        return forever, ()


class EndsUnpickling(Exception):
    def __reduce__(self) -> Any:
        return os._exit, (0,)


class HangsShown(Exception):
    def __str__(self) -> str:
        forever()
        return ""


@pytest.mark.thinned(4)
@pytest.mark.parametrize("way", ["fork2", "forkserver2"])
@pytest.mark.parametrize("kind", [HangsPickling, HangsUnpickling, EndsUnpickling, HangsShown])
def test_no_exception_of_the_users_hangs_or_ends_the_main_process(
    tmp_path: Path, way: str, kind: type[Exception]
) -> None:
    def fail(frame: int) -> None:
        if frame == 4:
            raise kind("sour")

    (tmp_path / "m.rgba").write_text("old")
    with pytest.raises(FrameError) as caught:
        encode(clip(9, fail), tmp_path / "m.rgba", **RAW, **WAYS[way])
    assert caught.value.frame == 4
    assert kind.__name__ in str(caught.value)
    if kind is not HangsShown:
        assert isinstance(caught.value.__cause__, UnpicklableError)
        assert "sour" in str(caught.value.__cause__)
    assert (tmp_path / "m.rgba").read_text() == "old"
    assert everything_in(tmp_path) == {"m.rgba"}
