"""When to compose a frame, when to draw it in full, when to compare: a function of what was seen.

`RedrawPolicy` is pure.  `Painter` tells it what happened (an event) and does what it answers
(instructions); it draws nothing, knows no figure, and reads no clock: times stand in the events.

::

    Opened
    for every frame:
        FrameBegun         -> what ``draw_idle`` does while the figure is brought to the frame:
                              SETTLE_IDLE, PRIME_IDLE or DRAW_IDLE
          (Primed)         -  PRIME_IDLE was done: what draw_idle drew has been kept
          (Passed)         -> SETTLE_IDLE: the first frame was passed through, others follow
        Updated            -> INVALIDATE, if need be, and how to draw the frame: COMPOSE,
                              COMPOSE_WITH_LAYOUT, DRAW_ONCE or DRAW_FULL
        Composed | Drawn   -> INVALIDATE, if composing is given up for a while; COMPARE, if due
          (Compared)       -  COMPARE was done, and the pixels were the same
        or Over            -  the animation had ended before that frame
        (HandedOver)       -> INVALIDATE, if somebody else drew the figure
        (GivenUp)          -> INVALIDATE: from now on everything is drawn
    Finishing              -> COMPOSE_AGAIN and COMPARE, if anything composed has not been looked at

Composing is given up when it does not pay, for `Limits.rest` frames, then tried again; and for
twice as many each time after that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

#: How frames are drawn; see `Painter`.
Redraw = Literal["auto", "full", "verify", "as_saved"]

#: How one frame is drawn; see `FrameBegun`.
Manner = Literal["usual", "check", "as_saved"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the policy is measured by.

    Parameters
    ----------
    sure_checks : int, default: 2
        Composed frames that are compared with a full draw whatever it costs: a worker's first
        ones.
    spared : int, default: 0
        Frames at the beginning of which none is compared here, because somebody else compares
        them all.
    check_share : float, default: 0.03
        After those, a comparison is made when all of them, and this one, take less than this share
        of the time.  More finds a wrong frame sooner; so much is what a movie slows down by.
    rest : int, default: 8
        Frames drawn in full after composing did not pay, before it is tried again; doubled each
        time.  A try costs up to a full draw more than drawing in full, and looking back at it two:
        where no more frames than these are left, it is not tried again.
    layouts : int, default: 4
        Frames in a row that a layout engine may run for before composing counts as not paying: it
        takes a few runs until nothing moves any more.
    gives_up : bool, default: True
        Whether composing is given up where it does not pay.
    looks_back : bool, default: True
        Whether the last frame is compared, at the end.
    steady : int, default: 2
        Frames in a row that must be alike before layers are made for them; see `Compositor`.
    log : int, default: 200
        Events that `RedrawPolicy.story` looks back on.
    """

    sure_checks: int = 2
    spared: int = 0
    check_share: float = 0.03
    rest: int = 8
    layouts: int = 4
    gives_up: bool = True
    looks_back: bool = True
    steady: int = 2
    log: int = 200


#: Those used where nothing else is said.
LIMITS = Limits()


# ---- events


@dataclass(frozen=True, slots=True)
class Opened:
    """A painter was opened.

    Parameters
    ----------
    at : float
        Time in seconds, on any clock that all events share.
    composes : bool, default: True
        Whether the figure is of a kind that can be composed.
    """

    at: float
    composes: bool = True


@dataclass(frozen=True, slots=True)
class FrameBegun:
    """A frame was asked for.

    Parameters
    ----------
    frame, position : int
        That frame, and the one the figure stands at; -1 before the first.
    manner : {"usual", "check", "as_saved"}, default: "usual"
        "check": it is to be compared with a full draw in any case.  "as_saved": everything is to
        be drawn that `Animation.save` draws.
    repeated : bool, default: False
        Whether savefig draws the first frame just as ``draw_idle`` did before, so that one of the
        two draws will do.
    left : int or None, default: None
        How many frames follow in the movie; None if it is not known.
    """

    frame: int
    position: int
    manner: Manner = "usual"
    repeated: bool = False
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Primed:
    """What ``draw_idle`` drew was composed, and kept."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The updates of a frame that is not drawn here were run."""


