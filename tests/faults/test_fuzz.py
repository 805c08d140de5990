"""`encode` under hypothesis: good, bad and odd values for every argument, with tiny animations.

The outcome is a right movie, or one of the errors that are documented, and nothing is left; never
another exception.  ``FRAMEPIPE_FUZZ=2000`` tries more.
"""

from __future__ import annotations

import io
import math
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import clip, numbers_in
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.animation import FFMpegFileWriter, FFMpegWriter, PillowWriter
from promise import Seen

from framepipe import FramepipeError, Segments, To, encode

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc"),
    pytest.mark.filterwarnings("ignore"),
]

FRAMES = 3
NAN, INF = math.nan, math.inf

#: What `encode` may raise, as its documentation says; a RuntimeError where `Animation.save` raises
#: one, too: settings beside a writer that has its own.
DOCUMENTED = (TypeError, ValueError, FramepipeError, OSError, MemoryError, RuntimeError)


class NoAnimation(TypeError):
    """The user's own, of a kind that is allowed."""


class Odd:
    """Nothing that anybody has asked for."""


def sour() -> Any:
    raise NoAnimation


#: Animations, or what stands in the place of one; made anew for every example.
ANIMATIONS: list[Callable[[], Any]] = [
    lambda: clip(FRAMES),
    lambda: lambda: clip(FRAMES),
    lambda: clip(iter(range(FRAMES))),
    lambda: clip(lambda: iter(range(FRAMES))),
    lambda: clip(0),
    lambda: clip([]),
    lambda: clip(1),
    lambda: None,
    lambda: 3,
    lambda: "clip",
    lambda: sour,
    lambda: lambda: None,
    lambda: clip,
    lambda: clip(FRAMES, blit=True),
    lambda: clip(FRAMES, interval=0),
]

FILENAMES: list[Any] = [
    "m.mkv", "m.gif", "m.avi", "m", "m.xyz", ".mp4", "", b"m.mp4", Path("m.mp4"), 3, None, [],
    ["m.mp4", "n.gif"], ["m.mp4", "m.mp4"], ("m.mp4",), [["m.mp4"]], To("m.mkv"), "no/such/m.mp4",
    "m.png", "f/%03d.png", "f{0}/{1}%d.png", "%d.mp4", "m\0.mp4", "x" * 300 + ".mp4", "m.mp4 ",
    "ü.mp4", "\udcff.mp4", ".", "..", "/", "m.MP4", "m.apng", "m.mp4/", "-y.mp4", "m.m3u8", "m.jpg",
    True, math.pi, {"m.mp4"}, {"m.mp4": 1}, Odd(),
]  # fmt: skip

WRITERS: list[Callable[[], Any]] = [
    lambda: "ffmpeg", lambda: "pillow", lambda: "ffmpeg_file", lambda: "framepipe",
    lambda: "nope", lambda: "", lambda: 3, lambda: FFMpegWriter, lambda: FFMpegWriter(),
    lambda: FFMpegWriter(fps=7, bitrate=200), lambda: FFMpegWriter(fps=-3), lambda: PillowWriter(),
    lambda: FFMpegFileWriter(), lambda: Odd(), lambda: b"ffmpeg",
]  # fmt: skip

