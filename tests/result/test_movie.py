"""A movie is where its file is."""

from __future__ import annotations

import os
from pathlib import Path

from framepipe import Movie, Report


def test_a_movie_is_where_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    path.write_bytes(b"frames")
    movie = Movie(path, 3, 64, 48, 25, 1.5, "pipe", 2, Report(frames=3))
    assert os.fspath(movie) == str(path)
    with open(movie, "rb") as file:
        assert file.read() == b"frames"
    assert str(path) in str(movie)
