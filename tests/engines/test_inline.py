"""Engine 0: every frame in order, in this process."""

from __future__ import annotations

import pytest
from stand_ins import BYTES, Kept, Numbers

from framepipe import FrameError, FramepipeError
from framepipe.engines.inline import run_inline


def test_every_frame_goes_into_the_sink_in_order_and_is_told() -> None:
    source, sink = Numbers(5), Kept()
    told: list[tuple[int, int | None]] = []
    report = run_inline(source, BYTES, sink, lambda i, n: told.append((i, n)))
    assert sink.numbers == [0, 1, 2, 3, 4]
    assert told == [(i, 5) for i in range(5)]
    assert (source.opened, source.finished, source.closed) == (1, 1, 1)
    assert sink.calls == ["start", "finish"]
    assert report.frames == 5
    assert report.encoder_cpu == 0.25
    assert report.update == pytest.approx(0.005)


def test_no_frame_is_an_error_and_starts_no_sink() -> None:
    source, sink = Numbers(0), Kept()
    with pytest.raises(FramepipeError, match="no frames"):
        run_inline(source, BYTES, sink, None)
    assert sink.calls == []
    assert source.closed == 1


def test_a_dead_sink_ends_the_run() -> None:
    source, sink = Numbers(5), Kept(fails_at=2)
    with pytest.raises(OSError, match="the sink is dead"):
        run_inline(source, BYTES, sink, None)
    assert sink.numbers == [0, 1]
    assert source.closed == 1
    assert source.finished == 0


def test_ctrl_c_in_a_drawing_is_ctrl_c() -> None:
    def interrupt(frame: int) -> None:
        raise FrameError("drawing failed", frame) from KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        run_inline(Numbers(3, interrupt), BYTES, Kept(), None)
