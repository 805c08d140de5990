"""Render workers that die, hang or never come up: one more chance, then a clear error."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import (
    RAW,
    WAYS,
    as_nobody,
    children,
    clip,
    everything_in,
    is_over,
    numbers_in,
    wait_until,
)

from framepipe import FrameError, WorkerDied, encode
from framepipe.drawing.painter import Painter
from framepipe.engines.workers import supervisor
from framepipe.options import StartMethod

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

FRAMES = 60


def kill_a_worker_at(frame: int, which: int = 0) -> Callable[[int, int | None], None]:
    """A progress callback that kills a worker, the one that was started `which`-th."""

    def kill(i: int, n: int | None) -> None:
        if i == frame:
            worker = sorted(children()[1], key=lambda one: one.pid)[which]
            worker.kill()
            wait_until(lambda: is_over(worker), 10, "the worker's end")

    return kill


@pytest.mark.thinned(4)
@pytest.mark.parametrize(
    ("way", "which", "frame"),
    [
        *(("fork1", 0, frame) for frame in (0, 30)),
        *(("fork2", which, frame) for which in (0, 1) for frame in (0, 30, 45)),
        ("fork3", 1, 30),
        ("spawn2", 0, 30),
        ("forkserver2", 1, 30),
    ],
)
def test_a_worker_killed_once_is_replaced_and_the_movie_is_whole(
    tmp_path: Path, way: str, which: int, frame: int
) -> None:
    seen: list[int] = []

    def look(i: int, n: int | None) -> None:
        seen.append(i)
        kill_a_worker_at(frame, which)(i, n)

    movie = encode(clip(FRAMES), tmp_path / "m.rgba", **WAYS[way], **RAW, progress_callback=look)
    assert numbers_in(movie) == list(range(FRAMES))
    assert seen == list(range(FRAMES)), "no frame is encoded twice"
    assert movie.report.restarts == 1
    assert "1 worker(s) replaced" in str(movie.report)


def test_each_worker_may_die_once(tmp_path: Path) -> None:
    def look(i: int, n: int | None) -> None:
        if i == 10:
            workers = children()[1]
            for worker in workers:
                worker.kill()
            wait_until(lambda: all(map(is_over, workers)), 10, "the workers' end")

    movie = encode(
        clip(FRAMES), tmp_path / "m.rgba", **WAYS["fork3"], **RAW, progress_callback=look
    )
    assert numbers_in(movie) == list(range(FRAMES))
    assert movie.report.restarts == 3


def test_a_replacement_replays_what_chance_and_history_had_made(tmp_path: Path) -> None:
    """The frames of a stateful, random animation are those of an undisturbed run."""

    def run(name: str, progress: Any) -> bytes:
        random.seed(1)
        np.random.seed(2)
        history: list[float] = []

        def add(number: int) -> None:
            history.append(random.random() + np.random.random())

        animation = clip(FRAMES, add)
        show = animation._func  # type: ignore[attr-defined]
        animation._func = lambda i: show(i) and show(int(sum(history) * 1000))  # type: ignore[attr-defined]
        movie = encode(
            animation, tmp_path / name, **WAYS["fork2"], **RAW, progress_callback=progress
        )
        assert len(set(numbers_in(movie))) == FRAMES
        return Path(movie).read_bytes()

    assert run("killed.rgba", kill_a_worker_at(25)) == run("whole.rgba", None)


def test_a_replacement_holds_neither_ffmpegs_pipe_nor_other_workers(tmp_path: Path) -> None:
    """Or ffmpeg would not see the end, nor a worker that this process is gone."""
    held: list[set[str]] = []

    def links(pid: int | str) -> set[str]:
        found = set()
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                found.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
            except OSError:
                continue
        return found

    before = links("self")

    def look(i: int, n: int | None) -> None:
        kill_a_worker_at(10)(i, n)
        if i == 40:
            (ffmpeg,) = children()[0]
            ours = {link for link in links("self") - before if link.startswith("socket:")}
            assert len(ours) == 2, "our ends of the connections to two workers"
            ours.add(os.readlink(f"/proc/{ffmpeg.pid}/fd/0"))
            held.extend(links(worker.pid) & ours for worker in children()[1])

    movie = encode(
        clip(FRAMES), tmp_path / "m.rgba", **WAYS["fork2"], **RAW, progress_callback=look
    )
    assert movie.report.restarts == 1
    assert len(held) == 2
    assert not any(held)


def die_at(frame: int, how: Callable[[], Any]) -> Callable[[int], None]:
    def update(number: int) -> None:
        if number == frame:
            how()

    return update


def kill_myself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave_with_3() -> None:
    os._exit(3)


@pytest.mark.parametrize(
    ("way", "how", "code"),
    [
        *((way, kill_myself, -signal.SIGKILL) for way in ("fork1", "fork2", "fork3", "spawn2")),
        *((way, leave_with_3, 3) for way in ("fork1", "fork2")),
    ],
)
def test_a_frame_that_kills_every_worker_is_named(
    tmp_path: Path, way: str, how: Callable[[], Any], code: int
) -> None:
    target = tmp_path / "m.rgba"
    target.write_text("old")
    with pytest.raises(WorkerDied) as caught:
        encode(clip(FRAMES, die_at(20, how)), target, **WAYS[way], **RAW)
    error = caught.value
    assert error.exitcode == code
    assert str(abs(code)) in str(error)
    assert error.frame is not None
    if way == "fork1":
        assert error.frame == 20
        assert "frame 20" in str(error)
    # A worker on its way to a later frame replays frame 20, too.
    assert 20 <= error.frame < 20 + 9 * WAYS[way]["workers"]
    assert error.__context__ is None, "how it showed is nobody's business"
    assert children() == ([], [])
    assert everything_in(tmp_path) == {"m.rgba"}
    assert target.read_text() == "old"


def test_a_worker_that_dies_once_by_itself_goes_on(tmp_path: Path) -> None:
    once = tmp_path.with_name(tmp_path.name + "-once")

    def die() -> None:
        if not once.exists():
            once.touch()
            kill_myself()

    movie = encode(clip(FRAMES, die_at(20, die)), tmp_path / "m.rgba", **WAYS["fork1"], **RAW)
    assert numbers_in(movie) == list(range(FRAMES))
    assert movie.report.restarts == 1


def test_a_worker_that_dies_when_its_work_is_done_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a last look at its work before it leaves."""
    monkeypatch.setattr(Painter, "finish", lambda self: kill_myself())
    movie = encode(clip(FRAMES), tmp_path / "m.rgba", **WAYS["fork2"], **RAW)
    assert numbers_in(movie) == list(range(FRAMES))
    assert movie.report.restarts == 0


