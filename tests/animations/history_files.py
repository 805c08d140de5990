"""Updates that take the next piece of a file that was opened before.

A forked process shares the position of every open file with all its relatives.  What cannot be
shared at all (pipes, threads, pools) comes at the end.
"""

import csv
import gzip
import io
import mmap
import os
import queue
import socket
import sqlite3
import tempfile
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from PIL import Image

from .case import animation

SIZE = (3, 2)
FRAMES = 24

_numbers = count()
_FOLDER = tempfile.TemporaryDirectory(prefix="framepipe-reference-files-")


def _path(name: str) -> Path:
    """A file of that name that nobody has open."""
    return Path(_FOLDER.name) / f"{next(_numbers)}-{name}"


def _rows() -> Any:
    rng = np.random.default_rng(5)
    return rng.random((FRAMES + 1, 8)).round(3)


def _line(data: Callable[[], Any]) -> FuncAnimation:
    """A line that takes its data from a file; the initial draw takes the first piece."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(ylim=(0, 1))
    (line,) = ax.plot(np.zeros(8))

    return FuncAnimation(fig, lambda i: line.set_ydata(data()), frames=FRAMES)


def _text_file() -> Path:
    path = _path("rows.csv")
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in _rows()))
    return path


@animation(frames=FRAMES, history="files", travels=False)
def rows_of_a_csv_reader() -> Animation:
    """The reader goes on from row to row."""
    rows = csv.reader(open(_text_file(), newline=""))
    return _line(lambda: [float(value) for value in next(rows)])


@animation(frames=FRAMES, history="files", travels=False)
def lines_of_a_file() -> Animation:
    """`readline`, which reads ahead in blocks."""
    file = open(_text_file(), buffering=64)
    return _line(lambda: [float(value) for value in file.readline().split(",")])


@animation(frames=FRAMES, history="files", travels=False)
def bytes_without_a_buffer() -> Animation:
    """Every read is a read of the system's."""
    path = _path("rows.bin")
    path.write_bytes(_rows().tobytes())
    file = open(path, "rb", buffering=0)
    return _line(lambda: np.frombuffer(file.read(64)))


@animation(frames=FRAMES, history="files", travels=False)
def bytes_through_a_large_buffer() -> Animation:
    """The buffer was filled before the movie began."""
    path = _path("rows.buffered")
    path.write_bytes(_rows().tobytes())
    file = open(path, "rb", buffering=4 * 64)
    file.peek()
    return _line(lambda: np.frombuffer(file.read(64)))


@animation(frames=FRAMES, history="files", travels=False)
def numbers_by_fromfile() -> Animation:
    """numpy reads through a duplicate of the descriptor."""
    path = _path("rows.numbers")
    path.write_bytes(_rows().tobytes())
    file = open(path, "rb")
    return _line(lambda: np.fromfile(file, count=8))


@animation(frames=FRAMES, history="files", travels=False)
def a_bare_descriptor() -> Animation:
    """No file object at all, and the name has gone."""
    file = tempfile.TemporaryFile(buffering=0)
    file.write(_rows().tobytes())
    number = file.fileno()
    os.lseek(number, 0, os.SEEK_SET)
    animation = _line(lambda: np.frombuffer(os.read(number, 64)))
    animation.kept_open = file  # type: ignore[attr-defined]
    return animation


@animation(frames=FRAMES, history="files", travels=False)
def rows_written_and_read_back() -> Animation:
    """The file is open for writing, too, but only read."""
    file = open(_path("rows.both"), "w+b", buffering=0)
    file.write(_rows().tobytes())
    file.seek(0)
    return _line(lambda: np.frombuffer(file.read(64)))


