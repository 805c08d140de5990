"""Every test leaves nothing behind: no process, descriptor, thread, shared memory or file."""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.util
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import psutil
import pytest

mpl.use("agg")
# Else every process that a test starts compiles framepipe anew, a quarter of its start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# For `animations`, `clips`, `reference` and so on, and for `benchmarks`.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]


def _processes() -> set[str]:
    """Child processes, but those that Python and framepipe keep for spawning, for all runs."""
    found: set[str] = set()
    if _has_no_children():  # which takes no time, where the other way takes milliseconds
        return found
    for child in psutil.Process().children(recursive=True):
        try:
            line = " ".join(child.cmdline())
            state = child.status()
            mine = child.ppid() == os.getpid()  # a fork server's children look just like it
        except psutil.NoSuchProcess:
            continue
        helpers = ("multiprocessing.resource_tracker", "multiprocessing.forkserver", "serve_forks")
        if mine and any(helper in line for helper in helpers):
            continue
        found.add(f"{child.pid} ({state}): {line}")
    return found


def _has_no_children() -> bool:
    """Tell whether this process certainly has no child processes."""
    try:
        tasks = os.listdir("/proc/self/task")
        return not any(Path(f"/proc/self/task/{task}/children").read_bytes() for task in tasks)
    except OSError:  # another system, or a thread that has just ended
        return False


def _descriptors() -> set[str]:
    found: set[str] = set()
    folder = "/proc/self/fd"
    if not os.path.isdir(folder):  # anywhere but on Linux
        return found
    for name in os.listdir(folder):
        try:
            target = os.readlink(f"{folder}/{name}")
        except OSError:
            continue
        if target.endswith((".ttf", ".afm", ".otf", "/proj.db")):
            continue  # matplotlib keeps the fonts it has used open, PROJ its coordinate systems
        found.add(f"{name} -> {target}")
    return found


def _kept_for_good() -> set[int]:
    """Descriptors to the resource tracker and the fork servers, kept for good."""
    from multiprocessing import forkserver, resource_tracker

    from framepipe.engines.system.fork_server import current_server

    tracker: Any = resource_tracker._resource_tracker
    server: Any = forkserver._forkserver
    ours = current_server()
    kept = (tracker._fd, server._forkserver_alive_fd, ours and ours.fd)
    return {fd for fd in kept if isinstance(fd, int)}


#: With pytest-xdist other tests run beside this one: then only what lies in places of our own can
#: be told to be ours.
_ALONE = "PYTEST_XDIST_WORKER" not in os.environ
if not _ALONE:
    _ours = tempfile.mkdtemp(prefix="tests-")
    os.chmod(_ours, 0o1777)  # some tests are other users for a while
    tempfile.tempdir = os.environ["TMPDIR"] = _ours
    # After multiprocessing has removed what it keeps in there, which is of priority -100.
    multiprocessing.util.Finalize(None, shutil.rmtree, (_ours, True), exitpriority=-200)


def _files() -> set[str]:
    places = [Path("/dev/shm")] if _ALONE else []
    places.append(Path(tempfile.gettempdir()))
    return {
        str(entry)
        for place in places
        if place.is_dir()
        for entry in place.iterdir()
        if entry.name.startswith(("framepipe", ".framepipe", "psm_", "sem.mp-"))
        and not entry.name.startswith("framepipe-reference")
    }


@pytest.fixture(autouse=True)
def settings_stay() -> Iterator[None]:
    """What one test sets of matplotlib's, the next one does not find."""
    with mpl.rc_context():
        yield


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """Compare what there is after the test with what there was before."""
    before = (_processes(), _descriptors(), set(threading.enumerate()), _files())
    yield
    deadline = time.monotonic() + 2.0
    while True:
        kept = _kept_for_good()
        left = {
            "processes": _processes() - before[0],
            "descriptors": {
                fd for fd in _descriptors() - before[1] if int(fd.split()[0]) not in kept
            },
            "threads": {str(thread) for thread in set(threading.enumerate()) - before[2]},
            "files": _files() - before[3],
            "parts": {str(path) for path in tmp_path.rglob(".framepipe-*")},
        }
        if not any(left.values()) or time.monotonic() > deadline:
            break
        gc.collect()  # a figure's file goes with its figure, which refers to itself
        time.sleep(0.05)  # an ended process takes a moment to go
    assert not any(left.values()), {name: found for name, found in left.items() if found}


