"""One movie by one pipe: all frames in order to one encoder."""

from __future__ import annotations

from dataclasses import dataclass

from ..drawing.painter import Painter
from ..engines.inline import run_inline
from ..engines.pipe import PipeRun
from ..engines.protocols import FrameSource, Progress, Sink
from ..engines.system.signals import broken_pipes_raise
from ..engines.workers.messages import digest_of
from ..plan import EncodePlan
from ..user_output import OutputInOrder
from .attempt import Attempt, Made, Watch


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

    def make(self, attempt: Attempt, watch: Watch | None = None) -> Made:
        """Make it; `watch` returns what is to stand in the place of what draws in this process."""
        plan, movie = self.plan, self.plan.movie
        painters = attempt.painters(plan, witnessed=True)
        workers = min(plan.workers, 1) if attempt.in_order else plan.workers
        with broken_pipes_raise(), movie.whole_movie() as sink:
            if plan.workers == 0:
                return self._make_here(painters.unchecked()(), sink, attempt, watch)
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

    def _make_here(
        self, source: FrameSource, sink: Sink, attempt: Attempt, watch: Watch | None
    ) -> Made:
        """Let this process draw."""
        if watch is not None and isinstance(source, Painter):
            source = watch(source)
        as_expected = True

        def look(frame: int, pixels: memoryview) -> None:
            nonlocal as_expected
            expected = attempt.expected.get(frame)
            as_expected = as_expected and expected in (None, digest_of(pixels))

        nbytes = self.plan.movie.frame.nbytes
        look_at = look if attempt.expected else None
        report = run_inline(source, nbytes, sink, self.progress, self.output, look_at)
        return Made(report, "pipe", 0, as_expected=as_expected)
