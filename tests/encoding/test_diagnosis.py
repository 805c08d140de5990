"""The message of an error says what happened, what ffmpeg printed and what to do."""

from __future__ import annotations

import pytest

from framepipe.encoding.diagnosis import diagnose


@pytest.mark.parametrize(
    ("returncode", "words"),
    [
        (1, "failed with exit code 1"),
        (0, "ended before it had all the frames"),
        (-9, "ended by signal SIGKILL"),
        (-11, "ended by signal SIGSEGV"),
        (-200, "ended by signal 200"),
        (None, "took no more frames"),
    ],
)
def test_what_happened(returncode: int | None, words: str) -> None:
    error = diagnose(returncode, ["ffmpeg", "a b"], "")
    assert words in str(error)
    assert "It printed no message" in str(error)
    assert str(error).endswith("ffmpeg 'a b'")
    assert error.returncode == returncode


def test_the_last_lines_are_in_the_message_and_more_in_the_error() -> None:
    said = "\n\n".join(f"line {i}" for i in range(100))
    error = diagnose(1, ["ffmpeg"], said)
    assert "line 99" in str(error)
    assert "line 80" not in str(error)
    assert error.stderr == said


def test_a_lost_status() -> None:
    assert "SIGCHLD" in str(diagnose(None, ["ffmpeg"], "", lost=True))
