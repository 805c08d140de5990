"""Have one render worker draw some frames, for nothing but what they look like.

For whoever wants to know an animation, and not a movie of it: the worker is a process of its own,
so the animation here stays as it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, closing
from functools import partial
from typing import Literal

from ..result import Report
from .protocols import FrameSource
from .scheduling.checks import Check
from .system.poller import Poller
from .workers.messages import AnimationEnded, CheckFrame, FrameChecked, LocateDifference, Order
from .workers.pool import AHEAD, Worker, WorkerPool
from .workers.supervisor import Supervisor, ask_for_difference
from .workers.tasks import FrameTask

#: Frames before one of which `locate_difference` makes every draw; further ones are passed over.
ALL_DRAWN = 60


def survey(
    make_source: Callable[[], FrameSource],
    frame_bytes: int,
    checks: Iterable[Check],
    *,
    start_method: Literal["fork", "spawn", "forkserver"],
) -> list[FrameChecked]:
    """Draw frames in a worker.

    Parameters
    ----------
    make_source : callable
        Returns what draws, in the worker; picklable unless `start_method` is "fork".
    frame_bytes : int
        Bytes of a frame.
    checks : iterable of Check
        Which frames, ascending, and how.
    start_method : {"fork", "spawn", "forkserver"}
        How the worker is started.

    Returns
    -------
    list of FrameChecked
        Of those frames that there are, in order.

    Raises
    ------
    FrameError
        If the user's code, or drawing, raised.
    FrameMismatch
        If a frame was to be compared with a full draw, and differs.
    WorkerDied
        If the worker died, and so did the one that took its place.
    """
    drawn = _drawn(make_source, frame_bytes, map(CheckFrame, checks), start_method)
    return [answer for _, answer in drawn]


def locate_difference(
    make_source: Callable[[], FrameSource],
    frame_bytes: int,
    frame: int,
    *,
    start_method: Literal["fork", "spawn", "forkserver"],
) -> tuple[tuple[int, int, int, int] | None, str]:
    """Say where a frame differs between who draws nothing before it and who makes every draw.

    Parameters
    ----------
    make_source, frame_bytes, start_method
        As `survey` takes them.
    frame : int
        Which.

    Returns
    -------
    bbox : tuple of int or None
        Left, top, right, bottom in pixels; None if it is the same.
    artist : str
        What lies there; empty if it cannot be told.

    Raises
    ------
    FrameError, WorkerDied
        As `survey` does.
    """
    usual = [CheckFrame(Check(frame, "usual"), pixels=True)]
    alone = [answer for _, answer in _drawn(make_source, frame_bytes, usual, start_method)]
    if not alone or alone[0].pixels is None:
        return None, ""
    order = LocateDifference(frame, alone[0].pixels)
    first = 0 if frame <= ALL_DRAWN else frame
    every = (CheckFrame(Check(one, "as_saved")) for one in range(first, frame + 1))
    with closing(_drawn(make_source, frame_bytes, every, start_method)) as drawn:
        for worker, answer in drawn:
            if answer.frame == frame and answer.digest != alone[0].digest:
                located = ask_for_difference(worker, order, frame)
                if located is not None:
                    return located.bbox, located.artist
    return None, ""


def _drawn(
    make_source: Callable[[], FrameSource],
    frame_bytes: int,
    orders: Iterable[CheckFrame],
    start_method: Literal["fork", "spawn", "forkserver"],
) -> Generator[tuple[Worker, FrameChecked]]:
    """Have a new worker carry out orders; yield its answers, and who it is by then."""
    waiting = deque(orders)
    poller = Poller()
    supervisor = Supervisor(poller, Report(), "frame")

    def again(order: Order) -> None:
        if isinstance(order, CheckFrame):
            lost.append(order)

    with ExitStack() as stack:
        make_task = partial(FrameTask, make_source, frame_bytes)
        pool = WorkerPool(1, None, make_task, start_method)
        stack.callback(pool.kill)
        supervisor.watch(pool)
        while True:
            worker = supervisor.workers[0]
            while worker.ready and waiting and len(worker.given) < AHEAD:
                order = waiting.popleft()
                worker.give(order, order.frame)
            if not waiting and not worker.given:
                return
            lost: list[CheckFrame] = []
            readable, _ = poller.wait(supervisor.patience())
            for connection in readable:
                speaking = supervisor.worker_at(connection)
                message = supervisor.receive(speaking, again)
                waiting.extendleft(reversed(lost))
                if isinstance(message, FrameChecked):
                    speaking.given.popleft()
                    yield speaking, message
                elif isinstance(message, AnimationEnded):
                    return
            supervisor.look_at_silent()
            if not readable:
                supervisor.check_all_get_ready()
