"""What the engines ask of those they work for, and what they report: the terms of the contract.

An engine is given a `FrameSource`, which can draw frame i into some memory, and a `Sink`, which
takes bytes in order; it knows nothing else of either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ..result import FrameStats

#: What a user is told whose animation is empty, or was used up by a preview.
NO_FRAMES = (
    "the animation has no frames. A generator object that has been shown or saved before is used "
    "up: give FuncAnimation the generator function, or a list"
)

#: Called as ``progress(i, n)`` when frame i of n (None while that is not known) has been taken.
Progress = Callable[[int, int | None], object]


class FrameSource(Protocol):
    """What draws: frames in ascending order, into memory it is given."""

    @property
    def frames(self) -> int | None:
        """How many frames there are; None while that is not known."""

    def open(self) -> None:
        """Make ready, in the process that draws."""

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        """Draw a frame into memory; `as_saved`: with every draw that `Animation.save` makes.

        Returns what it took, or None if the animation is over before this frame: then `frames`
        says how many it has.  Raises `FrameError`, from the user's own exception.
        """

    def check(self, frame: int, out: memoryview) -> FrameStats | None:
        """Do what `paint` does, and compare the frame with a full draw."""

    def locate_difference(
        self, mine: memoryview, other: memoryview
    ) -> tuple[tuple[int, int, int, int] | None, str]:
        """Say where two drawings of a frame differ, and what lies there.

        Returns left, top, right and bottom in pixels, and the artist's name; None and an empty
        string where that cannot be told.
        """

    def finish(self) -> None:
        """Look back at what was drawn; raise if it was not right."""

    def close(self) -> None:
        """Let go of everything."""


class Sink(Protocol):
    """What takes the frames, in order: an encoder."""

    def start(self) -> None:
        """Begin."""

    def fileno(self) -> int:
        """Return a descriptor that can be polled for room."""

    @property
    def fds(self) -> tuple[int, ...]:
        """Descriptors that no other process may hold open."""

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        """Hand over the next frame; it must stay as it is until `pump` says True.

        `source` and `offset` name a file that holds the same bytes, for copying less.
        """

    def pump(self) -> bool:
        """Take what can be taken without blocking; True when the whole frame has been taken."""

    def check(self) -> None:
        """Raise if it has failed."""

    def end(self) -> None:
        """Take the end of the movie: no frame follows.  It goes on by itself from there."""

    def finish(self) -> float:
        """Wait until the movie is whole, its end taken if it was not; return CPU seconds spent."""

    def abort(self) -> None:
        """Stop, if it has not finished, and let go of a frame on its way."""


class MakeSink(Protocol):
    """Makes a sink for one block; can be pickled for another machine."""

    def __call__(self, source: Any, path: str, /) -> Sink:
        """Return a sink that writes to a path what this source draws."""
