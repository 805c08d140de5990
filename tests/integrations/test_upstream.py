"""matplotlib's own tests of animations, from its source archive, pass under `accelerate`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path

import matplotlib as mpl
import pytest
from clips import FFMPEG

ROOT = Path(__file__).parents[2]
TESTS = "lib/matplotlib/tests/test_animation.py"

#: Loaded by the pytest that runs them.
PLUGIN = """
import framepipe
from matplotlib.animation import Animation
framepipe.accelerate()

def pytest_terminal_summary(terminalreporter):
    assert Animation.save.__wrapped__ is not None
    terminalreporter.write_line("accelerated to the end")
"""


def fetch(version: str, folder: Path) -> Path:
    """Take the tests out of matplotlib's source archive, wherever pip finds packages."""
    code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    index = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    request = urllib.request.Request(
        f"{index.stdout.strip()}/matplotlib/",
        headers={"Accept": "application/vnd.pypi.simple.v1+json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    (url,) = (one["url"] for one in files if one["filename"] == f"matplotlib-{version}.tar.gz")
    with (
        urllib.request.urlopen(url, timeout=60) as archive,
        tarfile.open(fileobj=archive, mode="r|gz") as members,
    ):
        for member in members:
            if member.name.endswith(TESTS):
                content = members.extractfile(member)
                assert content is not None
                path = folder / Path(TESTS).name
                path.write_bytes(content.read())
                return path
    raise FileNotFoundError(f"{TESTS} in matplotlib {version}")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform == "win32", reason="a link named ffmpeg")
def test_matplotlibs_own_tests_pass(tmp_path: Path) -> None:
    path = fetch(mpl.__version__, tmp_path)
    (tmp_path / "accelerated.py").write_text(PLUGIN)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "ffmpeg").symlink_to(FFMPEG)  # matplotlib's tests of ffmpeg look for it there
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "matplotlib.testing.conftest",
            "-p", "accelerated", "-p", "no:cacheprovider", "-W", "default", path.name,
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)]),
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert "accelerated to the end" in done.stdout
    assert " passed" in done.stdout
