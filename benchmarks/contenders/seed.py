"""The naive scheme: blocks of frames in processes, each saved by itself, joined by ffmpeg.

Right only for animations whose frames need no history, which the cases here all are.  Every block
begins its own movie for the encoder, so the decoded frames are not quite those of one encode.
"""

from __future__ import annotations

import itertools
import multiprocessing
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.clock import Clock

NAME = "seed"
promises_identity = False
drawing = "full"


def available() -> str | None:
    """Return what is missing: fork."""
    return None if sys.platform == "linux" else "needs fork"


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Save a block for each CPU, and join them."""
    import matplotlib as mpl

    from framepipe.engines.system.resources import usable_cpus

    animation = case.build(frames)
    blocks = min(usable_cpus(), frames)
    edges = [frames * block // blocks for block in range(blocks + 1)]
    parts = [path.with_name(f"{path.stem}-{block}{path.suffix}") for block in range(blocks)]
    playlist = path.with_suffix(".txt")
    with Clock() as clock:
        context = multiprocessing.get_context("fork")
        processes = [
            context.Process(target=_save_block, args=(animation, range(*edge), part, case.save))
            for edge, part in zip(itertools.pairwise(edges), parts, strict=True)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            if process.exitcode:
                raise RuntimeError(f"a block's process ended with exit code {process.exitcode}")
        playlist.write_text("".join(f"file '{part}'\n" for part in parts))
        join = ["-f", "concat", "-safe", "0", "-i", str(playlist), "-c", "copy", "-y", str(path)]
        subprocess.run(
            [mpl.rcParams["animation.ffmpeg_path"], "-nostdin", "-loglevel", "error", *join],
            check=True,
        )
    for file in (*parts, playlist):
        file.unlink()
    return {**clock.facts(), "frames": frames, "blocks": blocks}


def _save_block(animation: Any, block: range, part: Path, save: dict[str, Any]) -> None:
    """Save only these frames, in a process of our own."""
    animation._iter_gen = lambda: iter(block)
    animation._save_count = len(block)
    animation.save(part, writer="ffmpeg", **save)
