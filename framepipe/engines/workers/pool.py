"""The render processes of one movie: start them, give them orders, end them.

::

    main process                                     worker k
    ------------                                     --------
    WorkerPool ---- fork / spawn / forkserver -----> serve(): make the task, open the animation
          <------------------------------- Ready ---
    DrawFrame(frame, slot) ------------------------> advance to the frame, draw it into the slot
          <------------------ FrameDrawn(frame) ---
          <------------- AnimationEnded(total) ---- the animation was over before that frame
          <---------------------------- Failed ---- the user's code raised
    Leave() ---------------------------------------> look back at what was drawn
          <------------------------------- Done ---

Or, where blocks are recorded::

    RecordBlock(block, start, stop, path) ---------> draw the frames, feed an encoder of its own
          <---------------- FrameEncoded(frame) ---  for each frame
          <--------------- BlockRecorded(block) ---

`framepipe.engines.workers.messages` specifies every message.  There is one duplex connection per
worker, for small messages only.  No queue and no lock is shared between processes, since a worker
that is killed would take the lock with it.  A worker that dies shows as end-of-file on its
connection; what it had sent before is read first (`framepipe.engines.workers.supervisor`).
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from ..system.children import exit_code
from ..system.fork_safety import (
    check_descriptors,
    keep_private,
    one_at_a_time,
    private_descriptors,
    release_private,
    undisturbed,
)
from ..system.fork_server import process_class
from ..system.open_files import at_own_positions
from ..system.ring import Ring
from ..system.stacks import StackPipe
from .messages import Leave, Order
from .serve import MakeTask, serve, serve_spawned

#: Frames a worker may have been given and not yet drawn: one in hand, one to go on with while
#: the message about the first is on its way.
AHEAD = 2

#: Seconds that a movie which is finished waits for a witness that is not ready.  A fork is ready
#: at once, a spawned process some seconds later; one that hangs must not hold up the movie.
WITNESS_PATIENCE = 10.0

#: Seconds that a worker which was told to leave may take before it is killed.
LEAVE_TIMEOUT = 2.0

#: Seconds that one which was killed may take to be gone.  The kernel needs a CPU for it, and may
#: have a write to a network disk to wait for; whoever is left after that could not be helped.
GONE_TIMEOUT = 30.0

#: Seconds between two looks whether a process is gone, where its sentinel does not tell: what the
#: user's code has forked in it holds a copy.
_LOOK_AGAIN = 0.05


class Worker:
    """The main process's end of one render process.

    Attributes
    ----------
    index : int
        Which worker it is, from 0.
    connection : Connection
        To it.
    ready : bool
        Whether it has said so.
    given : deque of Order
        Orders it has not answered yet, in order.
    last : int
        The last frame, or block, that it was given; -1 before the first.
    leaving, done : bool
        Whether it was told to leave, and whether it said that all is well.
    exitcode : int or None
        How it ended, once it has been reaped.
    started : float
        When it was started, by the monotonic clock.
    heard : float
        When it last said something, or was given something after it had had nothing to do.
    reached : int
        The frame after the last one that it has recorded.
    """

    def __init__(
        self, index: int, process: BaseProcess, connection: Connection, *, group: bool = False
    ) -> None:
        self.index = index
        self._group = group and hasattr(os, "killpg")
        self.process = process
        self.connection = connection
        self.ready = False
        self.given: deque[Order] = deque()
        self.last = -1
        self.leaving = False
        self.done = False
        self.exitcode: int | None = None
        self.started = self.heard = time.monotonic()
        self.reached = -1

    @property
    def owes(self) -> bool:
        """Whether it is to say something."""
        return bool(self.given) or not self.ready or (self.leaving and not self.done)

    def give(self, order: Order, number: int) -> None:
        """Send an order about frame or block `number`; whether it is alive shows elsewhere."""
        if not self.given:
            self.heard = time.monotonic()
        self.given.append(order)
        self.last = number
        self._send(order)

    def leave(self, *, looks_back: bool = True) -> None:
        """Tell it to leave; it looks back at its work, unless it need not, and says `Done`."""
        self.leaving = True
        self.heard = time.monotonic()
        self._send(Leave(looks_back))

    def _send(self, order: Order) -> None:
        with contextlib.suppress(OSError):
            self.connection.send(order)

    def kill(self) -> int | None:
        """End it now, whatever it is doing; return its exit code.  May be called again."""
        self.send_kill()
        return self.reap(GONE_TIMEOUT)

    def send_kill(self) -> None:
        """Kill it, and what it has started if it has a group of its own; do not wait."""
        if self.exitcode is not None:
            return
        if self._group and self.process.pid is not None:
            # Before it is reaped, so that the number is still its own.  It may not have come
            # round to making the group, and macOS says EPERM of one that is all dead.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def reap(self, timeout: float) -> int | None:
        """Wait for its end, then let go of it; return its exit code, None if it goes on."""
        if self.exitcode is None:
            deadline = time.monotonic() + timeout
            self.exitcode = exit_code(self.process)
            while self.exitcode is None and (left := deadline - time.monotonic()) > 0:
                self.process.join(min(left, _LOOK_AGAIN))
                self.exitcode = exit_code(self.process)
            if self.exitcode is not None:
                release_private([self.connection.fileno()])
                self.connection.close()
                self.process.close()
        return self.exitcode


class WorkerPool:
    """All render processes of one movie.

    Parameters
    ----------
    count : int
        How many.
    ring : Ring or None
        The memory they draw into.
    make_task : callable
        Returns what does the work, in the worker, called with the ring.  It must be picklable
        unless `start_method` is "fork".
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    groups : bool, default: False
        Whether each is to have a process group of its own: where they start encoders.
    first : int, default: 0
        Index of the first: only the one with index 0 is heard when it prints.

    Attributes
    ----------
    stacks : StackPipe
        Through which one of them says where it is when it is asked.

    Notes
    -----
    The main program's ``__main__`` module is hidden from `multiprocessing` while a process is
    spawned: nothing in it is needed (the animation has been packed), and running a script again
    that has no ``if __name__ == "__main__"`` guard would start the whole job anew in every worker.
    """

    def __init__(
        self,
        count: int,
        ring: Ring | None,
        make_task: MakeTask,
        start_method: str,
        *,
        groups: bool = False,
        first: int = 0,
    ) -> None:
        self._ring = ring
        self._make_task = make_task
        self._groups = groups and sys.platform != "win32"
        self._method = start_method
        self._packed_task: Ring | None = None
        self.workers: list[Worker] = []
        self.stacks = StackPipe(*multiprocessing.Pipe(duplex=False), forks=self.forks)
        try:
            if start_method != "fork":
                # Not an argument of the process: multiprocessing writes those into a pipe whose
                # reading end it holds open itself, so with more than 64 KiB a child that dies
                # while it is importing would block us for ever.
                packed = pickle.dumps(make_task)
                self._packed_task = Ring(1, len(packed))
                self._packed_task.slot(0)[:] = packed
            for index in range(first, first + count):
                self.workers.append(self._start(index))
        except BaseException:
            self.kill()
            raise

    @property
    def forks(self) -> bool:
        """Whether its workers are forks of this process, without its threads."""
        return self._method == "fork"

    def add(self) -> Worker:
        """Start one more."""
        fresh = self._start(len(self.workers))
        self.workers.append(fresh)
        return fresh

    def replace(self, worker: Worker) -> Worker:
        """Start another process in the place of one that died and has been reaped."""
        fresh = self._start(worker.index)
        self.workers[self.workers.index(worker)] = fresh
        return fresh

    def _start(self, index: int) -> Worker:
        with one_at_a_time():
            ours, theirs = multiprocessing.Pipe(duplex=True)
            keep_private(ours.fileno())
            process = self._process(index, theirs)
            try:
                check_descriptors()
                with undisturbed(self._method):
                    process.start()
            except BaseException:
                release_private([ours.fileno()])
                ours.close()
                if process.pid is not None:  # Ctrl-C came while it was being started
                    process.kill()
                    process.join(GONE_TIMEOUT)
                raise
            finally:
                theirs.close()
        return Worker(index, process, ours, group=self._groups)

    def _process(self, index: int, connection: Connection) -> BaseProcess:
        target: Callable[..., None] = serve
        args: tuple[object, ...] = (connection, self._ring, self._make_task)
        options: dict[str, object] = {"group": self._groups, "stacks": self.stacks.writer}
        if self._method == "fork":
            options["close_first"] = private_descriptors()
            args = (connection, self._ring, at_own_positions(self._make_task))
        else:
            target, args = serve_spawned, (connection, self._ring, self._packed_task)
        return process_class(self._method)(
            target=target, args=args, kwargs=options, name=f"framepipe-{index}", daemon=True
        )

    def stop(self) -> None:
        """Let every worker leave, and wait for it."""
        for worker in self.workers:
            if not worker.ready:
                worker.kill()  # it came too late to be of use
            elif not worker.leaving:
                worker.leave()
        deadline = time.monotonic() + LEAVE_TIMEOUT
        for worker in self.workers:
            if worker.reap(max(0.0, deadline - time.monotonic())) is None:
                worker.kill()
        self.workers.clear()

    def kill(self) -> None:
        """End every worker now."""
        for worker in self.workers:
            worker.send_kill()  # all at once; then wait for each
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        self.stacks.close()
        if self._packed_task is not None:
            self._packed_task.close()
            self._packed_task = None
