r"""The writing end of a pipe through which frames go, one after the other.

::

    offer(frame) -> pump() -> True: the frame's memory may be used again
                         \-> False: the pipe is full; wait until it is writable, pump() again

On Linux a frame that lies in a file (a memfd) is mostly *spliced*: its pages are lent to the pipe
instead of being copied into it. 1920x1080 frames then went into ``ffmpeg -f null`` at 254-355 a
second instead of 140-202, with 1.5-1.9 ms of CPU a frame on this side instead of 3.9-5.1 (two
cores, Linux 6.18, 300 frames, five runs each in turn). Frames not much bigger than the pipe gain
nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import sys

if sys.platform == "linux":
    import fcntl

_log = logging.getLogger(__name__)

#: Sizes to try for the pipe. A bigger one means fewer turns between us and ffmpeg: 1920x1080
#: frames pass three times as fast as with the usual 64 KiB. 1 MiB is the most a user may have.
_PIPE_SIZES = (1 << 20, 1 << 19, 1 << 18, 1 << 17)


class PipeWriter:
    """Frames into a pipe, never blocking (except on Windows, whose pipes cannot do without).

    Parameters
    ----------
    descriptor : int
        The write end. It stays the caller's to close.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._hangup: select.poll | None = None  # Windows has no poll
        if sys.platform != "win32":
            os.set_blocking(descriptor, False)
            self._hangup = select.poll()
            self._hangup.register(descriptor, 0)
        self._capacity = _widen(descriptor)
        self._can_splice = sys.platform == "linux" and hasattr(os, "splice") and self._capacity > 0
        self._frame: memoryview | None = None
        self._sent = 0
        self._source = -1
        self._offset = 0
        self._to_splice = 0

    @property
    def idle(self) -> bool:
        """Whether every frame offered has gone."""
        return self._frame is None

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        """Give the next frame; see `Encoder.offer`."""
        if self._frame is not None:
            raise RuntimeError("the frame before this one has not gone yet")
        self._frame = frame.cast("B")
        self._sent = 0
        self._source, self._offset = source, offset
        # A page that is lent must stay as it is until ffmpeg has read it, and nothing tells us
        # when that was. So the frame's last bytes are copied, as many as the pipe can hold: once
        # all of them are in it, there is no room left in which a lent page could still be waiting.
        self._to_splice = 0
        if self._can_splice and source >= 0:
            self._to_splice = max(0, self._frame.nbytes - self._capacity)

    def pump(self) -> bool:
        """Move as much as the pipe takes now.

        Returns
        -------
        bool
            True when nothing is left to move.

        Raises
        ------
        BrokenPipeError
            If nobody reads any more.
        """
        if self._frame is None:
            return True
        try:
            while self._sent < self._frame.nbytes:
                if self._sent < self._to_splice:
                    self._sent += self._splice(self._to_splice - self._sent)
                else:
                    # No variable holds the slice: in a traceback it would outlive `drop`.
                    self._sent += os.write(self.descriptor, self._frame[self._sent :])
        except BlockingIOError:
            return False
        except OSError as error:
            if sys.platform == "win32":  # what others call EPIPE may be EINVAL there
                raise BrokenPipeError(error.errno, error.strerror) from None
            raise
        self._frame = None
        return True

    def drop(self) -> None:
        """Let go of the frame that is being written, so that its memory can be closed."""
        self._frame = None

    def reader_gone(self) -> bool:
        """Tell whether the reader is gone; always False on Windows."""
        return self._hangup is not None and bool(self._hangup.poll(0))

    def _splice(self, count: int) -> int:
        """Splice some bytes, or none: then it cannot be done here (gVisor, odd file systems)."""
        moved = 0
        if sys.platform == "linux":
            try:
                moved = os.splice(
                    self._source,
                    self.descriptor,
                    count,
                    offset_src=self._offset + self._sent,
                    flags=os.SPLICE_F_NONBLOCK,
                )
            except (BlockingIOError, BrokenPipeError):
                raise
            except OSError as error:
                _log.debug("frames are copied into the pipe, since splice says: %s", error)
        if moved == 0:
            self._can_splice = False
            self._to_splice = 0
        return moved


def _widen(descriptor: int) -> int:
    """Make a pipe as big as the system allows; return its size, 0 where that cannot be known."""
    if sys.platform == "linux":
        for size in _PIPE_SIZES:
            try:
                return fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, size)
            except OSError:
                continue  # over the limit for one pipe, or for all pipes of this user
        with contextlib.suppress(OSError):
            return fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)
    return 0
