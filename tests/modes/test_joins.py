"""Five ways to make one movie of segments: which of them a movie takes, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clips import planned
from matplotlib.animation import PillowWriter

from framepipe import Segments
from framepipe.modes.joins import (
    Join,
    JoinByCopying,
    JoinByEncoding,
    JoinByMencoder,
    JoinByStitcher,
    OneBlockNeeded,
    SingleSegment,
    choose_join,
)


class Glue:
    def stitch(self, segments: Any, filename: Any) -> None:
        pass


def chosen(
    path: Path, wanted: Segments | None = None, *, one_block: bool = False, **given: Any
) -> Join:
    return choose_join(planned(path, **given).movie, wanted or Segments(), one_block=one_block)


@pytest.mark.parametrize(
    ("name", "wanted", "given", "way", "lossless"),
    [
        ("m.mp4", {}, {"one_block": True}, SingleSegment, False),
        ("m.mp4", {}, {}, JoinByCopying, False),
        ("m.mkv", {}, {}, JoinByCopying, False),
        ("m.gif", {}, {}, JoinByEncoding, True),
        ("m.mp4", {}, {"extra_args": ["-vf", "hflip"]}, JoinByEncoding, True),
        ("m.avi", {"stitcher": "mencoder"}, {}, JoinByMencoder, False),
        ("m.gif", {"stitcher": Glue()}, {}, JoinByStitcher, False),
    ],
)
def test_the_way_a_movie_takes(
    tmp_path: Path, name: str, wanted: Any, given: Any, way: type, lossless: bool
) -> None:
    join = chosen(tmp_path / name, Segments(**wanted), **given)
    assert type(join) is way
    assert join.lossless is lossless


def test_what_a_writer_makes_and_nobody_can_join_needs_one_block(tmp_path: Path) -> None:
    with pytest.raises(OneBlockNeeded):
        chosen(tmp_path / "m.gif", writer=PillowWriter())
    with pytest.raises(ValueError, match="cannot be joined"):
        chosen(tmp_path / "m.gif", Segments(blocks=3), writer=PillowWriter())


def test_mencoder_makes_avi_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"name the movie \.avi"):
        chosen(tmp_path / "m.mp4", Segments(stitcher="mencoder"))
    with pytest.raises(ValueError, match="-vf"):
        chosen(tmp_path / "m.avi", Segments(stitcher="mencoder"), extra_args=["-vf", "hflip"])
