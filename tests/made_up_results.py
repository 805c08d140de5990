"""Results that nobody measured, for the tests of what is made of results."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread

from benchmarks.growth.cost_model import Costs
from benchmarks.measuring.ffmpeg import ffmpeg_path
from benchmarks.report.picture_style import WIDTH
from benchmarks.report.pictures import DPI

COSTS = Costs(
    begin=0.1,
    fork=0.002,
    open=0.1,
    update=0.0001,
    draw=0.008,
    main=0.0002,
    encode=0.004,
    encode_serial=0.001,
    encode_shared=0.003,
)


def measured(costs: Costs, workers: int, frames: int) -> dict[str, float]:
    """Return what would be measured if the model were right."""
    drawing = workers * (costs.open + frames * costs.update) + frames * costs.draw
    return {
        "workers": workers,
        "frames": frames,
        "worker_cpu": drawing,
        "main_cpu": costs.fork * workers + frames * costs.main,
        "encoder_cpu": costs.begin + frames * costs.encode,
        "update_share": workers * frames * costs.update / drawing,
    }


def median(wall: float, spread: float = 0.02, runs: int = 3) -> dict[str, Any]:
    low, high = (wall, wall) if runs < 2 else (wall * (1 - spread), wall * (1 + spread))
    return {"wall": wall, "fastest": low, "slowest": high, "cpu": 2 * wall, "runs": runs}


def case(**walls: float) -> dict[str, Any]:
    medians = {name: median(wall) for name, wall in walls.items()}
    for one in medians.values():
        one["sooner"] = walls["serial"] / one["wall"]
        one["of_limit"] = one["wall"] / 0.5
    report = {"update": 0.5, "draw": 2.0, "check": 0.1, "copy": 0.2, "encoder_cpu": 0.4}
    runs = [
        {"contender": name, "problem": None, "movie": {"report": report}}
        for name in walls
        if name != "serial"
    ]
    return {
        "frames": 100,
        "size": "640x480",
        "runs": runs,
        "medians": medians,
        "ceilings": {"encode_alone": median(0.4), "draw_retained": median(0.7)},
        "limits": {"full": 2.0, "retained": 0.5},
        "problems": {},
    }


def result(**cases: Any) -> dict[str, Any]:
    return {"schema": 1, "machine": {"cpu": "one", "usable_cores": 2}, "cases": cases}


BEFORE = result(pendulum=case(serial=10.0, pipe=1.0, pipe_full=4.0), grid=case(serial=5, pipe=1))


def assert_drawn(path: Path) -> None:
    """Look whether a picture is of its size and has something in it, in colour."""
    pixels = imread(path)[..., :3]
    assert pixels.shape[1] == WIDTH * DPI
    coloured = np.ptp(pixels, axis=2) > 0.2
    assert 0.001 < coloured.mean() < 0.9
    # And everywhere: ink in each quarter of it.
    height, width = (size // 2 for size in pixels.shape[:2])
    for part in (pixels[:height, :width], pixels[height:, :width], pixels[:height, width:]):
        assert part.min() < 0.5


def movie(path: Path, *, frames: int = 8, size: str = "64x48", source: str = "testsrc") -> Path:
    made = ["-f", "lavfi", "-i", f"{source}=size={size}:rate=30", "-frames:v", str(frames)]
    silent = ["-nostdin", "-loglevel", "error"]
    subprocess.run([ffmpeg_path(), *silent, *made, "-y", str(path)], check=True)
    return path
