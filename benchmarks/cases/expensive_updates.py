"""An update that costs more than a few microseconds."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from .curves import INTERVAL

#: Steps of relaxation a frame.  A fixed amount of work and no fixed time, so that it slows down
#: with the machine as a real simulation would; about 10 ms on one core of an AMD EPYC (Zen 3).
STEPS = 12


def expensive_update(frames: int) -> FuncAnimation:
    """10 ms of simulation a frame (heat that spreads from a moving source), one line, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    ax.set(xlim=(0, 255), ylim=(0, 12), xlabel="x", ylabel="temperature")
    (line,) = ax.plot(np.arange(256), np.zeros(256))

    def update(i: int) -> tuple[Any, ...]:
        line.set_ydata(_heat(20 + (3 * i) % 216))
        return (line,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def _heat(source: int) -> Any:
    """Let heat spread from a column of the plate; return the temperature along its middle row."""
    plate = np.zeros((256, 256))
    for _ in range(STEPS):
        plate[96:160, source] += 1.0
        inner = plate[1:-1, 1:-1]
        around = plate[:-2, 1:-1] + plate[2:, 1:-1] + plate[1:-1, :-2] + plate[1:-1, 2:]
        plate[1:-1, 1:-1] = inner + 0.2 * (around - 4 * inner)
    return plate[128]
