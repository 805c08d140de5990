"""Open files in a forked worker: each with a position of its own.

A fork copies descriptors, but a descriptor only refers to what the kernel calls an open file
description, and the position lies there: a worker that reads the next row moves it for its parent
and for all other workers.  So a forked worker, before it does anything else, opens every regular
file anew that it could read, at the position where its parent had it when it forked, and puts the
new description under the old number.  Whatever keeps the number (Python's buffers, csv, HDF5,
numpy) reads on from there: buffers are copied by the fork, and so fit the position.

- No worker ever moves a position of its parent's.  So one that is started later, for a dead one or
  because the movie is begun again, finds files where the first ones found them.
- Files that can only be written stay shared.  Lines that several workers write into a log come one
  after the other by a common position; by positions of their own they would overwrite each other.
- A file that was deleted, or never had a name, can be opened through ``/proc/self/fd`` all the
  same.  Where there is no such place (macOS) it is opened by its name, if it still has one.
- Locks: those of ``flock`` belong to the description, which lives on in the parent; those of
  ``fcntl`` to the parent's process.  A worker holds none of either, and releases none.
- Mapped memory goes on showing the file; it has no position.

What has been read from a pipe, a socket or a terminal is gone for all others: those cannot be
opened anew, and stay shared.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

if sys.platform != "win32":
    import fcntl

#: Whether a file is open for reading, writing or both.
_ACCESS: int = getattr(os, "O_ACCMODE", 3)
#: What is asked for again of how a file was open.  Not O_TMPFILE, O_CREAT and the like, which would
#: make another file.
_KEPT = (
    _ACCESS
    | os.O_APPEND
    | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_DIRECT", "O_SYNC", "O_LARGEFILE"))
)

P = ParamSpec("P")
T = TypeVar("T")

#: What `framepipe.engines.system.ring` calls the memory of frames: a file only in name.
_RING = "/memfd:framepipe"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file that is open for reading.

    Parameters
    ----------
    descriptor : int
        Its number.
    position : int
        Bytes from its beginning to what is read next.
    flags : int
        How it is open, as ``F_GETFL`` says.
    identity : tuple of int
        Device and inode.
    """

    descriptor: int
    position: int
    flags: int
    identity: tuple[int, int]


def open_files() -> tuple[OpenFile, ...]:
    """Return the regular files that this process has open for reading.

    Returns
    -------
    tuple of OpenFile
        Those with a position, our own frames' memory aside.  Empty where open descriptors cannot
        be listed.
    """
    found = []
    for descriptor in _descriptors():
        with contextlib.suppress(OSError):  # closed by another thread, or cannot seek
            one = _look(descriptor)
            if one is not None:
                found.append(one)
    return tuple(found)


def open_anew(files: Iterable[OpenFile]) -> None:
    """Give this process, a fork of the one that looked, positions of its own.

    Parameters
    ----------
    files : iterable of OpenFile
        From `open_files`, called in the parent just before it forked.  What cannot be opened
        (no right to it any longer) stays shared.
    """
    for file in files:
        with contextlib.suppress(OSError):
            _open_anew(file)


def at_own_positions(make: Callable[P, T]) -> Callable[P, T]:
    """Let a function first open anew, in a fork of this process, what is open here now.

    Parameters
    ----------
    make : callable
        What is called in the fork.

    Returns
    -------
    callable
        To be called in its place.
    """
    files = open_files()

    def made(*args: P.args, **options: P.kwargs) -> T:
        open_anew(files)
        return make(*args, **options)

    return made


def _look(descriptor: int) -> OpenFile | None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return None
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    if flags & _ACCESS == os.O_WRONLY:
        return None
    if sys.platform == "linux" and os.readlink(f"/proc/self/fd/{descriptor}").startswith(_RING):
        return None
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    return OpenFile(descriptor, position, flags, (status.st_dev, status.st_ino))


def _open_anew(file: OpenFile) -> None:
    kept = os.get_inheritable(file.descriptor)
    fresh = os.open(_place(file.descriptor), file.flags & _KEPT | os.O_CLOEXEC)
    try:
        for descriptor in (file.descriptor, fresh):
            # The number may have been closed and used anew; the name may be another file's now.
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) != file.identity:
                return
        os.lseek(fresh, file.position, os.SEEK_SET)
        os.dup2(fresh, file.descriptor, inheritable=kept)
    finally:
        os.close(fresh)


def _descriptors() -> list[int]:
    if sys.platform == "win32":
        return []  # nothing is forked there
    for folder in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            return [int(name) for name in os.listdir(folder)]
    return []


def _place(descriptor: int) -> str:
    """Return a path under which a file can be opened again."""
    if sys.platform == "darwin":  # opening /dev/fd/N is only a dup there
        return fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0").decode()
    return f"/proc/self/fd/{descriptor}"
