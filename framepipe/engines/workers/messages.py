"""Every message between the main process and a render process, both ways.

Orders, from the main process:

=================  ==============================================  ===========================
order              what it asks for                                answers
=================  ==============================================  ===========================
`DrawFrame`        advance to a frame, draw it into a slot         `FrameDrawn`, `AnimationEnded`
`RecordBlock`      record consecutive frames into a file           `FrameEncoded` for each frame,
                                                                   then `BlockRecorded`
`Leave`            look back at what was drawn, and end            `Done`
=================  ==============================================  ===========================

A worker says `Ready` before its first order, once its animation can be drawn.  `Failed` may stand
in the place of any answer: then the worker waits for nothing more but its end.  All of them are
small: a frame's bytes go through shared memory or through a file, never through a message.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...result import FrameStats, Report
from ...user_output import FrameOutput
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
    """

    block: int
    start: int
    stop: int
    path: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Look back at what was drawn, say `Done`, and end."""


Order = DrawFrame | RecordBlock | Leave

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
    """

    block: int
    frame: int
    output: FrameOutput = ()


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


Answer = Ready | FrameDrawn | AnimationEnded | FrameEncoded | BlockRecorded | Done | Failed
