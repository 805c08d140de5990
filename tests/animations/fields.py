"""Images, meshes, contours and fields of arrows."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.colors import Normalize
from matplotlib.image import NonUniformImage
from matplotlib.tri import Triangulation

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def imshow_set_data() -> Animation:
    """An image given new data, with fixed limits."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:20, :30]
    image = ax.imshow(np.sin(x / 3) * np.cos(y / 3), vmin=-1, vmax=1)

    def update(i):
        image.set_data(np.sin(x / 3 + i) * np.cos(y / 3))
        return (image,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, drawing_matters=True)
def imshow_lazy_norm() -> Animation:
    """The norm has no limits until the first draw, and then keeps them while the data grow."""
    fig, ax = plt.subplots(figsize=SIZE)
    data = np.arange(30.0).reshape(5, 6)
    image = ax.imshow(data)
    image.set_norm(Normalize())

    return FuncAnimation(fig, lambda i: image.set_data(data * (1 + i / 4)), frames=8)


@animation(frames=8, drawing_matters=True)
def imshow_norm_replaced_midway() -> Animation:
    """A new, unscaled norm at frame 3: what it shows later is settled when frame 3 is drawn."""
    fig, ax = plt.subplots(figsize=SIZE)
    data = np.arange(30.0).reshape(5, 6)
    image = ax.imshow(data)

    def update(i):
        image.set_data(data * (1 + i / 4))
        if i == 3:
            image.set_norm(Normalize())
        return (image,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def imshow_kinds() -> Animation:
    """RGBA data, an alpha array, interpolation and extent, all changing."""
    fig, axs = plt.subplots(2, 2, figsize=SIZE)
    y, x = np.mgrid[:1:12j, :1:16j]
    rgba = axs[0, 0].imshow(np.dstack([x, y, x * 0, x * 0 + 1]))
    alpha = axs[0, 1].imshow(x, alpha=y, aspect="auto")
    smooth = axs[1, 0].imshow(x * y, interpolation="nearest")
    moving = axs[1, 1].imshow(x, extent=(0, 1, 0, 1), cmap="gray")
    axs[1, 1].set(xlim=(0, 3), ylim=(0, 2))

    def update(i):
        rgba.set_data(np.dstack([x, y, x * 0 + i / 8, np.full_like(x, 1 - i / 10)]))
        alpha.set_alpha(np.roll(y, i, axis=0))
        smooth.set_interpolation(["nearest", "bilinear", "bicubic", "hanning"][i % 4])
        moving.set_extent((i / 5, 1 + i / 4, 0, 1 + i / 8))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def matrix_and_spy() -> Animation:
    """matshow puts its ticks on top; spy as markers."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    square = np.arange(36.0).reshape(6, 6)
    shown = left.matshow(square)
    dots = right.spy(square % 3, marker="o", ms=4)

    def update(i):
        shown.set_data(np.roll(square, i))
        dots.set_data(*np.nonzero(np.roll(square, i) % 3)[::-1])

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def nonuniform_image() -> Animation:
    """An image with uneven pixels."""
    fig, ax = plt.subplots(figsize=SIZE)
    x, y = np.linspace(0, 2, 9) ** 2, np.linspace(0, 4, 7)
    image = NonUniformImage(ax, extent=(0, 4, 0, 4), cmap="Purples")
    image.set_data(x, y, np.hypot(*np.meshgrid(x, y)))
    image.set_clim(0, 6)
    ax.add_image(image)
    ax.set(xlim=(0, 4), ylim=(0, 4))

    def update(i):
        image.set_data(x, y, np.hypot(*np.meshgrid(x - i / 2, y)))

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, core=True, independent=True)
def pcolormesh_set_array() -> Animation:
    """A quad mesh given new values."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[0:3:16j, 0:3:21j]
    mesh = ax.pcolormesh(x, y, np.sin(x * y)[:-1, :-1], vmin=-1, vmax=1)

    def update(i):
        mesh.set_array(np.sin(x * y + i / 2)[:-1, :-1])
        return (mesh,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6, independent=True)
def gouraud_shading() -> Animation:
    """Smoothly shaded quads and triangles."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    y, x = np.mgrid[0:3:7j, 0:3:9j]
    mesh = left.pcolormesh(x, y, np.sin(x * y), shading="gouraud")
    grid = Triangulation(x.ravel(), y.ravel())
    triangles = right.tripcolor(grid, np.cos(x * y).ravel(), shading="gouraud")

    def update(i):
        mesh.set_array(np.sin(x * y + i / 2))
        triangles.set_array(np.cos(x * y + i / 2).ravel())
        return mesh, triangles

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def tripcolor_flat() -> Animation:
    """Flat triangles with edges, and a triplot over them."""
    fig, ax = plt.subplots(figsize=SIZE)
    x, y = np.random.default_rng(4).uniform(size=(2, 25))
    triangles = ax.tripcolor(x, y, x, edgecolors="w")
    ax.triplot(x, y, "k.-", lw=0.3)

    return FuncAnimation(fig, lambda i: triangles.set_clim(0, 0.3 + i / 6), frames=6)


@animation(frames=6, core=True, independent=True)
def contour_redrawn() -> Animation:
    """Contour lines and their labels removed and drawn anew."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[-2:2:20j, -2:2:25j]
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    shown = []

    def update(i):
        while shown:
            shown.pop().remove()  # its labels go with it
        shown.append(ax.contour(x, y, np.exp(-(x**2) - y**2) + x * i / 20, levels=6))
        ax.clabel(shown[0], fontsize=6)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6, independent=True)
