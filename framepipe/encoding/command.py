"""What to ask of ffmpeg: the arguments `Animation.save` would give it, as pure functions.

The rules are those of matplotlib 3.11's ``FFMpegWriter`` with raw RGBA frames, whatever matplotlib
is installed: older ones know fewer suffixes and fail where these rules make a movie. A test holds
them against the installed writer, argument by argument.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

#: Suffixes that name their own codec, so that ``codec`` is not passed on; all of them hold alpha.
#: The match is as case-sensitive as matplotlib's.
SUFFIX_NAMES_CODEC = frozenset({".apng", ".avif", ".gif", ".webm", ".webp"})

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
    """

    fps: float | str | Fraction
    codec: str
    bitrate: int
    extra_args: tuple[str, ...]
    metadata: Mapping[str, str]

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
    arguments = [ffmpeg, "-f", "rawvideo", "-vcodec", "rawvideo", "-s", f"{width}x{height}"]
    arguments += ["-pix_fmt", "rgba", "-framerate", str(encoding.fps)]
    # ffmpeg leaves the terminal alone by itself when it reads from "pipe:": no -nostdin is needed.
    arguments += ["-loglevel", "error", "-i", "pipe:"]
    codec = encoding.codec
    if suffix in SUFFIX_NAMES_CODEC:
        codec = suffix[1:]
    else:
        arguments += ["-vcodec", codec]
    if codec == "h264" and "-pix_fmt" not in encoding.extra_args:
        arguments += ["-pix_fmt", "yuv420p"]  # QuickTime and browsers play nothing finer
    elif codec == "gif" and "-filter_complex" not in encoding.extra_args:
        # A palette made from this movie's own colours.
        palette = "split [a][b];[a] palettegen [p];[b][p] paletteuse"
        arguments += ["-filter_complex", palette]
    elif codec == "avif" and "-filter_complex" not in encoding.extra_args:
        # AVIF keeps the alpha channel in a stream of its own.
        planes = "split [rgb][rgba]; [rgba] alphaextract [alpha]"
        arguments += ["-filter_complex", planes, "-map", "[rgb]", "-map", "[alpha]"]
    if encoding.bitrate > 0:
        arguments += ["-b", f"{int(encoding.bitrate)}k"]
    for pair in _pairs(encoding.metadata):
        arguments += ["-metadata", pair]
    arguments += encoding.extra_args
    path = os.fspath(output)
    if "%" in path and suffix in SUFFIX_NAMES_CODEC and forced_format(encoding) is None:
        # "%d" anywhere in the path, a folder's name too, makes ffmpeg take .webp (older ones .gif)
        # for a series of pictures; with the format said, it does not look at the name.
        arguments += ["-f", suffix[1:]]
    # Behind "file:" nothing is an option, a protocol, or "-" for standard output.
    return [*arguments, "-y", f"file:{path}"]


def forced_format(encoding: Encoding) -> str | None:
    """Return the container format that the user's own ``-f`` asks for, None without one."""
    return last_option(encoding.extra_args, ("f",))


def last_option(arguments: Iterable[str], names: Iterable[str]) -> str | None:
    """Find the value of an option for the movie's (only) video stream; the last one counts.

    Parameters
    ----------
    arguments : iterable of str
        What to look through.
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
