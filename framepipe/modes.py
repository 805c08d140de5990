"""Carry out a plan: by the pipe, or in segments; and what is done when that cannot be.

Two things can be found out while a movie is made, and both mean to begin again: there is no
shared memory for the pipe (then segments do without it), and retained drawing was misled (then
every frame is drawn in full).
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from .drawing.policy import Redraw
from .encoding.stitching.folder import SegmentFolder
from .encoding.stitching.stitch import SegmentList
from .engines.executor.run import ExecutorRun, check_executor, count_workers
from .engines.inline import run_inline
from .engines.pipe import PipeRun
from .engines.protocols import MakeSink, Progress
from .engines.scheduling.blocks import cut_into_blocks
from .engines.segments import SegmentsRun
from .engines.system.memory import available_memory, slots_that_fit
from .engines.system.ring import NoSharedMemory
from .engines.system.signals import broken_pipes_raise
from .engines.workers.stalls import WorkerStalled
from .errors import FrameError, FrameMismatch, FramepipeError, RetainedWarning
from .joins import OneBlockNeeded, SingleSegment, choose_join
from .options import ModeName, Segments
from .plan import EncodePlan
from .result import Report
from .user_output import OutputInOrder

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a plan.

    Parameters
    ----------
    report : Report
        What was done.
    mode : {"pipe", "segments"}
        The engine.
    workers : int
        Render processes.
    segments : tuple of Path
        The segments that were kept.
    """

    report: Report
    mode: str
    workers: int
    segments: tuple[Path, ...] = ()


class Mode(Protocol):
    """A way to carry out a plan."""

    def make(self, redraw: Redraw) -> Made:
        """Make the movie, drawing as `redraw` says."""


def make_movie(
    plan: EncodePlan, mode: ModeName | Segments, progress: Progress | None, *, writer: object
) -> Made:
    """Carry out a plan, in the way that was asked for or that it needs.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    mode : {"auto", "pipe", "segments"} or Segments
        See `encode`.
    progress : callable or None
        See `Progress`.
    writer : object
        What the user gave as a writer, for messages.

    Raises
    ------
    ValueError
        If it cannot be made so; nothing has been started.
    MemoryError
        If it would take more memory than is there; nothing has been started.
    NoSharedMemory
        If there is none, and the pipe was asked for.
    Exception
        See `encode`.
    """
    output = OutputInOrder()
    taken = _after_output(output, progress)
    chosen = choose_mode(plan, mode, taken, output, writer=writer)
    if not isinstance(mode, Segments) or mode.executor is None:
        slots_that_fit(1, plan.movie.frame.nbytes, plan.workers, available_memory())
    plan.movie.prepare()
    try:
        return _make(plan, chosen, output)
    except FrameError as error:
        output.failed(error.frame, error.output)
        raise
    except WorkerStalled as stalled:
        if plan.movie.output.direct:
            raise FramepipeError(
                f"{stalled}: the update waits for something that only this process has (a thread, "
                "a lock, a child process). What has gone into an output that is no file cannot be "
                "taken back: use workers=0"
            ) from None
        _log.warning(
            "%s: the update may wait for something that only this process has (a thread, a lock, "
            "a child process). The movie is made in this process alone",
            stalled,
        )
        output.begin_again()
        alone = replace(plan, workers=0)
        return _make(alone, choose_mode(alone, mode, taken, output, writer=writer), output)
    except NoSharedMemory as error:
        if mode != "auto":
            raise
        _log.warning(
            "there is no shared memory for the frames (%s): the movie is made in segments", error
        )
        return _make(plan, InSegments(plan, Segments(), taken, output), output)


def choose_mode(
    plan: EncodePlan,
    mode: ModeName | Segments,
    progress: Progress,
    output: OutputInOrder,
    *,
    writer: object,
) -> Mode:
    """Choose the way to carry out a plan; see `make_movie`."""
    if isinstance(mode, Segments):
        return InSegments(plan, mode, progress, output)
    writers = plan.movie.writers
    if mode == "segments":
        return InSegments(plan, Segments(), progress, output)
    if writers is None:
        return ByPipe(plan, progress, output)
    if mode == "pipe":
        raise ValueError(
            f"writer={writer!r} does not take frames through a pipe as FFMpegWriter "
            'does; leave writer out, give "ffmpeg" or an FFMpegWriter, or leave mode out'
        )
    chosen = InSegments(plan, Segments(), progress, output)
    _log.warning("%s takes no frames through a pipe: the movie is made in segments", writers.name)
    return chosen


def _after_output(output: OutputInOrder, progress: Progress | None) -> Progress:
    """Show what a frame has printed before anybody is told that it has been taken."""

    def taken(frame: int, total: int | None) -> None:
        try:
            output.show(frame)
        except Warning as warning:
            raise FrameError(
                f"the update for frame {frame} gave a warning, which is to be an error: {warning}",
                frame,
            ) from warning
        if progress is not None:
            progress(frame, total)

    return taken


