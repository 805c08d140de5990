"""The folder in which segments outlive their run: whole or not there, and one run's at a time."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from framepipe import ResumeError
from framepipe.encoding.output import Output
from framepipe.encoding.targets.pictures import PictureFolder
from framepipe.engines.scheduling.blocks import Block, KeptBlock
from framepipe.leftovers import LOCK, sweep
from framepipe.resume.folder import ENDING, ResumeFolder, place_of

SAME = {"dpi": "100", "a long thing": "x" * 200}
BLOCK = KeptBlock(Block(3, 30, 40), 10, None, {39: b"last"}, b"before")


def begun(folder: Path, same: dict[str, str] | None = None) -> ResumeFolder:
    store = ResumeFolder(Output(folder / "m.mp4"))
    store.open(SAME if same is None else same, ".mp4")
    return store


def record(store: ResumeFolder, block: KeptBlock = BLOCK) -> Path:
    """Record a block, as a run would; return the segment's path."""
    segments = store.segments(".mp4")
    Path(segments.path(block.block.number)).write_text("packets")
    segments.take(block, lasting=True)
    return Path(store.path, segments.name(block.block.number))


def leave(store: ResumeFolder) -> None:
    """End a run before the movie is whole."""
    store.__exit__(None, None, None)


def test_what_is_kept_is_found_again_as_it_was(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        assert store.kept == []
        segment = record(store)
        assert segment.read_text() == "packets"
    with begun(tmp_path) as store:
        assert store.kept == [BLOCK]
        assert store.seen == {}
        store.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_taken_is_thrown_away(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        record(store)
        there = set(os.listdir(store.path))
        Path(store.segments(".mp4").path(4)).write_text("half")
        Path(store.path, "000005.mp4").write_text("renamed, but power was lost")
        Path(store.path, "000006.json-0123abcd").write_text("half a manifest")
        Path(store.path, "tmpabc").mkdir()
        Path(store.path, "tmpabc", "frame.png").write_text("a writer's")
    with begun(tmp_path) as store:
        assert set(os.listdir(store.path)) == there
        store.remove()


def test_a_segment_that_is_not_what_it_was_is_known_by_its_frames_alone(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        record(store).write_text("another")
    with begun(tmp_path) as store:
        assert store.kept == []
        assert store.seen == {39: b"last"}
        assert set(os.listdir(store.path)) == {LOCK, "run.json"}


def test_a_block_may_be_recorded_again_and_is_there_until_then(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        record(store)
    with begun(tmp_path) as store:
        store.record_again(store.kept[0])
        assert store.kept == []
        assert store.seen == {39: b"last"}
    with begun(tmp_path) as store:
        assert store.kept == [BLOCK]
        store.remove()


def test_differences_are_told_by_name_and_nothing_is_touched(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        segment = record(store)
    other = {"dpi": "50", "a long thing": "y" * 200, "fps": "3"}
    with pytest.raises(ResumeError) as caught, ResumeFolder(Output(tmp_path / "m.mp4")) as store:
        store.open(other, ".mp4")
    told = r"Different are: dpi (was 100, is 50); a long thing; fps (new). Make"
    assert told in str(caught.value)
    assert segment.exists()
    leave(begun(tmp_path))


def test_beginning_again_in_another_way_throws_all_away(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        segment = record(store)
        store.begin_again({"redraw": "full"})
        assert not segment.exists()
        assert store.kept == []
    with begun(tmp_path) as store:
        assert store.attempt == {"redraw": "full"}
        store.remove()


def test_nothing_whole_is_nothing_to_leave(tmp_path: Path) -> None:
    with begun(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [f"m.mp4{ENDING}"]
    assert list(tmp_path.iterdir()) == []


def test_an_error_is_told_where_it_is(tmp_path: Path) -> None:
    store, error = begun(tmp_path), KeyboardInterrupt()
    record(store)
    store.__exit__(KeyboardInterrupt, error, None)
    (note,) = error.__notes__
    assert "10 frames are kept in" in note
    assert f"m.mp4{ENDING}" in note


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_it_is_one_runs_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framepipe.resume.folder.PATIENCE", 0.1)
    with begun(tmp_path) as store:
        with pytest.raises(ResumeError, match="another run is at work"):
            begun(tmp_path)
        assert os.path.exists(store.path)
    leave(begun(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is swept there")
def test_what_sweeps_leftovers_away_leaves_it(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        record(store)
    assert sweep(str(tmp_path)) == []
    # But what is being removed may be removed by anybody.
    os.rename(tmp_path / f"m.mp4{ENDING}", tmp_path / ".framepipe-0123abcd")
    assert sweep(str(tmp_path)) == [str(tmp_path / ".framepipe-0123abcd")]


@pytest.mark.skipif(sys.platform == "win32", reason="owners and modes")
@pytest.mark.parametrize("what", ["file", "link", "writable", "somebody's"])
def test_a_folder_that_may_be_anothers_is_refused(tmp_path: Path, what: str) -> None:
    place = tmp_path / f"m.mp4{ENDING}"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if what == "file":
        place.write_text("mine")
    elif what == "link":
        place.symlink_to(elsewhere)
    else:
        place.mkdir(0o700)
        if what == "writable":
            place.chmod(0o777)
        else:
            (place / "holiday.jpg").write_text("not framepipe's")
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    with pytest.raises(ResumeError, match="is no folder of framepipe's"):
        begun(tmp_path)
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_it_is_nobody_elses_to_look_into(tmp_path: Path) -> None:
    with begun(tmp_path) as store:
        assert os.stat(store.path).st_mode & 0o777 == 0o700 or sys.platform == "win32"


@pytest.mark.parametrize("said", ["", "[]", "{", '{"same": 3}', '{"number": 1}'])
def test_files_that_say_something_else_are_no_error(tmp_path: Path, said: str) -> None:
    with begun(tmp_path) as store:
        manifest = record(store).with_suffix(".json")
    manifest.write_text(said)
    with begun(tmp_path) as store:
        assert store.kept == []
        record(store)
        Path(store.path, "run.json").write_text(said)
    with begun(tmp_path) as store:
        assert store.kept == []
        assert json.loads(Path(store.path, "run.json").read_text())["same"] == SAME


def test_names_that_ffmpeg_or_a_disk_may_not_like_are_not_in_its_name(tmp_path: Path) -> None:
    def name(output: Any) -> str:
        return Path(place_of(output)).name

    assert name(Output(tmp_path / "m.mp4")) == f"m.mp4{ENDING}"
    for hostile in ["%03d.mp4", "a'b.mp4", "a\nb.mp4", "x" * 240 + ".mp4", "-i.mp4", "ä" * 120]:
        found = name(Output(tmp_path / hostile))
        assert found.startswith(".")
        assert len(os.fsencode(found)) < 100
        assert found == name(Output(tmp_path / hostile))
    # Whether there is a folder for the pictures by then, or not.
    pictures = PictureFolder(tmp_path / "frames" / "%d.png", {}, 100)
    assert name(pictures) == f"frames{ENDING}"
    (tmp_path / "frames").mkdir()
    assert Path(place_of(pictures)) == tmp_path / f"frames{ENDING}"
