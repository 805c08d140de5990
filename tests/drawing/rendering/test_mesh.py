"""Meshes drawn as pictures: the pixels that matplotlib's own renderer gives, whatever the mesh.

``FRAMEPIPE_EXAMPLES=20000`` runs so many examples of each kind, other ones each time; without it a
few hundred are run, always the same.
"""

from __future__ import annotations

import os
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, IdentityTransform

from framepipe.drawing.rendering.display_list import DisplayList, RecordingRenderer

EXAMPLES = int(os.environ.get("FRAMEPIPE_EXAMPLES", "0"))

#: Artists take longer to make than calls.
fewer = settings(
    max_examples=(EXAMPLES or 200) // 5,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=list(HealthCheck),
)
fuzz = settings(
    fewer,
    max_examples=EXAMPLES or 200,
)
seeds = st.integers(0, 2**32 - 1)


def edges(rng: Any, count: int, length: float) -> Any:
    """Edges of cells along one side: even, uneven, at halves of pixels, far out, or on a heap."""
    kind = rng.integers(6)
    if kind == 0:
        found = np.linspace(0, 1, count)
    elif kind == 1:
        found = np.sort(rng.uniform(-0.3, 1.3, count))
    elif kind == 2:
        found = np.sort(rng.integers(-4, 2 * length + 4, count)) / (2 * length)
    elif kind == 3:
        found = 0.3 + np.sort(rng.uniform(0, 1, count)) / rng.uniform(5, 200)
    elif kind == 4:
        found = np.sort(rng.normal(0.5, rng.choice([1, 1e3, 1e9]), count))
    else:
        found = np.geomspace(0.01, 1, count)
    return found[::-1] if rng.random() < 0.3 else found


def colours(rng: Any, count: int) -> Any:
    """Opaque ones mostly; some clear, some translucent."""
    found = rng.random((count, 4))
    kind = rng.random()
    if kind < 0.6:
        found[:, 3] = 1
    elif kind < 0.8:
        found[:, 3] = 1
        found[rng.random(count) < 0.3] = 0
    return found


def mesh_call(rng: Any) -> tuple[tuple[int, int], Any, tuple[Any, ...], bool | None]:
    """A canvas' size, a box to clip by, the arguments of a call, and whether to snap."""
    width, height = (int(n) for n in rng.integers(10, 60, 2))
    rows, columns = (int(n) for n in rng.integers(16, 40, 2))
    x, y = edges(rng, columns + 1, width), edges(rng, rows + 1, height)
    corners = np.stack(np.meshgrid(x, y), axis=-1)
    if rng.random() < 0.2:
        corners += rng.normal(0, rng.choice([1e-7, 0.05]), corners.shape)
    transform = Affine2D()
    if rng.random() < 0.5:
        transform.scale(width, height)
    else:
        transform.scale(*(rng.uniform(0.3, 1.2, 2) * (width, height)))
        transform.translate(*rng.uniform(0, 5, 2))
    if rng.random() < 0.2:
        transform.scale(-1, 1).translate(width, 0)
    if rng.random() < 0.1:
        transform.rotate_deg(rng.choice([90, 10, -3]))
    clip = None
    if rng.random() < 0.5:
        far = rng.choice([0, 4])
        left, right = np.sort(rng.uniform(-far, width + far, 2))
        bottom, top = np.sort(rng.uniform(-far, height + far, 2))
        clip = Bbox.from_extents(left, bottom, right, top)
    snap = [None, True, False][rng.choice(3, p=[0.7, 0.15, 0.15])]
    arguments = (
        transform.frozen(), columns, rows, corners, np.zeros((1, 2)), IdentityTransform(),
        colours(rng, rows * columns), False, np.empty((0, 4)),
    )  # fmt: skip
    return (width, height), clip, arguments, snap


def draw(renderer: Any, background: Any, clip: Any, arguments: tuple[Any, ...], snap: Any) -> Any:
    if background is not None:
        renderer.draw_image(renderer.new_gc(), 0, 0, background)
    gc = renderer.new_gc()
    gc.set_snap(snap)
    gc.set_clip_rectangle(clip)
    renderer.draw_quad_mesh(gc, *arguments)
    return np.array(renderer.buffer_rgba())


def theirs(size: Any, dpi: float) -> Any:
    """matplotlib's own renderer."""
    new: Any = RendererAgg
    return new(*size, dpi)


@given(seeds)
@fuzz
def test_any_mesh(seed: int) -> None:
    """On any background, twice with other colours, and once more played from the display list."""
    rng = np.random.default_rng(seed)
    size, clip, arguments, snap = mesh_call(rng)
    background = rng.integers(0, 256, (size[1], size[0], 4), np.uint8)
    ours = RecordingRenderer(*size, 100)
    for behind in (None, background):
        ours.clear()
        truth = draw(theirs(size, 100), behind, clip, arguments, snap)
        recorded: DisplayList = []
        ours.recorder.display_list = recorded
        assert np.array_equal(draw(ours, behind, clip, arguments, snap), truth)
        ours.recorder.display_list = None
        ours.clear()
        ours.recorder.play(recorded)
        assert np.array_equal(ours.pixels, truth)
        turned = colours(rng, len(arguments[6]))
        arguments = (*arguments[:6], turned, *arguments[7:])


def names(display_list: DisplayList | None) -> list[str]:
    return [name for name, _, _ in display_list or ()]


