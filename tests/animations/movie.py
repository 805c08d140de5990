"""What concerns the movie as a whole: sizes, dpi, colours of the figure, transparency, rate."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.figure import Figure

from .case import animation

SIZE = (3, 2)
CLEAR = {"transparent": True}


@animation(frames=6, core=True, save={"dpi": 71}, independent=True)
def odd_size() -> Animation:
    """213.71 × 144.13 pixels: neither whole nor even; h264 makes it so."""
    fig, ax = plt.subplots(figsize=(3.01, 2.03))
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, save={"dpi": 71}, transparent=True, independent=True)
def odd_size_kept() -> Animation:
    """The same odd size with a codec that keeps it."""
    fig, ax = plt.subplots(figsize=(3.01, 2.03))
    (line,) = ax.plot([0, 1], [0, 1])
    fig.patch.set_alpha(0.5)

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, core=True, save={"dpi": 200}, independent=True)
def fine_dpi() -> Animation:
    """A small figure at 200 dpi; markers, hatches and fonts scale."""
    fig, ax = plt.subplots(figsize=(1.5, 1))
    (line,) = ax.plot([0, 1], [0, 1], "o-")
    (bar,) = ax.bar([0.5], [0.5], 0.3, hatch="//", fc="none")

    def update(i):
        line.set_ydata([0, i / 5])
        bar.set_height(1 - i / 6)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, save={"dpi": None}, rc={"savefig.dpi": "figure"}, independent=True)
def dpi_of_the_figure() -> Animation:
    """No dpi given: the figure's own."""
    fig, ax = plt.subplots(figsize=SIZE, dpi=63)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, save={"dpi": None}, rc={"savefig.dpi": 90}, independent=True)
def dpi_of_savefig() -> Animation:
    """No dpi given: the one of rcParams, another than the figure's."""
    fig, ax = plt.subplots(figsize=SIZE, dpi=50)
    (line,) = ax.plot([0, 1], [0, 1], lw=4)

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, save={"dpi": "figure"}, independent=True)
def figure_dpi_changed() -> Animation:
    """dpi="figure", and the update changes the figure's dpi: the movie's stays."""
    fig, ax = plt.subplots(figsize=SIZE, dpi=70)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([0, i / 5])
        fig.set_dpi(70 + 5 * i)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, core=True, independent=True)
def figure_resized() -> Animation:
    """The update resizes the figure; every frame is put back to the first's size."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        fig.set_size_inches(3 + i / 4, 2 + i / 8)
        line.set_ydata([0, i / 5])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, rc={"savefig.bbox": "tight"}, independent=True)
def tight_bbox_in_rc() -> Animation:
    """savefig.bbox = "tight" must not apply to a movie."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(0.4, 0.4, 0.7, 0.7)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, core=True, save={"savefig_kwargs": CLEAR}, transparent=True, independent=True)
def transparent_background() -> Animation:
    """savefig's transparent=True: neither figure nor axes has a background."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], lw=5, alpha=0.5)
    inset = ax.inset_axes([0.6, 0.1, 0.3, 0.3])
    inset.plot([0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, transparent=True, independent=True)
def translucent_figure() -> Animation:
    """A figure whose colour has alpha, for a codec that keeps alpha."""
    fig, ax = plt.subplots(figsize=SIZE, facecolor=(1, 0.5, 0, 0.3))
    ax.set_facecolor((0, 0, 1, 0.2))
    (line,) = ax.plot([0, 1], [0, 1], lw=5)

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, core=True, independent=True)
def translucent_figure_on_white() -> Animation:
    """The same colour for an opaque format: composited on white."""
    fig, ax = plt.subplots(figsize=SIZE, facecolor=(1, 0.5, 0, 0.3))
    ax.set_facecolor("none")
    (line,) = ax.plot([0, 1], [0, 1], lw=5)

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=6, save={"savefig_kwargs": CLEAR}, independent=True)
def transparent_refused() -> Animation:
    """transparent=True for an opaque format: ignored."""
    fig, ax = plt.subplots(figsize=SIZE, facecolor="0.8")
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(
    frames=6,
    save={"savefig_kwargs": {"facecolor": (0, 0.4, 0, 0.5), "edgecolor": "r"}},
    independent=True,
)
def facecolour_given() -> Animation:
    """Colours given to savefig; the figure has an edge, so its colour shows."""
    fig, ax = plt.subplots(figsize=SIZE, linewidth=6, edgecolor="b")
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(
    frames=6, rc={"savefig.facecolor": "#ccddff80", "figure.facecolor": "r"}, independent=True
)
def facecolour_in_rc() -> Animation:
    """savefig.facecolor wins over the figure's own, which changes unseen."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        fig.set_facecolor(f"C{i}")
        line.set_ydata([0, i / 5])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def frameless_figure() -> Animation:
    """frameon=False: no figure patch at all; what lies below is white and clear."""
    fig = plt.figure(figsize=SIZE, frameon=False)
    ax = fig.add_axes((0.1, 0.1, 0.5, 0.8))
    ax.set_axis_off()
    image = ax.imshow(np.eye(5))

    return FuncAnimation(fig, lambda i: image.set_data(np.roll(np.eye(5), i, 1)), frames=6)


@animation(frames=6, core=True, independent=True)
def not_from_pyplot() -> Animation:
    """A bare Figure: its canvas is not Agg's, pyplot does not know it."""
    fig = Figure(figsize=SIZE)
    ax = fig.subplots()
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(
    frames=6,
    save={"fps": 12.5, "bitrate": 300, "metadata": {"title": "a = b; 'c'"}},
    independent=True,
)
def rate_and_metadata() -> Animation:
    """Options for the encoder."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 5]), frames=6)


@animation(frames=12, independent=True)
def odd_interval() -> Animation:
    """33 ms a frame: a rate that is no round number."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 9]), frames=12, interval=33)


@animation(frames=1, independent=True)
def one_frame() -> Animation:
    """A movie of a single frame."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([1, i]), frames=1)


@animation(
    frames=6,
    rc={"figure.facecolor": "k", "axes.facecolor": "0.2", "text.color": "w", "lines.linewidth": 4},
)
def styled_by_rc() -> Animation:
    """Colours and widths from rcParams, also for artists made by the update."""
    fig, ax = plt.subplots(figsize=SIZE)

    def update(i):
        ax.plot([0, 1], [i, 6 - i])
        ax.set_title(f"{i}")

    return FuncAnimation(fig, update, frames=6)
