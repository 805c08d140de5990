"""What another process is doing: its state, its children that are stopped, its Python stack."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import psutil
import pytest
from clips import wait_until

from framepipe.engines.system.stacks import (
    ASKS,
    LINES,
    StackPipe,
    answer_into,
    handles,
    state_of,
    stopped_below,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc and real-time signals")

FORK = multiprocessing.get_context("fork")


def waits(writer: Connection) -> None:
    answer_into(writer)
    time.sleep(600)  # which goes on after a signal, as pause() does not


def recurses(writer: Connection, depth: int = 3 * LINES) -> None:
    if depth:
        recurses(writer, depth - 1)
    else:
        waits(writer)


def has_its_own(writer: Connection) -> None:
    signal.signal(ASKS, lambda *_: os._exit(7))
    waits(writer)


@pytest.fixture
def pipe() -> Iterator[StackPipe]:
    made = StackPipe(*FORK.Pipe(duplex=False), forks=True)
    yield made
    made.close()


@pytest.fixture
def start(pipe: StackPipe) -> Iterator[Callable[[Callable[[Connection], None]], int]]:
    started: list[BaseProcess] = []

    def run(what: Callable[[Connection], None]) -> int:
        process = FORK.Process(target=what, args=(pipe.writer,))
        process.start()
        started.append(process)
        assert process.pid is not None
        pid = process.pid
        wait_until(lambda: handles(pid, ASKS), 10, "a handler")
        return pid

    yield run
    for process in started:
        process.kill()
        process.join()
        process.close()


def test_a_process_says_where_it_is(
    pipe: StackPipe, start: Callable[[Callable[[Connection], None]], int]
) -> None:
    pid = start(waits)
    for _ in range(2):
        wait_until(lambda: "in waits" in pipe.ask(pid), 10, "an answer")
    assert state_of(pid) == "sleeping"


def test_a_deep_stack_is_cut(
    pipe: StackPipe, start: Callable[[Callable[[Connection], None]], int]
) -> None:
    pid = start(recurses)
    wait_until(lambda: "lines more" in pipe.ask(pid), 10, "a long answer")
    assert len(pipe.ask(pid).splitlines()) == LINES + 1


def test_a_handler_of_the_users_stays(start: Callable[[Callable[[Connection], None]], int]) -> None:
    before = signal.signal(ASKS, lambda *_: None)
    try:
        pipe = StackPipe(*FORK.Pipe(duplex=False), forks=True)
    finally:
        signal.signal(ASKS, before)
    pid = start(has_its_own)
    assert pipe.ask(pid) == ""
    time.sleep(0.1)
    assert state_of(pid) == "sleeping", "it would be gone if it had been asked"
    pipe.close()


def test_who_has_no_handler_is_not_asked(pipe: StackPipe) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        assert pipe.ask(process.pid) == ""
        assert process.poll() is None
        process.kill()
    assert pipe.ask(process.pid) == "", "nor is who is gone"


def test_what_is_stopped_is_found(pipe: StackPipe) -> None:
    script = "import subprocess, sys; subprocess.run(['sleep', '60'])"
    with subprocess.Popen([sys.executable, "-c", script]) as process:
        found = wait_until(psutil.Process(process.pid).children, 10, "a child")
        child = found[0]
        child.suspend()
        wait_until(lambda: state_of(child.pid) == "stopped", 10, "a stop")
        assert stopped_below(os.getpid()) == [child.pid]
        assert stopped_below(os.getpid(), [process.pid]) == []
        child.kill()
    assert stopped_below(os.getpid()) == []
