"""Axes of every kind: scales, projections, limits that move, aspect, several of them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from mpl_toolkits.axes_grid1 import make_axes_locatable

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def twin_axes() -> Animation:
    """Two y axes, both with moving lines."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(right=0.8)
    x = np.linspace(0, 6, 40)
    (left,) = ax.plot(x, np.sin(x), "C0", lw=3)
    other = ax.twinx()
    (right,) = other.plot(x, 100 * np.cos(x), "C1")
    other.tick_params(labelcolor="C1")

    def update(i):
        left.set_ydata(np.sin(x + i / 3))
        right.set_ydata(100 * np.cos(x - i / 3))
        return left, right

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def log_axes() -> Animation:
    """Log on both axes, minor ticks, limits that move over decades."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.logspace(0, 6, 50)
    (line,) = ax.loglog(x, x**0.5)
    ax.grid(True, which="both", alpha=0.3)

    def update(i):
        line.set_ydata(x ** (0.5 + i / 20))
        ax.set_xlim(1, 10 ** (2 + i / 2))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def symlog_and_logit() -> Animation:
    """Other scales, and a scale that changes midway."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    x = np.linspace(-100, 100, 60)
    (line,) = left.plot(x, x)
    left.set_yscale("symlog")
    (other,) = right.plot(np.linspace(0.01, 0.99, 30), np.linspace(0.01, 0.99, 30))

    def update(i):
        line.set_ydata(x * np.cos(x / 20 + i))
        right.set_yscale("logit" if i > 2 else "linear")
        other.set_linewidth(1 + i)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, core=True, independent=True)
def polar() -> Animation:
    """A polar line and a growing sector."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "polar"})
    t = np.linspace(0, 2 * np.pi, 60)
    (line,) = ax.plot(t, 1 + np.cos(t))
    (bar,) = ax.bar([1], [1.5], width=0.5, alpha=0.5)

    def update(i):
        line.set_ydata(1 + np.cos(t + i / 3))
        bar.set_height(0.5 + i / 5)
        return line, bar

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True, in_place=True)
def polar_turning() -> Animation:
    """A polar axes whose zero, direction and limits change, by setters that set no flag."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "polar"})
    ax.plot(np.linspace(0, 6, 40), np.linspace(0, 2, 40))

    def update(i):
        ax.set_theta_offset(i / 5)
        ax.set_theta_direction(-1 if i % 2 else 1)
        ax.set_rmax(1 + i / 2)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def mollweide() -> Animation:
    """A geographic projection."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "mollweide"})
    ax.grid(True)
    (line,) = ax.plot([], [], lw=3)
    t = np.linspace(-3, 3, 30)

    return FuncAnimation(fig, lambda i: line.set_data(t, np.sin(t + i / 2)), frames=6)


@animation(frames=6, core=True, independent=True)
def surface_turning() -> Animation:
    """A 3D surface seen from a moving place."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "3d"})
    y, x = np.mgrid[-2:2:8j, -2:2:8j]
    ax.plot_surface(x, y, np.sin(x) * np.cos(y), cmap="viridis")

    return FuncAnimation(fig, lambda i: ax.view_init(30, 12 * i), frames=6)


@animation(frames=6, independent=True)
def scatter_in_space() -> Animation:
    """3D points and a 3D line with moving data, seen from one place; a plain axes beside it."""
    fig = plt.figure(figsize=SIZE)
    space = fig.add_subplot(1, 2, 1, projection="3d")
    plain = fig.add_subplot(1, 2, 2)
    points = space.scatter(*np.random.default_rng(3).uniform(size=(3, 20)))
    (line,) = space.plot([0, 1], [0, 1], [0, 1])
    (dot,) = plain.plot([0], [0], "o")

    def update(i):
        x, y, z = np.random.default_rng(3).uniform(size=(3, 20))
        points._offsets3d = (x, y, z * i / 6)
        line.set_data_3d([0, 1], [0, i / 6], [0, 1])
        dot.set_data([i / 100], [0])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def wireframe_still() -> Animation:
    """A 3D wire frame that stands still beside a line that moves."""
    fig = plt.figure(figsize=SIZE)
    space = fig.add_subplot(1, 2, 1, projection="3d")
    y, x = np.mgrid[-2:2:6j, -2:2:6j]
    space.plot_wireframe(x, y, x * y)
    plain = fig.add_subplot(1, 2, 2)
    (line,) = plain.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([i / 6, 1 - i / 6]), frames=6)


