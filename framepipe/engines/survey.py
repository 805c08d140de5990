"""Have one render worker draw some frames, for nothing but what they look like.

For whoever wants to know an animation, and not a movie of it: the worker is a process of its own,
so the animation here stays as it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial

from ..result import Report
from .protocols import FrameSource
from .scheduling.checks import Check
from .system.poller import Poller
from .workers.messages import AnimationEnded, CheckFrame, FrameChecked, Order
from .workers.pool import AHEAD, WorkerPool
from .workers.supervisor import Supervisor
from .workers.tasks import FrameTask


def survey(
    make_source: Callable[[], FrameSource],
    frame_bytes: int,
    checks: Iterable[Check],
    *,
    start_method: str,
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
    waiting, found = deque(checks), list[FrameChecked]()
    poller = Poller()
    supervisor = Supervisor(poller, Report(), "frame")

    def again(order: Order) -> None:
        if isinstance(order, CheckFrame):
            lost.append(order.check)

    with ExitStack() as stack:
        pool = WorkerPool(1, None, partial(FrameTask, make_source, frame_bytes), start_method)
        stack.callback(pool.kill)
        supervisor.watch(pool)
        while True:
            worker = supervisor.workers[0]
            while worker.ready and waiting and len(worker.given) < AHEAD:
                check = waiting.popleft()
                worker.give(CheckFrame(check), check.frame)
            if not waiting and not worker.given:
                return found
            lost: list[Check] = []
            readable, _ = poller.wait(supervisor.patience())
            for connection in readable:
                speaking = supervisor.worker_at(connection)
                message = supervisor.receive(speaking, again)
                waiting.extendleft(reversed(lost))
                if isinstance(message, FrameChecked):
                    speaking.given.popleft()
                    found.append(message)
                elif isinstance(message, AnimationEnded):
                    return found
            supervisor.look_at_silent()
            if not readable:
                supervisor.check_all_get_ready()