def contourf_redrawn() -> Animation:
    """Filled contours removed and drawn anew, returned to the animation."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[-2:2:20j, -2:2:25j]
    ax.plot([-2, 2], [-1, 1], "w", zorder=5)
    shown = []

    def update(i):
        while shown:
            shown.pop().remove()
        shown.append(ax.contourf(x, y, np.sin(x + i / 2) * y, levels=5, cmap="coolwarm"))
        return shown

    return FuncAnimation(fig, update, frames=6)


@animation(frames=8, core=True, drawing_matters=True)
def quiver_from_the_start() -> Animation:
    """No scale and no width given: quiver settles both when first drawn."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:4, :6]
    arrows = ax.quiver(x, y, np.ones_like(x), np.ones_like(x))

    def update(i):
        arrows.set_UVC((1 + i) * np.cos(x + i), (1 + i / 2) * np.sin(y + i))
        return (arrows,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, core=True, drawing_matters=True)
def quiver_added_at_frame_3() -> Animation:
    """The quiver appears at frame 3, is scaled by that frame's arrows, and its arrows grow."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(-1, 6), ylim=(-1, 4))
    (dot,) = ax.plot([0], [0], "ro")
    y, x = np.mgrid[:4, :6]
    arrows = []

    def update(i):
        dot.set_data([i / 2], [i / 3])
        if i == 3:
            arrows.append(ax.quiver(x, y, np.cos(x), np.sin(y)))
        elif i > 3:
            arrows[0].set_UVC(i * np.cos(x), i * np.sin(y))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, drawing_matters=True)
def quiver_with_key() -> Animation:
    """A quiver, its key, and colours by length."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:4, :5]
    arrows = ax.quiver(x, y, x + 1.0, y + 1.0, np.hypot(x, y))
    ax.quiverkey(arrows, 0.75, 0.93, 2, "2 m/s", coordinates="figure", labelpos="E")

    def update(i):
        u, v = (x + 1) * np.cos(i / 3), (y + 1) * np.sin(i / 3)
        arrows.set_UVC(u * (1 + i / 4), v, np.hypot(u, v))

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def quiver_with_offsets() -> Animation:
    """A quiver in data units, with everything given, that also moves."""
    fig, ax = plt.subplots(figsize=SIZE)
    ax.set(xlim=(-2, 8), ylim=(-2, 6))
    arrows = ax.quiver([0], [0], [1], [1], angles="xy", scale_units="xy", scale=1, width=0.02)

    def update(i):
        arrows.set_offsets([[i / 2, i / 3]])
        arrows.set_UVC([np.cos(i)], [np.sin(i)])
        return (arrows,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def wind_barbs() -> Animation:
    """Barbs that turn and freshen."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:3, :4]
    barbs = ax.barbs(x, y, 10.0 * x, 10.0 * y, length=6)
    ax.margins(0.3)

    def update(i):
        barbs.set_UVC(10 * x + 5 * i, 10 * y - 6 * i)
        return (barbs,)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=6)
def streamplot_redrawn() -> Animation:
    """Stream lines: the collection and every arrow head are removed and drawn anew."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[-2:2:12j, -2:2:12j]
    ax.set(xlim=(-2, 2), ylim=(-2, 2))

    def update(i):
        for artist in [*ax.collections, *ax.patches]:
            artist.remove()
        ax.streamplot(x, y, -1 - x**2 + y, 1 + x - y**2 + i / 2, density=0.4, linewidth=1)

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6)
def hexbin_replot() -> Animation:
    """Hexagons counted anew, the old ones removed."""
    fig, ax = plt.subplots(figsize=SIZE)
    rng = np.random.default_rng(9)
    bins = []

    def update(i):
        for old in bins:
            old.remove()
        x, y = rng.normal(size=(2, 200))
        bins[:] = [ax.hexbin(x, y + x * i / 4, gridsize=10, extent=(-3, 3, -3, 3))]

    return FuncAnimation(fig, update, frames=6)


@animation(frames=6)
def histogram_2d() -> Animation:
    """A 2D histogram accumulating samples, its colour limits following."""
    fig, ax = plt.subplots(figsize=SIZE)
    rng = np.random.default_rng(8)
    edges = np.linspace(-3, 3, 13)
    counts, _, _, mesh = ax.hist2d([], [], bins=[edges, edges])
    total = np.zeros_like(counts)

    def update(i):
        total[...] += np.histogram2d(*rng.normal(size=(2, 100)), bins=[edges, edges])[0]
        mesh.set_array(total.T)
        mesh.autoscale()

    return FuncAnimation(fig, update, frames=6)
