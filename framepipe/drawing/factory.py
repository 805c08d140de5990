"""From the user's animation to what makes painters of it, in whatever process they are to paint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, cast

import matplotlib.pyplot as plt
from matplotlib.animation import Animation
from matplotlib.figure import Figure

from .mpl.animation import figure_of
from .painter import Painter
from .pickling import RandomStates, dumps, loads, restore_random, snapshot_random
from .policy import Redraw
from .replay import Replay, check_animations
from .settings import (
    FrameSettings,
    MovieSettings,
    frame_settings,
    movie_settings,
)
from .writer_sink import Writers, is_ffmpeg, sink_of, takes_pipe, writer_class


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
        )


def open_animation(
    animation: Animation | Callable[[], Animation],
    extra_anim: Sequence[Animation] | None = None,
    *,
    independent: bool = False,
) -> OpenedAnimation:
    """Resolve what a user gave as an animation.

    Parameters
    ----------
    animation : Animation or callable
        The animation, or a function without arguments that makes it.
    extra_anim : sequence of Animation, optional
        Animations that run along.
    independent : bool, default: False
        See `Replay`.

    Raises
    ------
    TypeError, ValueError
        If one of these will not do, or the animation has no frames.
    """
    before = snapshot_random()
    make: Callable[[], Animation] | None = None
    if not isinstance(animation, Animation) and callable(animation):
        make, animation = animation, animation()
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
        )

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


class Job:
    """An animation to be drawn.

    Parameters
    ----------
    animation : Animation or callable
        The animation, or a function without arguments that makes it.
    extra_anim : sequence of Animation, optional
        Animations that run along.
    independent : bool
        See `Replay`.
    writer : None, str or AbstractMovieWriter
        As `Animation.save` takes it.

    Raises
    ------
    TypeError, ValueError
        If one of these will not do, or the animation has no frames.

    Attributes
    ----------
    frames : int or None
        Number of frames, as far as it is known beforehand.
    takes_pipe : bool
        Whether the writer is ffmpeg fed through its standard input.
    """

    def __init__(
        self,
        animation: Animation | Callable[[], Animation],
        extra_anim: Sequence[Animation] | None,
        *,
        independent: bool,
        writer: Any,
    ) -> None:
        self.takes_pipe = takes_pipe(writer)
        self._writer = writer
        self._writers: Writers | None = None
        self._independent = independent
        self._opened = open_animation(animation, extra_anim, independent=independent)
        self.frames = self._opened.frames
        self._settings: FrameSettings | None = None
        self._given: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.__exit__()

    def movie_settings(
        self,
        *,
        fps: float | None,
        codec: str | None,
        bitrate: int | None,
        extra_args: Sequence[str] | None,
        metadata: Mapping[str, str] | None,
    ) -> MovieSettings:
        """Work out how the movie is to be encoded; see `settings.movie_settings`."""
        self._given = {
            "codec": codec, "bitrate": bitrate, "extra_args": extra_args, "metadata": metadata,
        }  # fmt: skip
        return movie_settings(
            self._opened.animations[0], writer=self._writer, fps=fps, **self._given
        )

    def use_writer(
        self, filename: str, fps: float, find_ffmpeg: Callable[[], str]
    ) -> Callable[[Painter, str], Any]:
        """Let matplotlib's writer take the frames instead of an encoder of ours.

        Parameters
        ----------
        filename : str
            The movie's name.
        fps : float
            Frames a second.
        find_ffmpeg : callable
            Returns the path of ffmpeg, where it is to run.

        Returns
        -------
        callable
            Makes a sink from a painter and a path.

        Raises
        ------
        EncoderNotFound, ValueError
            See `Writers`.
        """
        self._writers = Writers(
            self._writer, fps=fps, given=self._given, filename=filename, find_ffmpeg=find_ffmpeg
        )
        return sink_of

    @property
    def writer_name(self) -> str:
        """The class of matplotlib writer that was asked for."""
        return str(writer_class(self._writer).__name__)

    @property
    def writer_is_ffmpeg(self) -> bool:
        """Whether that one runs ffmpeg, and so takes its arguments."""
        return is_ffmpeg(self._writer)

    @property
    def writer_evens(self) -> bool:
        """Whether the writer that takes the frames makes their sides even."""
        return self._writers is not None and self._writers.even

    def frame_settings(
        self,
        *,
        dpi: float | str | None,
        codec: str,
        suffix: str,
        even: bool,
        savefig_kwargs: Mapping[str, Any] | None,
    ) -> FrameSettings:
        """Work out how frames are to be drawn; see `settings.frame_settings`."""
        self._settings = frame_settings(
            self._opened.figure,
            dpi=dpi,
            codec=codec,
            suffix=suffix,
            even=even,
            savefig_kwargs=savefig_kwargs,
            transparent=None if self._writers is None else self._writers.transparent,
        )
        return self._settings

    def painter(self, *, redraw: str) -> Painter:
        """Return a painter for this process; `redraw` as `Painter` takes it."""
        return self.painter_factory(redraw=redraw)()

    def painter_factory(self, *, redraw: str) -> PainterFactory:
        """Return what makes painters, here and in workers; `redraw` as `Painter` takes it."""
        if self._settings is None:
            raise RuntimeError("frame_settings() comes first")
        return self._opened.painter_factory(
            self._settings,
            independent=self._independent,
            redraw=cast("Redraw", redraw),
            writers=self._writers,
        )
