"""A fork of this process that does one piece of work when it is told to, and tells of it.

::

    this process                                   its fork
    ------------                                   --------
    fork ----------------------------------------> waits, and costs nothing
    ...                                            (has everything as it was)
    begin(order) --------------------------------> work(order, told)
          <--------------------------- Told(i, n)
          <------------------------------- Warned
          <-------------------------------- Whole  where the work asks before it ends,
    finish() ------------------------------------> and waits with what cannot be taken back
          <--------------------- Answer, or Failed

It is a process like this one, and no worker: it may start workers and an encoder itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Generic, Self, TypeVar

from ..errors import WorkerDied
from ..leftovers import sweep
from ..user_output import module_at
from .protocols import Progress
from .system.children import exit_code
from .system.fork_safety import (
    check_descriptors,
    keep_private,
    one_at_a_time,
    private_descriptors,
    release_private,
    undisturbed,
)
from .system.open_files import at_own_positions
from .system.signals import ending_signals_raise
from .workers.failures import Failed

_log = logging.getLogger(__name__)

#: Seconds that the fork may take to clean up when it is told to end.
_CLEAN_UP = 5.0

#: Seconds of silence after which it is said, once, for whom this process waits.
SILENT = 30.0

OrderT = TypeVar("OrderT")
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class _Told:
    """A frame has been encoded: what progress is told."""

    frame: int
    total: int | None


@dataclass(frozen=True, slots=True)
class _Warned:
    """Something was warned of in the fork."""

    message: str
    category: type[Warning]
    filename: str
    lineno: int


@dataclass(frozen=True, slots=True)
class _Whole:
    """The work is done, but for what cannot be taken back."""


@dataclass(frozen=True, slots=True)
class _Answer(Generic[AnswerT]):
    """The work is done."""

    value: AnswerT


class Fork(Generic[OrderT, AnswerT]):
    """A fork of this process; a context, at whose end it is over.

    Parameters
    ----------
    work : callable
        Called in the fork as ``work(order, told)``, where ``told`` is a `Progress`; returns the
        answer, which must be picklable, as the order.
    name : str
        Of the process.
    progress : callable, optional
        Called here with what ``told`` was called with there.
    temporary_places : iterable of str, optional
        Folders from which to remove what the fork has left, if it could not do so itself.

    Attributes
    ----------
    encoded : int
        Frames that it has told of: those before this one.
    whole : bool
        Whether it waits to be told that it may end.
    """

    def __init__(
        self,
        work: Callable[[OrderT, Progress], AnswerT],
        *,
        name: str,
        progress: Progress | None = None,
        temporary_places: Iterable[str] = (),
    ) -> None:
        self._work = work
        self._name = name
        self._progress = progress
        self._places = tuple(temporary_places)
        self._answer: _Answer[AnswerT] | None = None
        self._begun = False
        self._may_end = False
        self._asks: Connection | None = None  # in the fork
        self.encoded = 0
        self.whole = False
        self._context = multiprocessing.get_context("fork")

    def __enter__(self) -> Self:
        with one_at_a_time():
            self._ours, self._theirs = self._context.Pipe(duplex=True)
            # This process goes on to read from the same files, while those there are for later.
            make = at_own_positions(self._in_fork)
            others = private_descriptors()
            # Else a worker that is forked later would keep the fork from seeing our end.
            keep_private(self._ours.fileno())
            self._process = self._context.Process(
                target=make, args=(self._theirs, self._ours, others), name=self._name
            )
            try:
                check_descriptors()
                with undisturbed("fork"):
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

    def begin(self, order: OrderT) -> None:
        """Let it begin to work."""
        self._begun = True
        with contextlib.suppress(OSError):  # that it is dead shows when it is heard
            self._ours.send(order)

    def hear(self) -> None:
        """Take what the fork has said, if it has said anything.

        Raises
        ------
        Exception
            What the work has raised.
        """
        while self._answer is None and self._ours.poll():
            self._hear()

    def ask(self) -> None:
        """In the fork: wait until the process that forked it calls `finish`.

        For what cannot be taken back, when something may yet fail there.

        Raises
        ------
        EOFError, OSError
            If that process is gone.
        """
        if self._asks is None:
            raise RuntimeError("only the fork can ask")
        self._asks.send(_Whole())
        self._asks.recv()

    def wait_for(self, frames: int) -> None:
        """Wait until so many frames have been encoded, or the work is done; see `hear`."""
        self.hear()
        while self._answer is None and not self.whole and self.encoded < frames:
            self._wait()

    def finish(self) -> AnswerT:
        """Let it end, and wait for the answer.

        Raises
        ------
        Exception
            What the work has raised.
        """
        while self._answer is None:
            # Not before it asks: what it has told until then, progress may yet refuse.
            if self.whole and not self._may_end:
                self._may_end = True
                with contextlib.suppress(OSError):  # that it is dead shows when it is heard
                    self._ours.send(None)
            self._wait()
        return self._answer.value

    def _wait(self) -> None:
        began = time.monotonic()
        if not self._ours.poll(SILENT):
            _log.warning(
                "nothing has come for %.0f s from the process that makes the movie (%d)",
                time.monotonic() - began, self._process.pid,
            )  # fmt: skip
        self._hear()

    def _hear(self) -> None:
        try:
            message = self._ours.recv()
        except (EOFError, OSError):
            self._process.join(_CLEAN_UP)
            for folder in self._places:
                sweep(folder)  # it could not clean up itself
            code = self._process.exitcode
            raise WorkerDied(
                f"the process that made the movie died (exit code {code})", code, None
            ) from None
        if isinstance(message, _Told):
            self.encoded = max(self.encoded, message.frame + 1)  # it may begin again
            if self._progress is not None:
                self._progress(message.frame, message.total)
        elif isinstance(message, _Warned):
            _warn_again(message)
        elif isinstance(message, _Whole):
            self.whole = True
        elif isinstance(message, Failed):
            raise message.error()
        else:
            self._answer = message

    def _end(self) -> None:
        """See that the fork is over; if it is at work, let it clean up.  May be called again."""
        if self._ours.closed:
            return
        process = self._process
        if process.pid is not None:
            if not self._begun:
                process.kill()  # it has nothing that would have to be cleaned up
            elif self._answer is not None:
                process.join(_CLEAN_UP)
                exit_code(process)  # even if its status has been taken by somebody else
            if process.is_alive():
                process.terminate()
                # What the signal raises there may be lost, in a callback of the garbage collector
                # for one: then it ends at the next thing that it would say.
                self._close()
                process.join(_CLEAN_UP)
            if process.is_alive():
                process.kill()
            process.join()
            exit_code(process)
        self._close()
        process.close()

    def _close(self) -> None:
        if not self._ours.closed:
            release_private([self._ours.fileno()])
            self._ours.close()
        self._theirs.close()

    def _in_fork(self, ours: Connection, theirs: Connection, others: Iterable[int]) -> None:
        """Wait for the order, do the work, and tell of it."""
        theirs.close()
        for descriptor in others:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was forked decides
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        _end_with_parent()
        try:
            order = ours.recv()
        except (EOFError, OSError):
            return  # nobody needs it any longer
        self._asks = ours
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

        answer: _Answer[AnswerT] | Failed
        with ending_signals_raise():
            try:
                answer = _Answer(self._work(order, told))
            except Exception as error:  # noqa: BLE001 - carried home, whatever it is
                answer = Failed.of(error, 0, pickle.dumps)
            with contextlib.suppress(OSError):
                ours.send(answer)


def _warn_again(warned: _Warned) -> None:
    """Let a warning be seen here, under this process's filters, once where they say so."""
    module, registry = module_at(warned.filename)
    warnings.warn_explicit(
        warned.message, warned.category, warned.filename, warned.lineno, module, registry
    )


def _end_with_parent() -> None:
    """Let this process be told to end when the one that forked it is gone."""
    if sys.platform != "linux":
        return
    pr_set_pdeathsig = 1  # linux/prctl.h
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
