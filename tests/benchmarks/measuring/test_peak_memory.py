"""The most memory that all processes of a run hold."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from benchmarks.measuring.peak_memory import Peak

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
