"""Pure: which blocks of a movie have been recorded, where the movie ends, what may be reported.

Blocks come home in any order.  Progress is told in the order of the frames all the same: a frame
counts when it and all before it have been taken by their encoders.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ..protocols import Progress
from .blocks import Block, KeptBlock


class BlockLedger:
    """The state of all blocks.

    Parameters
    ----------
    blocks : iterable of Block
        In order; may be endless.
    total : int or None
        Number of frames; an upper bound will do.
    progress : callable, optional
        See `Progress`.
    kept : iterable of KeptBlock, optional
        Those that are in their files already.

    Attributes
    ----------
    total : int or None
        The number of frames, exact once the animation was met to be over.
    """

    def __init__(
        self,
        blocks: Iterable[Block],
        total: int | None,
        progress: Progress | None,
        kept: Iterable[KeptBlock] = (),
    ) -> None:
        self._coming = iter(blocks)
        self._next: Block | None = None
        self._kept = {one.block.number: one for one in kept}
        self._again: deque[Block] = deque()
        self._out: dict[int, Block] = {}
        self._recorded: dict[int, tuple[Block, int]] = {}
        self._ended: int | None = None
        self.total = total
        self._progress = progress
        self._taken: dict[int, int] = {}  # by block: frames taken
        self._starts: dict[int, Block] = {}
        self._front = (0, 0)  # block and frame that progress has come to
        for one in self._kept.values():
            if one.ended is not None:
                self._ended = self.total = one.ended
        self._step()

    def claim(self, after: int = -1) -> Block | None:
        """Give out the first block that is to be recorded and lies after block `after`."""
        block = self._next
        if self._again and self._again[0].number > after:
            block = self._again.popleft()
        elif block is None or self._beyond(block):
            return None
        else:
            self._step()
        self._out[block.number] = block
        self._starts[block.number] = block
        return block

    def _step(self) -> None:
        """Go to the next block that is to be recorded; those on the way are."""
        while (block := next(self._coming, None)) is not None:
            kept = self._kept.get(block.number)
            if kept is None:
                break
            self._starts[block.number] = block
            self._recorded[block.number] = (block, kept.frames)
            self._taken[block.number] = kept.frames
        self._next = block

    def report_kept(self) -> None:
        """Report the frames of the first blocks, if those are in their files already."""
        self._report()

    def give_back(self, number: int) -> None:
        """Take a block back that could not be recorded; it comes first."""
        self._again.append(self._out.pop(number))
        self._again = deque(sorted(self._again, key=lambda block: block.number))

    def took(self, number: int, frame: int) -> None:
        """Note that a block's encoder has taken a frame."""
        count = frame - self._starts[number].start + 1
        self._taken[number] = max(count, self._taken.get(number, 0))
        self._report()

    def recorded(self, number: int, frames: int, ended: int | None) -> str | None:
        """Note that a block is in its file.

        Parameters
        ----------
        number, frames : int
            Which block, and how many frames it has.
        ended : int or None
            How many frames the animation has, if it was over before the block's end.

        Returns
        -------
        str or None
            What does not fit together: another block has met another end of the animation.
        """
        block = self._out.pop(number)
        self._recorded[number] = (block, frames)
        if ended is not None:
            if self._ended not in (None, ended):
                return _two_ends(self._ended, f"another one after {ended}")
            self._ended = self.total = ended
        if frames:
            self.took(number, block.start + frames - 1)
        if self._ended is not None:
            for other, drawn in self._recorded.values():
                if drawn and other.start + drawn > self._ended:
                    last = other.start + drawn - 1
                    return _two_ends(self._ended, f"another one drew frame {last}")
        return None

    def _report(self) -> None:
        number, frame = self._front
        while (block := self._starts.get(number)) is not None:
            taken = block.start + self._taken.get(number, 0)
            while frame < taken:
                if self._progress is not None:
                    self._progress(frame, self.total)
                frame += 1
                self._front = (number, frame)
            if frame < block.stop:
                break
            number += 1
            self._front = (number, frame)

    def block(self, number: int) -> Block:
        """Return a block that has been given out."""
        return self._starts[number]

    @property
    def finished(self) -> bool:
        """Whether every block is in its file."""
        return not self._out and not self._again and self.exhausted

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing more to give out."""
        return not self._again and (self._next is None or self._beyond(self._next))

    def _beyond(self, block: Block) -> bool:
        return self._ended is not None and block.start >= self._ended

    @property
    def out(self) -> list[Block]:
        """The blocks that are being recorded."""
        return list(self._out.values())

    @property
    def made(self) -> list[tuple[int, int]]:
        """Numbers of the blocks that have frames, in order, and how many they have."""
        return sorted((number, frames) for number, (_, frames) in self._recorded.items() if frames)


def _two_ends(one: int | None, other: str) -> str:
    return f"one replay of the animation ended after {one} frames, {other}"
