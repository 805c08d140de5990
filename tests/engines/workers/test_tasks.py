"""What a worker does with its orders, without a process: frames into a ring, blocks into sinks."""

from __future__ import annotations

from typing import Any

import pytest
from stand_ins import BYTES, Kept, Numbers

from framepipe.engines.scheduling.checks import Check
from framepipe.engines.system.ring import Ring
from framepipe.engines.workers.messages import (
    AnimationEnded,
    BlockRecorded,
    CheckFrame,
    DifferenceLocated,
    DrawFrame,
    FrameChecked,
    FrameDrawn,
    FrameEncoded,
    LocateDifference,
    RecordBlock,
    digest_of,
)
from framepipe.engines.workers.tasks import Abandoned, BlockTask, FrameTask, record_frames


class Channel:
    """Hears what is sent; `wanted` is how many messages until nobody listens any longer."""

    def __init__(self, wanted: int = 10**6) -> None:
        self.sent: list[Any] = []
        self._wanted = wanted

    def recv(self) -> Any:
        raise EOFError

    def send(self, message: Any, /) -> None:
        self.sent.append(message)

    def poll(self) -> bool:
        return len(self.sent) >= self._wanted


def test_a_frame_goes_into_its_slot() -> None:
    ring = Ring(3, BYTES)
    task = FrameTask(lambda: Numbers(9), BYTES, ring)
    task.open()
    answer = task.do(DrawFrame(5, 2), 0.5, Channel())
    assert isinstance(answer, FrameDrawn)
    assert (answer.frame, answer.waited) == (5, 0.5)
    assert bytes(ring.slot(2)) == (5).to_bytes(BYTES, "big")
    assert task.frame == 5
    ring.close()


def test_the_end_of_the_animation_is_told() -> None:
    ring = Ring(1, BYTES)
    task = FrameTask(lambda: Numbers(4, told=False), BYTES, ring)
    task.open()
    assert task.do(DrawFrame(6, 0), 0.0, Channel()) == AnimationEnded(6, 4)
    ring.close()


def test_an_order_of_the_other_kind_is_a_mistake_of_ours() -> None:
    ring = Ring(1, BYTES)
    with pytest.raises(TypeError, match="RecordBlock"):
        FrameTask(lambda: Numbers(4), BYTES, ring).do(RecordBlock(0, 0, 1, "p"), 0.0, Channel())
    with pytest.raises(TypeError, match="DrawFrame"):
        BlockTask(lambda: Numbers(4), lambda *_: Kept(), BYTES).do(DrawFrame(0, 0), 0.0, Channel())
    with pytest.raises(TypeError, match="DrawFrame"):  # it was given no ring
        FrameTask(lambda: Numbers(4), BYTES).do(DrawFrame(0, 0), 0.0, Channel())
    ring.close()


def test_a_frame_that_is_checked_goes_nowhere_but_is_remembered() -> None:
    task = FrameTask(lambda: Numbers(9), BYTES)
    task.open()
    answer = task.do(CheckFrame(Check(3, "compared")), 0.5, Channel())
    assert isinstance(answer, FrameChecked)
    digest = digest_of(memoryview((3).to_bytes(BYTES, "big")))
    assert (answer.frame, answer.digest, answer.waited) == (3, digest, 0.5)
    other = LocateDifference(3, (4).to_bytes(BYTES, "big"))
    located = DifferenceLocated(3, (0, 0, 1, 1), f"{(3).to_bytes(BYTES, 'big')!r}")
    assert task.do(other, 0.0, Channel()) == located
    for frame in (4, 5, 6):
        task.do(CheckFrame(Check(frame, "as_saved")), 0.0, Channel())
    assert task.do(other, 0.0, Channel()) == DifferenceLocated(3, None, "")
    beyond = task.do(CheckFrame(Check(9, "usual")), 0.0, Channel())
    assert beyond == AnimationEnded(9, 9)


@pytest.mark.parametrize("recorded_before", [False, True])
def test_the_frame_before_a_block_is_drawn_by_those_who_have_not_recorded_it(
    recorded_before: bool,
) -> None:
    task = BlockTask(lambda: Numbers(9), lambda *_: Kept(), BYTES)
    task.open()
    channel = Channel()
    if recorded_before:
        task.do(RecordBlock(0, 0, 3, "a"), 0.0, Channel())
    task.do(RecordBlock(1, 3, 6, "b", digests=frozenset([5]), before=True), 0.0, channel)
    digests = [digest_of(memoryview(frame.to_bytes(BYTES, "big"))) for frame in range(6)]
    encoded = [FrameEncoded(1, 3), FrameEncoded(1, 4), FrameEncoded(1, 5, digest=digests[5])]
    if not recorded_before:
        first = channel.sent.pop(0)
        assert isinstance(first, FrameChecked)
        assert (first.frame, first.digest) == (2, digests[2])
    assert channel.sent == encoded


def test_a_block_goes_into_a_sink_of_its_own_and_every_frame_is_told() -> None:
    sinks: dict[str, Kept] = {}

    def make_sink(source: object, path: str) -> Kept:
        return sinks.setdefault(path, Kept())

    task = BlockTask(lambda: Numbers(9), make_sink, BYTES)
    task.open()
    channel = Channel()
    answer = task.do(RecordBlock(1, 3, 6, "part"), 0.5, channel)
    assert sinks["part"].numbers == [3, 4, 5]
    assert channel.sent == [FrameEncoded(1, frame) for frame in (3, 4, 5)]
    assert isinstance(answer, BlockRecorded)
    assert (answer.block, answer.report.frames, answer.ended) == (1, 3, None)
    beyond = task.do(RecordBlock(2, 6, 12, "rest"), 0.0, channel)
    assert isinstance(beyond, BlockRecorded)
    assert (beyond.report.frames, beyond.ended) == (3, 9)


def test_a_block_that_nobody_waits_for_is_left() -> None:
    sink = Kept()
    task = BlockTask(lambda: Numbers(9), lambda *_: sink, BYTES)
    task.open()
    with pytest.raises(Abandoned):
        task.do(RecordBlock(0, 0, 9, "part"), 0.0, Channel(wanted=2))
    assert sink.numbers == [0, 1, 2]
    assert "finish" not in sink.calls


def test_the_sink_is_started_only_with_the_first_frame() -> None:
    sink = Kept()

    def look(frame: int) -> None:
        assert sink.calls == ([] if frame == 0 else ["start"])

    report = record_frames(
        Numbers(3, look), sink, range(9), memoryview(bytearray(BYTES)), lambda _: None
    )
    assert report.frames == 3
    assert sink.calls == ["start", "finish"]
