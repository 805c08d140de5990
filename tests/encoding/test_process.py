"""Child processes: their status, their CPU time, the end of what they print, and nothing left."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from framepipe.encoding.process import Process, end, run_program, start, stderr_tail

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and signals")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No process, zombie or descriptor outlives a test."""
    me = psutil.Process()
    fds, children = me.num_fds(), set(me.children(recursive=True))
    yield
    gc.collect()
    assert set(me.children(recursive=True)) <= children
    assert me.num_fds() == fds


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", f"import os, sys, time\n{code}"]


def test_run_keeps_what_is_printed(tmp_path: Path) -> None:
    code = "print(sys.stdin.read()[::-1], os.getcwd(), end=''); print(' odd ', file=sys.stderr)"
    done = run_program(*python(f"{code}; sys.exit(7)"), cwd=str(tmp_path), stdin=b"abc")
    assert done.returncode == 7
    assert done.stdout.decode() == f"cba {tmp_path}"
    assert stderr_tail(done) == "odd"


def test_the_tail_of_stderr_is_bounded_and_always_text() -> None:
    done = subprocess.CompletedProcess([], 1, b"", b"\xff" + b"x" * 5000 + b"end")
    assert stderr_tail(done).endswith("xend")
    assert len(stderr_tail(done)) == 2000
    assert stderr_tail(subprocess.CompletedProcess([], 1, b"", b"caf\xe9")) == "caf\ufffd"


def test_run_is_stopped_by_ctrl_c_and_takes_its_program_along() -> None:
    timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    begin = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run_program(*python("time.sleep(60)"))
    timer.join()
    assert time.monotonic() - begin < 5


def test_a_started_program_is_known_even_if_ctrl_c_comes_at_that_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def interrupted(*args: object, **kwargs: object) -> object:
        os.kill(os.getpid(), signal.SIGINT)
        return popen(*args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    null = subprocess.DEVNULL
    with pytest.raises(KeyboardInterrupt):
        start(started, python("time.sleep(60)"), stdin=null, stdout=null, stderr=null)
    assert len(started) == 1
    end(started[0])
    assert started[0].returncode == -9


def test_status_time_and_messages() -> None:
    process = Process(python("sys.stdin.read(); sum(range(10**7)); print('so', file=sys.stderr)"))
    assert not process.wait(0)
    assert not process.wait(0.05)
    assert process.fds[0] == process.stdin
    process.close_stdin()
    assert process.stdin == -1
    assert process.wait()
    assert (process.exited, process.returncode) == (True, 0)
    assert process.cpu > 0.05
    process.close()
    assert process.stderr == "so"
    assert process.fds == ()


def test_a_signal_is_a_negative_status() -> None:
    process = Process(python("time.sleep(60)"))
    process.kill()
    process.kill()
    process.close()
    assert process.returncode == -9


def test_a_program_that_cannot_be_started() -> None:
    with pytest.raises(FileNotFoundError):
        Process(["/nowhere/ffmpeg"])
    with pytest.raises(FileNotFoundError):
        run_program("/nowhere/ffmpeg")


@pytest.mark.parametrize("own_group", [True, False])
def test_its_process_group(own_group: bool) -> None:
    process = Process(python("time.sleep(60)"), own_group=own_group)
    assert (os.getpgid(process.pid) == process.pid) is own_group
    process.kill()
    process.close()