@animation(frames=FRAMES, history="files", travels=False)
def lines_of_a_gzip() -> Animation:
    """Compressed: the position is in the middle of a stream."""
    path = _path("rows.gz")
    rng = np.random.default_rng(5)
    rows = rng.random((FRAMES + 1, 3000))  # more than all the buffers on the way
    path.write_bytes(
        gzip.compress("".join(",".join(map(str, row)) + "\n" for row in rows).encode())
    )
    file = io.TextIOWrapper(gzip.open(path))
    return _line(lambda: [float(value) for value in file.readline().split(",")[:8]])


@animation(frames=FRAMES, history="files", travels=False)
def members_of_a_zip() -> Animation:
    """One member for each frame."""
    path = _path("rows.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for number, row in enumerate(_rows()):
            archive.writestr(f"{number}", row.tobytes())
    opened = zipfile.ZipFile(path)
    names = iter(opened.namelist())
    return _line(lambda: np.frombuffer(opened.read(next(names))))


@animation(frames=FRAMES, history="files", travels=False)
def file_as_frames() -> Animation:
    """`frames` is a generator that reads a file; it was begun before."""
    file = open(_text_file())

    def rows():
        while text := file.readline():
            yield [float(value) for value in text.split(",")]

    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(ylim=(0, 1))
    (line,) = ax.plot(next(rows()))

    return FuncAnimation(fig, line.set_ydata, rows(), init_func=list, cache_frame_data=False)


@animation(frames=FRAMES, history="files", travels=False)
def pages_of_a_tiff() -> Animation:
    """Pillow seeks and reads a page at a time."""
    path = _path("pages.tif")
    rng = np.random.default_rng(5)
    pages = [Image.fromarray(p) for p in rng.integers(0, 255, (FRAMES, 80, 90)).astype("u1")]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    opened = Image.open(path)
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(opened, cmap="gray")

    def update(i):
        opened.seek(i)
        image.set_data(np.asarray(opened))

    return FuncAnimation(fig, update, frames=FRAMES)


@animation(frames=FRAMES, history="files", travels=False)
def pages_by_tifffile() -> Animation:
    """The same by tifffile, which keeps a handle of its own."""
    import tifffile

    path = _path("tifffile.tif")
    rng = np.random.default_rng(5)
    tifffile.imwrite(path, rng.integers(0, 255, (FRAMES, 80, 90)).astype("u1"), compression=None)
    opened = tifffile.TiffFile(path)
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(opened.pages[0].asarray(), cmap="gray")

    return FuncAnimation(fig, lambda i: image.set_data(opened.pages[i].asarray()), frames=FRAMES)


@animation(frames=FRAMES, history="files", travels=False)
def slabs_of_an_hdf5_file() -> Animation:
    """h5py: chunked and compressed."""
    import h5py

    path = _path("slabs.h5")
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "rows", data=np.repeat(_rows(), 500, axis=1), chunks=(1, 400), compression="gzip"
        )
    rows = h5py.File(path)["rows"]
    place = iter(range(FRAMES + 1))
    return _line(lambda: rows[next(place), ::500])


@animation(frames=FRAMES, history="files", travels=False)
def slabs_of_a_netcdf_file() -> Animation:
    """netCDF4, in the classic format, which reads at a position of its own."""
    import netCDF4

    path = _path("slabs.nc")
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("time", None)
        file.createDimension("x", 4000)
        file.createVariable("rows", "f8", ("time", "x"))[:] = np.repeat(_rows(), 500, axis=1)
    rows = netCDF4.Dataset(path)["rows"]
    place = iter(range(FRAMES + 1))
    return _line(lambda: rows[next(place), ::500])


@animation(frames=FRAMES, history="files", travels=False)
def rows_of_a_memmap() -> Animation:
    """Mapped memory needs no position; it must stay right."""
    path = _path("rows.map")
    path.write_bytes(_rows().tobytes())
    rows = iter(np.memmap(path, dtype="f8", mode="r", shape=(FRAMES + 1, 8)))
    return _line(lambda: next(rows))


