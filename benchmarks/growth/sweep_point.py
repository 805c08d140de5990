"""One point of `benchmarks.growth.sweep`, in a process of its own; prints one line of JSON."""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from matplotlib.animation import FuncAnimation

from ..cases.case import Case
from ..cases.many_lines import many_lines
from ..ceilings.encoding_alone import write_raw_frames
from ..measuring.ffmpeg import same_defaults
from ..measuring.timed_encode import timed_encode


@dataclass(frozen=True)
class Point:
    """One movie to make.

    Parameters
    ----------
    workers, frames, width, height, artists : int
        What it is made of and by how many.
    """

    workers: int
    frames: int
    width: int = 640
    height: int = 480
    artists: int = 1

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Return the one of which a result tells."""
        return cls(**{field.name: facts[field.name] for field in fields(cls)})

    @property
    def case(self) -> Case:
        """What is drawn."""

        def build(frames: int) -> FuncAnimation:
            return many_lines(frames, self.width, self.height, self.artists)

        return Case("lines", build, frames=self.frames, tour=self.frames)

    @property
    def megapixels(self) -> float:
        """Of a frame."""
        return self.width * self.height / 1e6

    def __str__(self) -> str:
        things = "line" if self.artists == 1 else "lines"
        size = f"{self.width}x{self.height}"
        return f"{self.workers} workers, {self.frames} frames of {size}, {self.artists} {things}"


def make(point: Point, path: Path) -> dict[str, Any]:
    """Make a movie in this process, and tell whose CPU time it took.

    Returns
    -------
    dict
        ``wall``; CPU seconds of the main process, of the workers and of the encoder; what share of
        the time that workers were busy they spent in updates; and the report.
    """
    animation = point.case.build(point.frames)
    before = _own_cpu()
    facts = timed_encode(animation, path, **point.case.save, workers=point.workers)
    main = _own_cpu() - before
    report = facts["movie"]["report"]
    encoder = report["encoder_cpu"]
    busy = sum(report[part] for part in ("update", "draw", "copy", "check"))
    return {
        "wall": facts["wall"],
        "main_cpu": main,
        "encoder_cpu": encoder,
        "worker_cpu": max(0.0, facts["cpu"] - main - encoder),
        "update_share": report["update"] / busy if busy else 0.0,
        "report": report,
    }


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make one movie, or the raw frames for the encoder, for `benchmarks.growth.sweep`."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth.sweep_point", description=__doc__
    )
    for field in fields(Point):
        parser.add_argument(f"--{field.name}", type=int, required=True)
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    parser.add_argument("--raw", action="store_true", help="write raw frames for the encoder")
    options = parser.parse_args()
    same_defaults()
    point = Point.of(vars(options))
    if options.raw:
        facts = write_raw_frames(point.case, point.frames, options.output)
    else:
        facts = make(point, options.output)
    print(json.dumps(facts, default=str))


if __name__ == "__main__":
    main()
