"""What dead runs have left is removed, what living ones use is not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clips import RAW, clip, wait_until

from framepipe import Segments, encode
from framepipe.leftovers import LOCK, Claim, sweep, temporary_folder

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there nothing is removed")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which something of ours may be left."""
    path = tmp_path / "folder"
    path.mkdir()
    yield path
    shutil.rmtree(path)


def in_another_process(code: str, *args: str) -> subprocess.Popen[str]:
    """Start Python code, which says "ready" and then waits for its input to end."""
    return subprocess.Popen(
        [
            sys.executable, "-c",
            f"import sys\n{code}\nprint('ready', flush=True); sys.stdin.read()", *args,
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
    )  # fmt: skip


PART = (
    "from framepipe.leftovers import Claim; from pathlib import Path\n"
    "path = Path(sys.argv[1], '.framepipe-0123abcd.mp4'); path.write_text('part')\n"
    "claim = Claim(str(path)); assert claim.held"
)
FOLDER = (
    "from framepipe.leftovers import temporary_folder; from pathlib import Path\n"
    "context = temporary_folder(sys.argv[1]); folder = context.__enter__()\n"
    "Path(folder, '000000.mp4').write_text('segment')"
)


@pytest.mark.parametrize("code", [PART, FOLDER], ids=["part file", "folder"])
def test_a_living_run_is_left_alone_and_a_dead_one_swept(tmp_path: Path, code: str) -> None:
    with in_another_process(code, str(tmp_path)) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        (left,) = tmp_path.iterdir()
        assert sweep(str(tmp_path)) == []
        assert left.exists()
        other.kill()
    assert sweep(str(tmp_path)) == [str(left)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [PART, FOLDER], ids=["part file", "folder"])
def test_a_program_that_ends_in_the_middle_removes_its_own(tmp_path: Path, code: str) -> None:
    with in_another_process(code, str(tmp_path)) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        assert len(list(tmp_path.iterdir())) == 1
        assert other.stdin is not None
        other.stdin.close()
        other.wait(20)
    assert list(tmp_path.iterdir()) == []


def test_a_fork_that_ends_takes_nothing_with_it(tmp_path: Path) -> None:
    code = f"{PART}\nimport os\nif os.fork() == 0: sys.exit()\nos.wait(); assert path.exists()"
    with in_another_process(code, str(tmp_path)) as other:
        assert other.communicate(timeout=20)[0] == "ready\n"
    assert other.returncode == 0


OTHERS: dict[str, Callable[[Path], object]] = {
    ".framepipe-0123abcg.mp4": lambda path: path.write_text("not hexadecimal"),
    ".framepipe-0123abcd1": lambda path: path.write_text("nine digits"),
    "framepipe-0123abcd.mp4": lambda path: path.write_text("no dot"),
    ".framepipe-01234567": lambda path: path.mkdir(),  # no lock in it: it may be being made
    ".framepipe-01234568": lambda path: path.symlink_to(ROOT),
    ".framepipe-01234569.mp4": lambda path: path.symlink_to(ROOT / "README.md"),
    ".framepipe-0123456a.mp4": os.mkfifo,
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_ours_is_left_alone(folder: Path, name: str) -> None:
    OTHERS[name](folder / name)
    assert sweep(str(folder)) == []
    assert os.path.lexists(folder / name)


def test_the_lock_of_a_folder_is_no_way_out_of_it(folder: Path) -> None:
    ours = folder / ".framepipe-01234567"
    ours.mkdir()
    (ours / LOCK).symlink_to(ROOT / "README.md")
    assert sweep(str(folder)) == []
    assert (ROOT / "README.md").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="takes another user")
def test_another_users_are_left_alone(folder: Path) -> None:
    path = folder / ".framepipe-0123abcd.mp4"
    path.write_text("part")
    os.chown(path, 65534, 65534)
    assert sweep(str(folder)) == []


def test_a_claim_notices_that_the_file_was_swept_away(tmp_path: Path) -> None:
    path = tmp_path / ".framepipe-0123abcd.mp4"
    path.write_text("")
    first = Claim(str(path))
    assert first.held
    second = Claim(str(path))  # the lock is taken
    assert not second.held
    first.release()
    assert sweep(str(tmp_path)) == [str(path)]


def test_temporary_folders_are_private_and_unguessable(tmp_path: Path) -> None:
    with temporary_folder(str(tmp_path)) as one, temporary_folder(str(tmp_path)) as other:
        assert os.stat(one).st_mode & 0o777 == 0o700
        assert one != other
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", ["pipe", Segments(blocks=2)], ids=["pipe", "segments"])
def test_the_next_run_removes_what_a_killed_one_has_left(
    tmp_path: Path, mode: str | Segments
) -> None:
    how = "'pipe'" if mode == "pipe" else "framepipe.Segments(blocks=2)"
    code = (
        "import os, signal, framepipe; from clips import RAW, clip\n"
        f"framepipe.encode(clip(400), sys.argv[1] + '/m.rgba', **RAW, workers=1, mode={how},\n"
        "    progress_callback=lambda i, n: os.kill(os.getpid(), signal.SIGKILL) if i == 3 else 0)"
    )
    with in_another_process(code, str(tmp_path)) as other:
        other.communicate(timeout=60)
    assert other.returncode == -signal.SIGKILL
    assert any(path.name.startswith(".framepipe-") for path in tmp_path.iterdir())

    def whole() -> bool:
        """A worker that was in the middle of a frame may hold on to it for a moment."""
        encode(clip(3), tmp_path / "m.rgba", **RAW, workers=1)
        return [path.name for path in tmp_path.iterdir()] == ["m.rgba"]

    wait_until(whole, 20, "everything removed")
