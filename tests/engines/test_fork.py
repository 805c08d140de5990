"""A fork that works when it is told to; more in tests/integrations/test_beside.py."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from clips import children, is_over, wait_until

from framepipe import FramepipeError, WorkerDied
from framepipe.engines.fork import Fork
from framepipe.engines.protocols import Progress

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere processes are not forked"
)


def count(order: int, told: Progress) -> tuple[int, int]:
    for number in range(order):
        told(number, order)
    return os.getpid(), order


def test_it_waits_until_it_is_told_to_work_and_then_has_everything_as_it_was() -> None:
    things, heard = ["before"], list[int]()

    def work(order: int, told: Progress) -> tuple[list[str], int]:
        return things, count(order, told)[1]

    with Fork(work, name="one", progress=lambda i, _: heard.append(i)) as fork:
        things.append("after")
        fork.hear()
        fork.begin(5)
        fork.wait_for(2)
        assert heard[:2] == [0, 1]
        assert fork.finish() == (["before"], 5)
        assert fork.finish() == (["before"], 5)
    assert heard == list(range(5))
    assert fork.encoded == 5
    assert children() == ([], [])


def test_one_that_is_not_needed_ends_with_the_block() -> None:
    with Fork(count, name="one"):
        (process,) = children()[1]
    assert not process.is_running()


def test_one_at_work_is_told_to_end_and_cleans_up(tmp_path: Path) -> None:
    def work(order: Path, told: Progress) -> None:
        try:
            (order / "begun").touch()
            time.sleep(60)
        finally:
            (order / "cleaned").touch()

    with Fork(work, name="one") as fork:
        fork.begin(tmp_path)
        wait_until((tmp_path / "begun").exists, 10, "the fork at work")
    assert (tmp_path / "cleaned").exists()
    assert children() == ([], [])


def test_what_it_raises_and_warns_of_comes_here() -> None:
    def work(order: str, told: Progress) -> None:
        warnings.warn(order, UserWarning, stacklevel=1)
        print("not to be seen")
        raise FramepipeError("sour")

    with Fork(work, name="one") as fork:
        fork.begin("a warning")
        with pytest.warns(UserWarning, match="a warning"), pytest.raises(FramepipeError) as caught:
            fork.finish()
    assert str(caught.value) == "sour"


def test_one_that_dies_is_told_of() -> None:
    def work(order: None, told: Progress) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with Fork(work, name="one", temporary_places=[tempfile.gettempdir()]) as fork:
        fork.begin(None)
        with pytest.raises(WorkerDied, match="exit code -9"):
            fork.finish()


def test_it_reads_files_at_positions_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("one\ntwo\n")
    with path.open(buffering=1) as file:

        def work(order: None, told: Progress) -> str:
            return os.read(file.fileno(), 3).decode()

        with Fork(work, name="one") as fork:
            assert os.read(file.fileno(), 4) == b"one\n"
            fork.begin(None)
            assert fork.finish() == "one"
            assert os.read(file.fileno(), 3) == b"two"


def test_it_ends_with_the_process_that_forked_it() -> None:
    """One that is killed closes its end of the pipe, but something else may hold that, too."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        with Fork(count, name="inner"):
            (inner,) = psutil.Process().children()
            holder = os.fork()
            os.write(writes, f"{inner.pid} {holder}\n".encode() if holder else b"")
            time.sleep(60)
        os._exit(0)
    inner, holder = (psutil.Process(int(word)) for word in os.read(reads, 40).split())
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    try:
        wait_until(lambda: is_over(inner), 10, "the fork's end")
        assert not is_over(holder)
    finally:
        holder.kill()
        os.close(reads)
        os.close(writes)


@pytest.mark.parametrize("may_end", [True, False])
def test_it_asks_before_what_cannot_be_taken_back(tmp_path: Path, may_end: bool) -> None:
    note = tmp_path / "done"

    def work(_: None, told: Progress) -> str:
        told(0, 1)
        fork.ask()
        note.touch()
        return "answer"

    fork: Fork[None, str] = Fork(work, name="one")
    with fork:
        fork.begin(None)
        fork.wait_for(2)  # it has told of one frame, and asks
        assert fork.whole
        assert not note.exists()
        if may_end:
            assert fork.finish() == fork.finish() == "answer"
    assert note.exists() is may_end
    with pytest.raises(RuntimeError, match="only the fork can ask"):
        fork.ask()


@pytest.mark.parametrize("says", ["tells", "asks"])
def test_one_in_which_the_signal_is_lost_ends_when_it_says_something(
    tmp_path: Path, says: str
) -> None:
    """Python drops what a signal's handler raises in a callback of the garbage collector."""
    note = tmp_path / "begun"

    def work(_: None, told: Progress) -> None:
        note.touch()
        with suppress(KeyboardInterrupt):
            signal.pause()
        try:
            told(0, 1) if says == "tells" else fork.ask()
        finally:
            note.rename(tmp_path / "cleaned up")

    fork: Fork[None, None] = Fork(work, name="one")
    with fork:
        fork.begin(None)
        wait_until(note.exists, 10, "the fork")
        begin = time.monotonic()
    assert time.monotonic() - begin < 4, "it was killed in the end"
    assert (tmp_path / "cleaned up").exists()
