"""The command line: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import contenders
from .cases import CASES, find
from .cases.case import Case
from .ceilings import frame_transport
from .growth import dask_workers, many_machines, memory_growth, sweep
from .measuring.fresh_process import RunFailed
from .measuring.machine_facts import machine_facts
from .quality import gifs
from .report import compare_results, cores_table, pictures
from .report.special_texts import dask_text, gifs_text, machines_text, memory_text, transport_text
from .report.sweep_text import sweep_text
from .report.text_tables import LEGEND, case_text, overview, table
from .runner.in_turn import run_case

#: Who takes part in the tour of all cases, and in a run of chosen ones.
TOUR_CONTENDERS = ("serial", "pipe")
EVERY_WAY = (*TOUR_CONTENDERS, "framepipe_writer", "in_process")
DEFAULT_CONTENDERS = ("serial", "pipe", "pipe_full")
#: Seconds in which the tour is to be over, with room to four minutes; every case has a round
#: whatever it takes, and up to `REPEAT` as long as there is time.
TOUR = 200.0
REPEAT = 3
QUICK_FRAMES, QUICK_REPEAT = 60, 1
SUBCOMMANDS = {"compare": compare_results.main, "plot": pictures.main, "cores": cores_table.main}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what is asked for.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process when left out.

    Returns
    -------
    int
        1 if a movie was not what it should be, or one of the special measurements' limits was
        missed; else 0.  Sub-commands say of theirs.
    """
    given = list(sys.argv[1:] if argv is None else argv)
    if given and given[0] in SUBCOMMANDS:
        return SUBCOMMANDS[given[0]](given[1:])
    options = _parser().parse_args(given)
    if options.list:
        print(_listing())
        return 0
    try:
        result, good = _measure(options)
    except RunFailed as error:
        print(f"benchmarks: a run failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    if options.json is not None:
        result["arguments"] = given
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.plot is not None:
        for path in pictures.write(result, options.plot):
            print(path)
    return 0 if good else 1


def _measure(options: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Measure, showing each result as it comes; tell whether all was as it should be."""
    result: dict[str, Any] = {"schema": 1, "machine": machine_facts(), "cases": {}, "skipped": {}}
    good = True
    cores = result["machine"]["usable_cores"]

    def number(given: int | None, few: int, many: int) -> int:
        return given or (few if options.quick else many)

    if options.moving:
        frames = number(options.frames, frame_transport.QUICK_FRAMES, frame_transport.FRAMES)
        repeat = number(options.repeat, QUICK_REPEAT, frame_transport.REPEAT)
        found = result["moving"] = frame_transport.measure(frames, repeat)
        print(transport_text(found), end="\n\n", flush=True)
        good &= found["holds"]
    if options.memory:
        frames = number(options.frames, memory_growth.QUICK_FRAMES, memory_growth.FRAMES)
        found = result["memory"] = memory_growth.measure(frames)
        print(memory_text(found), end="\n\n", flush=True)
        good &= found["flat"]
    if options.dask:
        frames = number(options.frames, dask_workers.QUICK_FRAMES, dask_workers.FRAMES)
        repeat = number(options.repeat, QUICK_REPEAT, dask_workers.REPEAT)
        found = result["dask"] = dask_workers.measure(frames, repeat, cores)
        print(dask_text(found), end="\n\n", flush=True)
    if options.machines:
        found = result["machines"] = many_machines.run()
        print(machines_text(found), end="\n\n", flush=True)
    if options.gifs:
        found = result["gifs"] = gifs.measure(quick=options.quick)
        print(gifs_text(found), end="\n\n", flush=True)
    if options.scaling:
        found = result["scaling"] = sweep.measure(cores, _plan(options))
        print(sweep_text(found, options.measured), end="\n\n", flush=True)
        good &= not found["problems"]
    special = options.moving or options.memory or options.dask or options.machines
    special = special or options.scaling or options.gifs
    tour = not (options.case or options.full or options.quick or options.frames or options.repeat)
    chosen = options.case or (() if special else list(CASES.values()))
    begin = time.monotonic()
    for turn, case in enumerate(chosen, 1):
        if (reason := case.available()) is not None:
            result["skipped"][case.name] = reason
            print(f"{case.name}: skipped, {reason}", end="\n\n", flush=True)
            continue
        default: Sequence[str] = DEFAULT_CONTENDERS
        if tour:
            default = EVERY_WAY if case.every_way else TOUR_CONTENDERS
        frames = case.tour if tour else number(None, min(case.frames, QUICK_FRAMES), case.frames)
        found = result["cases"][case.name] = run_case(
            case,
            _contenders(options.contender, default),
            frames=options.frames or frames,
            repeat=number(options.repeat, QUICK_REPEAT, REPEAT),
            cores=cores,
            until=begin + TOUR * turn / len(chosen) if tour else math.inf,
        )
        print(case_text(case.name, found, cores), end="\n\n", flush=True)
        good &= not found["problems"]
    if result["cases"]:
        print(LEGEND, end="\n\n", flush=True)
    if len(result["cases"]) > 1:
        print(overview(result["cases"]), end="\n\n", flush=True)
    return result, good


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure how long movies take, side by side.",
        epilog="`compare BEFORE.json AFTER.json`, `plot RESULT.json` and `cores RESULT.json` (how "
        "cases would grow with cores, simulated) work on what --json wrote; "
        "each has a --help of its own.",
    )
    parser.add_argument(
        "--case",
        action="append",
        type=_case,
        metavar="NAME[@FRAMES]",
        help="may be repeated; default: a tour of all, with fewer frames each",
    )
    parser.add_argument(
        "--contender",
        action="append",
        choices=[*contenders.names(), "all"],
        help="may be repeated; serial always takes part; default: serial, pipe, pipe_full (for "
        "the tour: serial, pipe)",
    )
    parser.add_argument("--frames", type=_positive, help="default: the case's own number")
    parser.add_argument("--repeat", type=_positive, help=f"runs of each; default: {REPEAT}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there, too")
    parser.add_argument("--plot", type=Path, metavar="FOLDER", help="draw pictures of it there")
    parser.add_argument(
        "--quick", action="store_true", help=f"at most {QUICK_FRAMES} frames, one run"
    )
    parser.add_argument(
        "--full", action="store_true", help="all cases with all their frames: half an hour"
    )
    parser.add_argument("--list", action="store_true", help="show cases and contenders")
    parser.add_argument(
        "--moving", action="store_true", help="what moving frames costs, nothing drawn or encoded"
    )
    parser.add_argument(
        "--memory", action="store_true", help="whether memory stays flat over 5,000 frames"
    )
    parser.add_argument(
        "--dask", action="store_true", help="how segments scale with Dask workers on this machine"
    )
    parser.add_argument(
        "--machines", action="store_true", help="where segments would stop scaling, simulated"
    )
    parser.add_argument(
        "--gifs", action="store_true", help="size and error of GIFs by several makers"
    )
    parser.add_argument(
        "--scaling",
        action="store_true",
        help="how time grows with workers, frames, size and artists, and a forecast for more cores",
    )
    parser.add_argument(
        "--measured",
        type=_scaling,
        metavar="FILE",
        help="with --scaling: another machine's --json, to be held against the forecast",
    )
    return parser


def _case(text: str) -> Case:
    try:
        return find(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _scaling(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(Path(text).read_text())["scaling"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise argparse.ArgumentTypeError(f"{text}: no result of --scaling: {error!r}") from None
    return found


def _plan(options: argparse.Namespace) -> sweep.Plan:
    plan = sweep.QUICK if options.quick else sweep.FULL
    return replace(plan, repeat=options.repeat or plan.repeat)


def _contenders(asked: Sequence[str] | None, default: Sequence[str]) -> Sequence[str]:
    chosen = asked or default
    return contenders.names() if "all" in chosen else chosen


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {text}")
    return value


def _listing() -> str:
    cases = [
        (case.name, str(case.frames), case.about + _absence(case.available()))
        for case in CASES.values()
    ]
    width = max(len(about) for *_, about in cases)
    shown = table(("case", "frames", ""), [(a, b, c.ljust(width)) for a, b, c in cases])
    lines = [shown, "", "contenders"]
    for name in contenders.names():
        one = contenders.load(name)
        about = (one.__doc__ or "").strip().partition("\n")[0]
        lines.append(f"  {name}: {about}{_absence(one.available())}")
    return "\n".join(lines)


def _absence(reason: str | None) -> str:
    return "" if reason is None else f" (not here: {reason})"


if __name__ == "__main__":
    sys.exit(main())
