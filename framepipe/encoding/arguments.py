"""Reading a list of ffmpeg arguments: which options it holds for the movie's video stream."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

#: Names of the option that chooses the encoder.
CODEC = ("c", "codec", "vcodec")

#: Names of the options that put filters between the frames and the encoder; with a slash in front
#: the filters are read from a file.
FILTERS = ("vf", "filter", "filter_complex", "lavfi", "/vf", "/filter", "/filter_complex")


def last_option(arguments: Iterable[str], names: Iterable[str]) -> str | None:
    """Find the value of an option for the movie's (only) video stream; the last one counts.

    Parameters
    ----------
    arguments : iterable of str
        The arguments.
    names : iterable of str
        The option's names without dash. ``-c``, ``-c:v``, ``-c:v:0`` and ``-c:0`` are all "c".

    Returns
    -------
    str or None
        The value, or None if the option is not there.
    """
    wanted = frozenset(names)
    values = [value for name, value in _options(arguments) if name in wanted]
    return values[-1] if values else None


def _options(arguments: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield every option for the video stream, without dash and stream, and what follows it."""
    for option, value in itertools.pairwise(arguments):
        name, _, stream = option.partition(":")
        if name.startswith("-") and stream.split(":")[0] in {"", "v", "V", "0"}:
            yield name[1:], value
