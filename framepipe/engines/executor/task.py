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
from typing import Any

from ...leftovers import temporary_folder
from ..workers.messages import Failed, Ready, Recorded, Took
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
class Home:
    """A recorded block on its way home.

    Parameters
    ----------
    recorded : Recorded
        What was done.
    data : bytes
        The segment's file; empty if the block has no frames.
    """

    recorded: Recorded
    data: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """The animation is not known in this process: send it along."""


@dataclass(frozen=True, slots=True)
class Lost:
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


def versions() -> dict[str, str]:
    """Return what must be the same in all processes that draw one movie."""
    from importlib.metadata import version

    packages = {name: version(name) for name in ("framepipe", "matplotlib", "numpy")}
    return {"Python": ".".join(platform.python_version_tuple()[:2]), **packages}


def record_block(
    job: str,
    packed: bytes | None,
    expected: dict[str, str],
    block: tuple[int, int, int],
    suffix: str,
) -> Home | Missing | Lost | Failed | dict[str, str]:
    """Record a block in this process's helper.

    Parameters
    ----------
    job : str
        Which movie it is for.
    packed : bytes or None
        See `Helper`; None if this process is thought to have it.
    expected : dict
        What `versions` says where the job comes from.
    block : tuple of int
        Its number, first frame, and the frame after its last.
    suffix : str
        Ending of the segment's name.

    Returns
    -------
    Home, Missing, Lost, Failed, or dict
        The segment, or why there is none; a dict holds this process's versions, if they differ.
    """
    mine = versions()
    if mine != expected:
        return mine
    with _LOCK:
        if packed is not None:
            _PACKED[job] = packed
        packed = _PACKED.get(job)
        if packed is None:
            return Missing()
        _stop_timer(job)
        helper = _take_helper(job, block[1])
    try:
        if helper is None:
            helper = Helper(packed)
        with _LOCK:
            _BUSY.setdefault(job, []).append(helper)
        return _record(helper, block, suffix)
    except BaseException:  # Ctrl-C, or the task is being ended: nobody will ask this one again
        if helper is not None:
            helper.kill()
            helper.position = -1
        raise
    finally:
        _give_helper(job, helper)


def _record(helper: Helper, block: tuple[int, int, int], suffix: str) -> Home | Lost | Failed:
    number, start, stop = block
    try:
        if helper.position == 0:
            first = helper.line.recv()
            if not isinstance(first, Ready):
                return _over(helper, first)
        # Not made before the helper can be told of it, as it removes it if we are killed.
        with temporary_folder(None) as folder:
            path = os.path.join(folder, f"segment{suffix}")
            helper.line.send((number, start, stop, path))
            while isinstance(answer := helper.line.recv(), Took):
                pass
            if not isinstance(answer, Recorded):
                return _over(helper, answer)
            helper.position = max(stop, 1)
            data = b""
            if answer.tally.frames:
                with open(path, "rb") as file:
                    data = file.read()
            return Home(answer, data)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        exitcode = helper.kill()
        helper.position = -1
        return Lost(exitcode, f"{platform.node()}, process {os.getpid()}")


def _over(helper: Helper, answer: Any) -> Failed:
    """Let go of a helper whose painter has failed."""
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
        timer = _TIMERS[job] = threading.Timer(IDLE, forget, (job,))
        timer.daemon = True
        timer.start()


def _stop_timer(job: str) -> None:
    timer = _TIMERS.pop(job, None)
    if timer is not None:
        timer.cancel()


def forget(job: str) -> None:
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
