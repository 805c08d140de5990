"""Whether a movie is what it should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_up_results import movie

from benchmarks.measuring.decoded_movie import Decoded, decode, problem
from benchmarks.measuring.ffmpeg import ffmpeg_path


def test_decoding_finds_size_and_frames(tmp_path: Path) -> None:
    found = decode(movie(tmp_path / "a b%d.mp4"), ffmpeg_path())
    assert found.size == "64x48"
    assert len(found.hashes) == 8
    with pytest.raises(RuntimeError, match="cannot be decoded"):
        decode(tmp_path / "none.mp4", ffmpeg_path())
    assert problem(Decoded("1x1", ("a", "c")), Decoded("1x1", ("a", "b")), 2, identity=True) == (
        "1 frames differ from serial's, frame 1 first"
    )