@animation(frames=FRAMES, history="files", travels=False)
def rows_of_a_database() -> Animation:
    """A cursor that stands in the middle of a table."""
    path = _path("rows.db")
    base = sqlite3.connect(path)
    base.execute("create table rows (a, b, c, d, e, f, g, h)")
    base.executemany("insert into rows values (?, ?, ?, ?, ?, ?, ?, ?)", _rows().tolist())
    base.commit()
    rows = base.execute("select * from rows")
    return _line(lambda: next(rows))


# -- what is written as well as read ---------------------------------------------------------------


@animation(frames=12, history="files", travels=False)
def memmap_that_is_written() -> Animation:
    """The mapped file is the animation's memory, and all processes' alike."""
    state = np.memmap(_path("state.map"), dtype="f8", mode="w+", shape=8)
    steps = _rows()
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(ylim=(0, 12))
    (line,) = ax.plot(np.zeros(8))

    def update(i):
        state[:] += steps[i]
        line.set_ydata(state.copy())

    return FuncAnimation(fig, update, frames=12)


@animation(frames=12, history="files", travels=False)
def shared_memory_that_is_written() -> Animation:
    """Anonymous memory that a fork shares."""
    memory = mmap.mmap(-1, 64)
    state = np.frombuffer(memory)
    steps = _rows()
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(ylim=(0, 12))
    (line,) = ax.plot(np.zeros(8))

    def update(i):
        state[:] += steps[i]
        line.set_ydata(state.copy())

    return FuncAnimation(fig, update, frames=12)


@animation(frames=12, history="files", travels=False)
def counter_in_a_file() -> Animation:
    """Each update reads a number, and writes the next."""
    file = open(_path("counter"), "w+")
    file.write("0")
    fig, ax = plt.subplots(figsize=SIZE)
    said = ax.text(0.4, 0.4, "", fontsize=20)

    def update(i):
        file.seek(0)
        number = int(file.read()) + 1
        file.seek(0)
        file.write(f"{number}")
        file.flush()
        said.set_text(f"{number}")

    return FuncAnimation(fig, update, frames=12)


# -- what cannot be shared -------------------------------------------------------------------------


@animation(frames=12, history="files", travels=False)
def lines_of_a_pipe() -> Animation:
    """What one process has read, another one will never see."""
    reader, writer = os.pipe()
    text = "".join(",".join(map(str, row)) + "\n" for row in _rows()).encode()
    os.write(writer, text)
    os.close(writer)
    file = os.fdopen(reader, "rb", buffering=0)
    return _line_of(12, lambda: [float(value) for value in file.readline().split(b",")])


@animation(frames=12, history="files", travels=False)
def packets_of_a_socket() -> Animation:
    """A connection to who knows where."""
    ours, theirs = socket.socketpair()
    for row in _rows():
        theirs.send(row.tobytes())
    theirs.shutdown(socket.SHUT_WR)
    animation = _line_of(12, lambda: np.frombuffer(ours.recv(64)))
    animation.other_end = theirs  # type: ignore[attr-defined]
    return animation


@animation(frames=12, history="files", travels=False)
def thread_that_feeds_a_queue() -> Animation:
    """The thread would not exist in a forked process."""
    rows: queue.Queue[Any] = queue.Queue(maxsize=2)

    def feed():
        for row in _rows()[:13]:
            rows.put(row)

    threading.Thread(target=feed, daemon=True).start()
    return _line_of(12, rows.get)


@animation(frames=12, history="files", travels=False)
def pool_of_threads() -> Animation:
    """Made before, and used before: in a forked process it believes in threads it has not."""
    pool = ThreadPoolExecutor(1)
    pool.submit(int).result()
    rows = iter(_rows())
    return _line_of(12, lambda: pool.submit(next, rows).result())


def _line_of(frames: int, data: Callable[[], Any]) -> Any:
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(ylim=(0, 1))
    (line,) = ax.plot(np.zeros(8))

    return FuncAnimation(fig, lambda i: line.set_ydata(data()), frames=frames)
