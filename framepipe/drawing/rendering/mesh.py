"""A mesh of one-coloured cells drawn as a picture: which cell each pixel shows, then its colour.

A `QuadMesh` that is not antialiased costs the rasterizer a path a cell, although every pixel shows
one cell: the last one in drawing order that covers any of it.  Which one does not depend on the
colours, so it is worked out first (an *index map*), and the picture is one gather of colours.  The
rasterizer then draws that as an image: for each pixel it blends what it would blend for the cell.

The map is worked out in one of two ways:

- of a rectilinear grid by the rasterizer's own arithmetic: it snaps a path whose edges are all
  horizontal or vertical to whole pixels, so that every pixel is covered by one cell or by none;
- of any other by letting the rasterizer draw the mesh, each cell in a colour that says its number.
  That costs a draw, so it is kept for as long as the mesh stays where it is.  Neighbours overlap
  there, so cells must be opaque or clear.

Edges, antialiasing, hatches, clip paths and offsets are left to matplotlib.

Sources: ``_backend_agg.h`` (``draw_quad_mesh``, ``_draw_path_collection_generic``, ``_draw_path``,
``draw_image``, ``set_clipbox``), ``path_converters.h`` (``PathSnapper``) and
``agg_pixfmt_rgba.h``, as matplotlib 3.9.0 and 3.11.2 carry them.  No private name is used.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from numpy.typing import NDArray

#: Meshes with fewer cells are drawn by the rasterizer: it is as quick.
FEWEST_CELLS = 256
#: Nor is it worth it where a cell covers more pixels than this; filling runs is quick.
PIXELS_A_CELL = 100
#: A cell's number must fit into the three bytes of a colour.
MOST_CELLS = 2**24 - 1
#: Bytes of index maps kept; the oldest go first.  Four full frames at 1080p fit.
KEPT_BYTES = 72 * 2**20
#: Maps drawn by the rasterizer, one after the other, that served for one frame only, before a
#: geometry must be met twice to get one.
WASTED = 2

#: Colours that are rounded at a time: they stay in a core's own cache.
BLOCK = 4096

#: Elsewhere a compiler may contract ``x * a + b`` into one rounding, which numpy does not.
_SAME_ARITHMETIC = platform.machine().lower() in ("x86_64", "amd64")

_Box = tuple[int, int, int, int]
_Indices = NDArray[np.intp]
_Pixels = NDArray[np.uint32]


@dataclass(slots=True)
class Picture:
    """A call of ``draw_image`` in the place of another call.

    Parameters
    ----------
    gc : GraphicsContextBase
        How to draw it.
    left, bottom : int
        Where.
    pixels : ndarray, shape (rows, columns, 4), uint8
        What, from the lowest row up.
    """

    gc: GraphicsContextBase
    left: int
    bottom: int
    pixels: NDArray[np.uint8]


@dataclass(slots=True)
class _Mesh:
    """What the rasterizer is asked to draw.

    Parameters
    ----------
    arguments : tuple
        Those of ``draw_quad_mesh``.
    clip : tuple of int
        The box that is drawn in: left, top, right, bottom, from the upper left corner.
    matrix : ndarray, shape (3, 3)
        From coordinates to pixels, from the lower left corner.
    coordinates : ndarray, shape (rows + 1, columns + 1, 2)
        Corners of the cells.
    """

    arguments: tuple[Any, ...]
    clip: _Box
    matrix: NDArray[np.float64]
    coordinates: NDArray[np.float64]


@dataclass(slots=True)
class _Drawn:
    """An index map that the rasterizer has drawn, and what for.

    Parameters
    ----------
    key : tuple
        What is compared first: transform, shape, clip and snapping.
    coordinates : ndarray
        Of the mesh; a copy.
    clear : ndarray of bool, shape (rows * columns,)
        Which cells are not drawn.
    left, bottom : int
        Where the map begins.
    indices : ndarray of intp, or None
        Numbers of cells, from the lowest row of pixels up; one more than there are where no cell
        is.  None while the geometry has only been met.
    """

    key: tuple[object, ...]
    coordinates: NDArray[np.float64]
    clear: NDArray[np.bool_]
    left: int = 0
    bottom: int = 0
    indices: _Indices | None = None

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        map_bytes = 0 if self.indices is None else self.indices.nbytes
        return self.coordinates.nbytes + self.clear.nbytes + map_bytes


class MeshPictures:
    """Makes pictures of meshes, for one rasterizer.

    Parameters
    ----------
    rasterizer : object
        matplotlib's own, compiled one.
    """

    def __init__(self, rasterizer: Any) -> None:
        self._new = type(rasterizer)
        self._height, self._width = np.asarray(rasterizer).shape[:2]
        self._known: list[_Drawn] = []
        self._wasted = 0

    def picture(self, *arguments: Any) -> Picture | None:
        """Make a picture of a mesh.

        Parameters
        ----------
        *arguments
            Those of the rasterizer's ``draw_quad_mesh``.

        Returns
        -------
        Picture or None
            What to draw instead; None if the mesh is to be drawn as it is.
        """
        mesh = self._take(arguments)
        if mesh is None:
            return None
        colours = _colours(arguments[7])
        if colours is None:
            return None
        gc, left = arguments[0], mesh.clip[0]
        grid = None
        if gc.get_snap() is not False:
            grid = _rectilinear(mesh, self._height)
        if grid is not None:
            rows, columns, left, bottom = grid
            shape = (arguments[3], arguments[2])
            pixels = colours[:-1].reshape(shape).take(columns, axis=1).take(rows, axis=0)
        else:
            drawn = self._drawn(mesh, colours)
            if drawn is None or drawn.indices is None:
                return None
            left, bottom = drawn.left, drawn.bottom
            pixels = colours.take(drawn.indices)
        plain = GraphicsContextBase()
        plain.set_clip_rectangle(gc.get_clip_rectangle())
        return Picture(plain, left, bottom, pixels.view(np.uint8).reshape(*pixels.shape, 4))

    def _take(self, arguments: tuple[Any, ...]) -> _Mesh | None:
        """Take the arguments apart; None if there is anything about them that is not plain."""
        if len(arguments) != 10:
            return None
        gc, transform, columns, rows, coordinates, offsets, shift, faces, smooth, edges = arguments
        cells = rows * columns
        if (
            smooth
            or not FEWEST_CELLS <= cells <= MOST_CELLS
            or gc.get_hatch() is not None
            or gc.get_clip_path() != (None, None)
            or not _is_plain(faces, "f", (cells, 4))
            or not _is_plain(coordinates, "fiu", (rows + 1, columns + 1, 2))
            or np.size(edges)
            or np.shape(offsets) != (1, 2)
            or np.any(offsets)
            or not shift.is_affine
            or not np.array_equal(shift.get_matrix(), np.eye(3))
        ):
            return None
        clip = self._clip(gc)
        if clip is None or (clip[2] - clip[0]) * (clip[3] - clip[1]) > PIXELS_A_CELL * cells:
            return None
        places = np.asarray(coordinates, np.float64)  # as the rasterizer takes them
        return _Mesh(arguments, clip, transform.get_matrix(), places)

    def _clip(self, gc: Any) -> _Box | None:
        """Return the box that is drawn in; None if it is not a part of the canvas."""
        rectangle = gc.get_clip_rectangle()
        if rectangle is None:
            return 0, 0, self._width, self._height
        x0, y0, x1, y1 = rectangle.extents
        if not np.isfinite((x0, y0, x1, y1)).all():
            return None
        if not (x0 or y0 or x1 or y1):
            return 0, 0, self._width, self._height
        box = (
            int(np.floor(x0 + 0.5)),
            int(np.floor(self._height - y1 + 0.5)),
            int(np.floor(x1 + 0.5)),
            int(np.floor(self._height - y0 + 0.5)),
        )
        inside = 0 <= box[0] < box[2] <= self._width and 0 <= box[1] < box[3] <= self._height
        return box if inside else None

    def _drawn(self, mesh: _Mesh, colours: _Pixels) -> _Drawn | None:
        """Return the map of a mesh that is not rectilinear, if there is one or it is worth it."""
        alpha = colours[:-1].view(np.uint8)[3::4]
        clear = alpha == 0
        if not (clear | (alpha == 0xFF)).all():
            return None
        snap = mesh.arguments[0].get_snap()
        key = (mesh.matrix.tobytes(), mesh.coordinates.shape, mesh.clip, snap)
        for at, known in enumerate(self._known):
            if (
                known.key == key
                and np.array_equal(known.clear, clear)
                and np.array_equal(known.coordinates, mesh.coordinates)
            ):
                self._known.append(self._known.pop(at))
                self._wasted = 0
                break
        else:
            known = _Drawn(key, mesh.coordinates.copy(), clear)
            self._known.append(known)
            self._wasted += 1
            if self._wasted > WASTED:
                self._drop_oldest()
                return None
        if known.indices is None:
            self._draw(mesh, known)
            self._drop_oldest()
        return known

    def _drop_oldest(self) -> None:
        size = 0
        for at in range(len(self._known) - 1, -1, -1):
            size += self._known[at].nbytes
            if size > KEPT_BYTES:
                del self._known[: at + 1]
                return

    def _draw(self, mesh: _Mesh, known: _Drawn) -> None:
        """Let the rasterizer draw a mesh, each cell in a colour that says its number."""
        gc, *before, _, smooth, edges = mesh.arguments
        cells = len(known.clear)
        numbers = np.arange(cells)
        faces = np.empty((cells, 4))
        for channel in range(3):
            faces[:, channel] = ((numbers >> 8 * channel) & 0xFF) / 0xFF
        faces[:, 3] = ~known.clear
        canvas = self._new(self._width, self._height, 72.0)
        canvas.draw_quad_mesh(gc, *before, faces, smooth, edges)
        pixels = np.asarray(canvas)
        shown = pixels[..., 3] != 0
        down, across = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
        if not len(down):
            known.indices = np.empty((0, 0), np.intp)
            return
        part = (slice(down[0], down[-1] + 1), slice(across[0], across[-1] + 1))
        shown, channels = shown[part][::-1], pixels[part][::-1].astype(np.intp)
        indices = channels[..., 0] | channels[..., 1] << 8 | channels[..., 2] << 16
        indices[~shown] = cells
        known.left, known.bottom = int(across[0]), self._height - int(down[-1]) - 1
        known.indices = indices


def _is_plain(array: Any, kinds: str, shape: tuple[int, ...]) -> bool:
    # Of a masked array the rasterizer takes the data, as `numpy.asarray` does.
    plain = type(array) in (np.ndarray, np.ma.MaskedArray)
    return plain and array.dtype.kind in kinds and array.shape == shape


def _colours(faces: NDArray[np.float64]) -> _Pixels | None:
    """Return colours as the rasterizer rounds them, and a clear one at the end.

    None if some are none.
    """
    colours = np.zeros((len(faces) + 1, 4), np.uint8)
    buffer = np.empty((min(BLOCK, len(faces)), 4))
    for begin in range(0, len(faces), BLOCK):
        block = faces[begin : begin + BLOCK]
        scaled = np.multiply(block, 255.0, out=buffer[: len(block)], dtype=np.float64)
        scaled += 0.5
        if not (scaled.min() >= 0.5 and scaled.max() < 256):  # NaN is neither
            return None
        np.copyto(colours[begin : begin + len(block)], scaled, casting="unsafe")
    return colours.view(np.uint32).ravel()


def _rectilinear(mesh: _Mesh, height: int) -> tuple[_Indices, _Indices, int, int] | None:
    """Return which row and column of cells each row and column of pixels shows, and where.

    Rows of pixels from the lowest up.  None if the grid is not rectilinear, or goes back and forth.
    """
    matrix, coordinates = mesh.matrix, mesh.coordinates
    if not _SAME_ARITHMETIC or matrix[0, 1] or matrix[1, 0]:
        return None
    xs, ys = coordinates[0, :, 0], coordinates[:, 0, 1]
    if not (coordinates[:, :, 0] == xs).all() or not (coordinates[:, :, 1] == ys[:, None]).all():
        return None
    # The same operations in the same order as agg's trans_affine does them.
    across = xs * matrix[0, 0] + matrix[0, 2]
    down = ys * -matrix[1, 1] + (-matrix[1, 2] + height)
    left, top, right, bottom = mesh.clip
    columns = _shown(across, left, right)
    rows = _shown(down, top, bottom)
    if columns is None or rows is None:
        return None
    (column, first, _), (row, _, last) = columns, rows
    return row[::-1], column, first, height - last


def _shown(edges: NDArray[np.float64], begin: int, end: int) -> tuple[_Indices, int, int] | None:
    """Return the cell that each pixel shows, and where these pixels begin and end.

    None if the edges are not in order.
    """
    if not np.isfinite(edges).all():
        return None
    snapped = np.clip(np.floor(edges + 0.5), begin, end).astype(np.intp)
    steps = np.diff(snapped)
    cells = np.arange(len(steps))
    if (steps < 0).any():
        if (steps > 0).any():
            return None
        steps, cells = -steps[::-1], cells[::-1]
    return np.repeat(cells, steps), int(snapped.min()), int(snapped.max())
