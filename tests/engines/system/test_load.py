"""What this program's processes use of the CPUs, measured on some that do."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import pytest

from framepipe.engines.system import load
from framepipe.engines.system.load import Load
from framepipe.engines.system.stacks import cpu_of


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.mark.parametrize("between", [0, 1])
def test_what_children_and_theirs_burn_counts(between: int) -> None:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def start(further: int) -> None:
        if further:
            below = context.Process(target=start, args=(further - 1,))
            below.start()
            below.join()
        else:
            theirs.send(os.getpid())
            burn(9.0)

    child = context.Process(target=start, args=(between,))
    child.start()
    try:
        pid = ours.recv()
        looks, begin, before = Load(), time.monotonic(), cpu_of(pid)
        time.sleep(2 * load.LOOK_EVERY)  # in which the child burns
        busy, passed = looks.look(), time.monotonic() - begin
        burned = cpu_of(pid) - before
        os.kill(pid, signal.SIGKILL)
    finally:
        child.join()
    assert busy is not None
    assert burned > 0
    # The kernel counts in hundredths of a second, this process's as well.
    assert busy * passed == pytest.approx(burned, abs=0.1)


def test_who_sleeps_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Load()
    time.sleep(2 * load.LOOK_EVERY)  # that is what is measured
    assert (busy := looks.look()) is not None
    assert busy < 0.5
    monkeypatch.setattr(load, "LOOK_EVERY", 60.0)
    assert looks.look() is None, "it is too soon"


def test_where_nobody_says_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int) -> float:
        raise FileNotFoundError(pid)

    monkeypatch.setattr(load, "cpu_of", refuse)
    monkeypatch.setattr(load, "LOOK_EVERY", 0.0)
    assert Load().look() is None
