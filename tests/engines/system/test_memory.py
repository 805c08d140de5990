"""What a run needs is held against what is there: the machine's, the control group's, our own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from clips import clip

from framepipe import encode
from framepipe.engines.system.memory import (
    FRAMES_PER_WORKER,
    SHARE,
    available_memory,
    be_ended_first,
    needed_memory,
    slots_that_fit,
    workers_that_fit,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc, control groups")
MIB, GIB = 2**20, 2**30


def meminfo(folder: Path, available: int) -> Path:
    path = folder / "meminfo"
    path.write_text(f"MemTotal: 99999999999 kB\nMemAvailable: {available // 1024} kB\nSwap: 0 kB\n")
    return path


@linux
def test_the_machines_memory_counts(tmp_path: Path) -> None:
    assert available_memory(meminfo(tmp_path, 3 * GIB), tmp_path) == 3 * GIB
    told = available_memory()
    assert told is not None
    assert 0 < told <= psutil.virtual_memory().total


@linux
@pytest.mark.parametrize(
    ("limit", "left"),
    [(str(2 * GIB), 2 * GIB - 512 * MIB + 100 * MIB), ("max", 3 * GIB), (str(64 * GIB), 3 * GIB)],
)
def test_a_version_2_limit_counts(tmp_path: Path, limit: str, left: int) -> None:
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text(f"{512 * MIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {100 * MIB}\nactive_file 7\n")
    assert available_memory(meminfo(tmp_path, 3 * GIB), tmp_path) == left


@linux
@pytest.mark.parametrize(
    ("limit", "left"), [(2 * GIB, 2 * GIB - 512 * MIB), (0x7FFFFFFFFFFFF000, 3 * GIB)]
)
def test_a_version_1_limit_counts(tmp_path: Path, limit: int, left: int) -> None:
    group = tmp_path / "memory"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(f"{limit}\n")
    (group / "memory.usage_in_bytes").write_text(f"{512 * MIB}\n")
    assert available_memory(meminfo(tmp_path, 3 * GIB), tmp_path) == left


@linux
def test_a_limit_of_the_address_space_counts(tmp_path: Path) -> None:
    code = (
        "import resource; from pathlib import Path\n"
        "from framepipe.engines.system.memory import available_memory\n"
        "resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, -1))\n"
        f"print(available_memory(Path({str(meminfo(tmp_path, 99 * GIB))!r}), Path('/nothing')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 4 * GIB < int(done.stdout) < 8 * GIB  # it has taken some already


@pytest.mark.parametrize("workers", [0, 1, 2, 8])
@pytest.mark.parametrize("frame", [MIB, 33 * MIB])
def test_there_are_as_many_slots_as_fit(workers: int, frame: int) -> None:
    enough = int(needed_memory(frame, workers, 9) / SHARE) + 1
    assert slots_that_fit(9, frame, workers, None) == 9
    assert slots_that_fit(9, frame, workers, 100 * enough) == 9
    assert slots_that_fit(9, frame, workers, enough) == 9
    assert slots_that_fit(9, frame, workers, int(enough - frame / SHARE)) == 8
    least = int(needed_memory(frame, workers, 2) / SHARE) + 1
    assert slots_that_fit(9, frame, workers, least) == 2
    assert slots_that_fit(1, frame, workers, least - int(frame / SHARE)) == 1
    with pytest.raises(MemoryError):
        slots_that_fit(9, frame, workers, least - 2)


def test_the_figures_are_named() -> None:
    with pytest.raises(MemoryError) as caught:
        slots_that_fit(9, GIB, 2, 10 * GIB)
    needed = 2 + 2 * FRAMES_PER_WORKER
    assert str(caught.value) == (
        f"a frame takes 1.0 GiB, so 2 render workers would take {needed}.0 GiB, and only 8.0 GiB "
        "can be taken without harm (of 10.0 GiB available). Lower dpi or the figure's size, or "
        "use fewer workers"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_render_processes_go_first_when_memory_runs_out(tmp_path: Path, mode: Any) -> None:
    """Nobody knows what a user's function will hold; but this process must live to tell of it."""
    before = own_score()

    def look(number: int) -> None:
        print(own_score())

    with contextlib.redirect_stdout(io.StringIO()) as said:
        encode(clip(4, look), tmp_path / "m.mp4", workers=1, start_method="fork", mode=mode)
    assert said.getvalue().split() == ["1000"] * 4
    assert own_score() == before


def own_score() -> str:
    return Path("/proc/self/oom_score_adj").read_text().strip()


def test_where_nobody_is_asked_nothing_is_said(tmp_path: Path) -> None:
    be_ended_first(tmp_path / "no" / "such file")
    assert list(tmp_path.iterdir()) == []


def test_there_are_as_many_workers_as_fit() -> None:
    assert workers_that_fit(64, 1000, None) == 64
    assert workers_that_fit(64, 1000, 1_000_000_000) == 64
    assert workers_that_fit(64, 1000, 1000) == 1  # whether one does, `slots_that_fit` says
    for most in range(1, 9):
        count = workers_that_fit(most, 1000, 40_000)
        assert slots_that_fit(2, 1000, count, 40_000) == 2
        if count < most:
            with pytest.raises(MemoryError):
                slots_that_fit(2, 1000, count + 1, 40_000)
