"""`framepipe.encode` in segments, joined by ffmpeg."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases import Case
from ..measure import encode

NAME = "segments"
promises_identity = False  # the frames are the same, but each block is encoded by itself
drawing = "retained"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with ``mode="segments"``."""
    return encode(case, path, frames, mode="segments")
