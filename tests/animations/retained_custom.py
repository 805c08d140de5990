"""Made to break retained drawing: artists, axes and figures of the user's own, and followers."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, ConnectionPatch
from matplotlib.projections import register_projection
from matplotlib.text import Text

from .case import animation

SIZE = (3, 2)


@animation(frames=8, independent=True)
def custom_artist() -> Animation:
    """An Artist with its own draw, which says when it is stale."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], lw=8)

    class Ruler(Artist):
        zorder = 1.5
        at = 0.5

        def move(self, at):
            self.at = at
            self.stale = True

        def draw(self, renderer):
            line = Line2D([self.at] * 2, [0, 1], color="r", lw=5, transform=self.axes.transAxes)
            line.set_figure(self.get_figure())
            line.draw(renderer)
            self.stale = False

    ruler = ax.add_artist(Ruler())

    return FuncAnimation(fig, lambda i: ruler.move(i / 8), frames=8)


@animation(frames=8, independent=True, in_place=True)
def custom_artist_that_lies() -> Animation:
    """The same artist looks at a list when drawn, and never says that it changed."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], lw=8)
    place = [0.5]

    class Ruler(Artist):
        zorder = 1.5

        def draw(self, renderer):
            line = Line2D(place * 2, [0, 1], color="r", lw=5, transform=self.axes.transAxes)
            line.set_figure(self.get_figure())
            line.draw(renderer)
            self.stale = False

    ax.add_artist(Ruler())

    def update(i):
        place[0] = i / 8
        line.set_ydata([0, 1 - i / 9])
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def line_with_its_own_label() -> Animation:
    """A Line2D subclass that draws a text beside itself (after matplotlib's gallery)."""
    fig, ax = plt.subplots(figsize=SIZE)

    class Labelled(Line2D):
        def __init__(self, *args, **kwargs):
            self.text = Text(0, 0, "")
            super().__init__(*args, **kwargs)

        def set_figure(self, figure):
            self.text.set_figure(figure)
            super().set_figure(figure)

        def set_transform(self, transform):
            self.text.set_transform(transform)
            super().set_transform(transform)

        def draw(self, renderer):
            super().draw(renderer)
            x, y = self.get_data()
            self.text.set(position=(x[-1], y[-1]), text=self.get_label())
            self.text.draw(renderer)

    line = Labelled([0, 0.5], [0, 0.5], label="end", lw=4)
    ax.add_line(line)

    def update(i):
        line.set_data([0, i / 8], [1 - i / 9, 0.5])
        line.set_label(f"end {i}")

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def custom_projection() -> Animation:
    """A registered subclass of Axes with its own draw, beside a plain one."""

    class Framed(Axes):
        name = "framepipe_framed"
        shade = 0.0

        def draw(self, renderer):
            self.patch.set_facecolor((1, 1 - self.shade, 1))
            super().draw(renderer)
            mark = Circle((0.5, 0.5), 0.3, transform=self.transAxes, fc="none", ec="k", lw=4)
            mark.set_figure(self.get_figure())
            mark.draw(renderer)

    register_projection(Framed)
    fig = plt.figure(figsize=SIZE)
    framed = fig.add_subplot(1, 2, 1, projection="framepipe_framed")
    (line,) = framed.plot([0, 1], [0, 1], lw=6)
    (other,) = fig.add_subplot(1, 2, 2).plot([0, 1], [0, 1])

    def update(i):
        framed.shade = i / 8
        framed.stale = True
        line.set_ydata([0, 1 - i / 8])
        other.set_ydata([i / 8, 0.5])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def axes_subclass_only_by_name() -> Animation:
    """A subclass of Axes that changes nothing about drawing."""

    class Mine(Axes):
        name = "framepipe_mine"

    register_projection(Mine)
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "framepipe_mine"})
    (line,) = ax.plot([0, 1], [0, 1])

    return FuncAnimation(fig, lambda i: line.set_ydata([0, 1 - i / 8]), frames=8)


