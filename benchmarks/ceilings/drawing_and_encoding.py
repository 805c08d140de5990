"""What nobody can be faster than: the encoding alone, and the drawing alone.

The limit of a movie is ``max(encode alone, (drawing CPU + encode CPU) / cores)``: the encoder is
one process and has to take every frame, and all work has to be done by the cores there are.
"""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cases import Case
from .measure import Clock

#: Kinds of drawing, as pseudo-contenders.
DRAWINGS = {"draw_full": "full", "draw_retained": "retained"}

#: The encoding, as a pseudo-contender.
ENCODE = "encode_alone"

#: Pseudo-contender that writes the raw frames for the encoder; not timed.
RAW = "raw_frames"

#: Most bytes of raw frames to put on the disk; what is missing is extrapolated.
RAW_BUDGET = 3 * 2**30


def unavailable(kind: str) -> str | None:
    """Say why framepipe cannot draw in full, or by keeping what it can; None if it can."""
    if kind == "full" or _has_choice():
        return None
    return "framepipe has no retained drawing"


def _has_choice() -> bool:
    from framepipe.drawing.factory import Job

    return "redraw" in inspect.signature(Job.painter).parameters


def draw(
    case: Case, frames: int, kind: str, each: Callable[[memoryview], Any] | None = None
) -> dict[str, Any]:
    """Draw every frame in this process, into one buffer, for no encoder.

    Parameters
    ----------
    case : Case
        What to draw.
    frames : int
        How many frames.
    kind : {"full", "retained"}
        How.
    each : callable, optional
        Called with every frame.

    Returns
    -------
    dict
        Wall and CPU seconds, those of the animation's own updates included.
    """
    from framepipe.drawing.factory import Job
    from framepipe.engines.system.resources import keep_freed_memory

    keep_freed_memory()  # as the workers do
    animation = case.build(frames)
    with Job(animation, None, independent=False, writer=None) as job:
        settings = job.frame_settings(
            dpi=None, codec="h264", suffix=".mp4", even=True, savefig_kwargs=None
        )
        painter = _painter(job, kind)
        out = memoryview(bytearray(settings.nbytes))
        painter.open()
        try:
            with Clock() as clock:
                for frame in range(frames):
                    painter.paint(frame, out)
                    if each is not None:
                        each(out)
        finally:
            painter.close()
    size = {"width": settings.width, "height": settings.height}
    return {**clock.facts(), **size, "frames": frames}


def _painter(job: Any, kind: str) -> Any:
    """Make a painter that draws in full, or keeps what it can, if there is the choice."""
    if _has_choice():
        return job.painter(redraw="full" if kind == "full" else "auto")
    return job.painter()


def prepare(case: Case, frames: int, raw: Path) -> dict[str, Any]:
    """Write the raw frames to a file, as many as there is room for.

    Returns
    -------
    dict
        How many ``frames`` there are, their ``width`` and ``height``, and ``argv``: the command by
        which `Animation.save` would encode them, reading the file instead of standard input.
    """
    from matplotlib.animation import FFMpegWriter

    class Arguments(FFMpegWriter):
        """matplotlib's own ffmpeg writer, set up and never started."""

        def _run(self) -> None:
            pass

    figure = case.build(1)._fig  # type: ignore[attr-defined]
    writer: Any = Arguments(**case.save)
    movie = raw.with_suffix(".mp4")
    writer.setup(figure, str(movie), figure.dpi)
    argv = [str(argument) for argument in writer._args()]
    argv[argv.index("pipe:")] = f"file:{raw}"
    width, height = writer.frame_size
    room = min(RAW_BUDGET, shutil.disk_usage(raw.parent).free // 2)
    kept = max(1, min(frames, room // (4 * width * height)))
    with open(raw, "wb", buffering=0) as file:
        draw(case, kept, "full", file.write)
    return {"frames": kept, "width": width, "height": height, "argv": argv, "movie": str(movie)}


def encode_alone(argv: list[str]) -> dict[str, Any]:
    """Run an encoder on a file, and nothing beside it; return its wall and CPU seconds.

    Raises
    ------
    RuntimeError
        If it failed.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"ffmpeg ended with {process.returncode}: {argv}")
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime}


def limit(encode: dict[str, float], drawing: dict[str, float], cores: int) -> float:
    """Return the shortest time, in seconds, in which a movie can be made.

    Parameters
    ----------
    encode, drawing : dict
        ``wall`` and ``cpu`` seconds of the encoding alone, and of the drawing alone.
    cores : int
        How many CPUs there are to use.
    """
    return max(encode["wall"], (drawing["cpu"] + encode["cpu"]) / cores)
