"""Reading ffmpeg's arguments."""

from __future__ import annotations

from framepipe.encoding.arguments import CODEC, last_option


def test_last_option_is_the_last_one_for_the_video() -> None:
    arguments = ["-c:v", "a", "-codec:v:0", "b", "-c:a", "c", "-vcodec", "d", "-acodec", "e"]
    assert last_option(arguments, CODEC) == "d"
    assert last_option(arguments[:6], CODEC) == "b"
    assert last_option(["-c:0", "x"], CODEC) == "x"
    assert last_option(["-c:a", "x", "-c:s:0", "y", "c", "z"], CODEC) is None
    assert last_option(["-pix_fmt"], ["pix_fmt"]) is None
