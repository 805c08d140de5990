"""Who may draw which frame next, and which frame may be written now.  Pure: no I/O, no clock.

The life of a frame::

    unclaimed --claim--> claimed --drawn--> drawn --wrote--> written
        ^                   |
        +----- give_back ---+          (its worker died)

The rules on the door:

1. A frame lives in one slot from its claim until it is written: the lowest that is free, since
   memory that was just used is in the caches, and memory that never is need not be there.
2. Frame i may be claimed only while ``i < written + limit``, and `limit` is at most `slots`: credit
   comes back when a frame is *written*, not when it is drawn.  So memory is bounded, every claimed
   frame finds a free slot, and the next frame to write always has one: whatever the speeds, there
   is no deadlock.
3. Frames are written in order, each once.
4. A worker only moves forward, so it is given only frames after the ones it has passed
   (``claim(after)``).  A frame given back by a dead worker waits for one that can still reach it.
5. The number of frames may be unknown; whoever runs into the end says so, and frames at and
   after the end cease to exist.
"""

from __future__ import annotations

from bisect import insort
from heapq import heappop, heappush


class Window:
    """The order of frames between claim and write.

    Parameters
    ----------
    slots : int
        Frames that can be live (claimed or drawn, not written) at a time; at least 1.
    total : int, optional
        Number of frames, or None while it is not known.
    limit : int, optional
        Frames that may be live for now, at least 1; as many as there are slots when left out.

    Attributes
    ----------
    slots : int
        As given.
    limit : int
        Frames that may be live now; see `allow`.
    total : int or None
        Number of frames; set by `end` when it was not known, lowered by it when it was wrong.
    written : int
        Frames written so far, which is also the next frame to write.

    Raises
    ------
    ValueError
        If `slots` is less than 1 or `total` is negative.
    """

    def __init__(self, slots: int, total: int | None = None, limit: int | None = None) -> None:
        if slots < 1:
            raise ValueError(f"a window needs at least one slot, not {slots}")
        if total is not None and total < 0:
            raise ValueError(f"a movie cannot have {total} frames")
        self.slots = slots
        self.limit = slots
        self.total = total
        self.written = 0
        self._fresh = 0  # the lowest frame never claimed
        self._returned: list[int] = []  # given back, ascending
        self._claimed: set[int] = set()
        self._drawn: set[int] = set()
        self._free = list(range(slots))  # a heap
        self._slots: dict[int, int] = {}  # of live frames, and of those given back
        self._ended = False
        self.allow(slots if limit is None else limit)

    @property
    def finished(self) -> bool:
        """Whether every frame has been written."""
        return self.total is not None and self.written >= self.total

    @property
    def exhausted(self) -> bool:
        """Whether there is no frame left that could be claimed, now or later."""
        return self.total is not None and self._fresh >= self.total and not self._returned

    @property
    def fresh(self) -> int:
        """The lowest frame that was never claimed."""
        return self._fresh

    @property
    def full(self) -> bool:
        """Whether as many frames are live, or were given back, as may be."""
        return self._fresh >= self.written + self.limit

    @property
    def live(self) -> int:
        """How many frames hold a slot now."""
        return len(self._claimed) + len(self._drawn)

    def slot(self, frame: int) -> int:
        """Return the slot in which `frame` lives, from its claim until it is written."""
        return self._slots[frame]

    def allow(self, limit: int) -> None:
        """Let so many frames be live, but no more than there are slots.

        Parameters
        ----------
        limit : int
            At least 1.  If more are live, none is claimed until enough are written.

        Raises
        ------
        ValueError
            If it is less than 1.
        """
        if limit < 1:
            raise ValueError(f"a window that allows {limit} frames comes to no end")
        self.limit = min(limit, self.slots)

    def claim(self, after: int = -1) -> int | None:
        """Take the lowest frame that may be drawn now.

        Parameters
        ----------
        after : int, default: -1
            Only frames above this one: the last frame the claiming worker was given.

        Returns
        -------
        int or None
            The frame, now claimed; None when there is none to be had at the moment.
        """
        for position, frame in enumerate(self._returned):
            if frame > after:
                del self._returned[position]
                self._claimed.add(frame)
                return frame
        frame = self._fresh
        if frame <= after or frame >= self.written + self.limit:
            return None
        if self.total is not None and frame >= self.total:
            return None
        self._fresh += 1
        self._slots[frame] = heappop(self._free)
        self._claimed.add(frame)
        return frame

    def has_returned(self, after: int) -> bool:
        """Tell whether a frame above `after` was given back, and waits for another worker."""
        return any(frame > after for frame in self._returned)

    def drawn(self, frame: int) -> None:
        """Note that a claimed frame now stands in its slot.

        Raises
        ------
        RuntimeError
            If the frame was not claimed.
        """
        if self.total is not None and frame >= self.total:
            return  # beyond an end that was found meanwhile
        if frame not in self._claimed:
            raise RuntimeError(f"frame {frame} was drawn without being claimed")
        self._claimed.discard(frame)
        self._drawn.add(frame)

    def give_back(self, frame: int) -> None:
        """Make a claimed frame claimable again: its worker is gone.

        Raises
        ------
        RuntimeError
            If the frame was not claimed.
        """
        if self.total is not None and frame >= self.total:
            return
        if frame not in self._claimed:
            raise RuntimeError(f"frame {frame} was given back without being claimed")
        self._claimed.discard(frame)
        insort(self._returned, frame)

    def ready(self) -> int | None:
        """Return the next frame to write if it stands in its slot, else None."""
        return self.written if self.written in self._drawn else None

    def wrote(self, frame: int) -> None:
        """Note that the next frame has been written; its slot is free from now on.

        Raises
        ------
        RuntimeError
            If `frame` is not the next one, or is not drawn.
        """
        if frame != self.written or frame not in self._drawn:
            raise RuntimeError(
                f"frame {frame} was written, but frame {self.written} is the next one to write"
            )
        self._drawn.discard(frame)
        heappush(self._free, self._slots.pop(frame))
        self.written += 1

    def end(self, total: int) -> None:
        """Note that the animation has `total` frames: a worker ran into its end.

        Parameters
        ----------
        total : int
            The number of frames.  Frames at and after it are dropped.

        Raises
        ------
        RuntimeError
            If a frame beyond the end has been drawn or written, or another end was found before:
            two replays of the animation did not give the same sequence.
        """
        if self._ended and total != self.total:
            raise RuntimeError(
                f"one replay of the animation ended after {self.total} frames, "
                f"another one after {total}"
            )
        self._ended = True
        last = max(self._drawn, default=self.written - 1)
        if total <= last:
            raise RuntimeError(
                f"one replay of the animation ended after {total} frames, "
                f"another one drew frame {last}"
            )
        self.total = total
        self._returned = [frame for frame in self._returned if frame < total]
        self._claimed = {frame for frame in self._claimed if frame < total}
        self._fresh = min(self._fresh, total)
        self._slots = {frame: slot for frame, slot in self._slots.items() if frame < total}
        taken = set(self._slots.values())
        self._free = [slot for slot in range(self.slots) if slot not in taken]
