"""What runs in the processes of an executor: record one block, and give its bytes back.

`record_block` is the task.  Everything it needs is in its arguments or in this process's memory,
where the packed animation is kept from block to block, together with the helper process (see
`framepipe.engines.executor.helper`) that has the animation's figure at hand.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from dataclasses import dataclass

from ...leftovers import temporary_folder
from ...user_output import FrameOutput
from ..scheduling.blocks import Block
from ..scheduling.checks import AS_SAVED
from ..workers.failures import Failed
from ..workers.messages import BlockRecorded, FrameChecked, FrameEncoded, Ready, RecordBlock
from .helper import Helper

#: Seconds after its last block that a helper process is kept.  A new one takes about a second to
#: import matplotlib and to unpack the animation; an idle one takes some 100 MiB of memory.
IDLE = 30.0

_LOCK = threading.Lock()
#: The packed animations of running jobs, and their helpers, idle and busy.
_PACKED: dict[str, bytes] = {}
_HELPERS: dict[str, list[Helper]] = {}
_BUSY: dict[str, list[Helper]] = {}
_TIMERS: dict[str, threading.Timer] = {}


@dataclass(frozen=True, slots=True)
class SegmentReturned:
    """A recorded block, and its segment.

    Parameters
    ----------
    recorded : BlockRecorded
        What was done.
    data : bytes
        The segment's file; empty if the block has no frames.
    output : dict
        What the user's code printed and warned, by frame.
    digests : dict of int to bytes
        What the movie's first frames and the block's last one look like, or all; see `digest_of`.
    before : bytes or None
        The same of the frame before the block, if it was drawn here.
    """

    recorded: BlockRecorded
    data: bytes
    output: dict[int, FrameOutput]
    digests: dict[int, bytes]
    before: bytes | None = None


@dataclass(frozen=True, slots=True)
class AnimationMissing:
    """The animation is not known in this process: send it along."""


@dataclass(frozen=True, slots=True)
class VersionsDiffer:
    """The process has other versions than the one that the job comes from.

    Parameters
    ----------
    versions : dict of str to str
        What it has.
    """

    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class HelperDied:
    """The helper died.

    Parameters
    ----------
    exitcode : int or None
        How.
    where : str
        Host and process.
    """

    exitcode: int | None
    where: str


#: What comes back for a block.
Outcome = SegmentReturned | AnimationMissing | VersionsDiffer | HelperDied | Failed


def versions() -> dict[str, str]:
    """Return what must be the same in all processes that draw one movie."""
    from importlib.metadata import version

    packages = {name: version(name) for name in ("framepipe", "matplotlib", "numpy")}
    return {"Python": ".".join(platform.python_version_tuple()[:2]), **packages}


def record_block(
    job: str,
    packed: bytes | None,
    expected: dict[str, str],
    block: Block,
    suffix: str,
    every: bool = False,
) -> Outcome:
    """Record a block in this process's helper.

    Parameters
    ----------
    job : str
        Which movie it is for.
    packed : bytes or None
        See `Helper`; None if this process is thought to have it.
    expected : dict
        What `versions` says where the job comes from.
    block : Block
        What to record.
    suffix : str
        Ending of the segment's name.
    every : bool, default: False
        Whether it is wanted of all frames what they look like.

    Returns
    -------
    Outcome
        The segment, or why there is none.
    """
    mine = versions()
    if mine != expected:
        return VersionsDiffer(mine)
    with _LOCK:
        if packed is not None:
            _PACKED[job] = packed
        packed = _PACKED.get(job)
        if packed is None:
            return AnimationMissing()
        _stop_timer(job)
        helper = _take_helper(job, block.start)
    try:
        if helper is None:
            helper = Helper(packed)
        with _LOCK:
            _BUSY.setdefault(job, []).append(helper)
        return _record(helper, block, suffix, every=every)
    except BaseException:  # Ctrl-C, or the task is being ended: nobody will ask this one again
        if helper is not None:
            helper.kill()
            helper.position = -1
        raise
    finally:
        _give_helper(job, helper)


def _record(
    helper: Helper, block: Block, suffix: str, *, every: bool
) -> SegmentReturned | HelperDied | Failed:
    try:
        if helper.position == 0:
            first = helper.channel.recv()
            if not isinstance(first, Ready):
                return _failed(helper, first)
        # Not made before the helper can be told of it, as it removes it if we are killed.
        with temporary_folder(None) as folder:
            path = os.path.join(folder, f"segment{suffix}")
            output: dict[int, FrameOutput] = {}
            digests: dict[int, bytes] = {}
            before = None
            stop = block.stop if every else min(block.stop, AS_SAVED)
            wanted = {*range(block.start, stop), block.stop - 1}
            helper.channel.send(
                RecordBlock(
                    block.number, block.start, block.stop, path,
                    digests=frozenset(wanted), before=block.start > 0,
                )
            )  # fmt: skip
            while isinstance(answer := helper.channel.recv(), (FrameEncoded, FrameChecked)):
                if isinstance(answer, FrameChecked):
                    before = answer.digest
                    continue
                if answer.output:
                    output[answer.frame] = answer.output
                if answer.digest is not None:
                    digests[answer.frame] = answer.digest
            if not isinstance(answer, BlockRecorded):
                return _failed(helper, answer)
            helper.position = max(block.stop, 1)
            data = b""
            if answer.report.frames:
                with open(path, "rb") as file:
                    data = file.read()
            return SegmentReturned(answer, data, output, digests, before)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        exitcode = helper.kill()
        helper.position = -1
        return HelperDied(exitcode, f"{platform.node()}, process {os.getpid()}")


def _failed(helper: Helper, answer: object) -> Failed:
    """Let go of a helper that has failed."""
    helper.kill()
    helper.position = -1
    if not isinstance(answer, Failed):
        raise TypeError(f"a helper said {answer!r}")
    return answer


def _take_helper(job: str, start: int) -> Helper | None:
    """Take an idle helper that has not passed a frame; end one that nobody can use any longer."""
    idle = _HELPERS.setdefault(job, [])
    fit = [helper for helper in idle if helper.position <= start]
    if fit:
        best = max(fit, key=lambda helper: helper.position)
        idle.remove(best)
        return best
    if idle:
        idle.pop().kill()
    return None


def _give_helper(job: str, helper: Helper | None) -> None:
    with _LOCK:
        if helper is not None and helper in (busy := _BUSY.get(job, [])):
            busy.remove(helper)
        if helper is not None and helper.position >= 0:
            if job in _PACKED:
                _HELPERS.setdefault(job, []).append(helper)
            else:
                helper.kill()  # the job was forgotten meanwhile
        _stop_timer(job)
        timer = _TIMERS[job] = threading.Timer(IDLE, forget_job, (job,))
        timer.daemon = True
        timer.start()


def _stop_timer(job: str) -> None:
    timer = _TIMERS.pop(job, None)
    if timer is not None:
        timer.cancel()


def forget_job(job: str) -> None:
    """Let go of all that is kept for a job; end what is being recorded for it.

    Parameters
    ----------
    job : str
        As given to `record_block`.
    """
    with _LOCK:
        _stop_timer(job)
        _PACKED.pop(job, None)
        ours = _HELPERS.pop(job, []) + _BUSY.pop(job, [])
    for helper in ours:
        with contextlib.suppress(OSError):
            helper.kill()
