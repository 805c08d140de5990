"""Carry out a plan: by the pipe, or in segments; and what is done when that cannot be.

What can be found out while a movie is made, and means to begin again:

- there is no shared memory for the pipe: segments do without it;
- retained drawing was misled: every frame is drawn in full;
- a frame depends on updates that ``independent=True`` left out: none is left out;
- a frame depends on what draws leave behind: one worker makes every draw, in order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeGuard

from ..drawing.factory import PainterFactory
from ..drawing.figure_painter import FigurePainterFactory
from ..engines.protocols import Progress
from ..engines.scheduling.checks import AFTER_A_GAP
from ..engines.system.fork_safety import may_fork
from ..engines.system.memory import available_memory, slots_that_fit
from ..engines.system.ring import NoSharedMemory
from ..engines.workers.stalls import WorkerStalled
from ..errors import (
    FrameError,
    FrameMismatch,
    FramepipeError,
    HistoryMismatch,
    RetainedWarning,
    WorkerDied,
)
from ..options import ModeName, Segments
from ..plan import EncodePlan
from ..resume.folder import ResumeFolder
from ..user_output import OutputInOrder
from .attempt import Attempt, Begun, Made, Mode, certain_frames
from .by_pipe import ByPipe
from .in_process import InProcess, Proven, keeps_in_process
from .in_segments import InSegments
from .mismatch import proven_wrong, too_late, warn_of_mismatch, warn_user

_log = logging.getLogger(__name__)

#: Frames after which an animation that does not say its length may have no end: at 30 frames a
#: second over five minutes, longer than any movie on matplotlib's own pages.
ENDLESS = 10_000


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


def _make(
    plan: EncodePlan, mode: Mode, output: OutputInOrder, resume: ResumeFolder | None = None
) -> Made:
    """Make a movie; again, in another way, if it turns out that this one is not right."""
    if resume is None and isinstance(mode, ByPipe) and keeps_in_process(plan):
        with ExitStack() as stack:
            try:
                kept = stack.enter_context(InProcess(plan, mode))
            except OSError as error:
                _log.info("every frame is drawn in full: no process can be had (%s)", str(error))
            else:
                return _make_until_right(plan, kept, output)
    if resume is None and plan.has_witness and _draws_here(mode, plan):
        mode = Proven(plan, mode)
    return _make_until_right(plan, mode, output, resume)


def _draws_here(mode: Mode, plan: EncodePlan) -> TypeGuard[ByPipe | InSegments]:
    """Tell whether this process draws, and a fork could draw all frames, too."""
    here = isinstance(mode, ByPipe) or (isinstance(mode, InSegments) and not mode.workers)
    return here and isinstance(plan.painters, PainterFactory) and may_fork()


def _make_until_right(
    plan: EncodePlan, mode: Mode, output: OutputInOrder, resume: ResumeFolder | None = None
) -> Made:
    """Make a movie; again, in another way, as often as it turns out that this one is not right."""
    direct = plan.movie.direct
    here = isinstance(mode, InProcess)
    # There would be no beginning again: in this process the animation runs but once, and what
    # went into a FIFO has gone.
    full = plan.redraw == "auto" and (direct or (plan.workers == 0 and not here))
    attempt = Attempt("full" if full else plan.redraw, plan.painters.independent and not here)
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
                raise too_late(error, place) from None
            if plan.redraw == "verify":
                raise proven_wrong(error, place) from None
            early = error.as_saved or (isinstance(mode, ByPipe) and error.frame <= AFTER_A_GAP)
            if misled := attempt.redraw == "auto" and early and found is None and not here:
                # Retained drawing may be to blame, which is soon seen.
                attempt = replace(attempt, redraw="full")
            elif attempt.independent:
                attempt = Attempt("full" if full else plan.redraw, independent=False)
            else:
                expected = certain_frames(error.truth, plan)
                attempt = Attempt("as_saved", independent=False, expected=expected)
            found = error
            output.begin_again()
        if resume is not None:  # what was recorded in the other way may be wrong
            resume.begin_again(Begun(attempt, found, misled, retained).as_json())
    if retained and not attempt.in_order:
        warn_user(retained, RetainedWarning)
    if found is not None and here and not made.as_expected:
        # Nobody has asked for processes: that it is made in one pass is what was wanted.
        _log.info("frame %d is not the same twice: %s", plan.place(found.frame), found)
    elif found is not None:
        warn_of_mismatch(
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
