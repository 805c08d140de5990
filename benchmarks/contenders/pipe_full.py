"""`framepipe.encode` that draws everything in every frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.timed_encode import timed_encode

NAME = "pipe_full"
promises_identity = True
drawing = "full"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with ``redraw="full"``."""
    return timed_encode(case.build(frames), path, **case.save, redraw="full")
