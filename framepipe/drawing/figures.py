"""Figures without an animation: each frame its own, as in a loop around ``savefig``.

`Figures` is what the user says.  A `FigureSequence` goes through them in one process: it calls the
user's code for the figures that are wanted, or for all of them, and closes behind itself what that
code has opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from ..errors import FrameError
from ..user_code.exceptions import said_by
from ..user_output import frame_begins


class Figures:
    """Figures that are the frames of a movie, in place of an animation.

    For what is written as a loop around `Figure.savefig`, whose pictures become a movie afterwards.
    `framepipe.encode` takes it wherever it takes an animation.

    Parameters
    ----------
    draw : callable, or iterable of Figure
        ``draw(item)`` returns the figure of an item.  It may make a new one, or draw on the same
        one again.  Or, without `items`: a generator function, or whatever can be iterated over, of
        figures.
    items : iterable or int, optional
        What `draw` is called with, in the order of the frames; a number n stands for range(n).

    Raises
    ------
    TypeError
        If one of these will not do.

    Notes
    -----
    A frame is what ``figure.savefig`` gives with the movie's dpi; all figures must be of one size.
    The fps, if it is not given, is 5: that of matplotlib's writers, and of animations that do not
    say.

    *draw and items*: a frame needs no other, so each worker calls `draw` only for the items whose
    frames it draws, and for none of them twice.  Some frames are drawn by another worker, too,
    which has called `draw` for all items before.  If they differ (`draw` goes on from where it was
    left, or uses random numbers), the movie is made again with all calls in every worker, or by
    one worker, and a `HistoryWarning` says so.

    *A generator* gives its figures one after another, so every worker runs it, in order, and
    draws its share of the figures.  Making a figure takes less time than drawing it, as a rule; and
    where it does not, this is no slower than one process.  A generator that runs already can only
    be forked: where workers are started in other ways give the generator function, not called.

    Figures that `draw` or the generator opens with pyplot are closed when they have been drawn, one
    step later, so that ``plt.clf()`` on the last one works.  Others stay as they are.

    Examples
    --------
    >>> import numpy as np, matplotlib.pyplot as plt, framepipe
    >>> def draw(phase):
    ...     fig, ax = plt.subplots()
    ...     ax.plot(np.sin(np.linspace(0, 6, 100) + phase))
    ...     return fig
    >>> movie = framepipe.encode(framepipe.Figures(draw, np.linspace(0, 3, 60)), "wave.mp4")
    >>> movie.frames
    60
    """

    def __init__(
        self,
        draw: Callable[[Any], Figure] | Callable[[], Iterable[Figure]] | Iterable[Figure],
        items: Iterable[Any] | int | None = None,
    ) -> None:
        self.draw: Callable[..., Any] | None = None
        self.items: Sequence[Any] | None = None
        self.source: Any = None
        if items is not None:
            if not callable(draw):
                raise TypeError(f"draw must be a function of one item, not {draw!r}")
            if isinstance(items, (int, np.integer)) and not isinstance(items, bool):
                items = range(items)
            if not isinstance(items, Iterable):
                raise TypeError(f"items must be a sequence of items or a number, not {items!r}")
            indexed = isinstance(items, (Sequence, np.ndarray))
            self.draw, self.items = draw, items if indexed else list(items)  # type: ignore[assignment]
        elif isinstance(draw, Sequence):
            self.draw, self.items = _itself, draw
        elif callable(draw) or isinstance(draw, Iterable):
            self.source = draw
        else:
            raise TypeError(
                "Figures takes a function and the items to call it with, or figures (a generator "
                f"function, a list), not {draw!r}"
            )

    @property
    def independent(self) -> bool:
        """Whether a figure can be had without those before it."""
        return self.items is not None

    @property
    def length(self) -> int | None:
        """How many there are; None if that is not known."""
        return None if self.items is None else len(self.items)

    @property
    def user_code(self) -> object:
        """What calls the user's code."""
        return self.source if self.items is None else self.draw

    @property
    def restartable(self) -> bool:
        """Whether another process can begin at the beginning."""
        return self.items is not None or callable(self.source) or not _is_iterator(self.source)

    def begin(self) -> Iterator[Any]:
        """Begin to run the user's generator."""
        return iter(self.source() if callable(self.source) else self.source)

    def __repr__(self) -> str:
        many = "figures" if self.length is None else f"{self.length} figures"
        return f"<framepipe.Figures: {many} of {self.user_code!r}>"


