"""Lines, markers, scatters, bars and other plain plots of one axes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def moving_line() -> Animation:
    """A sine that runs: the plainest animation there is."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 2 * np.pi, 60)
    (line,) = ax.plot(x, np.sin(x))

    def update(i):
        line.set_ydata(np.sin(x + i / 3))
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=20, core=True)
def double_pendulum() -> Animation:
    """The classic: rods, a trace that accumulates and a time, on an axes of equal aspect."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(-2.1, 2.1), ylim=(-2.1, 1), aspect="equal")
    ax.grid()
    (rods,) = ax.plot([], [], "o-", lw=2)
    (trace,) = ax.plot([], [], ".-", lw=1, ms=2)
    label = ax.text(0.05, 0.85, "", transform=ax.transAxes)
    state = np.array([2.1, 0.0, -0.4, 0.0])
    path = []

    def update(i):
        for _ in range(10):
            a, va, b, vb = state
            d = b - a
            den = 2 - np.cos(d) ** 2
            va_dot = va**2 * np.sin(d) * np.cos(d) + 9.8 * np.sin(b) * np.cos(d)
            va_dot = (va_dot + vb**2 * np.sin(d) - 19.6 * np.sin(a)) / den
            vb_dot = -(vb**2) * np.sin(d) * np.cos(d) + 19.6 * np.sin(a) * np.cos(d)
            vb_dot = (vb_dot - 2 * va**2 * np.sin(d) - 19.6 * np.sin(b)) / den
            state[:] += 0.005 * np.array([va, va_dot, vb, vb_dot])
        x, y = np.sin(state[0]), -np.cos(state[0])
        path.append((x + np.sin(state[2]), y - np.cos(state[2])))
        rods.set_data([0, x, path[-1][0]], [0, y, path[-1][1]])
        trace.set_data(*zip(*path, strict=True))
        label.set_text(f"time = {0.05 * i:.1f}s")
        return rods, trace, label

    return FuncAnimation(fig, update, frames=20, interval=50, blit=True)


@animation(frames=8, independent=True)
def many_lines() -> Animation:
    """Ten lines move, ten more stand still between them."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 1, 30)
    lines = [ax.plot(x, np.sin(5 * x) + k)[0] for k in range(20)]

    def update(i):
        for k, line in enumerate(lines[::2]):
            line.set_ydata(np.sin(5 * x + i / 2 + k) + 2 * k)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def markers_with_markevery() -> Animation:
    """Markers on every few points, and which ones changes."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.cos(x), "s-", markevery=4, mfc="none")
    (other,) = ax.plot(x, np.sin(x), "^:", markevery=0.1, ms=8)

    def update(i):
        line.set_markevery((i, 5))
        other.set_ydata(np.sin(x + i / 4))
        return line, other

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def steps_and_dashes() -> Animation:
    """Draw style, dash pattern, width and marker all change."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1, 2, 3], [0, 2, 1, 3], lw=2)

    def update(i):
        line.set_drawstyle(["default", "steps-pre", "steps-mid", "steps-post"][i % 4])
        line.set_linestyle(["-", "--", "-.", ":", (0, (i + 1, 2))][i % 5])
        line.set_linewidth(1 + i / 4)
        line.set_marker("osv*"[i % 4])
        return [line]

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def scatter_offsets() -> Animation:
    """Points that fly: set_offsets."""
    fig, ax = plt.subplots(figsize=SIZE)
    rng = np.random.default_rng(5)
    start, speed = rng.uniform(size=(30, 2)), rng.normal(scale=0.03, size=(30, 2))
    points = ax.scatter(*start.T, marker="o", alpha=0.7)

    return FuncAnimation(fig, lambda i: points.set_offsets(start + i * speed), frames=8)


