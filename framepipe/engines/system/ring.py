"""The shared memory: a fixed number of slots, each for one frame of RGBA bytes.

On Linux the memory is an anonymous ``memfd``: it has no name, so nothing is left in ``/dev/shm``
however the processes end, and Docker's 64 MB limit on ``/dev/shm`` does not apply.  A slot is
allocated before it is used (``posix_fallocate``), because a page that is missing then is not an
exception but SIGBUS; and only then, because the kernel clears what it hands out: 0.4 s a gigabyte,
and half as much to take it back.  Elsewhere it is `multiprocessing.shared_memory`, unlinked by its
owner.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from multiprocessing import reduction, shared_memory
from typing import Any

#: Most bytes that the slots of one movie may take together.  More slots smooth out frames that
#: take unequal time; beyond a few per worker they buy nothing, and 512 MiB hold three 8K frames.
BUDGET = 512 * 2**20

#: Slots per worker when memory is no concern: one being drawn, one asked for, two drawn and
#: waiting for a slower neighbour.
SLOTS_PER_WORKER = 4


class NoSharedMemory(OSError):
    """There is no shared memory for the frames."""


def choose_slots(frame_bytes: int, workers: int, budget: int = BUDGET) -> int:
    """Choose how many slots a ring should have.

    Parameters
    ----------
    frame_bytes : int
        Bytes of one frame.
    workers : int
        Number of render workers.
    budget : int, default: `BUDGET`
        Bytes that all slots may take together.

    Returns
    -------
    int
        At least 2, so that a frame can be drawn while another one is written, even if that is
        more than the budget.
    """
    affordable = budget // max(frame_bytes, 1)
    return max(2, min(SLOTS_PER_WORKER * workers + 1, affordable))


class Ring:
    """Slots of shared memory for frames.

    The process that makes it owns it.  It may be inherited by a fork, or pickled while a process
    is being spawned; either way the child sees the same memory.

    Parameters
    ----------
    slots : int
        Number of slots.
    slot_bytes : int
        Bytes of one frame.  Slots begin at page borders.
    allocated : int, optional
        Slots, from the first, that are allocated at once; all of them when left out.

    Attributes
    ----------
    allocated : int
        Slots for which there is memory, in the process that owns it.

    Raises
    ------
    OSError
        If the memory cannot be had (``ENOMEM``, ``ENOSPC``, a process or container limit).

    Notes
    -----
    Not protected: nothing here stops two processes from writing one slot.  That is the window's
    business.
    """

    def __init__(self, slots: int, slot_bytes: int, allocated: int | None = None) -> None:
        self.slots = slots
        self.allocated = 0
        self.slot_bytes = slot_bytes
        self._stride = -(-slot_bytes // mmap.PAGESIZE) * mmap.PAGESIZE
        self.nbytes = slots * self._stride
        self._fd = -1
        self._named: shared_memory.SharedMemory | None = None
        self._owner = True
        if sys.platform == "linux":
            self._fd = os.memfd_create("framepipe", os.MFD_CLOEXEC)
            try:
                os.ftruncate(self._fd, self.nbytes)
                self.allocate(slots if allocated is None else allocated)
                self._map: Any = mmap.mmap(self._fd, self.nbytes)
            except BaseException:
                os.close(self._fd)
                raise
            self._view = memoryview(self._map)
        else:
            self._named = shared_memory.SharedMemory(create=True, size=self.nbytes)
            self._view = memoryview(self._named.buf or b"")
            self.allocated = slots

    def allocate(self, slots: int) -> None:
        """Have memory for so many slots, counted from the first.

        Parameters
        ----------
        slots : int
            At most as many as the ring has.

        Raises
        ------
        OSError
            If it cannot be had.  Those slots that were allocated before stay so.
        """
        if slots > self.allocated:
            begin, end = self.allocated * self._stride, slots * self._stride
            os.posix_fallocate(self._fd, begin, end - begin)
            self.allocated = slots

    def slot(self, index: int) -> memoryview:
        """Return the memory of one slot.

        Parameters
        ----------
        index : int
            From 0 to ``slots - 1``.

        Returns
        -------
        memoryview
            Writable, `slot_bytes` unsigned bytes.
        """
        if not 0 <= index < self.slots:
            raise IndexError(f"slot {index} of a ring of {self.slots}")
        start = index * self._stride
        return self._view[start : start + self.slot_bytes]

    @property
    def descriptor(self) -> int:
        """The file that holds the memory, so that it can be spliced; -1 where there is none."""
        return self._fd

    def offset(self, index: int) -> int:
        """Return where in that file a slot begins."""
        return index * self._stride

    def close(self) -> None:
        """Let go of the memory; the owner also removes its name, where it has one."""
        self._view.release()
        if self._named is not None:
            self._named.close()
            if self._owner:
                self._named.unlink()
            self._named = None
        elif self._fd >= 0:
            # An exception's traceback may still refer to a slot; the mapping goes with it.
            with contextlib.suppress(BufferError):
                self._map.close()
            os.close(self._fd)
            self._fd = -1

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = {
            "slots": self.slots,
            "allocated": self.allocated,
            "slot_bytes": self.slot_bytes,
            "_stride": self._stride,
            "nbytes": self.nbytes,
        }
        if self._named is not None:
            state["name"] = self._named.name
        else:
            # Only while a process is being spawned: the descriptor is copied into the child.
            state["fd"] = reduction.DupFd(self._fd)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        name, fd = state.pop("name", None), state.pop("fd", None)
        self.__dict__.update(state)
        self._owner = False
        self._fd = -1
        self._named = None
        if name is not None:
            self._named = shared_memory.SharedMemory(name=name)
            self._view = memoryview(self._named.buf or b"")
        else:
            self._fd = fd.detach()
            self._map = mmap.mmap(self._fd, self.nbytes)
            self._view = memoryview(self._map)
