"""A fork server of our own: what its forks begin with, what they get, and that it ends."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import psutil
import pytest
from clips import clip, encode_and_read, in_session, script, wait_until

from framepipe import WorkerDied
from framepipe.engines.system import fork_server
from framepipe.engines.system.fork_server import (
    current_server,
    is_served,
    process_class,
    running_server,
    surroundings,
)
from framepipe.options import StartMethod

METHODS = ["forkserver", *(["spawn"] if sys.platform == "linux" else [])]
either_method = pytest.mark.parametrize("method", METHODS)

#: What a process is before anything of ours runs in it.
FACTS = """
import json, os, sys
with open({path!r}, "w") as file:
    json.dump({{
        "modules": sorted(sys.modules), "parent": os.getppid(), "pid": os.getpid(),
        "folder": os.getcwd(), "argv": sys.argv, "environment": dict(os.environ),
        "nice": os.getpriority(os.PRIO_PROCESS, 0), "umask": os.umask(0),
        "descriptors": sorted(os.listdir("/proc/self/fd"), key=int),
    }}, file)
"""


def run_process(method: str, code: str) -> int | None:
    """Run code in a process of a start method, and return how it ended."""
    kind: Any = process_class(method)
    process = kind(target=exec, args=(code,), daemon=True)
    process.start()
    process.join(60)
    try:
        return int(process.exitcode)
    finally:
        process.close()


def facts(method: str, folder: Path) -> dict[str, Any]:
    path = folder / "facts.json"
    assert run_process(method, FACTS.format(path=str(path))) == 0
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@either_method
def test_a_process_begins_with_everything_imported_and_nothing_of_the_users(
    method: str, tmp_path: Path
) -> None:
    first, second = facts(method, tmp_path), facts(method, tmp_path)
    for found in (first, second):
        assert {"framepipe.drawing.factory", "matplotlib.pyplot", "cloudpickle"} <= {
            *found["modules"]
        }
        assert not {"pytest", "clips", "psutil"} & {*found["modules"]}
    server = running_server()
    assert first["parent"] == second["parent"] == server.pid != os.getpid()
    assert first["pid"] != second["pid"], "each process is used once"


@either_method
def test_all_workers_of_a_session_come_from_one_server(method: StartMethod, tmp_path: Path) -> None:
    note = tmp_path / "parents"

    def update(number: int) -> None:
        with note.open("a") as file:
            file.write(f"{os.getppid()}\n")

    for _ in range(2):
        encode_and_read(clip(6, update), tmp_path / "m.rgba", workers=2, start_method=method)
    assert set(note.read_text().split()) == {str(running_server().pid)}


@either_method
def test_a_worker_has_what_the_program_has_when_it_is_started(
    method: StartMethod, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note"

    def update(number: int) -> None:
        seen = [os.environ.get("FACE"), os.getcwd(), sys.path[0], mpl.rcParams["lines.linewidth"]]
        note.write_text(json.dumps(seen))

    for turn in ("first", "second"):
        folder = tmp_path / turn
        folder.mkdir()
        monkeypatch.setenv("FACE", turn)
        monkeypatch.chdir(folder)
        monkeypatch.syspath_prepend(str(folder / "modules"))
        mpl.rcParams["lines.linewidth"] = len(turn)
        encode_and_read(clip(3, update), tmp_path / "m.rgba", workers=1, start_method=method)
        assert json.loads(note.read_text()) == [
            turn, str(folder), str(folder / "modules"), len(turn),
        ]  # fmt: skip


@contextlib.contextmanager
def other_umask() -> Iterator[None]:
    before = os.umask(0o31)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def other_limit() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0 if soft else min(hard, 4096) % 2**31, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@contextlib.contextmanager
def other_environment() -> Iterator[None]:
    os.environ["OMP_NUM_THREADS"] = "3"
    try:
        yield
    finally:
        del os.environ["OMP_NUM_THREADS"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of the umask")
@pytest.mark.parametrize("change", [other_umask, other_limit, other_environment])
def test_surroundings_are_other_ones_once_something_is_changed(change: Any) -> None:
    before = surroundings()
    assert surroundings() == before
    with change():
        assert surroundings() != before
    assert surroundings() == before


def test_in_other_surroundings_the_server_gives_way_to_another(tmp_path: Path) -> None:
    before = running_server()
    with other_umask(), other_environment():
        found = facts("forkserver", tmp_path)
        assert found["parent"] == running_server().pid != before.pid
        assert not psutil.pid_exists(before.pid)
        assert found["umask"] == 0o31
        assert found["environment"]["OMP_NUM_THREADS"] == "3"


def test_a_variable_that_pytest_sets_for_each_test_is_none_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = running_server()
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "another")
    assert running_server() is before


@pytest.mark.slow
def test_a_server_that_gives_way_sees_its_last_process_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = running_server()
    kind: Any = process_class("forkserver")
    process = kind(target=time.sleep, args=(600,), daemon=True)
    process.start()
    monkeypatch.setattr(fork_server, "_LEAVES", 0.01)
    monkeypatch.setenv("FACE", "another")
    assert running_server() is not server
    assert process.exitcode is None
    process.kill()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    process.close()
    wait_until(lambda: running_server() and server.fd < 0, 60, "the old server is let go of")
    assert not psutil.pid_exists(server.pid)


@either_method
def test_what_is_written_goes_where_the_program_writes_now(
    method: str, capfd: pytest.CaptureFixture[str]
) -> None:
    running_server()
    with capfd.disabled():
        assert run_process(method, "import os; os.write(1, b'')") == 0
    code = "import os; os.write(1, b'to standard output'); os.write(2, b'to standard error')"
    assert run_process(method, code) == 0
    said = capfd.readouterr()
    assert (said.out, said.err) == ("to standard output", "to standard error")


@either_method
def test_how_a_process_ended_is_told(method: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_process(method, "raise SystemExit(7)") == 7
    assert run_process(method, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)") == -9
    assert run_process(method, "1 / 0") == 1
    assert "ZeroDivisionError" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_process_has_only_the_descriptors_that_are_its_own(tmp_path: Path) -> None:
    """Else a killed server, or another worker's end, would not be seen by those who wait for it."""
    kind: Any = process_class("forkserver")
    others = [kind(target=time.sleep, args=(600,), daemon=True) for _ in range(2)]
    for other in others:
        other.start()
    found = facts("forkserver", tmp_path)
    for other in others:
        other.kill()
        other.join(60)
        other.close()
    # Standard streams, the sentinel of its parent, the resource tracker, the file, the listing.
    assert len(found["descriptors"]) <= 3 + 2 + 2 + 1, found["descriptors"]


