"""Who has died is replaced, once; who is late is told; what they say goes where it belongs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from stand_ins import BYTES, Numbers

from framepipe import FrameError, WorkerDied
from framepipe.engines.system.poller import Poller
from framepipe.engines.system.ring import Ring
from framepipe.engines.workers import supervisor as module
from framepipe.engines.workers.messages import DrawFrame, FrameDrawn, Order
from framepipe.engines.workers.pool import Worker, WorkerPool
from framepipe.engines.workers.supervisor import Supervisor
from framepipe.engines.workers.tasks import FrameTask
from framepipe.result import Report


class Watched:
    """A pool of forked workers, and who watches them."""

    def __init__(self, ring: Ring, before: Any = None, workers: int = 1) -> None:
        self.poller, self.report = Poller(), Report()
        self.supervisor = Supervisor(self.poller, self.report, "frame")
        make_task = partial(FrameTask, partial(Numbers, 9, before), BYTES)
        self.pool = WorkerPool(workers, ring, make_task, "fork")
        self.supervisor.watch(self.pool)
        self.given_back: list[Order] = []

    def hear(self) -> tuple[Worker, Any]:
        """One message, and whose it was."""
        (connection, *_), _ = self.poller.wait(10)
        worker = self.supervisor.worker_at(connection)
        return worker, self.supervisor.receive(worker, self.given_back.append)

    def until_ready(self) -> Worker:
        while not all(worker.ready for worker in self.supervisor.workers):
            self.hear()
        return self.supervisor.workers[0]


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring(2, BYTES)
    yield made
    made.close()


def test_ready_and_done_are_noted_and_the_rest_is_passed_on(ring: Ring) -> None:
    watched = Watched(ring)
    assert watched.supervisor.patience() is not None
    worker = watched.until_ready()
    assert watched.supervisor.patience() is None
    worker.give(DrawFrame(3, 0), 3)
    assert isinstance(watched.hear()[1], FrameDrawn)
    worker.leave()
    assert watched.hear() == (worker, None)
    assert worker.done
    watched.pool.stop()


def test_the_dead_are_replaced_once_and_their_orders_given_back(ring: Ring) -> None:
    watched = Watched(ring)
    first = watched.until_ready()
    orders = [DrawFrame(3, 0), DrawFrame(4, 1)]
    first.given.extend(orders)
    first.process.kill()
    assert watched.hear()[1] is None
    assert watched.given_back == orders
    assert watched.report.restarts == 1
    second = watched.until_ready()
    assert second is not first
    second.given.append(DrawFrame(3, 0))
    second.process.kill()
    with pytest.raises(WorkerDied, match=r"while drawing frame 3 .*fewer workers") as caught:
        watched.hear()
    assert (caught.value.exitcode, caught.value.frame) == (-9, 3)
    watched.pool.kill()


def test_who_dies_when_its_work_is_done_is_not_missed(ring: Ring) -> None:
    watched = Watched(ring)
    worker = watched.until_ready()
    worker.leaving = True
    worker.process.kill()
    assert watched.hear()[1] is None
    assert worker.done
    assert watched.report.restarts == 0
    watched.pool.kill()


def fail(frame: int) -> None:
    raise LookupError("no such thing")


def test_a_failure_is_raised(ring: Ring) -> None:
    watched = Watched(ring, fail)
    watched.until_ready().give(DrawFrame(2, 0), 2)
    with pytest.raises(FrameError, match="no such thing"):
        watched.hear()
    watched.pool.kill()


def test_who_takes_too_long_to_get_ready_is_told(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "READY_TIMEOUT", 60.0)
    watched = Watched(ring)
    watched.supervisor.check_all_get_ready()
    watched.pool.workers[0].started = time.monotonic() - 61
    assert watched.supervisor.patience() == 0
    with pytest.raises(WorkerDied, match="within 60 s"):
        watched.supervisor.check_all_get_ready()
    watched.pool.kill()
