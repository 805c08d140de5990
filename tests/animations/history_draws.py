"""A draw changes the figure; `Animation.save` makes two draws a frame, and both count."""

from itertools import count
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.layout_engine import LayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.ticker import FuncFormatter

from .case import animation

SIZE = (3, 2)


@animation(frames=10, history="draws")
def dots_fitted_after_a_draw() -> Animation:
    """A listener corrects the sizes for the next draw."""
    fig, ax = plt.subplots(figsize=SIZE)
    dots = ax.scatter([1, 2, 3], [1, 2, 3])

    def fit(event=None):
        a, b = ax.transData.transform([(0, 0), (0.4, 0)])[:, 0]
        dots.set_sizes([((b - a) * 72 / fig.dpi) ** 2])

    fig.canvas.mpl_connect("draw_event", fit)

    return FuncAnimation(fig, lambda i: ax.set_xlim(0, 4 + 0.3 * i), frames=10)


@animation(frames=8, history="draws")
def draws_counted() -> Animation:
    """A listener counts draws, and says so from the next one on."""
    fig, ax = plt.subplots(figsize=SIZE)
    drawn = count(1)
    fig.canvas.mpl_connect("draw_event", lambda event: ax.set_title(f"draw {next(drawn)}"))
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i]), frames=8)


@animation(frames=10, history="draws")
def categories_in_the_order_of_draws() -> Animation:
    """A name gets its number when it is first converted, which a draw does."""
    fig, ax = plt.subplots(figsize=SIZE)
    (under,) = ax.plot(["a", "b"], [0, 1], "o-", zorder=2)
    (over,) = ax.plot(["a", "b"], [1, 0], "s-", zorder=3)
    ax.set_xlim(-1, 12)

    def update(i):
        # The one that is drawn later is told first.
        over.set_xdata([f"x{i}", "a"])
        if i % 2:
            under.set_xdata([f"y{i}", "b"])

    return FuncAnimation(fig, update, frames=10)


@animation(frames=10, history="draws")
def second_scale_follows_autoscaling() -> Animation:
    """Limits are found in a draw, or when they are asked for; a listener sets the other axes'."""
    fig, ax = plt.subplots(figsize=SIZE)
    other = ax.twinx()
    (line,) = ax.plot([0, 1], [0, 1])

    def convert(ax):
        low, high = ax.get_ylim()
        other.set_ylim(low * 1.8 + 32, high * 1.8 + 32)

    ax.callbacks.connect("ylim_changed", convert)

    def update(i):
        line.set_ydata([0, (i * 7) % 10 + 1])
        ax.relim()
        ax.autoscale()

    return FuncAnimation(fig, update, frames=10)


@animation(frames=8, history="draws")
def line_that_ages_with_every_draw() -> Animation:
    """An artist of the user's own, whose `draw` changes it."""

    class Aging(Line2D):
        age = 0

        def draw(self, renderer):
            self.age += 1
            self.set_linewidth(1 + self.age / 3)
            super().draw(renderer)

    fig, ax = plt.subplots(figsize=SIZE)
    ax.add_line(Aging([0, 1], [0, 1]))
    (line,) = ax.plot([0, 1], [1, 0])

    return FuncAnimation(fig, lambda i: line.set_ydata([1, i / 8]), frames=8)


@animation(frames=8, history="draws")
def labels_numbered_by_calls() -> Animation:
    """A formatter with a memory."""
    fig, ax = plt.subplots(figsize=SIZE)
    calls = count()
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, position: f"{next(calls) % 97}"))
    (line,) = ax.plot([0, 1], [1, 0])

    return FuncAnimation(fig, lambda i: line.set_ydata([1, i / 8]), frames=8)


