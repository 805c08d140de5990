"""Figures of several axes, some inside others."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from .curves import INTERVAL


def insets(frames: int) -> FuncAnimation:
    """Two subplots, each with an inset that enlarges a part of the same line, 960x480."""
    fig, axs = plt.subplots(1, 2, figsize=(9.6, 4.8), dpi=100)
    x = np.linspace(0, 10, 500)
    lines = []
    for k, ax in enumerate(axs, start=1):
        ax.set(xlim=(0, 10), ylim=(-1.2, 3.2), xlabel="x", title=f"wave {k}")
        ax.grid()
        inset = ax.inset_axes((0.45, 0.55, 0.5, 0.4), xlim=(4, 6), ylim=(-1.1, 1.1))
        ax.indicate_inset_zoom(inset)
        lines += [(k, one.plot(x, np.sin(k * x))[0]) for one in (ax, inset)]

    def update(i: int) -> list[Any]:
        for k, line in lines:
            line.set_ydata(np.sin(k * x - 0.1 * i) * np.cos(0.02 * i * x))
        return [line for _, line in lines]

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)
