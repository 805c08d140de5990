"""Carry out a plan: by the pipe, or in segments; and what is done when that cannot be.

What can be found out while a movie is made, and means to begin again:

- there is no shared memory for the pipe: segments do without it;
- retained drawing was misled: every frame is drawn in full;
- a frame depends on updates that ``independent=True`` left out: none is left out;
- a frame depends on what draws leave behind: one worker makes every draw, in order.
"""

from __future__ import annotations

import inspect
import logging
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from .drawing.factory import PainterFactory
from .drawing.figure_painter import FigurePainterFactory
from .drawing.painter import REACH
from .drawing.policy import LIMITS, Redraw
from .encoding.stitching.folder import SegmentFolder
from .encoding.stitching.stitch import SegmentList
from .engines.executor.run import ExecutorRun, check_executor, count_workers
from .engines.inline import run_inline
from .engines.pipe import PipeRun
from .engines.protocols import MakeSink, Progress
from .engines.scheduling.blocks import cut_into_blocks
from .engines.scheduling.checks import AFTER_A_GAP
from .engines.segments import SegmentsRun
from .engines.system.memory import available_memory, slots_that_fit
from .engines.system.ring import NoSharedMemory
from .engines.system.signals import broken_pipes_raise
from .engines.workers.stalls import WorkerStalled
from .errors import (
    FrameError,
    FrameMismatch,
    FramepipeError,
    HistoryMismatch,
    HistoryWarning,
    RetainedWarning,
    WorkerDied,
)
from .joins import OneBlockNeeded, SingleSegment, choose_join
from .options import ModeName, Segments
from .plan import EncodePlan
from .result import ENCODER, Report
from .resume.folder import ResumableSegments, ResumeFolder
from .resume.sameness import what_must_be_the_same
from .user_output import OutputInOrder

_log = logging.getLogger(__name__)

#: Frames after which an animation that does not say its length may have no end: at 30 frames a
#: second over five minutes, longer than any movie on matplotlib's own pages.
ENDLESS = 10_000


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
    as_expected : bool
        Whether all frames looked as the attempt expected.
    in_order : bool
        Whether one worker had to make every draw.
    """

    report: Report
    mode: str
    workers: int
    segments: tuple[Path, ...] = ()
    as_expected: bool = True
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a movie is to be made this time.

    Parameters
    ----------
    redraw : {"auto", "full", "verify", "as_saved"}
        How frames are drawn.
    independent : bool
        Whether updates are left out.
    expected : mapping of int to bytes
        Digests of frames in the attempt before.
    """

    redraw: Redraw
    independent: bool
    expected: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def in_order(self) -> bool:
        """Whether one worker makes every draw."""
        return self.redraw == "as_saved"

    @property
    def checks(self) -> Literal["some", "every"] | None:
        """Which frames are compared with another history."""
        if self.in_order:
            return None
        return "every" if self.redraw == "verify" else "some"

    def painters(self, plan: EncodePlan) -> PainterFactory | FigurePainterFactory:
        """Return what draws."""
        # One will do for each worker: what they draw is compared with one another's, too.
        limits = replace(LIMITS, sure_checks=1) if plan.workers else None
        return replace(
            plan.painters, redraw=self.redraw, independent=self.independent, limits=limits
        )


class Mode(Protocol):
    """A way to carry out a plan."""

    def make(self, attempt: Attempt) -> Made:
        """Make the movie.

        Raises
        ------
        FrameMismatch
            If retained drawing was misled.
        HistoryMismatch
            If two workers drew a frame differently.
        """


