"""Which frames must be made even: asked of ffmpeg itself."""

from __future__ import annotations

import subprocess

import pytest

from framepipe.encoding.command import Encoding, command
from framepipe.encoding.find import find_ffmpeg
from framepipe.encoding.sizes import needs_even_size

FFMPEG = find_ffmpeg(None)

#: Encoder and pixel format, chosen so that every line of the tables is tried, and common ones
#: that are in no table.
CASES = [
    ("libx264", None),
    ("libx264", "yuv420p"),
    ("libx264", "yuv422p"),
    ("libx264", "yuv444p"),
    ("libx264", "nv12"),
    ("libx264", "yuv420p10le"),
    ("libx264rgb", None),
    ("libx265", None),
    ("libx265", "rgb24"),
    ("libx265", "yuva444p"),
    ("hevc", None),
    ("hevc", "yuv422p"),
    ("libopenh264", None),
    ("libvvenc", None),
    ("vvc", "yuv444p"),
    ("libxvid", None),
    ("mpeg4", None),
    ("mpeg4", "yuv420p"),
    ("mpeg2video", None),
    ("msmpeg4", None),
    ("mjpeg", "yuvj420p"),
    ("flv", None),
    ("wmv1", None),
    ("wmv2", None),
    ("prores", None),
    ("prores_aw", "yuv444p10le"),
    ("prores_ks", None),
    ("v210", None),
    ("bitpacked", None),
    ("utvideo", None),
    ("utvideo", "yuv420p"),
    ("utvideo", "yuva420p"),
    ("huffyuv", None),
    ("huffyuv", "yuv444p"),
    ("ffvhuff", None),
    ("ffvhuff", "yuv420p"),
    ("ffvhuff", "yuv420p10le"),
    ("liboapv", None),
    ("liboapv", "yuv422p10le"),
    ("ffv1", "yuv420p"),
    ("libvpx-vp9", "yuv420p"),
    ("libsvtav1", "yuv420p"),
    ("librav1e", "yuv420p"),
    ("libtheora", "yuv420p"),
]


def wish(codec: str, *extra_args: str) -> Encoding:
    return Encoding(fps=25, codec=codec, bitrate=0, extra_args=extra_args, metadata={})


def encodes(encoding: Encoding, width: int, height: int, suffix: str = ".mkv") -> bool:
    """Whether ffmpeg makes a movie of two such frames (and throws it away)."""
    argv = command(
        FFMPEG, encoding, width=width, height=height, output="unused", suffix=suffix
    )[:-2]  # fmt: skip
    frames = bytes(width * height * 4 * 2)
    return not subprocess.run(
        [*argv, "-f", "null", "-"], input=frames, capture_output=True
    ).returncode


def have(encoder: str) -> bool:
    said = subprocess.run(
        [FFMPEG, "-hide_banner", "-h", f"encoder={encoder}"], capture_output=True, text=True
    )
    return "is not recognized" not in said.stdout + said.stderr


@pytest.mark.thinned(5)
@pytest.mark.parametrize(("encoder", "pixels"), CASES)
def test_needed_exactly_where_ffmpeg_refuses(encoder: str, pixels: str | None) -> None:
    if not have(encoder):
        pytest.skip(f"this ffmpeg has no {encoder}")
    encoding = wish(encoder, *(["-pix_fmt", pixels] if pixels else []))
    for width, height in [(101, 67), (101, 68), (102, 67)]:
        needed = needs_even_size(encoding, ".mkv", width, height)
        assert needed is not encodes(encoding, width, height), (width, height)
    assert not needs_even_size(encoding, ".mkv", 102, 68)
    assert encodes(encoding, 102, 68)


@pytest.mark.parametrize(
    ("suffix", "extra_args"),
    [
        (".gif", []),
        (".apng", []),
        (".webp", []),
        (".webm", ["-pix_fmt", "yuva420p"]),
        (".webm", ["-pix_fmt", "yuv420p"]),
    ],
)
def test_not_needed_by_the_suffixes_that_name_a_codec(suffix: str, extra_args: list[str]) -> None:
    encoder = {".gif": "gif", ".apng": "apng", ".webp": "libwebp", ".webm": "libvpx-vp9"}[suffix]
    encoding = wish("mpeg4", *extra_args, "-c:v", encoder)
    assert not needs_even_size(wish("mpeg4", *extra_args), suffix)
    assert encodes(encoding, 101, 67, suffix)


def test_matplotlib_rounds_for_the_codec_called_h264() -> None:
    # Whatever the suffix makes of it later, whatever the pixel format, and even sizes too.
    assert needs_even_size(wish("h264"), ".mp4")
    assert needs_even_size(wish("h264"), ".webm", 640, 480)
    assert needs_even_size(wish("h264", "-pix_fmt", "yuv444p", "-vf", "scale=3:3"), ".mp4")


def test_an_encoder_or_format_in_extra_args_counts() -> None:
    assert needs_even_size(wish("mpeg4", "-c:v", "libx264", "-pix_fmt:v", "yuv420p"), ".mkv")
    assert not needs_even_size(wish("libx265", "-vcodec", "mpeg4"), ".mkv")
    last = wish("libx264", "-pix_fmt", "yuv420p", "-pix_fmt", "yuv444p")
    assert not needs_even_size(last, ".mkv")
    assert needs_even_size(wish("mpeg4", "-c:v", "libx265"), ".webm")


@pytest.mark.parametrize(
    "option", ["-vf", "-filter:v", "-filter_complex", "-s", "-s:v", "-lavfi", "-/filter:v"]
)
def test_the_users_own_filter_decides(option: str) -> None:
    assert not needs_even_size(wish("libx265", option, "whatever"), ".mp4")
