"""The encoding alone: the ffmpeg command of `Animation.save`, reading raw frames from a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from ..cases.case import Case
from .drawing_alone import draw

#: The encoding, as a pseudo-contender.
ENCODE = "encode_alone"

#: Pseudo-contender that writes the raw frames for the encoder; not timed.
RAW = "raw_frames"

#: Most bytes of raw frames to put on the disk; what is missing is extrapolated.
RAW_BUDGET = 3 * 2**30


def write_raw_frames(case: Case, frames: int, raw: Path) -> dict[str, Any]:
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
