"""Draw figure i into this memory: what a `Painter` is for animations, for `Figures`.

Every figure is drawn as a whole, by its own ``savefig``: two figures have nothing in common that
could be kept.
"""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..errors import FrameError
from ..result import FrameStats
from ..user_code.exceptions import said_by
from .figures import Figures, FigureSequence
from .painter import REACH
from .pickling import (
    NotPicklable,
    RandomStates,
    dumps,
    loads,
    restore_random,
    snapshot_random,
)
from .policy import Limits, Redraw
from .rendering.canvas import FrameCanvas, draw_full, keep_size, living_on_agg
from .retained.verify import where_they_differ
from .selection import ALL, Selection
from .settings import FrameSettings, draws_when_idle, own_colors
from .writer_sink import Writers

#: Milliseconds between two figures, if nobody says: as between two frames of an animation.
INTERVAL = 200.0


class FigurePainter:
    """Draws the frames of a movie of figures, in ascending order.

    Parameters
    ----------
    sequence : FigureSequence
        The figures.
    settings : FrameSettings
        How to draw them.
    size : tuple of float
        Width and height in inches that all of them must have.
    redraw, writers, selection
        See `Painter`.
    in_worker : bool, default: False
        Whether this process is there to draw, and no window is any of its business.
    """

    def __init__(
        self,
        sequence: FigureSequence,
        settings: FrameSettings,
        size: tuple[float, float],
        *,
        redraw: Redraw = "full",
        writers: Any = None,
        selection: Selection | None = None,
        in_worker: bool = False,
    ) -> None:
        self.settings = settings
        self.writers = writers
        self._sequence = sequence
        self._size = size
        self._redraw = redraw
        self._selection = selection or ALL
        self._in_worker = in_worker
        self._drawn = -1
        self._stack = ExitStack()
        self._stand_in = Figure(figsize=settings.size)
        self._canvas: FrameCanvas | None = None

    @property
    def figure(self) -> Figure:
        """What a matplotlib writer is told to take frames from."""
        return self._stand_in

    @property
    def frames(self) -> int | None:
        """Number of frames, as far as it is known."""
        return self._selection.count(self._sequence.length)

    def open(self) -> None:
        """Make ready to draw."""
        self._stack.callback(self._sequence.close)
        if self._in_worker:
            _leave_windows()
        if self.writers is not None:
            FigureCanvasAgg(self.figure)
            self._canvas = self._stack.enter_context(living_on_agg(self.figure, idle_draws=False))
            keep_size(self.figure, self.settings)

    def close(self) -> None:
        """Let go of everything."""
        self._stack.close()
        self._canvas = None

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        """Draw a frame; see `Painter.paint`.

        Raises
        ------
        FrameError
            If the user's code, or drawing, raised; or if the figure is none, or is of another size.
        """
        place = self._selection.place(frame)
        if place is None:
            return None
        begin = time.perf_counter()
        in_order = as_saved or self._redraw == "as_saved"
        if in_order and not self._draw_before(place):
            return None
        if not self._sequence.advance(place):
            return None
        updated = time.perf_counter()
        copying = self._draw(place, out)
        drawn = time.perf_counter()
        return FrameStats(update=updated - begin, draw=drawn - updated - copying, copy=copying)

    def check(self, frame: int, out: memoryview) -> FrameStats | None:
        """Do what `paint` does: there is nothing to be compared."""
        return self.paint(frame, out)

    def _draw_before(self, place: int) -> bool:
        """Make and draw figures up to one, as a loop would; tell whether there are so many."""
        begin = self._drawn + 1
        if self._redraw not in ("as_saved", "verify"):
            begin = max(begin, place - REACH)
        unseen = memoryview(bytearray(self.settings.nbytes if begin < place else 0))
        for before in range(begin, place):
            if not self._sequence.advance(before):
                return False
            self._draw(before, unseen)
        return True

    def _draw(self, place: int, out: memoryview) -> float:
        """Draw the figure at hand; return the seconds that copying took."""
        figure = self._sequence.figure
        if figure is None:
            raise RuntimeError("there is no figure at hand")
        self._drawn = place
        self._check_size(figure, place)
        settings = replace(self.settings, savefig_kwargs=own_colors(figure, self.settings))
        try:
            with living_on_agg(figure, idle_draws=draws_when_idle(figure.canvas)) as canvas:
                canvas.fresh = True
                keep_size(figure, settings)
                return draw_full(figure, settings, out)
        except BaseException as error:
            raise FrameError(f"drawing frame {place} failed: {said_by(error)}", place) from error

    def _check_size(self, figure: Figure, place: int) -> None:
        """Refuse a figure that would make other pixels than the first one, in number."""
        size = tuple(map(float, figure.get_size_inches()))
        dpi = self.settings.dpi
        if [round(dpi * side) for side in size] != [round(dpi * side) for side in self._size]:
            raise FrameError(
                f"the figure of frame {place} measures {size[0]:g} x {size[1]:g} inches, and the "
                f"first one {self._size[0]:g} x {self._size[1]:g}: all figures of a movie must be "
                "of one size, so give all the same figsize",
                place,
            )

    def hand_over(self, frame: memoryview, grab: Callable[[], object]) -> None:
        """Let someone call `savefig` on `figure` and get a frame that has been painted."""
        if self._canvas is None:
            raise RuntimeError("a painter must be opened, with writers, before it hands over")
        self._canvas.painted = frame
        try:
            grab()
        finally:
            self._canvas.painted = None

    def pass_over(self, frame: int) -> bool:
        """Make the figure of a frame, without drawing it; False if there are not so many."""
        place = self._selection.place(frame)
        return place is not None and self._sequence.advance(place)

    def locate_difference(
        self, mine: memoryview, other: memoryview
    ) -> tuple[tuple[int, int, int, int] | None, str]:
        """Say where two drawings of a frame differ; what lies there is not known any longer."""
        return where_they_differ(mine, other, self.settings.width), ""

    def finish(self) -> None:
        """Do nothing: all was drawn as a whole."""


