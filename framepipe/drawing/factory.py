"""From the user's animation to what makes painters of it, in whatever process they are to paint."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import matplotlib.pyplot as plt
from matplotlib.animation import Animation
from matplotlib.figure import Figure

from .figure_painter import OpenedFigures
from .figures import Figures
from .mpl.animation import figure_of, interval_of, mark_started
from .painter import Painter
from .pickling import RandomStates, dumps, loads, restore_random, snapshot_random
from .policy import Limits, Redraw
from .rendering.user_draws import user_listens
from .replay import Replay, check_animations
from .retained.compositor import can_retain
from .selection import Selection
from .settings import (
    FrameSettings,
)
from .writer_sink import Writers


@dataclass(frozen=True, slots=True)
class OpenedAnimation:
    """The animation that a user gave, made if it was given as a function.

    A context, at whose end the figure of an animation made here is closed.

    Parameters
    ----------
    animations : tuple of Animation
        The animation, and those that run along on its figure.
    frames : int or None
        Number of frames, as far as it is known beforehand.
    make : callable or None
        The user's function that made the animation.
    extra_anim : tuple of Animation
        As the user gave them.
    random_before : RandomStates
        As they were before `make` was called.
    """

    animations: tuple[Animation, ...]
    frames: int | None
    make: Callable[[], Animation] | None
    extra_anim: tuple[Animation, ...]
    random_before: RandomStates

    @property
    def figure(self) -> Figure:
        """The figure that changes."""
        return figure_of(self.animations[0])

    @property
    def interval(self) -> float | None:
        """Milliseconds between two frames; None if the animation does not say."""
        return interval_of(self.animations[0])

    @property
    def user_code(self) -> tuple[Animation, ...]:
        """What holds the user's functions."""
        return self.animations

    def drawing(self, redraw: Redraw) -> Redraw:
        """Return how frames are drawn."""
        return redraw

    @property
    def is_listened_to(self) -> bool:
        """Whether code of the user's listens to the figure's draws."""
        return user_listens(self.figure)

    @property
    def can_be_kept(self) -> bool:
        """Whether what does not change from frame to frame can be kept."""
        return can_retain(self.figure, self.animations)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.make is not None:
            plt.close(self.figure)  # we made it, nobody else will

    def painter_factory(
        self,
        settings: FrameSettings,
        *,
        independent: bool = False,
        redraw: Redraw = "full",
        writers: Writers | None = None,
        selection: Selection | None = None,
    ) -> PainterFactory:
        """Return what makes painters of the animation.

        Parameters
        ----------
        settings : FrameSettings
            How to draw.
        independent : bool, default: False
            See `Replay`.
        redraw : {"auto", "full", "verify", "as_saved"}, default: "full"
            See `Painter`.
        writers : Writers, optional
            matplotlib writers that are to take the frames.
        selection : Selection, optional
            The frames that the movie shows, if not all.
        """
        return PainterFactory(
            self.animations,
            settings,
            independent=independent,
            redraw=redraw,
            writers=writers,
            random=snapshot_random(),
            make=self.make,
            extra_anim=self.extra_anim,
            random_before=self.random_before,
            selection=selection,
        )


def note_use(animation: object) -> None:
    """Keep matplotlib from saying that an animation was made in vain, whatever becomes of it."""
    if isinstance(animation, Animation):
        mark_started(animation)


