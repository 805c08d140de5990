"""`framepipe.encode` that draws everything in every frame."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from ..cases import Case
from ..measure import encode

NAME = "pipe_full"
promises_identity = True
drawing = "full"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Encode with ``redraw="full"``; without that keyword full drawing is all there is."""
    import framepipe

    has_choice = "redraw" in inspect.signature(framepipe.encode).parameters
    options = {"redraw": "full"} if has_choice else {}
    return {**encode(case, path, frames, **options), "options": options}
