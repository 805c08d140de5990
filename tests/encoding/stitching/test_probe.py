"""What is read from a movie: time stamps, and whether it is whole."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from clips import FFMPEG

from framepipe.encoding.stitching.probe import (
    PacketTimes,
    check_movie,
    frame_duration,
    read_packet_times,
)
from framepipe.errors import StitchError


def movie(path: Path, frames: int, *arguments: str, fps: str = "25") -> Path:
    """A movie of ffmpeg's own test picture."""
    source = ["-f", "lavfi", "-i", f"testsrc=size=64x48:rate={fps}"]
    command = [FFMPEG, "-v", "error", *source, "-frames:v", str(frames), *arguments, "-y"]
    subprocess.run([*command, str(path)], check=True)
    return path


@pytest.mark.parametrize(
    ("fps", "seconds"),
    [
        (25, Fraction(1, 25)),
        (30000 / 1001, Fraction(1001, 30000)),
        ("30000/1001", Fraction(1001, 30000)),
        (1000 / 30, Fraction(3, 100)),
        (0.5, Fraction(2)),
    ],
)
def test_a_frame_lasts_as_long_as_ffmpeg_makes_it(fps: object, seconds: Fraction) -> None:
    assert frame_duration(FFMPEG, fps) == seconds


def test_a_rate_that_ffmpeg_does_not_take() -> None:
    with pytest.raises(StitchError, match="time stamps"):
        frame_duration(FFMPEG, "often")


def test_packets_are_listed_in_the_order_they_are_stored_in(tmp_path: Path) -> None:
    path = movie(tmp_path / "m.mp4", 12, "-c:v", "libx264", "-bf", "2", "-pix_fmt", "yuv420p")
    found = read_packet_times(FFMPEG, "-i", str(path))
    assert not found.untimed
    positions = found.positions(Fraction(1, 25))
    assert sorted(positions) == list(range(12))
    assert positions != sorted(positions)  # B-frames are stored after what they refer to


def test_a_container_without_times(tmp_path: Path) -> None:
    path = movie(tmp_path / "m.avi", 12, "-c:v", "libx264", "-bf", "2")
    found = read_packet_times(FFMPEG, "-i", str(path))
    assert found.untimed
    assert len(found.times) == 12


def test_a_file_that_is_no_movie(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    path.write_bytes(b"no movie")
    with pytest.raises(StitchError, match="could not read"):
        read_packet_times(FFMPEG, "-i", str(path))


def test_positions_are_rounded_to_whole_frames() -> None:
    times = PacketTimes(Fraction(1, 1000), [0, 33, 67, 100], untimed=False)
    assert times.positions(Fraction(1, 30)) == [0, 1, 2, 3]


def test_a_whole_movie_and_one_that_lacks_a_frame(tmp_path: Path) -> None:
    path = movie(tmp_path / "m.mkv", 10, "-c:v", "ffv1")
    check_movie(FFMPEG, path, Fraction(1, 25), [4, 6])
    with pytest.raises(StitchError, match=r"has 10 frames; its 2 segments have 11"):
        check_movie(FFMPEG, path, Fraction(1, 25), [5, 6])


def test_a_frame_at_a_wrong_time_is_named_with_its_segment(tmp_path: Path) -> None:
    late = "settb=1/1000,setpts=PTS+gte(N\\,6)*20"
    ticks = ("-fps_mode", "passthrough", "-enc_time_base", "1/1000")
    path = movie(tmp_path / "m.mkv", 10, "-vf", late, *ticks, "-c:v", "ffv1")
    with pytest.raises(StitchError, match=r"frame 6 \(of segment 1\) 20\.0 ms"):
        check_movie(FFMPEG, path, Fraction(1, 25), [4, 6])
