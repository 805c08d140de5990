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

from framepipe.encoding.command import Encoding, command, forced_format
from framepipe.encoding.formats import SUFFIX_CODECS

CODECS = ["h264", "libx264", "hevc", "mpeg4", "gif", "apng", "png", "prores_ks", "libvpx-vp9"]
SUFFIXES = ["", ".mp4", ".mkv", ".mov", ".avi", ".GIF", *sorted(SUFFIX_CODECS)]
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
    if suffix in SUFFIX_CODECS and not knows(suffix):
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
        if "palettegen" in str(theirs):
            continue  # made in two steps: test_gif.py
        if suffix == ".avif" and "-vf" in extra_args:
            continue  # matplotlib adds a filter graph to it, which ffmpeg refuses
        ours = command("x", Encoding(**wishes), width=320, height=240, output="o", suffix=suffix)
        assert without_additions(ours, theirs)[1:-1] == theirs[1:-1], wishes
        assert ours[-1] == "file:o"


def without_additions(ours: list[str], theirs: list[str]) -> list[str]:
    """Our arguments without what `formats` adds to matplotlib's; each has a test of its own."""
    left = list(ours)
    if suffix_filter := [one for one in theirs if "alphaextract" in one]:
        left[left.index("-filter_complex") + 1] = suffix_filter[0]
    for option in ("-vf", "-movflags", "-tag:v", "-loop", "-plays", "-pix_fmt"):
        while left.count(option) > theirs.count(option):
            # The last of ours comes before the first of the user's; the first are the input's.
            at = [i for i, one in enumerate(left) if one == option][theirs[:12].count(option)]
            del left[at : at + 2]
    return left


def test_pathlib_and_matplotlib_agree_on_the_suffix() -> None:
    for name in [".mp4", ".gif", "a.tar.gif", "a.", "gif", "a.b/gif"]:
        suffix = Path(name).suffix
        if suffix not in SUFFIX_CODECS or knows(suffix):
            theirs = of_matplotlib(name, codec="mpeg4", fps=25)
            if suffix != ".gif":
                assert without_additions(argv(wish(), suffix=suffix), theirs)[1:-1] == theirs[1:-1]


def test_a_fraction_is_a_frame_rate() -> None:
    assert "30000/1001" in argv(wish(fps=Fraction(30000, 1001)))


@pytest.mark.parametrize("suffix", sorted(SUFFIX_CODECS))
def test_the_format_is_said_where_a_percent_sign_could_mislead(suffix: str) -> None:
    arguments = argv(wish(), f"/a%db/x{suffix}", suffix)
    assert arguments[-4:] == ["-f", suffix[1:], "-y", f"file:/a%db/x{suffix}"]
    users = wish(extra_args=["-f", "matroska"])
    assert argv(users, f"/a%db/x{suffix}", suffix).count("-f") == 2  # the input's and the user's
    assert argv(wish(), "/a%db/x.mp4", ".mp4").count("-f") == 1


def test_a_format_of_the_users_own() -> None:
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
