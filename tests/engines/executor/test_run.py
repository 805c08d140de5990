"""Blocks recorded by somebody else's processes: pools, loky, MPI, Dask.

What brings threads and helpers of its own (loky, Dask) runs in a script, in a session of its own,
in which everybody who is left can be found.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clips import (
    FFMPEG,
    RAW,
    clip,
    everything_in,
    in_session,
    misleading,
    nothing_starts,
    numbers_in,
    script,
    wait_until,
)
from matplotlib.animation import FuncAnimation

import framepipe.engines.executor.run
from framepipe import (
    FrameError,
    FramepipeError,
    RetainedWarning,
    Segments,
    WorkerDied,
    encode,
)
from framepipe.engines.executor.task import AnimationMissing, versions

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Animation was deleted"),
]

FRAMES = 24


class Sour(Exception):
    """The user's own."""


class Spy(ProcessPoolExecutor):
    """Counts what is asked of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lock = threading.Lock()
        self.out = self.most = self.submitted = self.loaded = 0
        self.missing = 0

    def submit(self, do: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self.lock:
            self.submitted += 1
            self.loaded += any(len(one) > 3000 for one in args if isinstance(one, bytes))
            self.out += 1
            self.most = max(self.most, self.out)
        future = super().submit(do, *args, **kwargs)
        future.add_done_callback(self.ended)
        return future

    def ended(self, future: Future[Any]) -> None:
        with self.lock:
            self.out -= 1
            if not future.cancelled() and future.exception() is None:
                self.missing += isinstance(future.result(), AnimationMissing)


@contextmanager
def pool(workers: int = 2, method: str = "fork") -> Iterator[Spy]:
    with Spy(workers, mp_context=multiprocessing.get_context(method)) as executor:
        yield executor


def once(path: Path) -> bool:
    """Tell whether nobody has been here before."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


# ------------------------------------------------------------------------------- process pools


