"""How recorded blocks can become one movie, as pure functions.

Copying packets from one file into another keeps what each block's encoder made.  That is possible
where the container holds exact presentation times for every packet, and where the user's arguments
do not make ffmpeg do anything that reaches across blocks.  In all other cases blocks are recorded
without loss, and the whole is encoded once, by the very command the ordered pipe would have run.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..command import Encoding, forced_format
from ..formats import container_arguments

#: Endings of files whose packets can be copied into one, with the name of ffmpeg's muxer.
#: Measured with ffmpeg 9.0.2, in twelve codecs and at nine frame rates: every time stamp is that
#: of a single encode.  AVI and MPEG-TS are not here: AVI has no times for frames out of order
#: (B-frames), and MPEG-TS files of a few frames are not recognised.
COPYABLE = {
    ".mp4": "mp4",
    ".m4v": "ipod",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
    ".nut": "nut",
}

#: How a block is recorded that is to be encoded later: FFV1 is lossless, and fast for its size.
LOSSLESS_SUFFIX = ".mkv"
LOSSLESS_CODEC = "ffv1"
LOSSLESS_ARGS = ("-level", "3", "-g", "1", "-pix_fmt", "bgra")

#: Options that act on more frames than one, choose among them, or make more than one output: with
#: one of these a movie of blocks is not the blocks' movies joined.
_WHOLE_MOVIE_OPTIONS = frozenset({
    "af", "bsf", "filter", "filter_complex", "filter_complex_script", "filter_script", "fpsmax",
    "fps_mode", "frames", "fs", "i", "itsoffset", "lavfi", "map", "pass", "passlogfile", "r",
    "shortest", "ss", "sseof", "stats_file", "t", "to", "vf", "vframes", "vstats", "vsync", "y",
})  # fmt: skip

#: Options for any muxer (libavformat/options_table.h, those marked E) that are worth passing on.
_ANY_MUXER = frozenset({"avoid_negative_ts", "fflags", "flush_packets", "max_delay", "strict"})


def can_copy(encoding: Encoding, suffix: str) -> bool:
    """Tell whether blocks encoded apart can be joined by copying.

    Parameters
    ----------
    encoding : Encoding
        What the user asked for.
    suffix : str
        Ending of the movie's name, with its dot.

    Returns
    -------
    bool
        If not, blocks must be recorded without loss and encoded once.
    """
    if suffix.lower() not in COPYABLE or forced_format(encoding) is not None or encoding.hold:
        return False
    return not whole_movie_options(encoding)


def whole_movie_options(encoding: Encoding) -> set[str]:
    """Return the user's options that make ffmpeg do something across blocks."""
    options = {one[1:].partition(":")[0] for one in encoding.extra_args if one.startswith("-")}
    return options & _WHOLE_MOVIE_OPTIONS


def muxer_arguments(encoding: Encoding, suffix: str, options: Iterable[str]) -> list[str]:
    """Return the arguments that concern the container, not the encoder.

    Parameters
    ----------
    encoding : Encoding
        What the user asked for.
    suffix : str
        Ending of the movie's name, with its dot.
    options : iterable of str
        Names of the options that the muxer has.

    Returns
    -------
    list of str
        Arguments for the copying ffmpeg: what every movie of this kind is given, metadata, and what
        the user says to the muxer.
    """
    wanted = _ANY_MUXER.union(options, {"tag", "vtag", "timecode", "disposition"})
    arguments = container_arguments(encoding.codec, encoding.extra_args, suffix)
    for key, value in encoding.metadata.items():
        arguments += ["-metadata", f"{key}={value}"]
    previous = ""
    for argument in encoding.extra_args:
        name = previous[1:].partition(":")[0] if previous.startswith("-") else ""
        if name in wanted or name == "metadata":
            arguments += [previous, argument]
        previous = argument
    return arguments
