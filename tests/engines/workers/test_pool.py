"""Processes started, given orders and ended, all of them, in every way to start one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial

import psutil
import pytest
from stand_ins import BYTES, Numbers

from framepipe.engines.system.fork_safety import private_descriptors
from framepipe.engines.system.ring import Ring
from framepipe.engines.workers import pool as pool_module
from framepipe.engines.workers.messages import DrawFrame, FrameDrawn, Ready
from framepipe.engines.workers.pool import WorkerPool
from framepipe.engines.workers.tasks import FrameTask

MAKE_TASK = partial(FrameTask, partial(Numbers, 9), BYTES)


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring(2, BYTES)
    yield made
    made.close()


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_workers_draw_and_leave(ring: Ring, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "LEAVE_TIMEOUT", 60.0)  # a busy machine takes its time
    pool = WorkerPool(2, ring, MAKE_TASK, method)
    workers = list(pool.workers)
    for index, worker in enumerate(workers):
        assert worker.connection.recv() == Ready()
        worker.ready = True
        worker.give(DrawFrame(index, index), index)
        assert (worker.last, len(worker.given)) == (index, 1)
        assert isinstance(worker.connection.recv(), FrameDrawn)
        assert bytes(ring.slot(index)) == index.to_bytes(BYTES, "big")
    pool.stop()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert pool.workers == []
    pool.kill()  # lets go of what was packed for workers that are no forks


def test_all_are_killed_at_once_and_reaped(ring: Ring) -> None:
    before = set(private_descriptors())
    pool = WorkerPool(3, ring, MAKE_TASK, "fork")
    workers = list(pool.workers)
    pids = [worker.process.pid for worker in workers]
    assert len(set(private_descriptors()) - before) == 3
    pool.kill()
    pool.kill()
    assert [worker.exitcode for worker in workers] == [-9, -9, -9]
    assert not any(pid is not None and psutil.pid_exists(pid) for pid in pids)
    assert set(private_descriptors()) == before


def test_another_one_takes_a_place(ring: Ring) -> None:
    pool = WorkerPool(2, ring, MAKE_TASK, "fork")
    first, second = pool.workers
    assert first.kill() == -9
    fresh = pool.replace(first)
    assert pool.workers == [fresh, second]
    assert fresh.index == first.index
    assert fresh.connection.recv() == Ready()
    pool.kill()


def test_orders_to_the_dead_are_no_error(ring: Ring) -> None:
    pool = WorkerPool(1, ring, MAKE_TASK, "fork")
    (worker,) = pool.workers
    worker.connection.recv()
    worker.process.kill()
    worker.process.join()
    worker.give(DrawFrame(0, 0), 0)
    worker.leave()
    assert worker.leaving
    pool.kill()


def stay(frame: int) -> None:
    """Leave a process behind that has a copy of everything."""
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)


def test_what_a_worker_has_forked_does_not_hold_up_its_end(ring: Ring) -> None:
    """It holds the sentinel by which `multiprocessing` sees that a process is gone."""
    make_task = partial(FrameTask, partial(Numbers, 9, stay), BYTES)
    pool = WorkerPool(1, ring, make_task, "fork", groups=True)  # so that it goes along
    (worker,) = pool.workers
    assert worker.connection.recv() == Ready()
    worker.give(DrawFrame(0, 0), 0)
    assert isinstance(worker.connection.recv(), FrameDrawn)
    (left,) = psutil.Process(worker.process.pid).children()
    worker.process.kill()
    assert worker.reap(30) == -9
    assert left.is_running(), "it was not waited for"
    left.kill()
    pool.kill()
