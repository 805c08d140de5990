"""Formats that play: every kind of file made, decoded by somebody else, looked at, and tagged."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from clips import FFMPEG
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageSequence, features

from framepipe import Segments, encode
from framepipe.encoding.command import Encoding
from framepipe.encoding.formats import (
    colour_filter,
    container_arguments,
    encoder_of,
    gif_fps,
    pixel_format,
)

FRAMES = 6
COLOURS = ["#00ff00", "#ff0000", "#0000ff", "#ffff00", "#808080", "#c04080"]
BT601 = "tv, smpte170m/bt709/bt709"


def patches(*, see_through: bool = False) -> FuncAnimation:
    """96 x 64 pixels, six patches; in frame i the i-th is black.  See through, the last is none."""
    figure = Figure(figsize=(0.96, 0.64), dpi=100, facecolor="none" if see_through else "white")
    FigureCanvasAgg(figure)
    shown = [
        Rectangle((i % 3 / 3, 1 - i // 3 / 2), 1 / 3, -0.5, lw=0, antialiased=False)
        for i in range(6 - see_through)
    ]
    for patch in shown:
        figure.add_artist(patch)

    def update(number: int) -> list[Rectangle]:
        for i, patch in enumerate(shown):
            patch.set_facecolor("black" if i == number else COLOURS[i])
        return shown

    return FuncAnimation(figure, update, FRAMES, init_func=tuple, interval=100)


def expected(number: int, *, see_through: bool = False) -> npt.NDArray[np.uint8]:
    """RGBA of each patch in a frame, shape (6, 4)."""
    colours = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] + [255] for c in COLOURS]
    colours[number] = [0, 0, 0, 255]
    if see_through:
        colours[5] = [0, 0, 0, 0]
    return np.array(colours, np.uint8)


def middles(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The pixels in the middle of each patch, shape (6, 4)."""
    return np.array([picture[16 + 32 * (i // 3), 16 + 32 * (i % 3)] for i in range(6)])


def by_ffmpeg(path: Path, *decoder: str) -> list[npt.NDArray[np.uint8]]:
    """All frames of a movie as RGBA, by the tags that it carries."""
    raw = ["-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    command = [FFMPEG, "-v", "error", *decoder, "-i", str(path), *raw]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stderr == b""
    return list(np.frombuffer(done.stdout, np.uint8).reshape(-1, 64, 96, 4))


def by_pillow(path: Path) -> list[npt.NDArray[np.uint8]]:
    """All frames of an animated picture as RGBA, as Pillow shows them."""
    with Image.open(path) as image:
        return [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]


def stream(path: Path) -> str:
    """What ffmpeg says of the first video stream."""
    told = subprocess.run([FFMPEG, "-i", str(path)], capture_output=True, text=True).stderr
    return next(line.strip() for line in told.splitlines() if " Video: " in line)


def hashes(path: Path) -> str:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-f", "framemd5", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def index_first(path: Path) -> bool:
    """Whether an mp4 or mov has its index before its frames."""
    data = path.read_bytes()
    return data.index(b"moov") < data.index(b"mdat")


#: Suffix, codec, and what ffmpeg says of the stream.
MOVIES = [
    (".mp4", "h264", rf"h264 \(High\) .*yuv420p\({BT601}"),
    (".mp4", "libx264", rf"h264 \(High\) .*yuv420p\({BT601}"),
    (".m4v", "h264", rf"h264 \(High\) .*yuv420p\({BT601}"),
    (".mp4", "hevc", rf"hevc \(Main\) \(hvc1.*yuv420p\({BT601}"),
    (".mov", "libx265", rf"hevc \(Main\) \(hvc1.*yuv420p\({BT601}"),
    (".mp4", "libsvtav1", rf"av1 .*\(Main\).*yuv420p\({BT601}"),
    (".mp4", "av1", rf"av1 .*\(Main\).*yuv420p\({BT601}"),
    (".mp4", "vp9", rf"vp9 \(Profile 0\).*yuv420p\({BT601}"),
    (".mp4", "mpeg4", rf"mpeg4 .*yuv420p\({BT601}"),
    (".webm", "h264", rf"vp9 \(Profile 0\).*yuv420p\({BT601}"),
    (".mkv", "h264", rf"h264 \(High\).*yuv420p\({BT601}"),
    (".mkv", "ffv1", r"ffv1, bgra\(pc, gbr"),
]


@pytest.mark.parametrize(("suffix", "codec", "said"), MOVIES)
def test_a_movie_plays_in_its_colours(suffix: str, codec: str, said: str, tmp_path: Path) -> None:
    movie = encode(patches(), tmp_path / f"m{suffix}", codec=codec, dpi=100, workers=0)
    assert re.search(said, stream(movie.path)), stream(movie.path)
    frames = by_ffmpeg(movie.path)
    assert len(frames) == FRAMES
    for number, frame in enumerate(frames):
        wrong = np.abs(middles(frame).astype(int) - expected(number)).max()
        assert wrong <= 12, number  # small patches, and what the codec loses
    if suffix in {".mp4", ".m4v", ".mov"}:
        assert index_first(movie.path)


#: Suffix, codec, how to decode it with its alpha channel, and how far from the truth it may be.
SEE_THROUGH: list[tuple[str, str | None, list[str], int]] = [
    (".mov", "prores_ks", [], 4),
    (".mov", "prores", [], 4),
    (".mov", "qtrle", [], 0),
    (".webm", None, ["-c:v", "libvpx-vp9"], 12),
]


@pytest.mark.parametrize(("suffix", "codec", "decoder", "loss"), SEE_THROUGH)
def test_a_movie_keeps_its_transparency(
    suffix: str, codec: str | None, decoder: list[str], loss: int, tmp_path: Path
) -> None:
    path = tmp_path / f"m{suffix}"
    encode(patches(see_through=True), path, codec=codec, dpi=100, workers=0)
    frames = by_ffmpeg(path, *decoder)
    assert len(frames) == FRAMES
    for number, frame in enumerate(frames[:5]):
        found, wanted = middles(frame).astype(int), expected(number, see_through=True)
        assert found[5, 3] <= loss / 4
        assert np.abs(found[:5] - wanted[:5]).max() <= loss, number


@pytest.mark.parametrize(
    ("suffix", "loss"), [(".gif", 0), (".apng", 0), (".webp", 24), (".avif", 24)]
)
def test_an_animated_picture_keeps_its_transparency_and_is_played_for_ever(
    suffix: str, loss: int, tmp_path: Path
) -> None:
    if suffix == ".avif" and not features.check("avif"):
        pytest.skip("this Pillow knows no AVIF")
    path = tmp_path / f"m{suffix}"
    encode(patches(see_through=True), path, dpi=100, workers=0)
    # Pillow 12.1 does not go back where two frames in a row are to be disposed of (APNG).
    frames = by_ffmpeg(path) if suffix == ".apng" else by_pillow(path)
    assert len(frames) == FRAMES
    for number, frame in enumerate(frames[:5]):
        found, wanted = middles(frame).astype(int), expected(number, see_through=True)
        assert found[5, 3] <= loss / 4
        assert np.abs(found[:5] - wanted[:5]).max() <= loss, number
    with Image.open(path) as image:
        assert image.info.get("loop", 0) == 0
    if suffix == ".apng":
        data = path.read_bytes()
        assert data[data.index(b"acTL") + 8 :][:4] == bytes(4)  # num_plays


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mp4", "h264"), (".mkv", "mpeg4"), (".mov", "prores_ks"), (".mov", "qtrle"),
     (".mp4", "libsvtav1"), (".apng", None), (".webp", None)],
)  # fmt: skip
def test_where_save_makes_a_movie_that_plays_the_frames_are_its_frames(
    suffix: str, codec: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    ours, theirs = tmp_path / f"ours{suffix}", tmp_path / f"theirs{suffix}"
    encode(patches(), ours, codec=codec, dpi=100, workers=0)
    patches().save(str(theirs), codec=codec, dpi=100, writer="ffmpeg")
    assert hashes(ours) == hashes(theirs)


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp4", "h264"), (".mp4", "hevc"), (".webm", None), (".mkv", "av1")]
)
def test_what_is_joined_from_segments_is_the_same(
    suffix: str, codec: str | None, tmp_path: Path
) -> None:
    whole, joined = tmp_path / f"whole{suffix}", tmp_path / f"joined{suffix}"
    encode(patches(), whole, codec=codec, dpi=100, workers=0)
    encode(patches(), joined, codec=codec, dpi=100, workers=1, mode=Segments(blocks=3))
    assert re.sub(r", \d+ kb/s", "", stream(joined)) == re.sub(r", \d+ kb/s", "", stream(whole))
    assert len(by_ffmpeg(joined)) == FRAMES
    if suffix == ".mp4":
        assert index_first(joined)


# ------------------------------------------------------------------- what is asked for, and when


def test_the_encoder_is_the_last_one_said() -> None:
    assert encoder_of("h264", (), ".mp4") == "h264"
    assert encoder_of("h264", ("-c:v", "libx265"), ".mp4") == "libx265"
    assert encoder_of("h264", (), ".webm") == "vp9"
    assert encoder_of("h264", ("-vcodec", "libvpx"), ".webm") == "libvpx"


def test_the_users_own_pixel_format_counts() -> None:
    assert pixel_format("libx264", (), ".mkv") == "yuv420p"
    assert pixel_format("libx264", ("-pix_fmt", "yuv444p"), ".mkv") is None
    assert pixel_format("h264", (), ".webm") == "yuva420p"
    assert pixel_format("h264", ("-c:v", "libaom-av1"), ".webm") == "yuv420p"
    assert pixel_format("ffv1", (), ".mkv") is None


def test_colours_are_tagged_where_they_are_known() -> None:
    tagged = "format=yuv444p,setparams=color_primaries=bt709"
    assert str(colour_filter("libx264", ("-pix_fmt", "yuv444p"), ".mp4")).startswith(tagged)
    for extra_args in (
        ["-vf", "scale=out_color_matrix=bt709"],
        ["-filter_complex", "null"],
        ["-colorspace", "bt709"],
        ["-color_trc", "bt709"],
        ["-pix_fmt", "gbrp"],
        ["-c:v", "ffv1"],
    ):
        assert colour_filter("h264", extra_args, ".mp4") is None, extra_args


def test_the_containers_arguments_give_way_to_the_users() -> None:
    assert container_arguments("h264", (), ".MP4") == ["-movflags", "+faststart"]
    assert container_arguments("h264", ("-movflags", "frag_keyframe"), ".mp4") == []
    assert container_arguments("hevc", ("-f", "matroska"), ".mp4") == []
    assert container_arguments("hevc", ("-f", "mov"), ".x")[-2:] == ["-tag:v", "hvc1"]
    assert container_arguments("hevc", ("-tag:v", "hev1"), ".mp4")[-2:] != ["-tag:v", "hvc1"]
    assert container_arguments("h264", (), ".apng") == ["-plays", "0"]
    assert container_arguments("h264", ("-loop", "3"), ".webp") == []
    assert container_arguments("h264", (), ".gif", loop=1) == ["-loop", "-1"]
    assert container_arguments("h264", (), ".gif", loop=3) == ["-loop", "2"]
    assert container_arguments("h264", (), ".webp", loop=3) == ["-loop", "3"]


def test_a_gif_is_not_shown_faster_than_browsers_show_it() -> None:
    assert gif_fps(30) == 30
    assert gif_fps(60) == 50
    assert gif_fps("100/1") == 50
    assert gif_fps("ntsc") == "ntsc"
    wish = Encoding(fps=60, codec="h264", bitrate=-1, extra_args=(), metadata={})
    assert (wish.shown_fps(".gif"), wish.shown_fps(".mp4")) == (50, 60)
