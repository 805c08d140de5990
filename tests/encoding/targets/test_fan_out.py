"""Every frame to every encoder, at the pace of the slowest."""

from __future__ import annotations

import select
import sys
import time
from pathlib import Path

import pytest

from framepipe.encoding.encoder import Encoder
from framepipe.encoding.targets.fan_out import FanOut
from framepipe.errors import EncoderError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no select on pipes there")

FRAME = bytes(range(256)) * (3 << 12)  # 3 MiB: three times what a pipe holds


def copies_to(path: Path, pause: float = 0.0) -> Encoder:
    """A program that writes down what it is given, and takes its time."""
    code = (
        f"import sys, time\nout = open({str(path)!r}, 'wb')\n"
        f"while data := sys.stdin.buffer.read(1 << 18): out.write(data); time.sleep({pause})"
    )
    return Encoder([sys.executable, "-S", "-c", code])


def feed(sink: FanOut, frame: bytes, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    sink.offer(memoryview(frame))
    while not sink.pump():
        select.select([], [sink.fileno()], [], 1)
        assert time.monotonic() < deadline


def test_all_get_all_frames_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / str(i) for i in range(3)]
    pauses = [0.0, 0.01, 0.002]
    with FanOut([copies_to(*both) for both in zip(paths, pauses, strict=True)]) as sink:
        sink.start()
        assert len(sink.fds) == 6
        for number in range(4):
            feed(sink, bytes([number]) + FRAME)
        sink.check()
        sink.finish()
    whole = b"".join(bytes([number]) + FRAME for number in range(4))
    assert all(path.read_bytes() == whole for path in paths)


def test_the_one_to_wait_for_is_one_that_has_no_room(tmp_path: Path) -> None:
    quick, slow = copies_to(tmp_path / "q"), copies_to(tmp_path / "s", 0.2)
    with FanOut([quick, slow]) as sink:
        sink.start()
        sink.offer(memoryview(FRAME))
        deadline = time.monotonic() + 20
        while not sink.pump():
            if sink.fileno() == slow.fileno():
                break
            assert time.monotonic() < deadline
        assert sink.fileno() == slow.fileno()


def test_one_that_cannot_be_started_stops_the_others(tmp_path: Path) -> None:
    first = copies_to(tmp_path / "a")
    sink = FanOut([first, Encoder(["/nowhere/ffmpeg"])])
    with pytest.raises(EncoderError, match="could not be started"):
        sink.start()
    assert first.fds == ()


@pytest.mark.slow
def test_one_that_fails_at_the_end_stops_the_others(tmp_path: Path) -> None:
    bad = Encoder([sys.executable, "-S", "-c", "import sys; sys.stdin.buffer.read(); sys.exit(3)"])
    slow = copies_to(tmp_path / "s", 0.5)
    with FanOut([bad, slow]) as sink:
        sink.start()
        feed(sink, FRAME)
        with pytest.raises(EncoderError, match="exit code 3"):
            sink.finish()
        assert slow.fds == ()
        assert bad.fds == ()
