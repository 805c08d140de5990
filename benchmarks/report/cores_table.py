"""How cases would grow with cores: ``python -m benchmarks cores RESULT.json``.

Simulated (see `benchmarks.growth.core_simulation`) from what a run on this machine measured, beside
that run's own time on its own cores.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..growth.core_simulation import CORES, best_workers, costs_of_case, simulate
from .compare_results import Unusable, read
from .text_tables import table

WHAT = """\
u, d, e: milliseconds of updates, drawing and encoding a frame; begin: of each process, before and
after.  The second table has seconds, simulated with as many workers as pay (their number behind the
slash); measured: the run itself, on its own cores, beside the simulation of just that."""


def cores_text(result: Mapping[str, Any]) -> str:
    """Show costs and simulated times of every case of a result.

    Parameters
    ----------
    result : mapping
        Of ``python -m benchmarks --json``.
    """
    here = result["machine"]["usable_cores"]
    costs_rows, time_rows = [], []
    for name, case in result["cases"].items():
        costs = costs_of_case(case, here)
        if costs is None:
            continue
        frames = case["frames"]
        parts = (costs.update, costs.draw, costs.encode, costs.begin)
        costs_rows.append((name, str(frames), *(f"{1000 * part:.2f}" for part in parts)))
        workers = next(
            run["movie"]["workers"]
            for run in case["runs"]
            if run["contender"] == "pipe" and not run["problem"]
        )
        own = simulate(costs, frames, here, max(1, workers))
        grown = [best_workers(costs, frames, cores) for cores in CORES]
        time_rows.append(
            (
                name,
                f"{case['medians']['pipe']['wall']:.2f}",
                f"{own.seconds:.2f}",
                *(f"{made.seconds:.2f}/{made.workers}" for made in grown),
                grown[-1].holds,
            )
        )
    costs_head = ("case", "frames", "u", "d", "e", "begin")
    head = ("cores", f"measured {here}", f"said {here}", *map(str, CORES), "then held by")
    return "\n\n".join([table(costs_head, costs_rows), table(head, time_rows), WHAT])


def main(argv: Sequence[str]) -> int:
    """Show a file.

    Returns
    -------
    int
        2 if it cannot be read or holds nothing to simulate, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks cores")
    parser.add_argument("result", type=Path)
    options = parser.parse_args(argv)
    try:
        result = read(options.result)
        if not any(costs_of_case(case, 1) for case in result["cases"].values()):
            raise Unusable("no case in it with a movie, its drawing and its encoding")
        print(cores_text(result))
    except Unusable as error:
        print(f"benchmarks cores: {error}", file=sys.stderr)
        return 2
    return 0
