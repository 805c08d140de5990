"""What is measured around one call: wall time, and CPU time of the process and its children."""

from __future__ import annotations

import dataclasses
import gc
import resource
import time
import warnings
from pathlib import Path
from typing import Any, Self

from .cases import Case


def cpu_seconds() -> float:
    """Return the CPU seconds used by this process and by its children that are over."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


class Clock:
    """Measures what happens between entering and leaving it.

    Attributes
    ----------
    wall, cpu : float
        Seconds.  CPU time is that of the whole process tree, as long as every process in it was
        waited for.
    """

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> Self:
        gc.collect()
        self._cpu = cpu_seconds()
        self._begin = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._begin
        self.cpu = cpu_seconds() - self._cpu

    def facts(self) -> dict[str, Any]:
        """Return both, by name."""
        return {"wall": self.wall, "cpu": self.cpu}


def encode(case: Case, path: Path, frames: int, **options: Any) -> dict[str, Any]:
    """Run `framepipe.encode` on a case.

    Parameters
    ----------
    case : Case
        What to draw.
    path : Path
        The movie.
    frames : int
        How many frames.
    **options
        Further keyword arguments for `framepipe.encode`.

    Returns
    -------
    dict
        Wall and CPU seconds, frames, the `Movie` as a dict, and what it warned of (that it began
        again, for one).
    """
    import framepipe

    animation = case.build(frames)
    with warnings.catch_warnings(record=True) as warned, Clock() as clock:
        movie = framepipe.encode(animation, path, **case.save, **options)
    return {
        **clock.facts(),
        "frames": movie.frames,
        "movie": dataclasses.asdict(movie),
        "warnings": [str(one.message) for one in warned],
    }
