"""When each worker drew, waited and checked, and the encoder took frames; in bounded memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

#: The lane of the encoder; workers are numbered from 0.
ENCODER = -1

#: What a lane's time goes into, in the order in which a frame goes through it.
KINDS = ("start", "update", "draw", "check", "write")

#: Most spans that are kept.  A picture is some 1,500 pixels wide, so that more could not be told
#: apart; 8,192 of 72 bytes are half a MiB, whatever the movie's length.
MOST = 8192

_WIDTH = 4 + len(KINDS)  # lane, begin, end, frames, and seconds of each kind


@dataclass(frozen=True, slots=True)
class Span:
    """What a lane did from one moment to another, for a frame or for some that follow each other.

    Parameters
    ----------
    lane : int
        `ENCODER`, or the number of a worker.
    begin, end : float
        Seconds, by `time.perf_counter`.
    frames : int
        For how many frames.
    seconds : tuple of float
        How much of it was spent on each of `KINDS`; what is left of it was waiting.
    """

    lane: int
    begin: float
    end: float
    frames: int
    seconds: tuple[float, ...]


class Timeline:
    """Spans of all lanes, each for one frame at first, for ever more as the movie grows longer.

    Parameters
    ----------
    most : int, default: `MOST`
        Most spans that are kept, some open ones aside.

    Notes
    -----
    To add a span costs about a microsecond.  When there are `most` of them, those of a lane are
    joined two by two, and from there on each that is kept holds twice as many frames as before: so
    all of them are equally coarse, at the beginning and at the end of the movie.

    Workers' spans are told by their own clocks.  `time.perf_counter` is one clock for all processes
    of a machine on Linux (CLOCK_MONOTONIC), macOS and Windows.
    """

    __slots__ = ("_each", "_most", "_open", "_spans")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._each = 1  # frames that a span holds
        self._spans = array("d")
        self._open: dict[int, list[float]] = {}  # spans that hold fewer yet, by lane

    def __len__(self) -> int:
        return len(self._spans) // _WIDTH + len(self._open)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and self.spans() == other.spans()

    __hash__ = None  # type: ignore[assignment]

    def add(
        self,
        lane: int,
        begin: float,
        end: float,
        *,
        start: float = 0.0,
        update: float = 0.0,
        draw: float = 0.0,
        check: float = 0.0,
        write: float = 0.0,
    ) -> None:
        """Note what a lane did for a frame; those of a lane are added in order.

        Parameters
        ----------
        lane : int
            `ENCODER`, or the number of a worker.
        begin, end : float
            Seconds, by `time.perf_counter`.
        start, update, draw, check, write : float
            Seconds spent on each.
        """
        self._keep([lane, begin, end, 1.0, start, update, draw, check, write])

    def _keep(self, span: list[float]) -> None:
        if self._each > 1:
            lane = int(span[0])
            if (before := self._open.pop(lane, None)) is not None:
                span = _joined(before, span)
            if span[3] < self._each:
                self._open[lane] = span
                return
        self._spans.extend(span)
        if len(self._spans) >= self._most * _WIDTH:
            self._coarsen()

    def _coarsen(self) -> None:
        """Let a span hold twice as many frames."""
        self._each *= 2
        spans, self._spans = self._spans, array("d")
        for at in range(0, len(spans), _WIDTH):
            span = spans[at : at + _WIDTH].tolist()
            before = self._open.pop(int(span[0]), None)
            if before is not None:
                span = _joined(before, span)
            if span[3] < self._each:
                self._open[int(span[0])] = span
            else:
                self._spans.extend(span)

    def merge(
        self, other: Timeline, *, lane: int | None = None, until: float | None = None
    ) -> None:
        """Add the spans of another one.

        Parameters
        ----------
        other : Timeline
            Which.
        lane : int, optional
            The lane into which all of them go.
        until : float, optional
            When the last of them ended, by this process's clock: for those of another machine,
            whose clock says something else.
        """
        spans = other.spans()
        last = max((span.end for span in spans), default=0.0)
        shift = 0.0 if until is None else until - last
        for span in spans:
            number = float(span.lane if lane is None else lane)
            begin, end = span.begin + shift, span.end + shift
            self._keep([number, begin, end, float(span.frames), *span.seconds])

    def spans(self) -> list[Span]:
        """Return all spans, those of a lane in order."""
        spans = [
            self._spans[at : at + _WIDTH].tolist() for at in range(0, len(self._spans), _WIDTH)
        ]
        return [
            Span(int(lane), begin, end, int(frames), tuple(seconds))
            for lane, begin, end, frames, *seconds in [*spans, *self._open.values()]
        ]

    def shares(self, lane: int, begin: float, end: float, bins: int) -> list[tuple[float, ...]]:
        """Return what a lane's time went into, in bins of equal length.

        Parameters
        ----------
        lane : int
            Which.
        begin, end : float
            Of the first and of the last bin.
        bins : int
            How many.

        Returns
        -------
        list of tuple of float
            For each bin the share of its time that went into each of `KINDS`, from 0 to 1.
        """
        width = (end - begin) / bins
        sums = [[0.0] * len(KINDS) for _ in range(bins)]
        for span in self.spans():
            length = span.end - span.begin
            if span.lane != lane or length <= 0:
                continue
            first = max(0, math.floor((span.begin - begin) / width))
            last = min(bins - 1, math.floor((span.end - begin) / width))
            for number in range(first, last + 1):
                left = begin + number * width
                part = (min(span.end, left + width) - max(span.begin, left)) / length
                for kind, seconds in enumerate(span.seconds):
                    sums[number][kind] += max(0.0, part) * seconds
        return [tuple(min(1.0, seconds / width) for seconds in one) for one in sums]

    @property
    def duration(self) -> float:
        """Return the seconds from the beginning of the first span to the end of the last."""
        spans = self.spans()
        ends = [span.end for span in spans]
        return max(ends) - min(span.begin for span in spans) if spans else 0.0

    @property
    def lanes(self) -> list[int]:
        """Return the lanes that there are: workers in order, and the encoder last."""
        lanes = {span.lane for span in self.spans()}
        return sorted(lanes, key=lambda lane: (lane == ENCODER, lane))


def _joined(one: list[float], other: list[float]) -> list[float]:
    """Return one span in the place of two of a lane that follow each other."""
    sums = [a + b for a, b in zip(one[3:], other[3:], strict=True)]
    return [one[0], min(one[1], other[1]), max(one[2], other[2]), *sums]


def free_lane(busy_until: dict[int, float], begin: float, lanes: Iterable[int]) -> int:
    """Return the first lane that is free at a moment, or that is free first."""
    return min(lanes, key=lambda lane: (max(0.0, busy_until.get(lane, -math.inf) - begin), lane))