def test_a_worker_that_dies_before_it_is_ready_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Painter, "open", lambda self: os._exit(4))
    with pytest.raises(WorkerDied, match="while it was starting") as caught:
        encode(clip(FRAMES), tmp_path / "m.rgba", **WAYS["fork2"], **RAW)
    assert caught.value.exitcode == 4
    assert caught.value.frame is None
    assert everything_in(tmp_path) == set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    """A worker must be ready within this many seconds."""
    assert supervisor.READY_TIMEOUT > 10
    monkeypatch.setattr(supervisor, "READY_TIMEOUT", 1.0)
    return 1.0


def hang(monkeypatch: pytest.MonkeyPatch, which: set[str]) -> None:
    """Let some workers hang when they are to get ready, as a lock held at a fork lets them."""
    really = Painter.open

    def opened(self: Painter) -> None:
        if multiprocessing.current_process().name in which:
            signal.pause()
        really(self)

    monkeypatch.setattr(Painter, "open", opened)


@pytest.mark.parametrize("which", [{"framepipe-0", "framepipe-1"}, {"framepipe-1"}])
def test_a_worker_that_never_gets_ready_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, impatient: float, which: set[str]
) -> None:
    hang(monkeypatch, which)
    begin = time.monotonic()
    with pytest.raises(WorkerDied, match="did not get ready") as caught:
        encode(clip(100_000), tmp_path / "m.rgba", **WAYS["fork2"], **RAW)
    assert time.monotonic() - begin < impatient + 2
    assert caught.value.exitcode is None
    assert caught.value.frame is None
    assert "spawn" in str(caught.value)
    assert children() == ([], [])
    assert everything_in(tmp_path) == set()


@pytest.mark.slow
def test_a_worker_that_never_gets_ready_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang(monkeypatch, {"framepipe-1"})
    begin = time.monotonic()
    movie = encode(clip(FRAMES), tmp_path / "m.rgba", **WAYS["fork2"], **RAW)
    assert numbers_in(movie) == list(range(FRAMES))
    assert time.monotonic() - begin < 20


def test_a_spawned_worker_that_dies_while_importing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    # This process has its matplotlib already.
    (broken / "matplotlib.py").write_text("raise RuntimeError('this matplotlib is broken')\n")
    monkeypatch.syspath_prepend(str(broken))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # or Python keeps it compiled, beside it
    begin = time.monotonic()
    with pytest.raises(WorkerDied, match="while it was starting") as caught:
        encode(clip(100_000), tmp_path / "m.rgba", **WAYS["spawn2"], **RAW)
    assert time.monotonic() - begin < 30
    assert caught.value.exitcode == 1
    # By itself, or by the interpreter that it was to be forked from.
    assert "this matplotlib is broken" in capfd.readouterr().err + str(caught.value)
    assert everything_in(tmp_path) == {"broken", "broken/matplotlib.py"}


class BreaksOnArrival:
    """Pickles, but cannot be unpickled in another process."""

    home = os.getpid()

    def __reduce__(self) -> Any:
        return arrive, (self.home,)


def arrive(home: int) -> BreaksOnArrival:
    if os.getpid() != home:
        raise LookupError("lost on the way")
    return BreaksOnArrival()


def test_an_animation_that_breaks_on_arrival_is_told(tmp_path: Path) -> None:
    cargo = BreaksOnArrival()
    with pytest.raises(FrameError, match="lost on the way") as caught:
        encode(clip(99, lambda i: cargo), tmp_path / "m.rgba", **WAYS["spawn2"], **RAW)
    assert type(caught.value.__cause__) is LookupError
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_an_animation_that_cannot_travel_is_told_before_anything_starts(
    tmp_path: Path, method: StartMethod
) -> None:
    with (tmp_path / "open").open("w") as file:
        with pytest.raises(TypeError, match="cannot be sent") as caught:
            encode(
                clip(9, lambda i: file.write("")), tmp_path / "m.rgba",
                workers=2, start_method=method, **RAW,
            )  # fmt: skip
        assert "fork" in str(caught.value)
        assert children() == ([], [])
    assert everything_in(tmp_path) == {"open"}


def test_processes_that_cannot_be_had_are_an_oserror(tmp_path: Path) -> None:
    """One worker can be started, the others cannot."""
    with tempfile.TemporaryDirectory(prefix="everyones-") as folder:
        os.chmod(folder, 0o777)

        def starve() -> int:
            resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
            try:
                encode(clip(99), Path(folder, "m.rgba"), workers=8, start_method="fork", **RAW)
            except OSError:
                return len(multiprocessing.active_children())
            return -1

        assert as_nobody(starve) == ("", "0")
        assert everything_in(Path(folder)) == set()
