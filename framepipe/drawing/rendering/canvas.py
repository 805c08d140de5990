"""Figure to RGBA bytes, exactly as `savefig` inside `Animation.save` writes them.

During a run the figure keeps the Agg canvas it came with: user code may hold on to that very
object, ask it for pixels, blit on it and listen to it.  For the time of the run a `FrameCanvas`
gives it other methods, as attributes of the object itself, and takes them away again.
``draw_idle``, which `Animation` calls after every update and which on Agg draws a whole frame at
once, then only leaves the figure as that would: see `framepipe.drawing.rendering.undrawn`.  What
would reach a window (a toolkit's ``draw``, ``blit``, ``flush_events`` ...) is kept from it: no
window is ever touched, and a forked process must not speak to one.  A figure whose canvas is no
Agg one (PDF's, none at all) gets an Agg canvas meanwhile, as `savefig` would give it one.

Private names overridden, looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.backend_bases.FigureCanvasBase``: ``_is_saving``
- ``matplotlib.backends.backend_agg.FigureCanvasAgg``: ``_print_pil``, ``_lastKey``
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cbook import open_file_cm
from matplotlib.image import AxesImage

from ..mpl.agg import set_aside
from ..mpl.artists import children
from .display_list import RecordingRenderer
from .image import ImageMaker
from .undrawn import every_axes, leave_as_drawn
from .user_draws import runs_user_code

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..settings import FrameSettings


#: What ``draw_idle`` does; see `FrameCanvas`.
Idle = Literal["settle", "prime", "draw"]


#: Of a toolkit's canvas, what would reach its window or wait for its events.
_WINDOWS = ("blit", "flush_events", "start_event_loop", "stop_event_loop", "set_cursor", "resize")


class FrameCanvas:
    """Has a figure's canvas draw frames, for a while.

    Parameters
    ----------
    figure : Figure
        The figure.  If its canvas is no Agg one, it gets one.
    idle_draws : bool
        Whether ``draw_idle`` on the figure's own canvas would draw at once.

    Attributes
    ----------
    canvas : FigureCanvasAgg
        The figure's canvas.
    idle : {"settle", "prime", "draw"}, default: "settle"
        What ``draw_idle`` does.  "settle": leaves the figure as a draw would leave it.  "prime":
        calls `prime`, and draws if that says False.  "draw": draws.
    prime : callable
        Draws by keeping what it draws; False if it cannot.
    draw_idly : callable
        Draws where ``draw_idle`` is to draw; by itself the canvas' own ``draw_idle``.
    must_draw : callable
        Tells whether ``draw_idle`` must draw where it would settle, because user code would
        notice; by itself where any runs in draws.
    compose : callable or None
        What draws a frame for `savefig` in the place of a full draw.
    fresh : bool
        Whether `Animation.save` would draw each frame with a new renderer: matplotlib keeps the
        sizes of texts by renderer, so one that is used again does not see that a font family
        has come to stand for another font.
    lays_out : callable
        Tells whether a layout engine must run, when a draw would run it.
    painted : memoryview or None
        RGBA bytes of the frame, when it has been painted and is only to be written.
    drawn_elsewhere : bool
        Set when the figure, or an artist on this canvas, was drawn by other means.
    """

    def __init__(self, figure: Figure, *, idle_draws: bool) -> None:
        canvas: Any = figure.canvas
        if not isinstance(canvas, FigureCanvasAgg):
            canvas = FigureCanvasAgg(figure)
        self.canvas = canvas
        self.figure = figure
        self.idle: Idle = "settle"
        self.prime: Callable[[], bool] = lambda: False
        self.draw_idly: Callable[[], object] = lambda: type(canvas).draw_idle(canvas)
        self.must_draw: Callable[[], bool] = lambda: runs_user_code(figure)
        self.compose: Callable[[RecordingRenderer], None] | None = None
        self.drawn_elsewhere = False
        self.lays_out: Callable[[], bool] = lambda: True
        self.fresh = False
        self._idle_draws = idle_draws
        self._images = ImageMaker()
        self.painted: memoryview | None = None
        self._before = dict(vars(canvas))
        self._instead = {
            "_framepipe": self,
            # Animated artists are drawn; interactive mode leaves us alone; and as Animation.save
            # does: it neither starts the animation when it draws nor resizes a window.
            "_is_saving": True,
            "manager": None,
            "draw_idle": self._draw_idle,
            "get_renderer": self.get_renderer,
            "print_raw": self.print_raw,
            "print_rgba": self.print_raw,
            "_print_pil": self._print_pil,
        }
        if getattr(canvas, "required_interactive_framework", None):
            self._instead |= {name: _nothing for name in _WINDOWS if hasattr(canvas, name)}
            self._instead |= {"draw": self._draw, "toolbar": None}
        for name, value in self._instead.items():
            setattr(canvas, name, value)
        self._watch = canvas.mpl_connect("draw_event", self._note_draw)

    @staticmethod
    def of(figure: Figure) -> FrameCanvas | None:
        """Return what has a figure's canvas draw frames, if anything does."""
        return getattr(figure.canvas, "_framepipe", None)

    def release(self) -> None:
        """Give the canvas back as it was; what user code has set meanwhile stays."""
        canvas = self.canvas
        canvas.mpl_disconnect(self._watch)
        for name in (*self._instead, "renderer", "_lastKey"):
            if name in self._before:
                setattr(canvas, name, self._before[name])
            else:
                vars(canvas).pop(name, None)

    def _draw_idle(self, *_: object, **__: object) -> None:
        """Leave the figure as a draw would leave it, without drawing."""
        if not self._idle_draws:
            return
        if self.idle == "settle" and not self.must_draw():
            leave_as_drawn(self.figure, lay_out=self.lays_out())
            return
        with self._images.making(_images_of(self.figure)):
            if self.idle != "prime" or not self.prime():
                self.draw_idly()

    def _draw(self, *_: object, **__: object) -> None:
        """Draw the figure, as `FigureCanvasAgg.draw` does, and tell no window."""
        self.canvas.renderer = renderer = self.get_renderer()
        renderer.clear()
        with self._images.making(_images_of(self.figure)):
            self.figure.draw(renderer)

    def _note_draw(self, _: object) -> None:
        self.drawn_elsewhere = True

    def get_renderer(self) -> RecordingRenderer:
        """Return the renderer for the figure's size and dpi as they are now."""
        canvas = self.canvas
        before: Any = getattr(canvas, "renderer", None)
        renderer = type(canvas).get_renderer(canvas)
        if not isinstance(renderer, RecordingRenderer):
            has_drawn = renderer is before
            # The size as this matplotlib works it out: 3.9 leaves fractions of a pixel in it.
            renderer = self._make_renderer(renderer)
            if has_drawn:  # somebody may ask for that
                np.copyto(renderer.pixels, np.asarray(before.buffer_rgba()))
        if renderer.update_font_settings() and self.fresh:
            renderer = self._make_renderer(renderer)
            renderer.update_font_settings()
        return renderer

    def _make_renderer(self, like: Any) -> RecordingRenderer:
        renderer = RecordingRenderer(like.width, like.height, like.dpi)
        renderer.figure = self.figure
        self.canvas.renderer = renderer
        return renderer

    def take_elsewhere(self) -> bool:
        """Tell whether someone drew the figure since this was last asked."""
        renderer = getattr(self.canvas, "renderer", None)
        elsewhere, self.drawn_elsewhere = self.drawn_elsewhere, False
        if isinstance(renderer, RecordingRenderer):
            elsewhere = elsewhere or renderer.recorder.touched
            renderer.recorder.touched = False
        return elsewhere

    def print_raw(
        self,
        filename_or_obj: Any,
        *,
        metadata: Mapping[str, object] | None = None,
        facecolor: object = None,
        edgecolor: object = None,
        orientation: object = None,
        bbox_inches_restore: object = None,
    ) -> None:
        """Write the figure's RGBA bytes; `savefig` calls this, everything else set up.

        The other arguments are for paper and vector formats, and are given to everyone.
        """
        if self.painted is not None:
            filename_or_obj.write(self.painted)
            return
        if metadata is not None:
            raise ValueError("metadata not supported for raw/rgba")
        # While it only wants the renderer, matplotlib puts a function of its own in the place of
        # the figure's draw.
        if self.compose is None or "draw" in vars(self.figure):
            self._draw()
            with open_file_cm(filename_or_obj, "wb") as file:
                file.write(self.get_renderer().buffer_rgba())
            return
        renderer = self.get_renderer()
        with self._images.making(_images_of(self.figure)):
            self.compose(renderer)
        filename_or_obj.write(renderer.buffer_rgba())

    def _print_pil(
        self, filename_or_obj: Any, fmt: str, pil_kwargs: Any, metadata: Any = None
    ) -> None:
        """Write the figure as a picture; PNG, JPEG and so on all come here."""
        if self.painted is None:
            self._draw()
            pixels = np.asarray(self.canvas.buffer_rgba())
        else:
            width, height = self.canvas.get_width_height()
            pixels = np.frombuffer(self.painted, np.uint8).reshape(height, width, 4)
        mpl.image.imsave(
            filename_or_obj,
            pixels,
            format=fmt,
            origin="upper",
            dpi=self.figure.dpi,
            metadata=metadata,
            pil_kwargs=pil_kwargs,
        )


