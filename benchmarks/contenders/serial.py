"""`Animation.save`, as everybody calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.clock import Clock

NAME = "serial"
promises_identity = True  # with itself: a case whose frames differ from run to run is no case
drawing = "full"


def available() -> str | None:
    """Return None: it always can."""
    return None


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Save."""
    animation = case.build(frames)
    with Clock() as clock:
        animation.save(path, writer="ffmpeg", **case.save)
    return {**clock.facts(), "frames": frames}
