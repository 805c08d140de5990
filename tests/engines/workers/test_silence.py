"""Who says nothing for long is told of, with what it is doing; who owes nothing is not."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import psutil
import pytest
from clips import wait_until
from stand_ins import BYTES, Numbers

from framepipe.engines.scheduling.checks import Check
from framepipe.engines.system.ring import Ring
from framepipe.engines.workers.messages import CheckFrame, DrawFrame, RecordBlock
from framepipe.engines.workers.pool import Worker, WorkerPool
from framepipe.engines.workers.silence import AGAIN, SILENT, SilenceWatch
from framepipe.engines.workers.tasks import FrameTask

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc and real-time signals")


def sleep_long(frame: int) -> None:
    time.sleep(600)


def spin(frame: int) -> None:
    while True:
        pass


class Watched:
    """One worker that is drawing frame 3, or whatever `before` makes of that, and a clock."""

    def __init__(self, method: str, before: Callable[[int], object]) -> None:
        self.ring = Ring(2, BYTES)
        make_task = partial(FrameTask, partial(Numbers, 9, before), BYTES)
        self.pool = WorkerPool(1, self.ring, make_task, method)
        (self.worker,) = self.pool.workers
        self.said: list[str] = []
        self.ahead = 0.0
        self.watch = SilenceWatch(self.said.append, lambda: time.monotonic() + self.ahead)

    def draws(self) -> int:
        self.worker.connection.recv()
        self.worker.ready = True
        self.worker.give(DrawFrame(3, 0), 3)
        assert self.worker.process.pid is not None
        return self.worker.process.pid

    def look(self, seconds: float) -> None:
        self.ahead += seconds
        self.watch.look(self.pool.workers, self.pool.stacks)

    def close(self) -> None:
        self.pool.kill()
        self.ring.close()


@pytest.fixture
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    made = Watched(*request.param)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("watched", "where", "state"),
    [
        (("fork", sleep_long), "sleep_long", "sleeping"),
        (("fork", spin), "spin", "running"),
        (("spawn", sleep_long), "sleep_long", "sleeping"),
    ],
    indirect=["watched"],
)
def test_a_silent_worker_is_told_of_with_its_frame_state_and_stack(
    watched: Watched, where: str, state: str
) -> None:
    pid = watched.draws()

    def there() -> bool:
        return f"in {where}" in watched.pool.stacks.ask(pid)

    wait_until(there, 30, "in the middle of it")
    watched.look(SILENT - 5)
    assert watched.said == []
    watched.look(5)
    (line,) = watched.said
    assert re.match(rf"no word for \d+ s from render worker 0 \(process {pid}\)", line)
    assert "which is to draw frame 3. It is " in line
    assert f"It is {state}" in line or state == "running"  # which may have to wait for a CPU
    assert 'test_silence.py", line' in line
    assert f"in {where}" in line
    assert "Ctrl-C" in line


@pytest.mark.parametrize("watched", [("fork", sleep_long)], indirect=True)
def test_a_stopped_worker_is_told_of_and_not_asked(watched: Watched) -> None:
    pid = watched.draws()
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, 10, "stopped")
    watched.look(SILENT)
    (line,) = watched.said
    assert f"It is stopped: kill -CONT {pid} lets it go on" in line
    assert "File" not in line


@pytest.mark.parametrize("watched", [("fork", sleep_long)], indirect=True)
def test_it_is_said_again_every_minute(watched: Watched) -> None:
    watched.draws()
    watched.look(SILENT + 1)
    watched.look(AGAIN - 1)
    assert len(watched.said) == 1
    due = watched.watch.until_due(watched.pool.workers)
    assert due is not None
    assert 0 < due <= 1
    watched.look(1)
    assert len(watched.said) == 2


@pytest.mark.parametrize("watched", [("fork", sleep_long)], indirect=True)
def test_who_owes_nothing_is_not_waited_for(watched: Watched) -> None:
    watched.draws()
    watched.worker.given.clear()
    assert watched.watch.until_due(watched.pool.workers) is None
    watched.look(SILENT + AGAIN)
    assert watched.said == []


def get_ready(worker: Worker) -> None:
    worker.ready = False


def record(worker: Worker) -> None:
    worker.given[0] = RecordBlock(2, 24, 36, "")
    worker.reached = 30


def record_first(worker: Worker) -> None:
    worker.given[0] = RecordBlock(2, 24, 36, "")
    worker.reached = 12  # the end of its block before


def check(worker: Worker) -> None:
    worker.given[0] = CheckFrame(Check(7, "as_saved"))


def leave(worker: Worker) -> None:
    worker.given.clear()
    worker.leave()


@pytest.mark.parametrize("watched", [("fork", sleep_long)], indirect=True)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (get_ready, "is to get ready"),
        (record, r"is to record frame 30 \(block 2\)"),
        (record_first, r"is to record frame 24 \(block 2\)"),
        (check, "is to draw frame 7 once more, to compare it"),
        (leave, "is to look back at its work and leave"),
    ],
)
def test_what_it_is_to_do_is_said(watched: Watched, change: object, words: str) -> None:
    watched.draws()
    assert callable(change)
    change(watched.worker)
    watched.look(SILENT + 1)
    (line,) = watched.said
    assert re.search(words, line), line


@pytest.mark.parametrize("watched", [("fork", sleep_long)], indirect=True)
def test_an_encoder_that_takes_nothing_is_told_of(watched: Watched) -> None:
    watched.draws()
    now = time.monotonic()
    workers = watched.pool.workers
    assert 0 < watched.watch.look_at_encoder(5, now, workers) <= SILENT
    watched.ahead = SILENT + 1
    assert watched.watch.look_at_encoder(5, now, workers) == AGAIN
    assert 0 < watched.watch.look_at_encoder(5, now, workers) <= AGAIN
    (line,) = watched.said
    assert line.startswith("frame 5 has been on its way to the encoder for 31 s. ")
