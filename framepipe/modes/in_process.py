"""A movie drawn by this process, which keeps what did not change: a fork can begin again.

Where this process draws, the animation runs but once.  So whatever keeps unchanged parts, and may
find that it was misled, needs somebody for whom nothing has run yet::

    this process                    the copy                      the witness
    ------------                    --------                      -----------
    fork -------------------------> waits, and costs nothing
    fork -------------------------------------------------------> draws the first frames with every
    draw and encode every frame,                                  draw that Animation.save makes
    keep what did not change  <---------------------------------- what they look like
      |
      if a frame is not right:
    run the updates that are left,  make the movie, in full
    draw nothing  <---------------- frame i of n; Made

So the animation is left as by a movie that was drawn here, and its functions print once, here.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from ..drawing.factory import PainterFactory
from ..drawing.painter import Painter
from ..engines.fork import Fork
from ..engines.protocols import Progress
from ..engines.system.fork_safety import may_fork
from ..engines.system.resources import left_uncollected, usable_cpus
from ..engines.witness import Witness
from ..engines.workers.failures import interrupts_pass
from ..errors import FrameError, FramepipeError, HistoryMismatch
from ..plan import EncodePlan
from ..result import FrameStats
from ..user_output import OutputInOrder
from .attempt import Attempt, Made
from .by_pipe import ByPipe
from .in_segments import InSegments

#: Least frames for which the two forks are made up for.  Forking and comparing cost some four full
#: draws, and where the encoder needs the second CPU the witness's are in the way: with 24
#: frames of a pendulum that is all that is gained, and a figure of which nothing can be kept would
#: take a tenth longer with 30.
LEAST = 40
#: The same on one CPU, for an animation of which nothing can be kept: the witness's draws take it
#: 4 % longer.
LEAST_ALONE = 200


def keeps_in_process(plan: EncodePlan) -> bool:
    """Tell whether this process, where it draws, may and should keep what did not change."""
    if not plan.has_copy or not isinstance(plan.painters, PainterFactory) or not may_fork():
        return False
    if plan.painters.selection is not None:
        return True  # draws are left out: that they may be has to be seen
    return plan.frames is None or plan.frames >= (LEAST if usable_cpus() > 1 else LEAST_ALONE)


class InProcess:
    """One movie by one pipe, drawn by this process, or by a copy of it where that goes wrong.

    A context, at whose beginning both are forked, and at whose end they are over.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    mode : ByPipe
        How frames go to the encoder.

    Raises
    ------
    OSError
        If processes cannot be had; nothing of the animation has run.
    """

    def __init__(self, plan: EncodePlan, mode: ByPipe) -> None:
        self._plan = plan
        self._mode = mode
        self._stack = ExitStack()
        self._source: _Witnessed | None = None

    def __enter__(self) -> Self:
        plan = self._plan
        painters = Attempt("auto", independent=False).painters(plan)
        with ExitStack() as stack:
            stack.enter_context(left_uncollected())
            self._copy: Fork[Attempt, Made] = stack.enter_context(
                Fork(
                    self._make_in_copy,
                    name="framepipe-copy",
                    progress=self._mode.progress,
                    temporary_places=plan.movie.temporary_places,
                )
            )
            self._witness = Witness(painters, plan.movie.frame.nbytes, plan.frames)
            stack.callback(self._witness.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def make(self, attempt: Attempt) -> Made:
        """Make the movie here; or, if that has been tried, by the copy."""
        if self._source is None:
            return self._make_here(attempt)
        return self._make_by_copy(attempt, self._source)

    def _make_here(self, attempt: Attempt) -> Made:
        made = self._mode.make(attempt, self._watched)
        source = self._source
        if source is None:
            raise RuntimeError("the mode has drawn nothing")
        source.settle()  # while the encoder was at work, it had time
        made.report.against_save = self._witness.compared
        return made

    def _watched(self, painter: Painter) -> _Witnessed:
        """Put something between what draws here and the engine."""
        self._source = _Witnessed(painter, self._witness)
        self._stack.callback(painter.close)
        return self._source

    def _make_by_copy(self, attempt: Attempt, source: _Witnessed) -> Made:
        """Run here what is left of the updates, as far as the copy has come."""
        self._witness.close()
        self._copy.begin(attempt)
        failure: FrameError | None = None
        frame = source.frame + 1
        while True:
            if failure is None:
                try:
                    self._copy.wait_for(frame)
                except FrameError as error:
                    failure = error
            # Not before its turn: what an update raises, it raises here as well.
            if failure is not None and failure.frame < self._plan.place(frame):
                raise failure
            with interrupts_pass():
                if not source.painter.pass_over(frame):
                    break
            frame += 1
        if failure is not None:
            raise failure
        return self._copy.finish()

    def _make_in_copy(self, attempt: Attempt, told: Progress) -> Made:
        silent = OutputInOrder()
        silent.shown = sys.maxsize  # what the updates say is said where they run besides
        try:
            return replace(self._mode, progress=told, output=silent).make(attempt)
        except BaseException:
            self._plan.movie.discard()  # perhaps nobody else is left to do so
            raise


@dataclass(frozen=True, slots=True)
class Proven:
    """A movie drawn by this process, each of whose frames a witness draws, too.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    mode : ByPipe or InSegments
        How.
    """

    plan: EncodePlan
    mode: ByPipe | InSegments

    def make(self, attempt: Attempt) -> Made:
        """Make it.

        Raises
        ------
        HistoryMismatch
            If the witness has drawn a frame differently.
        FramepipeError
            If it has died, or come to an end otherwise.
        """
        plan = self.plan
        with ExitStack() as stack:
            witness = Witness(
                attempt.painters(plan), plan.movie.frame.nbytes, plan.frames, every=True
            )
            stack.callback(witness.close)

            def watched(painter: Painter) -> _Witnessed:
                stack.callback(painter.close)
                return _Witnessed(painter, witness, needed=True)

            made = self.mode.make(attempt, watched)
            witness.finish()
            if witness.failure:
                raise _unproven(witness)
            made.report.against_save = witness.compared
            return made


def _unproven(witness: Witness) -> FramepipeError:
    return FramepipeError(
        "the process that draws every frame once more, to be compared, has come to an end: "
        f"{witness.failure}. Nothing speaks for the frames any longer"
    )


class _Witnessed:
    """What draws here, compared with what the witness draws.

    It is not closed with the engine's run: there may be updates left.

    Parameters
    ----------
    painter : Painter
        What draws.
    witness : Witness
        The witness.
    needed : bool, default: False
        Whether there is to be no movie without one.

    Attributes
    ----------
    frame : int
        The frame at which the figure stands.
    """

    def __init__(self, painter: Painter, witness: Witness, *, needed: bool = False) -> None:
        self.painter = painter
        self.frame = -1
        self._witness = witness
        self._needed = needed
        self._alone = False

    @property
    def frames(self) -> int | None:
        """How many there are."""
        return self.painter.frames

    def open(self) -> None:
        """Make ready."""
        self.painter.open()

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        """Draw a frame, and compare it if the witness has drawn it."""
        self.frame = frame
        stats = self.painter.paint(frame, out, as_saved=as_saved)
        try:
            if stats is None:
                self._witness.ended(self.painter.frames or 0)
            else:
                self._witness.drawn(frame, out)
        except HistoryMismatch:
            self.painter.finish()  # raises if something was kept that should not have been
            raise
        if self._witness.failure and self._needed:
            raise _unproven(self._witness)
        if self._witness.failure and not self._alone and stats is not None:
            # Nothing speaks for what is left out here any longer; up to now it is as if nothing
            # had been, if this is right.
            self._alone = True
            self.painter.finish()
            self.painter.give_up_composing()
        return stats

    def check(self, frame: int, out: memoryview) -> FrameStats | None:
        """Draw a frame, and compare it with a full draw."""
        self.frame = frame
        return self.painter.check(frame, out)

    def locate_difference(
        self, mine: memoryview, other: memoryview
    ) -> tuple[tuple[int, int, int, int] | None, str]:
        """Say where two drawings of a frame differ."""
        return self.painter.locate_difference(mine, other)

    def finish(self) -> None:
        """Look back."""
        self.painter.finish()

    def settle(self) -> None:
        """Hear the witness out."""
        self._witness.finish()

    def close(self) -> None:
        """Do nothing; see `InProcess`."""
