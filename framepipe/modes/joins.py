"""How segments become one movie: five ways, and which of them a movie takes.

======================  ============================================  ===========================
way                     when                                          segments are
======================  ============================================  ===========================
`SingleSegment`         there is but one block                        the movie
`JoinByCopying`         the container takes packets with exact times  encoded as the movie
`JoinByEncoding`        the container does not                        lossless, encoded once more
`JoinByMencoder`        ``stitcher="mencoder"``                       encoded as the movie
`JoinByStitcher`        a stitcher of the user's own                  encoded as the movie
======================  ============================================  ===========================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ..encoding.command import forced_format
from ..encoding.stitching.containers import COPYABLE, can_copy, whole_movie_options
from ..encoding.stitching.stitch import (
    SegmentList,
    Stitcher,
    find_mencoder,
    join_by_copying,
    join_by_encoding,
    join_by_mencoder,
    join_by_other,
)
from ..options import Segments
from ..plan import Plan


class Join(Protocol):
    """A way to make one movie of segments."""

    @property
    def lossless(self) -> bool:
        """Whether segments are to be recorded without loss, to be encoded once more."""

    def __call__(self, plan: Plan, segments: SegmentList) -> float:
        """Make the movie; return CPU seconds of encoding."""


class OneBlockNeeded(Exception):
    """What the writer makes cannot be joined: the movie must be recorded in one block."""


@dataclass(frozen=True, slots=True)
class SingleSegment:
    """The only segment is the movie.

    Parameters
    ----------
    keep : bool
        Whether the segment itself is to stay.
    """

    keep: bool
    lossless: ClassVar[bool] = False

    def __call__(self, plan: Plan, segments: SegmentList) -> float:
        """Take it."""
        output = plan.output
        segments.take_only_one(output.part, leave=self.keep or output.direct)
        return 0.0


@dataclass(frozen=True, slots=True)
class JoinByCopying:
    """ffmpeg copies the segments' packets.

    Parameters
    ----------
    arguments : sequence of str
        Further arguments for it.
    """

    arguments: Sequence[str]
    lossless: ClassVar[bool] = False

    def __call__(self, plan: Plan, segments: SegmentList) -> float:
        """Copy."""
        output = plan.output
        join_by_copying(
            plan.encoder.ffmpeg(), segments, plan.encoding, output.suffix, output.part,
            self.arguments,
        )  # fmt: skip
        return 0.0


@dataclass(frozen=True, slots=True)
class JoinByEncoding:
    """ffmpeg encodes the frames of lossless segments.

    Parameters
    ----------
    arguments : sequence of str
        Further arguments for it.
    """

    arguments: Sequence[str]
    lossless: ClassVar[bool] = True

    def __call__(self, plan: Plan, segments: SegmentList) -> float:
        """Encode."""
        return join_by_encoding(
            plan.encoder.ffmpeg(), segments, plan.whole_movie(self.arguments),
            width=plan.frame.width, height=plan.frame.height, fps=plan.encoding.fps,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class JoinByMencoder:
    """mencoder copies the packets of AVI files.

    Parameters
    ----------
    program : str
        mencoder.
    arguments : sequence of str
        Further arguments for it.
    """

    program: str
    arguments: Sequence[str]
    lossless: ClassVar[bool] = False

    def __call__(self, plan: Plan, segments: SegmentList) -> float:
        """Copy."""
        join_by_mencoder(
            self.program, plan.encoder.ffmpeg(), segments, plan.encoding, plan.output.part,
            self.arguments,
        )  # fmt: skip
        return 0.0


@dataclass(frozen=True, slots=True)
class JoinByStitcher:
    """An object of the user's joins them.

    Parameters
    ----------
    stitcher : Stitcher
        The object.
    """

    stitcher: Stitcher
    lossless: ClassVar[bool] = False

    def __call__(self, plan: Plan, segments: SegmentList) -> float:
        """Ask it."""
        join_by_other(self.stitcher, plan.encoder.ffmpeg(), segments, plan.encoding, plan.output)
        return 0.0


def choose_join(plan: Plan, wanted: Segments, *, one_block: bool) -> Join:
    """Choose how the segments of a movie are joined.

    Parameters
    ----------
    plan : Plan
        The movie.
    wanted : Segments
        What the user said.
    one_block : bool
        Whether there is but one.

    Raises
    ------
    OneBlockNeeded
        If there must be but one, and the user has not asked for more.
    ValueError
        If it cannot be made so.
    EncoderNotFound
        If mencoder is wanted and not there.
    """
    if plan.others or not plan.output.one_file:
        if wanted.stitcher != "ffmpeg" or wanted.keep:
            raise ValueError(
                "several movies at once, and pictures, are made from lossless segments: leave "
                "stitcher and keep out"
            )
        return JoinByEncoding(wanted.stitch_args)
    if wanted.keep and plan.output.direct:
        raise ValueError("keep=True has no place to keep segments in: the output is no file")
    if plan.encoding.hold and wanted.stitcher != "ffmpeg":
        raise ValueError(
            'hold= goes with stitcher="ffmpeg" only: any other would show the last frame of each '
            "segment longer"
        )
    if wanted.stitcher == "mencoder":
        _check_mencoder(plan)
        return JoinByMencoder(find_mencoder(), wanted.stitch_args)
    if wanted.stitcher != "ffmpeg":
        return JoinByStitcher(wanted.stitcher)
    if one_block:
        return SingleSegment(wanted.keep)
    if can_copy(plan.encoding, plan.output.suffix):
        return JoinByCopying(wanted.stitch_args)
    if plan.writers is None:
        return JoinByEncoding(wanted.stitch_args)
    if wanted.blocks is None:
        raise OneBlockNeeded
    raise ValueError(
        f"what {plan.writers.name} makes of {plan.output.suffix!r} cannot be joined from "
        f"segments, which works for {', '.join(COPYABLE)}: leave blocks out (it is then "
        "recorded in one piece), or give a stitcher of your own"
    )


def _check_mencoder(plan: Plan) -> None:
    """Refuse what mencoder cannot make."""
    suffix = plan.output.suffix
    if suffix.lower() != ".avi" or forced_format(plan.encoding) is not None:
        raise ValueError(
            f"mencoder writes AVI whatever a file is called, so {suffix!r} would not be what it "
            'says: name the movie .avi, or use stitcher="ffmpeg"'
        )
    across = whole_movie_options(plan.encoding)
    if across:
        raise ValueError(
            f"extra_args holds {', '.join('-' + name for name in sorted(across))}, which would "
            'act on each segment and not on the movie: use stitcher="ffmpeg", which encodes the '
            "whole then"
        )
