"""One movie in segments: blocks of frames recorded apart, here or by an executor, then joined."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from ..drawing.painter import Painter
from ..encoding.stitching.folder import SegmentFolder
from ..encoding.stitching.stitch import SegmentList
from ..engines.executor.run import ExecutorRun, check_executor, count_workers
from ..engines.protocols import FrameSource, MakeSink, Progress
from ..engines.scheduling.blocks import cut_into_blocks
from ..engines.scheduling.checks import Check
from ..engines.segments import SegmentsRun
from ..engines.survey import locate_difference, survey
from ..errors import FramepipeError, HistoryMismatch
from ..options import Segments
from ..plan import EncodePlan
from ..result import ENCODER
from ..resume.folder import ResumableSegments, ResumeFolder
from ..resume.sameness import what_must_be_the_same
from ..user_output import OutputInOrder
from .attempt import Attempt, Made, Watch
from .joins import OneBlockNeeded, SingleSegment, choose_join

_log = logging.getLogger(__name__)

#: The last frame that is drawn once more to say where it differs: that takes the updates before it.
LOCATABLE = 300


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
    resume : ResumeFolder, optional
        Keeps segments, and has those of runs before.

    Attributes
    ----------
    workers : int
        Processes that record at a time; 0: this one does.

    Raises
    ------
    ValueError
        If it cannot be made so; nothing has been started.
    ResumeError
        If what runs before have left cannot be gone on with.
    EncoderNotFound
        If mencoder is wanted and not there.
    """

    def __init__(
        self,
        plan: EncodePlan,
        wanted: Segments,
        progress: Progress,
        output: OutputInOrder,
        resume: ResumeFolder | None = None,
    ) -> None:
        self._plan = plan
        self._resume = resume
        self._output = output
        self._wanted = wanted
        self._progress = progress
        workers = plan.workers
        if wanted.executor is not None:
            check_executor(wanted.executor)
            workers = count_workers(wanted.executor)
        self._blocks = cut_into_blocks(
            wanted.blocks, plan.frames, max(workers, 1), lasting=resume is not None
        )
        one = isinstance(self._blocks, list) and len(self._blocks) == 1
        try:
            self._join = choose_join(plan.movie, wanted, one_block=one)
        except OneBlockNeeded:
            if resume is not None:
                raise _no_resume(plan) from None
            self._join = SingleSegment(wanted.keep)
            self._blocks = cut_into_blocks(1, plan.frames, 1)
            _log.info("%s files are made in one piece: one block", plan.movie.output.suffix)
        if isinstance(self._blocks, list):
            workers = min(workers, len(self._blocks))
        self.workers = workers
        if resume is not None:
            lossless = self._join.lossless
            same = what_must_be_the_same(plan, self._blocks, lossless=lossless)
            resume.open(same, self._recorder()[1])

    def make(self, attempt: Attempt, watch: Watch | None = None) -> Made:
        """Make it; `watch` returns what is to stand in the place of what draws in this process."""
        movie, resume = self._plan.movie, self._resume
        make_sink, suffix = self._recorder()
        if resume is not None:
            self._record_one_again(resume, attempt)
            made_in: SegmentFolder = resume.segments(suffix)
        else:
            made_in = SegmentFolder(movie.output, suffix)
        with made_in as folder:
            run = self._run(attempt, make_sink, folder, watch)
            try:
                report = run.run()
                if isinstance(run, ExecutorRun) and attempt.checks == "every":
                    report.against_save += self._prove(attempt, run.digests, report.frames)
            except HistoryMismatch as mismatch:
                if mismatch.bbox is None and self.workers:
                    self._locate(attempt, mismatch)
                raise
            numbers = [number for number, _ in run.ledger.made]
            names = [folder.name(number) for number in numbers]
            segments = SegmentList(folder.folder, names, [frames for _, frames in run.ledger.made])
            begin = time.perf_counter()
            report.encoder_cpu += self._join(movie, segments)
            report.timeline.add(ENCODER, begin, end := time.perf_counter(), write=end - begin)
            kept = folder.keep(numbers) if self._wanted.keep else ()
        workers = min(self.workers, 1) if attempt.in_order else self.workers
        return Made(report, "segments", workers, kept, as_expected=run.as_expected)

    def _locate(self, attempt: Attempt, mismatch: HistoryMismatch) -> None:
        """Say where two drawings differ: nobody has them any longer, so they are made again."""
        plan = self._plan
        if mismatch.frame > LOCATABLE:
            return
        with suppress(FramepipeError, OSError):
            mismatch.bbox, mismatch.artist = locate_difference(
                attempt.painters(plan),
                plan.movie.frame.nbytes,
                mismatch.frame,
                start_method=plan.start_method,
            )

    def _prove(self, attempt: Attempt, digests: Mapping[int, bytes], frames: int) -> int:
        """Compare all frames with those of one process that makes every draw; return how many.

        Raises
        ------
        HistoryMismatch
            If one is another.
        """
        plan = self._plan
        every = [Check(frame, "as_saved") for frame in range(frames)]
        nbytes, method = plan.movie.frame.nbytes, plan.start_method
        compared = 0
        for drawn in survey(attempt.painters(plan), nbytes, every, start_method=method):
            if drawn.frame not in digests:  # recorded by an earlier run
                continue
            if digests[drawn.frame] != drawn.digest:
                raise HistoryMismatch(drawn.frame, None, "", as_saved=True, truth={})
            compared += 1
        return compared

    def _recorder(self) -> tuple[MakeSink, str]:
        """Return what records a segment, and the ending of its name."""
        movie = self._plan.movie
        if self._join.lossless:
            encoder = movie.encoder.lossless()
            return encoder, encoder.suffix
        return movie.make_sink, movie.output.suffix

    def _record_one_again(self, resume: ResumeFolder, attempt: Attempt) -> None:
        """Let one block be recorded again if all are whole: else nothing would be compared.

        The last one, to which all updates lead; but the first one where all draws must be made.
        """
        kept = resume.kept
        numbers = [one.block.number for one in kept]
        if not kept or numbers != list(range(len(kept))):
            return
        count = len(self._blocks) if isinstance(self._blocks, list) else None
        if len(kept) == count or kept[-1].ended is not None:
            resume.record_again(kept[0 if attempt.in_order else -1])

    def _run(
        self, attempt: Attempt, make_sink: MakeSink, folder: SegmentFolder, watch: Watch | None
    ) -> SegmentsRun | ExecutorRun:
        """Return what records the blocks: processes of ours, or somebody else's."""
        plan, wanted = self._plan, self._wanted
        painters = attempt.painters(plan)
        one_block = isinstance(self._blocks, list) and len(self._blocks) == 1
        if self.workers == 0 or (one_block and wanted.executor is not None):
            painters = painters.unchecked()
        frame_bytes = plan.movie.frame.nbytes
        going_on: dict[str, Any] = {}
        if self._resume is not None and isinstance(folder, ResumableSegments):
            resume = self._resume
            going_on = {"keep": folder.take, "kept": resume.kept, "seen": resume.seen}
        if wanted.executor is None or attempt.in_order:
            workers = min(self.workers, 1) if attempt.in_order else self.workers
            return SegmentsRun(
                painters if watch is None else partial(_watched, painters, watch),
                make_sink,
                frame_bytes,
                self._blocks,
                plan.frames,
                folder.path,
                workers=workers,
                start_method=plan.start_method,
                progress=self._progress,
                output=self._output,
                checks=attempt.checks,
                expected=attempt.expected,
                every_draw=attempt.in_order,
                **going_on,
            )
        return ExecutorRun(
            wanted.executor,
            replace(painters, on_another_machine=True),
            make_sink,
            frame_bytes,
            self._blocks,
            plan.frames,
            folder.path,
            workers=self.workers,
            suffix=folder.suffix,
            max_in_flight=wanted.max_in_flight,
            progress=self._progress,
            output=self._output,
            every=attempt.checks == "every",
            **going_on,
        )


def _watched(make_source: Callable[[], FrameSource], watch: Watch) -> FrameSource:
    """Let something stand in the place of what draws."""
    source = make_source()
    return watch(source) if isinstance(source, Painter) else source


def _no_resume(plan: EncodePlan) -> ValueError:
    """Return the error to raise where a movie cannot be recorded in blocks."""
    name = plan.movie.writers.name if plan.movie.writers is not None else "ffmpeg"
    return ValueError(
        f"resume=True needs a movie that can be recorded in blocks, and what {name} makes of "
        f"{plan.movie.output.suffix!r} is made in one piece: leave writer out, or leave resume out"
    )
