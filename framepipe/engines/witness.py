"""A fork that draws a movie's first frames as `Animation.save` does, while this process draws all.

This process leaves out draws that `Animation.save` makes, and goes through the animation but once.
So what it draws of the first frames, or of all, is compared with what a fork draws that makes every
draw; see `framepipe.engines.scheduling.checks`.  One that dies or fails proves nothing, neither for
nor against: what then is left to whoever has asked for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ..errors import HistoryMismatch
from .protocols import FrameSource
from .scheduling.checks import AS_SAVED, Difference, HistoryChecks
from .workers.failures import Failed
from .workers.messages import (
    AnimationEnded,
    CheckFrame,
    FrameChecked,
    LocateDifference,
    Ready,
    digest_of,
)
from .workers.pool import AHEAD, WITNESS_PATIENCE, WorkerPool
from .workers.stalls import LOOK_EVERY, StallWatch, WorkerStalled
from .workers.supervisor import ask_for_difference
from .workers.tasks import FrameTask

#: Frames held at a time that this process has drawn and the witness has not, to say where they
#: differ if they do: it is as fast, mostly.
PICTURES = 8


class Witness:
    """The fork, and what it has drawn.

    It is forked at once: nothing of the animation may have run.

    Parameters
    ----------
    make_source : callable
        Returns what draws, in the fork.
    frame_bytes : int
        Bytes of a frame.
    total : int or None
        Number of frames, as far as it is known.
    every : bool, default: False
        Whether it draws all frames.

    Attributes
    ----------
    failure : str
        Why it will say nothing any longer; empty while that is not so.

    Raises
    ------
    OSError
        If a process cannot be had.
    """

    def __init__(
        self,
        make_source: Callable[[], FrameSource],
        frame_bytes: int,
        total: int | None,
        *,
        every: bool = False,
    ) -> None:
        self._checks = HistoryChecks(1, slots=AS_SAVED, total=total, every=every)
        self._pictures: dict[int, bytes] = {}
        self._drawn = 0  # frames drawn in this process
        self.failure = ""
        make_task = partial(FrameTask, make_source, frame_bytes)
        self._pool = WorkerPool(1, None, make_task, "fork", first=self._checks.witness)
        self._worker = self._pool.workers[0]
        self._order()

    def _order(self) -> None:
        """Let it have some frames to draw ahead."""
        worker, checks = self._worker, self._checks
        while len(worker.given) < AHEAD and (
            check := checks.next_check(checks.witness, worker.last)
        ):
            worker.give(CheckFrame(check), check.frame)

    def drawn(self, frame: int, pixels: memoryview) -> None:
        """Note what a frame looks like here, and hear what the witness has said.

        Raises
        ------
        HistoryMismatch
            If it has drawn a frame differently.
        """
        self._drawn = frame + 1
        if self._waits and self._checks.wanted(frame):
            self._pictures[frame] = bytes(pixels)
            if len(self._pictures) > PICTURES:
                del self._pictures[min(self._pictures)]
            self._settle(self._checks.drawn(frame, digest_of(pixels)))
        self.hear()

    def ended(self, total: int) -> None:
        """Note that the animation is over here; see `drawn`."""
        if self._waits:
            self._checks.ended(total)
        self.hear()

    def hear(self, seconds: float = 0.0) -> None:
        """Hear what the witness has said, waiting for it so long at most; see `drawn`."""
        try:
            while self._waits and self._worker.connection.poll(seconds):
                self._receive(self._worker.connection.recv())
        except (EOFError, OSError):
            self._fail("it died")

    def finish(self) -> None:
        """Wait for what it has not said yet; see `drawn`."""
        stalls = StallWatch()
        while self._waits:
            self.hear(LOOK_EVERY)
            late = time.monotonic() - self._worker.started
            if self._waits and not self._worker.ready and late > WITNESS_PATIENCE:
                self._fail("it is not ready")
            if self._waits and self._worker.process.pid is not None:
                try:
                    stalls.check([self._worker.process.pid])
                except WorkerStalled as stalled:
                    self._fail(str(stalled))

    @property
    def compared(self) -> int:
        """Frames that were found to be the same."""
        return self._checks.against_save

    def close(self) -> None:
        """End it.  May be called again."""
        self._pool.kill()

    @property
    def _waits(self) -> bool:
        """Whether it has something to say yet."""
        return not self.failure and self._checks.undecided

    def _receive(self, message: Any) -> None:
        if isinstance(message, Ready):
            self._worker.ready = True
        elif isinstance(message, FrameChecked):
            order = self._worker.given.popleft()
            if isinstance(order, CheckFrame):
                witness = self._checks.witness
                self._settle(self._checks.checked(witness, order.check, message.digest))
                self._pictures.pop(order.frame, None)
            self._order()
        elif isinstance(message, AnimationEnded):
            if message.total < self._drawn:
                self._differ(message.total, None, "")
            self._checks.ended(message.total)
        elif isinstance(message, Failed):
            self._fail(message.name)
        if not self._waits and not self._worker.leaving:
            self._worker.leave()

    def _fail(self, why: str) -> None:
        self.failure = why

    def _settle(self, difference: Difference | None) -> None:
        if difference is not None:
            self._differ(difference.frame, *self._locate(difference.frame))

    def _differ(self, frame: int, bbox: tuple[int, int, int, int] | None, artist: str) -> None:
        raise HistoryMismatch(frame, bbox, artist, as_saved=True, truth=self._checks.truth)

    def _locate(self, frame: int) -> tuple[tuple[int, int, int, int] | None, str]:
        """Ask the witness where its drawing of a frame differs."""
        if frame not in self._pictures:
            return None, ""
        located = ask_for_difference(
            self._worker, LocateDifference(frame, self._pictures[frame]), frame
        )
        return (None, "") if located is None else (located.bbox, located.artist)
