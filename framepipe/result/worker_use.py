"""How many workers made a movie, and why so many."""

from __future__ import annotations

from dataclasses import dataclass

#: From this share of a frame's time on, updates are worth a word: every worker runs all of them.
EXPENSIVE_UPDATES = 1 / 3


@dataclass(frozen=True, slots=True)
class WorkerUse:
    """How many render workers made a movie, and why so many.

    Parameters
    ----------
    most : int
        Workers that drew frames for the movie at a time, at most.
    started : int
        Render processes that were started, the one that only checked included.
    choices : tuple of str
        What was decided, and when, in words; empty where the user had said how many.
    update, draw, encode : float
        Seconds that one frame took: its update in each worker, its drawing in the one that drew
        it, and the encoder while it had a frame to take; medians, 0 where nothing is known.
    independent_gain : float
        Seconds that the movie might have been made sooner with ``independent=True``, estimated
        from these; 0 where it was on, or updates take little of the time.
    """

    most: int
    started: int
    choices: tuple[str, ...] = ()
    update: float = 0.0
    draw: float = 0.0
    encode: float = 0.0
    independent_gain: float = 0.0

    @property
    def update_share(self) -> float:
        """The share that updates have in the time between two frames, as far as drawing sets it."""
        alone = self.update + self.draw / max(self.most, 1)
        return self.update / alone if alone > 0 else 0.0
