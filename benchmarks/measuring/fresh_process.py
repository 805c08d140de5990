"""Start a fresh process for a run, and bring its facts home."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .peak_memory import Peak

#: Where ``python -m benchmarks...`` works.
ROOT = Path(__file__).resolve().parents[2]

#: Seconds after which a run is given up.
TIMEOUT = 1200.0


class RunFailed(Exception):
    """A run ended without a result; the message is the end of what it said."""


def tell(text: str) -> None:
    """Say how far we are."""
    print(text, file=sys.stderr, flush=True)


def launch(arguments: Sequence[str], timeout: float = TIMEOUT) -> dict[str, Any]:
    """Run a module of this package, which prints one JSON object as its last line.

    Parameters
    ----------
    arguments : sequence of str
        The module's name and its arguments.
    timeout : float, default: `TIMEOUT`
        Seconds it may take.

    Returns
    -------
    dict
        What it printed, and ``peak``: the bytes of memory that all its processes together held
        at most (see `benchmarks.measuring.peak_memory`; None where that cannot be told).

    Raises
    ------
    RunFailed
        If it ended with an error, took too long or printed nothing.
    """
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            with Peak(process.pid) as peak:
                out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise RunFailed(f"took more than {timeout:.0f} s") from None
        except BaseException:  # Ctrl-C did not reach it, for it has a session of its own
            _kill(process)
            raise
    lines = out.strip().splitlines()
    if process.returncode or not lines:
        said = err.strip().splitlines()[-1:] or [f"exit code {process.returncode}"]
        raise RunFailed(said[0])
    facts: dict[str, Any] = json.loads(lines[-1])
    return {**facts, "peak": peak.bytes or None}


def _kill(process: subprocess.Popen[str]) -> None:
    """End it and all it started; ffmpegs in groups of their own end with their input."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
