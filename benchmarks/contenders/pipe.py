"""`framepipe.encode` as it comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.timed_encode import timed_encode

NAME = "pipe"
promises_identity = True
drawing = "retained"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with nothing but defaults."""
    return timed_encode(case.build(frames), path, **case.save)
