"""How a movie is made this time, what earlier attempts have found out, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from ..drawing.factory import PainterFactory
from ..drawing.figure_painter import FigurePainterFactory
from ..drawing.painter import REACH, Painter
from ..drawing.policy import LIMITS, Redraw
from ..engines.protocols import FrameSource
from ..engines.scheduling.checks import AS_SAVED
from ..errors import HistoryMismatch
from ..plan import EncodePlan
from ..result import Report

#: Returns what is to stand in the place of what draws in this process.
Watch = Callable[[Painter], FrameSource]


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

    def painters(
        self, plan: EncodePlan, *, witnessed: bool = False
    ) -> PainterFactory | FigurePainterFactory:
        """Return what draws.

        Parameters
        ----------
        plan : EncodePlan
            What to make.
        witnessed : bool, default: False
            Whether the first frames are compared with what a witness draws in full: then no
            comparison of them is made here.
        """
        limits = replace(LIMITS, sure_checks=1)
        if witnessed and self.redraw == "auto":
            # What a witness draws first for the movie is compared with what the others, which have
            # drawn what was before, have kept by then.  In this process there are no others.
            limits = replace(limits, spared=AS_SAVED, sure_checks=0 if plan.workers else 1)
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


def certain_frames(truth: Mapping[int, bytes], plan: EncodePlan) -> dict[int, bytes]:
    """Return of what a witness drew that for which it made every draw; see `Painter.paint`."""
    certain, before = {}, -1
    for frame in sorted(truth):
        place = plan.place(frame)
        if place - before > REACH + 1:
            break
        certain[frame], before = truth[frame], place
    return certain
