"""What a user may say: the choices, their kinds, and the details of segments.

What cannot be meant is refused here, before anything starts.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, SupportsFloat, get_args

if TYPE_CHECKING:
    from .encoding.stitching.stitch import Stitcher

ModeName = Literal["auto", "pipe", "segments"]
RedrawName = Literal["auto", "full", "verify"]
StartMethod = Literal["fork", "spawn", "forkserver"]
StitcherName = Literal["ffmpeg", "mencoder"]

MODES: tuple[str, ...] = get_args(ModeName)
REDRAWS: tuple[str, ...] = get_args(RedrawName)
START_METHODS: tuple[str, ...] = get_args(StartMethod)
STITCHERS: tuple[str, ...] = get_args(StitcherName)


@dataclass(frozen=True, slots=True)
class To:
    """One of several movies made of the same frames, with what is its own.

    Parameters
    ----------
    filename : str, path-like or file object
        The movie.
    format : str, optional
        The format of what is written to a file object, such as "gif"; "mp4" if not said.
    codec, bitrate, extra_args, metadata, hold, loop : optional
        As `encode` takes them, for this movie alone; None: what is said there for all.

    Examples
    --------
    >>> mail = framepipe.To("mail.gif", hold=2)
    >>> movie = framepipe.encode(ani, ["talk.mp4", mail])
    >>> [path.name for path in movie.paths]
    ['talk.mp4', 'mail.gif']

    Into memory:

    >>> file = io.BytesIO()
    >>> movie = framepipe.encode(ani, framepipe.To(file, format="gif"))
    >>> file.getvalue()[:6]
    b'GIF89a'
    """

    filename: Any  # a str, a path, or a file object: whatever has a write method
    format: str | None = None
    codec: str | None = None
    bitrate: int | None = None
    extra_args: Sequence[str] | None = None
    metadata: Mapping[str, str] | None = None
    hold: float | None = None
    loop: int | None = None

    def __post_init__(self) -> None:
        if self.format is not None:
            if not isinstance(self.format, str) or not self.format.isalnum():
                raise ValueError(f"format must be a word such as 'gif', not {self.format!r}")
            if not hasattr(self.filename, "write"):
                raise ValueError("format= is for file objects; a name says it by its ending")
        check_kinds(
            filename="" if hasattr(self.filename, "write") else self.filename,
            bitrate=self.bitrate, extra_args=self.extra_args,
            metadata=self.metadata,
        )  # fmt: skip
        check_ends(self.hold or 0.0, self.loop or 0)

    @property
    def given(self) -> dict[str, object]:
        """What is said here about how it is encoded."""
        names = ("codec", "bitrate", "extra_args", "metadata")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def as_targets(filename: object) -> list[To]:
    """Return the movies that are meant by what `encode` was given for a name.

    Raises
    ------
    TypeError, ValueError
        If that is no name, no `To` and no list of them, or an empty list.
    """
    if not isinstance(filename, (list, tuple)):
        filename = [filename]
    if not filename:
        raise ValueError("there is no name for a movie in the list")
    return [one if isinstance(one, To) else To(one) for one in filename]


#: What these arguments must be; all but the file's name may be None.
_KINDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "filename": ("the path of a file", (str, bytes, os.PathLike)),
    "dpi": ('a number or "figure"', (Real, str)),
    "bitrate": ("a number", (SupportsFloat,)),  # decimals and numpy's, too
    "extra_args": ("a sequence of strings", (Iterable,)),
    "metadata": ("a mapping", (Mapping,)),
    "extra_anim": ("a sequence of animations", (Iterable,)),
}


def check_kinds(**given: object) -> None:
    """Refuse arguments of the wrong kind in words that name them."""
    for name, value in given.items():
        what, kinds = _KINDS[name]
        if not isinstance(value, kinds) and (value is not None or name == "filename"):
            raise TypeError(f"{name} must be {what}, not {value!r}")


def as_keywords(savefig_kwargs: object) -> dict[str, Any] | None:
    """Return savefig_kwargs as `Animation.save` takes them, which makes a dict of what it is given.

    Raises
    ------
    TypeError
        If none can be made of them.
    """
    if savefig_kwargs is None:
        return None
    given: Any = savefig_kwargs
    try:
        return dict(given)
    except (TypeError, ValueError):
        said = f"savefig_kwargs must be a mapping, or pairs of names and values, not {given!r}"
        raise TypeError(said) from None


#: Most seconds for which a last frame is held: every one of them is encoded, and takes disk.
LONGEST_HOLD = 3600


def check_ends(hold: object, loop: object) -> None:
    """Refuse values of hold and loop that cannot be meant."""
    if isinstance(hold, bool) or not isinstance(hold, Real):
        raise TypeError(f"hold must be a number of seconds, not {hold!r}")
    try:
        seconds = float(hold)
    except OverflowError:
        seconds = math.inf
    if not 0 <= seconds <= LONGEST_HOLD:
        raise ValueError(f"hold must be 0 seconds or more, at most {LONGEST_HOLD}, not {hold!r}")
    if isinstance(loop, bool) or not isinstance(loop, int):
        raise TypeError(f"loop must be a whole number, not {loop!r}")
    if not 0 <= loop < 65536:
        raise ValueError(f"loop must be from 0 (for ever) to 65535, not {loop}")


def check_choices(
    *,
    workers: object,
    mode: object,
    redraw: object,
    independent: object,
    start_method: object,
    progress: object,
    progress_callback: object,
    hold: object = 0.0,
    loop: object = 0,
    resume: object = False,
) -> None:
    """Refuse values that are none of the choices."""
    check_ends(hold, loop)
    if workers is not None:
        if isinstance(workers, bool) or not isinstance(workers, int):
            raise TypeError(f"workers must be a whole number or None, not {workers!r}")
        if workers < 0:
            raise ValueError(f"workers must be 0 or more, not {workers}")
        if workers > 0 and multiprocessing.current_process().daemon:
            raise ValueError(
                "this is a daemonic process (a multiprocessing.Pool worker), which may not start "
                "processes: use workers=0"
            )
    if not isinstance(mode, Segments) and mode not in MODES:
        raise ValueError(f"mode must be one of {MODES} or a framepipe.Segments, not {mode!r}")
    if redraw not in REDRAWS:
        raise ValueError(f"redraw must be one of {REDRAWS}, not {redraw!r}")
    if start_method is not None:
        if start_method not in START_METHODS:
            raise ValueError(f"start_method must be one of {START_METHODS}, not {start_method!r}")
        if start_method not in multiprocessing.get_all_start_methods():
            raise ValueError(f"this system cannot start processes by {start_method!r}")
    switches = {"independent": independent, "progress": progress, "resume": resume}
    for name, value in switches.items():
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    if progress_callback is not None and not callable(progress_callback):
        raise TypeError(f"progress_callback must be callable, not {progress_callback!r}")


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

    Examples
    --------
    >>> mode = framepipe.Segments(blocks=3, keep=True)
    >>> movie = framepipe.encode(ani, "movie.mp4", mode=mode)
    >>> [path.name for path in movie.segments]
    ['movie.segment-0000.mp4', 'movie.segment-0001.mp4', 'movie.segment-0002.mp4']
    """

    blocks: int | Sequence[range | tuple[int, int]] | None = None
    stitcher: StitcherName | Stitcher = "ffmpeg"
    keep: bool = False
    executor: object = None  # a concurrent.futures.Executor, or a class of Dask's
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
