"""A frame from the middle of a movie."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from clips import FFMPEG
from matplotlib.animation import FuncAnimation

import framepipe
from framepipe.encoding.targets.poster import poster


def test_it_is_from_the_middle_and_no_wider_than_wanted(tmp_path: Path) -> None:
    figure = plt.figure(figsize=(2, 1), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    animation = FuncAnimation(
        figure, lambda i: ax.set_facecolor("red" if i < 8 else "blue"), frames=10
    )
    framepipe.encode(animation, tmp_path / "m.mp4", fps=10, workers=0)
    picture = poster(FFMPEG, tmp_path / "m.mp4", 100)
    assert picture is not None
    pixels = plt.imread(io.BytesIO(picture))
    assert pixels.shape[:2] == (50, 100)
    assert pixels[25, 50, 0] > 0.9
    assert pixels[25, 50, 2] < 0.1
    plt.close(figure)


@pytest.mark.parametrize("content", [b"", b"no movie"])
def test_what_is_no_movie_has_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.mp4"
    path.write_bytes(content)
    assert poster(FFMPEG, path, 100) is None
