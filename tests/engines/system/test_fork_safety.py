"""What a new process must not get hold of, and what must not reach it."""

from __future__ import annotations

import os
import signal
import sys
import threading

from stand_ins import Kept

from framepipe.engines.system.fork_safety import (
    keep_private,
    may_fork,
    one_at_a_time,
    private_descriptors,
    release_private,
    start_sink,
    undisturbed,
)


def test_the_list_of_private_descriptors() -> None:
    before = set(private_descriptors())
    keep_private(990)
    assert set(private_descriptors()) == before | {990}
    release_private([990, 991])
    assert set(private_descriptors()) == before


def test_a_started_sinks_descriptors_are_private() -> None:
    sink = Kept()
    held = start_sink(sink)
    assert held == sink.fds
    assert set(held) <= set(private_descriptors())
    release_private(held)
    assert not set(held) & set(private_descriptors())
    sink.abort()


def test_no_fork_beside_threads() -> None:
    may = may_fork()  # pytest may have threads of its own
    assert may == (threading.active_count() == 1)
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    beside = may_fork()
    go_on.set()
    thread.join()
    assert not beside
    assert may_fork() == may


def test_one_thread_at_a_time() -> None:
    order: list[str] = []

    def other() -> None:
        with one_at_a_time():
            order.append("other")

    with one_at_a_time():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "other"]


def test_ctrl_c_waits_until_a_process_has_started() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with undisturbed("fork"):
            os.kill(os.getpid(), signal.SIGINT)
            assert heard == []
        assert heard == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_that_another_thread_takes_waits_too() -> None:
    """A notebook has such threads; whichever does not block the signal may be given it."""
    heard: list[int] = []
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    wakes = signal.set_wakeup_fd(writing)
    try:
        with undisturbed("fork"):
            assert thread.ident is not None
            signal.pthread_kill(thread.ident, signal.SIGINT)
            os.read(reading, 1)  # the thread has been given it
            assert heard == []
        assert heard == [signal.SIGINT]
    finally:
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGINT, before)
        os.close(reading)
        os.close(writing)
        over.set()
        thread.join()


def test_the_main_module_is_hidden_from_what_is_no_fork() -> None:
    main = sys.modules["__main__"]
    with undisturbed("fork"):
        assert sys.modules["__main__"] is main
    with undisturbed("spawn"):
        assert not hasattr(sys.modules["__main__"], "__file__")
    assert sys.modules["__main__"] is main
