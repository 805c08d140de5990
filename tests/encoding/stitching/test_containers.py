"""Which segments can be joined by copying, and what the joining ffmpeg is told."""

from __future__ import annotations

import pytest

from framepipe.encoding.command import Encoding
from framepipe.encoding.stitching.containers import (
    COPYABLE,
    can_copy,
    muxer_arguments,
    whole_movie_options,
)


def wish(*extra_args: str, **metadata: str) -> Encoding:
    return Encoding(fps=25, codec="h264", bitrate=-1, extra_args=extra_args, metadata=metadata)


def test_containers_with_exact_times_are_copied() -> None:
    assert all(can_copy(wish(), suffix) for suffix in COPYABLE)
    assert can_copy(wish(), ".MP4")
    assert not any(can_copy(wish(), suffix) for suffix in (".avi", ".ts", ".gif", ".webp", ""))


@pytest.mark.parametrize(
    "extra_args",
    [["-vf", "null"], ["-filter:v", "null"], ["-r", "5"], ["-frames:v", "2"], ["-bsf:v", "null"]],
)
def test_what_acts_on_the_whole_movie_forbids_copying(extra_args: list[str]) -> None:
    encoding = wish(*extra_args)
    assert whole_movie_options(encoding) == {extra_args[0][1:].partition(":")[0]}
    assert not can_copy(encoding, ".mp4")


def test_a_format_of_the_users_own_forbids_copying() -> None:
    assert not can_copy(wish("-f", "matroska"), ".mp4")


def test_what_concerns_the_encoder_alone_does_not() -> None:
    assert can_copy(wish("-crf", "18", "-preset", "fast", "-pix_fmt", "yuv444p"), ".mp4")


def test_the_muxer_is_told_its_own_options_metadata_and_tags() -> None:
    encoding = wish(
        "-crf", "18", "-movflags", "+faststart", "-tag:v", "hvc1", "-metadata:s:v", "language=deu",
        "-strict", "-2", "-disposition:v", "default", title="a = b",
    )  # fmt: skip
    assert muxer_arguments(encoding, ".mkv", {"movflags"}) == [
        "-metadata", "title=a = b", "-movflags", "+faststart", "-tag:v", "hvc1",
        "-metadata:s:v", "language=deu", "-strict", "-2", "-disposition:v", "default",
    ]  # fmt: skip
    assert "-movflags" not in muxer_arguments(encoding, ".mkv", set())
