"""What an animation's functions use that forked processes cannot share is found, and named."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import logging
import mmap
import multiprocessing
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial, wraps
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from clips import RAW, clip, numbers_in

import framepipe
from framepipe.drawing.functions.sharing import find_unshareable

Use = Callable[[Any], Any]


def a_pipe(stack: ExitStack) -> Any:
    reader, writer = os.pipe()
    stack.callback(os.close, writer)
    return stack.enter_context(os.fdopen(reader))


def a_process(stack: ExitStack) -> Any:
    process = subprocess.Popen([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE)
    return stack.enter_context(process)


def a_terminal(stack: ExitStack) -> Any:
    ours, theirs = os.openpty()
    stack.callback(os.close, ours)
    return stack.enter_context(os.fdopen(theirs, "rb", buffering=0))


def a_socket(stack: ExitStack) -> Any:
    ours, theirs = socket.socketpair()
    stack.enter_context(theirs)
    return stack.enter_context(ours)


def a_pool(stack: ExitStack) -> Any:
    return stack.enter_context(ThreadPoolExecutor(1))


def a_queue_of_processes(stack: ExitStack) -> Any:
    return multiprocessing.SimpleQueue()


def an_event_loop(stack: ExitStack) -> Any:
    loop = asyncio.new_event_loop()
    stack.callback(loop.close)
    return loop


def a_thread(stack: ExitStack) -> Any:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    stack.callback(thread.join)
    stack.callback(stop.set)
    return thread


def a_queue_and_a_thread(stack: ExitStack) -> Any:
    a_thread(stack)
    return queue.Queue()


def an_event_and_a_thread(stack: ExitStack) -> Any:
    a_thread(stack)
    return threading.Event()


def latest_of_a_thread(stack: ExitStack) -> Any:
    """A list that a thread goes on appending to."""
    stop = threading.Event()
    rows: list[int] = []

    def feed() -> None:
        while not stop.wait(0.01):
            rows.append(len(rows))

    thread = threading.Thread(target=feed)
    thread.start()
    stack.callback(thread.join)
    stack.callback(stop.set)
    return rows


def handed_to_a_packages_thread(stack: ExitStack) -> Any:
    """A list that a function of a package, Python's own here, goes on appending to."""
    rows: list[str] = []
    source, sink = os.pipe()
    reader = stack.enter_context(open(source))
    copying = threading.Thread(target=_copy_lines, args=(reader, rows))
    copying.start()
    stack.callback(copying.join)
    stack.callback(os.close, sink)
    return rows


def _copy_lines(source: Any, rows: list[str]) -> None:
    rows.extend(source)


_copy_lines.__module__ = "shutil"


def a_counter_file(stack: ExitStack) -> Any:
    return stack.enter_context(tempfile.TemporaryFile("w+"))


def a_written_memmap(stack: ExitStack) -> Any:
    file = stack.enter_context(tempfile.NamedTemporaryFile())
    return np.memmap(file.name, "f8", "w+", shape=4)[1:]


def shared_memory(stack: ExitStack) -> Any:
    return np.frombuffer(mmap.mmap(-1, 64))


def an_open_hdf5_file(stack: ExitStack) -> Any:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(h5py.File(Path(folder) / "f.h5", "w")).create_dataset(
        "x", (3,), "f8"
    )


FOUND: dict[Any, str] = {
    a_pipe: "a pipe", a_process: "a pipe", a_terminal: "a terminal", a_socket: "a socket",
    a_pool: "an executor", a_queue_of_processes: "shared between processes",
    an_event_loop: "an event loop", a_thread: "a running thread",
    a_queue_and_a_thread: "a Queue that a running thread", an_event_and_a_thread: "a Event",
    latest_of_a_thread: "in the hands of the thread",
    handed_to_a_packages_thread: "in the hands of the thread",
    a_counter_file: "reading and writing",
    a_written_memmap: "mapped memory", shared_memory: "mapped memory",
    an_open_hdf5_file: "HDF5 file open for writing",
}  # fmt: skip


@pytest.mark.parametrize("make", FOUND, ids=lambda make: make.__name__)
def test_what_cannot_be_shared_is_found_and_named(make: Callable[[ExitStack], Any]) -> None:
    with ExitStack() as stack:
        thing = make(stack)

        def update(i: int) -> None:
            assert thing is not None

        found = find_unshareable([clip(3, update)])
    assert found is not None
    assert str(found).startswith("thing, which update() uses, is ")
    assert FOUND[make] in str(found)


def a_closed_file(stack: ExitStack) -> Any:
    with open(__file__) as file:
        return file


def a_log(stack: ExitStack) -> Any:
    return stack.enter_context(tempfile.TemporaryFile("w"))


def a_private_memmap(stack: ExitStack) -> Any:
    return np.memmap(__file__, "u1", "c")


def a_chunk_of_a_readable_hdf5_file(stack: ExitStack) -> Any:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    h5py.File(Path(folder) / "f.h5", "w").create_dataset("x", (3,), "f8").file.close()
    return stack.enter_context(h5py.File(Path(folder) / "f.h5"))["x"]


def a_loop(stack: ExitStack) -> Any:
    loop: list[Any] = []
    loop.append(loop)
    return loop


