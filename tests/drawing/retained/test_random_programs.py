"""Random figures, changed in random ways by their setters: kept frames must equal full draws.

A figure and its frames are a `Program`: plain data, carried out by `World`.  A failing example
therefore prints as a program that can be pasted into `play`.  What cannot be done (a property
that this artist has not, limits a scale cannot take) is left out, in every way of drawing alike.

``FRAMEPIPE_EXAMPLES=20000`` runs so many examples, other ones each time; without it a few hundred
are run, always the same.
"""

from __future__ import annotations

import io
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

import matplotlib as mpl
import matplotlib.patheffects as pe
import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from matplotlib import patches as mpatches
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredText, AnnotationBbox, TextArea
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox
from mpl_toolkits.axes_grid1.parasite_axes import HostAxes

from framepipe.drawing.painter import Painter
from framepipe.drawing.policy import Limits, Redraw
from framepipe.drawing.settings import frame_settings
from framepipe.errors import FrameError, FrameMismatch

EXAMPLES = int(os.environ.get("FRAMEPIPE_EXAMPLES", "0"))
PARTS = 10
DPI = 50


@dataclass
class Program:
    """A figure, what is done to make it, and what is done in each frame."""

    make: list[tuple[Any, ...]]
    steps: list[list[tuple[Any, ...]]] = field(default_factory=list)


# ---- how things are made; all choices come from the seed


def contour(ax: Any, rng: Any) -> None:
    made = ax.contour(rng.normal(size=(5, 5)), levels=4)
    if rng.random() < 0.3:
        ax.clabel(made)


def colorbar(ax: Any, rng: Any) -> None:
    image = ax.imshow(rng.random((3, 3)), aspect="auto")
    ax.figure.colorbar(image, ax=ax)


def legend(ax: Any, rng: Any) -> None:
    ax.legend(loc=["best", "upper left", "center"][rng.integers(3)])


def inset(ax: Any, rng: Any) -> None:
    made = ax.inset_axes([0.5, 0.5, 0.4, 0.4])
    made.plot(rng.random(3))
    if rng.random() < 0.4:
        ax.indicate_inset_zoom(made)


def quiver(ax: Any, rng: Any) -> None:
    made = ax.quiver(*rng.random((4, 3)))
    if rng.random() < 0.4:
        ax.quiverkey(made, 0.8, 0.8, 1, "key")


def beside(ax: Any, rng: Any) -> None:
    left, bottom = rng.random(2) / 2
    ax.figure.add_axes((left, bottom, 0.4, 0.4), polar=rng.random() < 0.5)


def space(ax: Any, rng: Any) -> None:
    made = ax.figure.add_axes((0.3, 0.3, 0.6, 0.6), projection="3d")
    made.plot(*rng.random((3, 4)))
    if rng.random() < 0.5:
        made.scatter(*rng.random((3, 4)))
    if rng.random() < 0.3:
        made.bar3d([0.1], [0.1], [0], 0.5, 0.5, rng.random())


def round_inset(ax: Any, rng: Any) -> None:
    ax.inset_axes([0.4, 0.1, 0.5, 0.5], projection="polar").plot(*rng.random((2, 5)))


def host(ax: Any, rng: Any) -> None:
    made = HostAxes(ax.figure, (0.2, 0.2, 0.5, 0.5))
    ax.figure.add_axes(made).plot(*rng.random((2, 4)))
    made.twinx().plot(*rng.random((2, 4)), "g")


def subfigure(ax: Any, rng: Any) -> None:
    made = ax.figure.subfigures(1, 2)
    made[0].set_facecolor((0, 0, 0, 0.1))
    made[0].subplots().plot(*rng.random((2, 4)))


def shared(ax: Any, rng: Any) -> None:
    ax.figure.add_axes((0.1, 0.6, 0.4, 0.3), sharex=ax).plot(*rng.random((2, 3)))


