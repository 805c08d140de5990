"""How long a movie takes on more cores than there are here: the ordered pipe, event by event.

What is simulated is what the pipe does.  The main process starts the workers one after the other;
each opens (its first draw and comparisons), and then claims the next frame that nobody has, as long
as it lies fewer than ``slots`` frames ahead of the last one written; it runs every update up to
that frame and draws it.  The encoder takes frames in order, one at a time, and a slot is free once
its frame was taken.  Every process that has something to do gets a core, or its share of the cores
if there are too few: the encoder counts as many as its threads keep busy.

The straight formula of `benchmarks.growth.cost_model.predict` assumes that all of this overlaps
without a gap, so it is a bound from below; the simulation has the gaps at the beginning and at the
end, which are what a short movie on many cores consists of.  Left out are caches, memory and clock
rates that cores share, and frames that cost more than others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .cost_model import Costs

#: Numbers of cores to show.
CORES = (1, 2, 4, 8, 16, 32, 64)

#: Slots for each worker, and one more (see `framepipe.engines.system.ring.choose_slots`).
SLOTS_PER_WORKER = 4


@dataclass
class _Worker:
    """A render process, in seconds of its own CPU time.

    Parameters
    ----------
    left : float
        What it still has to do before it can say something.
    frame : int
        The frame it draws; -1 while it opens, and `_IDLE` while it has none.
    position : int
        The next frame whose update it has not run.
    """

    left: float
    frame: int
    position: int = 0


_OPENS, _IDLE = -1, -2


@dataclass(frozen=True)
class Simulated:
    """A movie that was made on paper.

    Parameters
    ----------
    cores, workers : int
        CPUs, and render processes.
    seconds : float
        Until the encoder has taken the last frame.
    drawing : float
        Share of that time in which workers ran or drew, on average.
    encoding : float
        Share of that time in which the encoder had a frame.
    holds : str
        The longest of its parts: "encoder", "updates", "drawing" or "start".
    """

    cores: int
    workers: int
    seconds: float
    drawing: float
    encoding: float
    holds: str


def simulate(
    costs: Costs, frames: int, cores: int, workers: int | None = None, slots: int | None = None
) -> Simulated:
    """Make a movie on paper.

    Parameters
    ----------
    costs : Costs
        What things cost, in seconds.
    frames : int
        How many frames, 1 or more.
    cores : int
        CPUs there would be.
    workers : int, optional
        Render processes; one for every core, but no more than frames, when left out.
    slots : int, optional
        Frames that may be claimed and not yet written; as framepipe chooses them when left out.
    """
    count = min(cores, frames) if workers is None else workers
    room = SLOTS_PER_WORKER * count + 1 if slots is None else slots
    encode = costs.encode_serial + costs.encode_shared / cores
    # So many cores does the encoder keep busy while it has a frame; never less than one thread.
    threads = min(float(cores), max(1.0, costs.encode / encode if encode else 1.0))
    crew: list[_Worker] = []
    drawn: set[int] = set()
    clock = begin = costs.begin / 2  # before the first frame; as much again comes after the last
    claimed = written = 0
    encoding = 0.0  # seconds that the frame which the encoder has still needs; 0: it has none
    busy_workers = busy_encoder = 0.0
    forking = costs.fork
    while written < frames:
        # Hand out what may be claimed.
        for worker in crew:
            if worker.frame == _IDLE and claimed < min(frames, written + room):
                worker.frame = claimed
                worker.left = costs.update * (claimed + 1 - worker.position) + costs.draw
                worker.position = claimed + 1
                claimed += 1
        if not encoding and written in drawn:
            drawn.discard(written)
            encoding = encode + costs.main
        active = [worker for worker in crew if worker.frame != _IDLE]
        starting = len(crew) < count
        demand = len(active) + (threads if encoding else 0.0) + starting
        rate = min(1.0, cores / demand) if demand else 1.0
        waits = [worker.left for worker in active]
        if encoding:
            waits.append(encoding)
        if starting:
            waits.append(forking)
        step = min(waits)
        clock += step / rate
        busy_workers += len(active) * step / rate
        busy_encoder += step / rate if encoding else 0.0
        for worker in active:
            worker.left -= step
            if worker.left <= 1e-12:
                if worker.frame != _OPENS:
                    drawn.add(worker.frame)
                worker.frame = _IDLE
        if encoding:
            encoding -= step
            if encoding <= 1e-12:
                encoding = 0.0
                written += 1
        if starting:
            forking -= step
            if forking <= 1e-12:
                forking = costs.fork
                crew.append(_Worker(costs.open, _OPENS))
    whole = clock + begin
    seconds = max(clock - begin, 1e-12)
    drawing, fed = busy_workers / (count * seconds), busy_encoder / seconds
    return Simulated(cores, count, whole, drawing, fed, _holds(costs, frames, encode, count))


def _holds(costs: Costs, frames: int, encode: float, workers: int) -> str:
    """Name the longest of what goes on one after the other, were nothing beside it."""
    parts = {
        "encoder": frames * encode,
        "updates": frames * costs.update,
        "drawing": frames * costs.draw / workers,
        "start": costs.begin + costs.open + costs.fork * workers,
    }
    return max(parts, key=lambda part: parts[part])


def costs_of_case(case: Mapping[str, Any], cores: int, contender: str = "pipe") -> Costs | None:
    """Take the costs of a case from its runs.

    Parameters
    ----------
    case : mapping
        What `benchmarks.runner.in_turn.run_case` returned.
    cores : int
        CPUs of the machine it ran on.
    contender : str, default: "pipe"
        Whose runs; one that reports.

    Returns
    -------
    Costs or None
        None if it has no runs whose movie was right, or drawing or encoding alone was not measured.

    Notes
    -----
    Update and drawing together are the CPU time of one process that draws all frames for nobody,
    divided as the report divides the workers' time.  What all processes used beyond updates in
    every worker, drawing and encoding, belongs to the beginnings: first draws and comparisons in
    every worker, starting and ending in the main process, and what processes that share caches
    cost each other, so that beginnings come out rather too long.  How much of a frame the encoder's
    threads can share is told by its wall time on these `cores`:
    ``wall = serial + (cpu - serial) / cores``.
    """
    runs = [
        run
        for run in case["runs"]
        if run["contender"] == contender and not run["problem"] and "movie" in run
    ]
    encoder, painter = (case["ceilings"].get(name) for name in ("encode_alone", "draw_retained"))
    if not runs or encoder is None or painter is None:
        return None
    frames = case["frames"]
    reports = [run["movie"]["report"] for run in runs]

    def mean(*names: str) -> float:
        return float(sum(report[name] for report in reports for name in names)) / len(reports)

    workers = max(1, round(sum(run["movie"]["workers"] for run in runs) / len(runs)))
    updates, drawing = mean("update") / workers, mean("draw", "copy")
    each = painter["cpu"] / frames
    update = each * updates / (updates + drawing) if updates + drawing else 0.0
    draw = each - update
    spent = sum(run["cpu"] for run in runs) / len(runs)
    known = frames * (workers * update + draw) + mean("encoder_cpu")
    begin = max(0.0, spent - known) / (workers + 1)
    cpu, wall = encoder["cpu"] / frames, encoder["wall"] / frames
    serial = (wall - cpu / cores) / (1 - 1 / cores) if cores > 1 else wall
    serial = min(max(serial, 0.0), wall)
    return Costs(
        begin=begin,
        fork=0.0,
        open=begin,
        update=update,
        draw=draw,
        main=0.0,
        encode=cpu,
        encode_serial=serial,
        encode_shared=(wall - serial) * cores,
    )


def best_workers(costs: Costs, frames: int, cores: int) -> Simulated:
    """Return the soonest of the movies made with 1, 2, 4, ... workers, up to the cores.

    That is how many workers pay; where fewer do as well, it is the fewer.
    """
    doublings = [2**k for k in range(int(math.log2(cores)) + 1)]
    return min(
        (simulate(costs, frames, cores, workers) for workers in {*doublings, cores}),
        key=lambda made: (round(made.seconds, 3), made.workers),
    )