#: Values for everything else, most of them odd.
VALUES: dict[str, list[Any]] = {
    "fps": [
        25, 0, -1, NAN, INF, -INF, Fraction(30000, 1001), np.float32(25), np.int64(10), "25", "",
        "30000/1001", 1e300, 1e-300, True, Decimal(24), b"25", [], [25], "-i", 1j, 10**400, Odd(),
        np.array(25), np.array([25, 30]), 1e6, timedelta(1), 0.001,
    ],
    "dpi": [
        32, "figure", 1, 0, -3, NAN, INF, 1e9, np.float64(20), np.int32(40), Fraction(64, 3), "x",
        True, 30_000, 10**400, "32", b"figure", [32], 1e-9, 0.5, Decimal(32), 1j, Odd(),
        np.array(32),
    ],
    "codec": [
        "libx264", "mpeg4", "rawvideo", "gif", "png", "", "nope", b"libx264", 3, "-i", "h264\n",
        "\0", "é", "libx264 -crf 3", ["libx264"], Odd(), "copy", True, "\udcff",
    ],
    "bitrate": [
        -1, 0, 100, 1e300, NAN, INF, np.int32(200), "100", "100k", Fraction(201, 2), -5, True,
        10**30, 10**400, b"1", [1], 1e-3, Decimal(100), Odd(),
    ],
    "extra_args": [
        [], ["-crf", "30"], ("-preset", "ultrafast"), ["-bogus"], "-crf 3", [1], [None], [""],
        [b"-y"], iter(["-an"]), {}, ["-f", "null"], ["-f", "mp4"], ["-frames:v", "2"], ["-t"],
        ["\0"], ["-i", "/no/such"], ["-y"], ["-vf", "null"], ["-vf", "scale=4:4"], ["-f"], [[]],
        ["-pix_fmt", "gray"], ["-ss", "1"], ["-r", "3"], ["m2.mkv"], Odd(), [Odd()], 3, ["\udcff"],
        ["-ss", "1000"], ["-vn"], [Path("-an")],
    ],
    "metadata": [
        {}, {"title": "x"}, {"": ""}, {"a": 1}, {1: "a"}, {"a": None}, {"a": "\0"}, {"x": "\n"},
        {"a\nb": "é"}, [], [("a", "b")], "x", {"a": "x" * 200_000}, {"a": "\udcff"}, {"-i": "-i"},
        {"a": Odd()}, {Odd(): "a"}, 3, {"a": b"b"},
    ],
    "extra_anim": [[], [3], "x", [None], {}, 3, [clip], Odd()],
    "savefig_kwargs": [
        {}, {"facecolor": "red"}, {"dpi": 10}, {"format": "png"}, {"bbox_inches": "tight"},
        {"transparent": True}, {"nope": 1}, {3: 3}, {"metadata": {"a": "b"}}, {"metadata": 3},
        {"facecolor": "no such"}, {"pad_inches": 3}, {"facecolor": NAN}, [], "x", {"backend": "x"},
        {"orientation": 3}, {"bbox_extra_artists": 3}, {"edgecolor": None}, {"fname": "x"},
        {"facecolor": (2, 3, 4)}, {"pil_kwargs": {}}, {"papertype": 3}, {"transparent": "x"},
    ],
    "progress_callback": [print, 3, "x", lambda: None, lambda i, n: None, Odd()],
    "workers": [
        0, 1, 2, -1, 1.5, np.int64(1), True, False, "2", NAN, INF, 10**6, 10**400, [], Odd(), 2.0,
        Fraction(2), b"1",
    ],
    "mode": [
        "auto", "pipe", "segments", Segments(), Segments(blocks=2), "x", None, 3, b"pipe", Segments,
        Segments(blocks=[(0, 3)]), Segments(blocks=[(0, 2)]), Segments(blocks=[(1, 3), (0, 1)]),
        Segments(blocks=2, keep=True), Segments(stitcher="mencoder"), Odd(), ["pipe"], True,
    ],
    "redraw": ["auto", "full", "verify", "x", None, 3, True, ["auto"], Odd()],
    "independent": [True, False, None, 1, "x", NAN, Odd()],
    "start_method": ["fork", "nope", 3, "", ["fork"], True, Odd()],
    "progress": [False, None, 3, "x", Odd()],
    "hold": [0, 0.1, -1, NAN, INF, 1e300, "1", None, Fraction(1, 8), np.float32(0.1), True, 10**400,
             1e9, 1j, Odd(), Decimal("0.1"), -0.0, 1e-9],
    "loop": [0, 1, 65535, 65536, -1, 1.5, True, np.int64(2), "1", None, NAN, 10**400, Odd()],
}  # fmt: skip

