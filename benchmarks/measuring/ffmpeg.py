"""The ffmpeg that everybody uses, and the matplotlib that everybody begins with."""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl


@functools.cache
def ffmpeg_path() -> str:
    """Return the path of imageio-ffmpeg's ffmpeg, which framepipe takes as well."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def same_defaults() -> None:
    """Give everybody the same matplotlib, whatever its user has configured, and the same ffmpeg."""
    mpl.rcdefaults()
    mpl.use("agg")
    mpl.rcParams["animation.ffmpeg_path"] = ffmpeg_path()


@contextlib.contextmanager
def ffmpeg_on_path() -> Iterator[None]:
    """Let ``ffmpeg``, without a path, mean the ffmpeg that everybody uses."""
    before = os.environ.get("PATH", "")
    with tempfile.TemporaryDirectory(prefix="benchmarks-ffmpeg-") as folder:
        (Path(folder) / "ffmpeg").symlink_to(ffmpeg_path())
        os.environ["PATH"] = os.pathsep.join((folder, before))
        try:
            yield
        finally:
            os.environ["PATH"] = before
