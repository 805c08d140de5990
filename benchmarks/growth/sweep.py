"""How time grows: with workers, frames, size and artists; and what more cores would do.

``python -m benchmarks --scaling`` changes one thing at a time around a base (one moving line,
640x480, 300 frames, a worker for every core); every point is a fresh process, points take turns,
and every movie's frames are counted.  Medians get a straight line each (see
`benchmarks.growth.cost_model`), and the costs that follow from them a forecast for machines with
more cores; the share of the encoder's work that more cores speed up is measured by letting it use
1, 2, 4, ... of those here.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..ceilings.encoding_alone import encode_alone
from ..measuring.decoded_movie import decode, problem
from ..measuring.ffmpeg import ffmpeg_path
from ..measuring.fresh_process import RunFailed, launch, tell
from .core_simulation import simulate
from .cost_model import Costs, enough_cores, estimate, fit, predict
from .sweep_point import Point

#: Seconds after which no other round begins.
BUDGET = 540.0

#: Numbers of cores to forecast, besides those of this machine.
FORECAST = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True)
class Plan:
    """What to measure.

    Parameters
    ----------
    base : int
        Frames of the base case.
    few : int
        Frames of the movies that grow in size and artists: enough to tell, and done in time.
    frames : tuple of int
        Numbers of frames.
    sizes : tuple of tuple of int
        Widths and heights.
    artists : tuple of int
        Numbers of lines.
    repeat : int
        Rounds.
    """

    base: int
    few: int
    frames: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]
    artists: tuple[int, ...]
    repeat: int

    def series(self, cores: int) -> dict[str, list[Point]]:
        """Return the points of every series, smallest first, for a machine of so many cores."""
        base = Point(cores, self.base)
        few = replace(base, frames=self.few)
        return {
            "workers": [replace(base, workers=count) for count in worker_counts(cores)],
            "frames": [replace(base, frames=frames) for frames in self.frames],
            "size": [replace(few, width=wide, height=high) for wide, high in self.sizes],
            "artists": [replace(few, artists=artists) for artists in self.artists],
        }


SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080), (3840, 2160))
FULL = Plan(300, 100, (100, 300, 1000, 2500, 5000), SIZES, (1, 10, 30, 100, 300, 1000), 3)
QUICK = Plan(100, 50, (50, 100, 200, 400), SIZES[:3], (1, 10, 100), 1)


def worker_counts(cores: int) -> list[int]:
    """Return 1 to twice the cores: all numbers if they are few, else doublings."""
    if cores <= 4:
        return list(range(1, 2 * cores + 1))
    doublings = [2**k for k in range(cores.bit_length()) if 2**k < cores]
    return [*doublings, cores, 2 * cores]


def measure(
    cores: int,
    plan: Plan,
    until: float = BUDGET,
    run: Callable[[Point], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Run all points in turn, and work out lines, costs and forecasts.

    Parameters
    ----------
    cores : int
        CPUs there are to use.
    plan : Plan
        What to measure.
    until : float
        Seconds after which no further round begins.
    run : callable, optional
        Makes a point's movie and returns the facts; in a fresh process when left out.

    Returns
    -------
    dict
        ``points`` (each with the series it belongs to, medians and every run), ``encoder`` (alone,
        by cores), ``fits``, ``costs``, ``forecast``, ``enough`` and ``problems``.
    """
    series = plan.series(cores)
    points = list(dict.fromkeys(point for group in series.values() for point in group))
    runs: dict[Point, list[dict[str, Any]]] = {point: [] for point in points}
    alone: dict[int, list[float]] = {}
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        take = run or (lambda point: _make(point, Path(folder, "movie.mp4")))
        raw = _launch(Point(1, plan.base), Path(folder, "frames.rgba"), "--raw")
        for turn in range(1, plan.repeat + 1):
            started = time.monotonic()
            for point in points:
                facts = _noted(take, point)
                runs[point].append(facts)
                shown = (
                    f"NOT COUNTED: {facts['problem']}" if facts["problem"] else _s(facts["wall"])
                )
                tell(f"scaling {turn}/{plan.repeat} {point}: {shown}")
            for count in _encoder_cores(cores):
                with only(count):
                    spent = encode_alone(raw["argv"])
                # On one core they are the same, but for other programs on that core.
                seconds = spent["cpu" if count == 1 else "wall"]
                alone.setdefault(count, []).append(seconds / raw["frames"])
            now = time.monotonic()
            if now - begin + (now - started) > until and turn < plan.repeat:
                tell(f"scaling: {turn} rounds in {now - begin:.0f} s, no time for another")
                break
    # The fastest, for it is the machine's ability that is asked for, and not how busy it is.
    encoder = {count: min(seconds) for count, seconds in alone.items()}
    return conclude(series, runs, encoder, cores, plan)


