"""Everything about a movie, decided before anything starts, for `encode` and for `Writer` alike.

The order in which things are decided matters, and stands here alone: the encoder's settings (fps,
codec ...), the output and its suffix, the writer that may take the frames, and only then the size
and colours of a frame, which depend on all of them.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .drawing.factory import PainterFactory, open_animation
from .drawing.figure_painter import FigurePainterFactory
from .drawing.figures import Figures
from .drawing.functions.sharing import find_unshareable
from .drawing.policy import Redraw
from .drawing.selection import FrameChoice, Selection
from .drawing.settings import (
    FrameSettings,
    MovieSettings,
    frame_settings,
    movie_settings,
    number_of_dpi,
    picture_texts,
)
from .drawing.writer_sink import Writers, is_ffmpeg, sink_of, takes_pipe
from .encoding.command import Encoding, forced_format
from .encoding.encoder import Encoder
from .encoding.factory import EncoderFactory
from .encoding.find import find_ffmpeg
from .encoding.output import Output
from .encoding.sizes import needs_even_size
from .encoding.targets.fan_out import FanOut
from .encoding.targets.pictures import PictureFolder, is_series
from .encoding.targets.stream import Stream, is_writable
from .engines.protocols import MakeSink
from .engines.system.resources import default_workers
from .options import RedrawName, StartMethod, To, as_targets

if TYPE_CHECKING:
    from matplotlib.animation import AbstractMovieWriter, Animation
    from matplotlib.figure import Figure

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Target:
    """One of several movies that are made of the same frames.

    Parameters
    ----------
    output : Output
        Where it goes.
    encoder : EncoderFactory
        How frames are encoded.
    """

    output: Output
    encoder: EncoderFactory


@dataclass(frozen=True, slots=True)
class Plan:
    """One movie: where it goes, how a frame is drawn, how frames are encoded.

    Parameters
    ----------
    output : Output
        Where it goes.
    frame : FrameSettings
        How a frame is drawn.
    encoder : EncoderFactory
        How frames are encoded.
    fps : float
        Frames a second that are shown; a GIF cannot show more than 50.
    writers : Writers or None
        The matplotlib writers that take the frames, where no encoder of ours does.
    others : tuple of Target
        Further movies of the same frames.
    """

    output: Output
    frame: FrameSettings
    encoder: EncoderFactory
    fps: float
    writers: Writers | None = None
    others: tuple[Target, ...] = ()

    @property
    def direct(self) -> bool:
        """Whether frames go where they cannot be taken back from; see `Output.direct`."""
        return any(output.direct for output in self._outputs)

    @property
    def _outputs(self) -> list[Output]:
        return [self.output, *(other.output for other in self.others)]

    def prepare(self) -> None:
        """Make the part files."""
        for output in self._outputs:
            output.prepare()

    def discard(self) -> None:
        """Remove the part files, if there are any."""
        for output in self._outputs:
            output.discard()

    @property
    def parts(self) -> list[str]:
        """The part files, as long as they are."""
        return [output.part for output in self._outputs]

    @property
    def temporary_places(self) -> set[str]:
        """The folders where part files and temporary folders are made."""
        return {output.beside or tempfile.gettempdir() for output in self._outputs}

    def publish(self) -> list[Path]:
        """Put every movie in its place; all of them are whole."""
        return [output.publish() for output in self._outputs]

    def whole_movie(self, arguments: Sequence[str] = ()) -> Encoder | FanOut:
        """Return what takes all frames, not started.

        Parameters
        ----------
        arguments : sequence of str, optional
            Further ones for ffmpeg.
        """
        encoders = [
            target.encoder.with_arguments(arguments).whole_movie(target.output.part)
            for target in (Target(self.output, self.encoder), *self.others)
        ]
        return FanOut(encoders) if self.others else encoders[0]

    @property
    def encoding(self) -> Encoding:
        """How frames are encoded, without the size."""
        return self.encoder.encoding

    @property
    def make_sink(self) -> MakeSink:
        """What makes a sink for a segment."""
        return self.encoder if self.writers is None else sink_of

    @classmethod
    def of(
        cls,
        figure: Figure,
        filename: Any,
        movie: MovieSettings,
        stack: ExitStack,
        *,
        dpi: float | str | None,
        savefig_kwargs: Mapping[str, Any] | None = None,
        own_arguments: bool = True,
        make_writers: Callable[[Output], Writers] | None = None,
        hold: float = 0.0,
        loop: int = 0,
        others: Sequence[tuple[To, MovieSettings]] = (),
    ) -> Self:
        """Decide; what must be closed at the end is pushed onto `stack`.

        Parameters
        ----------
        figure : Figure
            What is drawn.  It is not touched.
        filename : str, path-like, file object or To
            The movie.
        movie : MovieSettings
            What is known of its encoding.
        stack : ExitStack
            Takes what has to be let go of.
        dpi : float, "figure" or None
            Dots per inch, as `Animation.save` takes it.
        savefig_kwargs : mapping, optional
            Arguments for `Figure.savefig`.
        own_arguments : bool, default: True
            Whether ``movie.extra_args`` are for ffmpeg.
        make_writers : callable, optional
            Returns the matplotlib writers that are to take the frames.
        hold, loop
            As `encode` takes them.
        others : sequence of (To, MovieSettings), optional
            Further movies of the same frames.

        Raises
        ------
        TypeError, ValueError, OSError
            If something will not do.
        EncoderNotFound
            If there is no ffmpeg.
        """
        to = filename if isinstance(filename, To) else To(filename)
        filename = to.filename
        if make_writers is not None:
            if hold or loop:
                raise ValueError("hold= and loop= are for ffmpeg's writer alone")
            if is_series(filename) or is_writable(filename) or others:
                raise ValueError(
                    "series of pictures, file objects and several movies at once are for ffmpeg's "
                    "writer alone"
                )
        if is_series(filename) and make_writers is None:
            movie = of_pictures(movie)
        encoding = _encoding(movie, hold, loop, own_arguments=own_arguments)
        any_ending = make_writers is not None or forced_format(encoding) is not None
        output = stack.enter_context(_output(to, any_ending, movie, dpi, figure, savefig_kwargs))
        writers = None if make_writers is None else make_writers(output)
        wanted = [(output, encoding, movie)]
        for other, settings_of in others:
            its = of_pictures(settings_of) if is_series(other.filename) else settings_of
            own = _encoding(its, _or(other.hold, hold), _or(other.loop, loop))
            any_ending = forced_format(own) is not None
            place = stack.enter_context(
                _output(other, any_ending, its, dpi, figure, savefig_kwargs)
            )
            wanted.append((place, own, its))
        _check_names([place for place, _, _ in wanted])

        def settings(*, even: bool) -> FrameSettings:
            """Opaque if one of the movies has to be."""
            nonlocal savefig_kwargs
            found = []
            for place, _, its in wanted:
                found.append(
                    frame_settings(
                        figure,
                        dpi=dpi,
                        codec=its.codec,
                        suffix=place.suffix,
                        even=even,
                        savefig_kwargs=savefig_kwargs,
                        transparent=None if writers is None else writers.transparent,
                    )
                )
                # What was said about it once has been said.
                kept = dict(savefig_kwargs or {})
                kept.pop("bbox_inches", None)
                savefig_kwargs = kept
            return next((one for one in found if one.opaque), found[0])

        frame = settings(even=writers is not None and writers.even)
        if writers is None and any(
            needs_even_size(own, place.suffix, frame.width, frame.height)
            for place, own, _ in wanted
        ):
            frame = settings(even=True)
        first, *more = (
            Target(place, EncoderFactory(own, frame.width, frame.height, place.suffix, its.ffmpeg))
            for place, own, its in wanted
        )
        first.encoder.ffmpeg()  # better missed now
        # Known to be a number: `movie_settings` takes nothing else.
        fps = float(movie.fps if writers is not None else encoding.shown_fps(output.suffix))
        return cls(first.output, frame, first.encoder, fps, writers, tuple(more))


def _encoding(
    movie: MovieSettings, hold: float, loop: int, *, own_arguments: bool = True
) -> Encoding:
    return Encoding(
        fps=movie.fps,
        codec=movie.codec,
        bitrate=movie.bitrate,
        extra_args=movie.extra_args if own_arguments and len(movie.extra_args) else (),
        metadata=movie.metadata,
        hold=hold,
        loop=loop,
    )


def _output(
    to: To,
    any_ending: bool,
    movie: MovieSettings,
    dpi: float | str | None,
    figure: Figure,
    savefig_kwargs: Mapping[str, Any] | None,
) -> Output:
    """Return the place for a movie: a file, a series of pictures, or a file object."""
    if is_writable(to.filename):
        return Stream(to.filename, f".{to.format or 'mp4'}")
    if is_series(to.filename):
        texts = picture_texts(movie.metadata, savefig_kwargs)
        return PictureFolder(to.filename, texts, number_of_dpi(figure, dpi))
    return Output(to.filename, any_ending=any_ending)


def of_pictures(movie: MovieSettings) -> MovieSettings:
    """Return settings for a series of PNGs instead of a movie."""
    numbered = (*movie.extra_args, "-start_number", "0")
    return replace(movie, codec="png", bitrate=0, extra_args=numbered)


def _or(own: T | None, general: T) -> T:
    return general if own is None else own


def _check_names(outputs: Sequence[Output]) -> None:
    """Refuse two movies of one name."""
    names = [
        output.path.resolve()
        for output in outputs
        if not output.direct and not isinstance(output, Stream)
    ]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two movies cannot both be {str(name)!r}")


@dataclass(frozen=True, slots=True)
class EncodePlan:
    """What `encode` has decided: a plan, and who carries it out.

    Parameters
    ----------
    movie : Plan
        The movie.
    painters : PainterFactory or FigurePainterFactory
        What draws it.
    frames : int or None
        Number of the movie's frames, as far as it is known; an upper bound.
    redraw : {"auto", "full", "verify", "as_saved"}
        See `Painter`.
    workers : int
        Render processes; 0: this one draws.
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    workers_given : bool
        Whether it was the user who said how many; else so many are but the most there may be.
    has_copy : bool
        Whether a fork of this process could make the movie as well, where this one is to draw it
        and begins with what is kept; see `framepipe.modes.in_process`.
    has_witness : bool
        Whether a fork of this process, which is to draw the movie, could draw all frames besides.
    """

    movie: Plan
    painters: PainterFactory | FigurePainterFactory
    frames: int | None
    redraw: Redraw
    workers: int
    start_method: StartMethod
    workers_given: bool = False
    has_copy: bool = False
    has_witness: bool = False

    def place(self, frame: int) -> int:
        """Return which frame of the animation a frame of the movie is."""
        selection = self.painters.selection
        place = None if selection is None else selection.place(frame)
        return frame if place is None else place


def plan_encode(
    stack: ExitStack,
    animation: Animation | Figures | Callable[[], Animation | Figures],
    filename: Any,
    writer: AbstractMovieWriter | str | None,
    *,
    dpi: float | str | None,
    extra_anim: Sequence[Animation] | None,
    savefig_kwargs: Mapping[str, Any] | None,
    workers: int | None,
    redraw: RedrawName,
    independent: bool,
    start_method: StartMethod | None,
    hold: float = 0.0,
    loop: int = 0,
    frames: FrameChoice | None = None,
    **given: Any,
) -> EncodePlan:
    """Decide everything about a movie that `encode` was asked for.

    Parameters
    ----------
    stack : ExitStack
        Takes what has to be let go of at the end.
    animation, filename, writer, dpi, extra_anim, savefig_kwargs
        As `encode` takes them.
    workers, redraw, independent, start_method, hold, loop, frames
        As `encode` takes them.
    **given
        fps, codec, bitrate, extra_args and metadata, as `encode` takes them.

    Raises
    ------
    TypeError, ValueError, IndexError, RuntimeError, OSError
        If something will not do.
    EncoderNotFound
        If there is no ffmpeg, or the writer's program is not there.
    """
    piped = takes_pipe(writer)
    opened = open_animation(animation, extra_anim, independent=independent)
    stack.enter_context(opened)
    selection = None if frames is None else Selection.of(frames, opened.frames)
    count = opened.frames if selection is None else selection.count(opened.frames)
    first, *more = as_targets(filename)

    def settings_of(to: To) -> MovieSettings:
        return movie_settings(
            None, interval=opened.interval, writer=writer, **{**given, **to.given}
        )

    movie = settings_of(first)

    def make_writers(output: Output) -> Writers:
        return Writers(
            writer,
            fps=movie.fps,
            given={name: given[name] for name in given if name != "fps"},
            filename=str(output.path),
            find_ffmpeg=partial(find_ffmpeg, movie.ffmpeg),
        )

    plan = Plan.of(
        opened.figure,
        first,
        movie,
        stack,
        dpi=dpi,
        savefig_kwargs=savefig_kwargs,
        own_arguments=piped or is_ffmpeg(writer),
        make_writers=None if piped else make_writers,
        hold=_or(first.hold, hold),
        loop=_or(first.loop, loop),
        others=[(to, settings_of(to)) for to in more],
    )
    workers_given = workers is not None
    if workers is None:
        workers = default_workers()
    if count is not None:
        workers = min(workers, count)
    drawing = opened.drawing(redraw)
    if opened.is_listened_to and redraw != "verify":
        # Every draw may change what comes after it: all of them must be made, in one process.
        workers, drawing, workers_given = min(workers, 1), "as_saved", False
    method: StartMethod = start_method or ("fork" if sys.platform == "linux" else "spawn")
    if workers and method == "fork" and (found := find_unshareable(opened.user_code)) is not None:
        _log.warning("%s: the movie is made in this process alone", found)
        workers, workers_given = 0, False
    may_fork = (
        workers == 0
        and workers_given
        and method == "fork"
        and drawing in ("auto", "verify")
        and find_unshareable(opened.user_code) is None
    )
    has_copy = may_fork and drawing == "auto" and not plan.direct and opened.can_be_kept
    painters = opened.painter_factory(
        plan.frame, independent=independent, redraw=drawing, writers=plan.writers,
        selection=selection,
    )  # fmt: skip
    return EncodePlan(
        plan, painters, count, drawing, workers, method, workers_given,
        has_copy=has_copy, has_witness=may_fork and drawing == "verify",
    )  # fmt: skip
