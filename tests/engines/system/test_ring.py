"""The shared memory: slots apart, seen by children of every kind, and nothing left of it."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from framepipe.engines.system.ring import BUDGET, SLOTS_PER_WORKER, Ring, choose_slots

linux = pytest.mark.skipif(sys.platform != "linux", reason="memfd")

EIGHT_K = 7680 * 4320 * 4


@pytest.mark.parametrize("slot_bytes", [1, mmap.PAGESIZE - 1, mmap.PAGESIZE, 3 * mmap.PAGESIZE + 5])
@pytest.mark.parametrize("slots", [1, 2, 7])
def test_slots_lie_apart_on_whole_pages(slots: int, slot_bytes: int) -> None:
    ring = Ring(slots, slot_bytes)
    try:
        for index in range(slots):
            slot = ring.slot(index)
            assert slot.nbytes == slot_bytes
            assert not slot.readonly
            assert ring.offset(index) % mmap.PAGESIZE == 0
            slot[:] = bytes([index + 1]) * slot_bytes
        for index in range(slots):
            assert ring.slot(index) == bytes([index + 1]) * slot_bytes
    finally:
        ring.close()


@linux
def test_the_descriptor_holds_the_same_bytes_at_the_same_place() -> None:
    ring = Ring(3, 5000)
    try:
        ring.slot(2)[:] = bytes(range(250)) * 20
        assert os.pread(ring.descriptor, 5000, ring.offset(2)) == bytes(range(250)) * 20
        assert os.fstat(ring.descriptor).st_size == ring.nbytes >= ring.offset(2) + 5000
    finally:
        ring.close()


@linux
def test_memory_is_there_for_as_many_slots_as_were_asked_for() -> None:
    """Blocks of 512 bytes tell what the kernel has handed out."""
    ring = Ring(9, mmap.PAGESIZE, allocated=2)
    try:
        for asked, there in ((2, 2), (1, 2), (5, 5), (9, 9)):
            ring.allocate(asked)
            assert ring.allocated == there
            assert os.fstat(ring.descriptor).st_blocks * 512 == there * mmap.PAGESIZE
        ring.slot(8)[:4] = b"last"
    finally:
        ring.close()


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_slot_outside(index: int) -> None:
    ring = Ring(3, 10)
    try:
        with pytest.raises(IndexError, match="ring of 3"):
            ring.slot(index)
    finally:
        ring.close()


def write_number(ring: Ring, said: Connection) -> None:
    """In a child: leave a mark in each slot, from what is found there."""
    for index in range(ring.slots):
        ring.slot(index)[:3] = bytes(2 * byte for byte in ring.slot(index)[:3])
    said.send(ring.slots)
    said.close()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_child_sees_the_same_memory(method: str) -> None:
    context = multiprocessing.get_context(method)
    ring = Ring(3, mmap.PAGESIZE + 1)
    ours, theirs = context.Pipe(duplex=False)
    try:
        for index in range(3):
            ring.slot(index)[:3] = bytes([index, 10, 20])
        child = context.Process(target=write_number, args=(ring, theirs))  # type: ignore[attr-defined]
        child.start()
        theirs.close()
        child.join(30)
        assert child.exitcode == 0
        assert ours.recv() == 3
        child.close()
        for index in range(3):
            assert ring.slot(index)[:3] == bytes([2 * index, 20, 40])
    finally:
        ours.close()
        ring.close()


def descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))


@linux
def test_it_has_no_name_and_takes_its_memory_at_once() -> None:
    before = set(os.listdir("/dev/shm"))
    ring = Ring(4, 2**20)
    try:
        assert set(os.listdir("/dev/shm")) == before
        # Memory that were missing later would be SIGBUS, not an exception.
        assert os.fstat(ring.descriptor).st_blocks * 512 >= 4 * 2**20
        assert not os.get_inheritable(ring.descriptor), "ffmpeg must not inherit it"
    finally:
        ring.close()
    assert set(os.listdir("/dev/shm")) == before


@linux
@pytest.mark.parametrize("limit", ["RLIMIT_FSIZE", "RLIMIT_AS"])
def test_memory_that_cannot_be_had_is_an_oserror_and_nothing_leaks(limit: str) -> None:
    code = f"""
import os, resource
from framepipe.engines.system.ring import Ring
resource.setrlimit(resource.{limit}, (2**26, 2**26))
before = os.listdir("/proc/self/fd")
try:
    Ring(4, 2**26)
except OSError as error:
    print("OSError", error.errno is not None)
print(os.listdir("/proc/self/fd") == before)
"""
    # The ring alone is loaded: matplotlib would not fit into the limit on address space.
    done = subprocess.run(
        [sys.executable, "-c", preload_engines() + code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["OSError", "True", "True"]


def preload_engines() -> str:
    """Code that makes `framepipe.engines` importable without framepipe's front door."""
    import framepipe

    return (
        "import sys, types; package = types.ModuleType('framepipe')\n"
        f"package.__path__ = [{str(Path(framepipe.__file__).parent)!r}]\n"
        "sys.modules['framepipe'] = package\n"
    )


@linux
def test_closing_is_complete_though_somebody_still_holds_a_slot() -> None:
    """As the traceback of an error does, that was raised while a frame was on its way."""
    before = descriptors()
    ring = Ring(2, 100)
    held = ring.slot(1)
    held[:] = bytes(100)
    ring.close()
    assert held[5] == 0, "whoever holds memory may look at it"
    assert ring.descriptor == -1
    held.release()
    del held, ring
    assert descriptors() == before


@linux
def test_a_ring_leaves_no_descriptor_and_no_memory_behind() -> None:
    me = psutil.Process()
    Ring(2, 2**20).close()
    before, shared = descriptors(), me.memory_info().shared
    for _ in range(20):
        ring = Ring(4, 2**20)
        for index in range(4):
            ring.slot(index)[:] = bytes(2**20)
        ring.close()
    assert descriptors() == before
    assert me.memory_info().shared - shared < 8 * 2**20


@pytest.mark.parametrize("workers", [1, 2, 3, 16, 128])
@pytest.mark.parametrize(
    "frame_bytes", [0, 1, 4 * 640 * 480, 4 * 1920 * 1080, 4 * 3840 * 2160, EIGHT_K, 2**30]
)
def test_slots_are_bounded_in_bytes(frame_bytes: int, workers: int) -> None:
    slots = choose_slots(frame_bytes, workers)
    assert slots >= 2, "one is drawn while another one is written"
    assert slots <= SLOTS_PER_WORKER * workers + 1
    assert slots == 2 or slots * frame_bytes <= BUDGET
    fits = (SLOTS_PER_WORKER * workers + 1) * frame_bytes <= BUDGET
    assert fits == (slots == SLOTS_PER_WORKER * workers + 1), "no less than memory allows"


def test_8k_frames_have_slots_to_work_with() -> None:
    assert 3 <= choose_slots(EIGHT_K, 16) <= BUDGET // EIGHT_K
    assert choose_slots(EIGHT_K, 16, budget=EIGHT_K) == 2
