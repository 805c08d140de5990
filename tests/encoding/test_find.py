"""Finding ffmpeg."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest

from framepipe.encoding.find import find_ffmpeg, version_of
from framepipe.errors import EncoderNotFound


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "my ffmpeg"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_bundled_one_runs() -> None:
    found = find_ffmpeg(None)
    assert b"ffmpeg version" in subprocess.run([found, "-version"], capture_output=True).stdout


def test_it_says_which_version_it_is(program: Path) -> None:
    assert version_of(find_ffmpeg(None)).startswith("ffmpeg version ")
    program.write_text("#!/bin/sh\necho 'ffmpeg version 7.0.2-static Copyright (c) 2000'\n")
    assert version_of(str(program)) == "ffmpeg version 7.0.2-static"


def test_the_users_own_by_path(program: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert find_ffmpeg(str(program)) == str(program)
    assert not caplog.records


def test_the_users_own_by_name(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert find_ffmpeg(program.name) == str(program)


@pytest.mark.parametrize("how", ["missing", "not executable"])
def test_one_that_is_not_there_is_said_and_replaced(
    how: str, program: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program.chmod(0o644)
    wanted = str(program) if how == "not executable" else str(program) + "x"
    with caplog.at_level(logging.WARNING, "framepipe.encoding.find"):
        assert find_ffmpeg(wanted) == find_ffmpeg(None)
    assert wanted in caplog.text
    assert "animation.ffmpeg_path" in caplog.text


def test_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", nothing)
    with pytest.raises(EncoderNotFound, match="pip install imageio-ffmpeg"):
        find_ffmpeg(None)


def test_no_imageio_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(EncoderNotFound, match="imageio_ffmpeg"):
        find_ffmpeg(None)


def test_a_wrong_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/nowhere/ffmpeg")
    with pytest.raises(EncoderNotFound, match="/nowhere/ffmpeg"):
        find_ffmpeg(None)
