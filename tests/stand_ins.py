"""What stands at the two ends of an engine in its tests: a source of numbers, a list for a sink.

Engines know neither matplotlib nor ffmpeg, so neither do these: frame i is four bytes, i itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from framepipe.result import FrameStats

BYTES = 4


class Numbers:
    """A `FrameSource` that writes each frame's number; `length` frames, told or not.

    `before` is called with each frame's number before it is painted.
    """

    def __init__(
        self,
        length: int,
        before: Callable[[int], object] | None = None,
        *,
        told: bool = True,
    ) -> None:
        self.length = length
        self.frames: int | None = length if told else None
        self.before = before
        self.opened = self.finished = self.closed = 0

    def open(self) -> None:
        self.opened += 1

    def paint(self, frame: int, out: memoryview, *, as_saved: bool = False) -> FrameStats | None:
        if frame >= self.length:
            self.frames = self.length
            return None
        if self.before is not None:
            self.before(frame)
        out[:] = frame.to_bytes(BYTES, "big")
        return FrameStats(update=0.001, draw=0.002)

    def check(self, frame: int, out: memoryview) -> FrameStats | None:
        return self.paint(frame, out)

    def locate_difference(
        self, mine: memoryview, other: memoryview
    ) -> tuple[tuple[int, int, int, int] | None, str]:
        return None if mine == other else (0, 0, 1, 1), f"{bytes(mine)!r}"

    def finish(self) -> None:
        self.finished += 1

    def close(self) -> None:
        self.closed += 1


class Kept:
    """A `Sink` that keeps the numbers it is given, `chunks` calls of `pump` for each.

    It fails, as a dead encoder would, once it holds `fails_at` frames.
    """

    def __init__(self, *, chunks: int = 1, fails_at: int | None = None) -> None:
        self.numbers: list[int] = []
        self.calls: list[str] = []
        self._chunks = chunks
        self._left = 0
        self._fails_at = fails_at
        self._frame = memoryview(b"")
        self._ends: tuple[int, int] | None = None

    def start(self) -> None:
        self.calls.append("start")
        self._ends = os.pipe()

    def fileno(self) -> int:
        assert self._ends is not None
        return self._ends[1]

    @property
    def fds(self) -> tuple[int, ...]:
        return self._ends or ()

    def offer(self, frame: memoryview, source: int = -1, offset: int = 0) -> None:
        self._frame, self._left = frame, self._chunks

    def pump(self) -> bool:
        self.check()
        self._left -= 1
        if self._left > 0:
            return False
        self.numbers.append(int.from_bytes(self._frame, "big"))
        return True

    def check(self) -> None:
        if self._fails_at is not None and len(self.numbers) >= self._fails_at:
            raise OSError("the sink is dead")

    def end(self) -> None:
        self.calls.append("end")

    def finish(self) -> float:
        self.calls.append("finish")
        self._close()
        return 0.25

    def abort(self) -> None:
        self._close()

    def _close(self) -> None:
        for descriptor in self._ends or ():
            os.close(descriptor)
        self._ends = None


class ToFile(Kept):
    """A sink that writes the numbers it was given into a file when it is finished."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = Path(path)

    @classmethod
    def of(cls, source: object, path: str, /) -> ToFile:
        """Make one, as a `MakeSink` is called."""
        return cls(path)

    def finish(self) -> float:
        self.path.write_text(" ".join(map(str, self.numbers)))
        return super().finish()
