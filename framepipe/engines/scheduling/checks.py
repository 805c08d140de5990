"""Pure: which frames are drawn by two workers of different histories, by whom, and when.

A worker runs every update but draws only its share of the frames, and leaves out what
`Animation.save` draws besides (it draws every frame twice).  Whatever a draw leaves behind, and a
later frame depends on, is then missing.  So some frames are drawn by two workers, one of which has
left out other draws than the other one, and their bytes are compared.

::

    early   one worker, the witness, draws frames 0 and 1 with every draw that Animation.save makes:
            what it draws is the truth.  Others draw the same frames for the movie, in their way.
            Then the witness, which has drawn nothing in between, draws a frame a little further on,
            so that a history with a gap is compared with one that has none, or has another one.
            Of 21 animations in tests/animations that cannot be made right by draws that are left
            out, 16 show there for the first time; the others are not the same twice.
    late    at distances that double, and at the end: a frame that one worker has claimed is drawn
            by the next other one that asks for something to do.
    idle    where a CPU is idle, besides, every few frames: by one that has nothing else to do.
    all     in place of these, the witness draws every frame as Animation.save would.

What comes in are events (`claimed`, `drawn`, `checked`, `ended`, `lost`), what goes out are
instructions (`next_order`) and, where two histories disagree, a `Difference`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from .window import Window

#: Frames that the witness draws as `Animation.save` would.  Each costs two full draws, while others
#: wait for processors; a third one has found nothing that the frame after the gap does not.
AS_SAVED = 2
#: Frames of a short movie, of which only the last one is checked later: each draw more shows.
SHORT = 30
#: The frame that the witness draws after those: far enough for a gap of some frames, and near
#: enough to be drawn before the first frames are written.
AFTER_A_GAP = 7
#: Late checks lie at least this many times as far from the beginning as the one before.  2 makes
#: eight of them in a thousand frames.
GROWTH = 2
#: Frames from one check to the next where a CPU is idle.
WHERE_IDLE = 8
#: CPUs that must have nothing to do for that: one would be taken by what checks.
SPARE_CPUS = 1.5
#: What a person may look back on, in events.
LOG = 200

#: How a frame is drawn that is checked: with every draw that `Animation.save` makes; in the usual
#: way, and compared with a full draw besides; in the usual way.
CheckManner = Literal["as_saved", "compared", "usual"]


@dataclass(frozen=True, slots=True)
class Check:
    """An instruction: draw a frame that another worker draws, and say what it looks like.

    Parameters
    ----------
    frame : int
        Which.
    manner : {"as_saved", "compared", "usual"}
        How.
    """

    frame: int
    manner: CheckManner


@dataclass(frozen=True, slots=True)
class Difference:
    """Two histories disagree.

    Parameters
    ----------
    frame : int
        Where.
    checker : int
        The worker that drew the frame to check it.
    as_saved : bool
        Whether that one had made every draw that `Animation.save` makes.
    """

    frame: int
    checker: int
    as_saved: bool


class HistoryChecks:
    """The checks of one movie.

    Parameters
    ----------
    workers : int
        Workers that draw frames for the movie; 0: nothing is checked.
    slots : int
        Frames that can be live at a time.
    total : int or None
        Number of frames, as far as it is known.
    every : bool, default: False
        Whether the witness draws every frame.
    waits : bool, default: False
        Whether it draws nothing after a gap before it is known that more than one worker pays; see
        `go_on` and `shorten`.

    Attributes
    ----------
    witness : int
        Number of the witness: the second of several workers, or one more than there are.
    against_save, against_worker : int
        Frames that were found to be the same as the witness's first ones, and as another worker's.
    cpu_is_idle : bool
        Whether checks by workers that have nothing else to do cost nothing at the moment.
    checks_the_last : int or None
        The worker that draws the movie's last frame to check it, in the usual way.
    """

    def __init__(
        self,
        workers: int,
        *,
        slots: int,
        total: int | None = None,
        every: bool = False,
        waits: bool = False,
    ) -> None:
        self._every = every and workers > 0
        self._alone = workers == 1 or self._every
        self.witness = workers if self._alone else 1
        self._total = total
        self._several = workers > 1
        self._waits = waits
        self._early = self._plan(workers, slots)
        self._ordered = 0  # of those, how many the witness was given
        self._open = {check.frame for check in self._early}  # early ones not yet compared
        self._compared_to = 0  # where every frame is checked: all before this one are,
        self._compared: set[int] = set()  # and these after it
        self._next_late = GROWTH * max(self._open, default=AFTER_A_GAP)
        self._next_idle = 0
        self._pending: dict[int, int] = {}  # late ones not yet ordered: who claimed the frame
        self._for_the_idle: int | None = None  # of those, the one for whoever has nothing to do
        self._out: dict[int, int] = {}  # late ones ordered: of whom
        self._drawn: dict[int, bytes] = {}  # digests, until they are compared
        self._checked: dict[int, tuple[int, bool, bytes]] = {}
        self._truth: dict[int, bytes] = {}
        self.against_save = 0
        self.against_worker = 0
        self.cpu_is_idle = False
        self.checks_the_last: int | None = None
        self._log: deque[str] = deque(maxlen=LOG)

    @property
    def _is_short(self) -> bool:
        return self._total is not None and self._total <= SHORT

    def _plan(self, workers: int, slots: int) -> list[Check]:
        """Return the early checks, in order."""
        if not workers or self._every or self._total == 1:
            return []
        reach = slots if self._total is None else min(slots, self._total)
        checks = [Check(frame, "as_saved") for frame in range(min(AS_SAVED, reach))]
        gap = min(AFTER_A_GAP, reach - 1)
        if workers > 1 and gap >= AS_SAVED:
            # The witness has kept nothing yet: what it draws there is a full draw.
            checks.append(Check(gap, "usual"))
        return checks

    # ---- instructions

    def next_check(self, worker: int, last: int, *, idle: bool = False) -> Check | None:
        """Return what a worker is to check before it is given a frame to draw.

        Parameters
        ----------
        worker : int
            Its number.
        last : int
            The last frame that it was given, for whatever.
        idle : bool, default: False
            Whether it has nothing else to do.
        """
        check: Check | None = None
        if worker == self.witness and self._every:
            frame = last + 1
            if self._total is None or frame < self._total:
                check = Check(frame, "as_saved")
        elif worker == self.witness and self._ordered < len(self._early):
            if self._waits and self._ordered == AS_SAVED:
                return None
            check = self._early[self._ordered]
            self._ordered += 1
        else:
            for frame, claimant in self._pending.items():
                if claimant != worker and frame > last and (idle or frame != self._for_the_idle):
                    del self._pending[frame]
                    self._out[frame] = worker
                    check = Check(frame, "usual")
                    if self._total is not None and frame == self._total - 1:
                        self.checks_the_last = worker
                    break
        if check is not None:
            self._note(f"worker {worker} checks {check}")
        return check

    def may_draw(self, worker: int) -> bool:
        """Tell whether a worker may be given frames for the movie."""
        if worker != self.witness:
            return True
        return not self._alone and self._ordered == len(self._early)

    def is_through(self, worker: int, last: int) -> bool:
        """Tell whether there will never be anything to do for a worker: for the witness alone."""
        if worker != self.witness or not self._alone:
            return False
        if self._every:
            return self._total is not None and last + 1 >= self._total
        return self._ordered == len(self._early)

    @property
    def truth(self) -> dict[int, bytes]:
        """What frames look like that were drawn with every draw that `Animation.save` makes."""
        return dict(self._truth)

    def may_write(self, frame: int) -> bool:
        """Tell whether the comparisons so far speak for a frame that cannot be taken back."""
        if self._every:
            return frame < self._compared_to
        return not self._open

    def wanted(self, frame: int) -> bool:
        """Tell whether it must be known what a frame looks like that is drawn for the movie."""
        return self._every or frame in self._open or frame in self._pending or frame in self._out

    @property
    def undecided(self) -> bool:
        """Whether early checks, or any where every frame is checked, are not through."""
        if self._every:
            return self._total is None or self._compared_to < self._total
        return bool(self._open)

    # ---- events

    def go_on(self) -> None:
        """Note that the frame after a gap may be drawn.

        By then three frames must have been drawn for the movie at most: more may have no room.
        """
        self._waits = False

    def shorten(self) -> None:
        """Note that updates are expensive, and that one worker draws all frames.

        Then the witness draws none after a gap: no history has one.  What it was given already is
        compared.
        """
        keep = max(self._ordered, AS_SAVED)
        dropped, self._early = self._early[keep:], self._early[:keep]
        self._open -= {check.frame for check in dropped}

    def claimed(self, worker: int, frame: int) -> None:
        """Note that a worker was given a frame to draw for the movie."""
        if not self._several or self._every or frame in self._open or frame in self._out:
            return
        is_last = self._total is not None and frame == self._total - 1
        late = frame >= self._next_late and not self._is_short
        if frame in self._pending or late or is_last:
            self._next_late = max(self._next_late, GROWTH * frame)
            self._pending[frame] = worker
            self._note(f"worker {worker} claimed {frame}, which is to be checked")
        elif self.cpu_is_idle and frame >= self._next_idle and not self._open:
            if self._for_the_idle in self._pending:  # nobody has had the time
                del self._pending[self._for_the_idle]
                self._drawn.pop(self._for_the_idle, None)
            self._next_idle = frame + WHERE_IDLE
            self._for_the_idle = frame
            self._pending[frame] = worker

    def drawn(self, frame: int, digest: bytes) -> Difference | None:
        """Note what a wanted frame looks like that was drawn for the movie."""
        self._drawn[frame] = digest
        return self._compare(frame)

    def checked(self, worker: int, check: Check, digest: bytes) -> Difference | None:
        """Note what a frame looks like that was drawn for a check."""
        as_saved = check.manner == "as_saved"
        self._checked[check.frame] = (worker, as_saved, digest)
        if as_saved and not self._every:
            self._truth[check.frame] = digest
        return self._compare(check.frame)

    def ended(self, total: int) -> None:
        """Note that the animation is over: frames at and after `total` do not exist."""
        self._total = total
        self._open = {frame for frame in self._open if frame < total}
        self._early = [check for check in self._early if check.frame < total]
        self._ordered = min(self._ordered, len(self._early))
        for frames in (self._pending, self._out, self._drawn, self._checked):
            for frame in [frame for frame in frames if frame >= total]:
                del frames[frame]
        self._note(f"ended after {total} frames")

    def lost(self, worker: int) -> None:
        """Note that a worker is dead, and another one in its place, with nothing drawn."""
        if self.checks_the_last == worker:
            self.checks_the_last = None
        for frame in [frame for frame, checker in self._out.items() if checker == worker]:
            del self._out[frame]  # nobody else may be able to draw it any longer
            self._drawn.pop(frame, None)
        if worker == self.witness and self._open:
            self._ordered = 0  # the new one begins at the beginning
        self._note(f"worker {worker} is dead")

    def _compare(self, frame: int) -> Difference | None:
        if frame not in self._drawn or frame not in self._checked:
            return None
        digest = self._drawn[frame]
        worker, as_saved, other = self._checked.pop(frame)
        decided = frame in self._open or frame in self._out or self._every
        if decided and frame not in self._open:
            del self._drawn[frame]
        self._open.discard(frame)
        self._out.pop(frame, None)
        if self._every:
            self._compared.add(frame)
            while self._compared_to in self._compared:
                self._compared.discard(self._compared_to)
                self._compared_to += 1
        if digest != other:
            self._note(f"frame {frame} differs")
            return Difference(frame, worker, as_saved)
        if as_saved:
            self.against_save += decided
        else:
            self.against_worker += decided
        self._note(f"frame {frame} is the same")
        return None

    # ---- for people

    def _note(self, what: str) -> None:
        self._log.append(what)

    def story(self) -> str:
        """Tell the last events, one a line."""
        return "\n".join(self._log)


def next_order(
    window: Window, checks: HistoryChecks, worker: int, last: int, *, draws: bool = True
) -> Check | int | None:
    """Decide what a worker does next.

    Parameters
    ----------
    window : Window
        Which frames may be drawn.
    checks : HistoryChecks
        Which ones are checked.
    worker : int
        Number of the worker.
    last : int
        The last frame that it was given, for whatever; -1 before the first.
    draws : bool, default: True
        Whether it is to draw for the movie; else it only checks.

    Returns
    -------
    Check or int or None
        A frame to check, or the number of a frame to draw, now claimed; None if there is nothing
        for it at the moment.
    """
    # A frame that a dead worker leaves may be out of the reach of all others.
    draws = draws and checks.may_draw(worker)
    if not (draws and window.has_returned(last)):
        idle = not draws and not window.exhausted  # at the end the movie would wait for it
        check = checks.next_check(worker, last, idle=idle)
        if check is not None:
            return check
    if not draws:
        return None
    frame = window.claim(after=last)
    if frame is not None:
        checks.claimed(worker, frame)
    elif not window.exhausted:
        return checks.next_check(worker, last, idle=True)
    return frame


class BoundaryChecks:
    """Checks where blocks meet: the frame before a block, drawn by whoever recorded either.

    Whoever records a block has run the updates before it and drawn none of them; whoever has
    recorded the block before it has.

    Attributes
    ----------
    against_worker : int
        Frames that were found to be the same.
    """

    def __init__(self) -> None:
        self._recorded: dict[int, bytes] = {}
        self._before: dict[int, bytes] = {}
        self.against_worker = 0

    def recorded(self, frame: int, digest: bytes) -> Difference | None:
        """Note what the last frame of a block looks like."""
        self._recorded[frame] = digest
        return self._compare(frame)

    def before(self, frame: int, digest: bytes) -> Difference | None:
        """Note what the frame before a block looks like to whoever records the block."""
        self._before[frame] = digest
        return self._compare(frame)

    def _compare(self, frame: int) -> Difference | None:
        if frame not in self._recorded or frame not in self._before:
            return None
        if self._recorded[frame] != self._before.pop(frame):
            return Difference(frame, -1, as_saved=False)
        self.against_worker += 1
        return None