def box(ax: Any, rng: Any) -> None:
    ax.add_artist(AnnotationBbox(TextArea("box"), rng.random(2), xybox=rng.random(2)))


def connection(ax: Any, rng: Any) -> None:
    other = ax.figure.axes[-1]
    ends = {"coordsA": ax.transData, "coordsB": other.transData}
    ax.figure.add_artist(mpatches.ConnectionPatch(rng.random(2), rng.random(2), **ends))


def arrow(ax: Any, rng: Any) -> None:
    a, b = rng.random((2, 2))
    ax.annotate(
        "note", a, b, arrowprops={"arrowstyle": "->"}, annotation_clip=bool(rng.integers(2))
    )


MAKE: dict[str, Callable[[Any, Any], Any]] = {
    "line": lambda ax, rng: ax.plot(*rng.random((2, 4)), label="line", lw=rng.integers(1, 6)),
    "markers": lambda ax, rng: ax.plot(*rng.random((2, 4)), "o", label="marks"),
    "scatter": lambda ax, rng: ax.scatter(*rng.random((2, 5)), c=rng.random(5), label="dots"),
    "bars": lambda ax, rng: ax.bar(range(3), rng.random(3), label="bars"),
    "text": lambda ax, rng: ax.text(*rng.random(2), "some $x^2$"),
    "words": lambda ax, rng: ax.text(*rng.random(2), "boxed", bbox={"fc": "w"}, rotation=20),
    "arrow": arrow,
    "image": lambda ax, rng: ax.imshow(rng.random((4, 4)), alpha=rng.choice([1.0, 0.5])),
    "circle": lambda ax, rng: ax.add_patch(mpatches.Circle(rng.random(2), 0.3, alpha=0.5)),
    "wedge": lambda ax, rng: ax.add_patch(mpatches.Wedge(rng.random(2), 0.3, 0, 99, hatch="//")),
    "fancy": lambda ax, rng: ax.add_patch(mpatches.FancyBboxPatch(rng.random(2), 0.3, 0.2)),
    "legend": legend,
    "segments": lambda ax, rng: ax.add_collection(LineCollection(rng.random((3, 2, 2)))),
    "band": lambda ax, rng: ax.fill_between(range(4), rng.random(4), alpha=0.4, label="band"),
    "mesh": lambda ax, rng: ax.pcolormesh(rng.random((4, 4)), shading="gouraud"),
    "quads": lambda ax, rng: ax.pcolormesh(rng.random((3, 3)), edgecolors="k"),
    "errors": lambda ax, rng: ax.errorbar(*rng.random((3, 3)), fmt="s", label="errors"),
    "level": lambda ax, rng: ax.axhline(rng.random(), lw=4),
    "span": lambda ax, rng: ax.axvspan(*rng.random(2), alpha=0.3),
    "quiver": quiver,
    "contour": contour,
    "filled": lambda ax, rng: ax.contourf(rng.normal(size=(5, 5)), hatches=["/", None]),
    "colorbar": colorbar,
    "twinx": lambda ax, rng: ax.twinx().plot(*rng.random((2, 3)), "r"),
    "twiny": lambda ax, rng: ax.twiny().plot(*rng.random((2, 3)), "g"),
    "second": lambda ax, rng: ax.secondary_xaxis("top", functions=(np.square, np.sqrt)),
    "inset": inset,
    "beside": beside,
    "space": space,
    "round inset": round_inset,
    "host": host,
    "subfigure": subfigure,
    "shared": shared,
    "anchored": lambda ax, rng: ax.add_artist(AnchoredText("anchored", "lower left")),
    "box": box,
    "table": lambda ax, rng: ax.table([["a", "b"], ["c", "d"]], loc="bottom"),
    "connection": connection,
    "figtext": lambda ax, rng: ax.figure.text(*rng.random(2), "figure"),
    "figline": lambda ax, rng: ax.figure.add_artist(Line2D(*rng.random((2, 3)), lw=3)),
    "suptitle": lambda ax, rng: ax.figure.suptitle("above"),
    "figlegend": lambda ax, rng: ax.figure.legend(),
}

