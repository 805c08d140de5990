"""Engine 1: forked workers, one ring, one sink that gets every frame once and in order."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clips import wait_until
from stand_ins import BYTES, Kept, Numbers

from framepipe import FrameError, FramepipeError, WorkerDied
from framepipe.engines.pipe import PipeRun
from framepipe.engines.system.ring import Ring, choose_slots
from framepipe.engines.workers.messages import digest_of
from framepipe.errors import HistoryMismatch
from framepipe.result import FrameStats, Report


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


def waits_for_others(folder: Path, others: int) -> Callable[[int], None]:
    """Return what draws the first frame when so many others have been drawn."""

    def paint(frame: int) -> None:
        (folder / str(frame)).touch()
        if frame == 0:
            wait_until(lambda: len(list(folder.iterdir())) > others, 20, f"{others} frames")

    return paint


def test_there_is_memory_for_frames_that_are_drawn_ahead(tmp_path: Path) -> None:
    """All but the first one, and the one that its worker was given to go on with."""
    slots, sink = choose_slots(BYTES, 8), Kept()
    source = Numbers(100, waits_for_others(tmp_path, slots - 2))
    report = run(source, sink, total=100, workers=8)
    assert sink.numbers == list(range(100))
    assert report.slots == slots
    assert report.memory == slots * BYTES


def test_there_is_no_more_memory_than_frames_need(tmp_path: Path) -> None:
    sink = Kept()
    report = run(Numbers(6, waits_for_others(tmp_path, 4)), sink, total=6, workers=8)
    assert sink.numbers == list(range(6))
    assert report.slots == 6


def no_memory(self: Ring, slots: int) -> None:
    if self.allocated:
        raise OSError(12, "Cannot allocate memory")
    allocate(self, slots)


allocate = Ring.allocate


@pytest.mark.parametrize("refused", ["by the system", "by us"])
def test_where_no_more_memory_can_be_had_there_is_what_there_was(
    refused: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "framepipe")
    if refused == "by us":  # others have taken it since the movie began
        there = iter([None])
        monkeypatch.setattr("framepipe.engines.pipe.available_memory", lambda: next(there, 0))
    else:
        monkeypatch.setattr(Ring, "allocate", no_memory)
    sink = Kept()
    slots = choose_slots(BYTES, 2)
    source = Numbers(100, waits_for_others(tmp_path, slots - 2))
    report = run(source, sink, total=100, workers=8)
    assert sink.numbers == list(range(100))
    assert report.slots == slots
    assert caplog.text.count("no memory for more than 9 frames") == 1


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


class Forgetful(Numbers):
    """Draws otherwise when it has not drawn the frame before, from frame `wrong` on."""

    def __init__(self, length: int, wrong: int) -> None:
        super().__init__(length)
        self.wrong, self.last = wrong, -1

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        stats = super().paint(frame, out)
        if stats is not None and self.wrong <= frame != self.last + 1:
            out[:] = bytes(BYTES)
        self.last = frame
        return stats


def test_frames_are_compared_between_workers_and_counted() -> None:
    sink = Kept()
    run = PipeRun(
        lambda: Numbers(100), BYTES, 100, sink, workers=2, start_method="fork", checks="some"
    )
    report = run.run()
    assert sink.numbers == list(range(100))
    assert report.against_save == 2
    assert report.against_worker >= 4


class LooksBack(Numbers):
    """Notes which processes looked back, and at which frame."""

    def __init__(self, length: int, folder: Path) -> None:
        super().__init__(length, lambda _: time.sleep(0.001))
        self.folder, self.last = folder, -1

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        self.last = frame
        return super().paint(frame, out)

    def finish(self) -> None:
        (self.folder / str(os.getpid())).write_text(str(self.last))


@pytest.mark.parametrize("total", [20, 100])
def test_one_worker_looks_back_at_the_last_frame(tmp_path: Path, total: int) -> None:
    """The other one has drawn it to check it, and found the same."""
    run = PipeRun(
        lambda: LooksBack(total, tmp_path), BYTES, total, Kept(), workers=2, start_method="fork",
        checks="some",
    )  # fmt: skip
    assert run.run().against_worker >= 2
    assert [note.read_text() for note in tmp_path.iterdir()] == [str(total - 1)]


def test_a_witness_that_is_ready_when_all_is_written_is_heard() -> None:
    def late() -> Numbers:
        if multiprocessing.current_process().name == "framepipe-1":
            time.sleep(0.5)
        return Numbers(5)

    sink = Kept()
    run = PipeRun(late, BYTES, 5, sink, workers=1, start_method="fork", checks="some")
    assert run.run().against_save == 2
    assert sink.numbers == list(range(5))


class Costing(Numbers):
    """Says of every frame what it took, in seconds."""

    def __init__(self, length: int, update: float, draw: float) -> None:
        super().__init__(length, lambda _: time.sleep(0.001))
        self.update, self.draw, self.position = update, draw, -1

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        if super().paint(frame, out) is None:
            return None
        passed, self.position = frame - self.position, frame
        return FrameStats(update=self.update * passed, draw=self.draw)


def run_adaptive(
    monkeypatch: pytest.MonkeyPatch, source: Numbers, sink: Kept, *, most: int, cores: int
) -> Report:
    monkeypatch.setattr("framepipe.engines.pipe.usable_cpus", lambda: cores)
    return PipeRun(
        lambda: source, BYTES, source.frames, sink, workers=most, adaptive=True,
        start_method="fork", checks="some",
    ).run()  # fmt: skip


def test_workers_that_pay_are_started_while_frames_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sink = Kept()
    report = run_adaptive(monkeypatch, Costing(200, 0.0, 5.0), sink, most=4, cores=4)
    assert sink.numbers == list(range(200))
    assert report.workers is not None
    assert report.workers.most == report.workers.started == 4
    assert report.workers.draw == 5.0
    assert report.against_save == 2
    assert report.against_worker >= 2
    assert len(report.workers.choices) == 3


def test_where_updates_are_expensive_one_worker_draws(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The witness checks, and leaves; what ``independent=True`` would bring is said."""
    caplog.set_level("INFO", "framepipe")
    sink = Kept()
    report = run_adaptive(monkeypatch, Costing(100, 5.0, 1.0), sink, most=4, cores=4)
    assert sink.numbers == list(range(100))
    assert report.workers is not None
    assert report.workers.most == 1
    assert report.workers.started == 2
    assert report.against_save >= 2
    assert report.workers.update_share == pytest.approx(5 / 6)
    assert report.workers.independent_gain == pytest.approx(100 * (6 - 6 / 4), rel=0.01)
    assert "updates take 83 % of the time" in caplog.text
    assert "independent=True may spare 450.0 s" in caplog.text


