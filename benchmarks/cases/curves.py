"""Lines that move in plain 2D axes."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

from framepipe.demo import double_pendulum

INTERVAL = 1000 / 30


def pendulum(frames: int) -> FuncAnimation:
    """Double pendulum, 640x480: the classic example, two lines and a text in one axes."""
    return double_pendulum(frames)


def grid(frames: int) -> FuncAnimation:
    """3x3 grid of axes with a moving line in each, 1280x720."""
    fig, axs = plt.subplots(3, 3, figsize=(12.8, 7.2), dpi=100)
    x = np.linspace(0, 2 * np.pi, 200)
    lines = []
    for k, ax in enumerate(axs.flat, start=1):
        ax.set(xlim=(0, 2 * np.pi), ylim=(-1.1, 1.1), title=f"mode {k}")
        lines += ax.plot(x, np.sin(k * x))

    def update(i: int) -> list[Any]:
        for k, line in enumerate(lines, start=1):
            line.set_ydata(np.sin(k * x) * np.cos(0.05 * k * i))
        return lines

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def line_1080p(frames: int) -> FuncAnimation:
    """One line of 1000 points, 1920x1080."""
    fig, ax = plt.subplots(figsize=(19.2, 10.8), dpi=100)
    x = np.linspace(0, 10, 1000)
    ax.set(xlim=(0, 10), ylim=(-1.5, 1.5), xlabel="x", ylabel="displacement")
    (line,) = ax.plot(x, np.sin(x), lw=2)

    def update(i: int) -> tuple[Any, ...]:
        line.set_ydata(np.sin(3 * x - 0.1 * i) * np.exp(-((x - 5) ** 2) / 8))
        return (line,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def strip_chart(frames: int) -> FuncAnimation:
    """Signal that scrolls by under moving limits, so that every tick moves, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    t = np.arange(frames + 300) / 30
    signal = np.cumsum(np.random.default_rng(1).normal(size=t.size)) / 10
    ax.set(ylim=(signal.min() - 0.5, signal.max() + 0.5), xlabel="t (s)", ylabel="signal")
    ax.grid()
    (line,) = ax.plot([], [], lw=1)

    def update(i: int) -> tuple[Any, ...]:
        line.set_data(t[i : i + 300], signal[i : i + 300])
        ax.set_xlim(t[i], t[i + 299])
        return (line,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def cla(frames: int) -> FuncAnimation:
    """Axes cleared and plotted anew in every frame, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    x = np.linspace(0, 2 * np.pi, 200)

    def update(i: int) -> None:
        ax.cla()
        ax.plot(x, np.sin(x + 0.1 * i), label="sin")
        ax.plot(x, np.cos(x + 0.1 * i), label="cos")
        ax.set(ylim=(-1.1, 1.1), title=f"frame {i}")
        ax.legend(loc="upper right")

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def small(frames: int) -> FuncAnimation:
    """One line, 320x240, many frames."""
    fig, ax = plt.subplots(figsize=(3.2, 2.4), dpi=100)
    x = np.linspace(0, 2 * np.pi, 100)
    ax.set(xlim=(0, 2 * np.pi), ylim=(-1.1, 1.1))
    (line,) = ax.plot(x, np.sin(x))

    def update(i: int) -> tuple[Any, ...]:
        line.set_ydata(np.sin(x + 0.05 * i))
        return (line,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL, blit=True)


def title_and_limits(frames: int) -> FuncAnimation:
    """Line under a title that counts; every update sets the limits, as they are, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    x = np.linspace(0, 2 * np.pi, 200)
    (line,) = ax.plot(x, np.sin(x))

    def update(i: int) -> tuple[Any, ...]:
        line.set_ydata(np.sin(x + 0.1 * i))
        ax.set(xlim=(0, 2 * np.pi), ylim=(-1.1, 1.1))
        ax.set_title(f"t = {i / 30:.2f} s")
        return (line,)

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)


def log_dates_cla(frames: int) -> FuncAnimation:
    """Logarithmic plot against dates, cleared and plotted anew in every update, 640x480."""
    fig, ax = plt.subplots(figsize=(6.4, 4.8), dpi=100)
    days = np.datetime64("2024-01-01") + np.arange(200)

    def update(i: int) -> tuple[()]:
        ax.cla()
        ax.semilogy(days, np.exp(np.sin(np.arange(200) / 20 + 0.1 * i)))
        ax.set_ylim(0.1, 10)
        return ()

    return FuncAnimation(fig, update, frames=frames, interval=INTERVAL)