# ---- what may be set, by class, with values; those that begin with @ are made by `value_of`

# fmt: off
one = st.sampled_from
numbers = one([0.0, 0.3, 0.5, 1.0, 1.7])
colors = one(["r", "k", "0.8", "C2", (0, 0.5, 1, 0.4), "none"])
flags = st.booleans()
pairs = st.tuples(numbers, numbers)
norms = one(["@log", "@plain"])
maps = one(["viridis", "gray"])
spans = one([(0, 1), (0.2, 0.4)])

SETTERS: dict[type, dict[str, Any]] = {
    Artist: {
        "alpha": one([None, 0.3, 1]), "zorder": one([-1, 0, 1, 1.5, 2, 2.6, 3, 9]),
        "visible": flags, "clip_on": flags, "clip_box": one([None, "@box", "@axes box"]),
        "clip_path": one([None, "@circle", "@rectangle"]), "animated": flags,
        "transform": one(["@axes", "@data", "@figure", "@turned"]), "rasterized": flags,
        "snap": one([None, True, False]), "sketch_params": one([None, 2.0]),
        "path_effects": one([[], "@stroke"]), "agg_filter": one([None, "@half"]),
        "label": one(["a", "_b"]),
    },
    Line2D: {
        "data": st.just("@points"), "ydata": st.just("@four"), "color": colors,
        "linewidth": numbers, "linestyle": one(["-", "--", "none"]), "markevery": one([None, 2]),
        "marker": one(["o", "", "$a$"]), "markersize": one([2, 12]),
        "drawstyle": one(["default", "steps"]),
    },
    Collection: {
        "offsets": st.just("@dots"), "array": st.just("@five"), "sizes": one([[30], [5, 99]]),
        "facecolor": colors, "edgecolor": colors, "linewidth": numbers, "clim": spans,
        "cmap": maps, "norm": norms, "hatch": one([None, "xx"]),
    },
    AxesImage: {
        "data": st.just("@image"), "extent": one([(0, 1, 0, 1), (-1, 2, 0, 3)]), "clim": spans,
        "cmap": maps, "norm": norms, "interpolation": one(["nearest", "bilinear"]),
    },
    Patch: {
        "facecolor": colors, "edgecolor": colors, "linewidth": numbers, "fill": flags,
        "hatch": one([None, "//"]), "height": numbers, "width": numbers, "xy": pairs,
        "center": pairs, "boxstyle": one(["round", "square"]),
    },
    Text: {
        "text": one(["", "other", "two\nlines", "$\\frac{1}{2}$"]), "position": pairs,
        "fontsize": one([6, 14]), "rotation": one([0, 33]), "color": colors,
        "ha": one(["left", "right"]), "bbox": one([None, {"fc": "y"}]),
    },
    Annotation: {"anncoords": one(["data", "axes fraction"])},
    Legend: {
        "loc": one(["best", "upper right", "center"]), "title": st.just("legend"),
        "frame_on": flags, "bbox_to_anchor": one([None, (0.5, 0.5)]), "ncols": one([1, 2]),
    },
}

#: What is made where an artist of a class is wanted and there is none.
INSTEAD = {
    "Artist": "line", "Line2D": "line", "Collection": "scatter", "AxesImage": "image",
    "Patch": "circle", "Text": "text", "Annotation": "arrow", "Legend": "legend",
}

limits = one([(0, 1), (-1, 2), (0.2, 0.7), (1, 0), (1000.1, 1000.2)])
scales = st.tuples(one(["linear", "symlog", "log"]))
ticks = st.tuples(one([[], [0, 0.5, 1]]))
switch = st.tuples(flags)
plain = st.just(())

