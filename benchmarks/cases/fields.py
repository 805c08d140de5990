"""Images, many points, surfaces: what is expensive to draw by itself."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from .curves import INTERVAL


def imshow(frames: int) -> FuncAnimation:
    """Image of 200x300 cells, 1280x720."""
    fig, ax = plt.subplots(figsize=(12.8, 7.2), dpi=100)
    y, x = np.mgrid[0 : 4 * np.pi : 200j, 0 : 6 * np.pi : 300j]
    image = ax.imshow(np.sin(x) * np.cos(y), vmin=-1, vmax=1)

    def update(i: int) -> tuple[Any, ...]:
        image.set_data(np.sin(x + 0.1 * i) * np.cos(y - 0.05 * i))
        return (image,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def scatter_10k(frames: int) -> FuncAnimation:
    """Cloud of 10,000 points that turns, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    rng = np.random.default_rng(2)
    radius, angle = rng.random(10_000), rng.random(10_000) * 2 * np.pi
    ax.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), aspect="equal")
    points = ax.scatter(np.zeros(10_000), np.zeros(10_000), s=4, c=radius)

    def update(i: int) -> tuple[Any, ...]:
        turned = angle + 0.03 * i / (0.2 + radius)
        points.set_offsets(np.column_stack([radius * np.cos(turned), radius * np.sin(turned)]))
        return (points,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def surface(frames: int) -> FuncAnimation:
    """3D surface that rotates, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100, subplot_kw={"projection": "3d"})
    axes: Any = ax
    side = np.linspace(-4, 4, 60)
    x, y = np.meshgrid(side, side)
    axes.plot_surface(x, y, np.sin(np.hypot(x, y)), cmap="viridis")

    def update(i: int) -> tuple[()]:
        axes.view_init(elev=30, azim=2 * i)
        return ()

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)