def recorded(figure: Figure, mesh: Any) -> list[str]:
    """The calls that drawing an artist makes."""
    width, height = map(int, figure.bbox.size)
    renderer = RecordingRenderer(width, height, figure.dpi)
    display_list: DisplayList = []
    renderer.recorder.display_list = display_list
    mesh.draw(renderer)
    return names(display_list)


def simple(**options: Any) -> tuple[Figure, Any]:
    figure = Figure(figsize=(2, 1.5), dpi=60)
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    values = np.sin(np.arange(20 * 30.0)).reshape(20, 30)
    return figure, ax.pcolormesh(values, **options)


def test_a_plain_mesh_is_a_picture() -> None:
    figure, mesh = simple()
    assert recorded(figure, mesh) == ["draw_image"]


@pytest.mark.parametrize(
    "options",
    [
        {"antialiased": True},
        {"edgecolors": "k"},
        {"shading": "gouraud"},
        {"clip_path": Path.unit_circle(), "transform_of_clip": True},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_is_not_plain_is_left_to_matplotlib(options: dict[str, Any]) -> None:
    clips = options.pop("transform_of_clip", False)
    path = options.pop("clip_path", None)
    figure, mesh = simple(**options)
    if clips:
        mesh.set_clip_path(path, mesh.axes.transAxes)
    assert "draw_image" not in recorded(figure, mesh)


def test_offsets_are_left_to_matplotlib() -> None:
    figure, mesh = simple()
    mesh.set_offsets([[3, 4]])
    assert recorded(figure, mesh) == ["draw_quad_mesh"]


def test_a_curved_mesh_gets_a_map_while_it_pays() -> None:
    """One that moves all the time is drawn by the rasterizer after a few frames."""
    figure = Figure(figsize=(2, 1.5), dpi=60)
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    r, angle = np.meshgrid(np.linspace(0, 1, 20), np.linspace(0, 6, 30))
    x, y = r * np.cos(angle), r * np.sin(angle)
    mesh = ax.pcolormesh(x, y, x[:-1, :-1])
    figure.canvas.draw()
    renderer = RecordingRenderer(120, 90, 60)

    def calls() -> list[str]:
        found: DisplayList = []
        renderer.recorder.display_list = found
        mesh.draw(renderer)
        return names(found)

    assert calls() == ["draw_image"]
    mesh.set_array(y[:-1, :-1])
    assert calls() == ["draw_image"]
    for step in range(4):
        ax.set_xlim(-2, 1 + step)
        last = calls()
    assert last == ["draw_quad_mesh"]
    assert calls() == ["draw_image"]  # it stays


def state(mesh: Any) -> tuple[Any, ...]:
    norm = mesh.norm
    return (
        np.array(mesh.get_facecolor()).tobytes(), np.array(mesh.get_edgecolor()).tobytes(),
        norm.vmin, norm.vmax, mesh.stale, mesh.get_array().tobytes(),
    )  # fmt: skip


@given(seeds)
@fewer
def test_any_artist(seed: int) -> None:
    """Meshes as users make them, over several frames: same pixels, and the artist left the same."""
    rng = np.random.default_rng(seed)
    rows, columns = (int(n) for n in rng.integers(17, 30, 2))
    x = np.cumsum(rng.uniform(0.1, 1, columns + 1))
    y = np.linspace(0.5, 3, rows + 1)
    figure = Figure(figsize=(rng.uniform(1, 2), rng.uniform(1, 2)), dpi=rng.choice([50, 72, 100]))
    FigureCanvasAgg(figure)
    kind = rng.integers(4)
    ax = figure.add_subplot(projection="polar" if kind == 3 else None)
    values = rng.normal(size=(rows, columns))
    options: dict[str, Any] = {"cmap": mpl.colormaps[rng.choice(["viridis", "Set1", "jet"])]}
    if rng.random() < 0.3:
        values = np.ma.masked_where(rng.random(values.shape) < 0.2, values)
        if rng.random() < 0.5:
            options["cmap"] = options["cmap"].with_extremes(bad="r", under="k")
    if rng.random() < 0.2:
        options["norm"] = LogNorm()
        values = np.abs(values) + 0.1
    if rng.random() < 0.2:
        options["alpha"] = rng.choice([0.3, 1])
    if rng.random() < 0.2:
        options["rasterized"] = True
    if rng.random() < 0.3:
        options["shading"] = "nearest"
        x, y = x[:-1], y[:-1]
    made = ax.pcolormesh(x, y, values, **options)
    if kind == 1:
        ax.set(xscale="log", yscale=rng.choice(["linear", "log"]))
    elif kind == 2:
        ax.invert_yaxis()
    assert isinstance(made, QuadMesh)
    mesh: Any = made
    width, height = map(int, figure.bbox.size)
    ours = RecordingRenderer(width, height, figure.dpi)
    for frame in range(3):
        mesh.set_array(np.roll(values, frame, axis=1))
        if frame == 2:
            mesh.norm.vmin = mesh.norm.vmax = None
            ax.set_xlim(*(np.array(ax.get_xlim()) * rng.uniform(0.8, 1.1)))
        whole = theirs((width, height), figure.dpi)
        limits = mesh.norm.vmin, mesh.norm.vmax
        mesh.draw(whole)
        truth, left = np.array(whole.buffer_rgba()), state(mesh)
        mesh.norm.vmin, mesh.norm.vmax = limits
        mesh.set_array(mesh.get_array())
        ours.clear()
        mesh.draw(ours)
        assert np.array_equal(ours.pixels, truth)
        assert state(mesh) == left
