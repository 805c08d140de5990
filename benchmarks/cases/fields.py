"""Images, meshes, many points, surfaces, stream lines: what is expensive to draw by itself."""

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


def pcolormesh(frames: int) -> FuncAnimation:
    """Mesh of 200x300 cells, 1280x720."""
    fig, ax = plt.subplots(figsize=(12.8, 7.2), dpi=100)
    y, x = np.mgrid[0 : 4 * np.pi : 200j, 0 : 6 * np.pi : 300j]
    mesh = ax.pcolormesh(x, y, np.sin(x) * np.cos(y), vmin=-1, vmax=1)
    fig.colorbar(mesh)

    def update(i: int) -> tuple[Any, ...]:
        mesh.set_array(np.sin(x + 0.1 * i) * np.cos(y - 0.05 * i))
        return (mesh,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def contourf(frames: int) -> FuncAnimation:
    """Contours of 100x150 cells, filled, removed and made anew in every update, 1280x720."""
    fig, ax = plt.subplots(figsize=(12.8, 7.2), dpi=100)
    y, x = np.mgrid[0 : 2 * np.pi : 100j, 0 : 2 * np.pi : 150j]
    contours: list[Any] = [ax.contourf(x, y, np.sin(x) * np.cos(y), 12)]

    def update(i: int) -> tuple[()]:
        contours.pop().remove()
        contours.append(ax.contourf(x, y, np.sin(x + 0.1 * i) * np.cos(y), 12))
        return ()

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def _image(
    frames: int, shape: tuple[int, int], size: tuple[float, float], interpolation: str
) -> FuncAnimation:
    """Build an animation of one image that changes in all of its cells."""
    fig, ax = plt.subplots(figsize=size, dpi=100)
    y, x = np.meshgrid(
        np.linspace(0, 4 * np.pi, shape[0]), np.linspace(0, 6 * np.pi, shape[1]), indexing="ij"
    )
    image = ax.imshow(np.sin(x) * np.cos(y), vmin=-1, vmax=1, interpolation=interpolation)

    def update(i: int) -> tuple[Any, ...]:
        image.set_data(np.sin(x + 0.1 * i) * np.cos(y - 0.05 * i))
        return (image,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def image_nearest(frames: int) -> FuncAnimation:
    """Image of 100x150 cells, enlarged without interpolation, 1920x1080."""
    return _image(frames, (100, 150), (19.2, 10.8), "nearest")


def image_bilinear(frames: int) -> FuncAnimation:
    """Image of 200x300 cells, enlarged with bilinear interpolation, 1280x720."""
    return _image(frames, (200, 300), (12.8, 7.2), "bilinear")


def image_reduced(frames: int) -> FuncAnimation:
    """Image of 1200x1600 cells, made smaller with the default interpolation, 640x480."""
    return _image(frames, (1200, 1600), (6.4, 4.8), "auto")


def streamplot(frames: int) -> FuncAnimation:
    """Stream lines of a changing field, cleared and integrated anew, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    y, x = np.mgrid[-3:3:40j, -3:3:40j]

    def update(i: int) -> None:
        ax.cla()
        u, v = -y + 0.5 * np.cos(x + 0.1 * i), x * np.cos(0.05 * i)
        ax.streamplot(x, y, u, v, color=np.hypot(u, v), density=0.8)
        ax.set(xlim=(-3, 3), ylim=(-3, 3))

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)
