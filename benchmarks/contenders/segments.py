"""`framepipe.encode` in segments, joined by ffmpeg."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.timed_encode import timed_encode

NAME = "segments"
promises_identity = False  # the frames are the same, but each block is encoded by itself
drawing = "retained"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with ``mode="segments"``."""
    return timed_encode(case.build(frames), path, **case.save, mode="segments")
