"""A picture of a timeline: a lane for each worker, one for the encoder, and what they did when."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..result.timeline import ENCODER, KINDS, Timeline

#: What is said of each kind, and its colour: Okabe and Ito's, which the colour-blind can tell
#: apart.
LOOKS = {
    "start": ("starting", "#B8B8B8"),
    "update": ("updates", "#E69F00"),
    "draw": ("drawing", "#0072B2"),
    "check": ("checks", "#009E73"),
    "write": ("encoding", "#CC79A7"),
}
WAITING = "#EDEDED"
INK, GREY = "#222222", "#767676"

#: Inches: a slide's width at 150 dots each; a lane, as long as there are few.
WIDTH, LANE, MOST_LANES = 10.0, 0.5, 12

#: Share of a lane's height that is coloured.
THICK = 0.78

#: Frames of a lane that can be told apart in the picture; where there are more, shares of time are
#: shown, in so many bins.
FRAMES, BINS = 500, 320

#: The same, with a hairline between them, which narrower boxes would drown in.
HAIRLINED = 150

STYLE: dict[str, object] = {
    "font.size": 11,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


def draw_timeline(timeline: Timeline, title: str, subtitle: str = "") -> Figure:
    """Draw what each lane did.

    Parameters
    ----------
    timeline : Timeline
        What was noted.
    title, subtitle : str
        What stands above it.

    Returns
    -------
    Figure
        With a canvas of its own; pyplot does not know it.

    Raises
    ------
    ValueError
        If nothing was noted.
    """
    spans = timeline.spans()
    if not spans:
        raise ValueError("there is no timeline: nothing was noted while this movie was made")
    begin = min(span.begin for span in spans)
    end = max(span.end for span in spans)
    lanes = timeline.lanes
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever the user's plots look like
        rc: Any = mpl.rcParams
        rc.update(STYLE)
        height = LANE * min(len(lanes), MOST_LANES) + 1.75
        figure = Figure(figsize=(WIDTH, height), dpi=150, layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        for row, lane in enumerate(lanes):
            _draw_lane(ax, timeline, lane, row, begin, end)
        _finish(figure, ax, timeline, end - begin)
        ax.set_title(f"{title}\n", loc="left", fontsize=14, fontweight="bold")
        if subtitle:
            ax.annotate(
                f"Bound by {subtitle}", (0, 1), (0, 7), xycoords="axes fraction",
                textcoords="offset points", color=GREY,
            )  # fmt: skip
        return figure


def _draw_lane(ax: Axes, timeline: Timeline, lane: int, row: int, begin: float, end: float) -> None:
    low, high = row - THICK / 2, row + THICK / 2
    seconds = end - begin
    spans = timeline.spans()
    longest = max(sum(span.lane == one for span in spans) for one in timeline.lanes)
    spans = [span for span in spans if span.lane == lane]
    ax.fill_between([0, seconds], low, high, color=WAITING, lw=0)
    boxes: dict[str, list[tuple[float, float, float, float]]] = {kind: [] for kind in KINDS}
    if longest <= FRAMES:
        for span in spans:
            at = span.begin - begin
            for kind, taken in zip(KINDS, span.seconds, strict=True):
                if taken > 0:
                    boxes[kind].append((at, at + taken, low, high))
                at += taken
    else:
        for number, shares in enumerate(timeline.shares(lane, begin, end, BINS)):
            left, right = seconds * number / BINS, seconds * (number + 1) / BINS
            bottom = high  # rows are counted downwards
            for kind, share in zip(KINDS, shares, strict=True):
                top = max(low, bottom - share * THICK)
                if share > 0:
                    boxes[kind].append((left, right, top, bottom))
                bottom = top
    hairline = 0.6 if longest <= HAIRLINED else 0.0
    wide = 3 * hairline * seconds / (72 * WIDTH)
    for kind, found in boxes.items():
        if found:
            corners = [np.array([(a, c), (b, c), (b, d), (a, d)]) for a, b, c, d in found]
            tint = LOOKS[kind][1]
            edges = ["white" if hairline and b - a > wide else tint for a, b, _, _ in found]
            ax.add_collection(
                PolyCollection(
                    corners, facecolors=tint, edgecolors=edges, linewidths=hairline,
                    antialiaseds=bool(hairline),
                ),
                autolim=False,
            )  # fmt: skip
    busy = sum(sum(span.seconds) for span in spans) / seconds
    ax.annotate(
        f"{min(busy, 1.0):.0%}", (1, row), (6, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center_baseline", color=GREY,
    )  # fmt: skip


def _finish(figure: Figure, ax: Axes, timeline: Timeline, seconds: float) -> None:
    """Name the lanes, the axis and the colours."""
    lanes = timeline.lanes
    seconds_of = [span.seconds for span in timeline.spans()]
    spent = [sum(column) for column in zip(*seconds_of, strict=True)]
    step = -(-len(lanes) // MOST_LANES)
    shown = [row for row, lane in enumerate(lanes) if row % step == 0 or lane == ENCODER]
    ax.set_yticks(shown, [_name(timeline, lanes[row]) for row in shown])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(lanes) - 0.5, -0.5)
    ax.set_xlim(0, seconds)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} s"))
    handles = [
        Patch(color=LOOKS[kind][1], label=LOOKS[kind][0])
        for kind, all_of_it in zip(KINDS, spent, strict=True)
        if all_of_it > 0
    ]
    handles.append(Patch(color=WAITING, label="waiting"))
    figure.legend(
        handles=handles, loc="outside lower left", ncols=len(handles), frameon=False,
        handlelength=1.0, handleheight=1.0, columnspacing=1.6, fontsize=10,
    )  # fmt: skip


def _name(timeline: Timeline, lane: int) -> str:
    """Return what a lane is called; a worker that draws nothing for the movie is a witness."""
    check, draw, write = (KINDS.index(kind) for kind in ("check", "draw", "write"))
    spans = timeline.spans()
    if lane == ENCODER:
        # Where each worker has an encoder of its own, all that is left is to join what they made.
        joins = any(span.lane != ENCODER and span.seconds[write] > 0 for span in spans)
        return "joining" if joins else "encoder"
    spent = [span.seconds for span in spans if span.lane == lane]
    if not any(one[draw] > 0 for one in spent) and any(one[check] > 0 for one in spent):
        return "witness"
    return f"worker {lane + 1}"
