"""framepipe as one of matplotlib's movie writers: ``ani.save("movie.mp4", writer="framepipe")``.

Private names used, looked at in matplotlib 3.9.0 and 3.11.2: none are called.  What
`Animation.save` asks of a writer beside its public methods, ``_supports_transparency`` (new in
3.10), is inherited from `FFMpegWriter`, and reads ``outfile`` and ``codec``.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import matplotlib as mpl
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, writers
from matplotlib.figure import Figure

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
from ..engines.threaded import ThreadedSink
from ..errors import EncoderError, EncoderNotFound, FrameError, FramepipeError
from ..plan import Plan


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
        ffmpeg's name of the encoder.
    bitrate : int, default: rcParams["animation.bitrate"]
        Kilobits a second; -1 leaves it to the encoder.
    extra_args : sequence of str, default: rcParams["animation.ffmpeg_args"]
        Further arguments for ffmpeg, before the output name.
    metadata : mapping of str to str, optional
        Title, artist and so on.

    Notes
    -----
    What it saves: `Animation` has every frame drawn once more than needed, through
    ``draw_idle``, which draws nothing while this writer is at work; and a frame is encoded while
    the next ones are updated and drawn.  The movie takes its name when it is whole; when anything
    fails within `saving`, a file that had the name before stays as it is.

    What it cannot do: the updates run in this process, one after the other, so there are no render
    processes; and every frame is drawn in full, since what keeps unchanged parts must be able to
    begin again when it finds that it was misled, and a writer is shown each frame but once.
    `framepipe.encode` does both.

    From `setup` to `finish` the figure's canvas draws in our way.  After that canvas, size and dpi
    are as they were before.
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
        self._take: _Take | None = None
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
        self._take = _Take(self, fig, outfile, self.dpi)
        self._frame_size = (self._take.settings.width, self._take.settings.height)
        # By hand, a movie may be begun and never be finished.
        self._forgotten = weakref.finalize(self, self._take.abort)

    @contextmanager
    def saving(
        self,
        fig: Figure,
        outfile: str | os.PathLike[str],
        dpi: float | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Iterator[Writer]:
        """Return a context in which frames are grabbed; at its end the movie is there.

        The parameters are those of `setup`.  When something is raised within, the movie is given
        up, and a file that was there before stays as it is.
        """
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

    def _taking(self) -> _Take:
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

    def grab(self, kwargs: Mapping[str, Any]) -> None:
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
