"""One animation to be measured, and how many of its frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from matplotlib.animation import Animation

from ..measuring.installed import missing

#: Parts a case's name from a number of frames that stands for the case's own: "grid@12".
AT = "@"

#: The extra that installs the packages with which some cases draw.
PACKAGES = "bench-packages"


@dataclass(frozen=True)
class Case:
    """One animation.

    Parameters
    ----------
    name : str
        How it is called on the command line.
    build : callable
        Makes the animation of so many frames; its docstring says what it shows.
    frames : int
        How many there are unless somebody asks for another number.
    tour : int
        How many for a look at all cases in a few minutes.
    needs : tuple of str
        Modules without which it cannot be built.
    every_way : bool, default: False
        Whether the tour shows framepipe's other ways as well: as a writer, without processes.
    save : dict
        Keyword arguments for `Animation.save` and everybody who stands in for it.
    """

    name: str
    build: Callable[[int], Animation]
    frames: int
    tour: int
    needs: tuple[str, ...] = ()
    every_way: bool = False
    save: dict[str, Any] = field(default_factory=lambda: {"fps": 30})

    @property
    def about(self) -> str:
        """What it shows, in a line."""
        return (self.build.__doc__ or "").strip().partition("\n")[0]

    def available(self) -> str | None:
        """Say why it cannot be drawn here; None if it can."""
        return missing(*self.needs, extra=PACKAGES)

    def of(self, frames: int) -> Case:
        """Return the same case with so many frames, whatever is asked for."""
        return replace(self, name=f"{self.name}{AT}{frames}", frames=frames, tour=frames)
