"""Layout engines, and layouts changed by hand."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation

from .case import animation

SIZE = (3, 2)


@animation(frames=6, core=True, drawing_matters=True, two_draws=True)
def constrained_label_grows() -> Animation:
    """Constrained layout: the axes gives way to a label that grows."""
    fig, ax = plt.subplots(figsize=SIZE, layout="constrained")
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        ax.set_ylabel("\n".join(["label"] * (1 + i // 2)))
        line.set_ydata([0, 1 - i / 6])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def constrained_still() -> Animation:
    """Constrained layout in which nothing that counts ever changes."""
    fig, axs = plt.subplots(1, 2, figsize=SIZE, layout="constrained")
    axs[0].set_xlabel("time")
    axs[1].set_title("other")
    (line,) = axs[0].plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([i / 6, 1 - i / 6])
        return (line,)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, two_draws=True)
def constrained_colourbar() -> Animation:
    """Constrained layout, a colour bar, a heading and a legend outside."""
    fig, ax = plt.subplots(figsize=SIZE, layout="constrained")
    y, x = np.mgrid[:6, :8]
    mesh = ax.pcolormesh(x, y, np.ones((5, 7)), vmin=0, vmax=3)
    fig.colorbar(mesh)
    (line,) = ax.plot([0, 7], [0, 5], "w", label="way")
    fig.suptitle("heading")
    legend = fig.legend(loc="outside lower center", fontsize=7)

    def update(i):
        mesh.set_array((x + y + i)[:-1, :-1] % 4.0)
        mesh.set_clim(0, 3 * 10 ** (i // 2))
        line.set_ydata([0, 5 - i])
        legend.get_texts()[0].set_text("way" + "!" * i)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, core=True, drawing_matters=True, two_draws=True)
def tight_engine() -> Animation:
    """The tight layout engine, with tick labels whose width changes."""
    fig, ax = plt.subplots(figsize=SIZE, layout="tight")
    (line,) = ax.plot([0, 1, 2], [0, 1, 0])

    def update(i):
        line.set_ydata(np.array([0, 1, 0]) * 10.0**i)
        ax.set_ylim(0, 10.0**i)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def compressed_layout() -> Animation:
    """Compressed layout of images with equal aspect, and a title that wraps them tighter."""
    fig, axs = plt.subplots(1, 2, figsize=SIZE, layout="compressed")
    images = [ax.imshow(np.arange(12.0).reshape(3, 4)) for ax in axs]

    def update(i):
        images[0].set_data(np.arange(12.0).reshape(3, 4) * (i % 2))
        axs[1].set_title("two\nlines" if i > 3 else "one")

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6)
def tight_layout_called() -> Animation:
    """fig.tight_layout() called by the update."""
    fig, ax = plt.subplots(figsize=SIZE)

    def update(i):
        ax.set_xlabel("x", fontsize=8 + 3 * i)
        fig.tight_layout()

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def subplots_adjusted() -> Animation:
    """Margins moved by subplots_adjust, and one axes put elsewhere by hand."""
    fig, axs = plt.subplots(1, 2, figsize=SIZE)
    axs[0].plot([0, 1], [0, 1])

    def update(i):
        fig.subplots_adjust(left=0.1 + i / 40, wspace=0.2 + i / 10)
        if i > 3:
            axs[1].set_position([0.6, 0.3, 0.2 + i / 30, 0.5])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, drawing_matters=True, two_draws=True)
def engine_changed_midway() -> Animation:
    """A layout engine is switched on at frame 2 and off at frame 4."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])
    ax.set_ylabel("a rather\ntall label")

    def update(i):
        line.set_ydata([0, 1 + i])
        if i in (2, 4):
            fig.set_layout_engine("constrained" if i == 2 else "none")

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def aligned_labels() -> Animation:
    """Labels aligned over two axes: the one moves when the other's ticks widen."""
    fig, axs = plt.subplots(2, 1, figsize=SIZE)
    fig.subplots_adjust(left=0.35)
    for ax in axs:
        ax.set_ylabel("y")
    fig.align_ylabels()

    return FuncAnimation(fig, lambda i: axs[0].set_ylim(0, 10.0**i), frames=6)


@animation(frames=6, independent=True)
def constrained_subfigures() -> Animation:
    """Constrained layout through subfigures, one label growing."""
    fig = plt.figure(figsize=SIZE, layout="constrained")
    left, right = fig.subfigures(1, 2)
    ax, other = left.subplots(), right.subplots()
    (line,) = other.plot([0, 1], [0, 1])

    def update(i):
        ax.set_ylabel("ab\n" * (i // 2) + "c")
        line.set_ydata([0, 1 - i / 6])

    return FuncAnimation(fig, update, frames=6)