def _images_of(figure: Figure) -> Iterator[AxesImage]:
    """Yield the images in a figure's axes."""
    for axes in every_axes(figure):
        for child in children(axes):
            if type(child) is AxesImage:
                yield child


def _nothing(*_: object, **__: object) -> None:
    """Do nothing, in the place of what would reach a window."""


class FrameSizeError(Exception):
    """The figure did not give as many bytes as a frame has.

    Attributes
    ----------
    got, expected : int
        Bytes drawn, and bytes of a frame.
    """

    def __init__(self, got: int, expected: int) -> None:
        super().__init__(
            f"the figure was drawn as {got} bytes where a frame has {expected}: "
            "its size or dpi changed while it was being drawn"
        )


class Slot:
    """A file-like face of a frame's memory: what `savefig` writes is copied there.

    Parameters
    ----------
    out : memoryview
        Writable memory for one frame of RGBA bytes.

    Attributes
    ----------
    seconds : float
        Time spent copying.
    """

    def __init__(self, out: memoryview) -> None:
        self._out = out
        self.seconds = 0.0

    def write(self, data: Any) -> int:
        """Copy one whole frame."""
        begin = time.perf_counter()
        source = memoryview(data).cast("B")
        if source.nbytes != self._out.nbytes:
            raise FrameSizeError(source.nbytes, self._out.nbytes)
        np.copyto(np.frombuffer(self._out, np.uint8), np.frombuffer(source, np.uint8))
        self.seconds = time.perf_counter() - begin
        return source.nbytes

    def seek(self, *_: int) -> int:
        """Exist: by this matplotlib tells an open file from a name."""
        raise OSError("a frame's memory is written once, from its beginning")


