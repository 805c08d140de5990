"""Everything about a movie, decided before anything starts, for `encode` and for `Writer` alike.

The order in which things are decided matters, and stands here alone: the encoder's settings (fps,
codec ...), the output and its suffix, the writer that may take the frames, and only then the size
and colours of a frame, which depend on all of them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from .drawing.factory import PainterFactory, open_animation
from .drawing.policy import Redraw
from .drawing.settings import FrameSettings, MovieSettings, frame_settings, movie_settings
from .drawing.sharing import find_unshareable
from .drawing.writer_sink import Writers, is_ffmpeg, sink_of, takes_pipe
from .encoding.command import Encoding, forced_format
from .encoding.factory import EncoderFactory
from .encoding.find import find_ffmpeg
from .encoding.output import Output
from .encoding.sizes import needs_even_size
from .engines.protocols import MakeSink
from .engines.system.resources import default_workers
from .options import RedrawName, StartMethod

if TYPE_CHECKING:
    from matplotlib.animation import AbstractMovieWriter, Animation
    from matplotlib.figure import Figure

_log = logging.getLogger(__name__)


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
    """

    output: Output
    frame: FrameSettings
    encoder: EncoderFactory
    fps: float
    writers: Writers | None = None

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
    ) -> Self:
        """Decide; what must be closed at the end is pushed onto `stack`.

        Parameters
        ----------
        figure : Figure
            What is drawn.  It is not touched.
        filename : str or path-like
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

        Raises
        ------
        TypeError, ValueError, OSError
            If something will not do.
        EncoderNotFound
            If there is no ffmpeg.
        """
        encoding = Encoding(
            fps=movie.fps,
            codec=movie.codec,
            bitrate=movie.bitrate,
            extra_args=movie.extra_args if own_arguments else (),
            metadata=movie.metadata,
            hold=hold,
            loop=loop,
        )
        if (hold or loop) and make_writers is not None:
            raise ValueError("hold= and loop= are for ffmpeg's writer alone")
        any_ending = make_writers is not None or forced_format(encoding) is not None
        output = stack.enter_context(Output(filename, any_ending=any_ending))
        writers = None if make_writers is None else make_writers(output)

        def settings(*, even: bool) -> FrameSettings:
            return frame_settings(
                figure,
                dpi=dpi,
                codec=movie.codec,
                suffix=output.suffix,
                even=even,
                savefig_kwargs=savefig_kwargs,
                transparent=None if writers is None else writers.transparent,
            )

        frame = settings(even=writers is not None and writers.even)
        if writers is None and needs_even_size(encoding, output.suffix, frame.width, frame.height):
            frame = settings(even=True)
        encoder = EncoderFactory(encoding, frame.width, frame.height, output.suffix, movie.ffmpeg)
        encoder.ffmpeg()  # better missed now
        # Known to be a number: `movie_settings` takes nothing else.
        fps = movie.fps if writers is not None else float(encoding.shown_fps(output.suffix))
        return cls(output, frame, encoder, fps, writers)


@dataclass(frozen=True, slots=True)
class EncodePlan:
    """What `encode` has decided: a plan, and who carries it out.

    Parameters
    ----------
    movie : Plan
        The movie.
    painters : PainterFactory
        What draws it.
    frames : int or None
        Number of frames, as far as it is known; an upper bound.
    redraw : {"auto", "full", "verify", "as_saved"}
        See `Painter`.
    workers : int
        Render processes; 0: this one draws.
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    """

    movie: Plan
    painters: PainterFactory
    frames: int | None
    redraw: Redraw
    workers: int
    start_method: StartMethod


def plan_encode(
    stack: ExitStack,
    animation: Animation | Callable[[], Animation],
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
    hold: float,
    loop: int,
    **given: Any,
) -> EncodePlan:
    """Decide everything about a movie that `encode` was asked for.

    Parameters
    ----------
    stack : ExitStack
        Takes what has to be let go of at the end.
    animation, filename, writer, dpi, extra_anim, savefig_kwargs
        As `encode` takes them.
    workers, redraw, independent, start_method, hold, loop
        As `encode` takes them.
    **given
        fps, codec, bitrate, extra_args and metadata, as `encode` takes them.

    Raises
    ------
    TypeError, ValueError, RuntimeError, OSError
        If something will not do.
    EncoderNotFound
        If there is no ffmpeg, or the writer's program is not there.
    """
    piped = takes_pipe(writer)
    opened = stack.enter_context(open_animation(animation, extra_anim, independent=independent))
    movie = movie_settings(opened.animations[0], writer=writer, **given)

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
        filename,
        movie,
        stack,
        dpi=dpi,
        savefig_kwargs=savefig_kwargs,
        own_arguments=piped or is_ffmpeg(writer),
        make_writers=None if piped else make_writers,
        hold=hold,
        loop=loop,
    )
    if workers is None:
        workers = default_workers()
    if opened.frames is not None:
        workers = min(workers, opened.frames)
    drawing: Redraw = redraw
    if opened.is_listened_to and redraw != "verify":
        # Every draw may change what comes after it: all of them must be made, in one process.
        workers, drawing = min(workers, 1), "as_saved"
    method: StartMethod = start_method or ("fork" if sys.platform == "linux" else "spawn")
    if workers and method == "fork" and (found := find_unshareable(opened.animations)) is not None:
        _log.warning("%s: the movie is made in this process alone", found)
        workers = 0
    painters = opened.painter_factory(
        plan.frame, independent=independent, redraw=drawing, writers=plan.writers
    )
    return EncodePlan(plan, painters, opened.frames, drawing, workers, method)