def _itself(figure: Figure) -> Figure:
    return figure


def _is_iterator(source: object) -> bool:
    return isinstance(source, Iterator)


class FigureSequence:
    """Goes through figures in one process, in ascending order.

    Parameters
    ----------
    figures : Figures
        Which.
    independent : bool, default: False
        Whether the user's code is left out for figures that are not asked for.
    output_frame : callable, optional
        See `Replay`.

    Attributes
    ----------
    figure : Figure or None
        The one at hand.
    position : int
        Which it is; -1 before the first.
    """

    def __init__(
        self,
        figures: Figures,
        *,
        independent: bool = False,
        output_frame: Callable[[int], int] | None = None,
    ) -> None:
        self._figures = figures
        self._independent = independent and figures.independent
        self._output_frame = output_frame or (lambda frame: frame)
        self._iterator: Iterator[Any] | None = None
        self._ended_at: int | None = None
        self._opened: set[int] = set()  # numbers of pyplot's figures that came of the calls
        self.figure: Figure | None = None
        self.position = -1

    @property
    def length(self) -> int | None:
        """How many figures there are, as far as that is known."""
        return self._figures.length if self._ended_at is None else self._ended_at

    def go_on(self, other: FigureSequence, *, closes: bool) -> None:
        """Go on from where another sequence stands, which is given up.

        Parameters
        ----------
        other : FigureSequence
            Of the same figures, in this process or in the one it was forked from.
        closes : bool
            Whether what it has opened is closed here.
        """
        self._iterator, self.figure, self.position = other._iterator, other.figure, other.position
        self._ended_at = other._ended_at
        if closes:
            self._opened |= other._opened
            other._opened = set()

    def advance(self, place: int) -> bool:
        """Bring a figure to hand.

        Parameters
        ----------
        place : int
            Which, from 0; not before `position`.

        Returns
        -------
        bool
            False if there are not so many.

        Raises
        ------
        FrameError
            If the user's code raised, or gave no figure.
        RuntimeError
            If it lies behind.
        """
        if place < self.position:
            raise RuntimeError(f"figure {place} lies before figure {self.position}")
        while self.position < place:
            following = place if self._independent else self.position + 1
            if self.length is not None and following >= self.length:
                return False
            frame_begins(self._output_frame(following))
            before = set(plt.get_fignums())
            try:
                figure = self._call(following)
            except StopIteration:
                self._ended_at = following
                return False
            except BaseException as error:
                raise FrameError(
                    f"making the figure of frame {following} failed in your own code: "
                    f"{said_by(error)}",
                    following,
                ) from error
            finally:
                opened = set(plt.get_fignums()) - before
                self._opened |= opened
            if not isinstance(figure, Figure):
                raise FrameError(
                    f"what was made for frame {following} is a {type(figure).__name__}, and no "
                    "Figure: let draw return the figure, or the generator yield it",
                    following,
                )
            self.figure, self.position = figure, following
            self._close(self._opened - opened)
        return True

    def _call(self, place: int) -> object:
        if self._figures.items is not None and self._figures.draw is not None:
            return self._figures.draw(self._figures.items[place])
        if self._iterator is None:
            self._iterator = self._figures.begin()
        return next(self._iterator)

    def close(self) -> None:
        """Close what the user's code has opened, and let go of the figure."""
        self.figure = None
        self._close(set(self._opened))
        if callable(self._figures.source) and self._iterator is not None:
            close = getattr(self._iterator, "close", None)
            self._iterator = None
            if close is not None:
                with suppress(Exception):  # what the user's code does when it is not run to the end
                    close()

    def _close(self, numbers: set[int]) -> None:
        """Close some of pyplot's figures, but not the one at hand."""
        kept = getattr(self.figure, "number", None)
        for number in numbers - {kept}:
            self._opened.discard(number)
            plt.close(number)
