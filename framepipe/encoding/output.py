"""A movie file that appears under its name only when it is whole.

ffmpeg writes a *part file* in the same folder, and a rename puts it in place at the end, so that
whoever opens the name finds the old movie or the new one and nothing between them. What would
fail then is looked for before anything starts.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import EncoderError
from ..leftovers import PREFIX, Claim, sweep
from .command import MULTI_FILE_SUFFIXES

#: Longest ending that the part file takes over; no format's is nearly as long, and the part file's
#: name must stay within the file system's limit.
_LONGEST_ENDING = 32


class Output:
    """Where a movie goes: checked first, filled beside it, put in place when whole.

    Parameters
    ----------
    filename : str or path-like
        The movie's name. A link stays, and what it points to is replaced. A name that is neither
        a file nor free (``/dev/null``, a FIFO) is written directly.
    any_ending : bool, optional
        Allow an ending that makes ffmpeg write several files, because the user has named a format
        with ``-f``.

    Attributes
    ----------
    suffix : str
        Ending of the user's name as `pathlib` and matplotlib see it, with its dot.

    Raises
    ------
    TypeError, ValueError
        If it cannot be a movie's name.
    OSError
        If there can be no such file: no folder, no right to write, a folder of this name.

    Notes
    -----
    The movie is a new file: it gets the mode of the file it replaces (and its owner, if we may),
    but other hard links keep the old one. A process that is killed outright (SIGKILL, power)
    leaves its part file behind, ``.framepipe-`` and eight digits, until the next movie is made in
    that folder.
    """

    def __init__(self, filename: str | os.PathLike[str], *, any_ending: bool = False) -> None:
        name = _name(filename)
        self.suffix = Path(name).suffix
        if self.suffix.lower() in MULTI_FILE_SUFFIXES and not any_ending:
            raise ValueError(
                f"ffmpeg makes no movie of {name!r}: by the ending {self.suffix} it would write "
                "still pictures or several files. Use .mp4, .mkv, .webm, .gif, .apng or .webp"
            )
        # Absolute, for the user's own functions may change the working directory meanwhile.
        self.path = Path(name).absolute()
        self._part: str | None = None
        self._claim: Claim | None = None
        self._published = False
        # What ffmpeg takes for the ending, which is not always pathlib's: ".mp4" is all ending.
        dot = os.path.basename(name).rfind(".")
        ending = os.path.basename(name)[dot:] if dot >= 0 else ""
        self._ending = ending if len(os.fsencode(ending)) <= _LONGEST_ENDING else ""
        self._target, self._direct = _target(name)

    @property
    def direct(self) -> bool:
        """Whether the name is written directly: what has gone there cannot be taken back."""
        return self._direct

    @property
    def one_file(self) -> bool:
        """Whether the movie is one file, which can be put together from others."""
        return True

    @property
    def beside(self) -> str | None:
        """The folder for what is temporary; None for the system's."""
        return None if self._direct else os.path.dirname(self._target)

    @property
    def part(self) -> str:
        """The file for ffmpeg to write, there once `prepare` has made it."""
        if self._direct:
            return self._target
        if self._part is None:
            raise RuntimeError("there is no part file: prepare() makes it")
        return self._part

    def prepare(self) -> None:
        """Make the part file, empty.

        Raises
        ------
        OSError
            If that cannot be done.
        """
        if self._direct or self._part is not None:
            return
        self._published = False
        sweep(os.path.dirname(self._target))
        while True:
            # The name holds nothing of the user's: it needs no shortening, and no "%d" in it can
            # mean anything to ffmpeg. Not from `random`, whose state is the user's.
            self._part = os.path.join(
                os.path.dirname(self._target),
                f"{PREFIX}{secrets.token_hex(4)}{self._ending}",
            )
            try:
                # With mode 0666 the system itself applies the umask, and the folder's rules.
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                os.close(os.open(self._part, flags, 0o666))
                self._claim = Claim(self._part)
            except (FileExistsError, FileNotFoundError):
                continue  # the second: it was swept away before it was claimed
            except OSError:
                self._part = None
                raise
            if self._claim.held:
                return

    def publish(self) -> Path:
        """Put the whole movie in place.

        Returns
        -------
        Path
            Where it is: the user's name, absolute.

        Raises
        ------
        EncoderError
            If there is nothing to put in place.
        OSError
            If the system refuses; the old file is then as it was.
        """
        if self._direct or self._published:
            return self.path
        part = self.part
        try:
            size = os.stat(part).st_size
        except FileNotFoundError:
            size = 0
        if size == 0:
            raise EncoderError(
                f"ffmpeg reported success, but wrote nothing to {part!r}, which was to become "
                f"{str(self.path)!r}. Does extra_args send the movie elsewhere (another file "
                "name, '-f null') or lack the value of its last option? Or has something removed "
                "the file?",
                0,
                (),
                "",
            )
        with contextlib.suppress(FileNotFoundError):
            _copy_owner_and_mode(self._target, part)
        os.replace(part, self._target)
        self._published = True
        self._part = None
        self._release()
        return self.path

    def discard(self) -> None:
        """Remove the part file, if there is one. The old movie stays."""
        if self._part is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._part)
            self._part = None
        self._release()

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()


