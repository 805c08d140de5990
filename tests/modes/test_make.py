"""How a plan is carried out, and what is done when that cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clips import planned
from matplotlib.animation import PillowWriter

from framepipe import Segments
from framepipe.modes.by_pipe import ByPipe
from framepipe.modes.in_segments import InSegments
from framepipe.modes.make import choose_mode
from framepipe.user_output import OutputInOrder


def chosen(path: Path, mode: Any, writer: Any = None) -> Any:
    plan = planned(path, writer)
    return choose_mode(plan, mode, lambda *_: None, OutputInOrder(), writer=writer)


@pytest.mark.parametrize(
    ("mode", "way"),
    [("auto", ByPipe), ("pipe", ByPipe), ("segments", InSegments), (Segments(2), InSegments)],
    ids=str,
)
def test_the_way_that_was_asked_for(tmp_path: Path, mode: Any, way: type) -> None:
    assert type(chosen(tmp_path / "m.mp4", mode)) is way


def test_a_writer_that_takes_no_pipe_goes_in_segments_and_that_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert type(chosen(tmp_path / "m.gif", "auto", PillowWriter())) is InSegments
    assert "takes no frames through a pipe" in caplog.text
    with pytest.raises(ValueError, match="does not take frames through a pipe"):
        chosen(tmp_path / "m.gif", "pipe", PillowWriter())
