"""Animations that are not the same twice, so that no two processes can agree on them.

`Animation.save` has no frames to compare these with.  What can be said of a movie of them is that
it is one history, not two mixed: the picture is one flat colour that stands for a number, and
`follows` says whether one number may come after another.
"""

import os
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .case import animation

FRAMES = 40


def _walk(step: Callable[[], int]) -> Any:
    """The picture shows a sum: its lowest 24 bits."""
    fig = Figure(figsize=(1, 1), dpi=32)
    FigureCanvasAgg(fig)
    patch = fig.add_artist(Rectangle((0, 0), 1, 1, antialiased=False, linewidth=0))
    at = [1000]

    def update(i):
        at[0] = at[0] * 2 % 2**23 + step()
        patch.set_facecolor([byte / 255 for byte in at[0].to_bytes(3, "big")])

    return FuncAnimation(fig, update, frames=FRAMES)


@animation(frames=FRAMES, history="chance", same_twice=False)
def unseeded_generator() -> Any:
    """A generator without a seed, made in every update."""
    return _walk(lambda: int(np.random.default_rng().integers(2)))


@animation(frames=FRAMES, history="chance", same_twice=False)
def random_by_the_system() -> Any:
    """`secrets`, which no seed reaches."""
    return _walk(lambda: secrets.randbelow(2))


@animation(frames=FRAMES, history="chance", same_twice=False)
def unique_names() -> Any:
    """`uuid.uuid4`, as names of runs are made."""
    return _walk(lambda: uuid.uuid4().int & 1)


@animation(frames=FRAMES, history="chance", same_twice=False)
def bits_of_a_clock() -> Any:
    """What time it is, in microseconds."""
    return _walk(lambda: time.perf_counter_ns() // 1000 & 1)


@animation(frames=FRAMES, history="chance", same_twice=False)
def number_of_the_process() -> Any:
    """Every process has another one."""
    return _walk(lambda: os.getpid() >> (time.perf_counter_ns() // 1000 & 3) & 1)