@dataclass(frozen=True, slots=True)
class Updated:
    """The figure stands at the frame.

    Parameters
    ----------
    elsewhere : bool, default: False
        Whether somebody drew the figure since the last frame.
    layout : bool, default: False
        Whether a layout engine must run for this frame.
    listened : bool, default: False
        Whether somebody has begun to listen to draws, which composing does not announce.
    """

    elsewhere: bool = False
    layout: bool = False
    listened: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """COMPOSE or COMPOSE_WITH_LAYOUT was done.

    Parameters
    ----------
    pays : bool
        Whether it was worth it; see `FrameStats.pays`.
    at : float
        See `Opened`.
    seconds : float
        What drawing took.
    """

    pays: bool
    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The frame was drawn in full; where composing was asked for, savefig went another way.

    Parameters
    ----------
    at, seconds : float
        See `Composed`.
    """

    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Compared:
    """COMPARE was done, and the pixels were the same.

    Parameters
    ----------
    seconds : float
        What it took.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Over:
    """The animation had ended before the frame that was asked for."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A matplotlib writer took the frame.

    Parameters
    ----------
    elsewhere : bool
        Whether it drew the figure.
    """

    elsewhere: bool


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Whoever asks for frames will have none composed any longer."""


@dataclass(frozen=True, slots=True)
class Finishing:
    """No frame follows."""


Event = (
    Opened | FrameBegun | Primed | Passed | Updated | Composed | Drawn | Compared | Over
    | HandedOver | GivenUp | Finishing
)  # fmt: skip


# ---- instructions


class Do(Enum):
    """What a painter is to do."""

    #: ``draw_idle`` does not draw: it leaves the figure as a draw would.
    SETTLE_IDLE = "draw_idle settles"
    #: ``draw_idle`` composes, so that frames can begin from what it draws; if it cannot, it draws.
    PRIME_IDLE = "draw_idle primes"
    #: ``draw_idle`` draws.
    DRAW_IDLE = "draw_idle draws"
    #: Nothing that was kept may be used again.
    INVALIDATE = "invalidate"
    #: Draw what changed, and put the rest back.
    COMPOSE = "compose"
    #: The same, after a layout engine has moved things.
    COMPOSE_WITH_LAYOUT = "compose, with layout"
    #: Draw everything; nothing of it will be used again, so ticks are worked out but once.
    DRAW_ONCE = "draw all, ticks once"
    #: Draw everything.
    DRAW_FULL = "draw all"
    #: Compose the last frame again as it stands, for a comparison.
    COMPOSE_AGAIN = "compose again"
    #: Compare the frame with a full draw.
    COMPARE = "compare"


Instructions = tuple[Do, ...]


class _Phase(Enum):
    """What may come next."""

    CLOSED = (Opened,)
    IDLE = (FrameBegun, HandedOver, GivenUp, Finishing)
    UPDATING = (Primed, Passed, Updated, Over)
    COMPOSING = (Composed, Drawn)
    DRAWING = (Drawn,)
    COMPARING = (Compared,)


class PolicyError(RuntimeError):
    """An event came where it cannot; the text tells what came before."""


class RedrawPolicy:
    """Decides how each frame is drawn.

    Parameters
    ----------
    redraw : {"auto", "full", "verify", "as_saved"}
        See `Painter`.
    limits : Limits, optional
        What it is measured by; `LIMITS` if not given.
    """

    def __init__(self, redraw: Redraw, *, limits: Limits | None = None) -> None:
        self.redraw = redraw
        self.limits = limits or LIMITS
        self._composes = False
        self._phase = _Phase.CLOSED
        self._opened = 0.0
        self._frame = FrameBegun(-1, -1)
        self._begun = 0  # frames
        self._rest = 0  # frames yet to be drawn in full, because composing does not pay
        self._next_rest = self.limits.rest
        self._kept = 0  # frames in a row whose drawing was kept, the last one's at the end
        self._leapt = False  # what is kept is of the first frame, and this one is far from it
        self._layout = False  # a layout engine runs for the frame
        self._layouts = 0  # frames in a row for which one did
        self._last_composed = False  # the last frame was composed
        self._compared = 0
        self._comparing = 0.0  # seconds
        self._full_draw = 0.0  # seconds that one took
        self._log: deque[tuple[Event, Instructions]] = deque(maxlen=self.limits.log)

    @property
    def composing(self) -> bool:
        """Whether the next frame will be composed, so that what changed is worth knowing."""
        return self._composes and not self._rest and self._frame.manner != "as_saved"

    @property
    def as_saved(self) -> bool:
        """Whether everything is drawn that `Animation.save` draws."""
        return self.redraw == "as_saved" or self._frame.manner == "as_saved"

    def handle(self, event: Event) -> Instructions:
        """Take note of an event.

        Parameters
        ----------
        event : Event
            What happened.

        Returns
        -------
        tuple of Do
            What to do now, in order.

        Raises
        ------
        PolicyError
            If it cannot have happened now.
        """
        if not isinstance(event, self._phase.value):
            raise PolicyError(f"{event} came while {self._phase.name.lower()}\n{self.story()}")
        instructions = tuple(self._decide(event))
        self._log.append((event, instructions))
        return instructions

    def _decide(self, event: Event) -> Iterable[Do]:
        match event:
            case Opened(at, composes):
                self._opened = at
                self._composes = composes and self.redraw in ("auto", "verify")
                self._phase = _Phase.IDLE
                return ()
            case FrameBegun():
                return self._begin(event)
            case Primed():
                self._kept = 1
                return ()
            case Passed():
                return () if self.as_saved else (Do.SETTLE_IDLE,)
            case Over():
                self._phase = _Phase.IDLE
                return ()
            case Updated():
                return self._choose(event)
            case Composed():
                return self._judge(event)
            case Drawn(at, seconds):
                self._full_draw = seconds
                if self._phase is _Phase.COMPOSING:  # savefig went another way
                    self._kept, self._last_composed = 0, False
                    return self._then_compare(False)
                # Of full draws only those at rest are not what Animation.save makes.
                resting = self._composes and not self.as_saved
                return self._then_compare(resting and self._is_check_due(at, composed=False))
            case Compared(seconds):
                self._compared += 1
                self._comparing += seconds
                self._full_draw = min(self._full_draw, seconds)  # the first one takes longer
                self._phase = _Phase.IDLE
                return ()
            case HandedOver(elsewhere):
                return self._invalidate() if elsewhere and self._composes else ()
            case GivenUp():
                return self._draw_all()
            case Finishing():
                return self._look_back()

    def _begin(self, event: FrameBegun) -> Iterable[Do]:
        self._phase = _Phase.UPDATING
        self._frame = event
        self._begun += 1
        first = event.position < 0
        if first:
            self._leapt = event.frame > self.limits.rest
        if self.as_saved:
            return (Do.DRAW_IDLE,)
        if first and not (event.frame == 0 and event.repeated):
            # Some artists keep something of their first draw.
            return (Do.PRIME_IDLE if self.composing else Do.DRAW_IDLE,)
        return (Do.SETTLE_IDLE,)

    def _choose(self, event: Updated) -> Iterable[Do]:
        self._layout = False
        self._last_composed = False
        if event.listened and self._composes:  # from now on
            self._phase = _Phase.DRAWING
            return (*self._draw_all(), Do.DRAW_FULL)
        if self.as_saved or not self._composes:
            self._phase = _Phase.DRAWING
            if self.redraw == "as_saved":  # every frame: then it must not take longer than it need
                return (Do.DRAW_ONCE,)
            return (*self._invalidate(), Do.DRAW_FULL) if self._composes else (Do.DRAW_FULL,)
        if self._rest:
            self._phase = _Phase.DRAWING
            if self._rest > 1 or self._is_worth_a_try:
                self._rest -= 1
            return (Do.DRAW_ONCE,)
        self._phase = _Phase.COMPOSING
        self._last_composed = True
        self._layout = event.layout
        how = Do.COMPOSE_WITH_LAYOUT if event.layout else Do.COMPOSE
        return (*self._invalidate(), how) if event.elsewhere else (how,)

    @property
    def _is_worth_a_try(self) -> bool:
        """Whether so many frames are left that composing may pay yet."""
        return self._frame.left is None or self._frame.left > self.limits.rest

    def _judge(self, event: Composed) -> Iterable[Do]:
        self._kept += 1
        if self._kept == 1:  # nothing was kept before
            self._full_draw = event.seconds
        self._layouts = self._layouts + 1 if self._layout else 0
        settling = self._layout and self._layouts < self.limits.layouts
        # Only what was drawn and kept before can have saved anything.
        can_tell = self._kept > 1 and not (self._kept == 2 and self._leapt) and not settling
        given_up: Instructions = ()
        due = self._is_check_due(event.at, composed=True)
        gives_up = self.redraw == "auto" and self.limits.gives_up
        if gives_up and can_tell and not event.pays:
            self._rest, self._next_rest = self._next_rest, 2 * self._next_rest
            given_up = self._invalidate()
        return (*given_up, *self._then_compare(due))

    def _is_check_due(self, at: float, *, composed: bool) -> bool:
        if self.redraw == "verify" or self._frame.manner == "check":
            return True
        if self._begun <= self.limits.spared:
            return False
        if composed and self._compared < self.limits.sure_checks:
            return self._kept != 1  # the first one was drawn in full
        comparing = self._comparing + self._full_draw
        return comparing < self.limits.check_share * (at - self._opened)

    def _then_compare(self, due: bool) -> Instructions:
        self._phase = _Phase.COMPARING if due else _Phase.IDLE
        return (Do.COMPARE,) if due else ()

    def _draw_all(self) -> Instructions:
        """Compose no frame any longer."""
        if not self._composes:
            return ()
        self._composes = False
        self._rest = 0
        return self._invalidate()

    def _invalidate(self) -> Instructions:
        self._kept = 0
        return (Do.INVALIDATE,)

    def _look_back(self) -> Iterable[Do]:
        """Look at the last frame: what was changed in secret shows, unless it was changed back."""
        wanted = self.redraw == "auto" and self.limits.looks_back
        if not wanted or not self._last_composed or self._kept < 2:
            return ()
        self._phase = _Phase.COMPARING
        return (Do.COMPOSE_AGAIN, Do.COMPARE)

    def story(self) -> str:
        """Tell the last events and what was done about them, one a line, for a person to read."""
        return "\n".join(
            f"{event}" + (f" -> {', '.join(one.value for one in done)}" if done else "")
            for event, done in self._log
        )

    def validate(self) -> None:
        """Look for what cannot be; for tests.

        Raises
        ------
        PolicyError
            If there is any.
        """
        resting = self._rest > 0
        for impossible, what in (
            (self._rest < 0 or self._rest > self._next_rest // 2, "it rests longer than it may"),
            (self._next_rest < self.limits.rest, "a rest got shorter"),
            (resting and self._kept > 0, "it rests, and something is kept"),
            (resting and self.redraw != "auto", "only auto gives composing up"),
            (not self._composes and self._kept > 0, "something is kept that cannot be composed"),
            (self._phase is _Phase.COMPOSING and not self.composing, "it composes uncalled"),
            (self._comparing < 0 or self._compared < 0, "less than nothing was compared"),
            (len(self._log) > self.limits.log, "the log grows"),
        ):
            if impossible:
                raise PolicyError(f"{what}\n{self.story()}")
