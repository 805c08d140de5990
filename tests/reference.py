"""How truth is made: what `Animation.save` does with a case of the corpus.

One ffmpeg run writes the raw RGBA frames as matplotlib handed them over and, for opaque cases at
the core, an mp4 as well.  framepipe is given the very same arguments, so both the frames and
the finished movie can be compared.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FFMpegWriter, writers

if TYPE_CHECKING:
    from animations import Case

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
RECORDER = "framepipe tests: ffmpeg, frame size noted"


@dataclass(frozen=True)
class Reference:
    """A saved movie: its size, and a hash of each frame's RGBA bytes."""

    frames: list[str]
    width: int
    height: int
    # A hash of each frame of the mp4 as a player would show it; None if none was made.
    shown: list[str] | None


@writers.register(RECORDER)
class RecordingRasterizer(FFMpegWriter):
    """matplotlib's own ffmpeg writer; it only remembers how large its frames were."""

    last_size: tuple[int, int] = (0, 0)

    def setup(self, *args: Any, **kwargs: Any) -> None:
        super().setup(*args, **kwargs)
        RecordingRasterizer.last_size = self.frame_size


@contextmanager
def surroundings(case: Case) -> Iterator[None]:
    """matplotlib as every case finds it: the defaults, Agg, our ffmpeg, no figure, its rcParams."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.use("agg")
        plt.close("all")
        mpl.rcParams["animation.ffmpeg_path"] = FFMPEG
        mpl.rcParams.update(dict(case.rc))  # type: ignore[arg-type]  # names are written as text
        try:
            yield
        finally:
            plt.close("all")


def arguments(case: Case, directory: Path) -> dict[str, Any]:
    """Keyword arguments for `Animation.save` and `framepipe.encode`, `extra_anim` aside.

    The file named by `filename` holds raw RGBA frames.  matplotlib writes the arguments for the
    codec first, then `extra_args`, then the name: so `extra_args` can finish one output (the mp4)
    and begin another.
    """
    raw = ["-f", "rawvideo", "-pix_fmt", "rgba"]
    common = {"filename": str(directory / f"{case.name}.rgba"), "writer": "ffmpeg", **case.save}
    if not makes_mp4(case):
        return {**common, "codec": "rawvideo", "extra_args": raw}
    mp4 = ["-pix_fmt", "yuv420p", "-preset", "ultrafast", "-y", str(movie_of(case, directory))]
    return {**common, "extra_args": [*mp4, *raw, "-vcodec", "rawvideo"]}


def makes_mp4(case: Case) -> bool:
    """Whether an mp4 is made beside the raw frames: of opaque cases, and those at the core only.

    The same frames with the same arguments make the same movie; it is looked at to see that they
    are the same arguments.
    """
    return case.core and not case.transparent


def movie_of(case: Case, directory: Path) -> Path:
    """Where the mp4 goes, if one is made."""
    return directory / f"{case.name}.mp4"


def serial(case: Case, directory: Path) -> Reference:
    """The truth: a freshly made animation, saved by `Animation.save`."""
    given = {**arguments(case, directory), "writer": RECORDER}
    with surroundings(case):
        animation, extra = case.build()
        animation.save(**given, extra_anim=extra or None)
    return _reference(case, directory, *RecordingRasterizer.last_size)


def run_framepipe(case: Case, directory: Path, **options: Any) -> Reference:
    """The same case with the same arguments, made by `framepipe.encode`."""
    import framepipe

    with surroundings(case):
        animation, extra = case.build()
        movie = framepipe.encode(
            animation, **arguments(case, directory), extra_anim=extra or None, **options
        )
    return _reference(case, directory, movie.width, movie.height)


def run_segments(
    case: Case, directory: Path, blocks: Callable[[int | None], Any], **wanted: Any
) -> tuple[Any, list[str]]:
    """The same case as lossless segments: the movie, and a hash of each of its frames.

    `blocks` is told how many frames the animation says it has; `wanted` is for `Segments`.
    """
    import framepipe

    given = {
        **arguments(case, directory),
        "filename": str(directory / f"{case.name}.mkv"),
        # These count, being the last; sizes and colours still follow the codec named first.
        "extra_args": ["-vcodec", "ffv1", "-pix_fmt", "bgra"],
    }
    raw = directory / f"{case.name}.rgba"
    with surroundings(case):
        animation, extra = case.build()
        movie = framepipe.encode(
            animation, **given, extra_anim=extra or None, workers=2,
            mode=framepipe.Segments(blocks=blocks(known_length(animation, extra)), **wanted),
        )  # fmt: skip
    decode = ["-i", str(movie.path), "-f", "rawvideo", "-pix_fmt", "rgba", "-y", str(raw)]
    subprocess.run([FFMPEG, "-nostdin", "-loglevel", "error", *decode], check=True)
    return movie, hashes(raw, movie.width, movie.height)


def run_writer(case: Case, directory: Path) -> Reference:
    """The same case by `Animation.save` with framepipe for a writer."""
    with surroundings(case):
        animation, extra = case.build()
        given = {**arguments(case, directory), "writer": "framepipe"}
        animation.save(**given, extra_anim=extra or None)
    return _reference(case, directory, truth(case).width, truth(case).height)


def known_length(animation: Any, extra: Any) -> int | None:
    """How many frames an animation says it has; None if it does not."""
    from framepipe.drawing.replay import Replay

    return Replay([animation, *(extra or ())]).length


def _reference(case: Case, directory: Path, width: int, height: int) -> Reference:
    raw = directory / f"{case.name}.rgba"
    shown = decoded(movie_of(case, directory)) if makes_mp4(case) else None
    return Reference(hashes(raw, width, height), width, height, shown)


def hashes(path: Path, width: int, height: int) -> list[str]:
    """A hash for each frame of a file of raw RGBA frames, read one frame at a time."""
    size = 4 * width * height
    found = []
    with open(path, "rb") as file:
        while frame := file.read(size):
            if len(frame) != size:
                raise ValueError(f"{path} ends {len(frame)} bytes into a frame of {size}")
            found.append(hashlib.blake2b(frame, digest_size=16).hexdigest())
    return found


def decoded(movie: Path) -> list[str]:
    """A hash for each frame that a player would show: the movie decoded by ffmpeg."""
    command = [FFMPEG, "-loglevel", "error", "-i", str(movie), "-f", "framemd5", "-"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    lines = (line for line in done.stdout.decode().splitlines() if not line.startswith("#"))
    return [line.rpartition(",")[2].strip() for line in lines]


@functools.cache
def truth(case: Case) -> Reference:
    """`serial`, run once for each case, however many tests and sessions ask.

    What it found lies in pytest's cache until something changes that it depends on: the sources
    of the animations, this file, Python, matplotlib, numpy, the machine or ffmpeg.
    """
    kept = _ROOT / ".pytest_cache" / "truths" / _surroundings_key() / f"{case.name}.json"
    with contextlib.suppress(OSError, ValueError):
        return Reference(**json.loads(kept.read_text()))
    with tempfile.TemporaryDirectory(prefix="framepipe-reference-") as folder:
        made = serial(case, Path(folder))
    with contextlib.suppress(OSError):  # the checkout may be another user's
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(asdict(made)))
        part.replace(kept)
    return made


_ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def _surroundings_key() -> str:
    """What a truth depends on, besides the name of its case, as a name for a folder."""
    ffmpeg = os.stat(FFMPEG)
    facts = [sys.version, mpl.__version__, np.__version__, platform.machine(), FFMPEG]
    digest = hashlib.blake2b(repr([*facts, ffmpeg.st_size, ffmpeg.st_mtime_ns]).encode())
    for path in [Path(__file__), *sorted((_ROOT / "tests" / "animations").glob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