def test_blocks_that_do_not_come_home_are_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(framepipe.engines.executor.run, "SILENT", 0.3)
    said = tmp_path / "said"

    def wait(number: int) -> None:
        deadline = time.monotonic() + 60
        while number == 3 and not said.exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    class Hears(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.touch()

    logger, hears = logging.getLogger("framepipe"), Hears(logging.WARNING)
    logger.addHandler(hears)
    try:
        with pool() as executor:
            mode = Segments(blocks=2, executor=executor)
            movie = encode(clip(FRAMES, wait), tmp_path / "m.rgba", **RAW, mode=mode)
    finally:
        logger.removeHandler(hears)
    assert numbers_in(movie) == list(range(FRAMES))
    line = caplog.records[0].getMessage()
    assert line.startswith("no block has come home from the executor for 0 s. It has ")
    assert "frames 0 to 11 (running)" in line


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_process_pool_records_the_movie_and_lives_on(tmp_path: Path, method: str) -> None:
    told: list[tuple[int, int | None]] = []
    with pool(method=method) as executor:
        movie = encode(
            clip(FRAMES), tmp_path / "m.rgba", **RAW, mode=Segments(executor=executor, blocks=6),
            progress_callback=lambda i, n: told.append((i, n)),
        )  # fmt: skip
        assert executor.submit(pow, 2, 3).result() == 8, "it was not shut down"
    assert numbers_in(movie) == list(range(FRAMES))
    assert (movie.mode, movie.workers, movie.frames) == ("segments", 2, FRAMES)
    assert told == [(i, FRAMES) for i in range(FRAMES)]
    assert executor.out == 0
    assert everything_in(tmp_path) == {"m.rgba"}


@pytest.mark.slow
def test_two_movies_by_one_pool_do_not_mix(tmp_path: Path) -> None:
    with pool() as executor:
        for name, frames in (("one", 9), ("two", 14)):
            mode = Segments(executor=executor, blocks=3)
            movie = encode(clip(range(100, 100 + frames)), tmp_path / name, **RAW, mode=mode)
            assert numbers_in(movie) == list(range(100, 100 + frames))


@pytest.mark.slow
def test_a_movie_of_unknown_length_is_whole(tmp_path: Path) -> None:
    with pool() as executor:
        movie = encode(
            clip(lambda: iter(range(130))), tmp_path / "m.rgba", **RAW,
            mode=Segments(executor=executor),
        )  # fmt: skip
    assert numbers_in(movie) == list(range(130))


@pytest.mark.slow
@pytest.mark.parametrize(("given", "most"), [(None, 4), (1, 1), (3, 3)])
def test_no_more_blocks_are_out_than_was_asked_for(
    tmp_path: Path, given: int | None, most: int
) -> None:
    with pool() as executor:
        mode = Segments(executor=executor, blocks=8, max_in_flight=given)
        movie = encode(clip(FRAMES), tmp_path / "m.rgba", **RAW, mode=mode)
    assert executor.most == most
    assert numbers_in(movie) == list(range(FRAMES))


@pytest.mark.slow
def test_the_animation_travels_to_each_worker_once(tmp_path: Path) -> None:
    with pool() as executor:
        mode = Segments(executor=executor, blocks=12)
        encode(clip(FRAMES), tmp_path / "m.rgba", **RAW, mode=mode)
    assert executor.loaded == 2 + executor.missing, "who was not reached has asked for it"
    assert executor.missing <= 1
    assert executor.submitted == 12 + executor.missing


@pytest.mark.slow
def test_a_function_makes_the_animation_where_it_is_drawn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.mkdir()

    def make() -> FuncAnimation:
        (log / str(os.getpid())).touch()
        lock = threading.Lock()  # cannot travel

        def update(number: int) -> None:
            with lock:
                pass

        return clip(FRAMES, update)

    with pool() as executor:
        movie = encode(make, tmp_path / "m.rgba", **RAW, mode=Segments(executor=executor, blocks=4))
    assert numbers_in(movie) == list(range(FRAMES))
    made = {int(name) for name in os.listdir(log)}
    assert os.getpid() in made
    assert len(made) >= 2


@pytest.mark.thinned(2)
@pytest.mark.parametrize("frame", [pytest.param(0, marks=pytest.mark.slow), 13])
def test_the_users_error_comes_home_with_its_frame(tmp_path: Path, frame: int) -> None:
    def turn_sour(number: int) -> None:
        if number == frame:
            raise Sour("milk")

    target = tmp_path / "m.mp4"
    target.write_text("old")
    with pool() as executor:
        with pytest.raises(FrameError, match="Sour: milk") as caught:
            encode(clip(FRAMES, turn_sour), target, mode=Segments(executor=executor, blocks=6))
        assert executor.submit(pow, 2, 3).result() == 8
    assert caught.value.frame == frame
    assert type(caught.value.__cause__) is Sour
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.mp4"}


@pytest.mark.slow
def test_an_artist_that_lies_makes_the_movie_anew(tmp_path: Path) -> None:
    full = encode(misleading(), tmp_path / "full.rgba", redraw="full", workers=0, **RAW)
    with pool() as executor, pytest.warns(RetainedWarning, match="xaxis of axes 0"):
        movie = encode(
            misleading(), tmp_path / "m.rgba", **RAW, mode=Segments(executor=executor, blocks=3)
        )
    assert movie.path.read_bytes() == full.path.read_bytes()


# --------------------------------------------------------------------------------------- deaths


@pytest.mark.slow
def test_a_pool_whose_worker_is_killed_is_told(tmp_path: Path) -> None:
    """concurrent.futures gives the whole pool up then."""

    def kill_the_worker(number: int) -> None:
        if number == 13:
            os.kill(os.getppid(), signal.SIGKILL)

    with (
        pool() as executor,
        pytest.raises(WorkerDied, match="the executor, a Spy, broke") as caught,
    ):
        encode(
            clip(FRAMES, kill_the_worker), tmp_path / "m.mp4",
            mode=Segments(executor=executor, blocks=4),
        )  # fmt: skip
    assert "BrokenProcessPool" in str(caught.value)
    assert "with a new executor" in str(caught.value)
    assert everything_in(tmp_path) == set()
    # Helpers notice between two frames that nobody is there, and clean up after the killed one.
    left = Path(tempfile.gettempdir())
    wait_until(lambda: not list(left.glob(".framepipe-????????")), 20, "no folder of a segment")


@pytest.mark.slow
def test_a_render_process_that_is_killed_is_replaced(tmp_path: Path) -> None:
    """It is not the executor's own process, which does not even notice."""

    def die(number: int) -> None:
        if number == 13 and once(tmp_path / "once"):
            os.kill(os.getpid(), signal.SIGKILL)

    with pool() as executor:
        movie = encode(
            clip(FRAMES, die), tmp_path / "m.rgba", **RAW,
            mode=Segments(executor=executor, blocks=4),
        )  # fmt: skip
    assert numbers_in(movie) == list(range(FRAMES))
    assert movie.report.restarts == 1


@pytest.mark.slow
def test_a_frame_that_kills_every_render_process_is_told(tmp_path: Path) -> None:
    def die(number: int) -> None:
        if number == 13:
            os.kill(os.getpid(), signal.SIGKILL)

    with (
        pool() as executor,
        pytest.raises(WorkerDied, match=r"frames \d+ to \d+ died twice") as caught,
    ):
        encode(clip(FRAMES, die), tmp_path / "m.mp4", mode=Segments(executor=executor, blocks=4))
    assert caught.value.exitcode == -signal.SIGKILL
    assert everything_in(tmp_path) == set()


def test_a_pool_that_was_shut_down_is_told(tmp_path: Path) -> None:
    with pool() as executor:
        pass
    with pytest.raises(RuntimeError, match="after shutdown"):
        encode(clip(FRAMES), tmp_path / "m.mp4", mode=Segments(executor=executor, blocks=4))
    assert everything_in(tmp_path) == set()


# -------------------------------------------------------------------------------------- refused


def test_threads_are_refused_with_the_reason(tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor(2) as executor,
        nothing_starts(),
        pytest.raises(ValueError, match=r"rcParams and the random.*ProcessPoolExecutor"),
    ):
        encode(clip(9), tmp_path / "m.mp4", mode=Segments(executor=executor))
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("wrong", [4, "dask", object(), multiprocessing])
def test_what_is_no_executor_is_a_typeerror(tmp_path: Path, wrong: Any) -> None:
    with nothing_starts(), pytest.raises(TypeError, match=r"must be a concurrent\.futures\.Exec"):
        encode(clip(9), tmp_path / "m.mp4", mode=Segments(executor=wrong))
    assert everything_in(tmp_path) == set()


def test_other_versions_over_there_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which cannot be had here, so it is we who claim to be another one."""
    mine = {**versions(), "matplotlib": "3.0"}
    monkeypatch.setattr(framepipe.engines.executor.run, "versions", lambda: mine)
    with pool() as executor, pytest.raises(FramepipeError, match=r"matplotlib \S+ \(here 3\.0\)"):
        encode(clip(9), tmp_path / "m.mp4", mode=Segments(executor=executor))
    assert everything_in(tmp_path) == set()


# --------------------------------------------------------------------------------- loky, MPI, Dask

BEGIN = """
import json, os, signal, sys, time
import matplotlib as mpl
mpl.use("agg")
mpl.rcParams["animation.ffmpeg_path"] = {ffmpeg!r}
import psutil
from clips import RAW, clip, numbers_in, wait_until
from framepipe import FrameError, Segments, encode

def helpers():
    found = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
            same_session = os.getsid(process.pid) == os.getsid(0)
            if "framepipe.engines.executor.helper" in line and same_session:
                found.append(process)
        except (psutil.Error, ProcessLookupError):
            continue
    return found

def say(**facts):
    print(json.dumps(facts), flush=True)

def slowly(number):
    time.sleep(0.02)

def a_busy_worker():
    busy = lambda: [one.ppid() for one in helpers() if one.children()]
    return wait_until(busy, 10, "a helper with an ffmpeg")[0]

def kill_at(frame, kill):
    def told(i, n):
        if i == frame:
            kill()
    return told

if __name__ == "__main__":
"""


def told_by(folder: Path, text: str) -> dict[str, Any]:
    """Run a script's body; return the facts it says.  It must leave nobody behind."""
    body = "\n".join(f"    {line}" for line in text.strip().splitlines())
    with script(folder, BEGIN.format(ffmpeg=FFMPEG) + body + "\n") as running:
        said, complaint = running.communicate(timeout=120)
        assert running.returncode == 0, complaint
        wait_until(lambda: not in_session(running.pid), 5, "nobody left behind")
    facts: dict[str, Any] = json.loads(said.splitlines()[-1])
    return facts


@pytest.mark.slow
def test_loky_records_the_movie(tmp_path: Path) -> None:
    facts = told_by(
        tmp_path,
        """
from loky import get_reusable_executor
executor = get_reusable_executor(max_workers=2)
movie = encode(clip(30), "m.rgba", **RAW, mode=Segments(executor=executor, blocks=5))
alive = executor.submit(pow, 2, 3).result()
executor.shutdown(kill_workers=True)
say(numbers=numbers_in(movie), workers=movie.workers, alive=alive)
""",
    )
    assert facts == {"numbers": list(range(30)), "workers": 2, "alive": 8}


@pytest.mark.slow
def test_mpi_records_the_movie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its workers are spawned by the MPI library, which finds its programs in the PATH."""
    programs = os.path.dirname(sys.executable)
    monkeypatch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
    facts = told_by(
        tmp_path,
        """
from mpi4py.futures import MPIPoolExecutor
with MPIPoolExecutor(max_workers=2) as executor:
    movie = encode(clip(30), "m.rgba", **RAW, mode=Segments(executor=executor, blocks=5))
    alive = executor.submit(pow, 2, 3).result()
say(numbers=numbers_in(movie), workers=movie.workers, alive=alive)
""",
    )
    assert facts == {"numbers": list(range(30)), "workers": 2, "alive": 8}


@pytest.mark.slow
def test_a_dask_cluster_that_loses_a_worker_midway_makes_the_whole_movie(tmp_path: Path) -> None:
    facts = told_by(
        tmp_path,
        """
from distributed import Client, LocalCluster
with (
    LocalCluster(
        n_workers=3, threads_per_worker=1, dashboard_address=None, local_directory="scratch"
    ) as cluster,
    Client(cluster) as client,
):
    pids = sorted(client.run(os.getpid).values())
    busy = []
    def kill():
        # One that has a block in hand: a helper of its own that has an ffmpeg.
        victim = a_busy_worker()
        busy.append(victim)
        os.kill(victim, signal.SIGKILL)
    movie = encode(
        clip(60, slowly), "m.rgba", **RAW, progress_callback=kill_at(7, kill),
        mode=Segments(executor=client, blocks=9),
    )
    wait_until(lambda: not helpers(), 5, "all helpers gone")
    alive = client.submit(pow, 2, 3).result()
    say(
        numbers=numbers_in(movie), workers=movie.workers, killed=busy[0] in pids, alive=alive,
        mode=movie.mode,
    )
""",
    )
    assert facts == {
        "numbers": list(range(60)),
        "workers": 3,
        "killed": True,
        "alive": 8,
        "mode": "segments",
    }


@pytest.mark.slow
def test_a_dask_scheduler_and_workers_that_others_have_started(tmp_path: Path) -> None:
    """One of the workers is killed midway, and nobody starts it again."""
    facts = told_by(
        tmp_path,
        """
import socket, subprocess
from distributed import Client
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
address = f"tcp://127.0.0.1:{port}"
dask = [sys.executable, "-m", "dask"]
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
started = [
    subprocess.Popen(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
    )
]
try:
    workers = [
        subprocess.Popen(
            [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
             "--host", "127.0.0.1", "--local-directory", "scratch"], **quiet
        )
        for _ in range(3)
    ]
    started += workers
    with Client(address, timeout=60) as client:
        client.wait_for_workers(3, timeout=60)
        busy = []
        def kill():
            victim = a_busy_worker()
            busy.append(victim)
            os.kill(victim, signal.SIGKILL)
        movie = encode(
            clip(60, slowly), "m.rgba", **RAW, progress_callback=kill_at(7, kill),
            mode=Segments(executor=client, blocks=9),
        )
        wait_until(lambda: not helpers(), 5, "all helpers gone")
        say(
            numbers=numbers_in(movie), workers=movie.workers,
            killed=busy[0] in [one.pid for one in workers],
            left=len(client.scheduler_info()["workers"]),
        )
finally:
    scheduler, *workers = started
    for these in (workers, [scheduler]):  # or workers would wait for it to come back
        for one in these:
            one.terminate()
        for one in these:
            one.wait(20)
""",
    )
    assert facts == {"numbers": list(range(60)), "workers": 3, "killed": True, "left": 2}


@pytest.mark.slow
def test_an_error_leaves_nothing_running_on_a_dask_cluster(tmp_path: Path) -> None:
    facts = told_by(
        tmp_path,
        """
from distributed import Client, LocalCluster
class Sour(Exception):
    pass
def turn_sour(number):
    time.sleep(0.02)
    if number == 20:
        raise Sour("milk")
with (
    LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory="scratch"
    ) as cluster,
    Client(cluster) as client,
):
    try:
        encode(clip(400, turn_sour), "m.mp4", mode=Segments(executor=client, blocks=8))
    except FrameError as error:
        wait_until(lambda: not helpers(), 30, "all helpers gone")
        say(
            frame=error.frame, cause=str(error.__cause__),
            alive=client.submit(pow, 2, 3).result(), left=[n for n in os.listdir() if n[0] == "."],
        )
""",
    )
    assert facts == {"frame": 20, "cause": "milk", "alive": 8, "left": []}
