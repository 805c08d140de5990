"""`framepipe.encode` as it comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases import Case
from ..measure import encode

NAME = "pipe"
promises_identity = True
drawing = "retained"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with nothing but defaults."""
    return encode(case, path, frames)