@contextmanager
def living_on_agg(figure: Figure, *, idle_draws: bool) -> Iterator[FrameCanvas]:
    """Have a `FrameCanvas` draw a figure for a while, whose frames are all of one size.

    Parameters
    ----------
    figure : Figure
        The figure.  Its canvas, size and dpi are as before when the context ends.
    idle_draws : bool
        See `FrameCanvas`.

    Yields
    ------
    FrameCanvas
        What has its canvas draw.
    """
    # `savefig.bbox` "tight" would give every frame a size of its own.
    rc = mpl.rc_context({"savefig.bbox": None})
    with rc, moved_to_agg(figure, idle_draws=idle_draws) as canvas:
        yield canvas


@contextmanager
def moved_to_agg(figure: Figure, *, idle_draws: bool) -> Iterator[FrameCanvas]:
    """Do what `living_on_agg` does, and leave rcParams alone.

    For a context that ends where its user likes: rcParams set meanwhile stay as they are.
    """
    old: Any = figure.canvas
    dpi = figure.dpi
    size = tuple(figure.get_size_inches())
    with set_aside(old):
        canvas: FrameCanvas | None = None
        try:
            canvas = FrameCanvas(figure, idle_draws=idle_draws)
            yield canvas
        finally:
            if canvas is not None:
                canvas.release()
            if figure.canvas is not old:
                figure.set_canvas(old)
            if figure.dpi != dpi:
                figure.dpi = dpi
            if tuple(figure.get_size_inches()) != size:
                figure.set_size_inches(size, forward=False)


def keep_size(figure: Figure, settings: FrameSettings) -> bool:
    """Set the movie's size again if the figure has another one; tell whether it had."""
    if tuple(figure.get_size_inches()) == settings.size:
        return False
    figure.set_size_inches(settings.size, forward=False)
    return True


@contextmanager
def at_dpi(figure: Figure, dpi: float) -> Iterator[None]:
    """Give a figure the movie's dpi for a while, as `savefig` does."""
    before = figure.dpi
    figure.dpi = dpi
    try:
        yield
    finally:
        figure.dpi = before


def draw_full(figure: Figure, settings: FrameSettings, out: memoryview) -> float:
    """Draw everything, through `Figure.savefig` itself.

    Parameters
    ----------
    figure : Figure
        A figure drawn by a `FrameCanvas`.
    settings : FrameSettings
        How to draw it.
    out : memoryview
        Where the RGBA bytes go: ``settings.nbytes`` of them, rows from the top.

    Returns
    -------
    float
        Seconds of it that were spent copying.
    """
    slot = Slot(out)
    figure.savefig(slot, format="rgba", dpi=settings.dpi, **settings.savefig_kwargs)  # type: ignore[arg-type]
    return slot.seconds
