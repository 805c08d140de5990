"""Made to break retained drawing: what lies over what, what shows, what clips."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patches as mpatches
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox, TransformedBbox

from .case import animation

SIZE = (3, 2)


def lines_of(ax, count=4):
    """Thick crossing lines, so that their order shows."""
    return [ax.plot([0, 1], [k / count, 1 - k / count], lw=8)[0] for k in range(count)]


@animation(frames=8, independent=True)
def zorder_changes() -> Animation:
    """Still artists change places in z."""
    fig, ax = plt.subplots(figsize=SIZE)
    lines = lines_of(ax)

    def update(i):
        for k, line in enumerate(lines):
            line.set_zorder(2 + (k + i) % 4)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def moved_under_another() -> Animation:
    """A moving disc dives under a still one at frame 4, and under the grid at frame 6."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 8), ylim=(0, 4), axisbelow=False)
    ax.grid(lw=3)
    disc = ax.add_patch(mpatches.Circle((1, 2), 1.2, fc="C1", zorder=5))
    ax.add_patch(mpatches.Circle((4, 2), 1.2, fc="C0", zorder=3))

    def update(i):
        disc.center = 1 + i, 2
        if i in (4, 6):
            disc.set_zorder(2 if i == 4 else -1)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def alpha_changes() -> Animation:
    """The lowest artist fades; everything above it is blended anew."""
    fig, ax = plt.subplots(figsize=SIZE)
    lines = lines_of(ax)
    for line in lines:
        line.set_alpha(0.6)

    return FuncAnimation(fig, lambda i: lines[0].set_alpha(0.1 + i / 8), frames=8)


@animation(frames=8, independent=True)
def visibility_toggles() -> Animation:
    """Artists, the grid, the frame and the whole axes appear and disappear."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    lines = lines_of(left)
    right.plot([0, 1])

    def update(i):
        lines[1].set_visible(i % 2)
        lines[2].set_visible(i < 3)
        left.set_frame_on(i != 5)
        right.set_visible(i not in (2, 3))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def added_and_removed() -> Animation:
    """Lines come and go, between others and at the end of the list."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    lines = lines_of(ax)

    def update(i):
        if i % 3 == 2:
            lines.pop(1).remove()
        else:
            lines.extend(ax.plot([i / 8, 1], [0, i / 8], lw=5, zorder=1.5 + i % 2))

    return FuncAnimation(fig, update, frames=8, init_func=lambda: ())


@animation(frames=8)
def removed_and_added_again() -> Animation:
    """The very same artist is taken out and put back, above the others now."""
    fig, ax = plt.subplots(figsize=SIZE)
    first, *_ = lines_of(ax)

    def update(i):
        if i == 3:
            first.remove()
        elif i == 5:
            ax.add_line(first)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def clip_path_set_and_changed() -> Animation:
    """An image gets a clip path at frame 2, another at 4, none at 6."""
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(np.arange(20.0).reshape(4, 5))
    (line,) = ax.plot([0, 4], [0, 3], lw=10)

    def update(i):
        if i in (2, 4):
            image.set_clip_path(mpatches.Circle((2, 1.5), i / 3, transform=ax.transData))
            line.set_clip_path(mpatches.Rectangle((1, 0), i / 2, 9, transform=ax.transData))
        elif i == 6:
            image.set_clip_path(None)
            line.set_clip_on(False)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, follows=True, independent=True)
