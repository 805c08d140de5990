"""The folder of a movie's segments: where it is, what it is called, and that it goes."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from clips import everything_in

from framepipe.encoding.output import Output
from framepipe.encoding.stitching.folder import SegmentFolder


def test_it_lies_beside_the_movie_and_is_nobody_elses(tmp_path: Path) -> None:
    with Output(tmp_path / "m.mp4") as output:
        output.prepare()
        with SegmentFolder(output, ".mkv") as folder:
            assert Path(folder.folder).parent == tmp_path
            assert stat.S_IMODE(os.stat(folder.folder).st_mode) == 0o700
            assert folder.path(7) == os.path.join(folder.folder, "000007.mkv")
            Path(folder.path(0)).write_bytes(b"x")
        assert not os.path.exists(folder.folder)
    assert everything_in(tmp_path) == set()


def test_where_the_output_is_no_file_it_is_a_temporary_one(tmp_path: Path) -> None:
    with Output("/dev/null") as output, SegmentFolder(output, ".mp4") as folder:
        assert Path(folder.folder).parent == Path(tempfile.gettempdir())
    assert not os.path.exists(folder.folder)


def test_segments_that_are_kept_are_named_after_the_movie(tmp_path: Path) -> None:
    with Output(tmp_path / "a.b.mp4") as output:
        output.prepare()
        with SegmentFolder(output, ".mp4") as folder:
            for number in (3, 5):
                Path(folder.path(number)).write_text(str(number))
            kept = folder.keep([3, 5])
    assert [path.name for path in kept] == ["a.b.segment-0000.mp4", "a.b.segment-0001.mp4"]
    assert [path.read_text() for path in kept] == ["3", "5"]
    assert everything_in(tmp_path) == {path.name for path in kept}


def test_it_goes_though_its_user_failed(tmp_path: Path) -> None:
    with Output(tmp_path / "m.mp4") as output:
        output.prepare()
        with pytest.raises(FileNotFoundError), SegmentFolder(output, ".mp4") as folder:
            folder.keep([0])
    assert everything_in(tmp_path) == set()


def test_it_can_be_emptied(tmp_path: Path) -> None:
    with Output(tmp_path / "m.mp4") as output:
        output.prepare()
        with SegmentFolder(output, ".mp4") as folder:
            Path(folder.path(0)).write_bytes(b"x")
            folder.clear()
            assert not os.path.exists(folder.path(0))
