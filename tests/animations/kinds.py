"""Animations other than FuncAnimation, and subclasses of it."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, ArtistAnimation, FuncAnimation, TimedAnimation
from matplotlib.lines import Line2D

from .case import animation

SIZE = (3, 2)


@animation(frames=6, independent=True)
def artists_by_frame() -> Animation:
    """ArtistAnimation: each frame shows images of its own."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:8, :12]
    shown = [[ax.imshow(np.sin(x + k) * y, animated=True)] for k in range(6)]

    return ArtistAnimation(fig, shown, interval=50, blit=True)


@animation(frames=7, core=True, independent=True)
def artists_shared_by_frames() -> Animation:
    """One artist in several frames, another in none, a frame that is empty, one twice."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 1], [1, 0], "k--")
    (common,) = ax.plot([0, 1], [0, 1], lw=4)
    words = [ax.text(0.2 + k / 10, 0.2, f"{k}", fontsize=20) for k in range(4)]
    shown = [[common, words[k]] for k in range(4)] + [[], [words[0], words[3]], [common]]

    return ArtistAnimation(fig, shown)


@animation(frames=5, independent=True)
def artists_of_many_axes() -> Animation:
    """Bars, contours, titles and figure texts, frame by frame, on two axes."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    y, x = np.mgrid[-1:1:9j, -1:1:9j]
    shown = []
    for k in range(5):
        bars = left.bar(range(3), [k + 1, 3, 5 - k], color=f"C{k}")
        field = right.contourf(x, y, x**2 + k * y, levels=4)
        heading = left.text(0, 5.4, f"step {k}")
        shown.append([*bars, field, heading, fig.text(0.8, 0.01 + k / 10, "note")])

    return ArtistAnimation(fig, shown, repeat_delay=1000)


@animation(frames=8, core=True)
def timed_subclass() -> Animation:
    """A TimedAnimation with its own _draw_frame, new_frame_seq and _init_draw."""

    class Subplots(TimedAnimation):
        def __init__(self):
            fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
            self.t = np.linspace(0, 6, 8)
            self.path = Line2D([], [], color="k")
            self.head = Line2D([], [], color="r", marker="o")
            left.add_line(self.path)
            left.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
            right.add_line(self.head)
            right.set(xlim=(0, 6), ylim=(-1, 1))
            super().__init__(fig, interval=50, blit=True)

        def _draw_frame(self, framedata):
            t = self.t[: framedata + 1]
            self.path.set_data(np.cos(t), np.sin(t))
            self.head.set_data(t[-1:], np.sin(t[-1:]))
            self._drawn_artists = [self.path, self.head]

        def new_frame_seq(self):
            return iter(range(self.t.size))

        def _init_draw(self):
            self.path.set_data([], [])
            self.head.set_data([], [])

    return Subplots()


@animation(frames=5, save={"fps": 5}, independent=True)
def bare_subclass() -> Animation:
    """A direct subclass of Animation: no interval, so the rate must be given."""

    class Bare(Animation):
        def __init__(self):
            fig, ax = plt.subplots(figsize=SIZE)
            (self.line,) = ax.plot([0, 1], [0, 4])
            super().__init__(fig, event_source=fig.canvas.new_timer(interval=20))

        def new_frame_seq(self):
            return iter("abcde")

        def _draw_frame(self, framedata):
            self.line.set_ydata([ord(framedata) - ord("a"), 2])
            self.line.axes.set_title(framedata)

    return Bare()


@animation(frames=6)
def func_subclass() -> Animation:
    """A FuncAnimation subclass that does things before and after each frame."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5])

    class Titled(FuncAnimation):
        drawn = 0

        def _draw_frame(self, framedata):
            super()._draw_frame(framedata)
            self.drawn += 1
            ax.set_title(f"{framedata}: {self.drawn}")

        def _pre_draw(self, framedata, blit):
            super()._pre_draw(framedata, blit)
            line.set_xdata([0, 1 + framedata / 10])

        def _post_draw(self, framedata, blit):
            super()._post_draw(framedata, blit)
            line.set_linewidth(1 + framedata)

    return Titled(fig, lambda i: line.set_ydata([i, 5 - i]), frames=6)


@animation(frames=4, independent=True)
def saved_sequence_of_its_own() -> Animation:
    """new_saved_frame_seq differs from new_frame_seq."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 9])

    class Chosen(FuncAnimation):
        def new_saved_frame_seq(self):
            return iter([3, 1, 4, 5])

    return Chosen(fig, lambda i: line.set_ydata([i, 3]), frames=9)
