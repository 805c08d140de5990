"""Look into a movie file: how many frames it has, and when each is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...errors import StitchError
from ..process import end, start

#: What ffmpeg prints for a time that a container does not hold.
_NO_TIME = -(2**63)


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of a movie's video stream.

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


def ask(
    program: str, *arguments: str, cwd: str | None = None, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, out of the terminal's reach, and keep what it says."""
    options: dict[str, Any] = {} if sys.platform == "win32" else {"process_group": 0}
    started: list[subprocess.Popen[bytes]] = []
    pipe = subprocess.PIPE
    try:
        start(
            started, [program, *arguments],
            stdin=pipe, stdout=pipe, stderr=pipe, cwd=cwd, **options,
        )  # fmt: skip
        said, complained = started[0].communicate(given)
        return subprocess.CompletedProcess(started[0].args, started[0].returncode, said, complained)
    finally:
        for popen in started:
            end(popen)


def words(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the end of what a program had to say."""
    return done.stderr.decode(errors="replace").strip()[-2000:]


def frame_duration(ffmpeg: str, fps: object) -> Fraction:
    """Return the duration of a frame, in seconds, exactly as ffmpeg understands a frame rate.

    Parameters
    ----------
    ffmpeg : str
        The program.
    fps : number or str
        As it is given to ``-framerate``: 29.97 becomes 30000/1001 there, 33.333 becomes 100/3.

    Raises
    ------
    StitchError
        If ffmpeg does not say.
    """
    raw = ("-f", "rawvideo", "-pix_fmt", "gray", "-s", "1x1", "-framerate", str(fps))
    tail = ("-i", "pipe:", "-c", "copy", "-f", "framecrc", "-")
    done = ask(ffmpeg, "-loglevel", "error", *raw, *tail, given=b"\0")
    return _tick(done)


def packets(ffmpeg: str, *source: str, cwd: str | None = None) -> Packets:
    """List the packets of the first video stream.

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
    done = ask(ffmpeg, "-nostdin", "-loglevel", "error", *source, *copy, cwd=cwd)
    tick = _tick(done)
    rows = [
        line.split(",") for line in done.stdout.decode().splitlines() if not line.startswith("#")
    ]
    times = [int(row[2]) for row in rows]
    untimed = any(time == _NO_TIME for time in times)
    if untimed:
        times = [int(row[1]) for row in rows]  # the order they are decoded in is all there is
    return Packets(tick, times, untimed)


def _tick(done: subprocess.CompletedProcess[bytes]) -> Fraction:
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("#tb 0:"):
            return Fraction(line.split()[-1])
    raise StitchError(f"ffmpeg could not read a movie that was to be looked into: {words(done)}")


def check_movie(
    ffmpeg: str, path: str | os.PathLike[str], duration: Fraction, counts: Sequence[int]
) -> None:
    """See that a joined movie is whole.

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

    Raises
    ------
    StitchError
        If it has other frames, or shows one at another time.
    """
    frames = sum(counts)
    found = packets(ffmpeg, "-i", f"file:{os.fspath(path)}")
    if len(found.times) != frames:
        raise StitchError(
            f"the joined movie has {len(found.times)} frames; its {len(counts)} segments have "
            f"{frames}"
        )
    if found.untimed:
        return
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


def _block_of(position: int, counts: Sequence[int]) -> int:
    for block, count in enumerate(counts):
        if position < count:
            return block
        position -= count
    return len(counts) - 1
