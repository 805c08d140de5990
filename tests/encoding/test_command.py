"""The arguments for ffmpeg: the same as matplotlib's own writer gives, for the same wishes."""

from __future__ import annotations

import itertools
import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.animation import FFMpegWriter

from framepipe.encoding.command import (
    SUFFIX_NAMES_CODEC,
    Encoding,
    command,
    forced_format,
    last_option,
)

CODECS = ["h264", "libx264", "mpeg4", "gif", "avif", "apng", "png", "prores_ks", "libvpx-vp9"]
SUFFIXES = ["", ".mp4", ".mkv", ".mov", ".avi", ".GIF", *sorted(SUFFIX_NAMES_CODEC)]
EXTRA_ARGS: list[list[str]] = [
    [],
    ["-pix_fmt", "yuv444p"],
    ["-pix_fmt:v", "yuv444p", "-crf", "18"],
    ["-filter_complex", "null", "-preset", "fast"],
    ["-vf", "fps=10", "-f", "mp4"],
]
METADATA: list[dict[str, Any]] = [{}, {"title": "a = b", "artist": "", "comment": "two\nlines"}]


class _Figure:
    """As much of a figure as the writer asks for."""

    def get_size_inches(self) -> tuple[float, float]:
        return 6.4, 4.8


def of_matplotlib(outfile: str, **wishes: Any) -> list[str]:
    writer: Any = FFMpegWriter(**wishes)
    writer.outfile, writer.fig, writer.dpi = outfile, _Figure(), 50
    return [str(argument) for argument in writer._args()]


def knows(suffix: str) -> bool:
    """Whether the installed matplotlib has the rule for a suffix; 3.9 has that for .gif only."""
    return "-vcodec" not in of_matplotlib(f"x{suffix}", codec="mpeg4")[5:]


def wish(**changes: Any) -> Encoding:
    plain = {"fps": 25, "codec": "mpeg4", "bitrate": -1, "extra_args": (), "metadata": {}}
    return Encoding(**{**plain, **changes})


def argv(encoding: Encoding, output: str = "movie.mkv", suffix: str = ".mkv") -> list[str]:
    return command("ffmpeg", encoding, width=320, height=240, output=output, suffix=suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_arguments_as_matplotlib(suffix: str) -> None:
    if suffix in SUFFIX_NAMES_CODEC and not knows(suffix):
        pytest.skip(f"matplotlib {mpl.__version__} has no rule for {suffix}")
    name = f"a.folder/movie{suffix}"
    for codec, bitrate, extra_args, metadata, fps in itertools.product(
        CODECS, [-1, 0, 1800], EXTRA_ARGS, METADATA, [5, 1000.0 / 30, "30000/1001"]
    ):
        wishes: dict[str, Any] = {
            "fps": fps,
            "codec": codec,
            "bitrate": bitrate,
            "extra_args": extra_args,
            "metadata": metadata,
        }
        theirs = of_matplotlib(name, **wishes)
        if codec == "avif" and not knows(".avif"):
            continue
        ours = command("x", Encoding(**wishes), width=320, height=240, output="o", suffix=suffix)
        assert ours[1:-1] == theirs[1:-1], wishes
        assert ours[-1] == "file:o"


def test_pathlib_and_matplotlib_agree_on_the_suffix() -> None:
    for name in [".mp4", ".gif", "a.tar.gif", "a.", "gif", "a.b/gif"]:
        suffix = Path(name).suffix
        if suffix not in SUFFIX_NAMES_CODEC or knows(suffix):
            theirs = of_matplotlib(name, codec="mpeg4", fps=25)
            assert argv(wish(), suffix=suffix)[1:-1] == theirs[1:-1], name


def test_a_fraction_is_a_frame_rate() -> None:
    assert "30000/1001" in argv(wish(fps=Fraction(30000, 1001)))


@pytest.mark.parametrize("suffix", sorted(SUFFIX_NAMES_CODEC))
def test_the_format_is_said_where_a_percent_sign_could_mislead(suffix: str) -> None:
    arguments = argv(wish(), f"/a%db/x{suffix}", suffix)
    assert arguments[-4:] == ["-f", suffix[1:], "-y", f"file:/a%db/x{suffix}"]
    users = wish(extra_args=["-f", "matroska"])
    assert argv(users, f"/a%db/x{suffix}", suffix).count("-f") == 2  # the input's and the user's
    assert argv(wish(), "/a%db/x.mp4", ".mp4").count("-f") == 1


def test_last_option_is_the_last_one_for_the_video() -> None:
    arguments = ["-c:v", "a", "-codec:v:0", "b", "-c:a", "c", "-vcodec", "d", "-acodec", "e"]
    names = ("c", "codec", "vcodec")
    assert last_option(arguments, names) == "d"
    assert last_option(arguments[:6], names) == "b"
    assert last_option(["-c:0", "x"], names) == "x"
    assert last_option(["-c:a", "x", "-c:s:0", "y", "c", "z"], names) is None
    assert last_option(["-pix_fmt"], ["pix_fmt"]) is None
    assert forced_format(wish(extra_args=["-f", "mp4"])) == "mp4"
    assert forced_format(wish()) is None


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"extra_args": "-crf 18"}, TypeError, "one argument an item"),
        ({"extra_args": ["-crf", 18]}, TypeError, "holds 18"),
        ({"extra_args": [b"-an"]}, TypeError, "must be a string"),
        ({"codec": None}, TypeError, "codec must be"),
        ({"extra_args": ["a\0b"]}, ValueError, "NUL"),
        ({"metadata": {"title": "\0"}}, ValueError, "NUL"),
        ({"codec": "h\0"}, ValueError, "NUL"),
        ({"extra_args": ["-f", "hls"]}, ValueError, "several files"),
        ({"extra_args": ["-f", "image2"]}, ValueError, "still pictures"),
    ],
)
def test_wrong_wishes_are_refused(changes: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        wish(**changes)


def test_paths_among_extra_args_and_pickling() -> None:
    encoding = wish(extra_args=["-i", Path("audio.mp3")])
    assert encoding.extra_args == ("-i", "audio.mp3")
    assert pickle.loads(pickle.dumps(encoding)) == encoding
