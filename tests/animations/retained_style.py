"""Made to break retained drawing: how artists look, and whose pixels they touch."""

import matplotlib.patheffects as pe
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.colors import LogNorm, Normalize

from .case import animation

SIZE = (3, 2)


@animation(frames=8, independent=True)
def path_effects() -> Animation:
    """Strokes and shadows reach beyond the artist; they come, grow and go."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x), lw=3)
    words = ax.text(1, 0, "words", fontsize=16)
    ax.plot(x, np.cos(x), path_effects=[pe.SimpleLineShadow(), pe.Normal()])

    def update(i):
        line.set_path_effects([pe.Stroke(linewidth=3 + i, foreground="y"), pe.Normal()])
        words.set_path_effects([pe.withSimplePatchShadow()] if i % 2 else [])
        line.set_ydata(np.sin(x + i / 4))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def agg_filter() -> Animation:
    """A filter over the pixels of one artist, which change the place they are put."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [1, 0], lw=6)
    (line,) = ax.plot([0, 1], [0, 1], lw=6)

    def shadow(strength):
        def filtered(pixels, dpi):
            out = np.roll(pixels, 3, axis=0) * strength
            return out, dpi / 20, -dpi / 20

        return filtered

    def update(i):
        line.set_agg_filter(shadow(0.4 + i / 10))
        line.set_ydata([i / 10, 1])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def agg_filter_still() -> Animation:
    """A filtered artist stands still above one that moves, and below another."""
    fig, ax = plt.subplots(figsize=SIZE)
    (low,) = ax.plot([0, 1], [1, 0], lw=6)
    (fixed,) = ax.plot([0, 1], [0.4, 0.6], lw=9)
    fixed.set_agg_filter(lambda pixels, dpi: (pixels[::-1] * 0.7, 0, 0))
    (high,) = ax.plot([0, 1], [0, 1], lw=6)

    def update(i):
        low.set_ydata([1, i / 6])
        high.set_ydata([0, 1 - i / 6])
        return low, high

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, independent=True)
def sketch_params() -> Animation:
    """Wobbling lines: on one artist by set_sketch_params, on the axes' spine too."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])
    ax.plot([0, 1], [1, 0])[0].set_sketch_params(2, 50, 4)

    def update(i):
        line.set_sketch_params(1 + i / 2, 40, 2 + i)
        ax.spines.left.set_sketch_params(i, 30, 3)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, rc={"path.sketch": (1, 100, 2), "lines.linewidth": 2}, independent=True)
def everything_sketched() -> Animation:
    """A whole figure drawn by a shaky hand, as plt.xkcd does."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([i / 6, 1]), frames=6)


@animation(frames=8)
def norm_limits_changed() -> Animation:
    """Only norm.vmax is set: image and colour bar follow by its signal."""
    fig, ax = plt.subplots(figsize=SIZE)
    norm = Normalize(0, 12)
    image = ax.imshow(np.arange(12.0).reshape(3, 4), norm=norm)
    fig.colorbar(image)

    def update(i):
        if i > 1:
            norm.vmax = 12 + 3 * i

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def norm_and_cmap_replaced() -> Animation:
    """Another kind of norm at frame 3, another colormap at frame 5."""
    fig, ax = plt.subplots(figsize=SIZE)
    mesh = ax.pcolormesh(np.arange(1, 13.0).reshape(3, 4))
    fig.colorbar(mesh)

    def update(i):
        if i == 3:
            mesh.set_norm(LogNorm(1, 100))
        if i == 5:
            mesh.set_cmap("plasma")
        if i == 6:
            mesh.set_alpha(0.4)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def one_norm_for_two() -> Animation:
    """Two images share one norm; autoscale of the one changes the other."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    norm = Normalize(0, 12)
    data = np.arange(12.0).reshape(3, 4)
    first = left.imshow(data, norm=norm)
    right.imshow(data, norm=norm)

    def update(i):
        first.set_data(data * (1 + i))
        if i % 3 == 2:
            first.autoscale()
        return (first,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def dashes_and_gaps() -> Animation:
    """Dash patterns, gap colours, cap styles and antialiasing."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], lw=6, dashes=(4, 2))
    (other,) = ax.plot([0, 0.5, 1], [1, 0, 1], lw=6)

    def update(i):
        line.set_dashes((1 + i / 2, 2, 1, 2))
        line.set_gapcolor(["y", None][i % 2])
        line.set_dash_capstyle(["butt", "round"][i // 2 % 2])
        other.set_solid_joinstyle(["miter", "round", "bevel"][i % 3])
        other.set_antialiased(i % 2)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def snapping() -> Animation:
    """Snap on, off and automatic for a thin line and a box that move by less than a pixel."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    (line,) = ax.plot([1, 1], [1, 9], lw=1)
    (bar,) = ax.bar([5], [5], lw=1, ec="k")

    def update(i):
        line.set_xdata([1 + i / 80, 1 + i / 80])
        line.set_snap([True, False, None][i % 3])
        bar.set(x=4 + i / 90, snap=[None, False, True][i % 3])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def url_and_gid() -> Animation:
    """Changes that cannot be seen flag artists as stale, frame by frame; one line does move."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])
    (other,) = ax.plot([0, 1], [1, 0])

    def update(i):
        other.set_url(f"http://localhost/{i}")
        other.set_gid(f"line-{i}")
        other.set_picker(i % 2)
        other.set_label(f"{i}")
        line.set_ydata([i / 8, 1])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def spines_change() -> Animation:
    """Spines are moved, coloured, cut short and hidden."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([-1, 1], [-1, 1])

    def update(i):
        ax.spines.left.set_position(("data", -1 + i / 4))
        ax.spines.right.set_color(f"C{i}")
        ax.spines.top.set_visible(i % 2)
        ax.spines.bottom.set_bounds(-0.5, i / 8)
        ax.spines.bottom.set_linewidth(1 + i / 2)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def spine_moved_midway() -> Animation:
    """A spine, and with it an axis, is put elsewhere once, under a moving line."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([-1, 1], [-1, 1], lw=3)

    def update(i):
        line.set_ydata([-1 + i / 8, 1])
        if i == 4:
            ax.spines["bottom"].set_position("center")
            ax.xaxis.set_ticks_position("bottom")
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def axes_background_changes() -> Animation:
    """The axes' colour, hatch and alpha change below everything."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], lw=5, alpha=0.5)

    def update(i):
        ax.set_facecolor(plt.cm.viridis(i / 8))
        ax.patch.set_hatch("/" if i % 2 else None)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def figure_background_changes() -> Animation:
    """The figure's edge changes in the movie, its colour does not: save asks for that once."""
    fig, ax = plt.subplots(figsize=SIZE, edgecolor="r")
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        if i > 2:
            fig.set_facecolor(plt.cm.plasma(i / 8))
            fig.patch.set_linewidth(i)
        line.set_ydata([0, i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, transparent=True, independent=True)
def figure_background_changes_and_shows() -> Animation:
    """With a codec that keeps alpha (and matplotlib 3.10) the colour changes too."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.patch.set_alpha(0.3)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        fig.set_facecolor((1, i / 8, 0, 1 - i / 8))
        line.set_ydata([0, i])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def labels_from_a_legend() -> Animation:
    """A line's marker changes; its legend, made before, does not follow, a new one does."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], "o-", label="line")
    ax.legend(loc="upper left")

    def update(i):
        line.set_marker("osv*hDPX"[i])
        if i == 4:
            ax.legend(loc="upper left", title="new")

    return FuncAnimation(fig, update, frames=8)
