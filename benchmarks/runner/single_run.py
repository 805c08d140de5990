"""One run in a process of its own: ``python -m benchmarks.one CASE CONTENDER``, for the runner.

Prints one line of JSON, the facts.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

from . import ceilings, contenders
from .cases import CASES
from .machine import ffmpeg_path


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one", description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("contender", help="a contender, or one of the ceilings")
    parser.add_argument("--frames", type=int, required=True)
    parser.add_argument("--output", type=Path, help="the file to write")
    options = parser.parse_args()
    neutral()
    print(json.dumps(_run(options), default=str))


def neutral() -> None:
    """Give everybody the same matplotlib, whatever its user has configured, and the same ffmpeg."""
    mpl.rcdefaults()
    mpl.use("agg")
    mpl.rcParams["animation.ffmpeg_path"] = ffmpeg_path()


def _run(options: argparse.Namespace) -> dict[str, Any]:
    case = CASES[options.case]
    name, frames = options.contender, options.frames
    if name == ceilings.RAW:
        return ceilings.prepare(case, frames, options.output)
    if name in ceilings.DRAWINGS:
        return ceilings.draw(case, frames, ceilings.DRAWINGS[name])
    return contenders.load(name).run(case, options.output, frames)


if __name__ == "__main__":
    main()
