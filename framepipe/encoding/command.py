"""What to ask of ffmpeg: the arguments `Animation.save` would give it, and some more, all pure.

The rules are those of matplotlib 3.11's ``FFMpegWriter`` with raw RGBA frames, whatever matplotlib
is installed: older ones know fewer suffixes and fail where these rules make a movie. A test holds
them against the installed writer, argument by argument. What is added to them, so that a movie
plays and is shown in its colours, is in `formats`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .arguments import FILTERS, last_option
from .formats import (
    SUFFIX_CODECS,
    avif_filter,
    colour_filter,
    container_arguments,
    gif_fps,
    pixel_format,
)

#: Endings of names for which ffmpeg writes one picture a frame, or a playlist and a heap of chunks
#: beside it. Measured with ffmpeg 9 (every muxer's "Common extensions", two frames each).
MULTI_FILE_SUFFIXES = frozenset({
    ".bmp", ".dpx", ".exr", ".hdr", ".im1", ".im24", ".im8", ".j2c", ".j2k", ".jls", ".jp2",
    ".jpeg", ".jpg", ".jxl", ".jxs", ".ljpg", ".pam", ".pbm", ".pcx", ".pfm", ".pgm", ".pgmyuv",
    ".phm", ".pix", ".png", ".ppm", ".qoi", ".ras", ".rs", ".sgi", ".sun", ".sunras", ".tga",
    ".tif", ".tiff", ".vbn", ".wbmp", ".xbm", ".xface", ".xwd", ".y", ".ico", ".m3u8", ".mpd",
})  # fmt: skip

#: The same by the name of the format, for a user who writes ``-f``.
_MULTI_FILE_FORMATS = frozenset({
    "dash", "hds", "hls", "ico", "image2", "segment", "smoothstreaming", "ssegment",
    "stream_segment", "tee", "webm_chunk", "webm_dash_manifest",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the movie is to be encoded: what a matplotlib writer holds, every default filled in.

    Parameters
    ----------
    fps : float, str or Fraction
        Frames a second; anything that ffmpeg understands once it is a string.
    codec : str
        Name of the codec or encoder.
    bitrate : int
        Kilobits a second; 0 or less leaves it to ffmpeg.
    extra_args : sequence of str
        Arguments put last, just before the file. Paths may be given too; kept as a tuple of str.
    metadata : mapping
        What to write into the file's header.
    hold : float, default: 0
        Seconds for which the last frame is shown longer.
    loop : int, default: 0
        How often a GIF, APNG, WebP or AVIF is played; 0 is for ever.
    """

    fps: float | str | Fraction
    codec: str
    bitrate: int
    extra_args: Sequence[str]
    metadata: Mapping[str, str]
    hold: float = 0.0
    loop: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.codec, str):
            raise TypeError(f"codec must be a string, not {self.codec!r}")
        if isinstance(self.extra_args, str | bytes):
            # A string is a sequence too, of arguments one letter long.
            raise TypeError(
                "extra_args is a list with one argument an item, such as ['-crf', '18'], "
                f"not the single string {self.extra_args!r}"
            )
        object.__setattr__(self, "extra_args", tuple(map(_argument, self.extra_args)))
        for text in (self.codec, *self.extra_args, *_pairs(self.metadata)):
            if "\0" in text:
                raise ValueError(f"an argument for ffmpeg cannot hold a NUL character: {text!r}")
        forced = forced_format(self)
        if forced in _MULTI_FILE_FORMATS:
            raise ValueError(
                f"extra_args asks for ffmpeg's format {forced!r}, which writes several files or "
                "still pictures; a movie is one file. Leave '-f' out and let the file name's "
                "ending choose the format, such as .mp4."
            )
        if self.hold and self.filtered:
            raise ValueError(
                "hold= and filters of your own in extra_args do not go together: add "
                f"tpad=stop_mode=clone:stop_duration={self.hold:g} to your filters instead"
            )

    def gif(self, suffix: str) -> bool:
        """Tell whether a file of that ending is a GIF, as matplotlib tells it."""
        return suffix == ".gif" or (suffix not in SUFFIX_CODECS and self.codec == "gif")

    def shown_fps(self, suffix: str) -> float | str | Fraction:
        """Return the frames a second that a file of that ending is shown at."""
        return gif_fps(self.fps) if self.gif(suffix) else self.fps

    @property
    def filtered(self) -> bool:
        """Whether the user has filters of their own between the frames and the encoder."""
        return last_option(self.extra_args, FILTERS) is not None


