"""A file object gets the whole movie, or nothing."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from framepipe import EncoderError
from framepipe.encoding.targets.stream import Stream, is_writable


class Sends:
    """Takes bytes, and cannot go back."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes, /) -> None:
        self.sent += data


@pytest.mark.parametrize(
    ("given", "writable"),
    [
        ("m.mp4", False), (b"m.mp4", False), (Path("m.mp4"), False), (3, False),
        (io.BytesIO(), True), (Sends(), True),
    ],
)  # fmt: skip
def test_what_counts_as_a_file_object(given: Any, writable: bool) -> None:
    assert is_writable(given) is writable


@pytest.mark.parametrize("size", [0, 7, 3 * 2**20])
def test_it_gets_the_movie_when_that_is_whole(size: int) -> None:
    file, movie = Sends(), os.urandom(size)
    with Stream(file, ".mp4") as output:
        assert output.beside is None
        output.prepare()
        assert output.part.endswith(".mp4")
        Path(output.part).write_bytes(movie)
        assert file.sent == b""
        assert str(output.publish()) == "<Sends>"
    assert file.sent == movie
    assert output.beside is None


def test_it_gets_nothing_if_that_fails() -> None:
    file = io.BytesIO(b"before")
    with Stream(file, ".mp4") as output:
        output.prepare()
        folder = str(output.beside)
        Path(output.part).write_bytes(b"half")
    assert file.getvalue() == b"before"
    assert not os.path.exists(folder)


def test_an_encoder_that_wrote_nothing_is_told() -> None:
    with Stream(io.BytesIO(), ".mp4") as output:
        output.prepare()
        with pytest.raises(EncoderError, match="wrote nothing"):
            output.publish()


def test_what_cannot_take_bytes_is_refused() -> None:
    with pytest.raises(TypeError, match="binary"):
        Stream(io.StringIO(), ".mp4")  # type: ignore[arg-type]
    closed = io.BytesIO()
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        Stream(closed, ".mp4")
