"""Made to break retained drawing: changes that set no flag on any artist."""

import matplotlib as mpl
import matplotlib.patheffects as pe
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.colors import ListedColormap
from matplotlib.ticker import FuncFormatter, MultipleLocator
from matplotlib.transforms import Affine2D

from .case import animation

SIZE = (3, 2)


@animation(frames=8, independent=True, in_place=True)
def line_vertices_in_place() -> Animation:
    """line.get_path().vertices[...] = ..., and nothing returned."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x))

    def update(i):
        line.get_path().vertices[:, 1] = np.sin(x + i / 3)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def line_vertices_in_place_returned() -> Animation:
    """The same, but the update returns the line."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 40)
    (line,) = ax.plot(x, np.sin(x))

    def update(i):
        line.get_path().vertices[:, 1] = np.sin(x + i / 3)
        return [line]

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def polygon_vertices_in_place() -> Animation:
    """The vertices of a filled band, through get_paths()[0], and nothing returned."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 30)
    band = ax.fill_between(x, 0 * x - 1, np.sin(x))
    ax.set_ylim(-1, 2)
    start = band.get_paths()[0].vertices.copy()

    def update(i):
        band.get_paths()[0].vertices[:, 1] = start[:, 1] * (1 - i / 10)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def polygon_vertices_in_place_returned() -> Animation:
    """The same, but the update returns the band."""
    fig, ax = plt.subplots(figsize=SIZE)
    x = np.linspace(0, 6, 30)
    band = ax.fill_between(x, 0 * x - 1, np.sin(x))
    ax.set_ylim(-1, 2)
    start = band.get_paths()[0].vertices.copy()

    def update(i):
        band.get_paths()[0].vertices[:, 1] = start[:, 1] * (1 - i / 10)
        return (band,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, in_place=True)
def offsets_in_place() -> Animation:
    """scatter.get_offsets()[...] += ..., and nothing returned."""
    fig, ax = plt.subplots(figsize=SIZE)
    points = ax.scatter(np.arange(5.0), np.arange(5.0))
    ax.set(xlim=(0, 12), ylim=(0, 5))

    def update(i):
        points.get_offsets()[:, 0] += 0.7

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8)
def offsets_in_place_returned() -> Animation:
    """The same, but the update returns the points."""
    fig, ax = plt.subplots(figsize=SIZE)
    points = ax.scatter(np.arange(5.0), np.arange(5.0))
    ax.set(xlim=(0, 12), ylim=(0, 5))

    def update(i):
        points.get_offsets()[:, 0] += 0.7
        return (points,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=20, independent=True, in_place=True)
def in_place_late() -> Animation:
    """Nothing unusual until frame 13: a first check alone would not see it."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])
    points = ax.scatter([0.2, 0.8], [0.5, 0.5], s=80)

    def update(i):
        line.set_ydata([i / 20, 1])
        points.get_offsets()[:, 1] = 0.5 + max(0, i - 12) / 20
        return (line,)

    return FuncAnimation(fig, update, frames=20)


@animation(frames=8, independent=True, in_place=True)
def image_data_in_place() -> Animation:
    """image.get_array()[...] = ... (a Game of Life is often written so)."""
    fig, ax = plt.subplots(figsize=SIZE)
    image = ax.imshow(np.eye(8))

    def update(i):
        image.get_array()[...] = np.roll(np.eye(8), i, axis=1)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, in_place=True, drawing_matters=True)
def colours_in_place() -> Animation:
    """The array of a scatter's colours is written to."""
    fig, ax = plt.subplots(figsize=SIZE)
    points = ax.scatter(range(4), range(4), s=200, c=["r", "g", "b", "k"])

    def update(i):
        points.get_facecolor()[:, 3] = (np.arange(4) + i) % 8 / 7

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True, in_place=True)
def points_in_space_in_place() -> Animation:
    """scatter3d's _offsets3d assigned, as the answers on the web say: no flag."""
    fig, ax = plt.subplots(figsize=SIZE, subplot_kw={"projection": "3d"})
    x, y, z = np.random.default_rng(3).uniform(size=(3, 20))
    points = ax.scatter(x, y, z)

    def update(i):
        points._offsets3d = (x, y, z * i / 6)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, independent=True, in_place=True)
