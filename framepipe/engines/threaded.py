"""Feed a sink from a thread, so that drawing in this process need not wait for the encoder."""

from __future__ import annotations

import sys
import threading
from collections import deque
from multiprocessing import Pipe

from .protocols import Sink
from .system.fork_safety import release_private, start_sink
from .system.poller import Poller
from .system.signals import broken_pipes_raise

#: Frames' memories: one being fed, one waiting for its turn, one being drawn into.
SLOTS = 3


class ThreadedSink:
    """A sink, the thread that feeds it, and memory for a few frames.

    Parameters
    ----------
    sink : Sink
        What takes the frames.  Between `start` and the end it is touched by one thread at a time.
    frame_bytes : int
        Bytes of a frame.
    slots : int, optional
        Most frames that are held at a time; `room` waits when all of them are on their way.
    """

    def __init__(self, sink: Sink, frame_bytes: int, slots: int = SLOTS) -> None:
        self._sink = sink
        self._frame_bytes = frame_bytes
        self._unmade = slots
        self._free: list[memoryview] = []
        self._given: deque[memoryview] = deque()
        self._feeding = False
        self._ending = False
        self._stopped = False
        self._failure: BaseException | None = None
        self._changed = threading.Condition()
        self._held: tuple[int, ...] = ()
        # Wakes the thread out of its waiting for the sink.
        self._heard, self._say = Pipe(duplex=False)
        # A daemon, for a program may end that has never come to finish its movie.
        self._thread = threading.Thread(target=self._run, name="framepipe-feeder", daemon=True)

    def start(self) -> None:
        """Start the sink, and the thread.

        Raises
        ------
        Exception
            What the sink raises.
        """
        self._held = start_sink(self._sink)
        self._thread.start()

    def room(self) -> memoryview:
        """Wait for memory that a frame can be drawn into; `give` or `give_back` it.

        Raises
        ------
        Exception
            What the sink has raised.
        """
        with self._changed:
            while self._failure is None and not self._free and not self._unmade:
                self._changed.wait()
            self._raise_failure()
            if not self._feeding and not self._given:
                # The thread is idle: whether the sink has died meanwhile, nobody else would see.
                self._sink.check()
            if self._free:
                return self._free.pop()
            slot = memoryview(bytearray(self._frame_bytes))
            self._unmade -= 1
            return slot

    def give(self, frame: memoryview) -> None:
        """Hand over memory that holds the next frame; it will go into the sink."""
        with self._changed:
            self._given.append(frame)
            self._changed.notify_all()

    def give_back(self, slot: memoryview) -> None:
        """Return memory from `room` that holds no frame after all."""
        with self._changed:
            self._free.append(slot)
            self._changed.notify_all()

    def finish(self) -> float:
        """Wait until every frame has gone, and until the sink is ready; return its CPU seconds.

        Raises
        ------
        Exception
            What the sink raises or has raised.
        """
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join()
        self._raise_failure()
        release_private(self._held)
        cpu = self._sink.finish()
        self.abort()
        return cpu

    def abort(self) -> None:
        """Stop the thread, and the sink if it has not finished.  May be called at any time."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if not self._say.closed:
            self._say.send(None)  # to close it says nothing, where a fork has a copy
            self._say.close()
        if sys.platform == "win32":
            self._sink.abort()  # where the thread may hang in a write, until there is no reader
        if self._thread.ident is not None:
            self._thread.join()
        self._heard.close()
        release_private(self._held)
        self._sink.abort()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            # Without the way it came: that would keep a frame's memory.
            raise self._failure.with_traceback(None)

    def _run(self) -> None:
        """Feed what is given, until the end; in the thread."""
        waiter = Poller()
        waiter.add(self._heard)
        try:
            with broken_pipes_raise():
                while (frame := self._next()) is not None:
                    self._sink.offer(frame)
                    while not self._sink.pump():
                        waiter.watch_sink(self._sink.fileno(), for_room=True)
                        waiter.wait(None)
                        if self._stopped:
                            return
                    with self._changed:
                        self._feeding = False
                        self._free.append(frame)
                        self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised where frames are given
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _next(self) -> memoryview | None:
        with self._changed:
            while not self._given and not self._ending and not self._stopped:
                self._changed.wait()
            if self._stopped or not self._given:
                return None
            self._feeding = True
            return self._given.popleft()
