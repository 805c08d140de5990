"""framepipe as one of matplotlib's movie writers: ``ani.save("movie.mp4", writer="framepipe")``.

There are two ways.  Where `Animation.save` itself is at work, nothing of the animation has run when
it comes to the writer: so a fork of this process makes the movie, with render processes and kept
drawing, as `framepipe.encode` does (`framepipe.integrations.beside`), and what save goes on to do
runs the updates here and draws nothing.  Where frames are grabbed by hand there is nothing that
could be begun again: each is drawn here, in full, while the ones before it are encoded.

Private names used, looked at in matplotlib 3.9.0 and 3.11.2: none are called.  What
`Animation.save` asks of a writer beside its public methods, ``_supports_transparency`` (new in
3.10), is inherited from `FFMpegWriter`, and reads ``outfile`` and ``codec``.
"""

from __future__ import annotations

import inspect
import logging
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import matplotlib as mpl
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, writers
from matplotlib.figure import Figure

from ..drawing.mpl.animation import SaveCall, save_call
from ..drawing.painter import Painter
from ..drawing.rendering.canvas import (
    FrameCanvas,
    FrameSizeError,
    draw_full,
    keep_size,
    moved_to_agg,
)
from ..drawing.settings import draws_when_idle, movie_settings
from ..encoding.find import find_ffmpeg
from ..engines.protocols import NO_FRAMES
from ..engines.system.resources import usable_cpus
from ..engines.threaded import ThreadedSink
from ..errors import EncoderError, EncoderNotFound, FrameError, FramepipeError
from ..plan import EncodePlan, Plan, plan_encode
from .beside import Beside

_log = logging.getLogger(__name__)