def _make(plan: EncodePlan, mode: Mode, output: OutputInOrder) -> Made:
    """Make a movie; with full drawing if retained drawing turns out to be misled."""
    redraw: Redraw = plan.redraw
    if redraw == "auto" and (plan.workers == 0 or plan.movie.direct):
        # There would be no beginning again: in this process the animation runs but once, and
        # what went into a FIFO has gone.
        redraw = "full"
    try:
        return mode.make(redraw)
    except FrameMismatch as error:
        if redraw == "verify":
            raise
        warnings.warn(f"{error}. Made again with full drawing", RetainedWarning, stacklevel=4)
        output.begin_again()
        return mode.make("full")


@dataclass(frozen=True, slots=True)
class ByPipe:
    """All frames go in order through one pipe to one encoder.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    progress : callable
        See `Progress`.
    output : OutputInOrder
        Shows what the user's code prints and warns.
    """

    plan: EncodePlan
    progress: Progress
    output: OutputInOrder

    def make(self, redraw: Redraw) -> Made:
        """Make it."""
        plan, movie = self.plan, self.plan.movie
        painters = replace(plan.painters, redraw=redraw)
        with broken_pipes_raise(), movie.whole_movie() as sink:
            if plan.workers == 0:
                report = run_inline(
                    painters(), movie.frame.nbytes, sink, self.progress, self.output
                )
            else:
                report = PipeRun(
                    painters,
                    movie.frame.nbytes,
                    plan.frames,
                    sink,
                    workers=plan.workers,
                    start_method=plan.start_method,
                    progress=self.progress,
                    output=self.output,
                ).run()
        return Made(report, "pipe", plan.workers)


class InSegments:
    """Blocks of frames are recorded apart, and then joined.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    wanted : Segments
        How.
    progress : callable
        See `Progress`.
    output : OutputInOrder
        Shows what the user's code prints and warns.

    Raises
    ------
    ValueError
        If it cannot be made so; nothing has been started.
    EncoderNotFound
        If mencoder is wanted and not there.
    """

    def __init__(
        self, plan: EncodePlan, wanted: Segments, progress: Progress, output: OutputInOrder
    ) -> None:
        self._plan = plan
        self._output = output
        self._wanted = wanted
        self._progress = progress
        workers = plan.workers
        if wanted.executor is not None:
            check_executor(wanted.executor)
            workers = count_workers(wanted.executor)
        self._blocks = cut_into_blocks(wanted.blocks, plan.frames, max(workers, 1))
        one = isinstance(self._blocks, list) and len(self._blocks) == 1
        try:
            self._join = choose_join(plan.movie, wanted, one_block=one)
        except OneBlockNeeded:
            self._join = SingleSegment(wanted.keep)
            self._blocks = cut_into_blocks(1, plan.frames, 1)
            _log.info("%s files are made in one piece: one block", plan.movie.output.suffix)
        if isinstance(self._blocks, list):
            workers = min(workers, len(self._blocks))
        self._workers = workers

    def make(self, redraw: Redraw) -> Made:
        """Make it."""
        movie = self._plan.movie
        make_sink, suffix = movie.make_sink, movie.output.suffix
        if self._join.lossless:
            encoder = movie.encoder.lossless()
            make_sink, suffix = encoder, encoder.suffix
        with SegmentFolder(movie.output, suffix) as folder:
            run = self._run(redraw, make_sink, folder)
            report = run.run()
            numbers = [number for number, _ in run.ledger.made]
            names = [folder.name(number) for number in numbers]
            segments = SegmentList(folder.folder, names, [frames for _, frames in run.ledger.made])
            report.encoder_cpu += self._join(movie, segments)
            kept = folder.keep(numbers) if self._wanted.keep else ()
        return Made(report, "segments", self._workers, kept)

    def _run(
        self, redraw: Redraw, make_sink: MakeSink, folder: SegmentFolder
    ) -> SegmentsRun | ExecutorRun:
        """Return what records the blocks: processes of ours, or somebody else's."""
        plan, wanted = self._plan, self._wanted
        painters = replace(plan.painters, redraw=redraw)
        frame_bytes = plan.movie.frame.nbytes
        if wanted.executor is None:
            return SegmentsRun(
                painters,
                make_sink,
                frame_bytes,
                self._blocks,
                plan.frames,
                folder.path,
                workers=self._workers,
                start_method=plan.start_method,
                progress=self._progress,
                output=self._output,
            )
        return ExecutorRun(
            wanted.executor,
            replace(painters, on_another_machine=True),
            make_sink,
            frame_bytes,
            self._blocks,
            plan.frames,
            folder.path,
            workers=self._workers,
            suffix=folder.suffix,
            max_in_flight=wanted.max_in_flight,
            progress=self._progress,
            output=self._output,
        )
