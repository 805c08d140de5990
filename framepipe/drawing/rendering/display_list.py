"""A renderer that can write down what it is asked to draw, and draw it again.

An artist's `draw` is mostly Python: working out ticks, labels, transforms, colours.  What reaches
the Agg rasterizer at the end is a short list of calls.  `RecordingRenderer` puts a
`RecordingRasterizer` between the two; playing a display list gives the same pixels as the artist's
`draw` at a small part of its price, and on any background, because the rasterizer blends anew.

Private names overridden, looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.backends.backend_agg.RendererAgg``: ``_renderer`` (the rasterizer),
  ``_update_methods``
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.transforms import TransformNode
from numpy.typing import NDArray

from ..mpl.agg import frozen_context
from .mesh import MeshPictures
from .text import GlyphRenderer

#: The rasterizer's calls that change pixels.
CALLS = (
    "draw_path",
    "draw_markers",
    "draw_path_collection",
    "draw_quad_mesh",
    "draw_gouraud_triangles",
    "draw_image",
    "draw_text_image",
)

#: A list of calls: the name of one, its arguments, and those given by name.
DisplayList = list[tuple[str, tuple[Any, ...], dict[str, Any]]]


def _freeze(argument: object) -> object:
    if isinstance(argument, GraphicsContextBase):
        return frozen_context(argument)
    if isinstance(argument, TransformNode):
        return argument.frozen()
    return argument


class RecordingRasterizer:
    """The rasterizer, writing down its calls while there is a display list.

    Parameters
    ----------
    rasterizer : object
        matplotlib's own, compiled one.

    Attributes
    ----------
    display_list : DisplayList or None
        Where calls are written down; None to let them pass.
    touched : bool
        Set by every call that is not a display list being played.
    """

    def __init__(self, rasterizer: Any) -> None:
        self.rasterizer = rasterizer
        self.display_list: DisplayList | None = None
        self.touched = False
        self._passing = True  # on to the rasterizer
        self.clear = rasterizer.clear
        self.copy_from_bbox = rasterizer.copy_from_bbox
        self.restore_region = rasterizer.restore_region
        for name in CALLS:
            setattr(self, name, self._recording(name, getattr(rasterizer, name)))
        self._meshes = MeshPictures(rasterizer)
        self._draw_quad_mesh: Callable[..., Any] = vars(self)["draw_quad_mesh"]
        self._draw_image: Callable[..., Any] = vars(self)["draw_image"]
        self.draw_quad_mesh = self._draw_mesh

    @contextmanager
    def diverted(self, display_list: DisplayList) -> Iterator[None]:
        """Let calls be written down for a while, and not be made."""
        self.display_list, self._passing = display_list, False
        try:
            yield
        finally:
            self.display_list, self._passing = None, True

    def _recording(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*arguments: Any, **named: Any) -> Any:
            display_list = self.display_list
            self.touched = True
            if display_list is not None:
                if name == "draw_text_image":
                    # A font's bitmap buffer is used again for the next text.
                    image, *rest = arguments
                    arguments = (np.array(image), *rest)
                by_name = {key: _freeze(value) for key, value in named.items()}
                display_list.append((name, tuple(map(_freeze, arguments)), by_name))
            return call(*arguments, **named) if self._passing else None

        return recorded

    def _draw_mesh(self, *arguments: Any, **named: Any) -> None:
        """Draw a mesh, as a picture of it where that gives the same pixels sooner."""
        picture = None if named else self._meshes.picture(*arguments)
        if picture is None:
            self._draw_quad_mesh(*arguments, **named)
        elif picture.pixels.size:
            self._draw_image(picture.gc, picture.left, picture.bottom, picture.pixels)

    def play(self, display_list: DisplayList) -> None:
        """Make the calls of a display list again."""
        rasterizer = self.rasterizer
        for name, arguments, named in display_list:
            getattr(rasterizer, name)(*arguments, **named)


class RecordingRenderer(GlyphRenderer):
    """An Agg renderer whose pixels can be put back and whose calls can be recorded.

    Parameters
    ----------
    width, height : float
        Size in pixels.
    dpi : float
        Dots per inch.

    Attributes
    ----------
    pixels : ndarray, shape (height, width, 4), uint8
        What has been drawn, premultiplied as Agg keeps it; a view.
    """

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)
        self.recorder = RecordingRasterizer(self._renderer)
        self._renderer: Any = self.recorder
        self._update_methods()  # type: ignore[no-untyped-call]
        self.pixels: NDArray[np.uint8] = np.asarray(self.recorder.rasterizer)

    def clear(self) -> None:
        """Make all pixels transparent."""
        self._renderer.clear()

    def buffer_rgba(self) -> memoryview:
        """Return the pixels of the rasterizer in use (a filter has one of its own)."""
        inner = self._renderer
        return memoryview(inner.rasterizer if isinstance(inner, RecordingRasterizer) else inner)

    def tostring_argb(self) -> bytes:
        """Return the pixels, alpha first."""
        return np.asarray(self.buffer_rgba()).take([3, 0, 1, 2], axis=2).tobytes()
