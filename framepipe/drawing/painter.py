"""Draw frame i into this memory: a source, a canvas and the settings, put together.

This is what the engines are given.  It is made in the main process, from where it is forked or
travels to the workers (see `framepipe.drawing.travel`), and opened in the process that draws.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from matplotlib.animation import Animation

from ..errors import FrameError
from .canvas import FrameCanvas, draw_full, keep_size, living_on_agg
from .settings import FrameSettings
from .settle import settle
from .source import Source


@dataclass(slots=True)
class Cost:
    """Where the time of one frame went, in seconds.

    Parameters
    ----------
    update : float
        Running the animation's own functions, for all frames up to this one.
    draw : float
        Drawing.
    copy : float
        Copying the drawn bytes into the frame's memory.
    """

    update: float = 0.0
    draw: float = 0.0
    copy: float = 0.0


class Painter:
    """Draws the frames of a movie, in ascending order.

    Parameters
    ----------
    animations : sequence of Animation
        All on one figure.
    settings : FrameSettings
        How to draw.
    independent : bool, default: False
        See `Source`.

    Raises
    ------
    ValueError
        See `Source`.
    """

    def __init__(
        self,
        animations: Sequence[Animation],
        settings: FrameSettings,
        *,
        independent: bool = False,
    ) -> None:
        self.settings = settings
        self._source = Source(animations, independent=independent, passed=self._passed)
        self._figure = self._source.figure
        self._stack = ExitStack()
        self._canvas: FrameCanvas | None = None

    @property
    def frames(self) -> int | None:
        """Number of frames, as far as can be told; see `Source.length`."""
        return self._source.length

    def open(self) -> None:
        """Move the figure to a canvas of our own."""
        self._canvas = self._stack.enter_context(
            living_on_agg(self._figure, idle_draws=self.settings.idle_draws)
        )
        if self.settings.adjusted:
            keep_size(self._figure, self.settings)

    def close(self) -> None:
        """Put the figure back where it was."""
        self._stack.close()
        self._canvas = None

    def paint(self, frame: int, out: memoryview) -> Cost | None:
        """Bring the figure to a frame and draw it.

        Parameters
        ----------
        frame : int
            Position in the animation; after the last one painted.
        out : memoryview
            Memory for the frame, ``settings.nbytes`` long.

        Returns
        -------
        Cost or None
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
        if not self._source.advance(frame):
            return None
        self._canvas.priming = False
        keep_size(self._figure, self.settings)
        updated = time.perf_counter()
        try:
            copying = draw_full(self._figure, self.settings, out)
        except BaseException as error:
            raise FrameError(
                f"drawing frame {frame} failed: {type(error).__name__}: {error}", frame
            ) from error
        drawn = time.perf_counter()
        return Cost(updated - begin, drawn - updated - copying, copying)

    def _passed(self) -> None:
        """Leave the figure as `savefig` would leave it, for a frame that is not drawn here."""
        figure, settings = self._figure, self.settings
        assert self._canvas is not None  # noqa: S101 - for the type checker; paint() looked
        first, self._canvas.priming = self._canvas.priming, False
        resized = keep_size(figure, settings)
        if first and (not settings.idle_draws or settings.dpi != figure.dpi):
            # savefig's first draw is not the same as draw_idle's was, if that drew at all.
            draw_full(figure, settings, memoryview(bytearray(settings.nbytes)))
        elif resized or not settings.idle_draws or figure.get_layout_engine() is not None:
            dpi = figure.dpi
            figure.dpi = settings.dpi
            try:
                settle(figure)
            finally:
                figure.dpi = dpi
