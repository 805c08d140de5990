"""The folder beside a movie in which segments outlive the run that recorded them.

::

    movie.mp4.framepipe-resume/
        lock                  claimed by the run at work; see `framepipe.leftovers`
        run.json              what must be the same, and which attempt the segments are of
        000012-8c1f03aa.mp4   being recorded by the run 8c1f03aa
        000012.mp4            a segment that is whole ...
        000012.json           ... because this says so: size, checksum, what its frames look like

A segment is recorded under a name of its run's own, brought to the disk, and renamed; then its
manifest is written, brought to the disk and renamed.  So whenever a run ends, and however, what has
a manifest is whole, and all else is thrown away by the next run.  The checksum is for disks.

The folder's name is none that `framepipe.leftovers.sweep` removes.  It goes when the movie is in
its place, and with a run that ends before anything is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..drawing.functions.identity import CHECKSUM
from ..encoding.output import Output
from ..encoding.stitching.folder import SegmentFolder
from ..encoding.targets.stream import Stream
from ..engines.scheduling.blocks import Block, KeptBlock
from ..engines.system.fork_safety import keep_private, release_private
from ..errors import ResumeError
from ..leftovers import LOCK, PREFIX, Claim

#: What the folder's name ends with.
ENDING = ".framepipe-resume"
#: Where nothing of the movie's own name can be in it: what ffmpeg, or a file system, may not like.
_PLAIN = re.compile(r"[\w. -]{1,200}")

#: Seconds to wait for a lock: that of a run that was killed goes when the system has ended it.
PATIENCE = 2.0

#: Longest value, in characters, that is shown in a message.
_READABLE = 80

_RUN = "run.json"
_MANIFEST = re.compile(r"(\d{6,})\.json")
#: The way in which things are written here.
_FORMAT = 1


class ResumeFolder:
    """Segments of a movie that another run may go on with.

    A context.  At its end the folder stays, unless nothing in it is worth that; an error that
    passes is told where it is.

    Parameters
    ----------
    output : Output
        Where the movie goes.

    Attributes
    ----------
    path : str
        The folder.
    attempt : mapping or None
        What `begin_again` was told last, in this run or in one before.
    kept : list of KeptBlock
        Blocks that runs before this one have recorded, once `open` has looked.
    seen : dict of int to bytes
        Digests of frames in blocks that have to be recorded again.

    Raises
    ------
    ValueError
        If there is no place for it, as the movie is no file.
    ResumeError
        If another run is at work in it, or it is not this user's.
    OSError
        If it cannot be made.
    """

    def __init__(self, output: Output) -> None:
        self.path = place_of(output)
        self.attempt: Mapping[str, Any] | None = None
        self.kept: list[KeptBlock] = []
        self.seen: dict[int, bytes] = {}
        self._token = secrets.token_hex(4)
        self._output = output
        self._same: Mapping[str, str] = {}
        self._frames = 0  # whole, from whichever run
        self._claim: Claim | None = self._claimed()
        keep_private(self._claim.descriptor)

    def _claimed(self) -> Claim:
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(FileNotFoundError):  # another run was ready, and removed it
                with contextlib.suppress(FileExistsError):
                    os.mkdir(self.path, 0o700)
                self._check_ours()
                lock = os.path.join(self.path, LOCK)
                flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
                os.close(os.open(lock, flags, 0o600))
                claim = Claim(lock, stays=True)
                if claim.held:
                    return claim
            if time.monotonic() > deadline:
                raise ResumeError(
                    f"another run is at work on this movie, in {self.path!r}: wait for its end, "
                    "or give the movie another name"
                )
            time.sleep(0.02)

    def _check_ours(self) -> None:
        """Refuse what somebody else may have put there, or that holds something else."""
        status = os.lstat(self.path)
        mine = sys.platform == "win32" or (
            status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
        ours = stat.S_ISDIR(status.st_mode) and mine
        if ours and (names := os.listdir(self.path)):
            ours = LOCK in names
        if not ours:
            raise ResumeError(
                f"{self.path!r} is where segments would be kept, and is no folder of framepipe's "
                "that only you can write to: move it away, or give the movie another name"
            )

    # ---- what is there

    def open(self, same: Mapping[str, str], suffix: str) -> None:
        """See what there is to go on with.

        Parameters
        ----------
        same : mapping of str to str
            What must be the same, by name.
        suffix : str
            Ending of the segments' names, with its dot.

        Raises
        ------
        ResumeError
            If something is not the same.  What is there stays.
        """
        run = _read(os.path.join(self.path, _RUN))
        self._same = same
        self.attempt, self.kept, self.seen = None, [], {}
        whole: set[str] = {LOCK, _RUN}
        if isinstance(run, dict) and isinstance(run.get("same"), dict):
            self._compare(run["same"], same)
            self.attempt = run.get("attempt")
            for name in sorted(os.listdir(self.path)):
                if (found := _MANIFEST.fullmatch(name)) is None:
                    continue
                segment = f"{found[1]}{suffix}"
                block, intact = self._look_at(name, segment)
                if block is not None and intact:
                    self.kept.append(block)
                    whole |= {name, segment}
                elif block is not None:
                    self.seen |= block.digests
        self._clear(whole)
        self._frames = sum(block.frames for block in self.kept)
        self._write_run()

    def _compare(self, before: Mapping[str, object], now: Mapping[str, str]) -> None:
        """Refuse to go on with what is of something else."""
        names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        if names:
            told = "; ".join(_difference(name, before.get(name), now.get(name)) for name in names)
            raise ResumeError(
                f"what an interrupted run has left in {self.path!r} cannot be gone on with, as it "
                f"is not of the same movie. Different are: {told}. Make these what they were, or "
                "remove that folder, and the movie is made anew"
            )

    def _look_at(self, manifest: str, segment: str) -> tuple[KeptBlock | None, bool]:
        """Return what a manifest says of its block, and whether the segment is as it says."""
        said = _read(os.path.join(self.path, manifest))
        try:
            block = _block_of(said)
            path = os.path.join(self.path, segment)
            intact = os.path.getsize(path) == said["size"] and _checksum(path) == said["checksum"]
        except (KeyError, TypeError, ValueError):
            return None, False
        except OSError:
            return block, False
        return block, intact

    def record_again(self, block: KeptBlock) -> None:
        """Let a block be recorded again that is whole, to see that it comes out the same."""
        self.kept.remove(block)
        self.seen |= block.digests
        self._frames -= block.frames

    # ---- what is added

    def segments(self, suffix: str) -> ResumableSegments:
        """Return the folder as one of segments."""
        return ResumableSegments(self, self._output, suffix, self._token)

    def keep(self, recorded: str, name: str, block: KeptBlock) -> None:
        """Take a segment that is recorded: from now on it is whole.

        Parameters
        ----------
        recorded : str
            Its path.
        name : str
            The name that it gets.
        block : KeptBlock
            What is in it.
        """
        bring_to_disk(recorded)
        says = {
            "number": block.block.number,
            "start": block.block.start,
            "stop": block.block.stop,
            "frames": block.frames,
            "ended": block.ended,
            "digests": {str(frame): digest.hex() for frame, digest in block.digests.items()},
            "before": None if block.before is None else block.before.hex(),
            "size": os.path.getsize(recorded),
            "checksum": _checksum(recorded),
        }
        os.replace(recorded, os.path.join(self.path, name))
        self._write(f"{os.path.splitext(name)[0]}.json", says)
        self._frames += block.frames

    def begin_again(self, attempt: Mapping[str, Any]) -> None:
        """Throw all segments away: the movie is made in another way.

        Parameters
        ----------
        attempt : mapping
            That way, for a run that goes on; what JSON can hold.
        """
        self._clear({LOCK, _RUN})  # before: or segments of the old way could be taken for the new
        self.kept, self.seen, self._frames = [], {}, 0
        self.attempt = attempt
        self._write_run()

    def _write_run(self) -> None:
        said = {"format": _FORMAT, "same": dict(self._same), "attempt": self.attempt}
        self._write(_RUN, said)

    def _write(self, name: str, content: object) -> None:
        """Write a file that is there as a whole or not at all."""
        path = os.path.join(self.path, name)
        part = f"{path}-{self._token}"
        Path(part).write_text(json.dumps(content, indent=1), encoding="utf-8")
        bring_to_disk(part)
        os.replace(part, path)
        bring_to_disk(self.path)

    def _clear(self, leave: set[str]) -> None:
        with os.scandir(self.path) as entries:
            found = [entry for entry in entries if entry.name not in leave]
        # Manifests first: what has none is not whole.
        for entry in sorted(found, key=lambda entry: not entry.name.endswith(".json")):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)  # a writer's scratch folder
            else:
                os.unlink(entry.path)

    # ---- the end

    def secure(self, parts: Sequence[str]) -> None:
        """Bring to the disk what was made of it, before that is put in its place.

        Then little time lies between that and `remove`: whoever is killed there leaves a movie, and
        this folder, too.

        Parameters
        ----------
        parts : sequence of str
            The movies' part files.
        """
        for part in parts:
            if os.path.isfile(part):
                bring_to_disk(part)
            elif hasattr(os, "sync"):
                os.sync()  # a series of pictures

    def remove(self, movies: Sequence[Path] = ()) -> None:
        """Remove the folder.

        Parameters
        ----------
        movies : sequence of Path
            What was made of it: that they are in their places is brought to the disk before.
        """
        for folder in {movie.parent for movie in movies}:
            bring_to_disk(str(folder))
        # Under a name that the next run sweeps away, should this one be killed now.
        gone = os.path.join(os.path.dirname(self.path), f"{PREFIX}{secrets.token_hex(4)}")
        with contextlib.suppress(OSError):
            os.rename(self.path, gone)
            self.path = gone
        with contextlib.suppress(OSError):
            self._clear({LOCK})
            os.unlink(os.path.join(self.path, LOCK))
            os.rmdir(self.path)
        self._release()

    def _release(self) -> None:
        if self._claim is not None:
            release_private([self._claim.descriptor])
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
        if self._claim is None:
            return
        worth = any(_MANIFEST.fullmatch(name) for name in os.listdir(self.path))
        if not worth and self.attempt is None:
            self.remove()
        elif error is not None and self._frames:
            error.add_note(
                f"framepipe: {self._frames} frames are kept in {self.path!r}; the same call with "
                "resume=True goes on with them. Remove that folder, and the movie is made anew"
            )
        self._release()


class ResumableSegments(SegmentFolder):
    """A `ResumeFolder` in the place of a temporary folder for segments.

    Parameters
    ----------
    store : ResumeFolder
        The folder.
    output : Output
        The movie's file.
    suffix : str
        Ending of the segments' names, with its dot.
    token : str
        What names of segments hold while they are recorded.
    """

    def __init__(self, store: ResumeFolder, output: Output, suffix: str, token: str) -> None:
        self._store = store
        self._token = token
        super().__init__(output, suffix, folder=store.path)

    def path(self, number: int) -> str:
        """Return the path at which a segment is to be recorded."""
        return os.path.join(self.folder, f"{number:06d}-{self._token}{self.suffix}")

    def take(self, block: KeptBlock, lasting: bool) -> None:
        """Take a segment that is recorded; `lasting`: another run may go on with it."""
        number = block.block.number
        if lasting:
            self._store.keep(self.path(number), self.name(number), block)
        else:
            os.replace(self.path(number), os.path.join(self.folder, self.name(number)))


def place_of(output: Output) -> str:
    """Return where segments of a movie are kept.

    Parameters
    ----------
    output : Output
        Where the movie goes.

    Raises
    ------
    ValueError
        If it is no file that would be there for another run.
    """
    if output.direct or isinstance(output, Stream):
        raise ValueError(
            "resume=True keeps segments beside the movie, and this one goes into something that "
            "is no file of a name: give a file's name, or leave resume out"
        )
    place = Path(os.path.realpath(output.path))
    if not output.one_file:
        place = place.parent  # frames/%05d.png: beside "frames", which may not be there yet
    name = place.name
    if not _PLAIN.fullmatch(name) or len(os.fsencode(name)) > 200 or name.startswith("-"):
        name = f".{hashlib.blake2b(os.fsencode(name), digest_size=8).hexdigest()}"
    return str(place.with_name(f"{name}{ENDING}"))


def bring_to_disk(path: str) -> None:
    """See to it that a file, or the names in a folder, survive a loss of power."""
    if sys.platform == "win32" and os.path.isdir(path):
        return  # folders cannot be opened there
    flags = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checksum(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def _read(path: str) -> Any:
    """Return what a file of ours says; None if it is not there, or damaged."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(Path(path).read_text(encoding="utf-8"))
    return None


def _block_of(said: Any) -> KeptBlock:
    ended, before = said["ended"], said["before"]
    return KeptBlock(
        Block(int(said["number"]), int(said["start"]), int(said["stop"])),
        int(said["frames"]),
        None if ended is None else int(ended),
        {int(frame): bytes.fromhex(digest) for frame, digest in said["digests"].items()},
        None if before is None else bytes.fromhex(before),
    )


def _difference(name: str, before: object, now: object) -> str:
    """Say how something has changed, as far as that can be read."""
    if before is None:
        return f"{name} (new)"
    if now is None:
        return f"{name} (gone)"
    if any(str(one).startswith(CHECKSUM) or len(str(one)) > _READABLE for one in (before, now)):
        return name
    return f"{name} (was {before}, is {now})"