def _argument(value: object) -> str:
    """Take what Popen would take for an argument, and say clearly what it would not."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        raise TypeError(f"extra_args holds {value!r}; every item must be a string")
    return value


def _pairs(metadata: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in metadata.items()]


def command(
    ffmpeg: str,
    encoding: Encoding,
    *,
    width: int,
    height: int,
    output: str | os.PathLike[str],
    suffix: str,
) -> list[str]:
    """Build the command line that turns raw RGBA frames on standard input into a movie.

    Parameters
    ----------
    ffmpeg : str
        The program.
    encoding : Encoding
        What the user asked for.
    width, height : int
        Size of a frame in pixels.
    output : path
        The file to write; it is overwritten. Taken as a plain file name, whatever is in it.
    suffix : str
        Ending of the name the *user* gave, with its dot (``pathlib.Path(name).suffix``).

    Returns
    -------
    list of str
        The program and its arguments.
    """
    arguments = raw_input(ffmpeg, encoding, width=width, height=height, suffix=suffix)
    codec, extra_args = encoding.codec, encoding.extra_args
    if suffix not in SUFFIX_CODECS:
        arguments += ["-vcodec", codec]
    pixels = pixel_format(codec, extra_args, suffix)
    if pixels is not None:
        arguments += ["-pix_fmt", pixels]
    if suffix == ".avif" and not encoding.filtered:
        # AVIF keeps the alpha channel in a stream of its own.
        graph = avif_filter(last_frame_held(encoding))
        arguments += ["-filter_complex", graph, "-map", "[rgb]", "-map", "[alpha]"]
    else:
        colours = colour_filter(codec, extra_args, suffix)
        filters = [*last_frame_held(encoding), *([] if colours is None else [colours])]
        if filters:
            arguments += ["-vf", ",".join(filters)]
    return [*arguments, *output_arguments(encoding, output=output, suffix=suffix)]


def raw_input(
    ffmpeg: str, encoding: Encoding, *, width: int, height: int, suffix: str
) -> list[str]:
    """Return the beginning of every command: the program, and the frames that it is given.

    Parameters
    ----------
    ffmpeg, encoding, width, height, suffix
        See `command`.
    """
    size = ["-f", "rawvideo", "-vcodec", "rawvideo", "-s", f"{width}x{height}"]
    rate = ["-pix_fmt", "rgba", "-framerate", str(encoding.shown_fps(suffix))]
    # ffmpeg leaves the terminal alone by itself when it reads from "pipe:": no -nostdin is needed.
    return [ffmpeg, *size, *rate, "-loglevel", "error", "-i", "pipe:"]


def last_frame_held(encoding: Encoding) -> list[str]:
    """Return the filter that shows the last frame longer, if that is wanted; it is repeated."""
    if not encoding.hold:
        return []
    return [f"tpad=stop_mode=clone:stop_duration={encoding.hold:.6f}"]


def output_arguments(
    encoding: Encoding, *, output: str | os.PathLike[str], suffix: str
) -> list[str]:
    """Return the end of every command: container, bitrate, metadata, the user's own, and the file.

    Parameters
    ----------
    encoding, output, suffix
        See `command`.
    """
    extra_args = encoding.extra_args
    arguments = container_arguments(encoding.codec, extra_args, suffix, encoding.loop)
    if encoding.bitrate > 0:
        arguments += ["-b", f"{int(encoding.bitrate)}k"]
    for pair in _pairs(encoding.metadata):
        arguments += ["-metadata", pair]
    arguments += extra_args
    path = os.fspath(output)
    if "%" in path and suffix in SUFFIX_CODECS and forced_format(encoding) is None:
        # "%d" anywhere in the path, a folder's name too, makes ffmpeg take .webp (older ones .gif)
        # for a series of pictures; with the format said, it does not look at the name.
        arguments += ["-f", suffix[1:]]
    # Behind "file:" nothing is an option, a protocol, or "-" for standard output.
    return [*arguments, "-y", f"file:{path}"]


def forced_format(encoding: Encoding) -> str | None:
    """Return the container format that the user's own ``-f`` asks for, None without one."""
    return last_option(encoding.extra_args, ("f",))
