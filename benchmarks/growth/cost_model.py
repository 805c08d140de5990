"""How a movie's time grows, as numbers: straight lines, and a model of more cores.  Pure.

The model has every worker replay all updates and draw its share, beside one encoder and one main
process that hands slots to it.  With `w` workers on `c` cores, and `F` frames,

- the encoder takes ``open * max(1, w / c) + F * (encode_serial + encode_shared / c)``:
  it can begin when a first worker has opened, and its threads share a part of its work;
- a worker takes ``open + F * update + F * draw / w``:
  it opens, runs every update and draws its share;
- the main process takes ``F * main``;
- the cores take ``(w * (open + F * update) + F * (draw + encode + main)) / c``:
  all CPU work there is, of which opening and replay are done by every worker anew.

They go on side by side, so the movie takes as long as the longest of them.  What the main process
does alone comes before, and nothing goes on beside it: ``begin + fork * w``.

Left out: that cores slow each other down (memory, clock rates, hyper-threads), that frames come in
whole numbers, that the encoder's threads may not share their work so evenly.  So it forecasts the
best that can be hoped for, and wants to be held against a measurement (``--measured``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: What can hold a movie up, by the name it has in results.
BOTTLENECKS = {
    "encoder": "the encoder",
    "worker": "replay and drawing in each worker",
    "main": "the main process",
    "cores": "all cores, which are busy",
}

#: Numbers of cores among which that is sought from which more do not help.
MOST_CORES = 512

#: A gain that is none: this much of the shortest time.
NO_GAIN = 0.02


@dataclass(frozen=True)
class Line:
    """A straight line through measurements.

    Parameters
    ----------
    intercept, slope : float
        Of the line.
    r2 : float
        Which share of the (weighted) variance it explains: 1 is all.
    """

    intercept: float
    slope: float
    r2: float


def fit(x: Sequence[float], y: Sequence[float]) -> Line:
    """Put a straight line through points, by least squares of the relative errors.

    A run that takes ten times as long is off by ten times as many seconds, so each point counts by
    its distance from the line as a share of its own value; otherwise the largest would decide the
    intercept alone.

    Parameters
    ----------
    x, y : sequence of float
        At least two points, of which two differ in x; every y above 0.

    Raises
    ------
    ValueError
        If they are fewer, or not above 0.
    """
    across, up = np.asarray(x, float), np.asarray(y, float)
    if len(set(x)) < 2:
        raise ValueError("a line needs two points at different places")
    if not (up > 0).all():
        raise ValueError("only values above 0 have relative errors")
    weight = 1 / up
    columns = np.column_stack((np.ones_like(across), across))
    (intercept, slope), *_ = np.linalg.lstsq(columns * weight[:, None], up * weight, rcond=None)
    middle = np.average(up, weights=weight**2)
    left = float(((weight * (up - columns @ (intercept, slope))) ** 2).sum())
    total = float(((weight * (up - middle)) ** 2).sum())
    return Line(float(intercept), float(slope), 1 - left / total if total else 1.0)


@dataclass(frozen=True)
class Costs:
    """What a movie costs, in seconds; each of them but the first three for one frame.

    Parameters
    ----------
    begin : float
        CPU of the main process and the encoder that does not grow: before the first frame and after
        the last one.
    fork : float
        Main process, for each worker it starts.
    open : float
        CPU of a worker that has begun and drawn nothing yet.
    update : float
        CPU of the animation's functions; every worker spends it.
    draw : float
        CPU of drawing, checking and copying; one worker spends it.
    main : float
        CPU of the main process.
    encode : float
        CPU of the encoder.
    encode_serial, encode_shared : float
        Wall seconds of the encoder alone: what its threads cannot share, and what they can.
    """

    begin: float
    fork: float
    open: float
    update: float
    draw: float
    main: float
    encode: float
    encode_serial: float
    encode_shared: float


@dataclass(frozen=True)
class Forecast:
    """How long a movie would take.

    Parameters
    ----------
    seconds : float
        All in all.
    holds : str
        The part that holds it up, a key of `BOTTLENECKS`.
    parts : dict
        Seconds of each part, all of which come after ``before``.
    before : float
        Seconds in which nothing else goes on.
    replayed : float
        Share of all CPU work that workers do over and over: opening and replay.
    """

    seconds: float
    holds: str
    parts: dict[str, float]
    before: float
    replayed: float


def predict(costs: Costs, frames: int, cores: int, workers: int | None = None) -> Forecast:
    """Work out how long a movie would take (see the module's docstring for the model).

    Parameters
    ----------
    costs : Costs
        What things cost.
    frames : int
        How many frames.
    cores : int
        CPUs there would be.
    workers : int, optional
        Render processes; one for every core when left out.
    """
    count = cores if workers is None else workers
    encoding = frames * (costs.encode_serial + costs.encode_shared / cores)
    again = count * (costs.open + frames * costs.update)
    work = again + frames * (costs.draw + costs.encode + costs.main)
    parts = {
        "encoder": costs.open * max(1.0, count / cores) + encoding,
        "worker": costs.open + frames * (costs.update + costs.draw / count),
        "main": frames * costs.main,
        "cores": work / cores,
    }
    holds = max(parts, key=lambda part: parts[part])
    before = costs.begin + costs.fork * count
    return Forecast(before + parts[holds], holds, parts, before, again / work if work else 0.0)


def enough_cores(costs: Costs, frames: int) -> int:
    """Return the number of cores from which no larger one makes a movie sooner, to speak of.

    That is the least number whose time is within `NO_GAIN` of the best of all.
    """
    times = [predict(costs, frames, cores).seconds for cores in range(1, MOST_CORES + 1)]
    best = min(times) * (1 + NO_GAIN)
    return next(cores for cores, seconds in enumerate(times, 1) if seconds <= best)


def estimate(points: Iterable[Mapping[str, Any]], encoder: Mapping[int, float]) -> Costs:
    """Take the costs from measurements of one animation.

    All of them but the encoder's two are CPU seconds, which other programs that keep the cores busy
    do not change as they change the wall time.

    Parameters
    ----------
    points : iterable of mapping
        With other numbers of ``workers`` and ``frames``, at least two of each: ``seconds``;
        ``worker_cpu``, ``main_cpu`` and ``encoder_cpu``, CPU seconds of all workers, the main
        process and the encoder; and ``update_share``, the updates' part of the workers' busy time.
    encoder : mapping of int to float
        Seconds a frame of the encoder alone, by the number of cores it could use.
    """
    known = list(points)
    frames = np.array([point["frames"] for point in known], float)
    workers = np.array([point["workers"] for point in known], float)
    ones = np.ones_like(frames)
    # The updates' share is measured and not fitted: it is so small beside the drawing that the
    # noise of the drawing would decide it.
    shares = [p["update_share"] * p["worker_cpu"] / (p["workers"] * p["frames"]) for p in known]
    update = float(np.median(shares))
    drawing = np.array([point["worker_cpu"] for point in known]) - workers * frames * update
    opening, draw = _positive((workers, frames), drawing, [p["worker_cpu"] for p in known])
    handing = np.array([point["main_cpu"] for point in known])
    first, fork, main = _positive((ones, workers, frames), handing, handing)
    encoding = np.array([point["encoder_cpu"] for point in known])
    last, encode = _positive((ones, frames), encoding, encoding)
    return Costs(first + last, fork, opening, update, draw, main, encode, *_shares(encoder))


def _positive(columns: Sequence[Any], target: Any, scale: Any) -> list[float]:
    """Solve least squares of relative errors; no cost is below 0, so such columns are left out."""
    weight = 1 / np.maximum(np.asarray(scale, float), 1e-9)
    kept = list(range(len(columns)))
    while kept:
        matrix = np.column_stack([columns[index] for index in kept])
        found, *_ = np.linalg.lstsq(matrix * weight[:, None], target * weight, rcond=None)
        if (found >= 0).all():
            solved = dict(zip(kept, found.tolist(), strict=True))
            return [solved.get(index, 0.0) for index in range(len(columns))]
        del kept[int(np.argmin(found * np.abs(matrix).mean(axis=0)))]
    return [0.0] * len(columns)


def _shares(encoder: Mapping[int, float]) -> tuple[float, float]:
    """Divide the encoder's time into what its threads cannot share and what they can."""
    cores = sorted(encoder)
    if len(cores) == 1:  # nothing is known of sharing, so nothing is hoped for
        return encoder[cores[0]], 0.0
    line = fit([1 / count for count in cores], [encoder[count] for count in cores])
    if line.slope < 0:
        return encoder[cores[0]], 0.0
    if line.intercept < 0:
        return 0.0, encoder[cores[0]]
    return line.intercept, line.slope
