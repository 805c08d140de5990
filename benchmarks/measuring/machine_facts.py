"""Where and with what the figures were measured."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from framepipe.engines.system.resources import usable_cpus

from .ffmpeg import ffmpeg_path
from .fresh_process import ROOT


def machine_facts() -> dict[str, Any]:
    """Return versions, machine, date and commit."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain")),
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "usable_cores": usable_cpus(),
        "load": os.getloadavg()[0],
        "system": platform.platform(),
        "versions": {
            "python": platform.python_version(),
            **{name: _version(name) for name in ("framepipe", "matplotlib", "numpy")},
            "ffmpeg": _ffmpeg_version(),
        },
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _ffmpeg_version() -> str | None:
    said = subprocess.run([ffmpeg_path(), "-version"], capture_output=True, text=True, check=True)
    found = re.match(r"ffmpeg version (\S+)", said.stdout)
    return found[1] if found else None


def _git(*arguments: str) -> str | None:
    """Ask git about this checkout; None where there is none."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _cpu_model() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
