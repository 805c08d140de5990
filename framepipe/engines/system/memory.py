"""How much memory a run needs, and how much there is to be had without harm to anybody.

Shared memory from ``memfd`` is nobody's resident memory: when there is too little of it, Linux
kills the largest bystander, not us.  So before anything starts, what a run needs is held against
what is there: the machine's, this control group's, and this process's own limit.

What an animation's own functions come to hold in the course of a movie, nobody can know before.
So render processes ask to be the first to go when memory runs out: the main process lives to say
so, and nobody else's program is ended.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from .resources import CGROUPS, own_groups

#: Frames that a render worker holds beside the ring: its canvas, the snapshots it begins frames
#: from, one layered picture, and a full draw to compare with.
FRAMES_PER_WORKER = 6

#: Share of the available memory that a run may plan with.  The rest is for what is not counted
#: here: the encoder's look-ahead, the animation's own data, and everybody else.
SHARE = 0.8


def available_memory(meminfo: Path = Path("/proc/meminfo"), cgroups: Path = CGROUPS) -> int | None:
    """Return how many bytes this process and its children may still take.

    Parameters
    ----------
    meminfo : Path
        Where the kernel tells of the machine's memory.
    cgroups : Path, default: `CGROUPS`
        Root of the control group file system.

    Returns
    -------
    int or None
        The least of: the memory that is available (``MemAvailable``; elsewhere than on Linux
        psutil's figure, if it is installed), what the control groups leave (both versions), and
        what ``RLIMIT_AS`` leaves this process.  None where nobody says.
    """
    known = [_machine(meminfo), _address_space()]
    known += [_group(folder) for folder in own_groups(cgroups, "memory")]
    return min((bytes_ for bytes_ in known if bytes_ is not None), default=None)


def be_ended_first(own: Path = Path("/proc/self/oom_score_adj")) -> None:
    """Have the kernel end this process, and what it starts, before any other if memory runs out.

    Parameters
    ----------
    own : Path
        Where this process says so; see proc(5).  Elsewhere than on Linux nothing is said.
    """
    with contextlib.suppress(OSError):
        own.write_text("1000")


def needed_memory(frame_bytes: int, workers: int, slots: int) -> int:
    """Return how many bytes a run takes for frames.

    Parameters
    ----------
    frame_bytes : int
        Bytes of one frame.
    workers : int
        Render processes; 0: this one.
    slots : int
        Frames in shared memory.
    """
    return frame_bytes * (slots + FRAMES_PER_WORKER * max(workers, 1))


def slots_that_fit(wanted: int, frame_bytes: int, workers: int, available: int | None) -> int:
    """Choose a number of slots for which there is memory.

    Parameters
    ----------
    wanted : int
        Slots, if memory is no concern; at least 1.
    frame_bytes, workers
        See `needed_memory`.
    available : int or None
        See `available_memory`.

    Returns
    -------
    int
        `wanted`, or fewer; at least 2, or 1 if no more are wanted.

    Raises
    ------
    MemoryError
        If there is not enough for even that.
    """
    if available is None:
        return wanted
    room = int(SHARE * available)
    least = min(2, wanted)
    if needed_memory(frame_bytes, workers, least) > room:
        needed = needed_memory(frame_bytes, workers, least)
        who = f"{workers} render workers" if workers > 1 else "drawing"
        raise MemoryError(
            f"a frame takes {_size(frame_bytes)}, so {who} would take {_size(needed)}, and only "
            f"{_size(room)} can be taken without harm (of {_size(available)} available). Lower "
            "dpi or the figure's size" + (", or use fewer workers" if workers > 1 else "")
        )
    spare = room - needed_memory(frame_bytes, workers, 0)
    return min(wanted, spare // max(frame_bytes, 1))


def can_be_taken(count: int, available: int | None) -> bool:
    """Tell whether so many bytes more can be taken without harm.

    Parameters
    ----------
    count : int
        Bytes.
    available : int or None
        See `available_memory`.
    """
    return available is None or count <= SHARE * available


def workers_that_fit(most: int, frame_bytes: int, available: int | None) -> int:
    """Return for how many workers, up to `most`, there is memory; 1 if it does for none.

    Parameters
    ----------
    most : int
        Workers that there may be, at least 1.
    frame_bytes
        See `needed_memory`.
    available : int or None
        See `available_memory`.
    """
    if available is None:
        return most
    fit = (int(SHARE * available) // max(frame_bytes, 1) - 2) // FRAMES_PER_WORKER
    return max(1, min(most, fit))


def _size(count: int) -> str:
    if count >= 2**30:
        return f"{count / 2**30:.1f} GiB"
    return f"{count / 2**20:.1f} MiB"


def _machine(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        with contextlib.suppress(Exception):  # not ours to need, nor to be stopped by
            import psutil

            return int(psutil.virtual_memory().available)
        return None
    for line in lines:
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None


def _address_space() -> int | None:
    """Return what the limit of this process's address space leaves it."""
    if sys.platform == "win32":
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    taken = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        taken = pages * resource.getpagesize()
    return max(0, limit - taken)


def _group(folder: Path) -> int | None:
    """Return what a control group leaves; what it holds of files counts as free, as in `free`."""
    for limit_name, taken_name, files_key in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        with contextlib.suppress(OSError, ValueError):
            limit = int((folder / limit_name).read_text())  # "max" is no number
            if limit >= 2**60:
                return None  # version 1's way of saying that there is none
            taken = int((folder / taken_name).read_text())
            files = 0
            with contextlib.suppress(OSError, ValueError):
                for line in (folder / "memory.stat").read_text().splitlines():
                    key, _, value = line.partition(" ")
                    if key == files_key:
                        files = int(value)
            return max(0, limit - taken + files)
    return None
