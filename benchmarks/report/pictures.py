"""Pictures of a result: ``python -m benchmarks plot RESULT.json [--out FOLDER]``.

``speedup.png``: how many times sooner than `Animation.save`, and the limit.
``time.png``: what the CPU time of a frame goes into.
``scaling.png``: how time grows, and the forecast for more cores (of a run with ``--scaling``).
Those for which there is nothing in the result are not drawn.

All are `WIDTH` inches wide and read at 100 pixels an inch, which is a README's column; they have
twice the pixels, for screens that show them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from .bar_charts import draw_speedups, draw_time
from .compare_results import Unusable, read
from .picture_style import STYLE
from .sweep_picture import draw_sweep

#: Pixels an inch.
DPI = 200


def write(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """Draw what a result holds.

    Parameters
    ----------
    result : mapping
        Of ``python -m benchmarks --json``.
    folder : Path
        Where the pictures go; made if it is not there.

    Returns
    -------
    list of Path
        The pictures.
    """
    cases, sweep = result.get("cases", {}), result.get("scaling")
    drawings: dict[str, Callable[[], Figure | None]] = {
        "speedup.png": lambda: draw_speedups(cases),
        "time.png": lambda: draw_time(cases),
        "scaling.png": lambda: draw_sweep(sweep) if sweep else None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with styled():
        for name, draw in drawings.items():
            figure = draw()
            if figure is not None:
                figure.savefig(folder / name, dpi=DPI)
                paths.append(folder / name)
    return paths


@contextmanager
def styled() -> Iterator[None]:
    """Have our own look, whatever matplotlib's user has configured, and no display."""
    with mpl.rc_context():
        mpl.rcdefaults()
        look: Any = mpl.rcParams  # typed by every single key, from matplotlib 3.11 on
        look.update(STYLE)
        yield


def main(argv: Sequence[str]) -> int:
    """Draw a file.

    Returns
    -------
    int
        2 if it cannot be read or holds nothing to draw, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks plot")
    parser.add_argument("result", type=Path)
    parser.add_argument("--out", type=Path, default=Path(), help="folder; default: this one")
    options = parser.parse_args(argv)
    try:
        paths = write(read(options.result), options.out)
    except Unusable as error:
        print(f"benchmarks plot: {error}", file=sys.stderr)
        return 2
    for path in paths:
        print(path)
    if not paths:
        print("benchmarks plot: nothing in it to draw", file=sys.stderr)
    return 0 if paths else 2
