"""Notebooks, executed: what one sees of a movie, of its progress, and of its report."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from notebook import executed

SETUP = """
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
import framepipe

fig, ax = plt.subplots(figsize=(2, 1))
(line,) = ax.plot([0, 1])
heights = list(range(12))  # of the cells', as all that a notebook's threads lead to
ani = FuncAnimation(fig, lambda i: line.set_ydata([0, heights[i]]), frames=12)
"""

#: Without a length until it ends.
ENDLESS = """
ani = FuncAnimation(
    fig, lambda i: line.set_ydata([0, i]), frames=lambda: iter(range(7)), cache_frame_data=False
)
"""


def bar_of(widgets: Any) -> dict[str, Any]:
    """The state of the one bar that there is."""
    states = [one["state"] for one in widgets["state"].values()]
    (bar,) = (state for state in states if state.get("_model_name") == "FloatProgressModel")
    return dict(bar)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["inline", "widget"])
def test_a_movie_shows_itself_and_its_progress_fills(tmp_path: Path, backend: str) -> None:
    *outputs, (widgets,) = executed(
        tmp_path,
        f"%matplotlib {backend}\n{SETUP}",
        'movie = framepipe.encode(ani, "m.mp4", fps=10, progress=True)',
        "movie",
        "print(movie, movie.report, sep='\\n')",
        "movie.report.plot()",
        "movie.workers",
    )
    assert [one["output_type"] for one in outputs[1]] == ["display_data"], "the bar, no notice"
    bar = bar_of(widgets)
    assert (bar["value"], bar["max"], bar["bar_style"]) == (12, 12, "success")

    (shown,) = outputs[2]
    page = "".join(shown["data"]["text/html"])
    (data,) = re.findall(r'<video [^>]*src="data:video/mp4;base64,([^"]+)"', page)
    assert base64.b64decode(data) == (tmp_path / "m.mp4").read_bytes()
    assert "".join(shown["data"]["text/plain"]).startswith("<Movie ")

    printed = "".join(outputs[3][0]["text"]).splitlines()
    assert printed[0] == str(tmp_path / "m.mp4")
    assert printed[1].startswith("movie     m.mp4: 12 frames")
    assert outputs[4][0]["data"]["image/png"]
    assert "".join(outputs[5][0]["data"]["text/plain"]) != "0", "made by workers"


@pytest.mark.slow
def test_progress_of_unknown_length_fills_too_and_accelerate_has_a_bar(tmp_path: Path) -> None:
    *outputs, (widgets,) = executed(
        tmp_path,
        f"{SETUP}\n{ENDLESS}",
        'movie = framepipe.encode(ani, "m.mp4", fps=10, progress=True)',
    )
    bar = bar_of(widgets)
    assert bar["value"] == bar["max"]
    assert bar["bar_style"] == "success"
    texts = [str(one["state"].get("value")) for one in widgets["state"].values()]
    assert any(re.search(r"\b7(/|frame)", text) for text in texts)
    *outputs, (widgets,) = executed(
        tmp_path,
        f"{SETUP}\nframepipe.accelerate(progress=True)",
        'ani.save("a.mp4", fps=10)\nplt.close(fig)',
        'plt.rcParams["animation.embed_limit"] = 0.001\n'
        'framepipe.encode(ani, "b.mp4", fps=10, workers=0)',
    )
    bar = bar_of(widgets)
    assert (bar["value"], bar["max"], bar["bar_style"]) == (12, 12, "success")
    page = "".join(outputs[2][-1]["data"]["text/html"])
    assert '<a href="b.mp4"' in page
    assert "animation.embed_limit" in page
    assert "data:image/png" in page
