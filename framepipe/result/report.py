"""What a movie took, and where the time went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

from .stats import FrameStats


@dataclass(slots=True)
class Report:
    """What a movie took, and where the time went.

    Worker times are sums over all render workers, so they can exceed the wall time.

    Parameters
    ----------
    frames : int
        Frames encoded.
    update : float
        Seconds in the animation's own functions.  With replay every worker runs all of them.
    draw : float
        Seconds drawing.
    copy : float
        Seconds copying drawn frames into shared memory.
    wait : float
        Seconds render workers had nothing to do: high when the encoder is what holds the movie up.
    encode : float
        Seconds in which a drawn frame was waiting for ffmpeg to take it, and the end of the movie.
    encoder_cpu : float
        CPU seconds ffmpeg used; 0 where the system does not tell.
    restarts : int
        Render workers that died and were replaced.
    slots : int
        Frames for which there was memory.
    memory : int
        Bytes of that memory.
    check : float
        Seconds comparing kept frames with full draws.
    against_save, against_worker, against_full : int
        Frames that were compared: with what a worker drew that made every draw `Animation.save`
        makes; with what another worker drew; and, of frames in which something was kept, with a
        full draw.
    frames_kept : int
        Frames in which what did not change was kept, so that it paid.
    items_drawn, items_replayed, items_skipped : int
        Items of the figure (lines, axes with their ticks, texts ...) in composed frames: drawn,
        replayed from what had been recorded, left standing.
    drawing, replaying : float
        Seconds spent on those drawn and on those replayed.
    reasons : Counter of str
        What had to be drawn and why, and in how many frames.
    """

    frames: int = 0
    update: float = 0.0
    draw: float = 0.0
    copy: float = 0.0
    wait: float = 0.0
    encode: float = 0.0
    encoder_cpu: float = 0.0
    restarts: int = 0
    slots: int = 0
    memory: int = 0
    check: float = 0.0
    against_save: int = 0
    against_worker: int = 0
    against_full: int = 0
    frames_kept: int = 0
    items_drawn: int = 0
    items_replayed: int = 0
    items_skipped: int = 0
    drawing: float = 0.0
    replaying: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def frames_drawn(self) -> int:
        """Frames drawn as a whole."""
        return self.frames - self.frames_kept

    @property
    def changed(self) -> str:
        """What had to be drawn most often, and why; what to look at when a movie was slow."""
        return next((why for why, _ in self.reasons.most_common() if why), "")

    def add(self, stats: FrameStats, waited: float = 0.0) -> None:
        """Count what one frame took, and the seconds its worker had nothing to do before."""
        self.wait += waited
        self.frames_kept += stats.pays
        self.against_full += stats.check > 0
        for name in (
            "update", "draw", "copy", "check", "items_drawn", "items_replayed", "items_skipped",
            "drawing", "replaying",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(stats, name))
        if stats.composed:
            self.reasons[stats.changed] += 1

    def merge(self, other: Report) -> None:
        """Add what was done elsewhere; the memory stays as it is."""
        for one in fields(self):
            if one.name not in {"slots", "memory", "reasons"}:
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        self.reasons.update(other.reasons)

    def __str__(self) -> str:
        times = (
            f"update {self.update:.2f} s, draw {self.draw:.2f} s, copy {self.copy:.2f} s, "
            f"wait {self.wait:.2f} s, encode {self.encode:.2f} s (CPU {self.encoder_cpu:.2f} s)"
        )
        died = f"; {self.restarts} worker(s) replaced" if self.restarts else ""
        return (
            f"{times}; {self.memory / 2**20:.0f} MiB shared{died}\n{self._kept()}\n{self.checked}"
        )

    @property
    def checked(self) -> str:
        """How many frames were compared, and with what, in a line."""
        compared = {
            "with every draw that Animation.save makes": self.against_save,
            "with another worker's drawing": self.against_worker,
            "with a full draw": self.against_full,
        }
        told = [f"{count} {what}" for what, count in compared.items() if count]
        return f"Frames compared: {', '.join(told) or 'none'}"

    def _kept(self) -> str:
        """Tell in a line or two what was drawn and what was not."""
        total = self.frames_kept + self.frames_drawn
        units = self.items_drawn + self.items_replayed + self.items_skipped
        if not units:
            return f"{total} frames drawn as a whole"
        line = (
            f"{self.frames_kept} of {total} frames kept what did not change: of {units} parts "
            f"{self.items_drawn} drawn ({_each(self.drawing, self.items_drawn)}), "
            f"{self.items_replayed} repeated ({_each(self.replaying, self.items_replayed)}), "
            f"{self.items_skipped} left standing; checks {self.check:.2f} s"
        )
        if not self.changed:
            return line
        if not self.frames_kept:
            return f"{line}\nNothing could be kept: {self.changed}"
        return f"{line}\nDrawn most often: {self.changed}"


def _each(seconds: float, count: int) -> str:
    return f"{1000 * seconds / max(count, 1):.2f} ms each"
