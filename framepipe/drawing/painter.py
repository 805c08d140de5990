"""Draw frame i into this memory: a source, a canvas and the settings, put together.

This is what the engines are given.  It is made in the main process, from where it is forked or
travels to the workers (see `framepipe.drawing.pickling`), and opened in the process that draws.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from typing import Any

from matplotlib.animation import Animation
from matplotlib.figure import Figure

from ..errors import FrameError, FrameMismatch
from ..result import FrameStats
from .mpl.artists import without_layout
from .rendering.canvas import (
    FrameCanvas,
    at_dpi,
    draw_full,
    keep_size,
    living_on_agg,
)
from .rendering.display_list import RecordingRenderer
from .rendering.ticks import drawn_once
from .rendering.undrawn import every_axes, leave_as_drawn
from .replay import Replay
from .retained.compositor import Compositor, can_retain
from .retained.layout import StaticLayout
from .retained.verify import where_they_differ
from .settings import FrameSettings

#: Composed frames that are compared with a full draw whatever it costs: a worker's first ones.
SURE_CHECKS = 2
#: After those, a comparison is made when all of them took less than this share of the time.
CHECK_SHARE = 0.03
#: Frames drawn in full after keeping did not pay, before it is tried again; doubled each time.
REST = 8
#: Frames in a row that a layout engine may run for before keeping counts as not paying.
LAYOUTS = 4


class Painter:
    """Draws the frames of a movie, in ascending order.

    Parameters
    ----------
    animations : sequence of Animation
        All on one figure.
    settings : FrameSettings
        How to draw.
    independent : bool, default: False
        See `Replay`.
    redraw : {"auto", "full", "verify"}, default: "full"
        "full" draws everything. "auto" keeps what did not change, while that pays, and compares
        some frames with a full draw.  "verify" keeps always and compares every frame.
    writers : Writers, optional
        matplotlib writers that are to take the frames.

    Raises
    ------
    ValueError
        See `Replay`.
    """

    def __init__(
        self,
        animations: Sequence[Animation],
        settings: FrameSettings,
        *,
        independent: bool = False,
        redraw: str = "full",
        writers: Any = None,
    ) -> None:
        self.settings = settings
        self.writers = writers
        self._source = Replay(animations, independent=independent, passed=self._passed)
        self._figure = self._source.figure
        self._stack = ExitStack()
        self._canvas: FrameCanvas | None = None
        self._redraw = redraw
        self._retained: Compositor | None = None
        self._layout = StaticLayout(self._figure)
        self._kept: FrameStats | None = None
        self._composed = 0  # frames composed since keeping was last begun
        self._compared = 0
        self._rest, self._next_rest = 0, REST
        self._resting = False  # this frame was drawn in full because keeping does not pay
        self._laid_out = 0  # composed frames in a row for which a layout engine ran
        self._leapt = False  # the first frame lies far behind the one that was drawn to begin with
        self._checking = 0.0
        self._opened = 0.0

    @property
    def figure(self) -> Figure:
        """The figure that is drawn."""
        return self._figure

    @property
    def frames(self) -> int | None:
        """Number of frames, as far as can be told; see `Replay.length`."""
        return self._source.length

    def open(self) -> None:
        """Move the figure to a canvas of our own."""
        self._canvas = self._stack.enter_context(
            living_on_agg(self._figure, idle_draws=self.settings.idle_draws)
        )
        if self.settings.adjusted:
            keep_size(self._figure, self.settings)
        if self._redraw != "full" and can_retain(self._figure, self._source.animations):
            self._retained = Compositor(self._figure)
        self._canvas.lays_out = self._lays_out
        self._canvas.prime = self._prime
        self._canvas.fresh = self.settings.dpi != self._figure.dpi or not self.settings.idle_draws
        self._opened = time.perf_counter()

    def close(self) -> None:
        """Put the figure back where it was."""
        self._stack.close()
        self._canvas = None

    def paint(self, frame: int, out: memoryview) -> FrameStats | None:
        """Bring the figure to a frame and draw it.

        Parameters
        ----------
        frame : int
            Position in the animation; after the last one painted.
        out : memoryview
            Memory for the frame, ``settings.nbytes`` long.

        Returns
        -------
        FrameStats or None
            Where the time went; None if the animation is over before this frame, and `frames`
            says where.

        Raises
        ------
        FrameError
            If the user's functions, or drawing, raised.
        """
        if self._canvas is None:
            raise RuntimeError("a painter must be opened before it paints")
        begin = time.perf_counter()
        if self._source.position < 0:
            # The first frame's draw_idle may be left out where savefig does the same at once.
            same = self.settings.dpi == self._figure.dpi and len(self._source.animations) == 1
            self._canvas.priming = not (frame == 0 and same)
            self._leapt = frame > REST
        if not self._source.advance(frame):
            return None
        self._canvas.priming = False
        keep_size(self._figure, self.settings)
        updated = time.perf_counter()
        try:
            copying = self._draw(out)
        except BaseException as error:
            raise FrameError(
                f"drawing frame {frame} failed: {type(error).__name__}: {error}", frame
            ) from error
        drawn = time.perf_counter()
        stats = self._kept or FrameStats()
        stats.update, stats.draw, stats.copy = updated - begin, drawn - updated - copying, copying
        if (self._kept is not None or self._resting) and self._check_due():
            self._compare(frame, out)
            stats.check = time.perf_counter() - drawn
            self._checking += stats.check
        return stats

    def hand_over(self, frame: memoryview, grab: Callable[[], object]) -> None:
        """Let someone call `savefig` and get a frame that has been painted.

        Parameters
        ----------
        frame : memoryview
            What `paint` has filled, for the frame the figure stands at.
        grab : callable
            What calls `savefig`.
        """
        canvas = self._canvas
        if canvas is None:
            raise RuntimeError("a painter must be opened first")
        canvas.painted = frame
        try:
            with without_layout(self._figure):
                grab()
        finally:
            canvas.painted = None
        if self._retained is not None:
            self._retained.reset_flags()
            if canvas.take_elsewhere():
                self._invalidate()

    def finish(self) -> None:
        """Compare what was kept to the last frame with a full draw.

        Data changed in place in a frame that was not compared shows here, unless it was changed
        back.

        Raises
        ------
        FrameMismatch
            If they differ.
        """
        if self._kept is None or self._composed < 2 or self._redraw == "verify":
            return
        out = memoryview(bytearray(self.settings.nbytes))
        laid_out = self._laid_out
        with without_layout(self._figure):  # it has been laid out; once more could move it
            self._draw(out)
        self._laid_out = laid_out
        if self._kept is not None:
            self._compare(self._source.position, out)

    def _draw(self, out: memoryview) -> float:
        """Draw the frame in the way that promises to be the cheapest; return seconds of copying."""
        figure, settings, canvas = self._figure, self.settings, self._canvas
        assert canvas is not None  # noqa: S101 - for the type checker; paint() looked
        returned = self._source.take_returned()
        self._kept, self._resting = None, False
        retained = self._retained
        if retained is None:
            return draw_full(figure, settings, out)
        if self._rest:
            self._rest -= 1
            self._layout.invalidate()
            self._resting = True
            with drawn_once(every_axes(figure)):
                return draw_full(figure, settings, out)
        if canvas.take_elsewhere():
            self._invalidate()
        lays_out = figure.get_layout_engine() is not None and not self._layout.is_static(returned)
        if lays_out:
            # Inside savefig, with a whole draw that resets the flags by which changes are known.
            retained.invalidate()
            if not settings.idle_draws:
                self._layout.note_places()

        def compose(renderer: RecordingRenderer) -> None:
            self._kept = retained.compose(renderer, returned)

        canvas.compose = compose
        try:
            with nullcontext() if lays_out else without_layout(figure):
                copying = draw_full(figure, settings, out)
        finally:
            canvas.compose = None
        retained.reset_flags()
        canvas.take_elsewhere()
        if lays_out:
            self._layout.record()
        self._composed += 1
        kept = self._kept
        self._laid_out = self._laid_out + 1 if lays_out else 0
        if lays_out and self._laid_out < LAYOUTS:
            return copying  # it takes a few runs until nothing moves any more
        judged = self._composed > 1 and not (self._composed == 2 and self._leapt)
        if self._redraw == "auto" and judged and kept is not None and not kept.pays:
            self._rest, self._next_rest = self._next_rest, 2 * self._next_rest
            self._invalidate()
        return copying

    def _prime(self) -> bool:
        """Let frames begin from what ``draw_idle`` draws at first; tell whether that was drawn."""
        figure, canvas, retained = self._figure, self._canvas, self._retained
        assert canvas is not None  # noqa: S101 - for the type checker; paint() looked
        if (
            retained is None
            or figure.dpi != self.settings.dpi
            or figure.get_layout_engine() is not None
        ):
            return False
        retained.compose(canvas.get_renderer(), ())
        retained.reset_flags()
        canvas.take_elsewhere()
        self._composed = 1
        return True

    def _invalidate(self) -> None:
        """Count everything as changed."""
        assert self._retained is not None  # noqa: S101 - for the type checker
        self._retained.invalidate()
        self._layout.invalidate()
        self._composed = 0

    def _lays_out(self) -> bool:
        """Tell whether a layout engine must run where a draw of this frame would run it."""
        if self._retained is None or self._rest:
            return True
        if self._layout.is_static(self._source.returned):
            return False
        self._layout.note_places()
        return True

    def _check_due(self) -> bool:
        if self._redraw == "verify":
            return True
        if self._kept is not None and self._compared < SURE_CHECKS:
            return self._composed != 1
        return self._checking < CHECK_SHARE * (time.perf_counter() - self._opened)

    def _compare(self, frame: int, out: memoryview) -> None:
        """Compare a composed frame with a full draw.

        Raises
        ------
        FrameMismatch
            If they differ.
        """
        self._compared += 1
        settings, canvas, retained = self.settings, self._canvas, self._retained
        assert canvas is not None  # noqa: S101 - for the type checker
        assert retained is not None  # noqa: S101
        whole = bytearray(settings.nbytes)
        with without_layout(self._figure):
            draw_full(self._figure, settings, memoryview(whole))
        retained.reset_flags()
        canvas.take_elsewhere()
        bbox = where_they_differ(out, whole, settings.width)
        if bbox is None:
            return
        with at_dpi(self._figure, settings.dpi):
            artist = retained.find_mismatch(canvas.get_renderer())
        artist = artist or "an artist that could not be found"
        raise FrameMismatch(
            f"frame {frame}: {artist} changed without a sign of it, so retained drawing missed "
            f"it; the pixels from {bbox[:2]} to {bbox[2:]} differ from a full draw. Return the "
            "artist from the update function, or change it through its set_...() methods, or "
            'use redraw="full"',
            frame,
            artist,
            bbox,
        )

    def _passed(self) -> None:
        """Leave the figure as `savefig` would leave it, for a frame that is not drawn here."""
        figure, settings = self._figure, self.settings
        assert self._canvas is not None  # noqa: S101 - for the type checker; paint() looked
        first, self._canvas.priming = self._canvas.priming, False
        resized = keep_size(figure, settings)
        if first and (not settings.idle_draws or settings.dpi != figure.dpi):
            # savefig's first draw is not the same as draw_idle's was, if that drew at all.
            draw_full(figure, settings, memoryview(bytearray(settings.nbytes)))
            return
        lay_out = figure.get_layout_engine() is not None and self._lays_out()
        if resized or lay_out or not settings.idle_draws:
            with at_dpi(figure, settings.dpi):
                leave_as_drawn(figure, lay_out=lay_out)
