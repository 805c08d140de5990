"""What it costs to move frames: ring, workers, window and pipe, and nothing drawn or encoded.

``python -m benchmarks --moving`` sends 1920x1080 frames into ``ffmpeg -f null``, through
framepipe's engine and from one process that writes the same buffer again and again.  The engine
must reach 80 % of the rate of the better plain writer.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np

from framepipe.result import FrameStats

from ..measuring.clock import Clock
from ..measuring.ffmpeg import ffmpeg_path
from ..measuring.fresh_process import launch, tell

WIDTH, HEIGHT = 1920, 1080
NBYTES = 4 * WIDTH * HEIGHT
FRAMES, REPEAT = 400, 5
QUICK_FRAMES = 200

#: The least share of the best plain writer's rate.
MUST = 0.8


def command() -> list[str]:
    """Return the ffmpeg that takes frames and does nothing with them."""
    arguments = f"-f rawvideo -pix_fmt rgba -s {WIDTH}x{HEIGHT} -framerate 60 -i pipe: -f null -"
    return [ffmpeg_path(), "-loglevel", "error", *arguments.split()]


class Blank:
    """A painter (see `framepipe.engines.protocols.FrameSource`) that leaves its slot as it is."""

    def __init__(self, frames: int) -> None:
        self.frames: int | None = frames

    def open(self) -> None:
        """Do nothing."""

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats:
        """Draw nothing."""
        return FrameStats()

    def check(self, frame: int, out: memoryview) -> FrameStats:
        """Draw the frame as always."""
        return self.paint(frame, out)

    def locate_difference(self, mine: memoryview, other: memoryview) -> tuple[None, str]:
        """Not know."""
        return None, ""

    def finish(self) -> None:
        """Have nothing to object to."""

    def close(self) -> None:
        """Do nothing."""


class Filled(Blank):
    """A painter that really writes every byte of its slot."""

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats:
        """Fill the slot with one value, another one for each frame."""
        np.frombuffer(out, np.uint8).fill(frame & 0xFF)
        return super().paint(frame, out)


def engine(painter: type[Blank], frames: int) -> dict[str, Any]:
    """Send frames through framepipe's engine."""
    from framepipe.encoding.encoder import Encoder
    from framepipe.engines.pipe import PipeRun
    from framepipe.engines.system.resources import default_workers

    workers = default_workers()
    with Clock() as clock, Encoder(command()) as sink:
        tally = PipeRun(
            lambda: painter(frames), NBYTES, frames, sink, workers=workers, start_method="fork"
        ).run()
    return {**clock.facts(), "frames": tally.frames, "workers": workers, "slots": tally.slots}


def plain(pipe_size: int | None, frames: int) -> dict[str, Any]:
    """Write one buffer as many times as there are frames, from this process."""
    buffer = memoryview(bytes(NBYTES))
    with Clock() as clock:
        process = subprocess.Popen(
            command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0
        )
        assert process.stdin is not None
        descriptor = process.stdin.fileno()
        if pipe_size is not None:
            import fcntl

            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, pipe_size)
        for _ in range(frames):
            sent = 0
            while sent < NBYTES:
                sent += os.write(descriptor, buffer[sent:])
        process.stdin.close()
        code = process.wait()
    if code:
        raise RuntimeError(f"ffmpeg ended with {code}")
    return {**clock.facts(), "frames": frames}


VARIANTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "framepipe, blank slots": lambda frames: engine(Blank, frames),
    "framepipe, filled slots": lambda frames: engine(Filled, frames),
    "plain writer, 1 MiB pipe": lambda frames: plain(1 << 20, frames),
    "plain writer, default pipe": lambda frames: plain(None, frames),
}


def measure(frames: int = FRAMES, repeat: int = REPEAT) -> dict[str, Any]:
    """Run all variants in turn, a fresh process a run.

    Returns
    -------
    dict
        Every run, medians by variant, and the ``ratio`` of the engine's rate with blank slots to
        that of the better plain writer.
    """
    runs: list[dict[str, Any]] = []
    for turn in range(1, repeat + 1):
        for name in VARIANTS:
            facts = launch(["benchmarks.ceilings.frame_transport", name, "--frames", str(frames)])
            runs.append({"variant": name, "round": turn, **facts})
            tell(f"moving {turn}/{repeat} {name}: {facts['frames'] / facts['wall']:.0f} frames/s")
    medians = {}
    for name in VARIANTS:
        of_name = [run for run in runs if run["variant"] == name]
        rates = [run["frames"] / run["wall"] for run in of_name]
        medians[name] = {
            "rate": statistics.median(rates),
            "least": min(rates),
            "most": max(rates),
            "cpu": statistics.median(run["cpu"] for run in of_name),
        }
    best = max(found["rate"] for name, found in medians.items() if name.startswith("plain"))
    for found in medians.values():
        found["ratio"] = found["rate"] / best
    ratio = medians["framepipe, blank slots"]["ratio"]
    return {
        "frames": frames,
        "size": f"{WIDTH}x{HEIGHT}",
        "runs": runs,
        "medians": medians,
        "ratio": ratio,
        "must": MUST,
        "holds": ratio >= MUST,
    }


def main() -> None:
    """Run one variant, for `measure`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ceilings.frame_transport")
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("--frames", type=int, default=FRAMES)
    options = parser.parse_args()
    print(json.dumps(VARIANTS[options.variant](options.frames)))


if __name__ == "__main__":
    main()
