"""What is to be drawn, as the front door sees it: an animation, its settings, its painters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Self

import matplotlib.pyplot as plt
from matplotlib.animation import Animation

from .painter import Painter
from .pickling import pack, restore_random, snapshot_random, unpack
from .replay import Replay, check_animations
from .settings import (
    FrameSettings,
    MovieSettings,
    frame_settings,
    movie_settings,
)
from .writer_sink import Writers, is_ffmpeg, sink_of, takes_pipe, writer_class


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
        self._extra = extra_anim
        self._random = snapshot_random()
        self._factory: Callable[[], Animation] | None = None
        if not isinstance(animation, Animation) and callable(animation):
            self._factory = animation
            animation = animation()
        self._animations = check_animations(animation, extra_anim)
        self._figure = self._animations[0]._fig  # type: ignore[attr-defined]
        try:
            self.frames = Replay(self._animations, independent=independent).length
            if self.frames == 0:
                raise ValueError("the animation has no frames")
        except BaseException:
            self.__exit__()
            raise
        self._settings: FrameSettings | None = None
        self._given: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._factory is not None:
            plt.close(self._figure)  # we made it, nobody else will

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
        return movie_settings(self._animations[0], writer=self._writer, fps=fps, **self._given)

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
            self._figure,
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
        return Painter(self._animations, **self._options(redraw))

    def painter_maker(
        self, *, travels: bool, redraw: str, abroad: bool = False
    ) -> Callable[[], Painter]:
        """Return the function that makes a painter in a worker.

        Parameters
        ----------
        redraw : {"auto", "full", "verify"}
            See `Painter`.
        travels : bool
            Whether it is to be pickled for a process that is not a fork of this one.
        abroad : bool, default: False
            Whether that process may be on another machine.

        Raises
        ------
        CannotTravel
            If the animation cannot be pickled.
        ImportError
            If cloudpickle is not installed.
        """
        options = self._options(redraw)
        make = partial(Painter, self._animations, **options)
        if not travels:
            # Python seeds `random` anew in every fork.
            return partial(_with_random, snapshot_random(), make)
        if self._factory is None:
            mine: tuple[Any, ...] = tuple(self._animations)
            if not self.takes_pipe:
                mine = (*mine, writer_class(self._writer))
            return partial(unpack, pack(make, mine, self._random, abroad=abroad))
        build = partial(_build, self._factory, self._extra, options)
        return partial(unpack, pack(build, self._factory, self._random, abroad=abroad))

    def _options(self, redraw: str) -> dict[str, Any]:
        if self._settings is None:
            raise RuntimeError("frame_settings() comes first")
        return {
            "settings": self._settings,
            "independent": self._independent,
            "redraw": redraw,
            "writers": self._writers,
        }


def _with_random(states: tuple[Any, Any], make: Callable[[], Painter]) -> Painter:
    restore_random(states)
    return make()


def _build(
    factory: Callable[[], Animation], extra: Sequence[Animation] | None, options: dict[str, Any]
) -> Painter:
    return Painter(check_animations(factory(), extra), **options)
