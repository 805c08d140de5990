"""The README's examples run as they stand there, and make what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from reference import FFMPEG

README = Path(__file__).parent.parent / "README.md"


def example(heading: str) -> str:
    """The last Python example of a chapter; "" is what comes before the first heading."""
    text = README.read_text()
    begin = text.index(f"\n## {heading}\n") if heading else 0
    chapter = text[begin : text.index("\n## ", begin + 1)]
    return str(re.findall(r"```python\n(.*?)```", chapter, flags=re.DOTALL)[-1])


def run(code: str, folder: Path) -> None:
    (folder / "example.py").write_text(code)
    repository = str(README.parent)
    subprocess.run(
        [sys.executable, "example.py"], cwd=folder, check=True, timeout=120,
        env={"PATH": "/usr/bin:/bin", "MPLBACKEND": "agg", "PYTHONPATH": repository},
    )  # fmt: skip


def frames_of(movie: Path) -> list[str]:
    command = [FFMPEG, "-loglevel", "error", "-i", str(movie), "-f", "framemd5", "-"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if not line.startswith("#")]


def test_the_first_example(tmp_path: Path) -> None:
    run(example(""), tmp_path)
    assert len(frames_of(tmp_path / "wave.mp4")) == 300


def test_five_minutes(tmp_path: Path) -> None:
    run(example("Five minutes"), tmp_path)
    assert len(frames_of(tmp_path / "walk.mp4")) == 60
    assert (tmp_path / "timeline.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_old_double_pendulum_with_both_stitchers(tmp_path: Path) -> None:
    run(example("Coming from mpl_parsave"), tmp_path)
    segments = [f"pendulum.segment-{i:04d}.mp4" for i in range(5)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["example.py", "pendulum.avi", "pendulum.mp4", *segments]
    )
    counts = [len(frames_of(tmp_path / name)) for name in ("pendulum.mp4", "pendulum.avi")]
    assert counts == [150, 150]
    assert sum(len(frames_of(tmp_path / name)) for name in segments) == 150


@pytest.mark.parametrize("name", ["blocks", "stitcher", "keep", "executor", "max_in_flight"])
def test_segments_are_described_with_their_defaults(name: str) -> None:
    import framepipe

    default = framepipe.Segments.__dataclass_fields__[name].default
    assert f"    {name}={default!r}," in example("In segments").replace('"', "'")


ADDRESS = "https://raw.githubusercontent.com/framepipe/framepipe/main/"


def test_pictures_have_an_address_and_are_there() -> None:
    """A path would show on a forge, but not on PyPI."""
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", README.read_text())
    assert pictures
    for picture in pictures:
        assert picture.startswith(ADDRESS)
        assert (README.parent / picture.removeprefix(ADDRESS)).is_file(), picture
