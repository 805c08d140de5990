"""One sink made of several: every frame goes to each of them.

The next frame is taken when all have the last one, so the slowest sets the pace, and none is given
more than its pipe holds: memory stays what it is for one.  If one fails, all are stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from ..encoder import Encoder


class FanOut:
    """Gives frames to several encoders, as if they were one.

    Parameters
    ----------
    encoders : sequence of Encoder
        At least one, none of them started.
    """

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = list(encoders)
        self._waiting: list[Encoder] = []

    def start(self) -> None:
        """Start all of them.

        Raises
        ------
        EncoderError
            If one cannot be started; those that were are stopped.
        """
        try:
            for one in self._encoders:
                one.start()
        except BaseException:
            self.abort()
            raise

    def fileno(self) -> int:
        """Return the pipe to wait for: of one that has not taken the whole frame yet."""
        return (self._waiting or self._encoders)[0].fileno()

    @property
    def fds(self) -> tuple[int, ...]:
        """The descriptors of all of them."""
        return tuple(descriptor for one in self._encoders for descriptor in one.fds)

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        """Give the next frame to all of them; see `Encoder.offer`."""
        for one in self._encoders:
            one.offer(frame, source, offset)
        self._waiting = list(self._encoders)

    def pump(self) -> bool:
        """Move as much as the pipes take now; True when all have the whole frame.

        Raises
        ------
        EncoderError
            If one takes no more.
        """
        self._waiting = [one for one in self._waiting if not one.pump()]
        return not self._waiting

    def check(self) -> None:
        """Raise if one of them has failed.

        Raises
        ------
        EncoderError
            Why.
        """
        for one in self._encoders:
            one.check()

    def end(self) -> None:
        """Tell all of them that there are no more frames."""
        for one in self._encoders:
            one.end()

    def finish(self) -> float:
        """Wait until every movie is written; return the CPU seconds of all.

        Raises
        ------
        EncoderError
            If one failed; the others are stopped.
        """
        self.end()
        try:
            return sum(one.finish() for one in self._encoders)
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Stop all of them, and let go of the frame. May be called at any time."""
        self._waiting = []
        for one in self._encoders:
            one.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()
