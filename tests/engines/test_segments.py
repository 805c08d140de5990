"""Engine 2: blocks recorded apart, each by a sink of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from stand_ins import BYTES, Numbers, ToFile

from framepipe import FrameError
from framepipe.engines.scheduling.blocks import cut_into_blocks
from framepipe.engines.segments import SegmentsRun


def recording(folder: Path, source: Numbers, total: int | None, blocks: Any, **given: Any) -> Any:
    return SegmentsRun(
        lambda: source, ToFile.of, BYTES, cut_into_blocks(blocks, total, 2),
        total, lambda block: str(folder / f"{block}"), start_method="fork", **given,
    )  # fmt: skip


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_every_block_holds_its_frames(tmp_path: Path, workers: int) -> None:
    told: list[tuple[int, int | None]] = []
    blocks = [(0, 1), (1, 9), (9, 12)]
    run = recording(
        tmp_path, Numbers(12), 12, blocks, workers=workers,
        progress=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    report = run.run()
    found = [[int(number) for number in (tmp_path / f"{i}").read_text().split()] for i in range(3)]
    assert found == [list(range(*block)) for block in blocks]
    assert told == [(i, 12) for i in range(12)]
    assert report.frames == 12
    assert [frames for _, frames in run.ledger.made] == [1, 8, 3]


def fail_at(bad: int, frame: int) -> None:
    if frame == bad:
        raise LookupError("no such thing")


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_comes_home_with_its_frame(tmp_path: Path, workers: int) -> None:
    run = recording(tmp_path, Numbers(12, partial(fail_at, 7)), 12, 3, workers=workers)
    with pytest.raises((FrameError, LookupError), match="no such thing") as caught:
        run.run()
    if workers:  # in this process it is the painter that makes it a FrameError
        assert isinstance(caught.value, FrameError)
        assert caught.value.frame == 7
