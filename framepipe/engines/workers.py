"""Render processes: start, handshake, hand out frames, watch, stop; exceptions carried home.

::

    main process                                     worker k
    ------------                                     --------
    start -------- fork / spawn / forkserver ------> open the painter
          <------------------------------- Ready ---
    Paint(frame, slot) ----------------------------> advance to the frame, draw it into the slot
          <---------------------- Painted(frame) ---
          <------------------------- Ended(total) -- the animation was over before that frame
          <---------------------- Failed(frame) ---- the user's code raised
    None ------------------------------------------> leave, after a last look at its work
          <-------------------------------- Done ---

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

from .messages import Done, Ended, Failed, Painted, Ready
from .ring import Ring
from .starting import forget, keep_private, one_at_a_time, private, undisturbed
from .terms import Painter

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
    connection: Connection,
    ring: Ring,
    make_painter: Callable[[], Painter],
    *,
    quiet: bool,
    dumps: Callable[[Any], bytes] = pickle.dumps,
    close_first: Iterable[int] = (),
) -> None:
    """Be a worker: paint what is asked for until told to leave or the main process is gone.

    Parameters
    ----------
    connection : Connection
        To the main process.
    ring : Ring
        Where frames go.
    make_painter : callable
        Returns what draws.
    quiet : bool
        Throw away what the user's functions print and warn: every worker runs all of them, and
        one of each is enough.
    dumps : callable, default: pickle.dumps
        Pickles the user's exceptions.
    close_first : iterable of int
        File descriptors inherited from the main process that must not stay open here.
    """
    for descriptor in close_first:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process sees Ctrl-C and decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if quiet:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as this process lives
        warnings.showwarning = lambda *_, **__: None
    try:
        painter = make_painter()
        painter.open()
    except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
        with contextlib.suppress(OSError):
            connection.send(Failed.of(error, 0, dumps))
        return
    with contextlib.suppress(EOFError, OSError):  # the main process is gone: leave quietly
        connection.send(Ready())
        frame = 0
        while True:
            begin = time.perf_counter()
            asked = connection.recv()
            if asked is None:
                try:
                    painter.finish()
                except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
                    connection.send(Failed.of(error, frame, dumps))
                else:
                    connection.send(Done())
                return
            frame, slot = asked
            waited = time.perf_counter() - begin
            try:
                cost = painter.paint(frame, ring.slot(slot))
            except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
                connection.send(Failed.of(error, frame, dumps))
                continue
            if cost is None:
                connection.send(Ended(frame, painter.frames or 0))
            else:
                connection.send(Painted(frame, cost, waited))


def _serve_spawned(connection: Connection, ring: Ring, parcel: Ring, quiet: bool) -> None:
    """Be a worker that is not a fork; exceptions may be of classes that travelled by value."""
    from cloudpickle import dumps

    def make_painter() -> Painter:
        painter: Painter = pickle.loads(parcel.slot(0))()  # noqa: S301 - from our own parent
        return painter

    serve(connection, ring, make_painter, quiet=quiet, dumps=dumps)


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
        Frames it was given and has not answered for, ascending.
    last : int
        The last frame it was given; -1 before the first.
    leaving, done : bool
        Whether it was told to leave, and whether it said that all is well.
    exitcode : int or None
        How it ended, once it has been reaped.
    """

    def __init__(self, index: int, process: Any, connection: Connection) -> None:
        self.index = index
        self.process = process
        self.connection = connection
        self.ready = False
        self.given: deque[int] = deque()
        self.last = -1
        self.leaving = False
        self.done = False
        self.exitcode: int | None = None
        self.started = time.monotonic()

    def give(self, frame: int, slot: int) -> None:
        """Ask for a frame.  If the worker is dead, that shows elsewhere."""
        self.given.append(frame)
        self.last = frame
        with contextlib.suppress(OSError):
            self.connection.send((frame, slot))

    def leave(self) -> None:
        """Tell it to leave; it has a last look at its work, and says `Done`."""
        self.leaving = True
        with contextlib.suppress(OSError):
            self.connection.send(None)

    def kill(self) -> int | None:
        """End it now, whatever it is doing; return its exit code.  May be called again."""
        if self.exitcode is None:
            self.process.kill()
        return self.reap(LEAVE_TIMEOUT)

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


class Crew:
    """All render processes of one movie.

    Parameters
    ----------
    count : int
        How many.
    ring : Ring
        The memory they draw into.
    make_painter : callable
        Returns the painter, in the worker.  It must be picklable unless `start_method` is "fork".
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.

    Notes
    -----
    The main program's ``__main__`` module is hidden from `multiprocessing` while a process is
    spawned: nothing in it is needed (the animation has been packed), and running a script again
    that has no ``if __name__ == "__main__"`` guard would start the whole job anew in every worker.
    """

    def __init__(
        self, count: int, ring: Ring, make_painter: Callable[[], Painter], start_method: str
    ) -> None:
        self._ring = ring
        self._make_painter = make_painter
        self._method = start_method
        self._context = multiprocessing.get_context(start_method)
        self._parcel: Ring | None = None
        self.workers: list[Worker] = []
        try:
            if start_method != "fork":
                # Not an argument of the process: multiprocessing writes those into a pipe whose
                # reading end it holds open itself, so with more than 64 KiB a child that dies
                # while it is importing would block us for ever.
                packed = pickle.dumps(make_painter)
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
        return Worker(index, process, ours)

    def _process(self, index: int, connection: Connection) -> Any:
        target: Callable[..., None] = serve
        args: tuple[Any, ...] = (connection, self._ring, self._make_painter)
        options: dict[str, Any] = {"quiet": index > 0}
        if self._method == "fork":
            options["close_first"] = private()
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
            if worker.exitcode is None:
                worker.process.kill()  # all at once; then wait for each
        for worker in self.workers:
            worker.kill()
        self.workers.clear()
        if self._parcel is not None:
            self._parcel.close()
            self._parcel = None
