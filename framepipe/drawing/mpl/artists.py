"""Artists, axes, axis and figures: what matplotlib keeps of them under private names.

Looked at in matplotlib 3.9.0 and 3.11.2:

- ``matplotlib.artist.Artist``: ``_stale``, ``_transform``, ``_clippath``, ``_remove_method``,
  ``_axes``, ``_parent_figure`` (new in 3.10), ``_fully_clipped_to_axes``, ``_callbacks``
- ``matplotlib.axes.Axes``: ``_children``, ``_axis_map``, ``_frameon``, ``_rasterization_zorder``,
  ``_viewLim``, ``_position``, ``_originalPosition``, ``_left_title``, ``_right_title``,
  ``_twinned_axes``, ``_update_title_position``, ``_xaxis_transform``, ``_yaxis_transform``
- ``matplotlib.axis.Axis``: ``_scale``
- ``mpl_toolkits.mplot3d.axis3d.Axis``: ``_axinfo``
- ``matplotlib.collections.Collection``: ``_offset_transform``
- ``matplotlib.figure.FigureBase``: ``_align_label_groups``
- ``matplotlib.figure.Figure``: ``_layout_engine``
- ``matplotlib.lines.Line2D``: ``_xorig``, ``_yorig``, ``_transformed_path``
- ``matplotlib.markers.MarkerStyle``: ``_marker_function``
- ``matplotlib.text.Text``: ``_renderer``
- ``matplotlib.layout_engine.LayoutEngine``: ``_params``
- ``matplotlib.axes._secondary_axes.SecondaryAxis``: ``_parent``
- ``matplotlib.spines.Spine``: ``_position``, ``_patch_type``
- ``matplotlib.transforms.TransformNode``: ``_invalid``
- ``matplotlib.transforms.BlendedGenericTransform``: ``_x``, ``_y``
- ``matplotlib.transforms.CompositeGenericTransform``: ``_a``, ``_b``
- ``matplotlib.transforms.TransformWrapper``: ``_child``

A getter made by `operator.attrgetter` costs 25 ns more than the attribute; what is asked of many
artists in every frame takes a list of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.spines import Spine
from matplotlib.transforms import (
    Bbox,
    BlendedAffine2D,
    BlendedGenericTransform,
    CompositeAffine2D,
    CompositeGenericTransform,
    Transform,
    TransformedPath,
    TransformWrapper,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import FigureBase
    from matplotlib.layout_engine import LayoutEngine
    from matplotlib.scale import ScaleBase
    from matplotlib.text import Text

# ---- flags


def first_stale(artists: Iterable[Any]) -> Artist | None:
    """Return the first artist that was changed since its flag was cleared; None if none was."""
    for artist in artists:
        if artist._stale:
            return artist  # type: ignore[no-any-return]
    return None


def clear_stale(artists: Iterable[Any]) -> None:
    """Count artists as drawn, as the end of their ``draw`` would."""
    for artist in artists:
        artist._stale = False


@contextmanager
def keeping_stale(artists: Iterable[Any]) -> Iterator[None]:
    """Leave artists as stale or not as they are, whatever is called meanwhile."""
    flags = [(artist, artist._stale) for artist in artists]
    try:
        yield
    finally:
        for artist, flag in flags:
            artist._stale = flag


#: Attributes of an artist that drawing and removing set, and that say nothing of how it looks.
BOOKKEEPING = frozenset({"_stale", "stale_callback", "_remove_method"})

#: Attributes that lead from an artist up to what holds it.
UPWARDS = frozenset(
    {"figure", "_parent_figure", "_axes", "axes", "_parent", "parent", "_remove_method", "isaxes"}
)

#: Attributes that drawing works out from others, or that say who is told of changes.
WORKED_OUT = frozenset(
    {"callbacks", "_callbacks", "_renderer", "_transformed_path", "_marker_function", "_invalid"}
)

#: Data that a line was given and has copied: it draws by the copy.
NOT_DRAWN_OF_LINES = frozenset({"_xorig", "_yorig"})

# ---- any artist

#: The transform that was set, as an artist keeps it; None if none was.
own_transform: Callable[[Artist], Transform | None] = attrgetter("_transform")

#: The clip path as an artist keeps it: with the transform to apply; None if there is none.
clip_path: Callable[[Artist], TransformedPath | None] = attrgetter("_clippath")


def is_clipped_to_axes(artist: Any) -> bool:
    """Tell whether an artist cannot reach out of its axes, so that no layout minds it."""
    return bool(artist._fully_clipped_to_axes())


def offset_transform(artist: Artist) -> Transform | None:
    """Return where the offsets of a collection are placed; None if that was not set."""
    return getattr(artist, "_offset_transform", None)


# ---- axes

#: Lines, patches, texts, images and so on, in the order in which they were added; the very list.
children: Callable[[Axes], list[Artist]] = attrgetter("_children")

#: Axes inside of an axes; matplotlib's stubs know too little of them.
insets: Callable[[Axes], list[Axes]] = attrgetter("child_axes")

#: An axes' axis by name, "x" and "y" and so on.
axis_map: Callable[[Axes], Mapping[str, Axis]] = attrgetter("_axis_map")

#: The limits as they stand, without the autoscaling that reading ``viewLim`` may do.
view_limits: Callable[[Axes], Bbox] = attrgetter("_viewLim")

#: The place in the figure after aspects were applied; the very box.
active_position: Callable[[Axes], Bbox] = attrgetter("_position")

#: The place in the figure before that.
original_position: Callable[[Axes], Bbox] = attrgetter("_originalPosition")

#: Whether patch and spines are drawn.
has_frame: Callable[[Axes], bool] = attrgetter("_frameon")

#: What is drawn below this is drawn as a picture in vector formats; None for nothing.
rasterization_zorder: Callable[[Axes], float | None] = attrgetter("_rasterization_zorder")

#: All three titles: in the middle, left and right.
titles: Callable[[Axes], tuple[Text, Text, Text]] = attrgetter(
    "title", "_left_title", "_right_title"
)

#: Where ticks of x and of y are placed.
tick_transforms: Callable[[Axes], tuple[Transform, Transform]] = attrgetter(
    "_xaxis_transform", "_yaxis_transform"
)


def axis_of(holder: object) -> Iterable[Axis]:
    """Return the axis that an artist has, if it is an axes of any kind."""
    return getattr(holder, "_axis_map", {}).values()


def has_axis(artist: Artist) -> bool:
    """Tell whether an artist is an axes of any kind."""
    return hasattr(artist, "_axis_map")


def update_title_position(axes: Any, renderer: RendererBase) -> None:
    """Put an axes' titles where they belong, clear of ticks and labels."""
    axes._update_title_position(renderer)


