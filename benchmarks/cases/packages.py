"""Figures that other packages draw, most of them anew in every frame, as their users save them.

What a case needs is imported when it is built, so that a package that is not installed is a line in
the table and no more.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation

from .curves import INTERVAL


def seaborn(frames: int) -> FuncAnimation:
    """seaborn: two density estimates with their rugs, cleared and drawn anew, 640x480."""
    import seaborn as sns

    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    rng = np.random.default_rng(3)
    samples = rng.normal(size=(2, 300))

    def update(i: int) -> None:
        ax.cla()
        for k, sample in enumerate(samples):
            moved = sample * (1 + 0.3 * np.sin(0.1 * i + k)) + (2 * k - 1) * np.cos(0.05 * i)
            sns.kdeplot(x=moved, fill=True, label=f"group {k}", ax=ax)
            sns.rugplot(x=moved, ax=ax)
        ax.set(xlim=(-6, 6), ylim=(0, 0.8), title=f"day {i}")
        ax.legend(loc="upper right")

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def pandas(frames: int) -> FuncAnimation:
    """pandas: a table's columns over dates, cleared and plotted anew as rows come in, 640x480."""
    import pandas as pd

    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    rng = np.random.default_rng(4)
    days = pd.date_range("2020-01-01", periods=frames + 60, freq="D")
    walks = rng.normal(size=(len(days), 4)).cumsum(axis=0)
    table = pd.DataFrame(walks, index=days, columns=list("ABCD"))

    def update(i: int) -> None:
        ax.cla()
        table.iloc[: i + 60].plot(ax=ax, title=f"{days[i + 59]:%d %B %Y}")

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def networkx(frames: int) -> FuncAnimation:
    """networkx: a graph of 60 nodes through which a colour walks, drawn anew, 640x480."""
    import networkx as nx

    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    graph = nx.watts_strogatz_graph(60, 4, 0.2, seed=5)
    places = nx.circular_layout(graph)

    def update(i: int) -> None:
        ax.cla()
        colours = [np.cos(0.1 * i - 0.2 * node) for node in graph]
        nx.draw_networkx(
            graph, places, ax=ax, node_color=colours, vmin=-1, vmax=1, node_size=120, font_size=6
        )
        ax.set_title(f"step {i}")

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def cartopy(frames: int) -> FuncAnimation:
    """cartopy: a track that grows over a map with labelled grid lines, 800x480."""
    import cartopy.crs as ccrs

    fig = plt.figure(figsize=(8.0, 4.8), dpi=100)
    axes: Any = fig.add_subplot(projection=ccrs.PlateCarree())
    axes.set_global()
    axes.gridlines(draw_labels=True)
    way = np.linspace(0, 4 * np.pi, frames + 30)
    longitude, latitude = 170 * np.sin(0.5 * way), 70 * np.sin(way)
    (track,) = axes.plot([], [], lw=1.5, transform=ccrs.PlateCarree())

    def update(i: int) -> tuple[Any, ...]:
        track.set_data(longitude[: i + 30], latitude[: i + 30])
        return (track,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def celluloid(frames: int) -> Animation:
    """celluloid: lines and words snapped frame by frame beforehand, 640x480."""
    from celluloid import Camera

    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    camera = Camera(fig)
    x = np.linspace(0, 2 * np.pi, 200)
    ax.set(xlim=(0, 2 * np.pi), ylim=(-1.1, 1.1))
    for i in range(frames):
        ax.plot(x, np.sin(x + 0.1 * i), color="C0")
        ax.plot(x, np.cos(x - 0.1 * i), color="C1")
        ax.text(0.1, 1.0, f"frame {i}")
        camera.snap()
    animation: Animation = camera.animate(interval=INTERVAL)
    return animation
