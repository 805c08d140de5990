"""What the special measurements found, as plain text: frame transport, memory, Dask, ..."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from ..growth.memory_growth import ALLOWED, ALLOWED_FFMPEG
from ..quality.gifs import SEEN
from .text_tables import table


def transport_text(result: Mapping[str, Any]) -> str:
    """Show what `benchmarks.ceilings.frame_transport.measure` found."""
    rows = [
        (
            name,
            *(f"{found[key]:.0f}" for key in ("rate", "least", "most")),
            f"{found['cpu']:.2f}",
            f"{found['ratio']:.2f}",
        )
        for name, found in result["medians"].items()
    ]
    head = ("", "frames/s", "least", "most", "CPU s", "of best plain")
    verdict = "holds" if result["holds"] else "DOES NOT HOLD"
    return "\n".join(
        [
            f"moving: {result['frames']} frames of {result['size']} into ffmpeg -f null",
            table(head, rows),
            f"blank slots at {result['ratio']:.2f} of the best plain writer's rate; "
            f"{result['must']} or more {verdict}",
        ]
    )


def memory_text(result: Mapping[str, Any]) -> str:
    """Show what `benchmarks.growth.memory_growth.measure` found."""

    def mib(values: dict[str, int], key: str) -> str:
        return f"{values[key] / 2**20:.2f}" if key in values else ""

    rows = [
        (
            name,
            mib(one["first"], "rss"),
            mib(one["grown"], "rss"),
            f"{one['trend'] / 2**20:.2f}",
            mib(one["first"], "pss"),
            mib(one["grown"], "pss"),
            str(one["first"]["fds"]),
            str(one["grown"]["fds"]),
            "flat" if one["flat"] else "GROWS",
        )
        for name, one in result["processes"].items()
    ]
    first = result["samples"][0]["frame"] if result["samples"] else 0
    head = ("", "RSS MiB", "grown", "trend", "PSS MiB", "grown", "fds", "grown", "")
    return "\n".join(
        [
            f"memory: {result['frames']} frames of 320x240, {result['workers']} workers; "
            f"at frame {first}, and the largest growth after it"
            f" ({len(result['samples'])} looks)",
            table(head, rows),
            f"memory and descriptors are {'flat' if result['flat'] else 'NOT FLAT'} "
            f"(less than {ALLOWED / 2**20:.0f} MiB RSS and no descriptor more, each process; "
            f"ffmpeg's trend less than {ALLOWED_FFMPEG / 2**20:.0f})",
        ]
    )


def dask_text(found: Mapping[str, Any]) -> str:
    """Show what `benchmarks.growth.dask_workers.measure` found."""
    seconds = {count: statistics.median(runs) for count, runs in found["seconds"].items()}
    rows = [
        (
            f"{count} Dask workers" if count else "the pipe, no Dask",
            f"{value:.2f}",
            f"{found['frames'] / value:.0f}",
            f"{seconds[1] / value:.2f}",
        )
        for count, value in seconds.items()
    ]
    title = f"{found['case']}, {found['frames']} frames, {found['cores']} cores, medians"
    return "\n".join([title, table(("", "wall s", "frames/s", "x one worker"), rows)])


def machines_text(found: Mapping[str, Any]) -> str:
    """Show the costs, a table, and where it stops, of `benchmarks.growth.many_machines`."""
    costs = ", ".join(
        f"{name} {value:.0f} bytes" if name == "size" else f"{name} {1000 * value:.2f} ms"
        for name, value in found["costs"].items()
    )
    rows = []
    one = found["simulated"][0]["wall"]
    stops = None
    for row in found["simulated"]:
        speed = one / row["wall"]
        if stops is None and speed < row["machines"] / 2:
            stops = row
        parts = ("start", "replay", "edges", "drawing", "waiting")
        busy = sum(row[part] for part in parts)
        rows.append(
            (
                str(row["machines"]),
                str(row["blocks"]),
                f"{row['wall']:.1f}",
                f"{speed:.1f}",
                f"{100 * speed / row['machines']:.0f} %",
                *(f"{100 * row[part] / busy:.0f} %" for part in parts),
                f"{row['transfer'] + row['join']:.1f}",
            )
        )
    head = (
        "machines", "blocks", "wall s", "speed-up", "of ideal", "start", "replay", "edges",
        "drawing", "waiting", "home+join s",
    )  # fmt: skip
    lines = [
        f"simulated from costs measured here: {found['case']}, {found['frames']} frames, "
        f"{found['wire'] * 8 / 1e6:.0f} Mbit/s home",
        costs,
        table(head, rows),
    ]
    if stops is not None:
        lost = {part: stops[part] for part in ("start", "replay", "edges", "waiting")}
        lost["home and joining"] = (stops["transfer"] + stops["join"]) * stops["machines"]
        worst = max(lost, key=lambda part: lost[part])
        lines.append(
            f"Half of the ideal is lost at {stops['machines']} machines; most of it to {worst}."
        )
    return "\n".join(lines)


def gifs_text(found: Mapping[str, Any]) -> str:
    """Show what `benchmarks.quality.gifs.measure` found."""
    blocks = []
    for name, makers in found["cases"].items():
        rows = [
            (
                maker,
                f"{gif['size'] / 1000:.0f}",
                f"{gif['error']:.2f}",
                f"{100 * gif['seen']:.2f} %",
                f"{gif['seconds']:.2f}",
                str(gif["frames"]),
            )
            for maker, gif in makers.items()
        ]
        head = (name, "kB", "mean error", f"off by > {SEEN}", "seconds", "frames")
        blocks.append(table(head, rows))
    blocks += [f"{name}: skipped, {reason}" for name, reason in found["skipped"].items()]
    blocks.append("(errors in levels of 255; gifski's seconds are without drawing)")
    return "\n\n".join(blocks)
