"""What this process may use of the machine, and how it keeps its memory."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import math
import multiprocessing
import os
import sys
from collections.abc import Iterator
from pathlib import Path

#: Where the kernel shows control groups.
CGROUPS = Path("/sys/fs/cgroup")

#: Variables by which users and batch systems say how many CPUs a program may use: Python's own
#: (3.13; any version honours it here), Slurm's, and loky's (joblib).
LIMITS = ("PYTHON_CPU_COUNT", "SLURM_CPUS_PER_TASK", "LOKY_MAX_CPU_COUNT")

#: Most bytes of freed memory that a worker keeps for the next frame.  An image of 1280x720 pixels
#: goes through some 40 MB of arrays, one of 3840x2160 through 400.
KEPT_FREE = 512 * 2**20

#: Python's own thresholds of garbage collection (3.11 to 3.12, 3.13, 3.14): nobody has set others.
_USUAL_THRESHOLDS = ((700, 10, 10), (2000, 10, 10), (2000, 10, 0))

#: New objects after which a worker looks for garbage: about as many as clearing and filling an axes
#: makes.  More would keep the arrays of several frames that such a figure has dropped.
COLLECT_AFTER = 5000

#: Objects that the interpreter itself has left out of collections when it starts: 375 in 3.12.1,
#: none in 3.11 and 3.13.  A program that leaves out its own, matplotlib among it, has some 70,000.
FROZEN_BY_PYTHON = 2000

#: glibc's numbers for `mallopt` (malloc.h).
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def usable_cpus(cgroups: Path = CGROUPS) -> int:
    """Return how many CPUs this process may use.

    The affinity mask (``taskset``, batch systems), the control group's quota (containers), and
    what the environment says (`LIMITS`) all count, whichever is least.

    Parameters
    ----------
    cgroups : Path, default: `CGROUPS`
        Root of the control group file system.

    Returns
    -------
    int
        At least 1.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cpus = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _quota(cgroups)
    # Half a CPU is still a process's worth; 1.5 CPUs are better used by two.
    limits = [cpus, *_told()] if quota is None else [cpus, *_told(), math.ceil(quota)]
    return max(1, min(limits))


def _told() -> list[int]:
    """Return the numbers of CPUs that the environment allows."""
    values = [os.environ.get(name, "").strip() for name in LIMITS]
    return [int(value) for value in values if value.isascii() and value.isdigit() and int(value)]


def default_workers() -> int:
    """Return how many render workers to start when the user does not say.

    One for every usable CPU; none inside a daemonic process (a `multiprocessing.Pool` worker),
    which may not have children.
    """
    return 0 if multiprocessing.current_process().daemon else usable_cpus()


def keep_freed_memory() -> None:
    """Let this process use freed memory again, rather than give it back to the kernel each time.

    glibc asks the kernel for every block over some megabytes, and gives it back when it is freed;
    so each frame pays anew for the kernel's handing out, and zeroing, of the same pages: a third
    of the drawing of an image.  For processes that are ours alone: it cannot be taken back.
    Elsewhere than on Linux with glibc nothing is done.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, KEPT_FREE)


@contextlib.contextmanager
def left_uncollected() -> Iterator[None]:
    """Have the garbage collector leave alone what is there now, until the end of the block.

    It writes into every object that it looks at, and each page that is written to is copied where
    a fork shares it: that takes a process longer than its forks' own work.
    """
    if gc.get_freeze_count() > FROZEN_BY_PYTHON:  # the program's own
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def collect_less_often() -> None:
    """Let garbage collections leave out what is there now, and come less often.

    Drawing makes and drops thousands of small objects a frame, so the usual threshold looks for
    garbage several times a frame, now and then among everything that was imported.  Of figures
    that are cleared and filled anew it is a tenth of the time.  For processes that are ours alone.
    Whoever has turned collections off, or set thresholds, is left alone.
    """
    if gc.isenabled() and gc.get_threshold() in _USUAL_THRESHOLDS:
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])


def _quota(root: Path) -> float | None:
    """Return the tightest CPU quota on the way up from our control group, in CPUs."""
    quotas = [
        quota
        for folder in own_groups(root, "cpu")
        for quota in (_quota_v2(folder), _quota_v1(folder))
        if quota is not None
    ]
    return min(quotas, default=None)


def own_groups(root: Path, controller: str) -> list[Path]:
    """Return our control group's folders and their parents, as far as they can be seen.

    Parameters
    ----------
    root : Path
        Root of the control group file system.
    controller : {"cpu", "memory"}
        Which of version 1's hierarchies to look at; version 2 has but one.
    """
    folders = [root, root / controller]
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return folders
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        here = root / controller if controllers else root
        for part in path.strip("/").split("/"):
            here = here / part
            folders.append(here)
    return folders


def _quota_v2(folder: Path) -> float | None:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _quota_v1(folder: Path) -> float | None:
    try:
        quota = int((folder / "cpu.cfs_quota_us").read_text())
        period = int((folder / "cpu.cfs_period_us").read_text())
        return quota / period if quota > 0 else None
    except (OSError, ValueError, ZeroDivisionError):
        return None
