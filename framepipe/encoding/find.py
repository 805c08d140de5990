"""Find the ffmpeg to run."""

from __future__ import annotations

import logging
import shutil

from ..errors import EncoderNotFound
from .process import run_program

_log = logging.getLogger(__name__)

_ADVICE = (
    "Put one into this environment with 'pip install imageio-ffmpeg', install your system's "
    "package, or set rcParams['animation.ffmpeg_path'] to the program."
)


def find_ffmpeg(configured: str | None) -> str:
    """Find the ffmpeg to run.

    Parameters
    ----------
    configured : str or None
        The program the user has chosen, by name or path; None if they left the choice to us.

    Returns
    -------
    str
        The user's program if it is there; else imageio-ffmpeg's, which is its own binary, conda's
        or the system's, in this order (``IMAGEIO_FFMPEG_EXE`` overrides them).

    Raises
    ------
    EncoderNotFound
        If there is none.
    """
    if configured is not None:
        found = shutil.which(configured)
        if found is not None:
            return found
        _log.warning(
            "rcParams['animation.ffmpeg_path'] is %r, which is not a program that can be run; "
            "using imageio-ffmpeg's ffmpeg instead",
            configured,
        )
    try:
        # Imported late: looking for the binary costs a start of ffmpeg, and a broken install of
        # this one package should not keep framepipe from being imported.
        import imageio_ffmpeg

        bundled = str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise EncoderNotFound(f"No ffmpeg was found: {error} {_ADVICE}") from error
    found = shutil.which(bundled)
    if found is None:
        raise EncoderNotFound(
            f"imageio-ffmpeg names {bundled!r} as its ffmpeg, which is not a program that can be "
            f"run. {_ADVICE}"
        )
    return found


def version_of(ffmpeg: str) -> str:
    """Return what an ffmpeg calls itself: "ffmpeg version 7.0.2-static ...".

    Parameters
    ----------
    ffmpeg : str
        The program.
    """
    said = run_program(ffmpeg, "-version").stdout.decode(errors="replace")
    return said.partition("\n")[0].partition(" Copyright")[0]