def _check_takes_nothing(function: Callable[..., object]) -> None:
    """Refuse a function that makes frames rather than the animation.

    Raises
    ------
    TypeError
        If it cannot be called without arguments.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # it does not say
    try:
        signature.bind()
    except TypeError:
        name = getattr(function, "__name__", repr(function))
        raise TypeError(
            f"encode() takes an animation, or a function without arguments that makes one; "
            f"{name}{signature} has some. If it updates the figure for a frame, give "
            f"FuncAnimation(fig, {name}, frames=...)"
        ) from None


def open_animation(
    animation: Animation | Figures | Callable[[], Animation | Figures],
    extra_anim: Sequence[Animation] | None = None,
    *,
    independent: bool = False,
) -> OpenedAnimation | OpenedFigures:
    """Resolve what a user gave as an animation.

    Parameters
    ----------
    animation : Animation, Figures or callable
        The animation, or a function without arguments that makes it.
    extra_anim : sequence of Animation, optional
        Animations that run along.
    independent : bool, default: False
        See `Replay`.

    Raises
    ------
    TypeError, ValueError
        If one of these will not do, or the animation has no frames.
    FrameError
        If the first one of figures could not be made.
    """
    before = snapshot_random()
    make: Callable[[], Any] | None = None
    if not isinstance(animation, Animation) and callable(animation):
        _check_takes_nothing(animation)
        make, animation = animation, animation()
    if isinstance(animation, Figures):
        if extra_anim:
            raise ValueError("extra_anim goes with an animation; Figures have none beside them")
        if independent and not animation.independent:
            raise ValueError(
                "independent=True: the figures of a generator come one after another, and none can "
                "be left out. Give Figures a function and the items to call it with"
            )
        return OpenedFigures(animation)
    extra = tuple(extra_anim or ())
    animations = check_animations(animation, extra)
    opened = OpenedAnimation(animations, None, make, extra, before)
    try:
        frames = Replay(animations, independent=independent).length
        if frames == 0:
            raise ValueError("the animation has no frames")
    except BaseException:
        opened.__exit__()
        raise
    return replace(opened, frames=frames)


@dataclass(frozen=True, slots=True)
class PainterFactory:
    """Makes a painter, in this process, in a fork of it, or in one it was pickled for.

    Here and in a fork it paints the animation that stands here.  Pickled, it is that animation,
    or the user's function that makes it, together with the environment that drawing depends on;
    see `framepipe.drawing.pickling`.

    Parameters
    ----------
    animations : tuple of Animation
        On one figure; empty where they have yet to be made.
    settings : FrameSettings
        How to draw.
    independent, redraw, writers
        See `Painter`.
    random : RandomStates, optional
        What `random` and `numpy.random` begin from.  A fork needs it too: Python seeds `random`
        anew in every one.
    make : callable, optional
        The user's function that makes the animation in a process that it was pickled for.
    extra_anim : tuple of Animation
        What runs along with an animation that `make` makes.
    random_before : RandomStates, optional
        What `make` begins from.
    on_another_machine : bool, default: False
        Whether it may be unpickled on another machine, with other folders and fonts.
    limits, selection, history
        See `Painter`.
    """

    animations: tuple[Animation, ...]
    settings: FrameSettings
    independent: bool = False
    redraw: Redraw = "full"
    writers: Writers | None = None
    random: RandomStates | None = None
    make: Callable[[], Animation] | None = None
    extra_anim: tuple[Animation, ...] = ()
    random_before: RandomStates | None = None
    on_another_machine: bool = False
    limits: Limits | None = None
    selection: Selection | None = None
    history: int = 0

    def __call__(self) -> Painter:
        """Make a painter, not yet opened."""
        if self.random is not None:
            restore_random(self.random)
        animations = self.animations
        if not animations and self.make is not None:
            animations = check_animations(self.make(), self.extra_anim)
        return Painter(
            animations,
            self.settings,
            independent=self.independent,
            redraw=self.redraw,
            writers=self.writers,
            limits=self.limits,
            selection=self.selection,
            history=self.history,
        )

    def unchecked(self) -> PainterFactory:
        """Return a factory for where no frame is compared with another history's.

        Updates are left out there only where nothing can come of it: nowhere.  (Where all frames
        are drawn in order, none is left out anyway.)
        """
        return replace(self, independent=False)

    def __reduce__(self) -> tuple[Callable[[bytes], PainterFactory], tuple[bytes]]:
        """Pickle the animation and its environment.

        Raises
        ------
        NotPicklable
            If the animation refers to something that cannot be pickled.
        ImportError
            If cloudpickle is not installed.
        """
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        users: list[object] = [*self.animations]
        if self.make is not None:
            content |= {"animations": (), "random": self.random_before}
            users = [self.make]
        if self.writers is not None:
            users.append(self.writers.writer_class)
        return _unpickle, (dumps(content, users=users, on_another_machine=self.on_another_machine),)


def _unpickle(data: bytes) -> PainterFactory:
    return PainterFactory(**loads(data))
