"""A process of its own inside somebody else's: messages through a pair of pipes, and its end."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from stand_ins import BYTES, Numbers, ToFile

from framepipe.engines.executor.helper import Helper, PipeChannel
from framepipe.engines.workers.messages import BlockRecorded, FrameEncoded, Ready, RecordBlock
from framepipe.engines.workers.tasks import BlockTask


@contextmanager
def channel() -> Iterator[tuple[PipeChannel, PipeChannel]]:
    """Two ends of one pipe; the first writes, the second reads."""
    reader, writer = os.pipe()
    with (
        os.fdopen(reader, "rb", buffering=0) as source,
        os.fdopen(writer, "wb") as target,
        open(os.devnull, "r+b") as nothing,
    ):
        yield PipeChannel(nothing, target), PipeChannel(source, nothing)


def test_messages_arrive_whole_and_in_order() -> None:
    with channel() as (ours, theirs):
        assert not theirs.poll()
        for message in ("hello", {"frame": 3}, b""):
            ours.send(message)
        assert theirs.poll()
        assert [theirs.recv() for _ in range(3)] == ["hello", {"frame": 3}, b""]
        ours.send_bytes(b"not a pickle")
        assert theirs.recv_bytes() == b"not a pickle"


def test_the_end_of_the_other_side_is_an_end_of_file() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as source, open(os.devnull, "wb") as nothing:
        theirs = PipeChannel(source, nothing)
        os.write(writer, b"\0\0\0")  # in the midst of a length
        os.close(writer)
        assert theirs.poll()
        with pytest.raises(EOFError):
            theirs.recv()


def test_a_helper_records_blocks_until_it_is_killed(tmp_path: object) -> None:
    helper = Helper(pickle.dumps(partial(BlockTask, partial(Numbers, 9), ToFile.of, BYTES)))
    try:
        assert helper.channel.recv() == Ready()
        path = os.path.join(str(tmp_path), "part")
        helper.channel.send(RecordBlock(0, 2, 4, path))
        assert [helper.channel.recv() for _ in range(2)] == [FrameEncoded(0, 2), FrameEncoded(0, 3)]
        assert isinstance(helper.channel.recv(), BlockRecorded)
        with open(path) as file:
            assert file.read() == "2 3"
    finally:
        assert helper.kill() == -9
    with pytest.raises((EOFError, ValueError)):
        helper.channel.recv()
