"""What a user's exception says, however its own code behaves; and how long that may take."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from framepipe.user_code import exceptions
from framepipe.user_code.exceptions import TooSlow, bounded, said_by


class Says(Exception):
    """Says what a function says."""

    def __init__(self, say: Any) -> None:
        super().__init__()
        self._say = say

    def __str__(self) -> str:
        return str(self._say())


def fail() -> str:
    raise RuntimeError("not even that")


def hang() -> str:
    while True:
        time.sleep(0.01)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vars(bounded)["__wrapped__"], "__defaults__", (0.05,))


def test_type_and_message() -> None:
    assert said_by(ValueError("a bad one")) == "ValueError: a bad one"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("say", "words"), [(fail, "<it raises when it is asked what>"), (hang, "takes too long")]
)
def test_what_cannot_be_said_is_told(say: Any, words: str) -> None:
    assert words in said_by(Says(say))


def test_the_alarm_and_its_handler_are_as_before() -> None:
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        with pytest.raises(TooSlow), bounded(0.05):
            hang()
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        with bounded():
            pass
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert exceptions.PATIENCE < 10, "a movie fails sooner than its user gives up"
