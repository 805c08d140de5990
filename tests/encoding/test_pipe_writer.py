"""The pipe's writing end: order, no blocking, and no byte changed after it was given up."""

from __future__ import annotations

import logging
import mmap
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from framepipe.encoding import pipe_writer
from framepipe.encoding.pipe_writer import PipeWriter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.pipe blocks there")
linux = pytest.mark.skipif(sys.platform != "linux", reason="splice and memfd are Linux's")


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


def drain(reader: int, most: int = 1 << 30) -> bytes:
    parts = []
    while most:
        try:
            part = os.read(reader, min(most, 1 << 20))
        except BlockingIOError:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def noise(count: int) -> bytes:
    return random.Random(count).randbytes(count)


@contextmanager
def memory(content: bytes, offset: int = 0) -> Iterator[tuple[int, memoryview]]:
    """A memfd and a view of its bytes from `offset` on."""
    descriptor = os.memfd_create("test")
    try:
        os.posix_fallocate(descriptor, 0, offset + len(content))
        mapping = mmap.mmap(descriptor, offset + len(content))
        view = memoryview(mapping)[offset:]
        view[:] = content
        yield descriptor, view
        view.release()
        mapping.close()
    finally:
        os.close(descriptor)


def test_a_full_pipe_never_blocks_and_keeps_the_order(ends: tuple[int, int]) -> None:
    reader, writer = ends
    pipe = PipeWriter(writer)
    frames = [noise(700_000 + i) for i in range(5)]
    received = b""
    full = 0
    for frame in frames:
        pipe.offer(memoryview(frame))
        while not pipe.pump():
            full += 1
            assert not pipe.idle
            received += drain(reader, 100_000)
        assert pipe.idle
    received += drain(reader)
    assert received == b"".join(frames)
    assert full > 0


def test_one_frame_at_a_time(ends: tuple[int, int]) -> None:
    pipe = PipeWriter(ends[1])
    assert pipe.pump()
    pipe.offer(memoryview(bytes(10 << 20)))
    assert not pipe.pump()
    with pytest.raises(RuntimeError, match="has not gone"):
        pipe.offer(memoryview(b"x"))
    pipe.drop()
    assert pipe.idle


def test_frames_of_other_shapes_are_bytes(ends: tuple[int, int]) -> None:
    pipe = PipeWriter(ends[1])
    pipe.offer(memoryview(bytearray(range(12))).cast("B", [3, 4]))
    assert pipe.pump()
    assert drain(ends[0]) == bytes(range(12))


def test_memory_is_let_go(ends: tuple[int, int]) -> None:
    pipe = PipeWriter(ends[1])
    mapping = mmap.mmap(-1, 8 << 20)
    pipe.offer(memoryview(mapping))
    assert not pipe.pump()
    with pytest.raises(BufferError):
        mapping.close()
    pipe.drop()
    mapping.close()


def test_nobody_reads() -> None:
    reader, writer = os.pipe()
    try:
        pipe = PipeWriter(writer)
        assert not pipe.reader_gone()
        os.close(reader)
        assert pipe.reader_gone()
        pipe.offer(memoryview(b"x"))
        with pytest.raises(BrokenPipeError):
            pipe.pump()
    finally:
        os.close(writer)


@linux
def test_the_pipe_is_widened(ends: tuple[int, int]) -> None:
    import fcntl

    before = fcntl.fcntl(ends[1], fcntl.F_GETPIPE_SZ)
    PipeWriter(ends[1])
    assert fcntl.fcntl(ends[1], fcntl.F_GETPIPE_SZ) >= before


@linux
def test_a_pipe_that_may_not_grow(ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe_writer, "_PIPE_SIZES", (1 << 40, 1 << 39))
    pipe = PipeWriter(ends[1])
    pipe.offer(memoryview(bytes(1000)))
    assert pipe.pump()


@linux
@pytest.mark.parametrize("offset", [0, mmap.PAGESIZE, 123])
@pytest.mark.parametrize("size", [1 << 12, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_333_333])
def test_memory_may_be_used_again_as_soon_as_pump_says_so(
    size: int, offset: int, ends: tuple[int, int]
) -> None:
    reader, writer = ends
    pipe = PipeWriter(writer)
    with memory(noise(size), offset) as (descriptor, view):
        for step in (1 << 20, 65_536, 5_000):
            content = noise(size + step)[:size]
            view[:] = content
            received = b""
            pipe.offer(view, descriptor, offset)
            while not pipe.pump():
                received += drain(reader, step)
            view[:] = bytes(size)  # what a worker does at once with a free slot
            received += drain(reader)
            assert received == content


@linux
def test_pages_are_lent_and_the_end_is_copied(ends: tuple[int, int]) -> None:
    reader, writer = ends
    pipe = PipeWriter(writer)
    with memory(b"a" * (4 << 20)) as (descriptor, view):
        pipe.offer(view, descriptor, 0)
        assert not pipe.pump()
        view[:] = b"b" * len(view)
        assert drain(reader, 1)[:1] == b"b"  # not a promise, but how one knows that it is spliced
        while not pipe.pump():
            drain(reader)
        drain(reader)
        pipe.offer(view[: 1 << 16], descriptor, 0)
        assert pipe.pump()
        view[:] = b"c" * len(view)
        assert drain(reader) == b"b" * (1 << 16)


@linux
@pytest.mark.parametrize("why", ["a pipe", "write only", "closed", "too short"])
def test_where_splice_refuses_bytes_are_copied(
    why: str, ends: tuple[int, int], tmp_path: object, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = ends
    pipe = PipeWriter(writer)
    content = noise(3 << 20)
    other, other_writer = os.pipe()
    source = os.open(f"{tmp_path}/frames", os.O_RDWR | os.O_CREAT)
    os.write(source, content[: 1 << 20])
    if why == "write only":
        os.close(source)
        source = os.open(f"{tmp_path}/frames", os.O_WRONLY)
    if why == "closed":
        os.close(source)
    received = b""
    with caplog.at_level(logging.DEBUG, "framepipe.encoding.pipe_writer"):
        for _ in range(2):
            pipe.offer(memoryview(content), other if why == "a pipe" else source, 0)
            while not pipe.pump():
                received += drain(reader, 100_000)
    received += drain(reader)
    assert received == content * 2
    assert len(caplog.records) == (why != "too short")  # tried once, then never again
    for descriptor in (other, other_writer, *([] if why == "closed" else [source])):
        os.close(descriptor)