def make_movie(
    plan: EncodePlan,
    mode: ModeName | Segments,
    progress: Progress | None,
    *,
    writer: object,
    resume: ResumeFolder | None = None,
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
    resume : ResumeFolder, optional
        Keeps segments, so that another run can go on with them, and has those of runs before.

    Raises
    ------
    ValueError
        If it cannot be made so; nothing has been started.
    ResumeError
        If what runs before have left cannot be gone on with.
    MemoryError
        If it would take more memory than is there; nothing has been started.
    NoSharedMemory
        If there is none, and the pipe was asked for.
    Exception
        See `encode`.
    """
    output = OutputInOrder()
    taken = _after_output(output, progress, plan.place)
    chosen = choose_mode(plan, mode, taken, output, writer=writer, resume=resume)
    if not isinstance(mode, Segments) or mode.executor is None:
        fewer = not plan.workers_given and isinstance(chosen, ByPipe)
        least = min(plan.workers, 1) if fewer else plan.workers
        slots_that_fit(1, plan.movie.frame.nbytes, least, available_memory())
    plan.movie.prepare()
    try:
        return _make(plan, chosen, output, resume)
    except FrameError as error:
        selection = plan.painters.selection
        of_movie = error.frame if selection is None else selection.frame(error.frame)
        output.failed(of_movie, error.output)
        raise
    except WorkerDied as error:
        if error.frame is not None and (place := plan.place(error.frame)) != error.frame:
            error.add_note(
                f"framepipe: frame {error.frame} of the movie is the animation's {place}"
            )
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
        chosen = choose_mode(alone, mode, taken, output, writer=writer, resume=resume)
        return _make(alone, chosen, output, resume)
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
    resume: ResumeFolder | None = None,
) -> Mode:
    """Choose the way to carry out a plan; see `make_movie`."""
    if isinstance(mode, Segments):
        return InSegments(plan, mode, progress, output, resume)
    writers = plan.movie.writers
    if resume is not None and mode == "pipe":
        raise ValueError(
            'resume=True records in segments, which are whole when a run ends: leave mode="pipe" '
            "out"
        )
    if resume is not None or mode == "segments":
        return InSegments(plan, Segments(), progress, output, resume)
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


def _after_output(
    output: OutputInOrder, progress: Progress | None, place: Callable[[int], int]
) -> Progress:
    """Show what a frame has printed before anybody is told that it has been taken."""

    def taken(frame: int, total: int | None) -> None:
        try:
            output.show(frame)
        except Warning as warning:
            raise FrameError(
                f"the update for frame {place(frame)} gave a warning, which is to be an error: "
                f"{warning}",
                place(frame),
            ) from warning
        if total is None and frame == ENDLESS:
            _log.warning(
                "frame %d of an animation that does not say how long it is: if it has no end, stop "
                "it (Ctrl-C), and give FuncAnimation a save_count, or encode() frames=range(...)",
                frame,
            )
        if progress is not None:
            progress(frame, total)

    return taken


@dataclass(frozen=True, slots=True)
class Begun:
    """The attempt at hand, and what was found in those before.

    Parameters
    ----------
    attempt : Attempt
        How the movie is made this time.
    found : HistoryMismatch or None
        Where two histories disagreed.
    misled : bool
        Whether retained drawing was to blame for that.
    retained : str
        What retained drawing was found to have drawn wrong; empty for nothing.
    """

    attempt: Attempt
    found: HistoryMismatch | None = None
    misled: bool = False
    retained: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        attempt, found = self.attempt, self.found
        where = None
        if found is not None:
            where = {"frame": found.frame, "bbox": found.bbox, "artist": found.artist,
                     "as_saved": found.as_saved}  # fmt: skip
        return {
            "redraw": attempt.redraw,
            "independent": attempt.independent,
            "expected": {str(frame): one.hex() for frame, one in attempt.expected.items()},
            "found": where,
            "misled": self.misled,
            "retained": self.retained,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Begun:
        """Return what `as_json` was told of."""
        expected = {int(frame): bytes.fromhex(one) for frame, one in said["expected"].items()}
        found = None
        if (where := said["found"]) is not None:
            bbox = None if where["bbox"] is None else tuple(where["bbox"])
            found = HistoryMismatch(
                where["frame"], bbox, where["artist"], as_saved=where["as_saved"], truth=expected
            )
        attempt = Attempt(said["redraw"], said["independent"], expected)
        return cls(attempt, found, said["misled"], said["retained"])


def _make(
    plan: EncodePlan, mode: Mode, output: OutputInOrder, resume: ResumeFolder | None = None
) -> Made:
    """Make a movie; again, in another way, if it turns out that this one is not right."""
    direct = plan.movie.direct
    # There would be no beginning again: in this process the animation runs but once, and what
    # went into a FIFO has gone.
    full = plan.redraw == "auto" and (plan.workers == 0 or direct)
    attempt = Attempt("full" if full else plan.redraw, plan.painters.independent)
    found: HistoryMismatch | None = None
    misled, retained = False, ""
    if resume is not None and resume.attempt is not None:
        begun = Begun.from_json(resume.attempt)
        attempt, found = begun.attempt, begun.found
        misled, retained = begun.misled, begun.retained
    while True:
        try:
            made = mode.make(attempt)
            break
        except FrameMismatch as error:
            if plan.redraw == "verify":
                raise
            retained = f"{error}. Made again with full drawing"
            output.begin_again()
            attempt = replace(attempt, redraw="full")
        except HistoryMismatch as error:
            place = plan.place(error.frame)
            if direct and error.written:
                raise _too_late(error, place) from None
            if plan.redraw == "verify":
                raise _proven_wrong(error, place) from None
            early = error.as_saved or (isinstance(mode, ByPipe) and error.frame <= AFTER_A_GAP)
            if misled := attempt.redraw == "auto" and early and found is None:
                # Retained drawing may be to blame, which is soon seen.
                attempt = replace(attempt, redraw="full")
            elif attempt.independent:
                attempt = Attempt("full" if full else plan.redraw, independent=False)
            else:
                expected = _certain(error.truth, plan)
                attempt = Attempt("as_saved", independent=False, expected=expected)
            found = error
            output.begin_again()
        if resume is not None:  # what was recorded in the other way may be wrong
            resume.begin_again(Begun(attempt, found, misled, retained).as_json())
    if retained and not attempt.in_order:
        _warn_user(retained, RetainedWarning)
    if found is not None:
        _warn(
            found, attempt, made, plan.place(found.frame),
            misled=misled, independent=plan.painters.independent,
            figures=isinstance(plan.painters, FigurePainterFactory),
        )  # fmt: skip
    selection = plan.painters.selection
    if selection is not None and selection.exact and made.report.frames < len(selection.places):
        _log.warning(
            "the animation was over before frame %d: the movie has %d of the %d frames asked for",
            selection.places[made.report.frames], made.report.frames, len(selection.places),
        )  # fmt: skip
    return replace(made, in_order=attempt.in_order)


def _certain(truth: Mapping[int, bytes], plan: EncodePlan) -> dict[int, bytes]:
    """Return of what a witness drew that for which it made every draw; see `Painter.paint`."""
    certain, before = {}, -1
    for frame in sorted(truth):
        place = plan.place(frame)
        if place - before > REACH + 1:
            break
        certain[frame], before = truth[frame], place
    return certain


def _warn(
    found: HistoryMismatch,
    attempt: Attempt,
    made: Made,
    place: int,
    *,
    misled: bool,
    independent: bool,
    figures: bool,
) -> None:
    """Tell the user, once, why the movie was made again."""
    where = ""
    if found.bbox is not None:
        lies = f" (there lies {found.artist})" if found.artist else ""
        where = f", in the pixels from {found.bbox[:2]} to {found.bbox[2:]}{lies},"
    if misled and not attempt.in_order:
        said = (
            f"frame {place} came out otherwise{where} when what had not changed was kept: "
            "an artist changes without a sign of it. Return the artist from the update function, "
            "or change it through its set_...() methods. Made again with full drawing"
        )
        _warn_user(said, RetainedWarning)
        return
    one = "Animation.save draws it" if found.as_saved else "another worker drew it"
    said = f"frame {place} differs{where} from how {one}: "
    if not made.as_expected:
        said += (
            "the animation is not the same twice (random numbers without a seed, a clock, the "
            "network?). The movie was made in one pass, by one worker"
        )
    elif figures:
        said += (
            "it depends on the calls for the items before (draw goes on from what it left, or uses "
            "random numbers). The movie was made again "
        )
        said += (
            "by one worker, in order"
            if attempt.in_order
            else "with all these calls made by every worker"
        )
        said += "; it would be made sooner if a figure depended on its item alone"
    elif independent and not attempt.in_order:
        said += (
            "it needs updates of earlier frames, which independent=True had left out. The movie "
            "was made again with all of them; leave independent out"
        )
    else:
        said += (
            "it depends on what drawing the frames before it left behind (a size or a transform "
            "that a draw works out and the update reads, a draw_event listener, a canvas that is "
            "copied from). The movie was made again by one worker that makes every draw in order, "
            "as Animation.save does; it would be made sooner if the update worked out what it "
            "needs by itself"
        )
    _warn_user(said, HistoryWarning)


def _warn_user(said: str, category: type[Warning]) -> None:
    """Warn, at the line outside of this package that asked for the movie."""
    frame, level = inspect.currentframe(), 1
    package = __name__.partition(".")[0]
    while frame is not None and frame.f_globals.get("__name__", "").startswith(f"{package}."):
        frame, level = frame.f_back, level + 1
    warnings.warn(said, category, stacklevel=level)


def _too_late(error: HistoryMismatch, place: int) -> FrameError:
    """Return the error to raise where what has been written cannot be taken back."""
    return FrameError(
        f"frame {place} depends on what drawing the frames before it left behind, which "
        f"was found when {error.written} frames had gone into an output that is no file, and "
        "could not be taken back. Write into a file, where the movie is then made again in the "
        "right way",
        place,
    )


def _proven_wrong(error: HistoryMismatch, place: int) -> FrameMismatch:
    """Return the error to raise where every frame is to be proven."""
    where = f"; the pixels from {error.bbox[:2]} to {error.bbox[2:]} differ" if error.bbox else ""
    return FrameMismatch(
        f"frame {place} is not what Animation.save draws{where}: it depends on what drawing "
        'the frames before it left behind. With redraw="auto" such a movie is made by one worker '
        "that makes every draw in order",
        place,
        error.artist,
        error.bbox or (0, 0, 0, 0),
    )


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

    def make(self, attempt: Attempt) -> Made:
        """Make it."""
        plan, movie = self.plan, self.plan.movie
        painters = attempt.painters(plan)
        workers = min(plan.workers, 1) if attempt.in_order else plan.workers
        with broken_pipes_raise(), movie.whole_movie() as sink:
            if plan.workers == 0:
                report = run_inline(
                    painters.unchecked()(), movie.frame.nbytes, sink, self.progress, self.output
                )
                return Made(report, "pipe", 0)
            run = PipeRun(
                painters,
                movie.frame.nbytes,
                plan.frames,
                sink,
                workers=workers,
                adaptive=not plan.workers_given and attempt.checks == "some",
                independent=attempt.independent,
                start_method=plan.start_method,
                progress=self.progress,
                output=self.output,
                checks=attempt.checks,
                hold_back=movie.direct,
                expected=attempt.expected,
            )
            report = run.run()
            drew = workers if report.workers is None else report.workers.most
            return Made(report, "pipe", drew, as_expected=run.as_expected)


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
        self._workers = workers
        if resume is not None:
            lossless = self._join.lossless
            same = what_must_be_the_same(plan, self._blocks, lossless=lossless)
            resume.open(same, self._recorder()[1])

    def make(self, attempt: Attempt) -> Made:
        """Make it."""
        movie, resume = self._plan.movie, self._resume
        make_sink, suffix = self._recorder()
        if resume is not None:
            self._record_one_again(resume, attempt)
            made_in: SegmentFolder = resume.segments(suffix)
        else:
            made_in = SegmentFolder(movie.output, suffix)
        with made_in as folder:
            run = self._run(attempt, make_sink, folder)
            report = run.run()
            numbers = [number for number, _ in run.ledger.made]
            names = [folder.name(number) for number in numbers]
            segments = SegmentList(folder.folder, names, [frames for _, frames in run.ledger.made])
            begin = time.perf_counter()
            report.encoder_cpu += self._join(movie, segments)
            report.timeline.add(ENCODER, begin, end := time.perf_counter(), write=end - begin)
            kept = folder.keep(numbers) if self._wanted.keep else ()
        workers = min(self._workers, 1) if attempt.in_order else self._workers
        return Made(report, "segments", workers, kept, as_expected=run.as_expected)

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
        self, attempt: Attempt, make_sink: MakeSink, folder: SegmentFolder
    ) -> SegmentsRun | ExecutorRun:
        """Return what records the blocks: processes of ours, or somebody else's."""
        plan, wanted = self._plan, self._wanted
        painters = attempt.painters(plan)
        one_block = isinstance(self._blocks, list) and len(self._blocks) == 1
        if self._workers == 0 or (one_block and wanted.executor is not None):
            painters = painters.unchecked()
        frame_bytes = plan.movie.frame.nbytes
        going_on: dict[str, Any] = {}
        if self._resume is not None and isinstance(folder, ResumableSegments):
            resume = self._resume
            going_on = {"keep": folder.take, "kept": resume.kept, "seen": resume.seen}
        if wanted.executor is None or attempt.in_order:
            workers = min(self._workers, 1) if attempt.in_order else self._workers
            return SegmentsRun(
                painters,
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
            workers=self._workers,
            suffix=folder.suffix,
            max_in_flight=wanted.max_in_flight,
            progress=self._progress,
            output=self._output,
            **going_on,
        )


def _no_resume(plan: EncodePlan) -> ValueError:
    """Return the error to raise where a movie cannot be recorded in blocks."""
    name = plan.movie.writers.name if plan.movie.writers is not None else "ffmpeg"
    return ValueError(
        f"resume=True needs a movie that can be recorded in blocks, and what {name} makes of "
        f"{plan.movie.output.suffix!r} is made in one piece: leave writer out, or leave resume out"
    )
