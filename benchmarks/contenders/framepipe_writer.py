"""`Animation.save` with framepipe as matplotlib's writer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.clock import Clock

NAME = "framepipe_writer"
promises_identity = True
drawing = "full"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Save."""
    import framepipe  # noqa: F401 - which makes the writer known

    animation = case.build(frames)
    with Clock() as clock:
        animation.save(path, writer="framepipe", **case.save)
    return {**clock.facts(), "frames": frames}
