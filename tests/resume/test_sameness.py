"""What must be the same to go on: everything that changes a segment, and nothing else."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from clips import clip

from framepipe.engines.scheduling.blocks import cut_into_blocks
from framepipe.plan import plan_encode
from framepipe.resume.sameness import what_must_be_the_same


def same(path: Path, *, lossless: bool = False, blocks: Any = None, **given: Any) -> dict[str, str]:
    options: dict[str, Any] = {
        "dpi": None, "extra_anim": None, "savefig_kwargs": None, "workers": 2, "redraw": "auto",
        "independent": False, "start_method": None, **given,
    }  # fmt: skip
    with ExitStack() as stack:
        plan = plan_encode(stack, clip(60), str(path / "m.mp4"), None, **options)
        cut = cut_into_blocks(blocks, plan.frames, 2, lasting=True)
        return what_must_be_the_same(plan, cut, lossless=lossless)


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


def test_versions_and_settings_are_in_it(tmp_path: Path) -> None:
    found = same(tmp_path)
    assert found["the version of matplotlib"] == mpl.__version__
    assert found["the version of ffmpeg"].startswith("ffmpeg version")
    assert found["the size in pixels"] == "32x32"
    assert found["the number of frames"] == "60"
    assert found == same(tmp_path)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"dpi": 64}, {"dpi", "the size in pixels"}),
        ({"fps": 3}, {"fps"}),
        ({"codec": "mpeg4"}, {"codec"}),
        ({"bitrate": 100}, {"bitrate"}),
        ({"extra_args": ["-crf", "3"]}, {"extra_args"}),
        ({"metadata": {"title": "t"}}, {"metadata"}),
        ({"redraw": "full"}, {"redraw"}),
        ({"independent": True}, {"independent"}),
        ({"blocks": 3}, {"the blocks"}),
        ({"frames": range(0, 60, 2)}, {"frames", "the number of frames", "the blocks"}),
        ({"savefig_kwargs": {"facecolor": "r"}}, {"savefig_kwargs['facecolor']"}),
    ],
)
def test_what_changes_a_segment_differs(
    tmp_path: Path, given: dict[str, Any], names: set[str]
) -> None:
    assert differing(same(tmp_path), same(tmp_path, **given)) == names


@pytest.mark.parametrize("given", [{"workers": 0}, {"workers": 7}, {"start_method": "spawn"}])
def test_what_makes_no_difference_to_a_frame_does_not(
    tmp_path: Path, given: dict[str, Any]
) -> None:
    assert same(tmp_path, **given) == same(tmp_path)


def test_how_lossless_segments_are_encoded_afterwards_may_change(tmp_path: Path) -> None:
    once = same(tmp_path, lossless=True)
    assert same(tmp_path, lossless=True, codec="mpeg4", extra_args=["-q", "3"], hold=2) == once
    assert differing(once, same(tmp_path, lossless=True, fps=3)) == {"fps"}


def test_settings_of_matplotlibs_that_change_a_frame_differ(tmp_path: Path) -> None:
    before = same(tmp_path)
    with mpl.rc_context({"lines.linewidth": 3.25, "savefig.directory": "x"}):
        assert differing(before, same(tmp_path)) == {"rcParams['lines.linewidth']"}
