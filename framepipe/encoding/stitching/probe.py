"""Probe a movie file: how many frames it has, and when each is shown.

By ffmpeg itself, since imageio-ffmpeg brings no ffprobe: its ``framecrc`` format prints a line for
each packet, with its time stamps, and decodes nothing when packets are copied.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...errors import StitchError
from ..process import run_program, stderr_tail

#: What ffmpeg prints for a time that a container does not hold.
_NO_TIME = -(2**63)


@dataclass(frozen=True, slots=True)
class PacketTimes:
    """The time stamps of the packets in a movie's video stream.

    Parameters
    ----------
    tick : Fraction
        Seconds a time stamp counts in.
    times : list of int
        Presentation time of each, in ticks, in the order they are stored in.
    untimed : bool
        Whether the container holds no presentation times.
    """

    tick: Fraction
    times: list[int]
    untimed: bool

    def positions(self, duration: Fraction) -> list[int]:
        """Return each packet's position on a grid of frames of that duration, in seconds."""
        return [round(time * self.tick / duration) for time in self.times]


def frame_duration(ffmpeg: str, fps: object) -> Fraction:
    """Return the duration of a frame, in seconds, exactly as ffmpeg understands a frame rate.

    Parameters
    ----------
    ffmpeg : str
        The program.
    fps : number or str
        As it is given to ``-framerate``: 33.333333333333336 becomes 100/3 there, 29.97 stays
        2997/100 (ffmpeg 9.0.2).

    Raises
    ------
    StitchError
        If ffmpeg does not say.
    """
    raw = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "1x1", "-framerate", str(fps))
    tail = ("-i", "pipe:", "-c", "copy", "-f", "framecrc", "-")
    done = run_program(ffmpeg, "-loglevel", "error", *raw, *tail, stdin=b"\0")
    return _tick(done)


def read_packet_times(ffmpeg: str, *source: str, cwd: str | None = None) -> PacketTimes:
    """Read the time stamps of the first video stream's packets; nothing is decoded.

    Parameters
    ----------
    ffmpeg : str
        The program.
    *source : str
        Arguments that name the input, up to ``-i`` and the file.
    cwd : str, optional
        Folder to run in.

    Raises
    ------
    StitchError
        If it cannot be read.
    """
    copy = ("-map", "0:v:0", "-c", "copy", "-copyts", "-f", "framecrc", "-")
    done = run_program(ffmpeg, "-nostdin", "-loglevel", "error", *source, *copy, cwd=cwd)
    tick = _tick(done)
    rows = [
        line.split(",") for line in done.stdout.decode().splitlines() if not line.startswith("#")
    ]
    times = [int(row[2]) for row in rows]
    untimed = any(time == _NO_TIME for time in times)
    if untimed:
        times = [int(row[1]) for row in rows]  # the order they are decoded in is all there is
    return PacketTimes(tick, times, untimed)


def _tick(done: subprocess.CompletedProcess[bytes]) -> Fraction:
    """Return the time base that framecrc prints for stream 0."""
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("#tb 0:"):
            return Fraction(line.split()[-1])
    raise StitchError(f"ffmpeg could not read the time stamps of a movie: {stderr_tail(done)}")


def check_movie(
    ffmpeg: str, path: str | os.PathLike[str], duration: Fraction, counts: Sequence[int]
) -> list[int]:
    """Check that a joined movie is whole.

    Parameters
    ----------
    ffmpeg : str
        The program.
    path : path-like
        The movie.
    duration : Fraction
        Seconds that each frame must be shown for.
    counts : sequence of int
        How many frames came from each segment.

    Returns
    -------
    list of int
        Which frame each packet is, in the order in which they are stored; empty where a container
        keeps no times.

    Raises
    ------
    StitchError
        If it has other frames, or shows one at another time.
    """
    frames = sum(counts)
    found = read_packet_times(ffmpeg, "-i", f"file:{os.fspath(path)}")
    if len(found.times) != frames:
        raise StitchError(
            f"the joined movie has {len(found.times)} frames; its {len(counts)} segments have "
            f"{frames}"
        )
    if found.untimed:
        return []
    times = sorted(found.times)
    # A container rounds to its own ticks, and may begin a little late.
    for position, time in enumerate(times):
        wrong = abs((time - times[0]) * found.tick - position * duration)
        if wrong > found.tick:
            block = _block_of(position, counts)
            raise StitchError(
                f"the joined movie shows frame {position} (of segment {block}) "
                f"{float(wrong) * 1000:.1f} ms off its time"
            )
    positions = found.positions(duration)
    first = min(positions, default=0)
    return [position - first for position in positions]


def _block_of(position: int, counts: Sequence[int]) -> int:
    """Return which segment a frame of the whole came from."""
    for block, count in enumerate(counts):
        if position < count:
            return block
        position -= count
    return len(counts) - 1
