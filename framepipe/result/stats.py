"""What one frame took."""

from __future__ import annotations

from dataclasses import dataclass

#: Less than this share of the drawing saved, and retained drawing does not pay: recording and
#: finding changes cost a few per cent of a full draw themselves.
WORTH = 0.15


@dataclass(slots=True)
class FrameStats:
    """What one frame took.

    Parameters
    ----------
    update : float
        Seconds in the animation's own functions, for all frames up to this one.
    draw : float
        Seconds drawing.
    copy : float
        Seconds copying the drawn bytes into the frame's memory.
    check : float
        Seconds comparing with a full draw.
    update_cpu, draw_cpu : float
        Processor seconds of `update`, and of `draw` and `copy`; 0 where they were not measured.
    composed : bool
        Whether the frame was composed by retained drawing; False where all of it was drawn. What
        follows is about composed frames.
    items_drawn, items_replayed, items_skipped : int
        Items of the figure (lines, axes with their ticks, texts ...) that were drawn, that were
        replayed from their display lists, and that a snapshot held.
    drawing : float
        Seconds of CPU spent on the items drawn.
    replaying : float
        Seconds of CPU spent replaying display lists.
    saved : float
        Seconds of CPU that the items not drawn took when they were last drawn.
    changed : str
        The most expensive item that had changed, and how; empty if none had.
    ended : float
        When all of it was done, by `time.perf_counter`; 0 if nobody has said.
    """

    update: float = 0.0
    draw: float = 0.0
    copy: float = 0.0
    check: float = 0.0
    update_cpu: float = 0.0
    draw_cpu: float = 0.0
    composed: bool = False
    items_drawn: int = 0
    items_replayed: int = 0
    items_skipped: int = 0
    drawing: float = 0.0
    replaying: float = 0.0
    saved: float = 0.0
    changed: str = ""
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        """All that the frame took."""
        return self.update + self.draw + self.copy + self.check

    @property
    def pays(self) -> bool:
        """Whether composing the frame was worth it."""
        return self.composed and self.saved > WORTH * (self.saved + self.drawing)