def test_a_server_that_was_killed_is_replaced(tmp_path: Path) -> None:
    server = running_server()
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: not server.is_alive, 60, "its end is seen")
    numbers = encode_and_read(clip(6), tmp_path / "m.rgba", workers=2, start_method="forkserver")
    assert numbers == list(range(6))
    assert running_server() is not server


def test_a_server_that_cannot_import_framepipe_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACE", "another")
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "lib/python" in entry][:2])
    monkeypatch.setenv("PYTHONPATH", "")
    with pytest.raises(WorkerDied, match="ModuleNotFoundError"):
        running_server()
    assert current_server() is None


def test_a_fork_of_the_program_lets_go_of_the_server() -> None:
    server = running_server()
    descriptor = server.fd
    pid = os.fork()
    if pid == 0:
        code = 0
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            code = 1
        os._exit(code or current_server() is not None)
    assert os.waitpid(pid, 0)[1] == 0
    assert running_server() is server


def test_a_frozen_program_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its executable would run the program again."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert not any(map(is_served, ["fork", "spawn", "forkserver"]))
    assert process_class("spawn") is not fork_server.ServedSpawnProcess


SESSION = """
import os, sys
import matplotlib as mpl
mpl.use("agg")
from clips import RAW, clip
import framepipe
from framepipe.engines.system.fork_server import current_server

def update(i):
    if i == 5 and {hangs} and current_server() is None:  # in the worker
        os.write(1, f"{{os.getpid()}}\\n".encode())
        while True:
            pass

framepipe.encode(clip(9, update), "m.rgba", workers=1, start_method="spawn", **RAW)
print(current_server().pid, flush=True)
"""


def test_no_process_is_left_at_the_programs_end(tmp_path: Path) -> None:
    with script(tmp_path, SESSION.format(hangs=False)) as running:
        said, complaint = running.communicate(timeout=100)
        assert not psutil.pid_exists(int(said)), "it is waited for"
        # Python's resource tracker sees that its program is over when that is over.
        wait_until(lambda: not in_session(running.pid), 60, "nobody left behind")
    assert complaint == ""


@pytest.mark.slow
def test_a_worker_that_hangs_does_not_outlive_a_killed_program(tmp_path: Path) -> None:
    with script(tmp_path, SESSION.format(hangs=True)) as running:
        assert running.stdout is not None
        assert int(running.stdout.readline()) in in_session(running.pid)
        running.kill()
        running.wait()
        wait_until(lambda: not in_session(running.pid), 60, "all processes gone")
    (part,) = tmp_path.glob(".framepipe-*")  # nobody was left who could have removed it
    part.unlink()


OF_THE_USER = """
import multiprocessing
import matplotlib as mpl
mpl.use("agg")
from clips import RAW, clip
import framepipe

if __name__ == "__main__":
    framepipe.encode(clip(9), "m.rgba", workers=1, start_method="forkserver", **RAW)
    assert multiprocessing.active_children() == []
    multiprocessing.set_forkserver_preload(["colorsys"])
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        print(pool.apply(eval, ("'colorsys' in __import__('sys').modules",)))
"""


@pytest.mark.slow
def test_the_programs_own_fork_server_is_not_touched(tmp_path: Path) -> None:
    """It imports what the program says before it first uses it, whatever framepipe did before."""
    with script(tmp_path, OF_THE_USER) as running:
        said, complaint = running.communicate(timeout=100)
    assert complaint == ""
    assert said == "True\n"
