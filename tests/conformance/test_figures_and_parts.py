"""``Figures`` and ``frames=``, held against matplotlib's own: a loop of savefig, and the corpus."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from animations import CORPUS, Case
from clips import FFMPEG, RAW
from matplotlib.animation import FFMpegWriter
from matplotlib.figure import Figure
from reference import hashes, run_framepipe, truth

from framepipe import Figures, encode

SIZE: dict[str, Any] = {"figsize": (3, 2), "dpi": 60}


def lines_and_legend(figure: Figure, number: int) -> None:
    axes = figure.add_subplot(title=f"$x^{number}$", xlabel="x", yscale="log")
    axes.plot([1, 2, 4], [1, 2**number, 4**number], "o--", label="power")
    axes.legend(loc="upper left")
    axes.twinx().fill_between([1, 4], [number, 1], alpha=0.3)


def image_and_colorbar(figure: Figure, number: int) -> None:
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    image = axes.imshow(np.arange(30).reshape(5, 6) % (number + 2), cmap="magma")
    figure.colorbar(image, ax=axes, label="remainder")


def surface(figure: Figure, number: int) -> None:
    axes = figure.add_subplot(projection="3d", azim=10 * number)
    x, y = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9))
    axes.plot_surface(x, y, np.sin(number + x * y))


def polar(figure: Figure, number: int) -> None:
    figure.add_subplot(projection="polar").plot(
        np.linspace(0, number + 1, 40), np.linspace(0, 1, 40)
    )


def bars_and_tight_layout(figure: Figure, number: int) -> None:
    figure.set_layout_engine("tight")
    for place in (1, 2):
        axes = figure.add_subplot(1, 2, place)
        axes.bar(["a", "long name", "b"], [number, 2, 3], hatch="//")
        axes.tick_params("x", rotation=40)


def subfigures(figure: Figure, number: int) -> None:
    figure.patch.set_facecolor((0.5, 0.7, 1, 0.4))
    grid = figure.add_gridspec(1, 2)
    left, right = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
    left.suptitle(f"left {number}")
    left.add_subplot().pie([1, number + 1])
    right.add_subplot().quiver([0, 1], [0, 1], [number, 1], [1, number])


KINDS: list[Callable[[Figure, int], None]] = [
    lines_and_legend, image_and_colorbar, surface, polar, bars_and_tight_layout, subfigures,
]  # fmt: skip


def draw(number: int) -> Figure:
    """A figure of another kind for each number, one after the other."""
    figure = plt.figure(**SIZE)
    KINDS[number % len(KINDS)](figure, number)
    return figure


@pytest.fixture
def by_savefig(tmp_path: Path) -> Iterator[list[str]]:
    """A hash of each frame that matplotlib's own writer takes of the same figures in a loop."""
    with mpl.rc_context({"animation.ffmpeg_path": FFMPEG}):
        writer = FFMpegWriter(fps=5, **RAW)
        for number in range(12):
            figure = draw(number)
            if number == 0:
                writer.setup(figure, str(tmp_path / "truth.rgba"), 60)
            writer.fig = figure
            writer.grab_frame()
            plt.close(figure)
        writer.finish()
        yield hashes(tmp_path / "truth.rgba", 180, 120)


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    "options",
    [
        {"workers": 0},
        {"workers": 2},
        pytest.param({"workers": 1}, marks=pytest.mark.slow),
        pytest.param({"workers": 2, "redraw": "verify"}, marks=pytest.mark.slow),
        pytest.param({"workers": 2, "mode": "segments"}, marks=pytest.mark.slow),
        pytest.param({"workers": 2, "start_method": "spawn"}, marks=pytest.mark.slow),
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_figures_of_all_kinds(
    by_savefig: list[str], options: dict[str, Any], tmp_path: Path
) -> None:
    assert len(set(by_savefig)) == 12
    movie = encode(Figures(draw, 12), tmp_path / "m.rgba", dpi=60, **RAW, **options)
    assert hashes(movie.path, movie.width, movie.height) == by_savefig
    assert plt.get_fignums() == []


#: Cases of which a part is made: those whose frames need what went before are the ones that count.
CASES = [case for case in CORPUS.values() if case.same_twice and case.frames >= 4]

#: What is taken of each, in turns.
PARTS = [slice(1, None, 2), range(2, 4), [0, 3], slice(2, None)]


@pytest.mark.thinned(4)
@pytest.mark.parametrize(
    ("case", "part"),
    [
        pytest.param(
            case, PARTS[number // 3 % len(PARTS)], id=str(case),
            marks=[] if number % 36 == 0 else [pytest.mark.slow],
        )
        for number, case in enumerate(CASES)
        if number % 12 == 0 or (number % 3 == 0 and (case.core or case.history))
    ],
)  # fmt: skip
def test_parts_are_what_the_whole_shows_there(case: Case, part: Any, tmp_path: Path) -> None:
    true = truth(case).frames
    wanted = true[part] if isinstance(part, slice) else [true[place] for place in part]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = run_framepipe(case, tmp_path, workers=2, frames=part)
    assert made.frames == wanted
