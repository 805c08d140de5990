"""What is measured around a call."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.measuring.clock import Clock


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_bytes_moved_are_those_of_children_too() -> None:
    megabytes = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1M", "count=10"]
    with Clock() as clock:
        subprocess.run(megabytes, check=True, stderr=subprocess.DEVNULL)
    assert clock.moved is not None
    assert 2 * 10 * 2**20 <= clock.moved < 2.2 * 10 * 2**20