@contextmanager
def titles_left_alone(axes: Any) -> Iterator[None]:
    """Let an axes not place its titles while it is drawn."""
    axes._update_title_position = lambda renderer: None
    try:
        yield
    finally:
        del axes._update_title_position


def is_twin(axes: Any) -> bool:
    """Tell whether an axes shares its place with another one (``twinx``)."""
    return axes in axes._twinned_axes


def twins(axes: Any) -> list[Axes]:
    """Return the axes that share a place with this one, and this one."""
    return axes._twinned_axes.get_siblings(axes)  # type: ignore[no-any-return]


# ---- axis and spines

#: The scale; another object after ``set_xscale``.
scale_of: Callable[[Axis], ScaleBase] = attrgetter("_scale")


def axis_style(axis: Axis) -> Mapping[str, object] | None:
    """Return how an axis in space is drawn, which is set in place; None for others."""
    return getattr(axis, "_axinfo", None)


def is_at_edge(spine: Any) -> bool:
    """Tell whether a spine lies at its axes' edge, wherever the limits are."""
    return spine._position is None or (
        spine._position[0] == "outward" and spine._patch_type == "line"
    )


def is_straight_spine(artist: object) -> bool:
    """Tell whether an artist is a spine that is drawn without asking its axis anything.

    One that is bent, around a polar axes, asks it for its transform.
    """
    return type(artist) is Spine and vars(artist)["_patch_type"] == "line"


# ---- figures

#: All axes of a figure, those of its subfigures, too.
axes_of: Callable[[FigureBase], list[Axes]] = attrgetter("axes")


def aligned_with(axes: Any) -> list[Axes]:
    """Return the axes whose titles are aligned with those of this one, and this one."""
    group = axes.get_figure()._align_label_groups.get("title")
    return [axes] if group is None else group.get_siblings(axes)


def aligns_labels(figure: Any) -> bool:
    """Tell whether axis labels of a figure are aligned with each other."""
    groups = figure._align_label_groups
    return any(any(True for _ in groups[name]) for name in ("x", "y"))


@contextmanager
def without_layout(figure: Any) -> Iterator[None]:
    """Let a figure have no layout engine for a while, everything staying where it is."""
    engine, figure._layout_engine = figure._layout_engine, None
    try:
        yield
    finally:
        figure._layout_engine = engine


def layout_parameters(engine: LayoutEngine | None) -> Mapping[str, object] | None:
    """Return what a layout engine was told (pads and so on)."""
    return getattr(engine, "_params", None)


# ---- transforms


def blended_parts(transform: Transform) -> tuple[Transform, Transform] | None:
    """Return what places x and what places y, if a transform is made of two such."""
    if not isinstance(transform, (BlendedGenericTransform, BlendedAffine2D)):
        return None
    made: Any = transform
    return made._x, made._y


def composed_parts(transform: Transform) -> tuple[Transform, Transform] | None:
    """Return what is applied first and what second, if a transform is made of two such."""
    if not isinstance(transform, (CompositeGenericTransform, CompositeAffine2D)):
        return None
    made: Any = transform
    return made._a, made._b


def wrapped_part(transform: Transform) -> tuple[Transform] | None:
    """Return what a transform stands for, if it is one that can be replaced."""
    if not isinstance(transform, TransformWrapper):
        return None
    made: Any = transform
    return (made._child,)
