"""Movies in a browser: their colours, every frame to the end, and the frame midway."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from browser import play
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from framepipe import encode

pytestmark = pytest.mark.slow

COLOURS = [(0, 255, 0), (255, 0, 0), (0, 0, 255), (255, 255, 0), (128, 128, 128), (192, 64, 128)]
FRAMES = 12


def patches(rows: int) -> FuncAnimation:
    """Six patches, with the frame's number in the corner, 4:3."""
    figure = Figure(figsize=(rows / 75, rows / 100), dpi=100)
    FigureCanvasAgg(figure)
    for i, colour in enumerate(COLOURS):
        corner = (i % 3 / 3, 1 - i // 3 / 2)
        figure.add_artist(Rectangle(corner, 1 / 3, -0.5, color=np.divide(colour, 255), lw=0))
    text = figure.text(0.02, 0.02, "", fontsize=20, color="white")

    def update(number: int) -> list[Text]:
        text.set_text(f"frame {number}")
        return [text]

    return FuncAnimation(figure, update, FRAMES, init_func=tuple, interval=100)


@pytest.mark.parametrize(
    ("rows", "suffix", "codec"),
    [
        (480, ".mp4", "h264"),
        (720, ".mp4", "h264"),
        (1080, ".mp4", "h264"),
        (720, ".mp4", "libsvtav1"),
        (720, ".mkv", "h264"),
        (480, ".webm", "h264"),
        (720, ".webm", "h264"),
        (1080, ".webm", "h264"),
    ],
)
def test_colours_are_shown_as_they_were_drawn(
    rows: int, suffix: str, codec: str, tmp_path: Path
) -> None:
    movie = encode(patches(rows), tmp_path / f"m{suffix}", codec=codec, dpi=100)
    told, picture = play(movie.path, midway=0.65)
    assert (told["width"], told["height"]) == (movie.width, movie.height)
    assert told["duration"] == pytest.approx(FRAMES / 10, abs=0.02)
    assert told["ended"] == pytest.approx(FRAMES / 10, abs=0.02)
    height, width = picture.shape[:2]
    for i, colour in enumerate(COLOURS):
        pixel = picture[height // 4 + i // 3 * height // 2, width // 6 + i % 3 * width // 3]
        assert np.abs(pixel.astype(int) - colour).max() <= 3, (colour, pixel)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_the_picture_midway_is_the_frame(suffix: str, tmp_path: Path) -> None:
    movie = encode(patches(480), tmp_path / f"m{suffix}", dpi=100)
    _, picture = play(movie.path, midway=0.65)
    raw = ["-f", "rawvideo", "-pix_fmt", "rgba"]
    path = encode(patches(480), tmp_path / "m.raw", dpi=100, codec="rawvideo", extra_args=raw).path
    size = 4 * movie.width * movie.height
    data = path.read_bytes()
    drawn = [data[at : at + size] for at in range(0, len(data), size)]
    # Where its number stands, the picture is nearest to the frame's own.
    corner = (slice(-50, None), slice(130))
    shape = (movie.height, movie.width, 4)
    frames = [np.frombuffer(one, np.uint8).reshape(shape)[..., :3].astype(int) for one in drawn]
    errors = [np.abs(frame - picture)[corner].mean() for frame in frames]
    assert int(np.argmin(errors)) == 6
    assert np.abs(frames[6] - picture).mean() < 1.5