def clip_path_of_a_moving_patch() -> Animation:
    """The image stands still; the patch that clips it moves, and only the patch is flagged."""
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(np.arange(20.0).reshape(4, 5))
    corners = np.array([[0, 0], [2, 0], [1, 3]])
    hole = ax.add_patch(mpatches.Polygon(corners, fc="none", ec="r"))
    image.set_clip_path(hole)

    def update(i):
        hole.set_xy(corners + np.array([i / 4, i / 10]))
        return (hole,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def clip_box_changes() -> Animation:
    """set_clip_box, in pixels and in axes units."""
    fig, ax = plt.subplots(figsize=SIZE)
    lines = lines_of(ax)

    def update(i):
        part = Bbox.from_bounds(0, 0, 0.2 + i / 10, 0.5)
        lines[0].set_clip_box(TransformedBbox(part, ax.transAxes))
        lines[1].set_clip_box(Bbox.from_extents(0, 0, 60 + 20 * i, 200))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def two_images_one_moving() -> Animation:
    """Two half transparent images over each other; the lower one moves."""
    fig, ax = plt.subplots(figsize=SIZE)
    data = np.arange(30.0).reshape(5, 6)
    low = ax.imshow(data, alpha=0.7)
    ax.imshow(data.T, alpha=0.5, cmap="gray", extent=(0, 5, 0, 4))
    ax.set(xlim=(-1, 8), ylim=(-1, 6))

    def update(i):
        low.set_extent((i / 4, 5 + i / 4, 0, 4))
        return (low,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def images_composited() -> Animation:
    """Compositing forced: neighbouring images are joined before they are drawn."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.suppressComposite = False
    data = np.arange(30.0).reshape(5, 6)
    ax.imshow(data, alpha=0.7)
    upper = ax.imshow(data.T, alpha=0.5, cmap="gray", extent=(0, 5, 0, 4))
    (line,) = ax.plot([0, 5], [0, 4], "r", zorder=0.5)
    ax.set(xlim=(-1, 8), ylim=(-1, 6))

    def update(i):
        upper.set_data(np.roll(data.T, i))
        line.set_ydata([i / 2, 4])
        line.set_zorder(-1 if i > 5 else 0.5)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def animated_artists() -> Animation:
    """set_animated(True) by hand: left out of plain draws, but not of a movie."""
    fig, ax = plt.subplots(figsize=SIZE)
    still, moving, *_ = lines_of(ax)
    still.set_animated(True)
    moving.set_animated(True)

    return FuncAnimation(fig, lambda i: moving.set_ydata([i / 8, 0.5]), frames=8)


@animation(frames=8, independent=True)
def axisbelow_changes() -> Animation:
    """Ticks and grid go under, between and over; a line below them moves."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.grid(lw=4)
    ax.bar([0.2, 0.6], [0.5, 0.9], 0.2)
    (line,) = ax.plot([0, 1], [0, 1], lw=6, zorder=0.2)

    def update(i):
        ax.set_axisbelow([True, "line", False][i % 3])
        line.set_ydata([i / 8, 1])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def line_under_the_axis() -> Animation:
    """A line whose z-order lies below the axis and the patches moves; all above stands still."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.add_patch(mpatches.Rectangle((0.3, 0.2), 0.4, 0.6, alpha=0.5))
    ax.grid(lw=2)
    ax.tick_params(direction="inout", length=20)
    (line,) = ax.plot([0, 1], [0, 1], lw=8, zorder=-2)

    def update(i):
        line.set_ydata([i / 8, 1 - i / 8])
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def axes_change_places() -> Animation:
    """Two axes overlap; their z-order, position and patch change."""
    fig = plt.figure(figsize=SIZE)
    back = fig.add_axes((0.1, 0.15, 0.6, 0.6))
    front = fig.add_axes((0.4, 0.4, 0.5, 0.5))
    back.plot([0, 1], lw=5)
    front.plot([1, 0], lw=5)

    def update(i):
        back.set_zorder(1 if i in (2, 3) else 0)
        front.patch.set_visible(i < 5)
        if i > 5:
            front.set_position([0.4 - i / 40, 0.4, 0.5, 0.5])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def figure_level_artists() -> Animation:
    """A line and a patch of the figure itself, over and under the axes."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.patch.set_alpha(0.5)
    over = fig.add_artist(Line2D([0, 1], [0, 1], color="r", lw=3))
    under = mpatches.Circle((0.3, 0.3), 0.2, transform=fig.transFigure, zorder=-1)
    fig.add_artist(under)
    (line,) = ax.plot([0, 1], [1, 0], lw=4)

    def update(i):
        over.set_ydata([i / 8, 1])
        if i % 2:
            under.center = 0.3 + i / 16, 0.3
        line.set_ydata([1 - i / 10, 0])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def figure_image() -> Animation:
    """figimage: an image of the figure, placed in pixels, behind a half transparent axes."""
    fig, ax = plt.subplots(figsize=SIZE)
    image = fig.figimage(np.arange(2400.0).reshape(40, 60), 20, 20)
    ax.patch.set_alpha(0.5)

    def update(i):
        image.set_data(np.roll(np.arange(2400.0).reshape(40, 60), 10 * i))
        image.ox = 20 + 10 * i

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def rasterization_zorder() -> Animation:
    """Rasterized artists, by flag and by z-order; Agg draws them as ever."""
    fig, ax = plt.subplots(figsize=SIZE)
    lines = lines_of(ax)
    lines[1].set_rasterized(True)

    def update(i):
        ax.set_rasterization_zorder(i / 2 if i % 2 else None)
        lines[1].set_ydata([i / 8, 1])
        lines[2].set_rasterized(i > 4)

    return FuncAnimation(fig, update, frames=8)
