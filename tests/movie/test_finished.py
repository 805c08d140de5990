"""A movie is where its file is, and says in a line what it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from framepipe import Movie, Report


def movie_at(path: Path) -> Movie:
    return Movie(path, 3, 64, 48, 30000 / 1001, 1.5, "pipe", 2, Report(frames=3))


def test_a_movie_is_where_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    path.write_bytes(b"frames")
    movie = movie_at(path)
    assert os.fspath(movie) == str(movie) == f"{movie}" == str(path)
    with open(movie, "rb") as file:
        assert file.read() == b"frames"


@pytest.mark.parametrize("name", ["m.mp4", f"{'long' * 40}/m.mp4"])
def test_what_it_is_fits_a_line(name: str) -> None:
    line = repr(movie_at(Path(name)))
    assert len(line) <= 79
    assert line.endswith("m.mp4': 3 frames, 64x48, 29.97 fps>")
