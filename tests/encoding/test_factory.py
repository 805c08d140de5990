"""Encoders that are made where a segment is recorded."""

from __future__ import annotations

import pickle
import select
from pathlib import Path

import pytest
from clips import FFMPEG

from framepipe.encoding.command import Encoding, command
from framepipe.encoding.factory import EncoderFactory
from framepipe.encoding.stitching.probe import read_packet_times

ENCODING = Encoding(fps=25, codec="mpeg4", bitrate=-1, extra_args=("-g", "3"), metadata={})


def test_it_pickles_and_its_encoder_runs_the_command_of_the_movie(tmp_path: Path) -> None:
    factory = pickle.loads(pickle.dumps(EncoderFactory(ENCODING, 32, 16, ".mkv")))
    output = str(tmp_path / "segment.mkv")
    with factory(None, output) as encoder:
        wanted = command(FFMPEG, ENCODING, width=32, height=16, output=output, suffix=".mkv")
        assert encoder.command == wanted
        encoder.start()
        for _ in range(4):
            encoder.offer(memoryview(bytes(32 * 16 * 4)))
            while not encoder.pump():
                select.select([], [encoder.fileno()], [], 10)
        encoder.finish()
    assert len(read_packet_times(FFMPEG, "-i", output).times) == 4


def test_the_users_own_program_is_looked_for_where_the_segment_is_recorded(tmp_path: Path) -> None:
    program = tmp_path / "my-ffmpeg"
    factory = EncoderFactory(ENCODING, 32, 16, ".mkv", str(program))
    assert factory(None, "x.mkv").command[0] == FFMPEG  # it is not there
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert factory(None, "x.mkv").command[0] == str(program)


@pytest.mark.parametrize(
    ("codec", "extra_args", "suffix", "default"),
    [
        ("h264", (), ".mp4", True),
        ("libx264", ("-crf", "18"), ".mkv", True),
        ("mpeg4", ("-c:v", "libx264"), ".mp4", True),
        ("h264", ("-preset", "slow"), ".mp4", False),
        ("h264", (), ".webm", False),
        ("hevc", (), ".mp4", False),
    ],
)
def test_whether_a_preset_was_chosen_is_known(
    codec: str, extra_args: tuple[str, ...], suffix: str, *, default: bool
) -> None:
    encoding = Encoding(fps=25, codec=codec, bitrate=-1, extra_args=extra_args, metadata={})
    assert EncoderFactory(encoding, 32, 16, suffix).has_default_preset is default
