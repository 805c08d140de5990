"""Temporary files and folders that go away however this program ends, or else with the next run.

What is claimed here and not released when the program ends (a daemon thread was still at work, say)
is removed by an exit handler.  What a process that was killed outright has left, the next run in
that folder finds and removes, and tells it from what a living run uses:

A part file, and a folder of segments, is *claimed* by the process that makes it: an exclusive
`flock` on it, which the kernel lifts when the last process that holds it is gone, however that
ended.  So whoever can take the lock on somebody's part file knows that nobody is at work on it.
No process numbers are compared: those are used again, and mean nothing in another container or on
another machine that shares the disk.

Forked workers hold a copy of the lock, and leave by themselves when the main process is gone.
Where there are no such locks (Windows, some network file systems) nothing is ever removed here.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl

#: What the names of our part files and folders begin with; the rest is up to `secrets`.
PREFIX = ".framepipe-"

#: The file in a folder of segments that carries its lock.
LOCK = "lock"

#: Names that are ours beyond doubt.  `tempfile.mkdtemp` draws eight of [a-z0-9_]; a part file has
#: eight hexadecimal digits and the movie's ending.
_OURS = re.compile(r"\.framepipe-(?:[a-z0-9_]{8}|[0-9a-f]{8}(?:\.[^/]*)?)", re.DOTALL)


#: Paths that are claimed now, and by which process: a fork has a copy of this, and no business
#: with them.
_LIVE: dict[str, int] = {}


@atexit.register
def _remove_live() -> None:
    """Remove what is still claimed when the program ends."""
    for path, owner in list(_LIVE.items()):
        if owner == os.getpid():
            if os.path.basename(path) == LOCK:
                shutil.rmtree(os.path.dirname(path), ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(path)


class Claim:
    """A lock on a path that this process has just made.

    Parameters
    ----------
    path : str
        A file.
    stays : bool, default: False
        Whether it is to stay when the program ends: somebody may go on with it.

    Attributes
    ----------
    held : bool
        Whether the path is still there and locked by this process.  False where somebody who
        swept the folder was faster: then make another one.  True without a lock where the system
        has none.
    """

    def __init__(self, path: str, *, stays: bool = False) -> None:
        self._path = path
        self._descriptor = -1
        self.held = True
        if not stays:
            _LIVE[path] = os.getpid()
        if sys.platform == "win32":
            return
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            _LIVE.pop(path, None)
            raise
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.held = False
        except OSError:
            return  # no locks here: it is never taken for left over, either
        # Between its making and the lock it may have been taken for left over.
        self.held = self.held and os.fstat(self._descriptor).st_nlink > 0
        if not self.held:
            self.release()

    @property
    def descriptor(self) -> int:
        """The descriptor that holds the lock; -1 where there is none."""
        return self._descriptor

    def release(self) -> None:
        """Let go of the lock: the path is gone, or is to stay.  May be called again."""
        _LIVE.pop(self._path, None)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def temporary_folder(beside: str | None) -> Iterator[str]:
    """Make a folder for temporary files, of this user's alone, that is gone afterwards.

    Parameters
    ----------
    beside : str or None
        The folder to make it in; None for the system's folder for temporary files.  What dead runs
        have left there is removed first.

    Yields
    ------
    str
        Its path, absolute.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    sweep(beside or tempfile.gettempdir())
    while True:
        folder = os.path.abspath(tempfile.mkdtemp(prefix=PREFIX, dir=beside))
        lock = os.path.join(folder, LOCK)
        try:
            os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            claim = Claim(lock)
        except FileNotFoundError:
            continue  # it was swept away at once
        except OSError:  # no descriptor is left, say, and rmtree would need one
            for remove, path in ((os.unlink, lock), (os.rmdir, folder)):
                with contextlib.suppress(OSError):
                    remove(path)
            raise
        if claim.held:
            break
    try:
        yield folder
    finally:
        # A program that was killed with its worker may be making a file in it at this moment.
        for _attempt in range(3):
            with contextlib.suppress(OSError):
                shutil.rmtree(folder)
                break
        claim.release()
        shutil.rmtree(folder, ignore_errors=True)  # where the lock's was the last descriptor


def sweep(folder: str) -> list[str]:
    """Remove what dead runs have left in a folder.

    Parameters
    ----------
    folder : str
        Where to look; not in folders below.

    Returns
    -------
    list of str
        What was removed.

    Notes
    -----
    Only what bears one of our names, belongs to this user and is locked by nobody.  A folder
    without a lock file in it is left alone: it may be being made.  Whatever cannot be looked at or
    removed is left alone, too; it is no reason not to make a movie.
    """
    removed: list[str] = []
    if sys.platform == "win32":
        return removed
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        names = [entry.name for entry in entries if _OURS.fullmatch(entry.name)]
        for name in names:
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                if _remove_if_abandoned(path):
                    removed.append(path)
    return removed


if sys.platform != "win32":

    def _remove_if_abandoned(path: str) -> bool:
        status = os.lstat(path)
        if status.st_uid != os.geteuid():
            return False
        is_folder = stat.S_ISDIR(status.st_mode)
        if not is_folder and not stat.S_ISREG(status.st_mode):
            return False
        lock = os.path.join(path, LOCK) if is_folder else path
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False  # somebody is at work on it, or there are no locks here
            if is_folder:
                shutil.rmtree(path)
            else:
                os.unlink(path)
            return True
        finally:
            os.close(descriptor)
