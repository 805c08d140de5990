"""What a case of the corpus is, and the decorator that puts one into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.animation import Animation

Made = Animation | tuple[Animation, Sequence[Animation]]


@dataclass(frozen=True, eq=False)
class Case:
    """One small animation, and what is known of it.

    `make` starts from nothing: it makes its own figure and seeds its own randomness.  The other
    fields are written down by hand; the corpus' own tests hold them against `Animation.save`.
    """

    name: str
    make: Callable[[], Made]
    # How many frames the movie has.
    frames: int
    # Keyword arguments for `Animation.save` and `framepipe.encode` alike.
    save: Mapping[str, Any]
    # One of each kind: what tests run that are too slow to run everything.
    core: bool = False
    # rcParams to set while making and while saving.
    rc: Mapping[str, Any] = field(default_factory=dict)
    # The frames carry alpha (from matplotlib 3.10 on): needs a codec that keeps it.
    transparent: bool = False
    # Cloudpickle can carry it, once `frame_seq` (which saving never uses) is left at home.
    travels: bool = True
    # A frame needs no earlier frame's update, nor an earlier frame to have been drawn.
    independent: bool = False
    # Somewhere the picture changes though nothing is flagged stale and the artist is not returned
    # by the update: only a comparison with a full draw can notice.
    in_place: bool = False
    # Somewhere an artist changes its look because another one did; only the other is flagged.
    follows: bool = False
    # A frame comes out otherwise when earlier frames were updated but not drawn: drawing settles
    # something for good (the scale of a quiver, a norm's limits, limits, a layout).
    drawing_matters: bool = False
    # One draw for each frame gives other pictures than the two of `Animation.save` (draw_idle,
    # then savefig): a layout engine goes on from where the draw before it arrived.
    two_draws: bool = False
    # What a process that has not been through the same history would get wrong: "reads" what the
    # last draw left, a draw that changes the figure ("draws"), a known "canvas", shared "files",
    # or "chance".
    history: str = ""
    # Made a second time it gives other frames: there is no truth to compare a movie with.
    same_twice: bool = True

    @property
    def theme(self) -> str:
        """The module it comes from."""
        return self.make.__module__.rpartition(".")[2]

    def build(self) -> tuple[Animation, list[Animation]]:
        """Make it: the animation to save, and those to pass as `extra_anim`."""
        made = self.make()
        if isinstance(made, tuple):
            animation, extra = made
            return animation, list(extra)
        return made, []

    def __str__(self) -> str:
        return self.name


CORPUS: dict[str, Case] = {}


def animation(
    frames: int, *, save: Mapping[str, Any] | None = None, **facts: Any
) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    """Put the decorated function into the corpus, under its own name."""

    def enter(make: Callable[[], Made]) -> Callable[[], Made]:
        name = make.__name__
        if name in CORPUS:
            raise ValueError(f"two animations are called {name}")
        CORPUS[name] = Case(name, make, frames, {"dpi": 80, **(save or {})}, **facts)
        return make

    return enter
