"""What `framepipe.check` has found out, as an object and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

#: What a frame needs of what lies before it.
Needs = Literal["nothing", "updates", "draws", "unknown"]


@dataclass(frozen=True, slots=True)
class FrameFindings:
    """What was seen of one frame.

    Parameters
    ----------
    frame : int
        Which.
    same_twice : bool
        Whether it came out the same when it was drawn a second time, in the same way.
    needs : {"nothing", "updates", "draws", "unknown"}
        What must have gone before it: nothing but the first frame's update; earlier frames'
        updates; or their draws, too.  "unknown": it is not the same twice, or updates cannot be
        left out.
    updates : int or None
        How many updates before its own it needs, at most, where that was found out; None where
        it needs all of them, or where it was not looked for.
    kept : bool or None
        Whether it came out right when what had not changed was kept; None where nothing can be.
    """

    frame: int
    same_twice: bool
    needs: Needs
    updates: int | None = None
    kept: bool | None = None

    @property
    def history(self) -> str:
        """What it needs, in words."""
        if self.needs == "updates":
            if self.updates is None:
                return "updates before it"
            return "the update before" if self.updates == 1 else f"{self.updates} updates before"
        return {"nothing": "nothing", "draws": "draws before it", "unknown": "?"}[self.needs]


@dataclass(frozen=True, slots=True)
class Findings:
    """What `framepipe.check` has found out about an animation.

    As text (``print(findings)``) it is a table and what follows from it.

    Parameters
    ----------
    frames : tuple of FrameFindings
        The frames that were looked at.
    gone_through : int
        Frames that were drawn in order: those before this one.
    total : int or None
        Frames that there are, if that is known.
    silent : tuple of str
        Artists that changed without a sign of it.
    unshareable : str
        What workers could not share, if there is anything; then nothing was drawn.
    update, draw : float
        Seconds that an update takes, and a full draw.

    Examples
    --------
    >>> findings = framepipe.check(ani, frames=4)
    >>> findings.independent, len(findings.frames)
    (True, 4)
    """

    frames: tuple[FrameFindings, ...]
    gone_through: int
    total: int | None
    silent: tuple[str, ...] = ()
    unshareable: str = ""
    update: float = 0.0
    draw: float = 0.0

    @property
    def same_twice(self) -> bool:
        """Whether every frame came out the same when it was drawn again."""
        return all(one.same_twice for one in self.frames)

    @property
    def independent(self) -> bool | None:
        """Whether ``independent=True`` is safe, as far as was seen; None if that was not seen."""
        if any(one.needs in ("updates", "draws") for one in self.frames):
            return False
        known = [one for one in self.frames if one.needs == "nothing" and one.frame > 0]
        return True if known and self.same_twice else None

    def speedup(self, workers: int) -> float:
        """Return how many times sooner ``independent=True`` would make the movie.

        Parameters
        ----------
        workers : int
            How many of them share the work.
        """
        together = self.update + self.draw
        return (self.update + self.draw / workers) / (together / workers) if together else 1.0

    def __str__(self) -> str:
        if self.unshareable:
            return f"{self.unshareable}: movies of it are made in the calling process alone"
        yes = {True: "yes", False: "NO", None: "-"}
        rows = [("frame", "same twice", "needs", "kept right")] + [
            (str(one.frame), yes[one.same_twice], one.history, yes[one.kept]) for one in self.frames
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = [
            "  ".join(
                cell.rjust(width) if number == 0 else cell.ljust(width)
                for number, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join([*table, "", *self._conclusions()])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the table where a notebook's cell, or IPython, shows a value."""
        printer.text(repr(self) if cycle else str(self))

    def _conclusions(self) -> list[str]:
        of = "" if self.total is None else f" of {self.total}"
        told = [
            f"Seen: the first {self.gone_through} frames{of}. An update takes "
            f"{1000 * self.update:.1f} ms, drawing a frame {1000 * self.draw:.1f} ms.",
            self._about_independence(),
        ]
        if self.silent:
            told.append(
                f"Changed without a sign of it: {', '.join(self.silent)}. Return what changes from "
                "the update, or change it through its set_...() methods: until then everything "
                "is drawn in every frame."
            )
        if not self.same_twice:
            told.append(
                "Not the same twice: it uses random numbers without a seed, a clock or the like. "
                "Its movies are made in one pass, by one worker."
            )
        if any(one.needs == "draws" for one in self.frames):
            told.append(
                "Frames depend on what drawing those before has left behind: its movies are made "
                "by one worker that makes every draw in order. They would be made sooner if the "
                "updates worked out by themselves what they need."
            )
        return told

    def _about_independence(self) -> str:
        if self.independent is None:
            return "independent=True: cannot be told."
        if not self.independent:
            which = next(one for one in self.frames if one.needs in ("updates", "draws"))
            return f"independent=True is not safe: frame {which.frame} needs {which.history}."
        gain = self.speedup(4)
        faster = f", and with 4 workers about {gain:.1f} times as fast" if gain > 1.1 else ""
        return f"independent=True is safe, as far as was seen{faster}."
