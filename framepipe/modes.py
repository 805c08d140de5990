"""Make the movie that the front door has worked out: by the pipe, or in segments."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from .drawing.factory import Job
from .drawing.settings import FrameSettings
from .encoding.command import Encoding, command, forced_format
from .encoding.encoder import Encoder
from .encoding.factory import EncoderFactory
from .encoding.output import Output
from .encoding.stitching.containers import (
    COPYABLE,
    LOSSLESS_ARGS,
    LOSSLESS_CODEC,
    LOSSLESS_SUFFIX,
    can_copy,
    whole_movie_options,
)
from .encoding.stitching.folder import SegmentFolder
from .encoding.stitching.stitch import (
    SegmentList,
    find_mencoder,
    join_by_copying,
    join_by_encoding,
    join_by_mencoder,
    join_by_other,
)
from .engines.executor.run import ExecutorRun, check_executor, count_workers
from .engines.inline import run_inline
from .engines.pipe import PipeRun
from .engines.protocols import Progress, Tally
from .engines.scheduling.blocks import plan
from .engines.segments import SegmentsRun
from .engines.system.signals import broken_pipes_raise
from .errors import FrameMismatch, RetainedWarning
from .options import Segments

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Task:
    """A movie to be made, everything about it decided.

    Parameters
    ----------
    job : Job
        What is drawn.
    frame : FrameSettings
        How.
    encoding : Encoding
        How it is encoded.
    output : Output
        Where it goes.
    ffmpeg : str
        The program.
    configured : str or None
        The program that the user has chosen.
    workers : int
        Render processes.
    start_method : str
        How they are started.
    progress : callable, optional
        See `Progress`.
    make_sink : callable, optional
        Makes the sink for a segment, where a matplotlib writer takes the frames.
    """

    job: Job
    frame: FrameSettings
    encoding: Encoding
    output: Output
    ffmpeg: str
    configured: str | None
    workers: int
    start_method: str
    progress: Progress | None
    make_sink: Callable[[Any, str], Any] | None = None

    def command(self) -> list[str]:
        """Return the command that encodes the whole movie."""
        return command(
            self.ffmpeg,
            self.encoding,
            width=self.frame.width,
            height=self.frame.height,
            output=self.output.part,
            suffix=self.output.suffix,
        )


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a task.

    Parameters
    ----------
    tally : Tally
        What was done.
    mode : str
        The engine.
    segments : tuple of Path
        The segments that were kept.
    """

    tally: Tally
    mode: str
    segments: tuple[Path, ...] = ()


def make(task: Task, redraw: str, run: Callable[[Task, str], Made]) -> Made:
    """Make a movie; with full drawing if retained drawing turns out to be misled.

    Parameters
    ----------
    task : Task
        What to make.
    redraw : {"auto", "full", "verify"}
        See `encode`.
    run : callable
        Makes it, given the task and how to draw.
    """
    if redraw == "auto" and (task.workers == 0 or task.output.direct):
        # There would be no beginning again: in this process the animation runs but once, and
        # what went into a FIFO has gone.
        redraw = "full"
    try:
        return run(task, redraw)
    except FrameMismatch as error:
        if redraw == "verify":
            raise
        warnings.warn(f"{error}. Made again with full drawing", RetainedWarning, stacklevel=3)
        return run(task, "full")


def by_pipe(task: Task, redraw: str) -> Made:
    """Make a movie through one ordered pipe."""
    with broken_pipes_raise(), Encoder(task.command()) as sink:
        if task.workers == 0:
            painter = task.job.painter(redraw=redraw)
            return Made(run_inline(painter, task.frame.nbytes, sink, task.progress), "pipe")
        run = PipeRun(
            task.job.painter_factory(redraw=redraw),
            task.frame.nbytes,
            task.job.frames,
            sink,
            workers=task.workers,
            start_method=task.start_method,
            progress=task.progress,
        )
        return Made(run.run(), "pipe")


