"""Results as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: What the columns mean that do not say so themselves.
LEGEND = """\
CPU s, peak MB and MB/frame are of all processes together: CPU time; proportional memory (pages that
are shared count once), at its most; bytes read and written, through pipes and files, a frame.  What
framepipe's workers copy into shared memory, once a frame, comes on top of that."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows in columns: the first one to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        shown = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return "  ".join(shown).rstrip()

    return "\n".join([line(head), "  ".join("-" * width for width in widths), *map(line, rows)])


def case_text(name: str, result: Mapping[str, Any], cores: int) -> str:
    """Show one case: contenders, ceilings, limits, and whatever went wrong.

    Parameters
    ----------
    name : str
        Of the case.
    result : mapping
        What `benchmarks.runner.in_turn.run_case` returned.
    cores : int
        CPUs there are to use.
    """
    frames = result["frames"]
    title = f"{name}: {frames} frames of {result['size'] or 'unknown size'}, {cores} cores"
    head = (
        "", "wall s", "fastest", "slowest", "CPU s", "ms/frame", "x serial", "x limit", "peak MB",
        "MB/frame", "runs",
    )  # fmt: skip
    measured = {**result["medians"], **result["ceilings"]}
    rows = [_row(one, found, frames) for one, found in measured.items()]
    lines = [title, table(head, rows)]
    lines += [
        f"limit with {kind} drawing: {seconds:.2f} s = max(encode alone, "
        "(drawing CPU + encode CPU) / cores)"
        for kind, seconds in result["limits"].items()
    ]
    for one, found in result["problems"].items():
        lines += [f"{one}: NO TIME, since {problem}" for problem in dict.fromkeys(found)]
    warned = {
        (run["contender"], text) for run in result["runs"] for text in run.get("warnings", ())
    }
    lines += [f"{one}: warned, {text}" for one, text in sorted(warned)]
    lines += [f"{one}: skipped, {reason}" for one, reason in result["skipped"].items()]
    return "\n".join(lines)


def overview(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Show all cases, a line each: the serial save, framepipe as it comes, and the limit.

    Parameters
    ----------
    cases : mapping
        By name, what `benchmarks.runner.in_turn.run_case` returned.
    """
    head = ("seconds", "frames", "serial", "framepipe", "x serial", "limit", "x limit")
    rows = []
    for name, found in cases.items():
        serial, pipe = (found["medians"].get(one, {}) for one in ("serial", "pipe"))
        values = [
            serial.get("wall"), pipe.get("wall"), pipe.get("sooner"),
            found["limits"].get("retained"), pipe.get("of_limit"),
        ]  # fmt: skip
        shown = ["" if value is None else f"{value:.2f}" for value in values]
        rows.append((name, str(found["frames"]), *shown))
    return table(head, rows)


def _row(name: str, found: Mapping[str, Any], frames: int) -> tuple[str, ...]:
    def ratio(key: str) -> str:
        return f"{found[key]:.2f}" if found.get(key) else ""

    def megabytes(key: str, share: int, digits: int) -> str:
        return f"{found[key] / share / 1e6:.{digits}f}" if found.get(key) is not None else ""

    return (
        name.replace("_", " "),
        f"{found['wall']:.2f}",
        f"{found['fastest']:.2f}",
        f"{found['slowest']:.2f}",
        f"{found['cpu']:.2f}",
        f"{1000 * found['wall'] / frames:.2f}",
        ratio("sooner"),
        ratio("of_limit"),
        megabytes("peak", 1, 0),
        megabytes("moved", frames, 2),
        str(found["runs"]),
    )
