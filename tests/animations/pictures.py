"""Meshes and images large enough to be drawn as pictures, in all the ways they come.

A mesh is drawn as a picture from 256 cells on; an image is mapped before it is enlarged from the
third frame that it stays where it is.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import Animation, FuncAnimation
from matplotlib.colors import BoundaryNorm, LogNorm, Normalize

from .case import animation

SIZE = (3, 2)


@animation(frames=8, core=True, independent=True)
def mesh_kinds() -> Animation:
    """Masked, translucent, under logarithmic scales, curved: all with new values."""
    fig, ((masked, clear), (log, curved)) = plt.subplots(2, 2, figsize=SIZE)
    y, x = np.mgrid[0.5:3:18j, 0.5:4:21j]
    values = np.sin(x * y)[:-1, :-1]
    hole = np.hypot(x - 2, y - 2)[:-1, :-1] < 0.6
    cmap = plt.get_cmap("viridis").with_extremes(over="r", under=(0, 0, 1, 0.5))
    limits = {"vmin": -0.8, "vmax": 0.8, "cmap": cmap}
    meshes = [
        masked.pcolormesh(x, y, np.ma.array(values, mask=hole), **limits),
        clear.pcolormesh(x, y, values, alpha=0.4, **limits),
        log.pcolormesh(x, y, values, **limits),
        curved.pcolormesh(x + y**2 / 5, y, values, **limits),
    ]
    log.set(xscale="log", yscale="log")
    clear.invert_yaxis()
    clear.plot([1, 3], [1, 3], "k", zorder=0)

    def update(i):
        for mesh in meshes:
            mesh.set_array(np.roll(mesh.get_array(), 1 + i, axis=1))
        return meshes

    return FuncAnimation(fig, update, frames=8)


@animation(frames=8, independent=True)
def mesh_zoomed() -> Animation:
    """Limits and values change in every frame; a colour bar, itself a mesh."""
    fig, (left, right) = plt.subplots(1, 2, figsize=SIZE)
    y, x = np.mgrid[0:3:17j, 0:3:20j]
    values = np.cos(x * y)[:-1, :-1]
    plain = left.pcolormesh(x, y, values, shading="flat")
    bent = right.pcolormesh(x + y / 3, y + x / 7, values, snap=False)
    fig.colorbar(plain, ax=left)

    def update(i):
        plain.set_array(values * (1 + i / 4))
        plain.set_clim(-1, 1 + i / 3)
        left.set(xlim=(i / 7, 3 - i / 9), ylim=(3 - i / 5, -0.1))
        bent.set_array(np.roll(values, i))
        right.set_xlim(-i / 3, 4)

    return FuncAnimation(fig, update, frames=8)


@animation(frames=7, independent=True)
def mesh_made_anew() -> Animation:
    """Axes cleared and a mesh made in every frame, finer than pixels in the last ones."""
    fig, ax = plt.subplots(figsize=SIZE)

    def update(i):
        ax.cla()
        y, x = np.mgrid[0 : 3 : (20 + 30 * i) * 1j, 0:3:61j]
        ax.pcolormesh(x, y, np.sin(x * y + i), cmap="magma", rasterized=i == 3)

    return FuncAnimation(fig, update, frames=7)


@animation(frames=9, core=True, independent=True)
def image_kinds() -> Animation:
    """Masked, RGBA, with alpha, by bounds: nearest neighbours that stay where they are."""
    fig, axs = plt.subplots(1, 3, figsize=(4, 2))
    y, x = np.mgrid[:1:12j, :1:16j]
    cmap = plt.get_cmap("plasma").with_extremes(bad="c", over="w", under="k")
    look = {"interpolation": "nearest", "aspect": "auto"}
    holes = axs[0].imshow(x, cmap=cmap, vmin=0.2, vmax=0.8, **look)
    colours = axs[1].imshow(np.dstack([x, y, x * 0, x * 0 + 1]), origin="lower", **look)
    bounds = BoundaryNorm([0, 0.1, 0.4, 0.8], 256, extend="max")
    faint = axs[2].imshow(y, norm=bounds, alpha=x, extent=(0.3, 2.4, 0.1, 2.2), **look)
    axs[2].set(xlim=(0, 3), ylim=(0, 3))
    whole = axs[2].imshow(10 ** (3 * y), norm=LogNorm(1, 500), extent=(2, 3, 3, 2), **look)

    def update(i):
        holes.set_data(np.ma.masked_where((x * 40 + i).astype(int) % 7 == 0, np.roll(x, i)))
        opaque = np.ones_like(x) if i < 6 else (x > 0.5) * (1 - i / 20)
        colours.set_data(np.dstack([np.roll(x, i), y, x * 0 + i / 9, opaque]))
        faint.set_data(np.roll(y, i, axis=0))
        faint.set_alpha(np.roll(x, i, axis=1))
        whole.set_data(10 ** (3 * np.roll(x, i)))

    return FuncAnimation(fig, update, frames=9)


@animation(frames=12, independent=True)
def image_moved_and_left() -> Animation:
    """An extent that moves by parts of a pixel every fourth frame; values change in every one."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:20, :30]
    image = ax.imshow(np.sin(x * y), extent=(0, 3, 0, 2), interpolation="nearest", animated=True)
    ax.set(xlim=(-0.1, 4), ylim=(2.5, -0.2))

    def update(i):
        image.set_data(np.sin(x * y + i))
        image.set_extent((i // 4 / 70, 3 + i // 4 / 90, 0, 2))
        ax.set(xlim=(-0.1, 4), ylim=(2.5, -0.2))
        return (image,)

    return FuncAnimation(fig, update, frames=12, blit=True)


@animation(frames=9, independent=True)
def image_interpolated() -> Animation:
    """Interpolated before and after mapping, with and without holes."""
    fig, axs = plt.subplots(1, 3, figsize=(4, 2))
    y, x = np.mgrid[:1:12j, :1:16j]
    smooth = {"interpolation": "bilinear", "aspect": "auto"}
    data = axs[0].imshow(x, interpolation_stage="data", **smooth)
    mapped = axs[1].imshow(x, interpolation_stage="rgba", **smooth)
    plain = axs[2].imshow(x, aspect="auto")

    def update(i):
        data.set_data(np.ma.masked_where((x > 0.6) & (i % 3 == 2), np.roll(x, i)))
        mapped.set_data(np.roll(x, i) + y)
        plain.set_data(np.roll(y, i))

    return FuncAnimation(fig, update, frames=9)


@animation(frames=12)
def image_looks_changed() -> Animation:
    """Limits, colour map, norm, dtype and kind of data change while the image stays in place."""
    fig, ax = plt.subplots(figsize=SIZE)
    y, x = np.mgrid[:20, :30]
    image = ax.imshow(x + y, interpolation="nearest", vmin=0, vmax=40)
    inset = ax.inset_axes((0.6, 0.6, 0.38, 0.38)).imshow(x, interpolation="none")
    fig.colorbar(image)

    def update(i):
        image.set_data(np.roll(x + y, i))
        inset.set_data(np.roll(x, i).astype(np.float32))
        if i == 4:
            image.set_clim(5, 30)
        elif i == 6:
            image.set_cmap("coolwarm")
        elif i == 8:
            image.set_norm(Normalize(clip=True))
        elif i == 10:
            image.set_data(np.dstack([x * 8, y * 12, x * 0]).astype(np.uint8))

    return FuncAnimation(fig, update, frames=12)