def _leave_windows() -> None:
    """Let figures be made without windows from now on, and leave those alone that are there.

    They belong to the process that this one was forked from.
    """
    plt.ioff()
    if not _has_windows():
        return
    close = plt.close
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", mpl.MatplotlibDeprecationWarning)
        try:
            plt.close = lambda *_: None  # 3.9 would close them
            plt.switch_backend("agg")
        finally:
            plt.close = close


def _has_windows() -> bool:
    return mpl.get_backend().lower() != "agg"


@dataclass(frozen=True, slots=True)
class FigurePainterFactory:
    """Makes a painter of figures, in this process, in a fork of it, or where it was pickled for.

    Parameters
    ----------
    figures : Figures
        What is painted.
    first : FigureSequence or None
        Stands at the first figure, which was made to know the size: painters go on from there.
        None where they begin at the beginning.
    process : int
        Number of the process in which that was done.
    settings : FrameSettings
        How to draw.
    size : tuple of float
        Width and height of a figure in inches.
    independent : bool, default: True
        Whether `draw` is called only for the frames that are wanted.
    redraw, writers, selection, limits, history
        See `Painter`; the last two say nothing here.
    random, random_before : RandomStates, optional
        What `random` and `numpy.random` go on from, and what they began with.
    on_another_machine : bool, default: False
        See `PainterFactory`.
    """

    figures: Figures
    first: FigureSequence | None
    process: int
    settings: FrameSettings
    size: tuple[float, float]
    independent: bool = True
    redraw: Redraw = "full"
    writers: Writers | None = None
    selection: Selection | None = None
    limits: Limits | None = None
    history: int = 0
    random: RandomStates | None = None
    random_before: RandomStates | None = None
    on_another_machine: bool = False

    def __call__(self) -> FigurePainter:
        """Make a painter, not yet opened."""
        random = self.random_before if self.first is None else self.random
        if random is not None:
            restore_random(random)
        here = os.getpid() == self.process
        sequence = FigureSequence(
            self.figures,
            independent=self.independent,
            output_frame=None if self.selection is None else self.selection.frame,
        )
        if self.first is not None:
            # Not a window of the process that this one was forked from.
            sequence.go_on(self.first, closes=here or not _has_windows())
        return FigurePainter(
            sequence,
            self.settings,
            self.size,
            redraw=self.redraw,
            writers=self.writers,
            selection=self.selection,
            in_worker=not here,
        )

    def unchecked(self) -> FigurePainterFactory:
        """Return a factory for where no frame is compared: this one.

        A loop over the items that are wanted calls `draw` for no other ones.
        """
        return self

    def __reduce__(self) -> tuple[Callable[[bytes], FigurePainterFactory], tuple[bytes]]:
        """Pickle the figures, and the environment they are drawn in.

        Raises
        ------
        NotPicklable
            If something in it cannot be pickled, such as a generator that runs.
        ImportError
            If cloudpickle is not installed.
        """
        if not self.figures.restartable:
            raise NotPicklable(
                "a generator that has begun cannot be sent to another process: give Figures the "
                'generator function, without calling it, or use start_method="fork" or workers=0'
            )
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        if not self.figures.independent:
            content["first"] = None  # it runs
        users: list[object] = [self.figures.user_code]
        if self.writers is not None:
            users.append(self.writers.writer_class)
        return _unpickle, (dumps(content, users=users, on_another_machine=self.on_another_machine),)


def _unpickle(data: bytes) -> FigurePainterFactory:
    return FigurePainterFactory(**loads(data))


class OpenedFigures:
    """The figures that a user gave; the first one is made, to know their size.

    A context, at whose end that one is closed, if it was opened for this.

    Parameters
    ----------
    figures : Figures
        Which.

    Raises
    ------
    FrameError
        If that failed.
    ValueError
        If there are none.
    """

    interval = INTERVAL
    #: Nobody can listen to the draws of figures that are not there yet.
    is_listened_to = False
    #: Each is drawn as it is.
    can_be_kept = False

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._before = snapshot_random()
        self._first = FigureSequence(figures)
        try:
            if not self._first.advance(0):
                raise ValueError("there are no figures, so there is no movie")
        except BaseException:
            self._first.close()
            raise

    @property
    def figure(self) -> Figure:
        """The first figure."""
        if self._first.figure is None:
            raise RuntimeError("the figures have been closed")
        return self._first.figure

    @property
    def frames(self) -> int | None:
        """How many there are, if that is known."""
        return self._figures.length

    @property
    def user_code(self) -> tuple[Figures]:
        """What holds the user's functions."""
        return (self._figures,)

    def drawing(self, redraw: Redraw) -> Redraw:
        """Return how they are drawn: nothing can be kept from one to the next."""
        return "full" if redraw == "auto" else redraw

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._first.close()

    def painter_factory(
        self,
        settings: FrameSettings,
        *,
        independent: bool = False,
        redraw: Redraw = "full",
        writers: Writers | None = None,
        selection: Selection | None = None,
    ) -> FigurePainterFactory:
        """Return what makes painters of them; see `OpenedAnimation.painter_factory`."""
        width, height = self.figure.get_size_inches()
        return FigurePainterFactory(
            self._figures,
            self._first,
            os.getpid(),
            settings,
            (float(width), float(height)),
            independent=independent or self._figures.independent,
            redraw=redraw,
            writers=writers,
            selection=selection,
            random=snapshot_random(),
            random_before=self._before,
        )