CALLS: dict[str, Any] = {
    "set_xlim": limits, "set_ylim": limits, "set_xscale": scales, "set_yscale": scales,
    "set_position": st.tuples(one([(0.2, 0.2, 0.6, 0.5), (0.4, 0.3, 0.5, 0.6)])),
    "set_aspect": st.tuples(one(["auto", "equal", 2]), one(["box", "datalim"])),
    "set_facecolor": st.tuples(colors), "set_frame_on": switch, "set_axis_off": plain,
    "set_axis_on": plain, "set_axisbelow": st.tuples(one([True, "line", False])),
    "set_title": st.tuples(one(["", "Title"])), "set_xlabel": st.tuples(one(["", "along"])),
    "set_ylabel": st.tuples(one(["", "up"])), "set_zorder": st.tuples(one([-1, 0, 5])),
    "set_visible": switch, "set_rasterization_zorder": st.tuples(one([None, 2])),
    "set_box_aspect": st.tuples(one([None, 1])), "grid": switch, "autoscale": plain,
    "margins": st.tuples(one([0, 0.2])), "relim": plain, "invert_yaxis": plain,
    "autoscale_view": plain,
    "view_init": st.tuples(one([30, 60]), one([-60, 20])), "set_zlim": limits,
    "set_rlim": limits, "set_theta_offset": st.tuples(numbers),
    "set_thetamax": st.tuples(one([90, 360])),
    "minorticks_on": plain, "set_xticks": ticks, "set_yticks": ticks, "cla": plain,
    "tick_params": st.tuples(one(["@in", "@top", "@red", "@turned labels"])),
    "xaxis.set_major_formatter": st.tuples(one(["{x:.3f}", "@upper"])),
    "yaxis.set_major_locator": st.just(("@few",)), "remove": plain,
    "xaxis.set_ticks_position": st.tuples(one(["top", "bottom", "both"])),
    "xaxis.set_label_position": st.tuples(one(["top", "bottom"])),
    "xaxis.set_visible": switch, "yaxis.set_visible": switch,
    "yaxis.set_label_coords": pairs, "spines.right.set_visible": switch,
    "spines.left.set_position": st.tuples(one(["zero", "center", ("outward", 5), ("data", 0.5)])),
    "spines.bottom.set_position": st.tuples(one(["zero", ("axes", 0.4), ("outward", 0)])),
    "spines.top.set_bounds": one([(0.2, 0.6), (None, None)]),
    "_left_title.set_text": st.tuples(one(["", "Left"])),
}

FIGURE: dict[str, Any] = {
    "set_facecolor": st.tuples(colors), "set_frameon": switch, "set_dpi": st.tuples(one([50, 72])),
    "set_size_inches": st.tuples(one([2, 2.5]), st.just(1.5)), "set_edgecolor": st.tuples(colors),
    "set_linewidth": st.tuples(numbers), "suptitle": st.tuples(one(["", "Figure"])),
    "supxlabel": st.tuples(one(["", "all"])), "subplots_adjust": st.tuples(one([0.1, 0.3])),
    "align_labels": plain, "align_titles": plain, "draw_without_rendering": plain,
}
# fmt: on

#: What an update can read back, of axes and of an artist: much of it is what the last draw left.
READS: dict[str, Callable[[Any, Any], Any]] = {
    "window extent": lambda ax, _: ax.get_window_extent().bounds,
    "position": lambda ax, _: ax.get_position().bounds,
    "original position": lambda ax, _: ax.get_position(original=True).bounds,
    "limits": lambda ax, _: (*ax.get_xlim(), *ax.get_ylim()),
    "data to pixels": lambda ax, _: ax.transData.transform((0.5, 0.5)),
    "tick labels": lambda ax, _: [t.label1.get_text() for t in ax.xaxis.get_major_ticks()],
    "tick places": lambda ax, _: [t.get_loc() for t in ax.yaxis.get_major_ticks()],
    "offset": lambda ax, _: ax.yaxis.get_offset_text().get_text(),
    "title": lambda ax, _: ax.title.get_position(),
    "axis labels": lambda ax, _: (
        ax.xaxis.label.get_position(),
        ax.yaxis.label.get_position(),
    ),
    "legend": lambda ax, _: ax.get_legend().get_frame().get_bbox().bounds,
    "colors": lambda _, artist: artist.get_facecolor(),
    "norm": lambda _, artist: (artist.norm.vmin, artist.norm.vmax),
    "scale": lambda _, artist: artist.scale,
    "box": lambda _, artist: artist.get_bbox_patch().get_extents().bounds,
    "arrow": lambda _, artist: artist.arrow_patch.get_path().vertices,
}


