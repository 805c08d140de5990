"""Whether memory and descriptors stay flat over a long movie.

``python -m benchmarks --memory`` encodes 5,000 frames of 320x240 and looks at every process on the
way.  What was there at the first look (frame 500) may not grow by 2 MiB.  ffmpeg's memory comes and
goes by a few MiB with the number of frames in its own queues, so there it is the trend (the rise of
a straight line through all looks) that counts, and 4 MiB that it may not reach: ffmpeg alone,
reading the same frames from a file, rose by 2 to 3 MiB while it filled its pools and its index.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from ..cases import CASES
from ..measuring.ffmpeg import same_defaults
from ..measuring.fresh_process import launch, tell

FRAMES = 5000
QUICK_FRAMES = 1500  # fewer, and the encoder is still filling its queues at the first look

#: We look when this share of the frames has been encoded, and then as often as it says.
FIRST, EVERY = 1 / 10, 1 / 50

#: Bytes of resident memory by which a process may grow after the first look.
ALLOWED = 2 * 2**20

#: The same for ffmpeg, of its trend.
ALLOWED_FFMPEG = 4 * 2**20


def sample(frames: int) -> dict[str, Any]:
    """Encode in this process, and look at all processes on the way.

    Returns
    -------
    dict
        ``samples``: for every look the frame, and for every process its resident and proportional
        memory in bytes and its number of descriptors.
    """
    import framepipe

    looks: list[dict[str, Any]] = []
    first, every = max(1, int(frames * FIRST)), max(1, int(frames * EVERY))

    def progress(frame: int, _total: int | None) -> None:
        if frame + 1 >= first and (frame + 1 - first) % every == 0:
            looks.append({"frame": frame + 1, "processes": _look()})

    case = CASES["long"]
    animation = case.build(frames)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        movie = framepipe.encode(
            animation, Path(folder) / "long.mp4", **case.save, progress_callback=progress
        )
    return {"frames": movie.frames, "workers": movie.workers, "samples": looks}


def _look() -> dict[str, dict[str, int]]:
    """Measure this process and its children, named by what they are."""
    import psutil

    me = psutil.Process()
    seen = {}
    for process in (me, *me.children(recursive=True)):
        try:
            # Where a child came from by fork it shows our command line, ffmpeg its own.
            kind = "ffmpeg" if "ffmpeg" in Path(process.exe()).name else "worker"
            memory = process.memory_full_info()
            facts = {"rss": memory.rss, "fds": process.num_fds()}
        except psutil.NoSuchProcess:
            continue
        if (proportional := getattr(memory, "pss", None)) is not None:
            facts["pss"] = proportional
        seen["main" if process == me else f"{kind} {process.pid}"] = facts
    return seen


def growth(samples: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Work out, for every process, what it had at first and by how much that grew.

    Parameters
    ----------
    samples : list of dict
        As `sample` returns them.

    Returns
    -------
    dict of dict
        By process: the first values, the largest growth of each after that, the trend of its
        resident memory, and whether it is ``flat``: less than `ALLOWED` (for ffmpeg, see above),
        and not one descriptor more.
    """
    series: dict[str, list[dict[str, int]]] = {}
    for one in samples:
        for name, facts in one["processes"].items():
            series.setdefault(name, []).append(facts)
    found: dict[str, dict[str, Any]] = {}
    for name, values in series.items():
        grown = {
            key: max((value[key] - values[0][key] for value in values[1:]), default=0)
            for key in values[0]
        }
        trend = _rise([value["rss"] for value in values])
        ffmpeg = name.startswith("ffmpeg")
        steady = trend < ALLOWED_FFMPEG if ffmpeg else grown["rss"] < ALLOWED
        found[name] = {
            "first": values[0],
            "grown": grown,
            "trend": trend,
            "looks": len(values),
            "flat": steady and grown["fds"] <= 0,
        }
    return found


def _rise(values: list[int]) -> float:
    """Return by how much a straight line through the values rises from the first to the last."""
    if len(values) < 2:
        return 0.0
    steps = range(len(values))
    return statistics.linear_regression(steps, values).slope * (len(values) - 1)


def measure(frames: int = FRAMES) -> dict[str, Any]:
    """Sample in a fresh process, and judge."""
    tell(f"memory: {frames} frames, which takes a while")
    facts = launch(["benchmarks.growth.memory_growth", "--frames", str(frames)])
    processes = growth(facts["samples"])
    # A process that came or went on the way (a worker that died) is not flat, whatever it had.
    looks = len(facts["samples"])
    whole = looks > 1 and all(one["looks"] == looks for one in processes.values())
    flat = whole and all(one["flat"] for one in processes.values())
    return {**facts, "processes": processes, "allowed": ALLOWED, "flat": flat}


def main() -> None:
    """Sample, for `measure`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth.memory_growth")
    parser.add_argument("--frames", type=int, default=FRAMES)
    options = parser.parse_args()
    same_defaults()
    print(json.dumps(sample(options.frames)))


if __name__ == "__main__":
    main()
