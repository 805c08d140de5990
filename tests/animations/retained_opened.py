"""Made to break retained drawing: axes that draw in a way of their own, of which little moves."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.projections.polar import PolarAxes
from mpl_toolkits.axes_grid1 import host_subplot

from .case import animation

SIZE = (3, 2)
X = np.linspace(0, 6, 40)


@animation(frames=8, independent=True, core=True)
def line_in_polar() -> Animation:
    """A line moves over the grid of polar axes, under their labels and title."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "polar"})
    (line,) = ax.plot(X, np.sin(X) + 1, lw=3)
    ax.set(ylim=(0, 2.5), title="polar")

    def update(i):
        line.set_ydata(np.sin(X + i / 3) + 1)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=10)
def polar_limits_now_and_then() -> Animation:
    """The radial limits move, then the sector is cut, then the labels' angle changes."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "polar"})
    (line,) = ax.plot(X, X / 3)

    def update(i):
        line.set_linewidth(1 + i / 2)
        if i == 3:
            ax.set_rlim(-1, 3)
        if i == 5:
            ax.set(thetamin=20, thetamax=200)
        if i == 7:
            ax.set_rlabel_position(90)
        if i == 8:
            ax.set(thetamin=0, thetamax=360)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, independent=True, core=True)
def trajectory_in_space() -> Animation:
    """A still view of three dimensions, in which a line grows and a point runs ahead."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "3d"})
    t = np.linspace(0, 12, 60)
    x, y, z = np.sin(t), np.cos(t), t / 12
    (line,) = ax.plot(x, y, z)
    (head,) = ax.plot(x[:1], y[:1], z[:1], "o")
    ax.set(xlabel="x", zlabel="z", title="space")

    def update(i):
        n = 6 * i + 2
        line.set_data_3d(x[:n], y[:n], z[:n])
        head.set_data_3d(x[n - 1 : n], y[n - 1 : n], z[n - 1 : n])

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10)
def view_turns_now_and_then() -> Animation:
    """The view is still, turns, is still again; then the panes, the grid and the axis change."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "3d"})
    ax.plot([0, 1], [0, 1], [0, 1])
    (dot,) = ax.plot([0], [0], [0.5], "o")

    def update(i):
        dot.set_data_3d([i / 10], [0.5], [0.5])
        if i in (3, 4):
            ax.view_init(azim=20 * i)
        if i == 6:
            ax.xaxis.set_pane_color("r")
            ax.set_zlim(0, 2)
        if i == 7:
            ax.grid(False)
        if i == 8:
            ax.set_axis_off()

    return FuncAnimation(fig, update, frames=10)


@animation(frames=9, independent=True)
def points_pass_each_other_in_space() -> Animation:
    """Two clouds of points change their depth order; a third one and a surface stay."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "3d"})
    near = ax.scatter([0.2, 0.4], [0.1, 0.1], [0.5, 0.5], s=200, c="r")
    ax.scatter([0.3, 0.5], [0.5, 0.5], [0.5, 0.5], s=200, c="g")
    x, y = np.mgrid[0:1:5j, 0:1:5j]
    ax.plot_surface(x, y, x * y, alpha=0.5)
    ax.set(xlim=(0, 1), ylim=(0, 1), zlim=(0, 1))

    def update(i):
        depth = np.full(2, i / 8)
        near._offsets3d = (np.array([0.2, 0.4]), depth, np.full(2, 0.5))
        near.stale = True

    return FuncAnimation(fig, update, frames=9)


@animation(frames=8, independent=True)
def parasite_moves() -> Animation:
    """A host draws its parasite's children among its own; the parasite's line and limits move."""
    fig = plt.figure(figsize=SIZE)
    host: Any = host_subplot(111, figure=fig)
    fig.subplots_adjust(right=0.8)
    parasite = host.twinx()
    host.plot(X, np.cos(X), lw=4)
    (line,) = parasite.plot(X, np.sin(X), "r", lw=4)

    def update(i):
        line.set_ydata(np.sin(X + i / 3))
        parasite.set_ylim(-1 - i // 3, 2)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def line_in_one_subfigure() -> Animation:
    """Subfigures, one in another; one line moves, the title beside it changes in the middle."""
    fig: Any = plt.figure(figsize=SIZE)
    left, right = fig.subfigures(1, 2)
    left.set_facecolor("0.9")
    (line,) = left.add_subplot().plot(X, np.sin(X))
    upper, lower = right.subfigures(2, 1)
    upper.add_subplot(projection="polar")
    title = lower.suptitle("below")

    def update(i):
        line.set_ydata(np.sin(X + i / 3))
        title.set_text("below" if i < 4 else "changed")
        right.set_facecolor("w" if i < 6 else "y")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def round_and_deep_insets() -> Animation:
    """A line moves under polar and 3D insets, in the latter another one."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot(X, np.sin(X), lw=4)
    ax.inset_axes([0.1, 0.1, 0.4, 0.4], projection="polar").plot(X, X)
    deep: Any = ax.inset_axes([0.5, 0.5, 0.5, 0.5], projection="3d")
    (inner,) = deep.plot([0, 1], [0, 1], [0, 1])

    def update(i):
        line.set_ydata(np.sin(X + i / 3))
        if i > 4:
            inner.set_data_3d([0, 1], [0, 1 - i / 8], [0, 1])

    return FuncAnimation(fig, update, frames=8)


class Scaled(Axes):
    """Draws a scale of its own on top of its children, and an arrow below."""

    name = "framepipe scaled"

    def draw(self, renderer):
        self.patch.set_facecolor("0.9")
        below = Line2D([10, 80], [10, 80], lw=5, color="y")
        below.set_figure(self.figure)
        below.draw(renderer)
        super().draw(renderer)
        width = self.bbox.width * self.lines[0].get_linewidth() / 20
        scale = Line2D([30, 30 + width], [30, 30], lw=3, color="k")
        scale.set_figure(self.figure)
        scale.draw(renderer)


class Fan(PolarAxes):
    """Polar axes that draw their children twice."""

    name = "framepipe fan"

    def draw(self, renderer):
        super().draw(renderer)
        for child in self.lines:
            child.draw(renderer)


@animation(frames=9)
def axes_that_draw_something_themselves() -> Animation:
    """Subclasses of axes: what they draw beside their children is there in every frame."""
    fig = plt.figure(figsize=SIZE)
    left = fig.add_axes(Scaled(fig, (0.1, 0.2, 0.35, 0.7)))
    right = fig.add_axes(Fan(fig, (0.5, 0.2, 0.45, 0.6)))
    (line,) = left.plot(X, np.sin(X))
    right.plot(X, X, alpha=0.5, lw=5)

    def update(i):
        line.set_ydata(np.sin(X + i / 3))
        line.set_linewidth(1 + i // 4)

    return FuncAnimation(fig, update, frames=9)