class World:
    """Carries out a program: `("make", kind, axes, seed)`, `("set", class, artist, property,
    value)`, `("axes", axes, method, arguments)`, `("figure", method, arguments)`,
    `("remove", artist)`, `("return", artist)`, and `("read", what, axes, artist)`, which writes
    what it finds into a text; axes and artists by number."""

    def __init__(self) -> None:
        self.figure: Any = Figure(figsize=(2, 1.5), dpi=DPI)
        FigureCanvasAgg(self.figure)
        self.returned: list[Any] = []
        self.seed = 0
        self.said: Any = None
        self.figure.subplots()

    def find(self, kind: str, number: int, method: str, again: bool = True) -> Any:
        """The artist of that number, of that kind, with that method; made if there is none.

        Below zero it may be a tick, a spine or part of a legend.
        """
        found: list[Any] = [*self.figure.artists, *self.figure.texts, *self.figure.lines]
        for ax in self.figure.axes:
            found.extend([*ax._children, ax.get_legend()])
        if number < 0:
            found = self.figure.findobj(include_self=False)
        classes = next(k for k in SETTERS if k.__name__ == kind)
        found = [a for a in found if isinstance(a, classes) and getattr(a, method, None)]
        if not found and again:
            self.do_make(INSTEAD[kind], 0, 0)
            return self.find(kind, number, method, again=False)
        return found[number % len(found)]

    def do(self, operation: tuple[Any, ...]) -> None:
        try:
            getattr(self, "do_" + operation[0])(*operation[1:])
        except (AttributeError, TypeError, ValueError, ZeroDivisionError, IndexError):
            pass  # not possible here
        except (NotImplementedError, RuntimeError, RecursionError, np.linalg.LinAlgError):
            pass

    def axes(self, number: int) -> Any:
        if not self.figure.axes:
            self.figure.subplots()
        return self.figure.axes[number % len(self.figure.axes)]

    def do_make(self, kind: str, number: int, seed: int) -> None:
        rng: Any = np.random.default_rng(seed)
        MAKE[kind](self.axes(number), rng)

    def do_set(self, kind: str, number: int, name: str, value: Any) -> None:
        artist = self.find(kind, number, "set_" + name)
        getattr(artist, "set_" + name)(self.value(value, artist))

    def do_axes(self, number: int, name: str, arguments: tuple[Any, ...]) -> None:
        ax = self.axes(number)
        given = [self.value(argument, ax) for argument in arguments]
        if name == "tick_params":
            ax.tick_params(**given[0])
        else:
            attrgetter(name)(ax)(*given)

    def do_figure(self, name: str, arguments: tuple[Any, ...]) -> None:
        getattr(self.figure, name)(*arguments)

    def do_remove(self, number: int) -> None:
        self.find("Artist", number, "_remove_method").remove()

    def do_read(self, what: str, number: int, artist: int) -> None:
        found = self.find("Artist", artist, "draw") if artist >= 0 else None
        value = READS[what](self.axes(number), found)
        if not isinstance(value, list):
            value = np.array2string(np.asarray(value, "f8"), precision=4, threshold=20)
        self.said = self.said or self.figure.text(0, 0, "", fontsize=5)
        self.said.set_text(f"{value}")

    def do_return(self, number: int) -> None:
        self.returned.append(self.find("Artist", number, "draw"))

    def value(self, value: Any, artist: Any) -> Any:
        """What a value that begins with @ stands for."""
        if not (isinstance(value, str) and value.startswith("@")):
            return value
        ax = artist.axes or self.figure.axes[0]
        rng: Any = np.random.default_rng(self.seed)
        things: dict[str, Callable[[], Any]] = {
            "@box": lambda: Bbox([[20, 20], [70, 50]]),
            "@axes box": lambda: TransformedBbox(Bbox([[0.2, 0.2], [0.8, 0.6]]), ax.transAxes),
            "@circle": lambda: mpatches.Circle((0.5, 0.5), 0.3, transform=ax.transAxes),
            "@rectangle": lambda: mpatches.Rectangle((0, 0), 0.5, 0.5, transform=ax.transData),
            "@axes": lambda: ax.transAxes,
            "@data": lambda: ax.transData,
            "@figure": lambda: self.figure.transFigure,
            "@turned": lambda: Affine2D().rotate(0.3) + ax.transData,
            "@stroke": lambda: [pe.withStroke(linewidth=4, foreground="g")],
            "@half": lambda: _half,
            "@points": lambda: rng.random((2, 6)),
            "@four": lambda: rng.random(4),
            "@five": lambda: rng.random(5),
            "@dots": lambda: rng.random((4, 2)),
            "@image": lambda: rng.random((5, 5)),
            "@log": lambda: LogNorm(0.1, 1),
            "@plain": Normalize,
            "@in": lambda: {"direction": "in", "length": 8},
            "@top": lambda: {"top": True, "labeltop": True, "labelbottom": False},
            "@red": lambda: {"color": "r", "labelsize": 12},
            "@turned labels": lambda: {"axis": "x", "labelrotation": 40},
            "@upper": lambda: FuncFormatter(lambda x, _: f"T{x:.1f}"),
            "@few": lambda: MaxNLocator(2),
        }
        return things[value]()