class InSegments:
    """Makes a movie from blocks that are recorded apart.

    Parameters
    ----------
    task : Task
        What to make.
    wanted : Segments
        How.

    Raises
    ------
    ValueError
        If it cannot be made so; nothing has been started.
    EncoderNotFound
        If mencoder is wanted and not there.
    """

    def __init__(self, task: Task, wanted: Segments) -> None:
        self._wanted = wanted
        suffix, encoding = task.output.suffix, task.encoding
        if wanted.executor is not None:
            check_executor(wanted.executor)
            task.workers = count_workers(wanted.executor)
        workers = task.workers
        blocks = plan(wanted.blocks, task.job.frames, max(workers, 1))
        one = isinstance(blocks, list) and len(blocks) == 1
        self._mencoder = ""
        if wanted.keep and task.output.direct:
            raise ValueError("keep=True has no place to keep segments in: the output is no file")
        if wanted.stitcher == "mencoder":
            self._how = "mencoder"
            self._mencoder = _mencoder_for(task)
        elif wanted.stitcher != "ffmpeg":
            self._how = "other"
        elif one:
            self._how = "one"
        elif can_copy(encoding, suffix):
            self._how = "copy"
        elif task.make_sink is None:
            self._how = "encode"
        elif wanted.blocks is None:
            self._how = "one"
            blocks = plan(1, task.job.frames, 1)
            _log.info("%s makes %s files in one piece: one block", task.job.writer_name, suffix)
        else:
            raise ValueError(
                f"what {task.job.writer_name} makes of {suffix!r} cannot be joined from "
                f"segments, which works for {', '.join(COPYABLE)}: leave blocks out (it is then "
                "recorded in one piece), or give a stitcher of your own"
            )
        self._blocks = blocks
        if isinstance(blocks, list):
            task.workers = min(workers, len(blocks))

    def __call__(self, task: Task, redraw: str) -> Made:
        """Make it."""
        encoding, suffix = task.encoding, task.output.suffix
        if self._how == "encode":
            encoding = Encoding(encoding.fps, LOSSLESS_CODEC, 0, LOSSLESS_ARGS, {})
            suffix = LOSSLESS_SUFFIX
        make_sink = task.make_sink or EncoderFactory(
            task.configured, encoding,
            width=task.frame.width, height=task.frame.height, suffix=suffix,
        )  # fmt: skip
        with SegmentFolder(task.output, suffix) as parts:
            tally, counts = self._record(task, redraw, make_sink, parts)
            numbers = [number for number, _ in counts]
            names = [parts.name(number) for number in numbers]
            recorded = SegmentList(parts.folder, names, [frames for _, frames in counts])
            tally.encoder_cpu += self._join(task, recorded)
            kept = parts.keep(numbers) if self._wanted.keep else ()
        return Made(tally, "segments", kept)

    def _record(
        self, task: Task, redraw: str, make_sink: Callable[[Any, str], Any], parts: SegmentFolder
    ) -> tuple[Tally, list[tuple[int, int]]]:
        """Record all blocks; return what was done, and each block's number and frames."""
        if self._wanted.executor is not None:
            return self._record_by_executor(task, redraw, make_sink, parts)
        maker = task.job.painter_factory(redraw=redraw)
        run = SegmentsRun(
            maker,
            make_sink,
            task.frame.nbytes,
            self._blocks,
            task.job.frames,
            parts.path,
            workers=task.workers,
            start_method=task.start_method,
            progress=task.progress,
        )
        return run.run(), run.ledger.made

    def _record_by_executor(
        self, task: Task, redraw: str, make_sink: Callable[[Any, str], Any], parts: SegmentFolder
    ) -> tuple[Tally, list[tuple[int, int]]]:
        """Do the same with somebody else's processes."""
        maker = replace(task.job.painter_factory(redraw=redraw), on_another_machine=True)
        run = ExecutorRun(
            self._wanted.executor,
            maker,
            make_sink,
            task.frame.nbytes,
            self._blocks,
            task.job.frames,
            parts.path,
            workers=task.workers,
            suffix=parts.suffix,
            max_in_flight=self._wanted.max_in_flight,
            progress=task.progress,
        )
        return run.run(), run.ledger.made

    def _join(self, task: Task, recorded: SegmentList) -> float:
        """Make one movie of the segments; return CPU seconds of encoding."""
        output, wanted = task.output, self._wanted
        if self._how == "mencoder":
            join_by_mencoder(
                self._mencoder, task.ffmpeg, recorded, task.encoding, output.part,
                wanted.stitch_args,
            )  # fmt: skip
        elif self._how == "other":
            join_by_other(wanted.stitcher, task.ffmpeg, recorded, task.encoding, output)
        elif self._how == "copy":
            join_by_copying(
                task.ffmpeg, recorded, task.encoding, output.suffix, output.part,
                wanted.stitch_args,
            )  # fmt: skip
        elif self._how == "encode":
            argv = task.command()
            argv[-2:-2] = wanted.stitch_args
            return join_by_encoding(
                task.ffmpeg, recorded, argv,
                width=task.frame.width, height=task.frame.height, fps=task.encoding.fps,
            )  # fmt: skip
        else:
            recorded.take_only_one(output.part, leave=wanted.keep or output.direct)
        return 0.0


def _mencoder_for(task: Task) -> str:
    """Find mencoder, if it can be used."""
    suffix = task.output.suffix
    if suffix.lower() != ".avi" or forced_format(task.encoding) is not None:
        raise ValueError(
            f"mencoder writes AVI whatever a file is called, so {suffix!r} would not be what it "
            'says: name the movie .avi, or use stitcher="ffmpeg"'
        )
    across = whole_movie_options(task.encoding)
    if across:
        raise ValueError(
            f"extra_args holds {', '.join('-' + name for name in sorted(across))}, which would "
            'act on each segment and not on the movie: use stitcher="ffmpeg", which encodes the '
            "whole then"
        )
    return find_mencoder()
