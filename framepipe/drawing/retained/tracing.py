"""An axes' own ``draw``, followed without drawing: what it draws, in order.

3D and polar axes, axes that hold parasites, maps: each has a ``draw`` that sets something up, lets
its children be drawn, mostly by `Axes.draw`, and may draw something itself.  Here that ``draw`` is
called once a frame, as a full draw would, but what it calls is noted instead of drawn: its
children's ``draw`` (and, of a 3D axis, ``draw_pane`` and ``draw_grid``), and calls to the
rasterizer that come from no child.  So everything that it sets up (projection, places, depth order)
stands as in a full draw, and children that did not change need not be drawn.

The one difference is that all is set up before anything is drawn, where a full draw may draw a
child in between.  Looked at for that: the axes of matplotlib 3.9.0 and 3.11.2, of cartopy 0.25 and
of astropy 7; anything else is found by comparing frames.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.axes import Axes

from ..mpl.artists import axis_map, keeping_stale, titles_left_alone
from .axes_state import AxesState, traced_state

if TYPE_CHECKING:
    from matplotlib.artist import Artist

    from ..rendering.display_list import DisplayList, RecordingRenderer

#: The methods by which an axis in space is drawn, in parts.
_IN_SPACE = ("draw_pane", "draw_grid", "draw")
_PLAIN = ("draw",)

#: Packages whose axes' ``draw`` was looked at; see above.
_KNOWN = ("matplotlib.", "mpl_toolkits.", "cartopy.", "astropy.")


class Step(NamedTuple):
    """One thing that is drawn.

    Parameters
    ----------
    artist : Artist
        Whose method is to be called.
    axes : Axes or None
        The axes it belongs to; None for a figure's own.
    method : str
        The method that draws it.
    calls : DisplayList or None
        Calls to the rasterizer that an axes' own ``draw`` makes, to be made instead.
    """

    artist: Artist
    axes: Axes | None
    method: str = "draw"
    calls: DisplayList | None = None


class Projections:
    """Depths of artists in space, kept as long as neither they nor the view change.

    A 3D axes projects every collection and patch in each draw, to draw them by their depth.  For a
    surface that takes as long as drawing it.

    Parameters
    ----------
    unchanged : callable
        Tells whether an artist is as it was when it was last drawn.
    """

    def __init__(self, unchanged: Callable[[Artist], bool]) -> None:
        self._unchanged = unchanged
        self._depths: dict[int, tuple[Artist, AxesState, Any]] = {}
        self._used: dict[int, tuple[Artist, AxesState, Any]] = {}

    def invalidate(self) -> None:
        """Project everything anew."""
        self._depths.clear()

    def depth_of(self, artist: Any, view: AxesState) -> Any:
        """Return what an artist's ``do_3d_projection`` returns, calling it if need be."""
        known = self._depths.get(id(artist))
        if known is None or known[1] != view or not self._unchanged(artist):
            known = (artist, view, type(artist).do_3d_projection(artist))
        self._used[id(artist)] = known
        return known[2]

    def end(self) -> None:
        """Keep those that were asked for since this was last called."""
        self._depths, self._used = self._used, {}


def trace(
    axes: Axes, renderer: RecordingRenderer, projections: Projections | None = None
) -> list[Step]:
    """Call an axes' ``draw``, and note what it draws instead of drawing it.

    Parameters
    ----------
    axes : Axes
        An axes of any kind.
    renderer : RecordingRenderer
        What the figure is going to be drawn with; no pixel of it changes.
    projections : Projections, optional
        What is known of artists in space.

    Returns
    -------
    list of Step
        What the axes draws, in order.
    """
    steps: list[Step] = []
    own_calls: DisplayList = []
    stubs: list[tuple[object, str]] = []
    stubbed: set[int] = set()

    def note(artist: Artist, method: str, by: object, *args: object, **kwargs: object) -> None:
        if by is not renderer:  # a picture of its own, made by the axes
            getattr(type(artist), method)(artist, by, *args, **kwargs)
            return
        close()
        holder = artist.axes
        steps.append(Step(artist, holder if isinstance(holder, Axes) else axes, method))

    def close() -> None:
        if own_calls:
            steps.append(Step(axes, axes, calls=own_calls.copy()))
            own_calls.clear()

    view: list[AxesState] = []

    def depth(artist: Artist) -> object:
        assert projections is not None  # noqa: S101 - for the type checker
        if not view:  # the projection stands by now
            view.append(traced_state(axes))
        return projections.depth_of(artist, view[0])

    def stub(artist: Artist) -> None:
        if id(artist) in stubbed:
            return
        stubbed.add(id(artist))
        for method in _IN_SPACE if hasattr(artist, "draw_pane") else _PLAIN:
            if method not in vars(artist):
                vars(artist)[method] = partial(note, artist, method)
                stubs.append((artist, method))
        if projections is not None and hasattr(artist, "do_3d_projection"):
            vars(artist)["do_3d_projection"] = partial(depth, artist)
            stubs.append((artist, "do_3d_projection"))

    def get_children() -> list[Artist]:
        children: list[Artist] = type(axes).get_children(axes)
        for child in children:  # those of parasites are there only while it draws
            stub(child)
        return children

    children = get_children()
    # What is set up anew in each draw, to the same values mostly, raises flags; values tell more.
    known = type(axes).__module__.startswith(_KNOWN)
    with (
        keeping_stale([*children, *axis_map(axes).values()] if known else ()),
        titles_left_alone(axes),
        renderer.recorder.diverted(own_calls),
    ):
        vars(axes)["get_children"] = get_children
        try:
            type(axes).draw(axes, renderer)
        finally:
            del vars(axes)["get_children"]
            for artist, method in stubs:
                del vars(artist)[method]
    close()
    return steps
