"""Draw frame i into this memory: a replay, a canvas and the settings, put together.

This is what the engines are given.  A `framepipe.drawing.factory.PainterFactory` makes it in the
process that draws.  What is drawn in which way, `framepipe.drawing.policy` decides.
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
from ..user_code.exceptions import said_by
from .mpl.agg import drawing_disabled
from .mpl.artists import without_layout
from .policy import (
    Compared,
    Composed,
    Do,
    Drawn,
    Finishing,
    FrameBegun,
    GivenUp,
    HandedOver,
    Limits,
    Manner,
    Opened,
    Over,
    Passed,
    Primed,
    Redraw,
    RedrawPolicy,
    Updated,
)
from .rendering.canvas import (
    FrameCanvas,
    Idle,
    at_dpi,
    draw_full,
    keep_size,
    living_on_agg,
)
from .rendering.display_list import RecordingRenderer
from .rendering.ticks import drawn_once
from .rendering.undrawn import every_axes, leave_as_drawn
from .rendering.user_draws import runs_user_code, user_listens
from .replay import Replay
from .retained.compositor import Compositor, can_retain
from .retained.layout import StaticLayout
from .retained.verify import artist_at, where_they_differ
from .selection import ALL, Selection
from .settings import FrameSettings

#: Frames before one that a witness draws of which it makes every draw, where the movie leaves
#: frames out: what a draw leaves behind shows in the next frame or in the one after it.  More
#: would find what adds up very slowly, and each costs two full draws.
REACH = 2


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
    redraw : {"auto", "full", "verify", "as_saved"}, default: "full"
        "full" draws everything. "auto" keeps what did not change, while that pays, and compares
        some frames with a full draw.  "verify" keeps always and compares every frame.  "as_saved"
        makes every draw that `Animation.save` makes.
    writers : Writers, optional
        matplotlib writers that are to take the frames.
    limits : Limits, optional
        What the policy is measured by.
    selection : Selection, optional
        The frames of the animation that the movie shows; all of them if not given.  In what is
        asked of a painter, frames are the movie's; in what it raises they are the animation's.
    history : int, default: 0
        For frames that need some: the updates of so many frames before one that is asked for are
        run though `independent` says that it needs none.

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
        redraw: Redraw = "full",
        writers: Any = None,
        limits: Limits | None = None,
        selection: Selection | None = None,
        history: int = 0,
    ) -> None:
        self.settings = settings
        self.writers = writers
        self._selection = selection or ALL
        self._history = history
        self._replay = Replay(
            animations,
            independent=independent,
            passed=self._passed,
            output_frame=self._selection.frame,
        )
        self._figure = self._replay.figure
        self._policy = RedrawPolicy(redraw, limits=limits)
        self._stack = ExitStack()
        self._canvas: FrameCanvas | None = None
        self._compositor: Compositor | None = None
        self._layout = StaticLayout(self._figure)
        self._wanted = -1  # the animation's frame that was asked for

    @property
    def figure(self) -> Figure:
        """The figure that is drawn."""
        return self._figure

    @property
    def frames(self) -> int | None:
        """Number of frames, as far as can be told; see `Replay.length`."""
        return self._selection.count(self._replay.length)

    def story(self) -> str:
        """Tell what happened in the last frames, and what was done about it; see the policy."""
        return self._policy.story()

    def open(self) -> None:
        """Move the figure to a canvas of our own."""
        self._canvas = self._stack.enter_context(
            living_on_agg(self._figure, idle_draws=self.settings.idle_draws)
        )
        if self.settings.adjusted:
            keep_size(self._figure, self.settings)
        if self._policy.redraw != "full" and can_retain(self._figure, self._replay.animations):
            self._compositor = Compositor(self._figure, steady=self._policy.limits.steady)
        self._canvas.lays_out = self._lays_out
        self._canvas.prime = self._prime
        self._canvas.must_draw = self._must_draw
        if self._policy.redraw == "as_saved":
            self._canvas.draw_idly = self._draw_idly
        self._canvas.fresh = self.settings.dpi != self._figure.dpi or not self.settings.idle_draws
        composes = self._compositor is not None
        self._policy.handle(Opened(time.perf_counter(), composes=composes))

    def close(self) -> None:
        """Put the figure back where it was."""
        self._stack.close()
        self._canvas = None

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        """Bring the figure to a frame and draw it.

        Parameters
        ----------
        frame : int
            Position in the movie; after the last one painted.
        out : memoryview
            Memory for the frame, ``settings.nbytes`` long.
        as_saved : bool, default: False
            Whether to make every draw that `Animation.save` would make of the frames up to this
            one since the last: then what draws leave behind is what they would leave there.  Of
            frames that are not in the movie those of the last `REACH` before it are drawn, and
            the first one.

        Returns
        -------
        FrameStats or None
            What it took; None if the animation is over before this frame, and `frames` says where.

        Raises
        ------
        FrameError
            If the user's functions, or drawing, raised.
        FrameMismatch
            If the frame was compared with a full draw, and they differ.
        """
        return self._paint(frame, out, "as_saved" if as_saved else "usual")

    def check(self, frame: int, out: memoryview) -> FrameStats | None:
        """Do what `paint` does, and compare the frame with a full draw in any case.

        Raises
        ------
        FrameError
            If the user's functions, or drawing, raised.
        FrameMismatch
            If they differ.
        """
        return self._paint(frame, out, "check")

    def _paint(self, number: int, out: memoryview, manner: Manner) -> FrameStats | None:
        canvas = self._living()
        frame = self._selection.place(number)
        if frame is None:
            return None
        begin, begin_cpu = time.perf_counter(), time.process_time()
        # Then the first frame's draw_idle does what savefig does at once again.
        repeated = self.settings.dpi == self._figure.dpi and len(self._replay.animations) == 1
        position = self._replay.position
        self._wanted = frame
        left = None if (frames := self.frames) is None else frames - 1 - number
        begun = FrameBegun(frame, position, manner, repeated, left)
        canvas.idle = _IDLE[self._policy.handle(begun)[0]]
        if not (self._approach(frame, manner) and self._replay.advance(frame)):
            self._policy.handle(Over())
            return None
        if not self._policy.as_saved:
            canvas.idle = "settle"
        keep_size(self._figure, self.settings)
        updated, updated_cpu = time.perf_counter(), time.process_time()
        try:
            stats = self._draw(out)
        except BaseException as error:
            raise FrameError(f"drawing frame {frame} failed: {said_by(error)}", frame) from error
        drawn, drawn_cpu = time.perf_counter(), time.process_time()
        stats.update, stats.draw = updated - begin, drawn - updated - stats.copy
        stats.update_cpu, stats.draw_cpu = updated_cpu - begin_cpu, drawn_cpu - updated_cpu
        for do in self._policy.handle(
            Composed(stats.pays, drawn, drawn - updated)
            if stats.composed
            else Drawn(drawn, drawn - updated)
        ):
            if do is Do.INVALIDATE:
                self._invalidate()
            elif do is Do.COMPARE:
                self._compare(frame, out)
                stats.check = time.perf_counter() - drawn
                self._policy.handle(Compared(stats.check))
        return stats

    def _approach(self, frame: int, manner: Manner) -> bool:
        """Bring the figure near a frame, where not all that lies before it is to be gone through.

        Returns
        -------
        bool
            False if the animation is over before.
        """
        canvas, replay = self._living(), self._replay
        reach, leaps = self._history, False
        if manner == "as_saved":
            leaps = self._policy.redraw in ("auto", "full")
            reach = max(reach, REACH) if leaps else frame
        begin = frame - reach
        if leaps and begin - 1 > max(replay.position, 0):
            idle = canvas.idle
            if not self._pass_to(0):
                return False
            canvas.idle = "settle"
            if not self._pass_to(begin - 1):
                return False
            canvas.idle = idle
        # One by one, so that no update is left out.
        return all(self._pass_to(one) for one in range(max(begin, replay.position, 0), frame))

    def _pass_to(self, place: int) -> bool:
        if place > self._replay.position:
            if not self._replay.advance(place):
                return False
            self._passed()
        return True

    def pass_over(self, frame: int) -> bool:
        """Bring the figure to a frame and leave it as drawing it would, without drawing.

        Parameters
        ----------
        frame : int
            Position in the movie; after the last one.

        Returns
        -------
        bool
            False if the animation is over before this frame.

        Raises
        ------
        FrameError
            If the user's functions raised.
        """
        if self._canvas is None:
            raise RuntimeError("a painter must be opened first")
        place = self._selection.place(frame)
        if place is None or not self._replay.advance(place):
            return False
        self._passed()
        return True

    def stand_as_drawn(self) -> None:
        """Leave the figure as drawing it would, where somebody else runs the updates."""
        self._passed()

    def give_up_composing(self) -> None:
        """Draw every frame that follows in full."""
        if self._policy.handle(GivenUp()):
            self._invalidate()

    def locate_difference(
        self, mine: memoryview, other: memoryview
    ) -> tuple[tuple[int, int, int, int] | None, str]:
        """Say where two drawings of a frame differ, and which artist lies there.

        Parameters
        ----------
        mine, other : memoryview
            RGBA bytes of the frame at which the figure stands.

        Returns
        -------
        bbox : tuple of int or None
            See `where_they_differ`.
        artist : str
            The one whose place is nearest to it, with its label and axes; empty if none is there.
        """
        bbox = where_they_differ(mine, other, self.settings.width)
        if bbox is None:
            return None, ""
        with at_dpi(self._figure, self.settings.dpi):
            return bbox, artist_at(self._figure, bbox, self.settings.height)

    def hand_over(self, frame: memoryview, grab: Callable[[], object]) -> None:
        """Let someone call `savefig` and get a frame that has been painted.

        Parameters
        ----------
        frame : memoryview
            What `paint` has filled, for the frame the figure stands at.
        grab : callable
            What calls `savefig`.
        """
        canvas = self._living()
        canvas.painted = frame
        try:
            with without_layout(self._figure):
                grab()
        finally:
            canvas.painted = None
        if self._compositor is not None:
            self._compositor.reset_flags()
            if self._policy.handle(HandedOver(canvas.take_elsewhere())):
                self._invalidate()

    def finish(self) -> None:
        """Compare the last frame with a full draw, if anything was kept up to it.

        Data changed in place in a frame that was not compared shows here, unless it was changed
        back.

        Raises
        ------
        FrameMismatch
            If they differ.
        """
        if not self._policy.handle(Finishing()):
            return
        begin = time.perf_counter()
        out = memoryview(bytearray(self.settings.nbytes))
        if self._living().take_elsewhere():
            self._invalidate()
        # It has been laid out; once more could move it.
        self._compose(out, self._replay.take_returned(), with_layout=False)
        self._compare(self._replay.position, out)
        self._policy.handle(Compared(time.perf_counter() - begin))

    def _living(self) -> FrameCanvas:
        """Return the canvas on which the figure lives."""
        if self._canvas is None:
            raise RuntimeError("a painter must be opened before it paints")
        return self._canvas

    def _retaining(self) -> Compositor:
        """Return what composes; the policy asks for it only where there is one."""
        if self._compositor is None:
            raise RuntimeError(f"this figure is not composed\n{self.story()}")
        return self._compositor

    def _draw(self, out: memoryview) -> FrameStats:
        """Draw the frame in the way that promises to be the cheapest."""
        figure, settings = self._figure, self.settings
        returned = self._replay.take_returned()
        elsewhere = layout = False
        listened = self._compositor is not None and user_listens(figure)
        if self._policy.composing and not listened:
            elsewhere = self._living().take_elsewhere()
            layout = figure.get_layout_engine() is not None and (
                elsewhere or not self._layout.is_static(returned)
            )
        *before, how = self._policy.handle(Updated(elsewhere, layout, listened))
        if before:
            self._invalidate()
        if how in (Do.COMPOSE, Do.COMPOSE_WITH_LAYOUT):
            return self._compose(out, returned, with_layout=how is Do.COMPOSE_WITH_LAYOUT)
        with drawn_once(every_axes(figure)) if how is Do.DRAW_ONCE else nullcontext():
            return FrameStats(copy=draw_full(figure, settings, out))

    def _compose(self, out: memoryview, returned: list[Any], *, with_layout: bool) -> FrameStats:
        """Compose the frame, inside `savefig`, unless that goes another way."""
        figure, canvas, compositor = self._figure, self._living(), self._retaining()
        stats = FrameStats()
        if with_layout:
            # Inside savefig, with a whole draw that resets the flags by which changes are known.
            compositor.invalidate()
            if not self.settings.idle_draws:
                self._layout.note_places()

        def compose(renderer: RecordingRenderer) -> None:
            nonlocal stats
            stats = compositor.compose(renderer, returned)

        canvas.compose = compose
        try:
            with nullcontext() if with_layout else without_layout(figure):
                copying = draw_full(figure, self.settings, out)
        finally:
            canvas.compose = None
        stats.copy = copying
        compositor.reset_flags()
        canvas.take_elsewhere()
        if with_layout:
            self._layout.record()
        return stats

    def _prime(self) -> bool:
        """Let frames begin from what ``draw_idle`` draws at first; tell whether that was drawn."""
        figure, canvas = self._figure, self._living()
        if figure.dpi != self.settings.dpi or figure.get_layout_engine() is not None:
            return False
        compositor = self._retaining()
        compositor.compose(canvas.get_renderer(), ())
        compositor.reset_flags()
        canvas.take_elsewhere()
        self._policy.handle(Primed())
        return True

    def _must_draw(self) -> bool:
        """Tell whether ``draw_idle`` must draw, where it would only settle: user code notices."""
        if user_listens(self._figure):
            return True
        # What else of the user's runs in a draw is harmless as a rule.  Where all frames are drawn
        # here, nothing finds out if it is not; elsewhere the histories of two workers are compared.
        drawn_here = self._policy.redraw == "full" and self._replay.position == self._wanted
        return drawn_here and runs_user_code(self._figure)

    def _draw_idly(self) -> None:
        """Make the draw that ``draw_idle`` makes; no pixels where nobody could see them."""
        canvas = self._living().canvas
        seen = runs_user_code(self._figure)
        renderer = self._living().get_renderer()
        with (
            drawn_once(every_axes(self._figure)),
            nullcontext() if seen else drawing_disabled(renderer),
        ):
            type(canvas).draw_idle(canvas)

    def _invalidate(self) -> None:
        """Use nothing again that was kept."""
        self._retaining().invalidate()
        self._layout.invalidate()

    def _lays_out(self) -> bool:
        """Tell whether a layout engine must run where a draw of this frame would run it."""
        if not self._policy.composing:
            return True
        if self._layout.is_static(self._replay.returned):
            return False
        self._layout.note_places()
        return True

    def _compare(self, frame: int, out: memoryview) -> None:
        """Compare a frame that was not simply drawn with a full draw.

        Raises
        ------
        FrameMismatch
            If they differ.
        """
        settings, canvas, compositor = self.settings, self._living(), self._retaining()
        whole = bytearray(settings.nbytes)
        with without_layout(self._figure):
            draw_full(self._figure, settings, memoryview(whole))
        compositor.reset_flags()
        canvas.take_elsewhere()
        bbox = where_they_differ(out, whole, settings.width)
        if bbox is None:
            return
        with at_dpi(self._figure, settings.dpi):
            artist = compositor.find_mismatch(canvas.get_renderer())
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
        figure, settings, canvas = self._figure, self.settings, self._living()
        first = canvas.idle != "settle"
        resized = keep_size(figure, settings)
        if first and self._policy.handle(Passed()):
            canvas.idle = "settle"
        if (
            canvas.idle == "draw"
            or user_listens(figure)
            or (first and (not settings.idle_draws or settings.dpi != figure.dpi))
        ):
            # savefig's first draw is not the same as draw_idle's was, if that drew at all.
            draw_full(figure, settings, memoryview(bytearray(settings.nbytes)))
            return
        lay_out = figure.get_layout_engine() is not None and self._lays_out()
        if resized or lay_out or not settings.idle_draws:
            with at_dpi(figure, settings.dpi):
                leave_as_drawn(figure, lay_out=lay_out)


#: What each instruction makes of ``draw_idle``; see `FrameCanvas`.
_IDLE: dict[Do, Idle] = {Do.SETTLE_IDLE: "settle", Do.PRIME_IDLE: "prime", Do.DRAW_IDLE: "draw"}
