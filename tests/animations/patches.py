"""Rectangles, circles, polygons, arrows: patches that are changed in place by their setters."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patches as mpatches
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.collections import PatchCollection, PathCollection
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def rectangle_circle_polygon() -> Animation:
    """The usual three, moved by set_xy, by assignment to center, and by set_xy of all corners."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 8))
    box = ax.add_patch(mpatches.Rectangle((1, 1), 2, 1, angle=20, fc="C0", ec="k"))
    disc = ax.add_patch(mpatches.Circle((5, 4), 1, fc="C1", alpha=0.6))
    corners = np.array([[6, 1], [9, 1], [7.5, 3]])
    shape = ax.add_patch(mpatches.Polygon(corners, fc="C2", lw=2, ec="k"))

    def update(i):
        box.set_xy((1 + i / 2, 1 + i / 3))
        disc.center = 5 + np.cos(i), 4 + np.sin(i)
        shape.set_xy(np.add(corners, (0, i / 2)))
        return box, disc, shape

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def ellipse_wedge_arrow() -> Animation:
    """Ellipse, wedge, regular polygon and a fancy box change shape."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 8))
    ellipse = ax.add_patch(mpatches.Ellipse((2, 6), 3, 1, fc="C3"))
    wedge = ax.add_patch(mpatches.Wedge((6, 5), 2, 0, 90, width=0.5))
    star = ax.add_patch(mpatches.RegularPolygon((2, 2), 5, radius=1, fc="C4"))
    box = ax.add_patch(mpatches.FancyBboxPatch((5, 1), 2, 1, boxstyle="round,pad=0.3"))

    def update(i):
        ellipse.set(angle=20 * i, width=2 + i / 4)
        wedge.set_theta2(90 + 30 * i)
        star.orientation = i / 5
        box.set_width(1 + i / 3)
        box.set_boxstyle("sawtooth" if i % 2 else "round")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def fancy_arrow_positions() -> Animation:
    """FancyArrowPatch.set_positions and its connection style; an Arrow replaced by set_data."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 8))
    fancy = mpatches.FancyArrowPatch((1, 1), (5, 5), mutation_scale=15, arrowstyle="-|>")
    ax.add_patch(fancy)
    plain = ax.add_patch(mpatches.FancyArrow(5, 1, 2, 2, width=0.2))

    def update(i):
        fancy.set_positions((1 + i / 4, 1), (5 + i / 3, 5 - i / 5))
        fancy.set_connectionstyle(f"arc3,rad={i / 10}")
        plain.set_data(x=5 + i / 4, dx=1 + i / 8)
        return fancy, plain

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def clipped_and_unclipped() -> Animation:
    """Artists that reach beyond the axes, some clipped, some not."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(0.3, 0.3, 0.7, 0.7)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    (inside,) = ax.plot([], [], "C0", lw=6)
    (outside,) = ax.plot([], [], "C1o-", lw=2, ms=12, clip_on=False)
    disc = ax.add_patch(mpatches.Circle((0.5, 1), 0.3, fc="C2", clip_on=False, zorder=0))

    def update(i):
        inside.set_data([-0.5, 1.5], [i / 8, 1 - i / 8])
        outside.set_data([-0.4, 1.5], [1.4 - i / 4, i / 6 - 0.3])
        disc.center = i / 7, 1.1
        return inside, outside, disc

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def markers_across_the_border() -> Animation:
    """Large markers that leave the axes: their lines are clipped to it."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    (line,) = ax.plot([0, 1], [0, 1], "h-", ms=22, mec="k", mew=2)
    ax.grid(True)

    def update(i):
        line.set_data([i / 7, 1 - i / 7], [0, 1])
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def collection_with_hatch() -> Animation:
    """A hatched collection that moves and changes its hatch."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 6))
    square = Path([[0, 0], [3, 0], [3, 3], [0, 3], [0, 0]])
    shapes = PathCollection([square], offsets=[[1, 1], [4, 2]], facecolors="none")
    shapes.set(offset_transform=ax.transData, hatch="//", edgecolors=["r", "b"])
    shapes.set_transform(Affine2D().scale(12))
    ax.add_collection(shapes)

    def update(i):
        shapes.set_offsets([[1 + i / 2, 1], [4, 1 + i / 3]])
        shapes.set_hatch(["//", "xx", "oo", "."][i % 4])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def patch_collection() -> Animation:
    """Patches in a collection whose paths are replaced and whose colours come from an array."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 8), ylim=(0, 5), aspect="equal")
    discs = PatchCollection([mpatches.Circle((k, 2), 0.4) for k in range(1, 8)])
    discs.set_array(np.arange(7.0))
    ax.add_collection(discs)

    def update(i):
        discs.set_paths([mpatches.Circle((k, 2 + np.sin(k + i)), 0.4) for k in range(1, 8)])
        discs.set_clim(0, 6 + i)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def overlapping_translucent() -> Animation:
    """Many half transparent things over each other: the order of blending shows."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 8))
    discs = [
        ax.add_patch(mpatches.Circle((k + 2, 4), 2, alpha=0.4, fc=f"C{k}", zorder=k % 3))
        for k in range(6)
    ]
    ax.axhspan(3, 5, alpha=0.3, color="k", zorder=1.5)

    def update(i):
        discs[1].center = 3 + i / 3, 4
        discs[4].set_radius(1 + i / 6)
        return discs[1], discs[4]

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def blended_spans() -> Animation:
    """axvline, axhspan and axline: one coordinate of the data, one of the axes."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 10], [0, 10])
    upright = ax.axvline(2, color="r", lw=2)
    band = ax.axhspan(1, 2, alpha=0.4)
    slanted = ax.axline((0, 5), slope=0.2, color="g")

    def update(i):
        upright.set_xdata([i + 1, i + 1])
        if hasattr(band, "set_y"):
            band.set_y(i)
        else:
            band.set_xy([[0, i], [0, i + 1], [1, i + 1], [1, i]])
        slanted.set_slope(0.2 - i / 10)
        return upright, band, slanted

    return FuncAnimation(fig, update, frames=8)