def transform_in_place() -> Animation:
    """The artist keeps its transform object, which is cleared and translated anew."""
    fig, ax = plt.subplots(figsize=SIZE)
    move = Affine2D()
    ax.plot([0, 1, 0.5, 0], [0, 0, 1, 0], transform=move + ax.transData)
    ax.set(xlim=(-1, 8), ylim=(-1, 3))

    def update(i):
        move.clear().rotate(i / 8).translate(i, 0)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def transform_in_place_returned() -> Animation:
    """The same for a whole collection, returned by the update; a still line lies over it."""
    fig, ax = plt.subplots(figsize=SIZE)
    move = Affine2D()
    bars = ax.bar(range(3), [1, 2, 3], zorder=0.5)
    ax.plot([-1, 8], [2, 0], lw=5)
    for bar in bars:
        bar.set_transform(move + ax.transData)

    def update(i):
        move.clear().translate(i, 0)
        return bars.patches

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def formatter_with_state() -> Animation:
    """Tick labels come from a function whose answer changes; the axis hears nothing."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1])
    unit = [1]
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x * unit[0]:.1f}"))

    def update(i):
        line.set_ydata([i / 8, 1])
        unit[0] = 1 + i // 3
        return (line,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def locator_in_place() -> Animation:
    """The locator is told another spacing; the axis hears nothing."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 12], [0, 1])
    locator = MultipleLocator(2)
    ax.xaxis.set_major_locator(locator)

    def update(i):
        line.set_ydata([i / 8, 1])
        locator.set_params(base=2 + i // 3)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def limits_in_place() -> Animation:
    """The view limits' own box is written to: no set_xlim, no callback, no flag."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.plot([0, 10], [0, 1])

    def update(i):
        ax.viewLim.intervalx = (0, 10 + i)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def rc_changed_by_update() -> Animation:
    """The minus sign of tick labels is looked up in rcParams when the labels are made."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([-1, 1], [-1, 1])

    def update(i):
        mpl.rcParams["axes.unicode_minus"] = i % 4 < 2
        line.set_ydata([-1, i / 8])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def colormap_in_place() -> Animation:
    """A colour of the colormap object itself is changed."""
    fig, ax = plt.subplots(figsize=SIZE)
    colours = ListedColormap(["r", "g", "b"])
    image = ax.imshow(np.arange(12).reshape(3, 4) % 3, cmap=colours)

    def update(i):
        image.cmap._init()
        image.cmap._lut[1] = (0, 1 - i / 8, i / 8, 1)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, in_place=True)
def path_effects_in_place() -> Animation:
    """The list of path effects grows."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 1], lw=3)
    effects = [pe.Normal()]
    line.set_path_effects(effects)

    def update(i):
        effects.insert(0, pe.Stroke(linewidth=4 + 3 * i, foreground=f"C{i}"))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True, in_place=True)
def flags_cleared_by_update() -> Animation:
    """The update draws after changing things, and so takes back every flag itself."""
    fig, ax = plt.subplots(figsize=SIZE)
    (line,) = ax.plot([0, 1], [0, 8])

    def update(i):
        line.set_ydata([i, 8 - i])
        fig.canvas.draw()

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def wrong_artist_returned() -> Animation:
    """The update returns artists that did not change, and not the one that did."""
    fig, ax = plt.subplots(figsize=SIZE)
    (still,) = ax.plot([0, 1], [1, 0])
    (moving,) = ax.plot([0, 1], [0, 1])

    def update(i):
        moving.set_ydata([i / 8, 1])
        return still, ax.title

    return FuncAnimation(fig, update, frames=8)
