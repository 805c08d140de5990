"""The picture of `benchmarks.growth.sweep`: points and lines in four panels, and the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from ..growth.core_simulation import CORES, simulate
from ..growth.sweep import costs_of
from .picture_style import GREY, INK, WIDTH
from .sweep_text import series

POINTS, LINE, FORECAST = "#0072B2", "#56B4E9", "#D55E00"


def draw_sweep(found: Mapping[str, Any]) -> Figure:
    """Draw a panel for each series."""
    figure = Figure(figsize=(WIDTH, 6.0), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1))
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2).flat
    for name, ax in zip(("workers", "frames", "size", "artists"), panels, strict=True):
        points = series(found, name)
        if name == "workers":
            _cores(ax, found, points)
        else:
            _grown(ax, found, name, points)
        ax.set_ylim(bottom=0)
        ax.set_ylabel("seconds")
    return figure


def _grown(ax: Axes, found: Mapping[str, Any], name: str, points: list[dict[str, Any]]) -> None:
    """Draw a series that grows, and its line."""
    key, unit = {
        "frames": ("frames", "frames"),
        "size": ("megapixels", "megapixels"),
        "artists": ("artists", "moving lines"),
    }[name]
    _points(ax, [point[key] for point in points], points)
    line = found["fits"].get(name)
    frames = points[0]["frames"] if points else 0
    about = "" if name == "frames" else f", {frames} frames"
    ax.set_xlabel(f"{unit}{about}")
    ax.set_xlim(left=-0.02 * max((point[key] for point in points), default=1))
    if line is None:
        return
    ends = np.array([0, max(point[key] for point in points)])
    ax.plot(ends, line["intercept"] + line["slope"] * ends, color=LINE, lw=1.4, zorder=1)
    slope = 1000 * line["slope"]
    said = {
        "frames": f"{line['intercept']:.2f} s + {slope:.2f} ms a frame",
        "size": f"{slope / max(frames, 1):.1f} ms a megapixel and frame",
        "artists": f"{slope / max(frames, 1):.2f} ms a line and frame",
    }[name]
    ax.set_title(f"{said} (R² {line['r2']:.2f})")


def _cores(ax: Axes, found: Mapping[str, Any], points: list[dict[str, Any]]) -> None:
    """Draw measured workers here, and what is simulated for machines with more cores."""
    cores = found["cores"]
    here = [point for point in points if point["workers"] <= cores]
    beyond = [point for point in points if point["workers"] > cores]
    _points(ax, [point["workers"] for point in here], here)
    _points(ax, [point["workers"] for point in beyond], beyond, hollow=True)
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(f"workers, {found['base']} frames")
    if points:
        last = points[-1]
        ax.annotate(
            f"measured, {cores} cores",
            (last["workers"], last["seconds"]),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=POINTS,
        )
        line = found["fits"].get("workers")
        if line is not None:
            counts = np.linspace(points[0]["workers"], last["workers"], 50)
            shared = line["intercept"] + line["slope"] / np.minimum(counts, cores)
            ax.plot(counts, shared, color=LINE, lw=1.4, zorder=1)
    if "costs" not in found:
        return
    costs = costs_of(found)
    seconds = [simulate(costs, found["base"], cores).seconds for cores in CORES]
    ax.plot(CORES, seconds, ".-", color=FORECAST, lw=1.4, zorder=1)
    ax.annotate(
        "simulated: a core for each",
        (CORES[-1], seconds[-1]),
        (0, 16),
        textcoords="offset points",
        ha="right",
        color=FORECAST,
    )
    ax.set_title(f"forecast: from {found['enough']} cores on, more do not help")


def _points(
    ax: Axes, across: list[float], points: list[dict[str, Any]], *, hollow: bool = False
) -> None:
    """Draw medians, with what was fastest and slowest."""
    if not points:
        return
    middle = [point["seconds"] for point in points]
    low = [point["seconds"] - point["fastest"] for point in points]
    high = [point["slowest"] - point["seconds"] for point in points]
    ax.errorbar(
        across,
        middle,
        (low, high),
        fmt="o",
        ms=5,
        mfc="white" if hollow else POINTS,
        color=POINTS,
        ecolor=GREY,
        elinewidth=1,
    )
    ax.tick_params(colors=INK)