@animation(frames=8, independent=True)
def scatter_sizes_and_colours() -> Animation:
    """Sizes, colours by value and edge widths change; the norm is settled when made."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.arange(12)
    points = ax.scatter(x, x % 5, c=x, s=20, edgecolors="k")

    def update(i):
        points.set_sizes(10 + 8 * ((x + i) % 8))
        points.set_array((x * (i + 1)) % 12)
        points.set_linewidths([0.3 * i])
        return (points,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def scatter_filled_by_update() -> Animation:
    """An empty scatter filled by the update: the norm's limits are those of the first data."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    points = ax.scatter([], [], c=[], s=40)

    def update(i):
        k = np.arange(i + 2)
        points.set_offsets(np.c_[k, k])
        points.set_array(k * (1.0 + i))
        return (points,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, drawing_matters=True)
def line_collection_lazy_norm() -> Animation:
    """A LineCollection gets an array and an unscaled norm at frame 2; drawing it scales it."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 1, 11)
    points = np.c_[x, np.sin(6 * x)]
    lines = LineCollection(np.stack([points[:-1], points[1:]], axis=1), lw=4)
    ax.add_collection(lines)
    ax.set(xlim=(0, 1), ylim=(-2, 2))

    def update(i):
        lines.set_segments(np.stack([points[:-1], points[1:]], axis=1) * (1, 1 - i / 10))
        if i >= 2:
            lines.set_array(np.arange(10) * (i + 1.0))
        if i == 2:
            lines.set_norm(Normalize())  # set_array alone would settle the limits at once

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def bars_set_height() -> Animation:
    """Bars that grow, the value over one of them, colours that change."""
    fig, ax = plt.subplots(figsize=SIZE)
    bars = ax.bar(range(6), [1] * 6, edgecolor="k")
    ax.set_ylim(0, 10)
    value = ax.text(0, 1, "", ha="center")

    def update(i):
        for k, bar in enumerate(bars):
            bar.set_height((3 * k + 2 * i) % 9 + 0.5)
            bar.set_facecolor(plt.cm.viridis((k + i) / 14))
        value.set(text=f"{bars[0].get_height():.1f}", y=bars[0].get_height())
        return [*bars, value]

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def bars_with_labels_sorted() -> Animation:
    """A bar chart race: widths, colours and tick labels move past each other."""
    fig, ax = plt.subplots(figsize=SIZE)
    names = np.array(["ash", "beech", "cedar", "date"])
    bars = ax.barh(names, np.ones(4))
    ax.set_xlim(0, 12)

    def update(i):
        values = np.array([i, 7 - i, 3 + i % 3, 5]) + 1.0
        order = values.argsort()
        for bar, k in zip(bars, order, strict=True):
            bar.set_width(values[k])
            bar.set_color(f"C{k}")
        ax.set_yticks(range(4), names[order])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def fill_between_redrawn() -> Animation:
    """The band is removed and filled again in every frame."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 50)
    ax.set_ylim(-2, 2)
    band = [ax.fill_between(x, -0.1, 0.1, alpha=0.5)]

    def update(i):
        band[0].remove()
        band[0] = ax.fill_between(x, np.sin(x + i / 3), np.sin(x) / 2, alpha=0.5, color="C1")
        return band

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def fill_between_in_place() -> Animation:
    """The band stays one artist: set_data where matplotlib has it (3.10), set_verts before."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 50)
    ax.set_ylim(-2, 2)
    band = ax.fill_between(x, np.sin(x), 0 * x, alpha=0.4)

    def update(i):
        low, high = 0.3 * np.cos(x + i), np.sin(x + i / 3)
        if hasattr(band, "set_data"):
            band.set_data(x, low, high)
        else:
            band.set_verts([np.r_[np.c_[x, low], np.c_[x, high][::-1]]])
        return (band,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, independent=True)
def histogram() -> Animation:
    """A histogram of ever more samples; heights are set."""
    fig, ax = plt.subplots(figsize=SIZE)
    samples = np.random.default_rng(2).normal(size=400)
    edges = np.linspace(-3, 3, 16)
    _, _, bars = ax.hist(samples, edges, lw=1, ec="y", fc="g", alpha=0.5)

    def update(i):
        counts, _ = np.histogram(samples[: 50 * (i + 1)], edges)
        for count, bar in zip(counts, bars.patches, strict=True):
            bar.set_height(count)
        return bars.patches

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def histogram_redrawn() -> Animation:
    """Step histograms drawn anew, old ones removed; autoscale does the rest."""
    fig, ax = plt.subplots(figsize=SIZE)
    rng = np.random.default_rng(11)
    kept = []

    def update(i):
        for artist in kept:
            artist.remove()
        kept[:] = ax.hist(rng.normal(size=50 * (i + 1)), 12, histtype="stepfilled", fc="C2")[2]
        ax.relim()
        ax.autoscale()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def errorbars() -> Animation:
    """An errorbar container: its line, caps and bars are set one by one."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.arange(5.0)
    line, (low_cap, high_cap), (bars,) = ax.errorbar(x, x, yerr=0.5, capsize=4, fmt="o")
    ax.set_ylim(-2, 7)

    def update(i):
        y, e = x + np.sin(x + i), 0.2 + 0.1 * i
        line.set_ydata(y)
        low_cap.set_ydata(y - e)
        high_cap.set_ydata(y + e)
        bars.set_segments([[(a, b - e), (a, b + e)] for a, b in zip(x, y, strict=True)])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def stems() -> Animation:
    """A stem container: marker line and stem lines move together."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 15)
    heads, sticks, _ = ax.stem(x, np.sin(x))
    ax.set_ylim(-1.5, 1.5)

    def update(i):
        y = np.sin(x + i / 3)
        heads.set_ydata(y)
        sticks.set_segments([[(a, 0), (a, b)] for a, b in zip(x, y, strict=True)])
        return heads, sticks

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6)
def violins_and_boxes() -> Animation:
    """Violin and box plots made anew after cla()."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    rng = np.random.default_rng(1)

    def update(i):
        data = [rng.normal(k, 1 + i / 5, 30) for k in range(3)]
        left.cla()
        left.violinplot(data)
        right.cla()
        right.boxplot(data)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, independent=True)
