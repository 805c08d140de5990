"""How segments scale with Dask workers on this machine: ``python -m benchmarks --dask``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from ..cases import CASES

CASE = "pendulum"
FRAMES, REPEAT = 600, 3
QUICK_FRAMES = 100


def measure(frames: int, repeat: int, cores: int) -> dict[str, Any]:
    """Encode through clusters of 1 to 2 x cores workers of one thread, in turns.

    Parameters
    ----------
    frames : int
        Of each movie.
    repeat : int
        Rounds.
    cores : int
        CPUs there are to use.

    Returns
    -------
    dict
        Seconds of every run by number of workers (0: the ordered pipe of the same machine), and
        the frames.
    """
    import distributed

    import framepipe

    dask: Any = distributed  # only half of its functions have types

    counts = sorted({1, 2, cores, 2 * cores})
    runs: dict[int, list[float]] = {count: [] for count in (0, *counts)}
    case = CASES[CASE]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "movie.mp4")
        for _ in range(repeat):
            for count in runs:
                if not count:
                    runs[0].append(framepipe.encode(case.build(frames), path, **case.save).seconds)
                    continue
                with (
                    dask.LocalCluster(
                        n_workers=count, threads_per_worker=1, dashboard_address=None
                    ) as cluster,
                    dask.Client(cluster) as client,
                ):
                    begin = time.perf_counter()
                    movie = framepipe.encode(
                        case.build(frames),
                        path,
                        mode=framepipe.Segments(executor=client),
                        **case.save,
                    )
                    runs[count].append(time.perf_counter() - begin)
                    if movie.frames != frames:
                        raise RuntimeError(f"{movie.frames} frames instead of {frames}")
    return {"case": CASE, "frames": frames, "seconds": runs, "cores": cores}