@animation(frames=6, core=True, independent=True)
def nine_subplots() -> Animation:
    """3 × 3 axes: some move, some stand still, some share."""
    fig, axs = plt.subplots(3, 3, figsize=(3.6, 2.7), sharex=True, sharey="row")
    x = np.linspace(0, 6, 30)
    lines = [ax.plot(x, np.sin((k + 1) * x))[0] for k, ax in enumerate(axs.flat)]

    def update(i):
        for k in (0, 2, 4, 7):
            lines[k].set_ydata(np.sin((k + 1) * x + i / 2))

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, core=True, independent=True)
def subfigures() -> Animation:
    """Two subfigures with colours and titles of their own; only one moves at first."""
    fig = plt.figure(figsize=SIZE)
    left, right = fig.subfigures(1, 2)
    left.set_facecolor("0.9")
    left.suptitle("left")
    ax = left.subplots()
    (line,) = ax.plot([0, 1], [0, 1])
    bottom = right.subplots(2, 1)[1]
    (dot,) = bottom.plot([0], [0], "o")
    bottom.set_xlim(-1, 6)

    def update(i):
        line.set_ydata([i / 6, 1])
        if i > 3:
            dot.set_xdata([i])
            right.set_facecolor("0.8")

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, core=True, independent=True)
def colourbar() -> Animation:
    """An image and its colour bar; the limits change in some frames, and with them the bar."""
    fig, ax = plt.subplots(figsize=SIZE)
    data = np.arange(12.0).reshape(3, 4)
    image = ax.imshow(data)
    fig.colorbar(image, label="depth")

    def update(i):
        image.set_data(np.roll(data, i))
        image.set_clim(0, 11 + i // 3 * 5)
        return (image,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def divided_axes() -> Animation:
    """Axes placed by a locator when drawn (axes_grid1), the main one of equal aspect."""
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(np.eye(6))
    side = make_axes_locatable(ax).append_axes("right", size="20%", pad=0.1)
    bars = side.barh(range(6), [1] * 6)
    side.set_xlim(0, 6)

    def update(i):
        image.set_data(np.roll(np.eye(6), i, axis=0))
        for k, bar in enumerate(bars):
            bar.set_width((k + i) % 6)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=10, core=True, independent=True)
def scrolling_limits() -> Animation:
    """A strip chart: the limits move with the data in every frame."""
    fig, ax = plt.subplots(figsize=SIZE)
    t = np.linspace(0, 20, 200)
    (line,) = ax.plot(t, np.sin(t) + t / 10)

    def update(i):
        line.set_data(t[: 20 * (i + 1)], (np.sin(t) + t / 10)[: 20 * (i + 1)])
        ax.set_xlim(i - 3, i + 3)
        return (line,)

    return FuncAnimation(fig, update, frames=10)


@animation(frames=8)
def relim_and_autoscale() -> Animation:
    """The line grows, the axes follows by relim and autoscale_view."""
    fig, ax = plt.subplots(figsize=SIZE)
    x, y = [], []
    (line,) = ax.plot(x, y)

    def update(i):
        x.append(i)
        y.append(i**2 - 5 * i)
        line.set_data(x, y)
        ax.relim()
        ax.autoscale_view()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def autoscale_by_plotting() -> Animation:
    """A new line each frame: limits are stale and settled lazily; margins change too."""
    fig, ax = plt.subplots(figsize=SIZE)

    def update(i):
        ax.plot([i, i + 1], [i**2, i], "o-")
        ax.margins(0.05 * i)

    return FuncAnimation(fig, update, frames=8, init_func=lambda: None)


@animation(frames=8, core=True, drawing_matters=True)
def equal_by_datalim() -> Animation:
    """Equal aspect by changing limits, which happens when drawn and starts from the last ones."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 10, 10, 0], [0, 0, 3, 3], "o-")
    ax.set_aspect("equal", adjustable="datalim")

    def update(i):
        ax.set_xlim(-1 + i, 12 + 2 * (i % 3), auto=True)
        if i % 3 == 1:
            ax.set_ylim(-1, 4 + i, auto=True)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def equal_by_box() -> Animation:
    """Equal aspect by changing the box: the axes moves when its limits do."""
    fig, ax = plt.subplots(figsize=SIZE)
    (dot,) = ax.plot([0], [0], "o")
    ax.set_aspect("equal")

    def update(i):
        ax.set(xlim=(-1, 2 + i), ylim=(-1, 2), anchor=["C", "W", "NE"][i % 3])
        dot.set_xdata([i / 2])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, core=True, independent=True)
def cleared_and_replotted() -> Animation:
    """cla() and everything again: the most common animation of beginners."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)

    def update(i):
        ax.cla()
        ax.plot(x, np.sin(x + i), label=f"t = {i}")
        ax.set_title(f"step {i}")
        ax.legend(loc="upper right")
        ax.set_ylim(-1.2, 1.2)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=12, independent=True)