@writers.register("framepipe")
class Writer(FFMpegWriter):
    """Makes the movie that matplotlib's `FFMpegWriter` makes, sooner, in this process.

    For ``Animation.save(..., writer="framepipe")``, as an instance given to it, or by hand::

        writer = framepipe.Writer(fps=30)
        with writer.saving(fig, "movie.mp4", dpi=100):
            ...  # change the figure
            writer.grab_frame()

    Parameters
    ----------
    fps : float, default: 5
        Frames a second.
    codec : str, default: rcParams["animation.codec"]
        Name that ffmpeg has for the encoder.
    bitrate : int, default: rcParams["animation.bitrate"]
        Kilobits a second; -1 leaves it to the encoder.
    extra_args : sequence of str, default: rcParams["animation.ffmpeg_args"]
        Further arguments for ffmpeg, before the output name.
    metadata : mapping of str to str, optional
        Title, artist and so on.

    Notes
    -----
    Under `Animation.save` the movie is made as `framepipe.encode` makes it, in other processes,
    while the updates run here, too, so that the animation is left as after any save.  That needs
    processes that are forked (Linux), more than one CPU, nobody who listens to draws, and a file
    to write.  Elsewhere, and by hand, frames are drawn in this process, in full: what keeps
    unchanged parts must be able to begin again when it finds that it was misled, and a writer is
    shown each frame but once.  What is saved then: `Animation` has every frame drawn once more than
    needed, through ``draw_idle``, which draws nothing while this writer is at work; and a frame is
    encoded while the next ones are updated and drawn.

    The movie takes its name when it is whole; when anything fails within `saving`, a file that had
    the name before stays as it is.

    From `setup` to `finish` the figure's canvas draws in our way.  After that canvas, size and dpi
    are as they were before.

    Examples
    --------
    >>> ani.save("movie.mp4", writer=framepipe.Writer(fps=20, bitrate=500))

    By hand:

    >>> writer = framepipe.Writer(fps=20)
    >>> with writer.saving(fig, "movie.mp4", dpi=100):
    ...     for height in range(5):
    ...         line.set_ydata([0, height])
    ...         writer.grab_frame()
    """

    #: For `framepipe.encode`, to which this means its own pipe.  A class made from this one takes
    #: its frames in segments, as it may do something else with them.
    takes_pipe = True

    def __init__(
        self,
        fps: float = 5,
        codec: str | None = None,
        bitrate: int | None = None,
        extra_args: Sequence[str] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        given: Any = {
            "codec": codec, "bitrate": bitrate, "extra_args": extra_args, "metadata": metadata,
        }  # fmt: skip
        super().__init__(fps, **given)  # type: ignore[arg-type]  # it takes fractions, too
        self._take: _Take | _Handed | None = None
        self._call: SaveCall | None = None
        self._forgotten: Any = None
        self._failure: EncoderError | None = None
        self._frame_size = (0, 0)

    @classmethod
    def bin_path(cls) -> str:
        """Return the ffmpeg that `framepipe.encode` would run.

        Raises
        ------
        EncoderNotFound
            If there is none.
        """
        return find_ffmpeg(movie_settings(None, fps=1).ffmpeg)

    @classmethod
    def isAvailable(cls) -> bool:  # noqa: N802 - matplotlib's name
        """Tell whether there is an ffmpeg."""
        try:
            cls.bin_path()
        except EncoderNotFound:
            return False
        return True

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels of the frames of the movie that was begun last."""
        # Asked for after the end, too (by `Animation.to_html5_video`), when the figure has its
        # own size again.
        return self._frame_size

    def setup(self, fig: Figure, outfile: str | os.PathLike[str], dpi: float | None = None) -> None:
        """Begin a movie.

        Parameters
        ----------
        fig : Figure
            The figure whose looks are the frames.
        outfile : str or path-like
            The movie.  Its suffix chooses the container.
        dpi : float, default: the figure's
            Dots per inch; with the figure's size this gives the movie's.

        Raises
        ------
        RuntimeError
            If this writer is in the middle of another movie.
        TypeError, ValueError, OSError
            If a setting, or the place for the movie, will not do.
        EncoderError, EncoderNotFound
            If ffmpeg cannot be started, or there is none.
        """
        if self._take is not None:
            raise RuntimeError(
                f"this writer has not finished {str(self.outfile)!r}: finish() or abort() it, or "
                "use a second writer"
            )
        self._failure = None
        # Not FFMpegWriter's, which would resize the figure's window and start an ffmpeg itself.
        AbstractMovieWriter.setup(self, fig, outfile, dpi)  # type: ignore[arg-type]
        call, self._call = self._call, None
        plan = None if call is None else _plan_all(self, call, fig, outfile, self.dpi)
        if plan is None:
            self._take = _Take(self, fig, outfile, self.dpi)
        else:
            self._take = _Handed(*plan)
        self._frame_size = (self._take.settings.width, self._take.settings.height)
        # By hand, a movie may be begun and never be finished.
        self._forgotten = weakref.finalize(self, self._take.abort)

    def saving(  # type: ignore[override]  # a context like any other
        self,
        fig: Figure,
        outfile: str | os.PathLike[str],
        dpi: float | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> AbstractContextManager[Writer]:
        """Return a context in which frames are grabbed; at its end the movie is there.

        The parameters are those of `setup`.  When something is raised within, the movie is given
        up, and a file that was there before stays as it is.
        """
        # A class made from this one may do something else with the frames.
        here = inspect.currentframe()
        caller = None if here is None else here.f_back
        call = save_call(caller) if type(self) is Writer else None
        return self._saving(call, fig, outfile, dpi, *args, **kwargs)

    @contextmanager
    def _saving(
        self,
        call: SaveCall | None,
        fig: Figure,
        outfile: str | os.PathLike[str],
        dpi: float | None,
        *args: Any,
        **kwargs: Any,
    ) -> Iterator[Writer]:
        self._call = call
        self.setup(fig, outfile, dpi, *args, **kwargs)
        try:
            # As the other writers do: "tight" would give every frame a size of its own.
            with mpl.rc_context({"savefig.bbox": None}):
                yield self
            self.finish()
        except BaseException:
            self.abort()
            raise

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Draw the figure as the movie's next frame.

        It waits only when three frames are on their way to ffmpeg already.

        Parameters
        ----------
        **savefig_kwargs
            Arguments for `Figure.savefig`, but not dpi, format and bbox_inches, which belong to
            the movie.

        Raises
        ------
        EncoderError
            If ffmpeg failed.  The movie has then been given up.
        """
        take = self._taking()
        try:
            take.grab(savefig_kwargs)
        except EncoderError as error:
            self._fail(error)
            raise

    def finish(self) -> None:
        """Wait until the movie is whole, and put it in place.

        Raises
        ------
        EncoderError
            If ffmpeg failed.
        FramepipeError
            If there were no frames.
        """
        take = self._taking()
        try:
            take.finish()
        except EncoderError as error:
            self._fail(error)
            raise
        finally:
            self.abort()

    def abort(self) -> None:
        """Give the movie up, if one is being made; nothing is left of it."""
        take, self._take = self._take, None
        if take is not None:
            self._forgotten.detach()
            take.abort()

    def _taking(self) -> _Take | _Handed:
        if self._failure is not None:
            raise self._failure
        if self._take is None:
            raise RuntimeError("no movie has been begun: call setup() first, or use saving()")
        return self._take

    def _fail(self, error: EncoderError) -> None:
        """Give the movie up, and say so again to whoever goes on nevertheless."""
        self._failure = error
        self.abort()


class _Take:
    """One movie, from `Writer.setup` to `Writer.finish`.

    Parameters
    ----------
    writer : Writer
        What it is to be like.
    figure : Figure
        The figure.
    filename : str or path-like
        The movie.
    dpi : float
        Dots per inch.
    """

    def __init__(
        self, writer: Writer, figure: Figure, filename: str | os.PathLike[str], dpi: float
    ) -> None:
        self._figure = figure
        self._frames = 0
        with ExitStack() as stack:
            movie = movie_settings(None, writer=writer)
            plan = Plan.of(figure, filename, movie, stack, dpi=dpi)
            self._output, self.settings = plan.output, plan.frame
            self._canvas = self._move(stack)
            if plan.frame.adjusted:
                keep_size(figure, plan.frame)
            plan.prepare()
            sink = plan.whole_movie()
            self._feeder = ThreadedSink(sink, plan.frame.nbytes)
            stack.callback(self._feeder.abort)
            self._feeder.start()
            self._stack = stack.pop_all()

    def _move(self, stack: ExitStack) -> FrameCanvas:
        """Have the figure's canvas draw frames, unless `framepipe.encode` has done so."""
        if (canvas := FrameCanvas.of(self._figure)) is not None:
            return canvas
        idle_draws = draws_when_idle(self._figure.canvas)
        canvas = stack.enter_context(moved_to_agg(self._figure, idle_draws=idle_draws))
        # Until the first frame: some artists keep something of their first draw, at the dpi it
        # had.
        canvas.idle = "draw"
        return canvas

    def grab(self, kwargs: Mapping[str, object]) -> None:
        """Draw a frame, and let it go to ffmpeg."""
        for name in ("dpi", "format", "bbox_inches"):
            if name in kwargs:
                raise TypeError(f"grab_frame() takes no {name!r}: it belongs to the whole movie")
        if mpl.rcParams["savefig.bbox"] == "tight":
            raise ValueError(
                'rcParams["savefig.bbox"] is "tight", by which every frame would be of a size of '
                "its own: use saving(), which sets it aside, or set it to None"
            )
        self._canvas.idle = "settle"
        slot = self._feeder.room()
        try:
            keep_size(self._figure, self.settings)
            draw_full(self._figure, replace(self.settings, savefig_kwargs=kwargs), slot)
        except BaseException as error:
            self._feeder.give_back(slot)
            if isinstance(error, FrameSizeError):
                raise FrameError(
                    f"drawing frame {self._frames} failed: {error}", self._frames
                ) from error
            raise
        self._feeder.give(slot)
        self._frames += 1

    def finish(self) -> None:
        """Make the movie whole, and put it in place."""
        if self._frames == 0:
            raise FramepipeError(NO_FRAMES)
        self._feeder.finish()
        self._output.publish()

    def abort(self) -> None:
        """Leave nothing behind that is not finished, and put the figure back."""
        self._stack.close()


def _plan_all(
    writer: Writer,
    call: SaveCall,
    figure: Figure,
    filename: str | os.PathLike[str],
    dpi: float,
) -> tuple[EncodePlan, ExitStack] | None:
    """Plan the whole movie of an `Animation.save`; None if its frames are better drawn here."""
    if FrameCanvas.of(figure) is not None or usable_cpus() == 1:
        return None
    animation, *others = call.animations
    with ExitStack() as stack:
        try:
            plan = plan_encode(
                stack, animation, filename, writer, dpi=dpi, extra_anim=others,
                savefig_kwargs=call.savefig_kwargs, workers=None, redraw="auto",
                independent=False, start_method=None, fps=None, codec=None, bitrate=None,
                extra_args=None, metadata=None,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - what will not do is said the other way, too
            _log.debug("frames are drawn in this process: %s", str(error))
            return None
        forked = plan.workers > 0 and plan.start_method == "fork"
        if not forked or plan.redraw == "as_saved" or plan.movie.direct:
            return None
        return plan, stack.pop_all()
    return None


class _Handed:
    """One movie that a fork of this process makes, from `Writer.setup` to `Writer.finish`.

    Parameters
    ----------
    plan : EncodePlan
        The movie.
    stack : ExitStack
        What has to be let go of at its end.
    """

    def __init__(self, plan: EncodePlan, stack: ExitStack) -> None:
        self._grabbed = 0
        self._failure: FrameError | None = None
        self.settings = plan.movie.frame
        with stack:
            # Before the figure's canvas is ours.
            self._beside = stack.enter_context(Beside(plan))
            painter = plan.painters()
            if not isinstance(painter, Painter):
                raise TypeError("an animation's frames come of its updates")
            self._painter = painter
            stack.callback(self._painter.close)
            self._painter.open()
            self._stack = stack.pop_all()

    def grab(self, kwargs: Mapping[str, object]) -> None:
        """Leave the figure as drawing a frame would; raise what has gone wrong with that frame."""
        del kwargs  # known beforehand
        self._painter.stand_as_drawn()
        if self._failure is None:
            try:
                # That is ahead anyway.  So save's progress_callback tells how far the movie is, and
                # no update runs here that save would not have come to.
                self._beside.wait_for(self._grabbed + 1)
            except FrameError as error:
                self._failure = error
        # Not before its turn: what an update raises, it raises here as well.
        if self._failure is not None and self._failure.frame <= self._grabbed:
            self._raise_failure(self._failure)
        self._grabbed += 1

    def finish(self) -> None:
        """Wait until the movie is in its place."""
        try:
            if self._failure is None:
                self._beside.finish()
        except FrameError as error:
            self._failure = error
        if self._failure is not None:
            self._raise_failure(self._failure)

    def abort(self) -> None:
        """End the fork if it is at work, and put the figure back."""
        self._stack.close()

    def _raise_failure(self, failure: FrameError) -> None:
        cause = failure.__cause__
        if cause is None:
            raise failure
        cause.add_note(f"framepipe: frame {failure.frame}")
        raise cause