def conclude(
    series: Mapping[str, list[Point]],
    runs: Mapping[Point, list[dict[str, Any]]],
    encoder: Mapping[int, float],
    cores: int,
    plan: Plan,
) -> dict[str, Any]:
    """Make lines, costs and forecasts of the runs; a point with a wrong movie has none.  Pure."""
    found: dict[str, Any] = {"cores": cores, "base": plan.base, "few": plan.few}
    points = []
    for point, group in runs.items():
        wrong = [facts["problem"] for facts in group if facts["problem"]]
        belongs = [name for name, members in series.items() if point in members]
        about = {
            **asdict(point),
            "series": belongs,
            "runs": group,
            "problem": next(iter(wrong), None),
        }
        points.append(about if wrong else {**about, **_middle(group, point)})
    good = [point for point in points if point["problem"] is None]
    fits = {}
    for name in series:
        members = [point for point in good if name in point["series"]]
        with contextlib.suppress(ValueError):  # too few are left
            line = fit([across(name, p, cores) for p in members], [p["seconds"] for p in members])
            fits[name] = asdict(line)
    problems = [f"{Point.of(p)}: {p['problem']}" for p in points if p["problem"]]
    found |= {"points": points, "fits": fits, "problems": problems}
    found["encoder"] = [{"cores": count, "frame": seconds} for count, seconds in encoder.items()]
    alike = [p for p in good if {"workers", "frames"} & set(p["series"])]
    if not problems:
        costs = estimate(alike, encoder)
        counts = sorted({*FORECAST, cores})
        found["costs"] = asdict(costs)
        found["forecast"] = [
            {
                "cores": count,
                **asdict(predict(costs, plan.base, count)),
                "simulated": simulate(costs, plan.base, count).seconds,
            }
            for count in counts
        ]
        found["enough"] = enough_cores(costs, plan.base)
    return found


def across(name: str, point: Mapping[str, Any], cores: int) -> float:
    """Return a point's place on the line of its series.

    Workers share the drawing, so there it is 1 over their number; or over that of the cores if
    these are fewer, since more workers than cores cannot draw more between them.
    """
    if name == "workers":
        return 1 / float(min(point["workers"], cores))
    if name == "size":
        return float(point["width"] * point["height"] / 1e6)
    return float(point[name])


def costs_of(found: Mapping[str, Any]) -> Costs:
    """Return the costs that a result holds."""
    return Costs(**found["costs"])


@contextlib.contextmanager
def only(cores: int) -> Iterator[None]:
    """Let this process, and what it starts, use so many CPUs, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _encoder_cores(cores: int) -> list[int]:
    """Return the numbers of cores to let the encoder use."""
    if not hasattr(os, "sched_setaffinity"):
        return [cores]
    return sorted({2**k for k in range(cores.bit_length())} | {cores})


def _middle(group: list[dict[str, Any]], point: Point) -> dict[str, Any]:
    """Return the medians of a point's runs."""
    walls = [facts["wall"] for facts in group]
    names = ("worker_cpu", "main_cpu", "encoder_cpu", "update_share")
    return {
        "megapixels": point.megapixels,
        "seconds": statistics.median(walls),
        "fastest": min(walls),
        "slowest": max(walls),
        **{name: statistics.median(facts[name] for facts in group) for name in names},
    }


def _noted(take: Callable[[Point], dict[str, Any]], point: Point) -> dict[str, Any]:
    try:
        return {"problem": None, **take(point)}
    except (RunFailed, RuntimeError) as error:
        return {"problem": f"failed: {error}"}


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _make(point: Point, path: Path) -> dict[str, Any]:
    """Make a movie in a fresh process, and count its frames."""
    facts = _launch(point, path)
    try:
        seen = decode(path, ffmpeg_path())
    finally:
        path.unlink(missing_ok=True)
    return {**facts, "problem": problem(seen, None, point.frames, identity=False)}


def _launch(point: Point, path: Path, *options: str) -> dict[str, Any]:
    about = [f"--{name}={value}" for name, value in asdict(point).items()]
    return launch(["benchmarks.growth.sweep_point", *about, "--output", str(path), *options])