def _name(filename: str | os.PathLike[str]) -> str:
    """Check what can be checked without looking at the disk."""
    name = os.fspath(filename)
    if not isinstance(name, str):
        raise TypeError(f"the movie's name must be text, not {name!r}; os.fsdecode makes it so")
    if not name:
        raise ValueError("the movie's name is empty")
    if "\0" in name:
        raise ValueError(f"the movie's name holds a NUL character: {name!r}")
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        raise ValueError(f"the movie's name {name!r} cannot be a file name: {error}") from None
    return name


def _target(name: str) -> tuple[str, bool]:
    """Find the file that is to be replaced, and whether it must be written directly instead."""
    try:
        status = os.stat(name)
    except FileNotFoundError:
        status = None
    if not os.path.basename(name) or (status is not None and stat.S_ISDIR(status.st_mode)):
        raise IsADirectoryError(errno.EISDIR, "the movie's name is that of a folder", name)
    if status is not None and not stat.S_ISREG(status.st_mode):
        if not _may(name, os.W_OK):
            raise PermissionError(errno.EACCES, "no right to write to this", name)
        return os.path.join(os.getcwd(), name), True
    target = os.path.realpath(name)
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise FileNotFoundError(errno.ENOENT, "the folder for the movie does not exist", folder)
    if not _may(folder, os.W_OK | os.X_OK):
        raise PermissionError(
            errno.EACCES,
            "no right to make a file in the movie's folder, or a read-only disk",
            folder,
        )
    if status is not None and not _may(target, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is write-protected", target)
    if status is not None and not _may_replace(status, os.stat(folder)):
        raise PermissionError(
            errno.EACCES,
            "the file is another user's, in a folder where only they may replace it",
            target,
        )
    return target, False


def _may(path: str, what: int) -> bool:
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _may_replace(file: os.stat_result, folder: os.stat_result) -> bool:
    """Tell whether the folder's sticky bit, as in /tmp, lets us rename over the file."""
    if sys.platform != "win32" and folder.st_mode & stat.S_ISVTX:
        return os.geteuid() in {0, file.st_uid, folder.st_uid}
    return True


def _copy_owner_and_mode(old: str, new: str) -> None:
    """Give a new file the owner, if we may, and the mode of the old one."""
    status = os.stat(old)
    if not stat.S_ISREG(status.st_mode):
        # A second look, for a rename would replace a device as readily as a movie.
        raise FileExistsError(errno.EEXIST, "the movie's name is no longer that of a file", old)
    mine = os.stat(new)
    if sys.platform != "win32":
        if (status.st_uid, status.st_gid) != (mine.st_uid, mine.st_gid):
            with contextlib.suppress(PermissionError):
                os.chown(new, status.st_uid, status.st_gid)
    # After chown, which may clear bits of the mode.
    os.chmod(new, stat.S_IMODE(status.st_mode))
