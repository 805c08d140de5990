"""What a user says of the segments a movie is to be made in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STITCHERS = ("ffmpeg", "mencoder")


@dataclass(frozen=True, slots=True)
class Segments:
    """Make a movie from blocks of frames, recorded apart and then joined; see `encode`'s `mode`.

    Parameters
    ----------
    blocks : None, int or sequence, default: None
        None: chosen.  A number of blocks of equal length.  Or ranges of frame positions, as
        `range` objects or (start, stop) pairs, that cover the animation once, in order.
    stitcher : {"ffmpeg", "mencoder"} or object, default: "ffmpeg"
        What joins the segments.  An object is asked to ``stitch(segments, filename)``: segments
        is a list of paths in order, filename is the path of the movie to make; the segments are
        encoded as the movie was asked to be.
    keep : bool, default: False
        Keep the segments beside the movie, as ``movie.segment-0000.mp4`` and so on; they are
        listed in `Movie.segments`.
    executor : object, optional
        Who records: a `concurrent.futures.Executor` that runs processes (here or on other
        machines), or a Dask ``distributed.Client``.  None: render workers of our own.
    max_in_flight : int, optional
        With an executor: most blocks that it has at a time.  Default: two for each of its workers.
    stitch_args : sequence of str, default: ()
        Further arguments for ffmpeg or mencoder when it joins.

    Raises
    ------
    TypeError, ValueError
        If one of these will not do.
    """

    blocks: int | Sequence[Any] | None = None
    stitcher: Any = "ffmpeg"
    keep: bool = False
    executor: Any = None
    max_in_flight: int | None = None
    stitch_args: Sequence[str] = ()

    def __post_init__(self) -> None:
        if isinstance(self.stitcher, str):
            if self.stitcher not in STITCHERS:
                raise ValueError(
                    f"stitcher must be one of {STITCHERS} or an object with a method "
                    f"stitch(segments, filename), not {self.stitcher!r}"
                )
        elif not callable(getattr(self.stitcher, "stitch", None)):
            raise TypeError(
                f"stitcher must be one of {STITCHERS} or an object with a method "
                f"stitch(segments, filename), not {self.stitcher!r}"
            )
        elif self.stitch_args:
            raise ValueError("stitch_args are for ffmpeg and mencoder, not for your own stitcher")
        if not isinstance(self.keep, bool):
            raise TypeError(f"keep must be True or False, not {self.keep!r}")
        given = self.max_in_flight
        if given is not None:
            if isinstance(given, bool) or not isinstance(given, int):
                raise TypeError(f"max_in_flight must be a whole number or None, not {given!r}")
            if given < 1:
                raise ValueError(f"max_in_flight must be 1 or more, not {given}")
            if self.executor is None:
                raise ValueError("max_in_flight is for an executor, and none is given")
        if isinstance(self.stitch_args, str) or not all(
            isinstance(argument, str) for argument in self.stitch_args
        ):
            raise TypeError(f"stitch_args must be a sequence of strings, not {self.stitch_args!r}")
