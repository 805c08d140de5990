"""GIFs of the same frames by several makers: ``python -m benchmarks --gifs``.

A GIF has 256 colours a frame, so every maker loses something, each in its own way.  What is shown
is the size of the file and how far its frames, decoded and shown on white, are from those that were
drawn.  gifski is a program of its own (npm's ``gifski`` brings it; Debian has none): it is found on
the PATH or by the environment variable ``GIFSKI``, and gets PNG files, whose writing is not part of
its time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cases import find
from ..cases.case import Case
from ..ceilings.drawing_alone import draw
from ..measuring.ffmpeg import ffmpeg_path, same_defaults
from ..measuring.fresh_process import tell

#: Cases and frames: few colours with thin lines, and a smooth field.
CASES = {"pendulum": 40, "imshow": 20, "scatter_10k": 12}
QUICK_FRAMES = 6

#: A pixel that is off by more levels than this, in any channel, can be seen.
SEEN = 16

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Gif:
    """A GIF, and how far it is from what was drawn.

    Parameters
    ----------
    size : int
        Bytes of the file.
    seconds : float
        It took; drawing included, for all but gifski.
    error : float
        Mean difference of a channel, in levels of 255.
    seen : float
        Share of the pixels that are off by more than `SEEN` levels.
    frames : int
        How many it has.
    """

    size: int
    seconds: float
    error: float
    seen: float
    frames: int


def measure(quick: bool = False) -> dict[str, Any]:
    """Let all makers make a GIF of each case.

    Parameters
    ----------
    quick : bool, default: False
        Whether a few frames will do.

    Returns
    -------
    dict
        ``cases``: by name of case and of maker, the fields of `Gif`; ``skipped``: why gifski did
        not take part, if so.
    """
    same_defaults()
    found: dict[str, Any] = {"cases": {}, "skipped": {}}
    makers = dict(MAKERS)
    if gifski_path() is None:
        del makers["gifski"]
        found["skipped"]["gifski"] = "not on the PATH: npm install gifski, or name it in GIFSKI"
    for name, frames in CASES.items():
        case = find(name)
        count = QUICK_FRAMES if quick else frames
        drawn = list(drawn_frames(case, count))
        found["cases"][name] = {}
        for maker, make in makers.items():
            with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
                path = Path(folder, "movie.gif")
                seconds = make(case, count, drawn, path)
                gif = judge(path, drawn, seconds)
            found["cases"][name][maker] = asdict(gif)
            tell(f"gifs {name} {maker}: {gif.size} bytes, {gif.error:.2f} levels")
    return found


def drawn_frames(case: Case, frames: int) -> Iterator[Frame]:
    """Return the frames as they are drawn, RGB, each of shape (height, width, 3)."""
    raw: list[bytes] = []
    size = draw(case, frames, "full", lambda out: raw.append(bytes(out)))
    for one in raw:
        rgba = np.frombuffer(one, np.uint8).reshape(size["height"], size["width"], 4)
        yield np.ascontiguousarray(rgba[..., :3])


def judge(path: Path, drawn: list[Frame], seconds: float) -> Gif:
    """Decode a GIF and hold it against what was drawn, frame by frame, as far as it has any."""
    height, width = drawn[0].shape[:2]
    command = [ffmpeg_path(), "-nostdin", "-loglevel", "error", "-i", str(path)]
    command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    shown = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 4)
    errors, seen = [], []
    for one, true in zip(shown, drawn, strict=False):
        share = one[..., 3:].astype(int)
        flat = (one[..., :3] * share + 255 * (255 - share)) // 255
        off = np.abs(flat - true)
        errors.append(off.mean())
        seen.append((off.max(axis=2) > SEEN).mean())
    return Gif(
        path.stat().st_size, seconds, float(np.mean(errors)), float(np.mean(seen)), len(shown)
    )


def gifski_path() -> str | None:
    """Return where gifski is; None if it is not here."""
    return os.environ.get("GIFSKI") or shutil.which("gifski")


def _saved_by(writer: str) -> Callable[[Case, int, list[Frame], Path], float]:
    def make(case: Case, frames: int, drawn: list[Frame], path: Path) -> float:
        animation = case.build(frames)
        begin = time.perf_counter()
        animation.save(path, writer=writer, **case.save)
        return time.perf_counter() - begin

    return make


def _framepipe(case: Case, frames: int, drawn: list[Frame], path: Path) -> float:
    import framepipe

    animation = case.build(frames)
    begin = time.perf_counter()
    framepipe.encode(animation, path, **case.save)
    return time.perf_counter() - begin


def _gifski(case: Case, frames: int, drawn: list[Frame], path: Path) -> float:
    from PIL import Image

    program = gifski_path()
    if program is None:
        raise RuntimeError("there is no gifski")
    names = [str(path.with_name(f"{number:05d}.png")) for number in range(frames)]
    for name, frame in zip(names, drawn, strict=True):
        Image.fromarray(frame).save(name)
    width = drawn[0].shape[1]  # or it makes large frames smaller
    command = [program, "--quiet", "--fps", str(case.save["fps"]), "--width", str(width)]
    command += ["-o", str(path), *names]
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


#: Who makes GIFs; each returns the seconds it took.
MAKERS: dict[str, Callable[[Case, int, list[Frame], Path], float]] = {
    "Animation.save, pillow": _saved_by("pillow"),
    "Animation.save, ffmpeg": _saved_by("ffmpeg"),
    "framepipe": _framepipe,
    "gifski": _gifski,
}