#: Ways to write a file object that are odd, too.
STREAMS: list[Callable[[], Any]] = [
    io.BytesIO, io.StringIO, lambda: To(io.BytesIO(), format="gif"), lambda: Unwritable(),
]  # fmt: skip


class Unwritable:
    def write(self, data: bytes) -> int:
        raise OSError("no room")


@st.composite
def calls(draw: Any) -> dict[str, Any]:
    """Arguments for a call: mostly good ones, and one to three of which nobody has thought."""
    call: dict[str, Any] = {
        "animation": 0,
        "filename": "m.mkv",
        "workers": draw(st.sampled_from([0, 1, 2])),
        "mode": draw(st.sampled_from(["auto", "segments"])),
    }
    names = [*VALUES, "animation", "filename", "stream", "writer"]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        if name == "animation":
            call[name] = draw(st.integers(0, len(ANIMATIONS) - 1))
        elif name in ("stream", "writer"):
            makers = STREAMS if name == "stream" else WRITERS
            call[name] = draw(st.integers(0, len(makers) - 1))
        elif name == "filename":
            call[name] = FILENAMES[draw(st.integers(0, len(FILENAMES) - 1))]
        else:
            call[name] = VALUES[name][draw(st.integers(0, len(VALUES[name]) - 1))]
    return call


def try_it(call: dict[str, Any]) -> None:
    """Make the call, and hold the outcome to what is promised."""
    call = dict(call)
    animation = ANIMATIONS[call.pop("animation")]()
    filename = call.pop("filename")
    if "stream" in call:
        filename = STREAMS[call.pop("stream")]()
    if "writer" in call:
        call["writer"] = WRITERS[call["writer"]]()
    home, before = os.getcwd(), Seen.now()
    movie = None
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, mpl.rc_context():
        os.chdir(folder)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                movie = encode(animation, filename, **call)
            assert movie.frames in (FRAMES, 1, 12)  # `clip(1)`, and `clip` as it makes them itself
            for path in movie.paths:
                if path is not None and "%" not in str(path) and path.exists():
                    assert path.stat().st_size > 0
        except DOCUMENTED:
            pass
        finally:
            os.chdir(home)
        left = [name for name in os.listdir(folder) if name.startswith(".framepipe-")]
        assert left == []
        if movie is not None and call.get("codec") == "rawvideo" and movie.path.suffix == ".raw":
            assert numbers_in(movie) == list(range(movie.frames))
        elif movie is None:
            made = {name for name in os.listdir(folder) if not name.startswith("m2")}
            assert not made, made
    del movie, animation, filename
    assert Seen.now().more_than(before) == {}


FUZZ = {
    "deadline": None,
    "derandomize": "FRAMEPIPE_FUZZ" not in os.environ,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.generate),  # an example costs too much to be made smaller
    "database": None,
}


@settings(max_examples=25, **FUZZ)  # type: ignore[arg-type]
@given(calls())
def test_whatever_it_is_given_the_outcome_is_documented(call: dict[str, Any]) -> None:
    try_it(call)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=int(os.environ.get("FRAMEPIPE_FUZZ", "80")), **FUZZ)  # type: ignore[arg-type]
@given(calls())
def test_whatever_it_is_given_the_outcome_is_documented_again_and_again(
    call: dict[str, Any],
) -> None:
    try_it(call)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*VALUES, "filename", "animation", "writer", "stream"])
def test_every_value_by_itself(name: str) -> None:
    count = {"filename": FILENAMES, "animation": ANIMATIONS, "writer": WRITERS, "stream": STREAMS}
    values = VALUES.get(name, count.get(name, []))
    wrong = []
    for index, value in enumerate(values):
        call: dict[str, Any] = {"animation": 0, "filename": "m.mkv", "workers": 0}
        call[name] = index if name in ("animation", "writer", "stream") else value
        try:
            try_it(call)
        except BaseException as error:
            wrong.append((index, type(error).__name__, str(error)[:300]))
    assert wrong == []
