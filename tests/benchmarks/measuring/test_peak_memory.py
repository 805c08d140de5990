"""What the harness measures beside time: memory, bytes moved, and how long it goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import runner  # noqa: E402
from benchmarks.cases import CASES  # noqa: E402
from benchmarks.measure import Clock  # noqa: E402
from benchmarks.peak import Peak  # noqa: E402
from benchmarks.table import overview  # noqa: E402

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

#: Holds 100 MB, which a fork of it holds with it, and 30 MB more of its own.
TWO_PROCESSES = """
import os, sys
shared = bytearray(os.urandom(1000) * 100_000)
if os.fork() == 0:
    own = bytearray(os.urandom(1000) * 30_000)
    print("ready", flush=True)
    sys.stdin.read()
    os._exit(0)
sys.stdin.read()
os.wait()
"""


@linux
def test_peak_counts_shared_pages_once() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", TWO_PROCESSES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process, Peak(process.pid) as peak:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        deadline = time.monotonic() + 20
        while peak.bytes < 130e6 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.communicate()
    assert 130e6 < peak.bytes < 200e6
    assert peak.look() == 0  # all gone


@linux
def test_bytes_moved_are_those_of_children_too() -> None:
    megabytes = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1M", "count=10"]
    with Clock() as clock:
        subprocess.run(megabytes, check=True, stderr=subprocess.DEVNULL)
    assert clock.moved is not None
    assert 2 * 10 * 2**20 <= clock.moved < 2.2 * 10 * 2**20


def test_no_round_is_begun_that_would_end_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(arguments: list[str]) -> dict[str, Any]:
        time.sleep(0.02)
        return {"wall": 1.0, "cpu": 1.0, "frames": 4}

    monkeypatch.setattr(runner, "launch", launch)
    monkeypatch.setattr(runner.Session, "look", lambda *_, **__: {"problem": None})
    monkeypatch.setattr(runner.Session, "encode_alone", lambda _: {"wall": 1.0, "cpu": 1.0})
    case = CASES["pendulum"]
    options: dict[str, Any] = {"frames": 4, "repeat": 3, "cores": 2}
    assert runner.run_case(case, ["pipe"], **options)["repeat"] == 3
    late = runner.run_case(case, ["pipe"], **options, until=time.monotonic())
    assert late["repeat"] == 1
    assert late["medians"]["pipe"]["runs"] == 1


def test_the_overview_has_a_line_for_every_case() -> None:
    right = {
        "frames": 100,
        "medians": {"serial": {"wall": 9.0}, "pipe": {"wall": 1.5, "sooner": 6.0, "of_limit": 1.2}},
        "limits": {"retained": 1.25},
    }
    wrong = {"frames": 20, "medians": {"serial": {"wall": 3.0}}, "limits": {}}
    head, _, *lines = overview({"grid": right, "cla": wrong}).splitlines()
    assert head.split() == [
        "seconds",
        "frames",
        "serial",
        "framepipe",
        "x",
        "serial",
        "limit",
        "x",
        "limit",
    ]
    assert lines[0].split() == ["grid", "100", "9.00", "1.50", "6.00", "1.25", "1.20"]
    assert lines[1].split() == ["cla", "20", "3.00"]
