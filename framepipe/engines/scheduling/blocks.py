"""Pure: into which blocks a movie's frames are cut.

A block costs a start of the encoder, a key frame, and the replay of everything before it; a block
that is too large leaves all other workers waiting for the last one.  So the sizes fall: each block
is a fixed share of what is left for each worker ("guided self-scheduling", C. D. Polychronopoulos
and D. J. Kuck, IEEE Transactions on Computers C-36, 1987), down to a smallest one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Blocks that what is left would make for each worker.  More means smaller blocks: the end comes
#: more evenly, and there are more encoders to start.
SHARES = 2
#: Least and most frames of the smallest block.  To begin and end a block takes as long as drawing
#: some ten frames, and x264 wants some 40 frames to know what it has.
SMALLEST = (25, 250)
#: Smallest blocks for each worker, while that keeps them within `SMALLEST`.
LAST_ROUNDS = 8
#: Frames of a block when nobody knows how many frames there are.
UNKNOWN = 100
#: Blocks of a movie that is to survive an interruption, and least and most frames of each.  What is
#: lost is a block for each worker: a hundredth of the movie is 12 s of 20 minutes.  More blocks
#: would lose less, and cost a key frame and a start of the encoder each.
LASTING = 100
LASTING_SIZE = (10, 250)


@dataclass(frozen=True, slots=True)
class Block:
    """Some consecutive frames.

    Parameters
    ----------
    number : int
        Which block it is, from 0.
    start, stop : int
        Positions of its first frame, and of the first after it.
    """

    number: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class KeptBlock:
    """A block that stands whole in its file, whoever recorded it, and what is known of it.

    Parameters
    ----------
    block : Block
        Which.
    frames : int
        How many it has: fewer than the block if the animation was over before its end.
    ended : int or None
        How many the animation has, if that is so.
    digests : mapping of int to bytes
        What some of its frames look like, the last one among them.
    before : bytes or None
        What the frame before it looked like to whoever recorded it, if that was drawn.
    """

    block: Block
    frames: int
    ended: int | None = None
    digests: Mapping[int, bytes] = field(default_factory=dict)
    before: bytes | None = None


def cut_into_blocks(
    blocks: int | Sequence[object] | None, total: int | None, workers: int, *, lasting: bool = False
) -> Iterable[Block] | list[Block]:
    """Cut a movie into blocks.

    Parameters
    ----------
    blocks : None, int or sequence
        None: chosen.  A number of blocks, of equal length (never more than frames).  Or ranges of
        frame positions, as `range` objects or (start, stop) pairs.
    total : int or None
        Number of frames; an upper bound will do.
    workers : int
        How many blocks are recorded at the same time.
    lasting : bool, default: False
        Whether they are to be the same whatever the number of workers, and small, because somebody
        may have to go on with those that are recorded.

    Returns
    -------
    iterable of Block
        In order; endless if nobody knows how many frames there are.

    Raises
    ------
    TypeError, ValueError
        If `blocks` will not do; where ranges leave a gap or overlap, it is named.
    """
    if blocks is None:
        if total is None:
            return _Endless()
        return _numbered(_even(total) if lasting else _guided(total, workers))
    if isinstance(blocks, bool) or not isinstance(blocks, (int, Sequence)):
        raise TypeError(f"blocks must be None, a number or a sequence of ranges, not {blocks!r}")
    if isinstance(blocks, int):
        if blocks < 1:
            raise ValueError(f"blocks must be 1 or more, not {blocks}")
        if total is None:
            if blocks == 1:
                return [Block(0, 0, 2**62)]
            raise ValueError(_needs_length(f"blocks={blocks}"))
        count = min(blocks, total)
        return _numbered(itertools.pairwise(total * i // count for i in range(count + 1)))
    if total is None:
        raise ValueError(_needs_length("a list of blocks"))
    return _numbered(_checked(blocks, total))


def _needs_length(what: str) -> str:
    return (
        f"{what} needs an animation of known length: give FuncAnimation a list, a number of "
        "frames or a save_count, or leave blocks out"
    )


def _numbered(bounds: Iterable[tuple[int, int]]) -> list[Block]:
    return [Block(number, start, stop) for number, (start, stop) in enumerate(bounds)]


class _Endless:
    """Blocks without end, from the first one each time they are gone through."""

    def __iter__(self) -> Iterator[Block]:
        for number in itertools.count():
            yield Block(number, number * UNKNOWN, (number + 1) * UNKNOWN)


def _even(total: int) -> Iterator[tuple[int, int]]:
    least, most = LASTING_SIZE
    size = min(max(-(-total // LASTING), least), most)
    yield from ((start, min(start + size, total)) for start in range(0, total, size))


def _guided(total: int, workers: int) -> Iterator[tuple[int, int]]:
    if workers <= 1:
        yield 0, total
        return
    least, most = SMALLEST
    smallest = min(max(total // (LAST_ROUNDS * workers), least), most)
    start = 0
    while start < total:
        left = total - start
        size = min(left, max(smallest, -(-left // (SHARES * workers))))
        if left - size < smallest // 2:
            size = left  # no crumb at the end
        yield start, start + size
        start += size


def _checked(ranges: Sequence[object], total: int) -> list[tuple[int, int]]:
    """Take ranges that cover all frames once, in order."""
    bounds = [_bounds(number, one) for number, one in enumerate(ranges)]
    if not bounds:
        raise ValueError("blocks is an empty sequence")
    expected = 0
    for number, (start, stop) in enumerate(bounds):
        if start > expected:
            raise ValueError(
                f"blocks leave a gap: {_frames(expected, start)} in no block before block "
                f"{number}, which begins at {start}"
            )
        if start < expected:
            raise ValueError(
                f"blocks overlap: block {number} begins at {start}, and "
                f"{_frames(start, min(expected, stop))} in a block before it"
            )
        expected = stop
    if expected < total:
        raise ValueError(f"blocks leave a gap: {_frames(expected, total)} in no block")
    if expected > total:
        raise ValueError(f"blocks reach to frame {expected - 1}, but there are {total} frames")
    return bounds


def _frames(start: int, stop: int) -> str:
    return f"frame {start} is" if stop - start == 1 else f"frames {start} to {stop - 1} are"


def _bounds(number: int, one: Any) -> tuple[int, int]:
    if isinstance(one, range):
        if one.step != 1:
            raise ValueError(f"block {number}, {one!r}, must have step 1")
        start, stop = one.start, one.stop
    else:
        try:
            start, stop = one
        except (TypeError, ValueError):
            raise TypeError(
                f"block {number} must be a range or a pair (start, stop), not {one!r}"
            ) from None
        if not all(isinstance(edge, int) and not isinstance(edge, bool) for edge in (start, stop)):
            raise TypeError(f"block {number} must hold whole numbers, not {one!r}")
    if stop <= start:
        raise ValueError(f"block {number}, {one!r}, is empty")
    if start < 0:
        raise ValueError(f"block {number}, {one!r}, begins before frame 0")
    return start, stop
