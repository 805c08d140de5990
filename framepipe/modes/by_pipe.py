"""One movie by one pipe: all frames in order to one encoder."""

from __future__ import annotations

from dataclasses import dataclass

from ..engines.inline import run_inline
from ..engines.pipe import PipeRun
from ..engines.protocols import Progress
from ..engines.system.signals import broken_pipes_raise
from ..plan import EncodePlan
from ..user_output import OutputInOrder
from .attempt import Attempt, Made


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
