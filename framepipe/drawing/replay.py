"""An animation as an ordered sequence of figure states, reached by replay.

`matplotlib.animation.Animation.save` calls ``_init_draw`` once, then, for every item of
``new_saved_frame_seq()``, ``_draw_next_frame(item, blit=False)``, and grabs the figure.  A
`Replay` makes the same calls in the same order, and nothing else; so stateful, random and
generator-driven animations stand at frame i exactly as they would in a serial save, whichever
process asks for frame i.  Updates cost microseconds where drawing costs tens of milliseconds,
which is why replaying all of them in every process is nearly free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.animation import Animation

from ..errors import FrameError
from ..user_code.exceptions import said_by
from ..user_output import frame_begins
from .mpl.animation import (
    draw_initially,
    figure_of,
    length_of,
    mark_started,
    returned_artists,
    update_for_next_frame,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def check_animations(animation: Any, extra_anim: Sequence[Any] | None) -> tuple[Animation, ...]:
    """Return the animations that make the movie, as `Animation.save` would choose them.

    Parameters
    ----------
    animation : Animation
        The main one.
    extra_anim : sequence of Animation, optional
        Others; those on another figure take no part, as in `Animation.save`.

    Raises
    ------
    TypeError
        If something is not an `Animation`.
    """
    for one in (animation, *(extra_anim or ())):
        if not isinstance(one, Animation):
            raise TypeError(
                f"expected a matplotlib Animation (FuncAnimation, ArtistAnimation, ...), "
                f"not {type(one).__name__}"
            )
    figure = figure_of(animation)
    return (animation, *(extra for extra in extra_anim or () if figure_of(extra) is figure))


class Replay:
    """The frames of an animation, in order, by replay.

    Parameters
    ----------
    animations : sequence of Animation
        The main animation and the extra ones on the same figure; frame i of the movie is frame i
        of all of them, and the shortest one ends it.
    independent : bool, default: False
        The user's word that a frame needs no earlier frame's update: then only the first frame's
        update and those of frames asked for are run.
    passed : callable, optional
        Called after the updates of every frame that is only passed through on the way to the one
        asked for: brings about what drawing it would have left behind.
    output_frame : callable, optional
        Returns the frame of the movie to which belongs what an update prints; by itself the
        frame that is updated for.

    Raises
    ------
    ValueError
        If `independent` is asked of an animation whose number of frames is not known.

    Attributes
    ----------
    figure : Figure
        The figure that changes.
    position : int
        The frame at which the figure stands; -1 before the first.
    """

    def __init__(
        self,
        animations: Sequence[Animation],
        *,
        independent: bool = False,
        passed: Callable[[], None] | None = None,
        output_frame: Callable[[int], int] | None = None,
    ) -> None:
        self.animations = tuple(animations)
        self.figure: Figure = figure_of(self.animations[0])
        for animation in self.animations:
            mark_started(animation)  # no warning that it was made in vain
        self.position = -1
        self._independent = independent
        self._passed = passed
        self._output_frame = output_frame or (lambda frame: frame)
        self._frames: Iterator[tuple[Any, ...]] | None = None
        self._ended_at: int | None = None
        self._returned: list[Any] = []
        if independent and self.length is None:
            raise ValueError(
                "independent=True needs an animation of known length: give FuncAnimation a list "
                "or a number of frames instead of a generator, or a save_count"
            )

    @property
    def length(self) -> int | None:
        """The number of frames, as far as can be told without running the animation.

        Returns
        -------
        int or None
            The shortest of the animations' lengths; None when one of them does not say.  An
            upper bound (a generator may end before its ``save_count``), exact once the end was met.
        """
        if self._ended_at is not None:
            return self._ended_at
        lengths = [length_of(animation) for animation in self.animations]
        known = [length for length in lengths if length is not None]
        return min(known) if len(known) == len(lengths) else None

    @property
    def returned(self) -> list[object]:
        """What the update functions returned since `take_returned` was last called."""
        return self._returned

    def take_returned(self) -> list[object]:
        """Return what the update functions returned since this was last asked, flattened."""
        returned, self._returned = self._returned, []
        return returned

    def advance(self, frame: int) -> bool:
        """Bring the figure to a frame.

        Parameters
        ----------
        frame : int
            Position in the animation, from 0; not before `position`.

        Returns
        -------
        bool
            False if the animation is over before this frame; `length` is then exact.

        Raises
        ------
        FrameError
            If the user's code raised; its exception is the ``__cause__``.
        RuntimeError
            If the frame lies behind: time does not run backwards in a replay.
        """
        if frame < self.position:
            raise RuntimeError(f"the figure stands at frame {self.position}, beyond frame {frame}")
        if self._frames is None:
            frame_begins(0)
            self._frames = self._begin()
        while self.position < frame:
            position = self.position + 1
            frame_begins(self._output_frame(position))
            try:
                data = next(self._frames)
            except StopIteration:
                self._ended_at = position
                return False
            except BaseException as error:
                raise _failed("making the data of", position, error) from error
            self.position = position
            if self._independent and 0 < position < frame:
                continue
            try:
                for animation, item in zip(self.animations, data, strict=True):
                    update_for_next_frame(animation, item)
                    _flatten(returned_artists(animation), self._returned)
                if position < frame and self._passed is not None:
                    self._passed()
            except BaseException as error:
                raise _failed("updating the figure for", position, error) from error
        return True

    def _begin(self) -> Iterator[tuple[object, ...]]:
        try:
            for animation in self.animations:
                draw_initially(animation)
            sequences = [animation.new_saved_frame_seq() for animation in self.animations]
        except BaseException as error:
            raise _failed("the initial draw before", 0, error) from error
        return zip(*sequences, strict=False)  # the shortest ends the movie, as in save


def _flatten(drawn: object, into: list[object]) -> None:
    """Collect the artists in what an update function returned: one, or containers of them."""
    if isinstance(drawn, (list, tuple, set)):
        for one in drawn:
            _flatten(one, into)
    elif drawn is not None:
        into.append(drawn)


def _failed(doing: str, frame: int, error: BaseException) -> FrameError:
    return FrameError(
        f"{doing} frame {frame} failed in the animation's own code: {said_by(error)}",
        frame,
    )
