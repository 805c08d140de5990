"""A movie made by a fork of this process, while this one goes on with the animation.

::

    this process                                   its fork
    ------------                                   --------
    fork ----------------------------------------> encode: workers, encoder, output
    run every update, draw nothing                 ... (has the animation as it was, and can begin
          <--------------------------- Told(i, n)       again should that be needed)
          <--------------------------- Movie, or Failed

So what other code sees afterwards is what matplotlib would have left, and nothing that this process
does to the animation can reach the movie.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from matplotlib.animation import AbstractMovieWriter

from ..api import carry_out
from ..engines.system.children import exit_code
from ..engines.system.fork_safety import one_at_a_time, undisturbed
from ..engines.system.open_files import at_own_positions
from ..engines.system.signals import ending_signals_raise
from ..engines.workers.failures import Failed
from ..errors import WorkerDied
from ..leftovers import sweep
from ..movie import Movie
from ..options import ModeName, Segments
from ..plan import EncodePlan

#: Seconds that the fork may take to clean up when it is told to end.
_CLEAN_UP = 5.0

ProgressCallback = Callable[[int, int | None], object]


@dataclass(frozen=True, slots=True)
class _Told:
    """A frame has been encoded: what `progress_callback` is told."""

    frame: int
    total: int | None


@dataclass(frozen=True, slots=True)
class _Warned:
    """Something was warned of in the fork."""

    message: str
    category: type[Warning]
    filename: str
    lineno: int


class Beside:
    """A movie made by a fork of this process; a context, at whose end the fork is over.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    mode, progress_callback, writer, resume
        As `encode` takes them.
    """

    def __init__(
        self,
        plan: EncodePlan,
        mode: ModeName | Segments = "auto",
        progress_callback: ProgressCallback | None = None,
        writer: AbstractMovieWriter | str | None = None,
        resume: bool = False,
    ) -> None:
        self._plan = plan
        self._resume = resume
        self._mode = mode
        self._callback = progress_callback
        self._writer = writer
        self._movie: Movie | None = None
        self._encoded = 0
        context = multiprocessing.get_context("fork")
        self._ours, self._theirs = context.Pipe(duplex=False)
        # The updates here read from the same files, while those there are still to begin.
        make = at_own_positions(self._in_fork)
        self._process = context.Process(
            target=make, args=(self._ours, self._theirs), name="framepipe-save"
        )

    def __enter__(self) -> Self:
        try:
            with one_at_a_time(), undisturbed("fork"):
                self._process.start()
        except BaseException:
            self._end()
            raise
        self._theirs.close()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def hear(self) -> None:
        """Take what the fork has said, if it has said anything.

        Raises
        ------
        Exception
            What `encode` raises, or the user's functions do.
        """
        while self._movie is None and self._ours.poll():
            self._hear()

    def wait_for(self, frames: int) -> None:
        """Wait until so many frames have been encoded, or the movie is made; see `hear`."""
        self.hear()
        while self._movie is None and self._encoded < frames:
            self._hear()

    def finish(self) -> Movie:
        """Wait for the movie.

        Raises
        ------
        Exception
            What `encode` raises, or the user's functions do.
        """
        while self._movie is None:
            self._hear()
        return self._movie

    def _hear(self) -> None:
        try:
            message = self._ours.recv()
        except EOFError:
            self._process.join(_CLEAN_UP)
            for folder in self._plan.movie.temporary_places:
                sweep(folder)  # it could not clean up itself
            code = self._process.exitcode
            raise WorkerDied(
                f"the process that made the movie died (exit code {code})", code, None
            ) from None
        if isinstance(message, _Told):
            self._encoded = max(self._encoded, message.frame + 1)  # it may begin again
            if self._callback is not None:
                self._callback(message.frame, message.total)
        elif isinstance(message, _Warned):
            _warn_again(message)
        elif isinstance(message, Failed):
            raise message.error()
        else:
            self._movie = message

    def _end(self) -> None:
        """See that the fork is over; if it is not done, let it clean up.  May be called again."""
        if self._ours.closed:
            return
        process = self._process
        if process.pid is not None:
            if self._movie is not None:
                process.join(_CLEAN_UP)
                exit_code(process)  # even if its status has been taken by somebody else
            if process.is_alive():
                process.terminate()
                process.join(_CLEAN_UP)
            if process.is_alive():
                process.kill()
            process.join()
            exit_code(process)
        self._ours.close()
        self._theirs.close()
        process.close()

    def _in_fork(self, theirs_end: Connection, ours: Connection) -> None:
        """Make the movie, and tell of it."""
        theirs_end.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was forked decides
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        _end_with_parent()
        # The updates print, and warn, where they run in the process that was forked.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as this process lives

        def warned(
            message: Warning | str, category: type[Warning], filename: str, lineno: int,
            file: object = None, line: str | None = None,
        ) -> None:  # fmt: skip
            ours.send(_Warned(str(message), category, filename, lineno))

        warnings.showwarning = warned

        def told(frame: int, total: int | None) -> None:
            ours.send(_Told(frame, total))

        answer: Movie | Failed
        with ending_signals_raise():
            try:
                answer = carry_out(
                    self._plan, self._mode, False,
                    told, writer=self._writer, resume=self._resume,
                )  # fmt: skip
            except Exception as error:  # noqa: BLE001 - carried home, whatever it is
                from pickle import dumps

                answer = Failed.of(error, 0, dumps)
            with contextlib.suppress(OSError):
                ours.send(answer)


def _warn_again(warned: _Warned) -> None:
    """Let a warning be seen here, under this process's filters, once where they say so."""
    module = next(
        (one for one in list(sys.modules.values()) if _file_of(one) == warned.filename), None
    )
    registry = None if module is None else vars(module).setdefault("__warningregistry__", {})
    warnings.warn_explicit(
        warned.message, warned.category, warned.filename, warned.lineno,
        module=None if module is None else module.__name__, registry=registry,
    )  # fmt: skip


def _file_of(module: object) -> str | None:
    return getattr(module, "__file__", None)


def _end_with_parent() -> None:
    """Let this process be told to end when the one that forked it is gone."""
    if sys.platform != "linux":
        return
    pr_set_pdeathsig = 1  # linux/prctl.h
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
