"""Axes of dates and of words, and ticks whose labels change."""

from datetime import date, timedelta

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def date_axis() -> Animation:
    """Dates on the x axis, limits that move along, the concise formatter's offset changes."""
    fig, ax = plt.subplots(figsize=SIZE)
    days = np.array([date(2023, 12, 1) + timedelta(days=k) for k in range(90)])
    ax.plot(days, np.sin(np.arange(90) / 5))
    locator = mdates.AutoDateLocator(maxticks=5)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))

    def update(i):
        ax.set_xlim(days[7 * i], days[7 * i + 20])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def categorical_axis() -> Animation:
    """Words on the x axis, and new words arrive."""
    fig, ax = plt.subplots(figsize=SIZE)

    def update(i):
        ax.bar(["one", "two", "three", "four", "five", "six", "seven", "eight"][i], i + 1)

    return FuncAnimation(fig, update, frames=8, init_func=lambda: ())


@animation(frames=6, independent=True)
def rotated_ticks() -> Animation:
    """Tick labels that turn, grow and are renamed."""
    fig, ax = plt.subplots(figsize=SIZE)
    fig.subplots_adjust(bottom=0.4)
    ax.set_xlim(-0.5, 3.5)

    def update(i):
        ax.set_xticks(range(4), [f"place {k + i}" for k in range(4)], rotation=15 * i)
        ax.tick_params(axis="y", labelsize=6 + i)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, independent=True)
def offset_text() -> Animation:
    """The multiplier at the axis' end (1e6) comes, goes and changes."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1, 2], [0, 2, 1])

    def update(i):
        line.set_ydata(np.array([0, 2, 1]) * 10.0**i + 1e5)
        ax.relim()
        ax.autoscale_view()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def one_tick_label_coloured() -> Animation:
    """Single ticks are reached into: a label's colour, a tick line's length."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])

    def update(i):
        line.set_ydata([i / 8, 1])
        if i % 2:
            ax.xaxis.get_major_ticks()[i // 2].label1.set_color("r")
            ax.get_yticklabels()[1].set_fontweight("bold")
            ax.get_xticklines()[2 * (i // 2)].set_markersize(12)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def colourbar_ticks() -> Animation:
    """A colour bar's label, ticks and limits change at times."""
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(np.arange(12.0).reshape(3, 4))
    bar = fig.colorbar(image, orientation="horizontal", extend="both")

    def update(i):
        if i == 2:
            bar.set_label("depth")
        elif i == 4:
            bar.set_ticks([0, 6, 11], labels=["a", "b", "c"])
        elif i == 6:
            bar.ax.set_xlim(2, 9)
        image.set_data(np.roll(np.arange(12.0), i).reshape(3, 4))

    return FuncAnimation(fig, update, frames=8)
