"""Animations that are not the same twice, so that no two processes can agree on them.

`Animation.save` has no frames to compare these with.  What can be said of a movie of them is that
it is one history, not two mixed: the picture is one flat colour that stands for three numbers, two
of which must be those of the frame before.
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
    """The picture shows the last three steps, each a number below 256."""
    fig = Figure(figsize=(1, 1), dpi=32)
    FigureCanvasAgg(fig)
    patch = fig.add_artist(Rectangle((0, 0), 1, 1, antialiased=False, linewidth=0))
    at = [1000]

    def update(i):
        at[0] = at[0] * 256 % 2**24 + step()
        patch.set_facecolor([byte / 255 for byte in at[0].to_bytes(3, "big")])

    return FuncAnimation(fig, update, frames=FRAMES)


@animation(frames=FRAMES, history="chance", same_twice=False)
def unseeded_generator() -> Any:
    """A generator without a seed, made in every update."""
    return _walk(lambda: int(np.random.default_rng().integers(256)))


@animation(frames=FRAMES, history="chance", same_twice=False)
def random_by_the_system() -> Any:
    """`secrets`, which no seed reaches."""
    return _walk(lambda: secrets.randbelow(256))


@animation(frames=FRAMES, history="chance", same_twice=False)
def unique_names() -> Any:
    """`uuid.uuid4`, as names of runs are made."""
    return _walk(lambda: uuid.uuid4().int & 255)


@animation(frames=FRAMES, history="chance", same_twice=False)
def bits_of_a_clock() -> Any:
    """What time it is, in microseconds."""
    return _walk(lambda: time.perf_counter_ns() // 1000 & 255)


@animation(frames=FRAMES, history="chance", same_twice=False)
def number_of_the_process() -> Any:
    """Every process has another one."""
    return _walk(lambda: os.getpid() & 255)
