"""What `benchmarks.growth.sweep` found, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..growth.cost_model import BOTTLENECKS, predict
from ..growth.sweep import costs_of
from .text_tables import table

#: A line that explains less than this is called poor.
POOR = 0.8

#: A model that is off by this share on average is not to be believed.
OFF = 0.25


def sweep_text(found: Mapping[str, Any], measured: Mapping[str, Any] | None = None) -> str:
    """Show points, lines, costs and the forecast.

    Parameters
    ----------
    found : mapping
        What `benchmarks.growth.sweep.measure` returned.
    measured : mapping, optional
        The same, from another machine, to be held against the forecast.
    """
    blocks = [_series(found, name) for name in ("workers", "frames", "size", "artists")]
    blocks += [f"NOT COUNTED: {wrong}" for wrong in found["problems"]]
    if "forecast" in found:
        blocks += [_costs(found), _check(found), _forecast(found)]
        if measured is not None:
            blocks.append(_beside(found, measured))
    return "\n\n".join(blocks)


def _series(found: Mapping[str, Any], name: str) -> str:
    points = series(found, name)
    rows = [
        (
            _label(name, point),
            str(point["frames"]),
            *(f"{point[key]:.2f}" for key in ("seconds", "fastest", "slowest")),
            f"{1000 * point['seconds'] / point['frames']:.1f}",
        )
        for point in points
    ]
    lines = [table((name, "frames", "seconds", "fastest", "slowest", "ms/frame"), rows)]
    line = found["fits"].get(name)
    if line is not None:
        frames = points[0]["frames"]
        poor = "" if line["r2"] > POOR and line["slope"] > 0 else ": not much of a line"
        lines.append(f"{_meaning(name, line, frames)} (R² {line['r2']:.3f}{poor})")
    return "\n".join(lines)


def series(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the points of a series whose movies were right, smallest first."""
    points = [p for p in found["points"] if name in p["series"] and not p["problem"]]
    return sorted(points, key=lambda p: p["width" if name == "size" else name])


def _label(name: str, point: Mapping[str, Any]) -> str:
    return f"{point['width']}x{point['height']}" if name == "size" else str(point[name])


def _meaning(name: str, line: Mapping[str, float], frames: int) -> str:
    """Say what a line's two numbers are."""
    first, slope = line["intercept"], line["slope"]
    each = 1000 / frames
    return {
        "workers": f"{_s(first)} that workers do not shorten, {_s(slope)} that they share",
        "frames": f"{_s(first)} to begin, {1000 * slope:.2f} ms a frame",
        "size": f"{first * each:.2f} ms a frame of no size (with its part of the beginning), "
        f"{slope * each:.2f} ms for each megapixel",
        "artists": f"{first * each:.2f} ms a frame with no line (with its part of the beginning), "
        f"{slope * each:.3f} ms for each line",
    }[name]


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"


def _costs(found: Mapping[str, Any]) -> str:
    costs = costs_of(found)
    ms = {key: f"{1000 * value:.2f} ms" for key, value in vars(costs).items()}
    cores = max(one["cores"] for one in found["encoder"])
    shown = (
        f"CPU a frame: drawing {ms['draw']}, encoding {ms['encode']}, main process {ms['main']}, "
        f"updates {ms['update']} in every worker.\n"
        f"A worker: {ms['fork']} to start, {ms['open']} to open and draw its first frames; "
        f"{ms['begin']} to begin and to end.\n"
        f"The encoder alone, a frame: {ms['encode_serial']} + {ms['encode_shared']} / cores, "
        f"from 1 to {cores} cores here."
    )
    if costs.encode_shared or cores == 1:
        return shown
    return (
        f"{shown}\nMore cores did not help it, most likely since other programs had them; so the "
        "forecast takes it for no faster on any number of cores."
    )


def _check(found: Mapping[str, Any]) -> str:
    """Show how well the model knows this machine, from which its costs are."""
    costs, cores = costs_of(found), found["cores"]
    errors = []
    for point in found["points"]:
        if {"workers", "frames"} & set(point["series"]):
            said = predict(costs, point["frames"], cores, point["workers"]).seconds
            errors.append((said / point["seconds"] - 1, point))
    worst, point = max(errors, key=lambda error: abs(error[0]))
    mean = sum(abs(error) for error, _ in errors) / len(errors)
    shown = (
        f"The model against this machine: off by {100 * worst:+.0f} % at worst "
        f"({point['workers']} workers, {point['frames']} frames), by {100 * mean:.0f} % on average."
    )
    if mean < OFF:
        return shown
    return (
        f"{shown}\nThat is too much to believe in the forecast: the model counts CPU time, and the "
        "movies had to wait, for other programs or for something it does not know."
    )


def _forecast(found: Mapping[str, Any]) -> str:
    alone = found["forecast"][0]["seconds"]
    rows = [
        (
            str(one["cores"]),
            f"{one['seconds']:.2f}",
            f"{one['simulated']:.2f}" if "simulated" in one else "",
            f"{alone / one['seconds']:.1f}",
            *(f"{one['parts'][part]:.2f}" for part in BOTTLENECKS),
            f"{one['before']:.2f}",
            f"{100 * one['replayed']:.0f} %",
            BOTTLENECKS[one["holds"]],
        )
        for one in found["forecast"]
    ]
    head: tuple[str, ...] = ("cores", "seconds", "simulated", "x 1 core", *BOTTLENECKS)
    head = (*head, "before", "repeated", "what holds it up")
    return "\n".join(
        [
            f"forecast for {found['base']} frames, a worker for every core (nothing measured here)",
            table(head, rows),
            f"From {found['enough']} cores on, more of them do not help.",
        ]
    )


def _beside(found: Mapping[str, Any], measured: Mapping[str, Any]) -> str:
    """Hold another machine's measurement against the forecast from this one."""
    costs, cores = costs_of(found), measured["cores"]
    points: Sequence[Mapping[str, Any]] = [
        point
        for point in measured["points"]
        if {"workers", "frames"} & set(point["series"]) and not point["problem"]
    ]
    rows = []
    for point in points:
        said = predict(costs, point["frames"], cores, point["workers"])
        rows.append(
            (
                str(point["workers"]),
                str(point["frames"]),
                f"{said.seconds:.2f}",
                f"{point['seconds']:.2f}",
                f"{said.seconds / point['seconds']:.2f}",
                BOTTLENECKS[said.holds],
            )
        )
    head = ("workers", "frames", "forecast s", "measured s", "ratio", "what should hold it up")
    title = f"the forecast beside the measurement of another machine, {cores} cores"
    return "\n".join([title, table(head, rows), "(Its cores may be faster or slower than these.)"])
