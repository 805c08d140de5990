"""How much less x264 uses with ``-preset veryfast``: ``python -m benchmarks.ceilings.preset``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from framepipe.encoding.find import find_ffmpeg

from ..cases import CASES
from .encoding_alone import encode_alone, write_raw_frames

#: What is encoded, and how many frames of it.
NAMES, FRAMES, ROUNDS = ("pendulum", "grid", "imshow", "line_1080p"), 30, 3


def compare_presets(name: str, folder: Path) -> dict[str, float]:
    """Return what ``veryfast`` takes as a share of what the default takes: CPU, wall and bytes.

    The two in turn, medians.
    """
    found = write_raw_frames(CASES[name], FRAMES, folder / "raw")
    argv, movie = [find_ffmpeg(None), *found["argv"][1:]], Path(found["movie"])
    at = argv.index("-vcodec", argv.index("-i")) + 2
    ways: dict[str, Sequence[str]] = {
        "default": argv,
        "veryfast": [*argv[:at], "-preset", "veryfast", *argv[at:]],
    }
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, command in ways.items():
            run = encode_alone(list(command))
            runs[way].append({**run, "bytes": movie.stat().st_size})
    return {
        key: median(run[key] for run in runs["veryfast"])
        / median(run[key] for run in runs["default"])
        for key in ("cpu", "wall", "bytes")
    }


def main() -> None:
    """Print a line for each case."""
    for name in sys.argv[1:] or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            shares = compare_presets(name, Path(folder))
        told = ", ".join(f"{key} {share:.2f}" for key, share in shares.items())
        print(f"{name}: {told}", flush=True)


if __name__ == "__main__":
    main()