def _half(image: Any, dpi: float) -> Any:
    return image * np.array([1, 1, 1, 0.5]), 0, 0


def animate(program: Program) -> FuncAnimation:
    """The animation of a program."""
    world = World()
    for operation in program.make:
        world.do(operation)

    def update(i: int) -> list[Any]:
        world.seed, world.returned = i, []
        for operation in program.steps[i]:
            world.do(operation)
        return world.returned

    return FuncAnimation(
        world.figure, update, frames=len(program.steps), init_func=list, cache_frame_data=False
    )


class Keeper(AbstractMovieWriter):
    """Keeps the frames that `Animation.save` makes."""

    def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
        super().setup(fig, outfile, dpi)
        self.frames: list[bytes] = []
        self.size = fig.get_size_inches()

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        self.fig.set_size_inches(self.size)
        file = io.BytesIO()
        self.fig.savefig(file, format="rgba", dpi=self.dpi, **savefig_kwargs)
        self.frames.append(file.getvalue())

    def finish(self) -> None:
        pass


@contextmanager
def quiet() -> Iterator[None]:
    with mpl.rc_context(), warnings.catch_warnings(), np.errstate(all="ignore"):
        mpl.rcdefaults()
        warnings.simplefilter("ignore")
        yield


def saved(program: Program) -> list[bytes]:
    """The frames by `Animation.save`; fewer if matplotlib itself fails at one."""
    keeper = Keeper()
    with suppress(Exception):
        animate(program).save("x", writer=keeper, dpi=DPI)
    return keeper.frames


#: Composes every frame, and compares none but where all are.
UNCHECKED = Limits(sure_checks=0, check_share=0.0, gives_up=False, looks_back=False)