def test_a_worker_beside_one_that_draws_checks_frames_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two histories are compared, to the end, where one worker is enough."""
    sink = Kept()
    report = run_adaptive(monkeypatch, Costing(200, 0.0, 1e-9), sink, most=2, cores=2)
    assert sink.numbers == list(range(200))
    assert report.workers is not None
    assert report.workers.most == 1
    assert report.against_save == 2
    assert report.against_worker >= 4


def test_where_cpus_are_idle_more_frames_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = (
        run_adaptive(monkeypatch, Costing(600, 0.0, 1e-9), Kept(), most=2, cores=cores)
        for cores in (1, 64)
    )
    assert few.workers is not None
    assert many.workers is not None
    assert few.workers.most == many.workers.most == 1
    assert 4 <= few.against_worker < 15
    assert many.against_worker > 2 * few.against_worker


def test_where_no_more_processes_can_be_had_there_are_those_that_are(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("framepipe.engines.pipe.WorkerPool.add", refuse)
    sink = Kept()
    report = run_adaptive(monkeypatch, Costing(100, 0.0, 5.0), sink, most=4, cores=4)
    assert sink.numbers == list(range(100))
    assert report.workers is not None
    assert report.workers.most == report.workers.started == 2
    assert "no more render workers can be started" in caplog.text


@pytest.mark.parametrize("hold_back", [False, True])
def test_a_history_with_a_gap_is_found_out(hold_back: bool) -> None:
    sink = Kept()
    run = PipeRun(
        lambda: Forgetful(100, 5), BYTES, 100, sink, workers=2, start_method="fork",
        checks="some", hold_back=hold_back,
    )  # fmt: skip
    with pytest.raises(HistoryMismatch) as caught:
        run.run()
    assert caught.value.frame == 7
    assert caught.value.bbox == (0, 0, 1, 1)
    assert set(caught.value.truth) == {0, 1}
    if hold_back:
        assert sink.numbers == []
        assert sink.calls == []
        assert caught.value.written == 0


class UnlikeSave(Numbers):
    """Draws otherwise than `Animation.save` would, from frame 30 on."""

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        stats = super().paint(frame, out)
        if frame >= 30 and not as_saved:
            out[:] = bytes(BYTES)
        return stats


def test_every_frame_can_be_compared_before_it_is_written() -> None:
    sink = Kept()
    run = PipeRun(
        lambda: UnlikeSave(60), BYTES, 60, sink, workers=3, start_method="fork", checks="every"
    )
    with pytest.raises(HistoryMismatch) as caught:
        run.run()
    assert caught.value.frame >= 30
    assert caught.value.as_saved
    assert sink.numbers == list(range(len(sink.numbers)))
    assert len(sink.numbers) <= 30


def test_what_was_expected_of_frames_is_compared() -> None:
    right = {1: digest_of(memoryview((1).to_bytes(BYTES, "big")))}
    for expected, as_expected in ((right, True), ({1: b"something else"}, False)):
        run = PipeRun(
            lambda: Numbers(9), BYTES, 9, Kept(), workers=1, start_method="fork",
            expected=expected,
        )  # fmt: skip
        run.run()
        assert run.as_expected is as_expected
