"""A worker that waits for ever is told from one that works, or has nothing to do."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time

import pytest
from clips import wait_until

from framepipe.engines.workers.stalls import (
    LOOK_EVERY,
    STALLED,
    Activity,
    StallWatch,
    WorkerStalled,
    activity_of,
)


class World:
    """Processes as one wishes them, and a clock."""

    def __init__(self) -> None:
        self.now = 100.0
        self.looks = 0
        self.doing: dict[int, Activity | None] = {1: Activity(5, asleep=True)}
        self.watch = StallWatch(self.look, lambda: self.now)

    def look(self, pid: int) -> Activity | None:
        self.looks += 1
        return self.doing[pid]

    def wait(self, seconds: float, pids: list[int] | None = None) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.5
            self.watch.check([1] if pids is None else pids)


def test_a_worker_that_sleeps_over_its_orders_has_stalled() -> None:
    world = World()
    world.wait(STALLED)
    with pytest.raises(WorkerStalled, match=f"{STALLED:.0f} s without doing anything"):
        world.wait(2 * LOOK_EVERY)


def test_one_that_uses_its_cpu_has_not() -> None:
    world = World()
    for ticks in range(10, 20):
        world.wait(STALLED - 1)
        world.doing[1] = Activity(ticks, asleep=True)


def test_one_that_waits_for_a_cpu_or_a_disk_has_not() -> None:
    world = World()
    world.doing[1] = Activity(5, asleep=False)
    world.wait(5 * STALLED)


def test_one_that_is_heard_or_has_nothing_to_do_has_not() -> None:
    world = World()
    for _ in range(5):
        world.wait(STALLED - 1)
        world.watch.heard(1)
    for _ in range(5):
        world.wait(STALLED - 1)
        world.wait(1, [])


def test_where_nothing_can_be_seen_nothing_is_said() -> None:
    world = World()
    world.doing[1] = None
    world.wait(5 * STALLED)


def test_it_does_not_look_all_the_time() -> None:
    world = World()
    world.doing[1] = Activity(5, asleep=False)
    for _ in range(100):
        world.watch.check([1])
    assert world.looks == 1


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    time.sleep(60)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_what_the_system_says() -> None:
    """Of a process that works and then sleeps, as if through its parent."""
    mine = activity_of(os.getpid())
    assert mine is not None
    assert not mine.asleep
    assert activity_of(2**22 + 1) is None
    child = multiprocessing.get_context("fork").Process(target=burn, args=(0.3,))
    child.start()
    try:
        assert child.pid is not None

        def asleep() -> Activity | None:
            found = activity_of(child.pid or 0)
            return found if found is not None and found.asleep else None

        found = wait_until(asleep, 30, "it sleeps")
        assert found.ticks >= 0.2 * os.sysconf("SC_CLK_TCK")
        both = activity_of(os.getpid())
        assert both is not None
        assert both.ticks >= mine.ticks + found.ticks
    finally:
        child.kill()
        child.join()
