"""Where frames come from: generators, iterators, arrays, and other animations."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True)
def generator_function() -> Animation:
    """Frames from a generator function with state of its own."""
    fig, ax = plt.subplots(figsize=SIZE)
    (dot,) = ax.plot([0], [0], "o")
    ax.set(xlim=(0, 40), ylim=(0, 30))

    def fibonacci():
        a, b = 1, 1
        while True:
            yield a, b
            a, b = b, a + b

    return FuncAnimation(
        fig, lambda ab: dot.set_data([ab[0]], [ab[1]]), fibonacci, save_count=8, interval=40
    )


@animation(frames=7, core=True)
def generator_of_unknown_length() -> Animation:
    """A generator that ends by itself; nobody says when."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def halves():
        x = 1.0
        while x > 0.01:
            yield x
            x /= 2

    return FuncAnimation(fig, lambda x: line.set_ydata([x, 1 - x]), halves, cache_frame_data=False)


@animation(frames=6)
def generator_of_one_object() -> Animation:
    """The generator yields one array, changed in between: reading ahead spoils it."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot(np.zeros(10))
    ax.set_ylim(0, 6)

    def rows():
        row = np.zeros(10)
        for k in range(6):
            row[k:] += 1
            yield row

    return FuncAnimation(fig, lambda row: line.set_ydata(row), rows, cache_frame_data=False)


@animation(frames=5)
def generator_stopped_by_update() -> Animation:
    """The update tells the generator when to stop: the length comes from running both."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 7])
    seen = []

    def frames():
        k = 0
        while len(seen) < 6:  # the first frame's update runs once more, to begin with
            yield k
            k += 1

    def update(k):
        seen.append(k)
        line.set_ydata([k, len(seen)])

    return FuncAnimation(fig, update, frames, cache_frame_data=False)


# A started generator cannot be pickled.
@animation(frames=5, travels=False)
def generator_already_started() -> Animation:
    """A generator object that has given two values before."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 7])
    source = (k * k for k in range(7))
    next(source), next(source)

    return FuncAnimation(fig, lambda k: line.set_xdata([0, k]), source, cache_frame_data=False)


# A generator object cannot be pickled.
@animation(frames=5, travels=False)
def generator_object_once() -> Animation:
    """With repeat=False the initial draw takes the first value, and the movie lacks it."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 7])
    source = (k for k in range(6))

    return FuncAnimation(
        fig, lambda k: line.set_ydata([0, k]), source, repeat=False, cache_frame_data=False
    )


@animation(frames=6)
def iterator_with_save_count() -> Animation:
    """An iterator longer than save_count."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 9])

    return FuncAnimation(
        fig, lambda k: line.set_ydata([k, 9 - k]), iter(list(range(10))), save_count=6
    )


@animation(frames=6, independent=True)
def counting_for_ever() -> Animation:
    """frames=None counts from 0; save_count ends it."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 9])

    return FuncAnimation(fig, lambda k: line.set_ydata([k, 5]), frames=None, save_count=6)


@animation(frames=6, independent=True)
def list_of_arrays() -> Animation:
    """The frames are the data themselves."""
    fig, ax = plt.subplots(figsize=SIZE)
    data = [np.arange(5.0) * k for k in range(6)]
    (line,) = ax.plot(data[-1])

    return FuncAnimation(fig, line.set_ydata, data)


@animation(frames=6, independent=True)
def array_of_angles() -> Animation:
    """frames=np.linspace(…): an array, by name and not by number."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([-1, 1], [-1, 1])

    def update(angle):
        line.set_data([0, np.cos(angle)], [0, np.sin(angle)])
        return (line,)

    return FuncAnimation(fig, update, frames=np.linspace(0, 3, 6), blit=True)


@animation(frames=6, core=True)
def two_on_one_figure() -> tuple[Animation, list[Animation]]:
    """extra_anim: a second animation of the figure; the shorter one ends the movie."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    (line,) = left.plot([0, 1], [0, 8])
    calls = []

    def update(i):
        calls.append(i)
        line.set_ydata([i, len(calls)])

    def count(i):
        right.set_title(f"{i} of {len(calls)}")

    return FuncAnimation(fig, update, frames=8), [FuncAnimation(fig, count, frames=6)]


@animation(frames=6, independent=True)
def extra_of_another_figure() -> tuple[Animation, list[Animation]]:
    """An extra animation of another figure is not used at all, short as it is."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 8])
    other = plt.figure()
    extra = FuncAnimation(other, lambda i: line.set_color("r"), frames=2)
    extra._draw_was_started = True  # nobody ever draws it; matplotlib would warn

    return FuncAnimation(fig, lambda i: line.set_ydata([i, 2]), frames=6), [extra]