def cleared_and_styled_anew() -> Animation:
    """cla(): its axis come back as they were, or with other ticks, labels, spines, limits."""
    fig, (ax, other) = plt.subplots(1, 2, figsize=SIZE)
    fig.subplots_adjust(bottom=0.25, wspace=0.4)
    twin = other.twinx()

    def update(i):
        for axes in (ax, other, twin):
            axes.cla()
        ax.plot([0, 1, 2], [0, i, 1], "o-")
        ax.set(xlabel="time", title=f"step {i}", ylim=(0, 12))
        twin.plot([0, 1], [i, 5], "r")
        twin.set_ylim(0, 12)
        other.bar(["a", "b"], [1, i % 3])
        if i % 4 == 1:
            ax.tick_params(axis="x", direction="in", labelsize=6)
            ax.spines["bottom"].set_linewidth(4)
        if i % 4 == 3:
            ax.xaxis.get_major_ticks()[1].label1.set_color("red")
            ax.ticklabel_format(axis="y", scilimits=(0, 0))
            twin.yaxis.label.set_text("turned")

    return FuncAnimation(fig, update, frames=12)


@animation(frames=6, independent=True)
def figure_cleared() -> Animation:
    """fig.clear() and new axes each frame, of a number that changes."""
    fig = plt.figure(figsize=SIZE)

    def update(i):
        fig.clear()
        for k, ax in enumerate(np.ravel(fig.subplots(1, 1 + i % 3))):
            ax.plot([0, 1], [k, i])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def inset_axes() -> Animation:
    """An inset whose line moves, over a line that does not."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], lw=5)
    inset = ax.inset_axes([0.1, 0.55, 0.4, 0.4])
    (line,) = inset.plot([0, 1], [0, 1], "r")

    return FuncAnimation(fig, lambda i: line.set_ydata([i / 6, 1 - i / 6]), frames=6)


@animation(frames=6, independent=True)
def secondary_axis() -> Animation:
    """A secondary axis follows its parent's limits when drawn."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(top=0.8)
    ax.plot([0, 10], [0, 1])
    ax.secondary_xaxis("top", functions=(lambda x: x * 2.54, lambda x: x / 2.54))

    return FuncAnimation(fig, lambda i: ax.set_xlim(0, 4 + i), frames=6)


@animation(frames=6, independent=True)
def broken_axis() -> Animation:
    """Two axes that look like one cut in two, diagonal marks outside of them."""
    fig, (top, bottom) = plt.subplots(2, 1, figsize=SIZE, sharex=True)
    lines = [ax.plot([0, 1, 2, 3], [1, 90, 2, 95])[0] for ax in (top, bottom)]
    top.set_ylim(85, 100)
    bottom.set_ylim(0, 10)
    top.spines.bottom.set_visible(False)
    bottom.spines.top.set_visible(False)
    top.tick_params(bottom=False)
    marks = {"marker": [(-1, -0.5), (1, 0.5)], "ms": 9, "ls": "none", "color": "k"}
    top.plot([0, 1], [0, 0], transform=top.transAxes, clip_on=False, **marks)
    bottom.plot([0, 1], [1, 1], transform=bottom.transAxes, clip_on=False, **marks)

    def update(i):
        for line in lines:
            line.set_ydata([1 + i, 90 - i, 2, 95])
        return lines

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def inverted_and_shared() -> Animation:
    """Inverted axes, twiny, and a shared axes whose partner is scrolled."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE, sharey=True)
    left.plot([0, 1, 2], [0, 1, 0])
    right.plot([0, 1, 2], [1, 0, 1])
    left.invert_xaxis()
    right.twiny().set_xlim(0, 100)

    return FuncAnimation(fig, lambda i: right.set_ylim(i / 6, 2 - i / 6), frames=6)
