"""Find out what an animation's frames depend on, by drawing them in several ways.

Each way is a worker of its own that begins with the animation as it stands here, which stays so:

===========  =====================================================================================
saved        every frame, with every draw that `Animation.save` makes: the truth
saved again  the same once more: what differs is not the same twice
passed       every update, but only some frames are drawn: what differs depends on draws
kept         what has not changed is kept, and every frame compared with a full draw
alone        only the updates of some frames: what differs depends on those left out; then with one,
             two, four ... updates before a frame, until it comes out right
===========  =====================================================================================
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..drawing.factory import PainterFactory, open_animation
from ..drawing.figure_painter import FigurePainterFactory
from ..drawing.functions.sharing import find_unshareable
from ..drawing.settings import frame_settings
from ..engines.scheduling.checks import Check, CheckManner
from ..engines.survey import survey
from ..engines.system.signals import ending_signals_raise
from ..engines.workers.messages import FrameChecked
from ..errors import FrameMismatch
from ..options import START_METHODS, StartMethod, as_keywords
from .findings import Findings, FrameFindings, Needs

if TYPE_CHECKING:
    from matplotlib.animation import Animation

    from ..drawing.figures import Figures

#: Frames of which the history is looked for, update by update; each takes some draws.
SEARCHED = 3
#: Runs with what has not changed kept, each from behind the frame that the last one got wrong.
SILENT = 4


def check(
    animation: Animation | Figures | Callable[[], Animation | Figures],
    frames: int = 20,
    *,
    dpi: float | str | None = None,
    extra_anim: Sequence[Animation] | None = None,
    savefig_kwargs: Mapping[str, object] | None = None,
    start_method: StartMethod | None = None,
) -> Findings:
    """Tell what an animation's frames depend on, and whether it may be made faster.

    Some of its first frames are drawn in several ways, by processes that are gone afterwards: in
    order, with gaps, with what has not changed kept, without the updates before them, and twice.
    The animation itself stays as it is.

    Parameters
    ----------
    animation : Animation, Figures or callable
        As `encode` takes it.
    frames : int, default: 20
        How many frames to go through.  What happens later is not seen; each costs some ten draws.
    dpi : float or "figure", optional
        As `encode` takes it.
    extra_anim : sequence of Animation, optional
        As `encode` takes it.
    savefig_kwargs : mapping, optional
        As `encode` takes it.
    start_method : {"fork", "spawn", "forkserver"}, optional
        As `encode` takes it.

    Returns
    -------
    Findings
        Printed, it is a table and what follows from it; ``findings.independent``,
        ``findings.silent`` and so on say it to a program.

    Raises
    ------
    TypeError, ValueError
        If an argument will not do.
    FrameError
        If the animation's code, or drawing, raised.

    Examples
    --------
    >>> findings = framepipe.check(ani, frames=3)
    >>> print(findings)
    frame  same twice  needs    kept right
        0  yes         nothing  yes
        1  yes         nothing  yes
        2  yes         nothing  yes
    ...
    """
    if isinstance(frames, bool) or not isinstance(frames, int):
        raise TypeError(f"frames must be a number of frames, not {frames!r}")
    if frames < 2:
        raise ValueError(f"frames must be 2 or more, not {frames}")
    if start_method is not None and start_method not in START_METHODS:
        raise ValueError(f"start_method must be one of {START_METHODS}, not {start_method!r}")
    method = start_method or ("fork" if sys.platform == "linux" else "spawn")
    with ending_signals_raise(), ExitStack() as stack:
        opened = open_animation(animation, extra_anim)
        stack.enter_context(opened)
        unshareable = find_unshareable(opened.user_code) if method == "fork" else None
        if unshareable is not None:
            return Findings((), 0, opened.frames, unshareable=str(unshareable))
        settings = frame_settings(
            opened.figure, dpi=dpi, codec="h264", suffix=".mp4", even=False,
            savefig_kwargs=as_keywords(savefig_kwargs),
        )  # fmt: skip
        count = frames if opened.frames is None else min(frames, opened.frames)
        return _Examination(opened.painter_factory(settings), count, opened.frames, method).run()


class _Examination:
    """One animation, drawn in several ways.

    Parameters
    ----------
    painters : PainterFactory or FigurePainterFactory
        What draws it.
    count : int
        Frames to go through.
    total : int or None
        Frames there are.
    method : str
        How workers are started.
    """

    def __init__(
        self,
        painters: PainterFactory | FigurePainterFactory,
        count: int,
        total: int | None,
        method: StartMethod,
    ) -> None:
        self._painters = painters
        self._count = count
        self._total = total
        self._method = method
        self._truth: dict[int, bytes] = {}

    def run(self) -> Findings:
        """Draw, and tell what was seen."""
        saved = self._draw(range(self._count), "as_saved", redraw="as_saved", independent=False)
        self._truth = _digests(saved)
        gone_through = len(saved)
        again = self._draw(range(gone_through), "as_saved", redraw="as_saved", independent=False)
        wobbly = self._wrong(again, range(gone_through))
        chosen = [one for one in _sample(gone_through) if one < gone_through]
        passed = self._draw(chosen, "usual", redraw="full", independent=False)
        drawing = self._wrong(passed, chosen) - wobbly
        kept, silent = self._keep(gone_through)
        updating = self._leave_out(chosen)
        found: list[FrameFindings] = []
        for frame in chosen:
            needs: Needs = "nothing"
            if frame in wobbly or (updating is None and frame not in drawing and frame > 0):
                needs = "unknown"
            elif frame in drawing:
                needs = "draws"
            elif updating is not None and frame in updating:
                needs = "updates"
            searched = sum(one.needs == "updates" for one in found) < SEARCHED
            updates = self._search(frame) if needs == "updates" and searched else None
            right = kept.get(frame)
            found.append(FrameFindings(frame, frame not in wobbly, needs, updates, right))
        return Findings(
            tuple(found), gone_through, self._total, silent,
            # The first frame's holds the initial draw.
            update=sum(one.stats.update for one in passed[1:]) / max(gone_through - 1, 1),
            draw=sum(one.stats.draw for one in passed) / max(len(passed), 1),
        )  # fmt: skip

    def _draw(self, frames: Sequence[int], manner: CheckManner, **how: Any) -> list[FrameChecked]:
        """Have a worker of its own draw frames."""
        return survey(
            replace(self._painters, **how), self._painters.settings.nbytes,
            [Check(frame, manner) for frame in frames], start_method=self._method,
        )  # fmt: skip

    def _wrong(self, drawn: Sequence[FrameChecked], wanted: Sequence[int]) -> set[int]:
        """Return which frames look otherwise than they should, or are not there."""
        digests = _digests(drawn)
        return {frame for frame in wanted if digests.get(frame) != self._truth[frame]}

    def _keep(self, count: int) -> tuple[dict[int, bool], tuple[str, ...]]:
        """Keep what has not changed: return which frames came out right, and artists to blame."""
        if isinstance(self._painters, FigurePainterFactory):
            return {}, ()
        right: dict[int, bool] = {}
        silent: list[str] = []
        for _ in range(SILENT):
            frames = range(len(right), count)
            try:
                self._draw(frames, "compared", redraw="verify", independent=False)
            except FrameMismatch as error:
                right |= {**dict.fromkeys(range(len(right), error.frame), True), error.frame: False}
                if error.artist not in silent:
                    silent.append(error.artist)
            else:
                right |= dict.fromkeys(frames, True)
            if len(right) >= count:
                break
        return right, tuple(silent)

    def _leave_out(self, chosen: Sequence[int]) -> set[int] | None:
        """Leave out updates: return frames that came out wrong; None where that cannot be done."""
        if isinstance(self._painters, FigurePainterFactory):
            if not self._painters.figures.independent:
                return None
        elif self._total is None:
            return None
        wrong: set[int] = set()
        for part in (chosen[::2], chosen[1::2]):
            wrong |= self._wrong(self._draw(part, "usual", redraw="full", independent=True), part)
        return wrong

    def _search(self, frame: int) -> int | None:
        """Return how many updates before its own a frame needs; None if it needs all."""
        if isinstance(self._painters, FigurePainterFactory):
            return None
        updates = 1
        while updates < frame - 1:  # with the first frame's, which is always run, all of them
            how = {"redraw": "full", "independent": True, "history": updates}
            if not self._wrong(self._draw([frame], "usual", **how), [frame]):
                return updates
            updates *= 2
        return None


def _digests(drawn: Sequence[FrameChecked]) -> dict[int, bytes]:
    return {one.frame: one.digest for one in drawn}


def _sample(count: int) -> list[int]:
    """Return frames near the beginning, and at distances that grow, and the last one."""
    found, following = [0, 1, 2], 3
    while following < count - 1:
        found.append(following)
        following = following * 8 // 5 + 1
    return [*found, count - 1] if count > 3 else found
