"""Where frames come from, and what an update remembers: histories, generators, chance."""

import random
import threading
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation

from .case import animation

SIZE = (3, 2)


@animation(frames=10, core=True)
def accumulating_lists() -> Animation:
    """Lists grow with every call."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 9), ylim=(-1, 1))
    x, y = [], []
    (line,) = ax.plot([], [], "o-")

    def update(i):
        x.append(i)
        y.append(np.sin(i))
        line.set_data(x, y)
        return (line,)

    return FuncAnimation(fig, update, frames=10, init_func=lambda: (line,), blit=True)


@animation(frames=8, core=True)
def local_random_walk() -> Animation:
    """A generator of random numbers belongs to the update."""
    fig, ax = plt.subplots(figsize=SIZE)
    rng = np.random.default_rng(42)
    at = np.zeros((10, 2))
    points = ax.scatter(*at.T)
    ax.set(xlim=(-5, 5), ylim=(-5, 5))

    def update(i):
        at[...] += rng.normal(size=at.shape)
        points.set_offsets(at)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True)
def global_numpy_random() -> Animation:
    """The update uses np.random itself."""
    fig, ax = plt.subplots(figsize=SIZE)
    np.random.seed(7)
    image = ax.imshow(np.random.rand(6, 9))

    return FuncAnimation(fig, lambda i: image.set_data(np.random.rand(6, 9)), frames=8)


@animation(frames=8, core=True)
def global_random() -> Animation:
    """Both the frames and the update use the random module."""
    fig, ax = plt.subplots(figsize=SIZE)
    random.seed(7)
    (dot,) = ax.plot([], [], "*", ms=15)
    ax.set(xlim=(0, 2), ylim=(0, 1))

    def frames():
        for _ in range(8):
            yield random.random()

    return FuncAnimation(
        fig, lambda x: dot.set_data([x + random.random()], [random.random()]), frames, save_count=8
    )


@animation(frames=6, independent=True)
def init_func_draws() -> Animation:
    """The init_func makes the artists that the update uses."""
    fig, ax = plt.subplots(figsize=SIZE)
    made = []

    def begin():
        made.extend(ax.plot([0, 1], [len(made), 1], "C3", lw=3))
        return made

    def update(i):
        made[0].set_xdata([i / 6, 1])
        made[0].set_linewidth(len(made) + i)
        return made

    return FuncAnimation(fig, update, frames=6, init_func=begin, blit=True)


@animation(frames=6, core=True)
def calls_counted() -> Animation:
    """Without init_func the first frame's update runs twice; the counter shows it."""
    fig, ax = plt.subplots(figsize=SIZE)
    label = ax.text(0.2, 0.4, "", fontsize=20)
    calls = []

    def update(i):
        calls.append(i)
        label.set_text(f"{i}: call {len(calls)}")

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, independent=True)
def blitted() -> Animation:
    """blit=True: the artists are animated, and drawn by z-order all the same."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x), lw=5, zorder=1)
    ax.plot(x, np.cos(x), lw=5)
    label = ax.text(3, 0, "")

    def update(i):
        line.set_ydata(np.sin(x + i))
        label.set_text(f"{i}")
        return label, line

    return FuncAnimation(fig, update, frames=8, init_func=lambda: (line, label), blit=True)


@animation(frames=6, core=True, independent=True)
def with_fargs() -> Animation:
    """Further arguments by fargs."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5])

    def update(i, line, scale):
        line.set_ydata([i, scale])
        return [line]

    return FuncAnimation(fig, update, frames=6, fargs=(line, 3.0))


@animation(frames=6, independent=True)
def with_partial() -> Animation:
    """Further arguments by functools.partial; and no repetition."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5])

    def update(i, *, line, scale):
        line.set_ydata([i, scale])

    return FuncAnimation(fig, partial(update, line=line, scale=2), frames=range(6), repeat=False)


@animation(frames=6)
def method_of_an_object() -> Animation:
    """The update is a bound method, the state its object's."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(0, 4), ylim=(0, 4))

    class Ball:
        def __init__(self, x, v):
            self.x, self.v = x, v
            (self.dot,) = ax.plot([x], [1], "o", ms=12)

        def step(self, i):
            self.x += self.v
            if not 0 < self.x < 4:
                self.v *= -1
            self.dot.set_xdata([self.x])
            return (self.dot,)

    return FuncAnimation(fig, Ball(1, 0.7).step, frames=6, blit=True)


# The object holds a started generator.
@animation(frames=6, travels=False)
def object_with_a_stream() -> Animation:
    """The update pulls its data out of a generator itself; the frame number means nothing."""
    fig, ax = plt.subplots(figsize=SIZE)

    class Swarm:
        def __init__(self):
            self.stream = self.data()
            self.points = ax.scatter(*next(self.stream).T)

        def data(self):
            rng, at = np.random.default_rng(0), np.zeros((20, 2))
            while True:
                at += rng.uniform(-0.02, 0.02, size=at.shape)
                yield at

        def update(self, _):
            self.points.set_offsets(next(self.stream))
            return (self.points,)

    return FuncAnimation(fig, Swarm().update, frames=6)


# A lock cannot be pickled.
@animation(frames=6, travels=False, independent=True)
def holds_a_lock() -> Animation:
    """The update holds something that cannot travel."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5])
    lock = threading.Lock()

    def update(i):
        with lock:
            line.set_ydata([i, 5 - i])

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def draws_by_itself() -> Animation:
    """The update asks for drawing: draw_idle and plt.draw, as many do without need."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5])

    def update(i):
        line.set_ydata([i, 5 - i])
        fig.canvas.draw_idle()
        plt.draw()

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def blits_by_hand() -> Animation:
    """The update draws, keeps a background and blits by hand on the figure's Agg canvas."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5], animated=True)

    def update(i):
        fig.canvas.draw()
        background = fig.canvas.copy_from_bbox(ax.bbox)
        line.set_ydata([i, 5 - i])
        fig.canvas.restore_region(background)
        ax.draw_artist(line)
        fig.canvas.blit(ax.bbox)
        return (line,)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def pyplot_state() -> Animation:
    """The update goes through pyplot's current figure and axes."""
    fig = plt.figure(figsize=SIZE)
    plt.subplot(1, 2, 1)
    plt.plot([0, 1], [0, 1])
    plt.subplot(1, 2, 2)

    def update(i):
        plt.title(f"frame {i}")
        plt.gca().set_xlim(0, i + 1)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def stops_itself() -> Animation:
    """The update reaches for the animation and its event source."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 5])
    me = []

    def update(i):
        line.set_ydata([i, 5 - i])
        if i == 4:
            me[0].event_source.stop()
            me[0].pause()

    me.append(FuncAnimation(fig, update, frames=6))
    return me[0]
