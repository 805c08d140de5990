"""How many CPUs this process may use: affinity, control groups, and where it may have children."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from framepipe.engines.system.resources import LIMITS, default_workers, usable_cpus

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="affinity and control groups")


@pytest.fixture(autouse=True)
def nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LIMITS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def eight_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))


def test_affinity_counts(tmp_path: Path) -> None:
    code = (
        "import os; from pathlib import Path\n"
        "from framepipe.engines.system.resources import usable_cpus\n"
        "os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        f"print(usable_cpus(Path({str(tmp_path)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
    assert usable_cpus(tmp_path) == len(os.sched_getaffinity(0)), "the limit was not ours"


@pytest.mark.usefixtures("eight_cpus")
@pytest.mark.parametrize(
    ("quota", "cpus"),
    [
        ("max 100000", 8),
        ("100000 100000", 1),
        ("150000 100000", 2),  # one and a half: two processes use it better than one
        ("200000 100000", 2),
        ("20000 100000", 1),
        ("1600000 100000", 8),
        ("", 8),
        ("nonsense", 8),
        ("100000 0", 8),
    ],
)
def test_a_version_2_quota_counts(tmp_path: Path, quota: str, cpus: int) -> None:
    (tmp_path / "cpu.max").write_text(quota + "\n")
    assert usable_cpus(tmp_path) == cpus


@pytest.mark.usefixtures("eight_cpus")
@pytest.mark.parametrize(
    ("quota", "period", "cpus"),
    [("-1", "100000", 8), ("300000", "100000", 3), ("250000", "100000", 3), ("1", "0", 8)],
)
def test_a_version_1_quota_counts(tmp_path: Path, quota: str, period: str, cpus: int) -> None:
    folder = tmp_path / "cpu"
    folder.mkdir()
    (folder / "cpu.cfs_quota_us").write_text(quota + "\n")
    (folder / "cpu.cfs_period_us").write_text(period + "\n")
    assert usable_cpus(tmp_path) == cpus


@pytest.mark.usefixtures("eight_cpus")
@pytest.mark.parametrize(
    ("lines", "folder", "cpus"),
    [
        ("0::/a/b", "a", 2),  # our parent's limit holds for us
        ("0::/a/b", "a/b", 2),
        ("0::/a/b", "a/b/c", 8),  # our child's does not
        ("0::/a/b", "x", 8),
        ("5:memory:/m\n4:cpu,cpuacct:/c\n0::/", "cpu/c", 2),
        ("5:memory:/m\n4:cpu,cpuacct:/c\n0::/", "cpu/m", 8),
    ],
)
def test_the_tightest_quota_above_us_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, folder: str, cpus: int
) -> None:
    place = tmp_path / "groups" / folder
    place.mkdir(parents=True)
    if folder.startswith("cpu"):
        (place / "cpu.cfs_quota_us").write_text("200000\n")
        (place / "cpu.cfs_period_us").write_text("100000\n")
    else:
        (place / "cpu.max").write_text("200000 100000\n")
    read = Path.read_text

    def told(self: Path, *args: object, **options: object) -> str:
        return lines if str(self) == "/proc/self/cgroup" else read(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "read_text", told)
    assert usable_cpus(tmp_path / "groups") == cpus


def test_no_control_groups_at_all(tmp_path: Path) -> None:
    assert usable_cpus(tmp_path / "nothing") == len(os.sched_getaffinity(0))


@pytest.mark.usefixtures("eight_cpus")
@pytest.mark.parametrize("name", ["PYTHON_CPU_COUNT", "SLURM_CPUS_PER_TASK", "LOKY_MAX_CPU_COUNT"])
@pytest.mark.parametrize(
    ("value", "cpus"), [("3", 3), ("1", 1), ("20", 8), ("0", 8), ("-2", 8), ("default", 8), ("", 8)]
)
def test_what_the_environment_says_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, cpus: int
) -> None:
    monkeypatch.setenv(name, value)
    assert usable_cpus(tmp_path) == cpus


def test_one_worker_for_each_usable_cpu() -> None:
    assert default_workers() == usable_cpus() >= 1


def test_a_daemonic_process_gets_none() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(default_workers) == 0
        pool.close()
        pool.join()


MAKES_AND_DROPS = """
import sys
import numpy as np
from framepipe.engines.system.resources import keep_freed_memory
if "keep" in sys.argv:
    keep_freed_memory()
def faults():
    return int(open("/proc/self/stat").read().rpartition(")")[2].split()[7])
np.ones(2**21)  # 16 MiB
before = faults()
for _ in range(10):
    np.ones(2**21)
print(faults() - before)
"""


@pytest.mark.slow
def test_freed_memory_is_used_again() -> None:
    def faults(*arguments: str) -> int:
        command = [sys.executable, "-c", MAKES_AND_DROPS, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout)

    # 40,960 pages are written; as huge ones they are 80.
    assert faults("keep") < 40 < 80 <= faults()


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("pass", "(5000, 10) True True"),
        ("gc.set_threshold(900, 10, 10)", "(900, 10) False True"),
        ("gc.disable()", "(700, 10) False False"),
    ],
)
def test_garbage_is_looked_for_less_often_unless_the_user_has_said_when(
    before: str, then: str
) -> None:
    code = (
        "import gc\n"
        "from framepipe.engines.system.resources import FROZEN_BY_PYTHON, collect_less_often\n"
        f"gc.set_threshold(700, 10, 10); {before}; collect_less_often()\n"
        "frozen = gc.get_freeze_count() > FROZEN_BY_PYTHON\n"
        "print(gc.get_threshold()[:2], frozen, gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == then


@pytest.mark.parametrize(("before", "frozen"), [("pass", "0 1 0"), ("gc.freeze()", "1 1 1")])
def test_what_is_there_is_left_uncollected_for_a_while(before: str, frozen: str) -> None:
    """Where the program has left something out itself, that stays as it is."""
    code = (
        "import gc\n"
        "from framepipe.engines.system.resources import FROZEN_BY_PYTHON, left_uncollected\n"
        f"{before}\n"
        "count = lambda: int(gc.get_freeze_count() > FROZEN_BY_PYTHON)\n"
        "first = count()\n"
        "with left_uncollected(): meanwhile = count()\n"
        "print(first, meanwhile, count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == frozen
