"""One run in a process of its own: ``python -m benchmarks.runner.single_run CASE CONTENDER``.

Prints one line of JSON, the facts, for `benchmarks.runner.in_turn`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .. import contenders
from ..cases import find
from ..ceilings.drawing_alone import DRAWINGS, draw
from ..ceilings.encoding_alone import RAW, write_raw_frames
from ..measuring.ffmpeg import same_defaults


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", type=find, help="see `benchmarks.cases.find`")
    parser.add_argument("contender", help="a contender, or one of the ceilings")
    parser.add_argument("--frames", type=int, required=True)
    parser.add_argument("--output", type=Path, help="the file to write")
    options = parser.parse_args()
    same_defaults()
    print(json.dumps(_run(options), default=str))


def _run(options: argparse.Namespace) -> dict[str, Any]:
    case, name, frames = options.case, options.contender, options.frames
    if name == RAW:
        return write_raw_frames(case, frames, options.output)
    if name in DRAWINGS:
        return draw(case, frames, DRAWINGS[name])
    return contenders.load(name).run(case, options.output, frames)


if __name__ == "__main__":
    main()
