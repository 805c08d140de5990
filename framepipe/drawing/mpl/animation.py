"""The steps that `Animation.save` takes, and what an animation knows of itself.

Looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.animation.Animation.save``: its local variables ``self``, ``all_anim`` and
  ``savefig_kwargs`` where it calls ``writer.saving``
- ``matplotlib.animation.Animation``: ``_fig``, ``_init_draw``, ``_draw_next_frame``,
  ``_draw_was_started``, ``_blit_cache``
- ``matplotlib.animation.TimedAnimation``: ``_interval``
- ``matplotlib.animation.ArtistAnimation``: ``_framedata``
- ``matplotlib.animation.FuncAnimation``: ``_save_count``, ``_drawn_artists``, ``_func``,
  ``_init_func``, ``_iter_gen``, ``_args``
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

import matplotlib.animation

if TYPE_CHECKING:
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure

#: Attributes that only the live preview uses, and that cannot travel to another process.
PREVIEW_ONLY = ("frame_seq", "_blit_cache")


def figure_of(animation: Any) -> Figure:
    """Return the figure that an animation changes."""
    return animation._fig  # type: ignore[no-any-return]


def mark_started(animation: Any) -> None:
    """Spare the warning that an animation was made in vain."""
    animation._draw_was_started = True


def draw_initially(animation: Any) -> None:
    """Bring the figure to where a save begins: its ``init_func``, or its first frame's update."""
    animation._init_draw()


def update_for_next_frame(animation: Any, data: Any) -> None:
    """Run the update for one frame, and what `Animation` does after it (``draw_idle``)."""
    animation._draw_next_frame(data, blit=False)


def returned_artists(animation: Animation) -> Any:
    """Return what the update function returned last; None where that is not kept."""
    return getattr(animation, "_drawn_artists", None)


def length_of(animation: Animation) -> int | None:
    """Return how many frames a save takes at most; None if the animation does not say."""
    count = getattr(animation, "_save_count", None)
    if count is None:
        # ArtistAnimation, and TimedAnimation subclasses that keep their frames there.
        frames: object = getattr(animation, "_framedata", None)
        count = len(frames) if hasattr(frames, "__len__") else None
    return count if count is None else int(count)


def interval_of(animation: Animation | None) -> float | None:
    """Return the milliseconds between two frames; None where there is no such thing."""
    return getattr(animation, "_interval", None)


def functions_of(animation: Animation) -> list[object]:
    """Return the user's functions: update, init and the generator of frames; None for none."""
    return [vars(animation).get(name) for name in ("_func", "_init_func", "_iter_gen")]


def arguments_of(animation: Animation) -> object:
    """Return what the update function is given besides a frame's data, ``fargs``."""
    return vars(animation).get("_args")


@dataclass(frozen=True, slots=True)
class SaveCall:
    """An `Animation.save` that is about to begin, seen by the writer that it calls.

    Parameters
    ----------
    animations : tuple of Animation
        What is saved: the animation, and those that run along.
    savefig_kwargs : dict
        What each frame will be grabbed with, but for colours that are worked out later.
    """

    animations: tuple[Animation, ...]
    savefig_kwargs: dict[str, object]


def save_call(caller: FrameType | None) -> SaveCall | None:
    """Return what calls a writer, if that is `Animation.save` itself.

    Parameters
    ----------
    caller : frame or None
        Of the function that called ``writer.saving``.
    """
    if caller is None or caller.f_code not in _SAVES:
        return None
    found = caller.f_locals
    animations, kwargs = found.get("all_anim"), found.get("savefig_kwargs")
    if not animations or animations[0] is not found.get("self") or not isinstance(kwargs, dict):
        return None
    return SaveCall(tuple(animations), dict(kwargs))


#: As it was before anybody put something in its place.
_SAVES = [inspect.unwrap(matplotlib.animation.Animation.save).__code__]
