"""Axes that are no plain rectangles: a still view in three dimensions, polar axes."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from .curves import INTERVAL


def trajectory3d(frames: int) -> FuncAnimation:
    """Trajectory that grows in a still 3D view, with a marker at its head, 640x480."""
    fig = plt.figure(figsize=(6.4, 4.8), dpi=100)
    axes: Any = fig.add_subplot(projection="3d")
    path = _lorenz(frames + 300)
    axes.set(xlim=(-20, 20), ylim=(-28, 28), zlim=(0, 50), xlabel="x", ylabel="y", zlabel="z")
    (line,) = axes.plot(*path[:1].T, lw=0.8)
    (head,) = axes.plot(*path[:1].T, "o")

    def update(i: int) -> tuple[Any, ...]:
        line.set_data_3d(*path[: i + 300].T)
        head.set_data_3d(*path[i + 299 : i + 300].T)
        return line, head

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def _lorenz(steps: int, dt: float = 0.01) -> Any:
    """Return a path on Lorenz's attractor (sigma 10, rho 28, beta 8/3), shape (steps, 3)."""
    path = np.empty((steps, 3))
    x, y, z = 1.0, 1.0, 20.0
    for k in range(steps):
        path[k] = x, y, z
        dx, dy, dz = 10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z
        x, y, z = x + dt * dx, y + dt * dy, z + dt * dz
    return path


def polar(frames: int) -> FuncAnimation:
    """Line that moves in polar axes with their grid and labels, 640x480."""
    fig = plt.figure(figsize=(6.4, 4.8), dpi=100)
    axes: Any = fig.add_subplot(projection="polar")
    theta = np.linspace(0, 2 * np.pi, 300)
    axes.set(rmax=2.2, title="lobes")
    (line,) = axes.plot(theta, 1 + np.cos(theta))

    def update(i: int) -> tuple[Any, ...]:
        line.set_ydata(1.1 + np.cos(5 * theta + 0.05 * i) * np.cos(0.03 * i))
        return (line,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)
