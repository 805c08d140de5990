"""Lines that all move, as many and as large as somebody asks: for how time grows."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

#: Points in each line; with a thousand lines it is the lines that cost, not their points.
POINTS = 50


def many_lines(frames: int, width: int, height: int, artists: int) -> FuncAnimation:
    """Build an animation of one axes with so many lines, each of which moves in every frame.

    Parameters
    ----------
    frames : int
        How many frames.
    width, height : int
        Size in pixels, at 100 dots per inch.
    artists : int
        How many lines.
    """
    fig, ax = plt.subplots(figsize=(width / 100, height / 100), dpi=100)
    x = np.linspace(0, 2 * np.pi, POINTS)
    offsets = np.linspace(0, 1, artists, endpoint=False)
    ax.set(xlim=(0, 2 * np.pi), ylim=(-1.1, 2.1), xlabel="x", ylabel="displacement")
    drawn = [ax.plot(x, np.sin(x) + offset, lw=1)[0] for offset in offsets]

    def update(i: int) -> list[Any]:
        y = np.sin(x - 0.1 * i)
        for line, offset in zip(drawn, offsets, strict=True):
            line.set_ydata(y + offset)
        return drawn

    return FuncAnimation(fig, update, frames=frames, interval=1000 / 30, blit=True)