def _is_spawned(value: object) -> bool:
    """Whether a test's parameter is a way of running whose workers import everything anew."""
    if isinstance(value, dict):
        value = value.get("start_method")
    return isinstance(value, str) and value.startswith("spawn")


@pytest.hookimpl(tryfirst=True)  # before pytest takes out what has no place under ``-m``
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say what belongs together, and what is slow because of how its workers start.

    With ``--dist loadgroup`` a case stays in one process, which saves it by matplotlib once.
    Spawned workers take seconds to begin; test_every_way.py has them in the quick tests, too.
    Of many parameter sets that walk the same way, ``thinned`` leaves some among the quick tests,
    and `_SAMPLED` some among the slow ones.
    """
    if "soak" not in str(config.getoption("markexpr")):  # ``-m ""`` is everything but that
        items[:] = [item for item in items if item.get_closest_marker("soak") is None]
    thinned: Counter[str] = Counter()
    sampled: Counter[str] = Counter()
    halved: Counter[str] = Counter()
    for item in items:
        if " at 0x" in item.nodeid:  # pytest-xdist runs nothing then, and does not say why
            raise pytest.UsageError(f"{item.nodeid}: another name in every process")
        if (thin := item.get_closest_marker("thinned")) is not None:
            function = _function(item)
            if thinned[function] % thin.args[0]:
                item.add_marker(pytest.mark.slow)
            thinned[function] += 1
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if (case := parameters.get("case")) is not None:
            item.add_marker(pytest.mark.xdist_group(str(case)))
        if item.path.stem != "test_every_way" and any(map(_is_spawned, parameters.values())):
            item.add_marker(pytest.mark.slow)
        if item.path.stem in _HALVED and item.get_closest_marker("slow") is None:
            if halved[item.path.stem] % 2:
                item.add_marker(pytest.mark.slow)
            halved[item.path.stem] += 1
    # Of each test one parameter set stays, at least.
    quick = {_function(item) for item in items if item.get_closest_marker("slow") is None}
    for item in items:
        every = _SAMPLED.get(item.path.stem, 1)
        if every > 1 and item.get_closest_marker("slow") is not None:
            if sampled[item.path.stem] % every and _function(item) in quick:
                item.own_markers[:] = [one for one in item.own_markers if one.name != "slow"]
                item.add_marker(pytest.mark.exhaustive)
            quick.add(_function(item))
            sampled[item.path.stem] += 1
    # What takes longest comes first, so that at the end no process waits for another one's.
    items.sort(key=lambda item: item.path.stem not in _LONGEST)


def _function(item: pytest.Item) -> str:
    """Return the name of a test without its parameters."""
    return item.nodeid.partition("[")[0]


#: Files of tests that take minutes.
_LONGEST = ("test_upstream", "test_resume")

#: Files of tests that start many processes: every second one of them is slow, so that the quick
#: ones stay within six minutes.
_HALVED = {
    "test_figures", "test_resume", "test_stitch", "test_segments_faults", "test_writer",
    "test_interrupts", "test_fork_server", "test_encoder_faults", "test_matrix_encoder",
    "test_matrix_user", "test_writer_sink", "test_parts", "test_layout", "test_encoder",
}  # fmt: skip

#: Files of tests of which every n-th slow one is run by CI: they cross whatever can be crossed.
#: The others are exhaustive; they are for whoever has changed what they are about.
_SAMPLED = {
    "test_corpus": 10, "test_history": 8, "test_figures": 6, "test_random_programs": 12,
    "test_matrix_user": 8, "test_matrix_encoder": 5, "test_matrix_signals": 4, "test_fuzz": 8,
    "test_security": 4, "test_writer": 6, "test_stitch": 3, "test_resume": 2, "test_scaling": 3,
    "test_figures_and_parts": 4, "test_segments_faults": 3, "test_writer_sink": 3,
    "test_interrupts": 2, "test_trial": 3, "test_run": 3, "test_selection": 10,
}  # fmt: skip


def pytest_collection_finish() -> None:
    """Leave what is imported out of garbage collections, which some tests ask for again and again.

    One took over a second.
    """
    gc.collect()
    gc.freeze()
