"""One frame of a finished movie as a PNG, for where the movie itself cannot be shown."""

from __future__ import annotations

import os
import re

from ..process import run_program

_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d\.\d+)")


def poster(ffmpeg: str, path: str | os.PathLike[str], width: int) -> bytes | None:
    """Return a frame from the middle of a movie.

    Parameters
    ----------
    ffmpeg : str
        The program.
    path : str or path-like
        The movie, or a series of pictures.
    width : int
        Most pixels that the picture is wide.

    Returns
    -------
    bytes or None
        A PNG; None if the movie cannot be read.
    """
    source = ("-i", f"file:{os.fspath(path)}")
    said = run_program(ffmpeg, "-nostdin", "-hide_banner", *source).stderr.decode(errors="replace")
    found = _DURATION.search(said)
    middle = 0.0
    if found is not None:
        hours, minutes, seconds = map(float, found.groups())
        middle = (3600 * hours + 60 * minutes + seconds) / 2
    scale = ("-vf", f"scale=w='min({width},iw)':h=-1", "-frames:v", "1")
    output = ("-c:v", "png", "-f", "image2pipe", "-")
    for begin in (middle, 0.0):
        seek = ("-ss", f"{begin:.3f}") if begin else ()
        done = run_program(
            ffmpeg, "-nostdin", "-loglevel", "error", *seek, *source, *scale, *output
        )
        if done.returncode == 0 and done.stdout:
            return bytes(done.stdout)
    return None