@animation(frames=8, history="draws")
def afterglow_by_a_filter() -> Animation:
    """An agg_filter mixes what it is given with what it was given before."""
    fig, ax = plt.subplots(figsize=SIZE)
    before: list[Any] = []

    def glow(image, dpi):
        mixed = image if not before or before[-1].shape != image.shape else (image + before[-1]) / 2
        before.append(image.copy())
        return mixed, 0, 0

    (line,) = ax.plot([0, 1], [0, 1], lw=6)
    line.set_agg_filter(glow)

    return FuncAnimation(fig, lambda i: line.set_ydata([0, i / 8]), frames=8)


@animation(frames=8, history="draws")
def stroke_that_widens() -> Animation:
    """A path effect with a memory."""

    class Widening(AbstractPathEffect):
        width = 1.0

        def draw_path(self, renderer, gc, tpath, affine, rgbFace=None):
            self.width += 0.25
            own = renderer.new_gc()
            own.copy_properties(gc)
            own.set_linewidth(self.width)
            renderer.draw_path(own, tpath, affine, rgbFace)
            own.restore()

    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], path_effects=[Widening()])
    (line,) = ax.plot([0, 1], [1, 0])

    return FuncAnimation(fig, lambda i: line.set_ydata([1, i / 8]), frames=8)


@animation(frames=10, history="draws")
def norm_that_tells_its_limits() -> Animation:
    """A norm finds its limits in a draw, and calls whoever wants to know."""
    fig, ax = plt.subplots(figsize=SIZE)
    mesh = ax.pcolormesh(np.arange(12.0).reshape(3, 4))
    told: list[str] = []
    said = ax.text(0.5, 0.5, "", color="w")
    mesh.norm.callbacks.connect("changed", lambda: told.append(f"{mesh.norm.vmax}"))

    def update(i):
        said.set_text(f"{len(told)}: {told[-1:]}")
        mesh.set_array(np.arange(12.0).reshape(3, 4) * (1 + i % 4))
        mesh.norm.vmin = mesh.norm.vmax = None

    return FuncAnimation(fig, update, frames=10)


@animation(frames=8, history="draws")
def layout_that_breathes() -> Animation:
    """A layout engine of the user's own, which goes a step further in every draw."""

    class Breathing(LayoutEngine):
        _adjust_compatible = True
        _colorbar_gridspec = True
        step = 0

        def execute(self, fig):
            self.step += 1
            fig.subplots_adjust(left=0.15 + 0.02 * (self.step % 7))

    fig, ax = plt.subplots(figsize=SIZE)
    fig.set_layout_engine(Breathing())
    (line,) = ax.plot([0, 1], [1, 0])

    return FuncAnimation(fig, lambda i: line.set_ydata([1, i / 8]), frames=8)


@animation(frames=8, history="draws")
def locator_with_a_memory() -> Animation:
    """Where the axes go is asked in every draw, and another answer is given each time."""
    fig, ax = plt.subplots(figsize=SIZE)
    inset = fig.add_axes((0.5, 0.5, 0.2, 0.2))
    calls = count()

    def locate(ax, renderer):
        box = inset.get_position(original=True)
        return box.translated(0.01 * (next(calls) % 20), 0)

    inset.set_axes_locator(locate)
    (line,) = ax.plot([0, 1], [1, 0])

    return FuncAnimation(fig, lambda i: line.set_ydata([1, i / 8]), frames=8)


@animation(frames=10, history="draws")
def trail_of_what_was_drawn() -> Animation:
    """A listener leaves a mark wherever the dot was when it was drawn."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 10), ylim=(0, 10))
    (dot,) = ax.plot([0], [5], "o")
    (trail,) = ax.plot([], [], "k.", ms=3)
    marks: list[tuple[float, float]] = []

    def drawn(event):
        marks.append((float(dot.get_xdata()[0]), len(marks) / 4))
        trail.set_data(*np.array(marks).T)

    fig.canvas.mpl_connect("draw_event", drawn)

    return FuncAnimation(fig, lambda i: dot.set_xdata([i]), frames=10)
