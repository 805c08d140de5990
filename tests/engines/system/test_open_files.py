"""A fork with positions of its own: what it reads moves nobody else's."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clips import RAW, clip, numbers_in

import framepipe
from framepipe.engines.system.open_files import at_own_positions, open_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")


def in_a_fork(do: Callable[[], Any]) -> str:
    """Run a function in a fork as a worker does; what it returned, as text."""
    reader, writer = os.pipe()
    do = at_own_positions(do)
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writer, repr(do()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with os.fdopen(reader) as pipe:
        return pipe.read()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "letters"
    path.write_bytes(b"abcdefghij")
    return path


@pytest.mark.parametrize("mode", ["rb", "r+b", "a+b"])
def test_a_read_moves_no_position_but_ones_own(path: Path, mode: str) -> None:
    with open(path, mode, buffering=0) as file:
        file.seek(2)
        assert in_a_fork(lambda: file.read(3)) == "b'cde'"
        assert in_a_fork(lambda: (file.read(3), file.tell())) == "(b'cde', 5)"
        assert file.tell() == 2


def test_what_a_buffer_has_read_ahead_fits(path: Path) -> None:
    with open(path, "rb", buffering=4) as file:
        assert file.read(1) == b"a"
        assert in_a_fork(lambda: (file.read(7), file.tell())) == "(b'bcdefgh', 8)"
        assert in_a_fork(lambda: file.seek(-1, os.SEEK_CUR)) == "0"
        assert file.read() == b"bcdefghij"


def test_a_file_without_a_name_is_opened_anew(path: Path) -> None:
    with open(path, "rb", buffering=0) as deleted, tempfile.TemporaryFile(buffering=0) as nameless:
        path.unlink()
        nameless.write(b"0123456789")
        nameless.seek(5)
        assert in_a_fork(lambda: (deleted.read(2), nameless.read(2))) == "(b'ab', b'56')"
        assert (deleted.tell(), nameless.tell()) == (0, 5)


def test_writers_stay_together(path: Path) -> None:
    """What two processes write comes one after the other, and overwrites nothing."""
    with open(path, "wb", buffering=0) as log:
        log.write(b"one ")
        in_a_fork(lambda: log.write(b"two "))
        log.write(b"three")
    assert path.read_bytes() == b"one two three"


def test_flags_of_a_descriptor_are_kept(path: Path) -> None:
    with open(path, "rb", buffering=0) as file, open(path, "rb", buffering=0) as inherited:
        os.set_inheritable(inherited.fileno(), True)

        def flags() -> list[int]:
            numbers = (file.fileno(), inherited.fileno())
            commands = (fcntl.F_GETFD, fcntl.F_GETFL)
            return [fcntl.fcntl(number, command) for number in numbers for command in commands]

        assert in_a_fork(flags) == repr(flags())


def test_a_lock_is_still_held_when_a_fork_has_gone(path: Path) -> None:
    with open(path, "rb") as held, open(path, "rb") as other:
        fcntl.flock(held, fcntl.LOCK_EX)
        in_a_fork(lambda: None)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_neither_pipes_nor_the_memory_of_frames_are_opened_anew(path: Path) -> None:
    ring = os.memfd_create("framepipe")
    reader, writer = os.pipe()
    with open(path, "rb") as file:
        found = {one.descriptor for one in open_files()}
        assert file.fileno() in found
        assert not found & {ring, reader, writer}
    for descriptor in (ring, reader, writer):
        os.close(descriptor)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_in_the_place_of_a_dead_one_begins_where_that_began(
    tmp_path: Path, workers: int
) -> None:
    """Killed in the middle of the file, by itself, once."""
    (tmp_path / "numbers").write_text("".join(f"{i}\n" for i in range(100, 140)))
    fell = tmp_path / "fell"

    with open(tmp_path / "numbers") as file:
        read: list[int] = []

        def take(i: int) -> None:
            read.append(int(file.readline()))
            assert read[-1] == 100 + i, f"frame {i} got line {read[-1] - 100}"
            if i == 20 and not fell.exists():
                fell.touch()
                os.kill(os.getpid(), signal.SIGKILL)

        movie = framepipe.encode(clip(30, take), tmp_path / "m.rgba", workers=workers, **RAW)
    assert 1 <= movie.report.restarts <= workers  # two may have got there at once
    assert numbers_in(movie) == list(range(30))
    assert read == []
