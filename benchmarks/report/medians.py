"""Medians, spreads and ratios of the runs that passed the check.  Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..ceilings.drawing_alone import DRAWINGS
from ..ceilings.encoding_alone import ENCODE
from ..ceilings.limit import limit
from ..contenders import SERIAL


def middle(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return medians and spread of runs.

    Of their ``wall`` and ``cpu`` seconds, the bytes they moved (``moved``), and the most memory
    that any of them held (``peak``, bytes); the last two None where no run tells.
    """
    walls = [run["wall"] for run in runs]
    moved = [run["moved"] for run in runs if run.get("moved") is not None]
    peaks = [run["peak"] for run in runs if run.get("peak") is not None]
    return {
        "wall": statistics.median(walls),
        "fastest": min(walls),
        "slowest": max(walls),
        "cpu": statistics.median(run["cpu"] for run in runs),
        "moved": statistics.median(moved) if moved else None,
        "peak": max(peaks, default=None),
        "runs": len(runs),
    }


def summarise(
    runs: Iterable[Mapping[str, Any]], drawings: Mapping[str, str], cores: int
) -> dict[str, Any]:
    """Put the runs of a case together.

    Parameters
    ----------
    runs : iterable of mapping
        All of them, the ceilings' too.
    drawings : mapping of str to str
        For every contender, the kind of drawing whose limit it is held against.
    cores : int
        CPUs there are to use.

    Returns
    -------
    dict
        ``medians`` by contender, with the ratio to the serial save (above 1: sooner) and to the
        limit; ``ceilings``; ``limits`` by kind of drawing, in seconds; ``problems`` by contender.
        A contender one of whose runs has a problem has no medians.
    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        by_name.setdefault(run["contender"], []).append(run)
    problems = {
        name: found
        for name, group in by_name.items()
        if (found := [run["problem"] for run in group if run.get("problem")])
    }
    medians = {name: middle(group) for name, group in by_name.items() if name not in problems}
    alone = {name: medians.pop(name) for name in (ENCODE, *DRAWINGS) if name in medians}
    limits = {
        kind: limit(alone[ENCODE], alone[name], cores)
        for name, kind in DRAWINGS.items()
        if name in alone and ENCODE in alone
    }
    serial = medians.get(SERIAL)
    for name, one in medians.items():
        best = limits.get(drawings.get(name, "full"), limits.get("full"))
        one["sooner"] = serial["wall"] / one["wall"] if serial else None
        one["of_limit"] = one["wall"] / best if best else None
    return {"medians": medians, "ceilings": alone, "limits": limits, "problems": problems}
