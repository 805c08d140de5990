"""Engine 1: forked workers, one ring, one sink that gets every frame once and in order."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from stand_ins import BYTES, Kept, Numbers

from framepipe import FrameError, FramepipeError, WorkerDied
from framepipe.engines.pipe import PipeRun
from framepipe.result import Report


def run(source: Numbers, sink: Kept, *, total: int | None = None, workers: int = 2) -> Report:
    return PipeRun(lambda: source, BYTES, total, sink, workers=workers, start_method="fork").run()


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("total", [None, 23, 1000])
def test_every_frame_once_and_in_order(workers: int, total: int | None) -> None:
    """Whether the number of frames is known, an upper bound, or not known."""
    source = Numbers(23, lambda frame: time.sleep(0.003 * (frame % 3)), told=total == 23)
    sink = Kept(chunks=2)
    report = run(source, sink, total=total, workers=workers)
    assert sink.numbers == list(range(23))
    assert sink.calls == ["start", "end", "finish"]
    assert report.frames == 23
    assert report.restarts == 0


def test_an_error_comes_home_with_its_frame() -> None:
    def fail(frame: int) -> None:
        if frame == 7:
            raise LookupError("no such thing")

    with pytest.raises(FrameError, match="LookupError: no such thing") as caught:
        run(Numbers(20, fail), Kept(), total=20)
    assert caught.value.frame == 7
    assert type(caught.value.__cause__) is LookupError


def test_a_dead_sink_ends_the_run() -> None:
    with pytest.raises(OSError, match="the sink is dead"):
        run(Numbers(100), Kept(fails_at=5), total=100)


def test_a_worker_that_dies_once_is_replaced(tmp_path: Path) -> None:
    def die_once(frame: int) -> None:
        note = tmp_path / "died"
        if frame == 6 and not note.exists():
            note.touch()
            os._exit(3)

    sink = Kept()
    report = run(Numbers(20, die_once), sink, total=20)
    assert sink.numbers == list(range(20))
    assert report.restarts == 1


def test_a_worker_that_dies_again_is_told() -> None:
    with pytest.raises(WorkerDied, match="exit code 3") as caught:
        run(Numbers(9, lambda frame: os._exit(3)), Kept(), total=9, workers=1)
    assert caught.value.exitcode == 3
    assert caught.value.frame == 0


def test_no_frame_is_an_error() -> None:
    with pytest.raises(FramepipeError, match="no frames"):
        run(Numbers(0, told=False), Kept())