def kept(program: Program, *, redraw: Redraw) -> list[bytes]:
    """The frames drawn in that way; with "auto" nothing is compared with a full draw.

    In every other program what is still is sorted out in each frame, not only where several frames
    are alike.
    """
    limits = replace(UNCHECKED, steady=0 if len(program.steps) % 2 else UNCHECKED.steady)
    animation = animate(program)
    figure = animation._fig  # type: ignore[attr-defined]
    given = frame_settings(
        figure, dpi=DPI, codec="h264", suffix=".mp4", even=False, savefig_kwargs=None
    )
    painter = Painter([animation], given, redraw=redraw, limits=limits)
    frames = []
    painter.open()
    try:
        for i in range(len(program.steps)):
            out = bytearray(given.nbytes)
            painter.paint(i, memoryview(out))
            frames.append(bytes(out))
    except FrameMismatch:
        raise
    except FrameError:
        pass  # matplotlib itself failed
    finally:
        painter.close()
    return frames


def play(program: Program) -> None:
    """Hold what is kept against full draws, and against `Animation.save`."""
    with quiet():
        if len(program.make) % 4 == 0:  # it takes as long as all the rest
            kept(program, redraw="verify")
        expected = saved(program)
        reads = any(operation[0] == "read" for step in program.steps for operation in step)
        # What the update reads depends on draws before, and then all of them must be made.
        got = kept(program, redraw="as_saved" if reads else "auto")
        assert len(got) == len(expected)
        differ = [i for i, (a, b) in enumerate(zip(got, expected, strict=True)) if a != b]
        assert not differ, f"frames {differ} differ from Animation.save's"


# ---- random programs

numbered = st.integers(0, 5)


def _of(head: Any, table: dict[str, Any]) -> Any:
    """`(*head, name, value)` for a name of a table, and a value that its strategy gives."""
    return one(sorted(table)).flatmap(
        lambda name: st.builds(lambda h, v: (*h, name, v), head, table[name])
    )


making = st.tuples(st.just("make"), one(sorted(MAKE)), numbered, numbered)
setting = one(list(SETTERS)).flatmap(
    lambda kind: _of(
        st.tuples(st.just("set"), st.just(kind.__name__), st.integers(-40, 9)), SETTERS[kind]
    )
)
calling = _of(st.tuples(st.just("axes"), numbered), CALLS)
figures = _of(st.just(("figure",)), FIGURE)
others = st.tuples(one(["remove", "return"]), numbered)
reading = st.tuples(st.just("read"), one(sorted(READS)), numbered, st.integers(-1, 9))
changing = st.one_of(setting, setting, calling, making, figures, others)

programs = st.builds(
    Program,
    make=st.lists(st.one_of(making, making, making, setting, calling), min_size=2, max_size=7),
    steps=st.lists(st.lists(changing, min_size=1, max_size=3), min_size=4, max_size=6),
)

reading_programs = st.builds(
    Program,
    make=st.lists(st.one_of(making, making, setting, calling), min_size=2, max_size=7),
    steps=st.lists(
        st.builds(lambda first, rest: [first, *rest], reading, st.lists(changing, max_size=2)),
        min_size=4,
        max_size=6,
    ),
)


@pytest.fixture(scope="module", autouse=True)
def open_fonts() -> None:
    """Let matplotlib open its fonts, which it keeps open."""
    with quiet():
        for text in ("$x^2\\frac{1}{2}$", "boxed", "$a$", "$\\mathdefault{10^{-1}}$"):
            saved(Program([], [[("set", "Text", 0, "text", text)]]))


def run_some(kind: Any, part: int) -> None:
    """Play random programs; in parts, so that they can be run beside each other."""

    @settings(
        max_examples=-(-EXAMPLES // PARTS) or (13 if part else 5),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(kind)
    def run(program: Program) -> None:
        play(program)

    seed(part + (time.time_ns() if EXAMPLES else 0))(run)()


every_part = pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))]
)


@pytest.mark.timeout(0 if EXAMPLES else 180)
@every_part
def test_random_programs(part: int) -> None:
    run_some(programs, part)


@pytest.mark.timeout(0 if EXAMPLES else 180)
@every_part
def test_random_programs_that_read_back_what_draws_left(part: int) -> None:
    """With every draw that `Animation.save` makes, they find what they would find there."""
    run_some(reading_programs, part)