def pie_and_step_patches() -> Animation:
    """A pie redrawn, and a stairs patch given new data."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    stairs = right.stairs([1, 2, 3], fill=True)
    right.set_ylim(0, 8)

    def update(i):
        left.cla()
        left.pie([1 + i, 3, 2], labels=["a", "b", "c"], startangle=10 * i)
        stairs.set_data([1 + i % 4, 2 + i / 2, 7 - i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def events() -> Animation:
    """An event plot whose positions move."""
    fig, ax = plt.subplots(figsize=SIZE)
    rows = ax.eventplot([[1, 2, 4], [2, 3, 5]], colors=["C0", "C3"])
    ax.set_xlim(0, 15)

    def update(i):
        rows[0].set_positions([1 + i, 2 + i, 4 + i / 2])
        rows[1].set_linelength(0.2 + i / 10)
        return rows

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, rc={"agg.path.chunksize": 500, "path.simplify": False}, independent=True)
def thousands_of_segments() -> Animation:
    """A path of 3000 points, cut by Agg into chunks."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 1, 3000)
    (line,) = ax.plot(x, np.sin(300 * x), lw=0.5)

    return FuncAnimation(fig, lambda i: line.set_ydata(np.sin((300 + i) * x) * x), frames=6)


@animation(frames=8, independent=True)
def line_with_gaps() -> Animation:
    """NaN gaps wander through a line, masked points through another."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 60)
    (line,) = ax.plot(x, np.sin(x), "o-", ms=3)
    (masked,) = ax.plot(x, np.cos(x))

    def update(i):
        y = np.sin(x)
        y[5 * i : 5 * i + 4] = np.nan
        line.set_ydata(y)
        masked.set_ydata(np.ma.masked_greater(np.cos(x), 1 - i / 5))
        return line, masked

    return FuncAnimation(fig, update, frames=8)
