"""Every message between the main process and a render process, both ways.

Orders, from the main process:

=================  ==============================================  ===========================
order              what it asks for                                answers
=================  ==============================================  ===========================
`DrawFrame`        advance to a frame, draw it into a slot         `FrameDrawn`, `AnimationEnded`
`CheckFrame`       draw a frame that another worker draws, too     `FrameChecked`,
                                                                   `AnimationEnded`
`LocateDifference` compare a frame so drawn with the other one     `DifferenceLocated`
`RecordBlock`      record consecutive frames into a file           `FrameEncoded` for each frame,
                                                                   then `BlockRecorded`; before
                                                                   them `FrameChecked`
`Leave`            look back at what was drawn, and end            `Done`
=================  ==============================================  ===========================

A worker says `Ready` before its first order, once its animation can be drawn.  `Failed` may stand
in the place of any answer: then the worker waits for nothing more but its end.  All of them are
small: a frame's bytes go through shared memory or through a file, and through a message only once,
when two histories have been found to disagree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ...result import FrameStats, Report
from ...user_output import FrameOutput
from ..scheduling.checks import Check
from .failures import Failed

# ------------------------------------------------------------------------------------------ orders


@dataclass(frozen=True, slots=True)
class DrawFrame:
    """Bring the animation to a frame, and draw it into a slot of the ring.

    Parameters
    ----------
    frame : int
        Position in the animation, from 0; after every frame this worker was given before.
    slot : int
        Where in the ring it goes.
    """

    frame: int
    slot: int


@dataclass(frozen=True, slots=True)
class CheckFrame:
    """Draw a frame that another worker draws for the movie, and say what it looks like.

    Parameters
    ----------
    check : Check
        Which frame, and how it is drawn.
    pixels : bool, default: False
        Whether not the digest alone is wanted.
    """

    check: Check
    pixels: bool = False

    @property
    def frame(self) -> int:
        """Which."""
        return self.check.frame


@dataclass(frozen=True, slots=True)
class LocateDifference:
    """Say where a frame that was checked differs from what another worker drew.

    Parameters
    ----------
    frame : int
        Which; one of the last that were checked.
    pixels : bytes
        What the other one drew.
    """

    frame: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Draw consecutive frames, and let an encoder write them into a file.

    Parameters
    ----------
    block : int
        Number of the block, from 0.
    start, stop : int
        Its first frame, and the first one after it.
    path : str
        The file to write.
    digests : frozenset of int
        Frames of the block whose digests are wanted.
    every : bool
        Whether those of all its frames are.
    before : bool
        Whether to draw the frame before the block, too, if this worker has not recorded that, and
        say `FrameChecked`.
    every_draw : bool
        Whether to draw all frames between those this worker has recorded and the block, because
        each draw leaves something behind.
    """

    block: int
    start: int
    stop: int
    path: str
    digests: frozenset[int] = frozenset()
    every: bool = False
    before: bool = False
    every_draw: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """Say `Done`, and end.

    Parameters
    ----------
    looks_back : bool, default: True
        Whether to look back first at what was drawn.
    """

    looks_back: bool = True


Order = DrawFrame | CheckFrame | LocateDifference | RecordBlock | Leave

# ----------------------------------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker can be given orders."""


@dataclass(frozen=True, slots=True)
class FrameDrawn:
    """A frame stands in its slot.

    Parameters
    ----------
    frame : int
        Which.
    stats : FrameStats
        What it took.
    waited : float
        Seconds the worker had nothing to do before it was asked for.
    output : FrameOutput
        What the user's code printed and warned for it.
    """

    frame: int
    stats: FrameStats
    waited: float
    output: FrameOutput = ()


@dataclass(frozen=True, slots=True)
class FrameChecked:
    """A frame was drawn to check it.

    Parameters
    ----------
    frame : int
        Which.
    digest : bytes
        See `digest_of`.
    stats : FrameStats
        What it took.
    waited : float
        See `FrameDrawn`.
    pixels : bytes or None
        The frame, if that was wanted.
    """

    frame: int
    digest: bytes
    stats: FrameStats
    waited: float
    pixels: bytes | None = None


@dataclass(frozen=True, slots=True)
class DifferenceLocated:
    """Where two drawings of a frame differ.

    Parameters
    ----------
    frame : int
        Which.
    bbox : tuple of int or None
        Left, top, right, bottom in pixels; None if it cannot be told.
    artist : str
        What lies there; empty if it cannot be told.
    """

    frame: int
    bbox: tuple[int, int, int, int] | None
    artist: str


@dataclass(frozen=True, slots=True)
class AnimationEnded:
    """The animation was over before the frame that was asked for.

    Parameters
    ----------
    frame : int
        The frame that was asked for.
    total : int
        How many frames there are.
    """

    frame: int
    total: int


@dataclass(frozen=True, slots=True)
class FrameEncoded:
    """A frame of a block has been taken by the block's encoder.

    Parameters
    ----------
    block, frame : int
        Which.
    output : FrameOutput
        What the user's code printed and warned for it.
    digest : bytes or None
        See `digest_of`; None if it was not wanted.
    """

    block: int
    frame: int
    output: FrameOutput = ()
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class BlockRecorded:
    """A block stands in its file.

    Parameters
    ----------
    block : int
        Its number.
    report : Report
        What was done; no frames mean that there is no file.
    ended : int or None
        Number of frames of the animation, if it was over before the block's end.
    """

    block: int
    report: Report
    ended: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """The worker was told to leave, found nothing to object to, and leaves."""


Answer = (
    Ready | FrameDrawn | FrameChecked | DifferenceLocated | AnimationEnded | FrameEncoded
    | BlockRecorded | Done | Failed
)  # fmt: skip


def digest_of(pixels: memoryview) -> bytes:
    """Return what tells two frames apart: 20 bytes that are the same only if all pixels are.

    Parameters
    ----------
    pixels : memoryview
        RGBA bytes of a frame.
    """
    return hashlib.blake2b(pixels, digest_size=20).digest()