@animation(frames=8, independent=True)
def draw_replaced_on_the_instance() -> Animation:
    """A plain Axes whose draw was wrapped on the instance: opening it up would miss that."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], lw=4)
    plain = ax.draw

    def draw(renderer):
        plain(renderer)
        mark = Circle((0.5, 0.5), 0.2, transform=ax.transAxes, fc="C1")
        mark.set_figure(fig)
        mark.draw(renderer)

    ax.draw = draw

    return FuncAnimation(fig, lambda i: line.set_ydata([i / 8, 1 - i / 8]), frames=8)


@animation(frames=8, independent=True)
def custom_figure() -> Animation:
    """A Figure subclass that draws a watermark over everything."""

    class Marked(Figure):
        def draw(self, renderer):
            super().draw(renderer)
            mark = Text(0.2, 0.4, "DRAFT", fontsize=30, alpha=0.4, transform=self.transFigure)
            mark.set_figure(self)
            mark.draw(renderer)

    fig = plt.figure(figsize=SIZE, FigureClass=Marked)
    (line,) = fig.add_subplot().plot([0, 1], [0, 1], lw=4)

    return FuncAnimation(fig, lambda i: line.set_ydata([i / 8, 1 - i / 8]), frames=8)


@animation(frames=8, independent=True, follows=True)
def connection_between_axes() -> Animation:
    """A ConnectionPatch of the figure joins data points of two axes; one's limits move."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    left.plot([0, 1], [0, 1], "o-")
    right.plot([0, 1], [0, 1], "o-")
    fig.add_artist(ConnectionPatch((1, 1), (0, 0), "data", axesA=left, axesB=right, color="r"))

    return FuncAnimation(fig, lambda i: right.set_xlim(-i / 4, 1), frames=8)


@animation(frames=8, independent=True)
def inset_in_an_inset() -> Animation:
    """Axes in axes in axes; the innermost line moves, then the middle one's place in z."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [0, 1], lw=8)
    middle = ax.inset_axes([0.3, 0.2, 0.6, 0.7])
    (line,) = middle.inset_axes([0.3, 0.3, 0.6, 0.6]).plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([i / 8, 1])
        middle.set_zorder(1 if i > 5 else 5)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def subfigure_artists() -> Animation:
    """A subfigure's own text and line move, over its still axes."""
    fig = plt.figure(figsize=SIZE)
    left, right = fig.subfigures(1, 2)
    left.subplots().plot([0, 1])
    right.subplots().plot([1, 0])
    words = left.text(0.3, 0.5, "words", fontsize=14)
    line = right.add_artist(Line2D([0, 1], [0, 1], color="r"))

    def update(i):
        words.set_y(i / 8)
        if i > 3:
            line.set_xdata([i / 8, 1])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def nothing_moves_for_a_while() -> Animation:
    """Whole frames without any change, then a little, then again none."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        if i // 2 != line.get_linewidth():
            line.set_linewidth(i // 2)

    return FuncAnimation(fig, update, frames=8, init_func=lambda: ())


@animation(frames=8)
def everything_at_once() -> Animation:
    """A little of everything in one figure, each at its own pace."""
    fig, axs = plt.subplots(2, 2, figsize=(3.6, 2.8))
    fig.subplots_adjust(hspace=0.5)
    x = np.linspace(0, 6, 30)
    (line,) = axs[0, 0].plot(x, np.sin(x), label="sine")
    axs[0, 0].legend(loc="upper right", fontsize=6)
    image = axs[0, 1].imshow(np.eye(6))
    bars = axs[1, 0].bar(range(4), [1, 2, 3, 4])
    words = axs[1, 1].text(0.1, 0.5, "")
    twin = axs[1, 1].twinx()

    def update(i):
        line.set_ydata(np.sin(x + i))
        image.set_data(np.roll(np.eye(6), i // 2, 0))
        bars[i % 4].set_height(i)
        words.set_text(f"{i // 3}")
        if i == 4:
            twin.set_ylim(0, 100)
            axs[1, 0].set_ylim(0, 8)
            fig.suptitle("four", zorder=-1)
        return [line]

    return FuncAnimation(fig, update, frames=8)
