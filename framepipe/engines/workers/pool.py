"""Render processes: start, handshake, hand out work, watch, stop; exceptions carried home.

::

    main process                                     worker k
    ------------                                     --------
    start -------- fork / spawn / forkserver ------> open the painter
          <------------------------------- Ready ---
    (frame, slot) ---------------------------------> advance to the frame, draw it into the slot
          <---------------------- Painted(frame) ---
          <------------------------- Ended(total) -- the animation was over before that frame
          <---------------------- Failed(frame) ---- the user's code raised
    None ------------------------------------------> leave, after a last look at its work
          <-------------------------------- Done ---

Or, where blocks are recorded, (block, first frame, end, path), and the answers are a Took(frame)
for each frame and Recorded(block).

One duplex connection per worker, small messages only.  No queue and no lock is shared between
processes, since a worker that is killed would take the lock with it.  A worker that dies shows as
end-of-file on its connection; what it had sent before is read first.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import Any

from ..system.fork_safety import forget, keep_private, one_at_a_time, private, undisturbed
from ..system.open_files import at_own_positions
from ..system.resources import keep_freed_memory
from ..system.ring import Ring
from ..system.signals import ENDING
from .messages import Done, Failed, Ready
from .tasks import Abandoned, Channel, Work

#: Seconds a worker may take to say that it is ready.  A fork is ready at once; a spawned process
#: imports matplotlib and the user's modules, which on a loaded network disk has been seen to take
#: most of a minute.  Longer means a lock that was held when we forked, and it will never come.
READY_TIMEOUT = 90.0

#: Frames a worker may have been given and not yet painted: one in hand, one to go on with while
#: the message about the first is on its way.
AHEAD = 2

#: Seconds that a worker which was told to leave may take before it is killed.
LEAVE_TIMEOUT = 2.0


def serve(
    connection: Channel,
    ring: Ring | None,
    make_work: Callable[..., Work],
    *,
    quiet: bool,
    dumps: Callable[[Any], bytes] = pickle.dumps,
    close_first: Iterable[int] = (),
    group: bool = False,
) -> None:
    """Be a worker: do what is asked for until told to leave or the main process is gone.

    Parameters
    ----------
    connection : Channel
        To the main process.
    ring : Ring or None
        Where frames go.
    make_work : callable
        Returns what does the work.
    quiet : bool
        Throw away what the user's functions print and warn: every worker runs all of them, and
        one of each is enough.
    dumps : callable, default: pickle.dumps
        Pickles the user's exceptions.
    close_first : iterable of int
        File descriptors inherited from the main process that must not stay open here.
    group : bool, default: False
        Make a process group, so that what is started here can be killed along.
    """
    if group:
        os.setpgid(0, 0)
    for descriptor in close_first:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    # The terminal sends both to all of its processes; the main one sees them, too, and decides.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *ENDING})
    if quiet:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as this process lives
        warnings.showwarning = lambda *_, **__: None
    keep_freed_memory()
    try:
        work = make_work(ring=ring)
        work.open()
    except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
        with contextlib.suppress(OSError):
            connection.send(Failed.of(error, 0, dumps))
        return
    with contextlib.suppress(EOFError, OSError):  # the main process is gone: leave quietly
        connection.send(Ready())
        answer(connection, work, dumps)


def answer(line: Channel, work: Work, dumps: Callable[[Any], bytes]) -> None:
    """Do what is asked for, one order after the other, until told to leave.

    Parameters
    ----------
    line : Channel
        Where orders come from; ends with `EOFError` or `OSError` when nobody is there any longer.
    work : Work
        What does them; open.
    dumps : callable
        Pickles the user's exceptions.
    """
    while True:
        begin = time.perf_counter()
        order = line.recv()
        if order is None:
            try:
                work.finish()
            except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
                line.send(Failed.of(error, work.frame, dumps))
            else:
                line.send(Done())
            return
        try:
            message = work.do(order, time.perf_counter() - begin, line)
        except Abandoned:
            continue  # what has come says why
        except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
            message = Failed.of(error, work.frame, dumps)
        line.send(message)


def _serve_spawned(
    connection: Connection, ring: Ring | None, parcel: Ring, quiet: bool, group: bool
) -> None:
    """Be a worker that is not a fork; exceptions may be of classes that travelled by value."""
    from cloudpickle import dumps

    def make_work(*, ring: Ring | None) -> Work:
        work: Work = pickle.loads(parcel.slot(0))(ring=ring)  # noqa: S301 - from our own parent
        return work

    serve(connection, ring, make_work, quiet=quiet, dumps=dumps, group=group)


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
    given : deque of int
        Frames, or blocks, it was given and has not answered for, ascending.
    last : int
        The last of them; -1 before the first.
    leaving, done : bool
        Whether it was told to leave, and whether it said that all is well.
    exitcode : int or None
        How it ended, once it has been reaped.
    """

    def __init__(
        self, index: int, process: Any, connection: Connection, *, group: bool = False
    ) -> None:
        self.index = index
        self._group = group and hasattr(os, "killpg")
        self.process = process
        self.connection = connection
        self.ready = False
        self.given: deque[int] = deque()
        self.last = -1
        self.leaving = False
        self.done = False
        self.exitcode: int | None = None
        self.started = time.monotonic()

    def give(self, number: int, *rest: Any) -> None:
        """Ask for a frame or a block.  If the worker is dead, that shows elsewhere."""
        self.given.append(number)
        self.last = number
        with contextlib.suppress(OSError):
            self.connection.send((number, *rest))

    def leave(self) -> None:
        """Tell it to leave; it has a last look at its work, and says `Done`."""
        self.leaving = True
        with contextlib.suppress(OSError):
            self.connection.send(None)

    def kill(self) -> int | None:
        """End it now, whatever it is doing; return its exit code.  May be called again."""
        self.strike()
        return self.reap(LEAVE_TIMEOUT)

    def strike(self) -> None:
        """Kill it, and what it has started if it has a group of its own; do not wait."""
        if self.exitcode is not None:
            return
        if self._group:
            # Before it is reaped, so that the number is still its own.  It may not have come
            # round to making the group, and macOS says EPERM of one that is all dead.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def reap(self, timeout: float) -> int | None:
        """Wait for its end, then let go of it; return its exit code, None if it goes on."""
        if self.exitcode is None:
            self.process.join(timeout)
            self.exitcode = self.process.exitcode
            if self.exitcode is not None:
                forget([self.connection.fileno()])
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
    make_work : callable
        Returns what does the work, in the worker, called with the ring.  It must be picklable
        unless `start_method` is "fork".
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    groups : bool, default: False
        Whether each is to have a process group of its own: where they start encoders.

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
        make_work: Callable[..., Work],
        start_method: str,
        *,
        groups: bool = False,
    ) -> None:
        self._ring = ring
        self._make_work = make_work
        self._groups = groups and sys.platform != "win32"
        self._method = start_method
        self._context = multiprocessing.get_context(start_method)
        self._parcel: Ring | None = None
        self.workers: list[Worker] = []
        try:
            if start_method != "fork":
                # Not an argument of the process: multiprocessing writes those into a pipe whose
                # reading end it holds open itself, so with more than 64 KiB a child that dies
                # while it is importing would block us for ever.
                packed = pickle.dumps(make_work)
                self._parcel = Ring(1, len(packed))
                self._parcel.slot(0)[:] = packed
            for index in range(count):
                self.workers.append(self._start(index))
        except BaseException:
            self.kill()
            raise

    def replace(self, worker: Worker) -> Worker:
        """Start another process in the place of one that died and has been reaped."""
        fresh = self._start(worker.index)
        self.workers[self.workers.index(worker)] = fresh
        return fresh

    def _start(self, index: int) -> Worker:
        with one_at_a_time():
            ours, theirs = self._context.Pipe(duplex=True)
            keep_private(ours.fileno())
            process = self._process(index, theirs)
            try:
                with undisturbed(self._method):
                    process.start()
            except BaseException:
                forget([ours.fileno()])
                ours.close()
                if process.pid is not None:  # Ctrl-C came while it was being started
                    process.kill()
                    process.join(LEAVE_TIMEOUT)
                raise
            finally:
                theirs.close()
        return Worker(index, process, ours, group=self._groups)

    def _process(self, index: int, connection: Connection) -> Any:
        target: Callable[..., None] = serve
        args: tuple[Any, ...] = (connection, self._ring, self._make_work)
        options: dict[str, Any] = {"quiet": index > 0, "group": self._groups}
        if self._method == "fork":
            options["close_first"] = private()
            args = (connection, self._ring, at_own_positions(self._make_work))
        else:
            target, args = _serve_spawned, (connection, self._ring, self._parcel)
        return self._context.Process(  # type: ignore[attr-defined]
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
            worker.strike()  # all at once; then wait for each
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        if self._parcel is not None:
            self._parcel.close()
            self._parcel = None
