"""A GIF in two steps is the one that ffmpeg would make in one with all frames in memory."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from clips import FFMPEG, everything_in
from PIL import Image, ImageSequence

from framepipe.encoding.command import Encoding
from framepipe.encoding.factory import EncoderFactory
from framepipe.errors import EncoderError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no select on pipes there")

WIDTH, HEIGHT, FRAMES = 96, 64, 12


def frames(count: int = FRAMES) -> list[bytes]:
    """A gradient that moves, whose last third has colours that the others lack."""
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    found = []
    for number in range(count):
        picture = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
        picture[..., 0] = (2 * x + 9 * number) % 256
        picture[..., 1] = 3 * y
        picture[..., 2] = 250 if number >= 2 * count // 3 else 40
        found.append(picture.tobytes())
    return found


def make(
    output: Path, fps: float = 25, count: int = FRAMES, *extra_args: str,
    hold: float = 0, loop: int = 0,
) -> None:  # fmt: skip
    encoding = Encoding(fps, "h264", -1, extra_args, {}, hold, loop)
    with EncoderFactory(encoding, WIDTH, HEIGHT, ".gif").whole_movie(str(output)) as encoder:
        encoder.start()
        for frame in frames(count):
            encoder.offer(memoryview(frame))
            while not encoder.pump():
                select.select([], [encoder.fileno()], [], 10)
        assert encoder.finish() == encoder.finish()


@pytest.mark.parametrize("fps", [25, 30, 7.3, 30000 / 1001, 50])
def test_it_is_the_gif_of_one_step_to_the_byte(fps: float, tmp_path: Path) -> None:
    make(tmp_path / "two.gif", fps)
    graph = "split [a][b];[a] palettegen [p];[b][p] paletteuse=dither=none"
    raw = ["-f", "rawvideo", "-s", f"{WIDTH}x{HEIGHT}", "-pix_fmt", "rgba", "-framerate", str(fps)]
    subprocess.run(
        [FFMPEG, "-v", "error", *raw, "-i", "-", "-filter_complex", graph, tmp_path / "one.gif"],
        input=b"".join(frames()), check=True,
    )  # fmt: skip
    assert (tmp_path / "two.gif").read_bytes() == (tmp_path / "one.gif").read_bytes()
    assert everything_in(tmp_path) == {"one.gif", "two.gif"}


def delays(path: Path) -> list[int]:
    """How long each frame is shown, in ms."""
    with Image.open(path) as image:
        return [frame.info["duration"] for frame in ImageSequence.Iterator(image)]


def test_frames_are_shown_as_fast_as_asked_for_on_average(tmp_path: Path) -> None:
    make(tmp_path / "m.gif", 30, 30)
    shown = delays(tmp_path / "m.gif")
    assert set(shown) == {30, 40}
    assert sum(shown) == 1000


def test_they_are_never_shown_faster_than_browsers_would(tmp_path: Path) -> None:
    make(tmp_path / "m.gif", 60)
    assert delays(tmp_path / "m.gif") == [20] * FRAMES


def test_the_last_frame_is_held(tmp_path: Path) -> None:
    make(tmp_path / "m.gif", hold=0.4)
    assert sum(delays(tmp_path / "m.gif")) == 40 * FRAMES + 400


@pytest.mark.parametrize(("loop", "again"), [(0, 0), (1, None), (3, 2)])
def test_how_often_it_is_played(loop: int, again: int | None, tmp_path: Path) -> None:
    make(tmp_path / "m.gif", loop=loop)
    with Image.open(tmp_path / "m.gif") as image:
        assert image.info.get("loop") == again


def test_its_memory_does_not_grow_with_the_number_of_frames(tmp_path: Path) -> None:
    """As it would by a frame of 24,576 bytes with each one: 24 MB in the end."""
    encoding = Encoding(25, "h264", -1, (), {})
    most = {}
    for count in (100, 1100):
        factory = EncoderFactory(encoding, WIDTH, HEIGHT, ".gif")
        with factory.whole_movie(str(tmp_path / "m.gif")) as encoder:
            encoder.start()
            used = 0
            for number in range(count):
                encoder.offer(memoryview(frames(1)[0]))
                while not encoder.pump():
                    select.select([], [encoder.fileno()], [], 10)
                if number > count - 10:
                    used = max(used, psutil.Process(encoder.pid).memory_info().rss)
            encoder.finish()
        most[count] = used
    assert most[1100] < most[100] + 8e6


def test_when_the_second_step_fails_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="does not know one of its arguments") as caught:
        make(tmp_path / "m.gif", 25, FRAMES, "-nonsense", "1")
    assert "paletteuse" in str(caught.value)
    assert everything_in(tmp_path) == set()


def test_stopped_midway_it_leaves_nothing(tmp_path: Path) -> None:
    encoding = Encoding(25, "h264", -1, (), {})
    encoder = EncoderFactory(encoding, WIDTH, HEIGHT, ".gif").whole_movie(str(tmp_path / "m.gif"))
    with encoder:
        encoder.start()
        encoder.offer(memoryview(frames(1)[0]))
        assert encoder.pump()
        assert len(everything_in(tmp_path)) > 1
    assert everything_in(tmp_path) == set()
