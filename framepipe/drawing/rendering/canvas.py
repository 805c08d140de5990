"""Figure to RGBA bytes, exactly as `savefig` inside `Animation.save` writes them.

During a run the figure lives on a `FrameCanvas`, an Agg canvas of our own, whichever canvas
(Agg, a GUI's, PDF's, none) it came with: no window is ever touched.  ``draw_idle``, which
`Animation` calls after every update and which on Agg draws a whole frame at once, here only
leaves the figure as that would: see `framepipe.drawing.rendering.undrawn`.

Private names overridden, looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.backend_bases.FigureCanvasBase``: ``_is_saving``
- ``matplotlib.backends.backend_agg.FigureCanvasAgg``: ``_print_pil``
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import AxesImage

from ..mpl.agg import set_aside
from ..mpl.artists import children
from .display_list import RecordingRenderer
from .image import ImageMaker
from .undrawn import every_axes, leave_as_drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..settings import FrameSettings


#: What ``draw_idle`` does; see `FrameCanvas`.
Idle = Literal["settle", "prime", "draw"]


class FrameCanvas(FigureCanvasAgg):
    """The Agg canvas on which a figure lives while its frames are drawn.

    Parameters
    ----------
    figure : Figure
        The figure; its canvas from now on is this one.
    idle_draws : bool
        Whether ``draw_idle`` on the figure's own canvas would draw at once.

    Attributes
    ----------
    idle : {"settle", "prime", "draw"}, default: "settle"
        What ``draw_idle`` does.  "settle": leaves the figure as a draw would leave it.  "prime":
        calls `prime`, and draws if that says False.  "draw": draws.
    prime : callable
        Draws by keeping what it draws; False if it cannot.
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
        super().__init__(figure)
        self.idle: Idle = "settle"
        self.prime: Callable[[], bool] = lambda: False
        self.compose: Callable[[RecordingRenderer], None] | None = None
        self.drawn_elsewhere = False
        self.lays_out: Callable[[], bool] = lambda: True
        self.fresh = False
        self._idle_draws = idle_draws
        self._images = ImageMaker()
        self.painted: memoryview | None = None
        self._watch = self.mpl_connect("draw_event", self._note_draw)
        self._is_saving = True  # animated artists are drawn; interactive mode leaves us alone

    def draw_idle(self, *args: Any, **kwargs: Any) -> None:
        """Leave the figure as a draw would leave it, without drawing."""
        if not self._idle_draws:
            return
        if self.idle == "settle":
            leave_as_drawn(self.figure, lay_out=self.lays_out())
            return
        with self._images.making(_images_of(self.figure)):
            if self.idle == "draw" or not self.prime():
                super().draw_idle(*args, **kwargs)

    def draw(self) -> None:
        """Draw the figure, its images sooner than matplotlib would."""
        with self._images.making(_images_of(self.figure)):
            super().draw()  # type: ignore[no-untyped-call]

    def _note_draw(self, _: Any) -> None:
        self.drawn_elsewhere = True

    def get_renderer(self) -> RecordingRenderer:
        """Return the renderer for the figure's size and dpi as they are now."""
        renderer = super().get_renderer()  # type: ignore[no-untyped-call]
        if not isinstance(renderer, RecordingRenderer):
            # The size as this matplotlib works it out: 3.9 leaves fractions of a pixel in it.
            renderer = RecordingRenderer(renderer.width, renderer.height, renderer.dpi)
            renderer.figure = self.figure
            self.renderer = renderer
        if renderer.update_font_settings() and self.fresh:
            renderer = RecordingRenderer(renderer.width, renderer.height, renderer.dpi)
            renderer.figure = self.figure
            renderer.update_font_settings()
            self.renderer = renderer
        return renderer

    def take_elsewhere(self) -> bool:
        """Tell whether someone drew the figure since this was last asked."""
        renderer = getattr(self, "renderer", None)
        elsewhere, self.drawn_elsewhere = self.drawn_elsewhere, False
        if isinstance(renderer, RecordingRenderer):
            elsewhere = elsewhere or renderer.recorder.touched
            renderer.recorder.touched = False
        return elsewhere

    def release(self) -> None:
        """Let go of the figure."""
        self.mpl_disconnect(self._watch)

    def print_raw(
        self,
        filename_or_obj: Any,
        *,
        metadata: Any = None,
        facecolor: Any = None,
        edgecolor: Any = None,
        orientation: Any = None,
        bbox_inches_restore: Any = None,
    ) -> None:
        """Write the figure's RGBA bytes; `savefig` calls this, everything else set up.

        The other arguments are for paper and vector formats, and are given to everyone.
        """
        if self.painted is not None:
            filename_or_obj.write(self.painted)
            return
        # While it only wants the renderer, matplotlib puts a function of its own in the place of
        # the figure's draw.
        if self.compose is None or metadata is not None or "draw" in vars(self.figure):
            with self._images.making(_images_of(self.figure)):
                super().print_raw(filename_or_obj, metadata=metadata)  # type: ignore[no-untyped-call]
            return
        renderer = self.get_renderer()
        with self._images.making(_images_of(self.figure)):
            self.compose(renderer)
        filename_or_obj.write(renderer.buffer_rgba())

    print_rgba = print_raw

    def _print_pil(
        self, filename_or_obj: Any, fmt: str, pil_kwargs: Any, metadata: Any = None
    ) -> None:
        """Write the figure as a picture; PNG, JPEG and so on all come here."""
        if self.painted is None:
            with self._images.making(_images_of(self.figure)):
                super()._print_pil(filename_or_obj, fmt, pil_kwargs, metadata)  # type: ignore[no-untyped-call]
            return
        width, height = self.get_width_height()
        mpl.image.imsave(
            filename_or_obj,
            np.frombuffer(self.painted, np.uint8).reshape(height, width, 4),
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
    """Let a figure live on a `FrameCanvas` for a while, whose frames are all of one size.

    Parameters
    ----------
    figure : Figure
        The figure.  Its canvas, size and dpi are as before when the context ends.
    idle_draws : bool
        See `FrameCanvas`.

    Yields
    ------
    FrameCanvas
        The canvas it lives on.
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
    canvas: FrameCanvas | None = None
    with set_aside(old):
        try:
            canvas = FrameCanvas(figure, idle_draws=idle_draws)
            yield canvas
        finally:
            if canvas is not None:
                canvas.release()
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
        A figure that lives on a `FrameCanvas`.
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
