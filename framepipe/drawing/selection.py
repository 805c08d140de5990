"""Pure: which frames of an animation a movie shows, where it does not show all.

A movie's frames are counted from 0, like those of any other movie: that is what engines, progress
and reports speak of.  An animation's frames are its own; a `Selection` leads from one to the
other.  Errors speak of the animation's frames, since those are what its functions are told.
"""

from __future__ import annotations

import itertools
import operator
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

#: What a user may give to say which frames: see `Selection.of`.
FrameChoice = slice | range | Sequence[int]


@dataclass(frozen=True, slots=True)
class Selection:
    """Some frames of an animation, in their order.

    Parameters
    ----------
    places : range or tuple of int
        Which, ascending.
    endless : bool, default: False
        Whether they go on for ever with the step of `places`, which is then a range.
    exact : bool, default: True
        Whether all of them were asked for, each by its number, as opposed to those there are.
    """

    places: range | tuple[int, ...]
    endless: bool = False
    exact: bool = True

    @classmethod
    def of(cls, frames: Any, length: int | None) -> Self:
        """Find out which frames a user means.

        Parameters
        ----------
        frames : slice, range or sequence of int
            As Python takes them of a list of `length` frames: what is negative counts from the
            end, and a slice ends where the animation does.
        length : int or None
            How many frames the animation has; None if it does not say.

        Raises
        ------
        TypeError
            If that is none of these.
        ValueError
            If it is no frame at all; if the order is not ascending; or if one counts from an end
            that is not known.
        IndexError
            If the animation has no such frame.
        """
        if isinstance(frames, slice):
            return cls._of_slice(frames, length)
        numbers = _as_numbers(frames)
        if not numbers:
            raise ValueError(f"frames={frames!r} are no frames at all")
        if numbers[0] < 0 or numbers[-1] < 0 or not isinstance(numbers, range):
            numbers = [_from_end(number, length) for number in numbers]
        for before, number in itertools.pairwise(_beginning(numbers)):
            if number <= before:
                raise ValueError(
                    f"frames must be in ascending order, each once, and {number} comes after "
                    f"{before}: an animation runs one way"
                )
        if length is not None and numbers[-1] >= length:
            raise IndexError(
                f"frames={frames!r}: there is no frame {numbers[-1]}, since the animation has "
                f"{length} (from 0 on). A slice, such as slice(0, {numbers[-1] + 1}), ends where "
                "the animation does"
            )
        return cls(numbers if isinstance(numbers, range) else tuple(numbers))

    @classmethod
    def _of_slice(cls, frames: slice, length: int | None) -> Self:
        start, stop, step = (
            None if one is None else _number(one)
            for one in (frames.start, frames.stop, frames.step)
        )
        step = 1 if step is None else step
        if step < 1:
            raise ValueError(
                f"frames={frames!r}: the step must be 1 or more: animations run one way"
            )
        if length is not None:
            places = range(*slice(start, stop, step).indices(length))
        else:
            for one in (start, stop):
                if one is not None and one < 0:
                    _from_end(one, None)
            start = start or 0
            if stop is None:
                return cls(range(start, start + step, step), endless=True, exact=False)
            places = range(start, stop, step)
        if not places:
            has = "" if length is None else f" of the {length} that the animation has"
            raise ValueError(f"frames={frames!r} are no frames at all{has}")
        return cls(places, exact=False)

    def count(self, length: int | None) -> int | None:
        """Return how many frames the movie has, if the animation has `length`, or does not say."""
        if self.endless:
            if length is None:
                return None
            return len(range(self.places[0], length, self._step))
        if length is None or length > self.places[-1]:
            return len(self.places)
        return bisect_left(self.places, length)

    def place(self, frame: int) -> int | None:
        """Return which frame of the animation a frame of the movie is; None behind the last one."""
        if self.endless:
            return self.places[0] + frame * self._step
        return self.places[frame] if frame < len(self.places) else None

    def frame(self, place: int) -> int:
        """Return the frame of the movie that a place in the animation is, or leads to."""
        if self.endless:
            return max(0, -(-(place - self.places[0]) // self._step))
        return bisect_left(self.places, place)

    @property
    def _step(self) -> int:
        return self.places.step if isinstance(self.places, range) else 1


#: Every frame.
ALL = Selection(range(1), endless=True, exact=False)


def _beginning(numbers: range | list[int]) -> Sequence[int]:
    """Return what tells whether numbers ascend: all of a list, two of a range."""
    return numbers[:2] if isinstance(numbers, range) else numbers


def _as_numbers(frames: object) -> range | list[int]:
    if isinstance(frames, range):
        return frames
    if isinstance(frames, (str, bytes)) or not isinstance(frames, Iterable):
        raise TypeError(
            f"frames must be a slice, a range or a list of whole numbers, not {frames!r}"
        )
    return [_number(one) for one in frames]


def _number(one: Any) -> int:
    if isinstance(one, bool):
        raise TypeError(f"frames must hold whole numbers, not {one!r}")
    try:
        return operator.index(one)
    except TypeError:
        raise TypeError(f"frames must hold whole numbers, not {one!r}") from None


def _from_end(number: int, length: int | None) -> int:
    """Return a frame that may be counted from the end, counted from the beginning."""
    if number >= 0:
        return number
    if length is None:
        raise ValueError(
            f"frame {number} counts from the end, and this animation does not say where it ends: "
            "give FuncAnimation a list, a number of frames or a save_count"
        )
    if number < -length:
        raise IndexError(f"there is no frame {number}, since the animation has {length}")
    return length + number
