"""A movie made by a fork of this process, while this one goes on with the animation.

::

    this process                                   its fork
    ------------                                   --------
    fork ----------------------------------------> encode: workers, encoder, output
    run every update, draw nothing                 ... (has the animation as it was, and can begin
          <------------------------- frame i of n       again should that be needed)
    finish --------------------------------------> put the movie in its place
          <---------------------- Movie, or error

So what other code sees afterwards is what matplotlib would have left, and nothing that this process
does to the animation can reach the movie.  Nor is an old movie replaced before `Beside.finish`:
what runs here may fail when the last frame has long been encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from matplotlib.animation import AbstractMovieWriter

from ..api import carry_out
from ..engines.fork import Fork
from ..engines.protocols import Progress
from ..movie import Movie
from ..options import ModeName, Segments
from ..plan import EncodePlan

ProgressCallback = Callable[[int, int | None], object]


class Beside:
    """A movie made by a fork of this process; a context, at whose end the fork is over.

    Parameters
    ----------
    plan : EncodePlan
        What to make.
    mode, progress_callback, writer, resume
        As `encode` takes them.
    """

    def __init__(
        self,
        plan: EncodePlan,
        mode: ModeName | Segments = "auto",
        progress_callback: ProgressCallback | None = None,
        writer: AbstractMovieWriter | str | None = None,
        resume: bool = False,
    ) -> None:
        def make(_: None, told: Progress) -> Movie:
            return carry_out(
                plan, mode, False, told, writer=writer, resume=resume, ask=self._fork.ask
            )

        self._fork: Fork[None, Movie] = Fork(
            make,
            name="framepipe-save",
            progress=progress_callback,
            temporary_places=plan.movie.temporary_places,
        )

    def __enter__(self) -> Self:
        self._fork.__enter__()
        self._fork.begin(None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._fork.__exit__(kind, error, traceback)

    def hear(self) -> None:
        """Take what the fork has said, if it has said anything.

        Raises
        ------
        Exception
            What `encode` raises, or the user's functions do.
        """
        self._fork.hear()

    def wait_for(self, frames: int) -> None:
        """Wait until so many frames have been encoded, or the movie is whole; see `hear`."""
        self._fork.wait_for(frames)

    def finish(self) -> Movie:
        """Wait for the movie, and have it put in its place.

        Raises
        ------
        Exception
            What `encode` raises, or the user's functions do.
        """
        return self._fork.finish()
