"""`framepipe.encode` without render processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.timed_encode import timed_encode

NAME = "in_process"
promises_identity = True
drawing = "retained"  # from 40 frames on; see framepipe.modes.in_process


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with ``workers=0``."""
    return timed_encode(case.build(frames), path, **case.save, workers=0)
