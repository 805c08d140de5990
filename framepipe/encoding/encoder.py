"""A running ffmpeg that takes frames and, when it fails, says why.

`Process` is the program, `PipeWriter` the pipe into it; here they become one thing with one kind of
error. Whatever goes wrong in the pipe, the error raised is an `EncoderError` that says why ffmpeg
failed, never the broken pipe by which it was noticed.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ..errors import EncoderError
from .diagnosis import diagnose
from .pipe_writer import PipeWriter
from .process import Process

_log = logging.getLogger(__name__)

#: Seconds an ffmpeg that has closed its input gets to exit by itself, so that its exit code is
#: known. As a rule it takes milliseconds; one that hangs is killed after this time.
_EXIT_GRACE = 2.0


class Encoder:
    """One ffmpeg and the pipe into it.

    Parameters
    ----------
    argv : sequence of str
        The command line; it must read raw frames from standard input.
    own_group : bool, default: True
        See `Process`.

    Notes
    -----
    For one thread at a time. As a context manager it leaves no process and no descriptor behind,
    and the process is stopped unless `finish` has returned.

    An offered frame is held until `pump` has returned True; `abort` lets go of it too, so call
    that before closing the frame's memory.
    """

    def __init__(self, argv: Sequence[str], *, own_group: bool = True) -> None:
        self._own_group = own_group
        self.command = list(argv)
        self._process: Process | None = None
        self._pipe: PipeWriter | None = None

    def start(self) -> None:
        """Start ffmpeg.

        Raises
        ------
        EncoderError
            If it cannot be started.
        """
        if self._process is not None:
            raise RuntimeError("this encoder has been started before")
        try:
            self._process = Process(self.command, own_group=self._own_group)
        except OSError as error:
            raise EncoderError(
                f"{self.command[0]!r} could not be started: {error}. Is it an ffmpeg for this "
                "machine? rcParams['animation.ffmpeg_path'] chooses another one.",
                None,
                self.command,
                "",
            ) from error
        self._pipe = PipeWriter(self._process.stdin)
        _log.debug("started ffmpeg, process %d: %s", self._process.pid, self.command)

    @property
    def pid(self) -> int:
        """The process id of ffmpeg; -1 before `start`."""
        return -1 if self._process is None else self._process.pid

    def fileno(self) -> int:
        """Return the descriptor of the pipe's write end, to wait on."""
        return self._running().descriptor

    @property
    def fds(self) -> tuple[int, ...]:
        """The descriptors held here, for a process forked meanwhile to close.

        While another process holds the pipe open, ffmpeg never sees its end.
        """
        return () if self._process is None else self._process.fds

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        """Give the next frame; `pump` then moves it.

        Parameters
        ----------
        frame : memoryview
            Its bytes. They must not change until `pump` has returned True.
        source : int, optional
            Descriptor of a file that holds the same bytes, such as the memfd that `frame` is a
            mapping of. Most of them then need not be copied on their way, on Linux.
        offset : int, optional
            Where in this file they begin.
        """
        self._running().offer(frame, source, offset)

    def pump(self) -> bool:
        """Move as much of the offered frame as the pipe takes now.

        Returns
        -------
        bool
            True when all of it has gone and its memory may be used again; False when the pipe is
            full. On Windows this waits instead of returning False.

        Raises
        ------
        EncoderError
            If ffmpeg takes no more.
        """
        with contextlib.suppress(BrokenPipeError):
            return self._running().pump()
        # Raised out here, where the broken pipe is forgotten: it is how we notice, never the
        # reason, and its traceback would keep the frame's memory.
        raise self.failure()

    def poll(self) -> EncoderError | None:
        """Ask whether ffmpeg still takes frames.

        Returns
        -------
        EncoderError or None
            Why it does not; None while it does, before `start` and after `finish`.
        """
        if self._process is None or self._pipe is None:
            return None
        if self._process.wait(0) or self._pipe.reader_gone():
            return self.failure()
        return None

    def check(self) -> None:
        """Raise what `poll` finds.

        Raises
        ------
        EncoderError
            If ffmpeg takes no more frames.
        """
        error = self.poll()
        if error is not None:
            raise error

    def failure(self) -> EncoderError:
        """Say why ffmpeg takes no more frames. It is over then, and everything released.

        Returns
        -------
        EncoderError
            To be raised.
        """
        process = self._running_process()
        ended_itself = process.wait(_EXIT_GRACE)
        code = process.returncode if ended_itself else None
        lost = ended_itself and code is None
        self._stop()
        return diagnose(code, self.command, process.stderr, lost=lost)

    def end(self) -> None:
        """Tell ffmpeg that there are no more frames, and do not wait for it.

        From then on `poll` returns None whatever happens; `finish` tells how it ended.
        """
        process = self._running_process()
        if self._pipe is not None and not self._pipe.idle:
            raise RuntimeError("the last frame has not gone yet")
        process.close_stdin()
        self._pipe = None

    def finish(self, timeout: float | None = None) -> float:
        """Tell ffmpeg that there are no more frames, and wait until the movie is written.

        Parameters
        ----------
        timeout : float, optional
            Seconds; None for as long as it takes, which may be long: it still has frames to
            encode.

        Returns
        -------
        float
            CPU seconds that ffmpeg used; 0 where the system does not tell.

        Raises
        ------
        EncoderError
            If it failed, or was not ready in time.
        """
        self.end()
        process = self._running_process()
        ready = process.wait(timeout)
        self._stop()
        if not ready:
            raise EncoderError(
                f"ffmpeg was not ready {timeout} s after its last frame, and was stopped.",
                None,
                self.command,
                process.stderr,
            )
        code = process.returncode
        if code != 0:
            raise diagnose(code, self.command, process.stderr, lost=code is None)
        if process.stderr:
            _log.debug("ffmpeg printed: %s", process.stderr)
        return process.cpu

    def abort(self) -> None:
        """Stop ffmpeg if it runs, and let go of everything. May be called at any time."""
        self._stop()

    def _stop(self) -> None:
        if self._pipe is not None:
            self._pipe.drop()
            self._pipe = None
        if self._process is not None:
            self._process.kill()
            self._process.close()

    def _running_process(self) -> Process:
        if self._process is None:
            raise RuntimeError("ffmpeg has not been started")
        return self._process

    def _running(self) -> PipeWriter:
        if self._pipe is None:
            raise RuntimeError("ffmpeg is not running")
        return self._pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()
