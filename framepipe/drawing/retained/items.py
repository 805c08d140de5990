"""An artist as an item of a frame: what is known of it since it was last drawn.

An *item* is an artist that is drawn by one call, of its ``draw`` mostly; an axis in space is three
items, its pane, its grid and the rest.  Its *parts* are itself and every
artist it is made of or refers to, any of whose ``stale`` flags says that it must be drawn again.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import FigureBase
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import ConnectionPatch
from matplotlib.text import Annotation
from matplotlib.transforms import TransformNode

from ..mpl.artists import (
    UPWARDS,
    axes_of,
    axis_map,
    children,
    has_axis,
    insets,
    is_straight_spine,
)
from .axes_state import AxesState

if TYPE_CHECKING:
    from ..rendering.bounds import Box
    from ..rendering.display_list import DisplayList
    from .fingerprints import AttributeFingerprint, Fingerprint


#: What an item is known by: the id of its artist, and the method if that is not ``draw``.
Key = int | tuple[int, str]


class AxisDrawing(NamedTuple):
    """How an axis of some value was drawn.

    Attributes
    ----------
    display_list : DisplayList
        What was drawn.
    offset_text : str
        The words of its offset text afterwards.
    """

    display_list: DisplayList
    offset_text: str


class DisplayItem:
    """What is known of one item.

    Parameters
    ----------
    artist : Artist
        Its artist; held, so that its id stays its own.
    method : str, default: "draw"
        The method that draws it.
    key : int or tuple, optional
        What it is known by; by itself the id of the artist.

    Attributes
    ----------
    version : int
        Another one after every draw; 0 before the first.
    parts : list of Artist or None
        Whose flags tell of a change; None while the item counts as changed anyway.
    part_ids : frozenset of int
        The ids of the parts.
    axes_state : tuple
        What it depends on of its axes (see `framepipe.drawing.retained.axes_state`), when it was
        last drawn.
    fingerprint : Fingerprint or None
        Of its transform, clip and data, when it was last drawn.
    attributes : list of AttributeFingerprint
        Of its plain attributes, when it was last drawn.
    display_list : DisplayList or None
        How it was drawn; None if that was not recorded.
    bounds : list of Box or None
        The box of each call of the display list, once that was asked.
    as_drawn : object or None
        Of an axis: what it was made of (`value_between_draws`) when it was last drawn.
    replayed : AxisDrawing or None
        Of an axis that was not drawn itself: what was replayed, being one of its value.
    changes_in_a_row : int
        Frames in a row in which it changed.
    cost : float
        Seconds its last draw took.
    reason : str
        How it changed when that was last found out.
    extent : tuple of float
        Where a legend was, in pixels: left, bottom, width, height.
    """

    __slots__ = (
        "artist",
        "as_drawn",
        "attributes",
        "axes_state",
        "bounds",
        "changes_in_a_row",
        "cost",
        "display_list",
        "extent",
        "fingerprint",
        "key",
        "method",
        "part_ids",
        "parts",
        "reason",
        "replayed",
        "version",
    )  # fmt: skip

    def __init__(self, artist: Any, method: str = "draw", key: Key | None = None) -> None:
        self.artist = artist
        self.method = method
        self.key = id(artist) if key is None else key
        self.version = 0
        self.parts: list[Artist] | None = None
        self.part_ids: frozenset[int] = frozenset()
        self.axes_state: AxesState = ()
        self.fingerprint: Fingerprint | None = None
        self.attributes: list[AttributeFingerprint] = []
        self.display_list: DisplayList | None = None
        self.bounds: list[Box] | None = None
        self.as_drawn: object = None
        self.replayed: AxisDrawing | None = None
        self.changes_in_a_row = 0
        self.cost = 0.0
        self.reason = "it is not one of matplotlib's own, or depends on others"
        self.extent: tuple[float, ...] = ()


@dataclass(slots=True)
class ItemInFrame:
    """An item in the drawing order of one frame.

    Parameters
    ----------
    item : DisplayItem
        What is known of it.
    axes : Axes or None
        The open axes it belongs to.
    axes_state : tuple
        What of these axes it depends on, now.
    reason : str
        How it changed; empty if it did not.
    calls : DisplayList or None
        What an axes draws itself, beside its children: the calls of this frame.
    value : hashable or None
        Of an axis that changed: its value, if that was asked for and it has one.
    replay : AxisDrawing or None
        How an axis of this value was drawn, if that is known.
    """

    item: DisplayItem
    axes: Axes | None
    axes_state: AxesState
    reason: str = ""
    calls: DisplayList | None = None
    value: Hashable = None
    replay: AxisDrawing | None = None

    @property
    def must_draw(self) -> bool:
        """Whether its artist must be drawn, there being no display list that shows it."""
        return bool(self.reason) or self.item.display_list is None


#: Whose artists draw by nothing but their attributes, those of their parts, and their axes'.  Of
#: cartopy looked at in 0.26.
_KNOWN = ("matplotlib.", "mpl_toolkits.", "cartopy.mpl.")


def keepable(artist: Artist) -> bool:
    """Tell whether an artist's drawing depends on nothing but what changes are found by.

    An artist of a class of the user's may draw differently each time; what points at
    other artists or axes depends on where those are drawn.
    """
    module = type(artist).__module__
    if not module.startswith(_KNOWN) or "draw" in vars(artist):
        return False
    if isinstance(artist, ConnectionPatch) or type(artist).__name__ == "InsetIndicator":
        return False
    if isinstance(artist, (Annotation, AnnotationBbox)):
        coordinates = (artist.xycoords, getattr(artist, "anncoords", None))
        return all(one is None or isinstance(one, str) for one in coordinates)
    return True


def parts_of(artist: Artist, items: Container[Key]) -> list[Artist]:
    """Return an item's artist and every artist it is made of or refers to.

    Parameters
    ----------
    artist : Artist
        The item's artist.
    items : container of int
        The ids of all items' artists: another one it refers to (the quiver of a quiver key, the
        artist an annotation points at) is returned, but not taken apart.

    Returns
    -------
    list of Artist
        Each once.

    Notes
    -----
    Not every artist tells of its parts by ``get_children`` (an annotation's arrow and a text's box
    are not among them), so attributes are looked through.
    """
    found: dict[int, Artist] = {}
    waiting = [artist]
    holds_axes = isinstance(artist, (FigureBase, Axes))
    while waiting:
        part = waiting.pop()
        if id(part) in found:
            continue
        found[id(part)] = part
        if part is not artist and id(part) in items:
            continue
        if isinstance(part, FigureBase):
            if holds_axes:
                waiting.extend(part.get_children())
            continue
        if has_axis(part):
            waiting.extend(part.get_children())
        for name, value in vars(part).items():
            if name in UPWARDS or (name == "axis" and is_straight_spine(part)):
                continue
            if isinstance(value, Artist):
                waiting.append(value)
            elif isinstance(value, (list, tuple)):
                waiting.extend(one for one in value if isinstance(one, Artist))
            elif isinstance(value, dict):
                waiting.extend(one for one in value.values() if isinstance(one, Artist))
    if not holds_axes:
        return [part for part in found.values() if not isinstance(part, (FigureBase, Axes))]
    return list(found.values())


def settings_of(artist: Artist) -> Iterator[object]:
    """Yield the objects whose plain attributes say how an artist is drawn."""
    yield artist
    if isinstance(artist, FigureBase):
        for axes in axes_of(artist):
            yield from settings_of(axes)
    if isinstance(artist, Axes):
        yield from children(artist)
        for inset in insets(artist):
            yield from settings_of(inset)
        for axis in axis_map(artist).values():
            yield from settings_of(axis)
    if isinstance(artist, Axis):
        for ticker in (artist.major, artist.minor):
            yield ticker.locator
            yield ticker.formatter
    elif type(artist).__module__.startswith("cartopy."):  # a map's grid has tickers of its own
        for value in vars(artist).values():
            if hasattr(value, "__dict__") and not isinstance(value, (Artist, TransformNode, type)):
                yield value
