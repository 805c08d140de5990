"""Bars of a result's cases: how many times sooner, and what a frame's CPU time goes into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ..contenders import SERIAL
from .picture_style import INK, WIDTH, colour, ink_on

#: The parts of a frame's CPU time, and their colours (Okabe and Ito's, which the colour-blind can
#: tell apart, and which differ in lightness too).
TIME_PARTS = {
    "updates": "#E69F00",
    "drawing": "#0072B2",
    "copying": "#009E73",
    "encoding": "#BBBBBB",
}


def speedups(cases: Mapping[str, Any]) -> dict[str, tuple[dict[str, float], float | None]]:
    """Return, by case, how many times sooner each contender is, and the most that is possible.

    The most is the serial save's time over the shortest of the case's limits; None without one.
    """
    found = {}
    for name, case in cases.items():
        medians = case["medians"]
        serial = medians.get(SERIAL)
        bars = {one: m["sooner"] for one, m in medians.items() if one != SERIAL and m["sooner"]}
        if serial and bars:
            best = min(case["limits"].values(), default=None)
            found[name] = (bars, serial["wall"] / best if best else None)
    return found


def spending(case: Mapping[str, Any], contender: str) -> dict[str, float] | None:
    """Return what a contender's CPU time goes into, in milliseconds a frame; None if unknown.

    For framepipe, what ffmpeg used is encoding; the rest is divided as the report divides the
    workers' seconds (checks are drawing).  `Animation.save` does not report, so its encoding is
    that of the encoder alone, and the rest of it drawing, updates included.
    """
    found = case["medians"].get(contender)
    if found is None:
        return None
    each = 1000 / case["frames"]
    reports = [
        run["movie"]["report"]
        for run in case["runs"]
        if run["contender"] == contender and "movie" in run and not run["problem"]
    ]
    if contender == SERIAL:
        alone = case["ceilings"].get("encode_alone")
        if alone is None:
            return None
        encoding = min(alone["cpu"], found["cpu"])
        return {"drawing": each * (found["cpu"] - encoding), "encoding": each * encoding}
    if not reports:
        return None
    report = {
        key: _mean(reports, key) for key in ("update", "draw", "check", "copy", "encoder_cpu")
    }
    busy = report["update"] + report["draw"] + report["check"] + report["copy"]
    encoding = min(report["encoder_cpu"], found["cpu"])
    scale = each * (found["cpu"] - encoding) / busy if busy else 0.0
    return {
        "updates": scale * report["update"],
        "drawing": scale * (report["draw"] + report["check"]),
        "copying": scale * report["copy"],
        "encoding": each * encoding,
    }


def _mean(reports: Sequence[Mapping[str, float]], key: str) -> float:
    return sum(report[key] for report in reports) / len(reports)


def draw_speedups(cases: Mapping[str, Any]) -> Figure | None:
    """Draw a bar for every case and contender, and a mark for the limit.

    On a logarithmic axis, and from 1, since these are ratios: twice as fast is as long to the right
    as half as fast to the left.
    """
    found = speedups(cases)
    if not found:
        return None
    names = list(dict.fromkeys(name for bars, _ in found.values() for name in bars))
    all_values = [v for bars, limit in found.values() for v in (*bars.values(), limit or 1.0)]
    low, high = min(1.0, *all_values), max(2.0, *all_values)
    share = (high / low) ** 0.01  # a factor that is one per cent of the axis
    figure, ax = _figure(0.20 * sum(len(bars) + GAP for bars, _ in found.values()) + 0.75)
    ax.set_xscale("log")
    y = 0.0
    ticks = []
    for case, (bars, limit) in found.items():
        first, crowded = y, False
        for name in (name for name in names if name in bars):
            value, tint = bars[name], colour(names, name)
            ax.barh(y, value - 1, 0.86, left=1, color=tint)
            if value > share**6:
                ax.text(
                    value / share**0.6, y, _times(value), ha="right", color=ink_on(tint), **SMALL
                )
            else:  # beside the bar, and beside the mark if that is where it would be
                at = max(value, 1.0)
                if limit is not None and at / share < limit < at * share**5:
                    at, crowded = limit, True
                ax.text(at * share**0.6, y, _times(value), **SMALL)
            y += 1
        if limit is not None:
            ax.plot([limit] * 2, [first - 0.5, y - 0.5], color=INK, lw=1.6, solid_capstyle="butt")
            if not crowded:
                ax.text(limit * share**0.6, (first + y - 1) / 2, _times(limit), **SMALL)
        ticks.append(((first + y - 1) / 2, case.replace("_", " ")))
        y += GAP
    ax.axvline(1, color=INK, lw=0.8)
    handles: list[Artist] = [Patch(color=colour(names, name)) for name in names]
    labels = [SHOWN.get(name, name.replace("_", " ")) for name in names]
    if any(limit for _, limit in found.values()):
        handles.append(Line2D([], [], color=INK, lw=1.6))
        labels.append("limit of this machine")
    _finish(figure, ax, ticks, y, (handles, labels))
    ax.xaxis.set_major_locator(LogLocator(10, (1, 2, 5), numticks=20))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(low if low < 1 else 1, high * share**6)
    ax.set_xlabel("times as fast as Animation.save (logarithmic)")
    return figure


#: Labels in the picture.
SMALL: dict[str, Any] = {"va": "center_baseline", "fontsize": 8}

#: What contenders are called in pictures.
SHOWN = {
    "pipe": "framepipe",
    "pipe_full": 'framepipe, redraw="full"',
    "segments": "framepipe, segments",
    "in_process": "framepipe, workers=0",
}

#: Between two cases, in bars.
GAP = 0.7


def draw_time(cases: Mapping[str, Any]) -> Figure | None:
    """Draw, for every case, what a frame's CPU time goes into with framepipe and without."""
    known = {
        name: {who: spent for who in (SERIAL, "pipe") if (spent := spending(case, who))}
        for name, case in cases.items()
    }
    known = {name: who for name, who in known.items() if "pipe" in who}
    if not known:
        return None
    rows = sum(len(who) + GAP for who in known.values())
    figure, ax = _figure(0.20 * rows + 0.75)
    y = 0.0
    ticks = []
    for case, who in known.items():
        first = y
        # Cases differ by a factor of a hundred, so each has a scale of its own.
        whole = max(sum(spent.values()) for spent in who.values())
        for name, spent in who.items():
            left = 0.0
            for part, milliseconds in spent.items():
                share = 100 * milliseconds / whole
                ax.barh(y, share, 0.86, left=left, color=TIME_PARTS[part])
                left += share
            label = "Animation.save" if name == SERIAL else "framepipe"
            milliseconds = sum(spent.values())
            ax.text(left + 0.6, y, f"{label}, {_short(milliseconds)} ms", **SMALL)
            y += 1
        ticks.append(((first + y - 1) / 2, case.replace("_", " ")))
        y += GAP
    handles = [Patch(color=tint) for tint in TIME_PARTS.values()]
    _finish(figure, ax, ticks, y, (handles, list(TIME_PARTS)))
    ax.set_xlim(0, 122)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel(
        "CPU time of a frame, all processes, as % of the larger one (updates of Animation.save "
        "are in its drawing)"
    )
    return figure


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _finish(
    figure: Figure, ax: Axes, ticks: list[tuple[float, str]], y: float, legend: tuple[Any, Any]
) -> None:
    """Name the rows, put the legend above, take away what says nothing."""
    ax.set_yticks([at for at, _ in ticks], [label for _, label in ticks])
    ax.set_ylim(y - GAP - 0.3, -0.7)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    figure.legend(*legend, loc="outside upper left", ncols=5, frameon=False, handlelength=1.2)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _times(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