SHARED: dict[str, Callable[[ExitStack], Any]] = {
    "csv": lambda stack: csv.reader(stack.enter_context(open(__file__))),
    "gzip": lambda stack: io.TextIOWrapper(gzip.open(io.BytesIO(gzip.compress(b"x")))),
    "closed": a_closed_file,
    "log": a_log,
    "logger": lambda stack: logging.getLogger(__name__),
    "queue": lambda stack: deque([1]),
    "standard output": lambda stack: sys.stdout,
    "private memmap": a_private_memmap,
    "array": lambda stack: np.zeros(4),
    "hdf5": a_chunk_of_a_readable_hdf5_file,
    "random": lambda stack: np.random.default_rng(),
    "much data": lambda stack: [[i] for i in range(100_000)],
    "itself": a_loop,
}


@pytest.mark.parametrize("name", SHARED)
def test_what_can_be_shared_is_let_pass(name: str) -> None:
    with ExitStack() as stack:
        thing = SHARED[name](stack)
        assert find_unshareable([clip(3, lambda i: thing)]) is None


def test_what_a_packages_thread_only_leads_to_is_let_pass() -> None:
    """As those of a notebook lead to all that its cells have named."""
    rows, stop = [1.0, 2.0, 3.0], threading.Event()
    package: dict[str, Any] = {"__name__": "asyncio"}
    exec("class Kernel:\n    def run(self):\n        self.stop.wait()", package)
    kernel = package["Kernel"]()
    kernel.stop, kernel.namespace = stop, {"rows": rows}
    thread = threading.Thread(target=kernel.run)
    thread.start()
    try:
        assert find_unshareable([clip(3, lambda i: rows[i])]) is None
    finally:
        stop.set()
        thread.join()


def test_a_queue_where_no_thread_runs_is_let_pass() -> None:
    """In a fork, as pytest-xdist has threads of its own."""
    rows: queue.SimpleQueue[int] = queue.SimpleQueue()
    animation = clip(3, lambda i: rows)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if find_unshareable([animation]) is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# -- ways by which a function comes by something -------------------------------------------------

found_by_name: Any = None


def reads_a_global(i: int) -> Any:
    def inner() -> Any:
        return found_by_name

    return inner()


class Reader:
    kept: Any = None

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def update(self, i: int) -> Any:
        return self.thing


class Caller:
    def __call__(self, i: int) -> Any:
        return found_by_name


def decorated(function: Use) -> Use:
    @wraps(function)
    def wrapper(i: int) -> Any:
        return function(i)

    return wrapper


def rows_of(thing: Any) -> Iterator[Any]:
    while True:
        yield thing


def begun(thing: Any) -> Iterator[Any]:
    rows = rows_of(thing)
    next(rows)
    return rows


def with_default(thing: Any) -> Use:
    def update(i: int, thing: Any = thing) -> Any:
        return thing

    return update


ROADS: dict[str, Callable[[Any], Use]] = {
    "closure": lambda thing: lambda i: thing,
    "nested closure": lambda thing: lambda i: (lambda: thing)(),
    "default": with_default,
    "global": lambda thing: reads_a_global,
    "method": lambda thing: Reader(thing).update,
    "callable": lambda thing: Caller(),
    "partial": lambda thing: partial(lambda i, *, t: t, t=thing),
    "decorated": lambda thing: decorated(lambda i: thing),
    "list": lambda thing: (lambda held: lambda i: held)([0, {"a": (thing,)}]),
    "generator": lambda thing: (lambda rows: lambda i: next(rows))(begun(thing)),
    "map": lambda thing: (lambda rows: lambda i: next(rows))(map(str, iter([thing]))),
    "csv": lambda thing: (lambda rows: lambda i: next(rows))(csv.reader(thing)),
    "text": lambda thing: (lambda text: lambda i: text)(io.TextIOWrapper(thing.buffer)),
}


@pytest.mark.parametrize("road", ROADS)
def test_every_way_to_it_is_gone(road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        thing = a_pipe(stack)
        monkeypatch.setitem(globals(), "found_by_name", thing)
        update = ROADS[road](thing)
        assert find_unshareable([clip(3, update)]) is not None


def test_frames_may_come_from_it() -> None:
    with ExitStack() as stack:
        file = a_pipe(stack)
        assert find_unshareable([clip(rows_of(file))]) is not None
        assert find_unshareable([clip(lambda: iter(file.readline, ""))]) is not None


def test_what_is_typed_in_is_found() -> None:
    for update in (lambda i: input(), lambda i: sys.stdin.readline()):
        found = find_unshareable([clip(3, update)])
        assert "standard input" in str(found)


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_the_movie_is_made_in_this_process_and_one_line_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: Any
) -> None:
    rows: queue.Queue[int] = queue.Queue(maxsize=2)
    taken: list[int] = []

    def feed() -> None:
        for i in range(12):
            rows.put(i)

    thread = threading.Thread(target=feed, name="feeder")
    thread.start()
    made = framepipe.encode(
        clip(12, lambda i: taken.append(rows.get())), tmp_path / "m.rgba", mode=mode, workers=2,
        **RAW,
    )  # fmt: skip
    thread.join()
    assert made.workers == 0
    assert taken == numbers_in(made) == list(range(12))
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("rows, which <lambda>() uses, is a Queue that a running thread")
    assert line.endswith(": the movie is made in this process alone")
