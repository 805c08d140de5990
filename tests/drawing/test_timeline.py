"""The picture of a timeline: where a lane is coloured, and in which colour."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import colors
from matplotlib.figure import Figure

from framepipe.drawing.timeline import LOOKS, MOST_LANES, WAITING, draw_timeline
from framepipe.result.timeline import ENCODER, Timeline


def pixels(figure: Figure) -> np.ndarray:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="raw", dpi=100)
    width, height = (round(100 * side) for side in figure.get_size_inches())
    return np.frombuffer(buffer.getvalue(), np.uint8).reshape(-1, width, 4)[:height, :, :3]


def colour_at(figure: Figure, seconds: float, row: int) -> str:
    """The colour in the middle of a lane, at a moment."""
    picture = pixels(figure)  # draws, so that the layout is done
    figure.dpi = 100
    x, y = figure.axes[0].transData.transform((seconds, row))
    return str(colors.to_hex(picture[len(picture) - 1 - round(y), round(x)] / 255))


@pytest.mark.parametrize("each", [1, 1000])
def test_a_lane_shows_what_was_done_when(each: int) -> None:
    """A worker starts, updates, draws, and waits, a second of each; then the encoder encodes."""
    timeline = Timeline()
    for kind, begin in (("start", 100.0), ("update", 101.0), ("draw", 102.0)):
        for part in range(each):
            at = begin + part / each
            timeline.add(0, at, at + 1 / each, **{kind: 1 / each})
    timeline.add(ENCODER, 104.0, 105.0, write=1.0)
    figure = draw_timeline(timeline, "title", "nothing")
    for kind, at in (("start", 0.5), ("update", 1.5), ("draw", 2.5)):
        assert colour_at(figure, at, 0) == LOOKS[kind][1].lower()
    assert colour_at(figure, 3.5, 0) == WAITING.lower()
    assert colour_at(figure, 3.5, 1) == WAITING.lower()
    assert colour_at(figure, 4.5, 1) == LOOKS["write"][1].lower()


def test_many_workers_fit_on_a_page() -> None:
    timeline = Timeline()
    for lane in range(64):
        timeline.add(lane, 0.0, 1.0, draw=0.5)
    timeline.add(ENCODER, 0.5, 1.0, write=0.5)
    figure = draw_timeline(timeline, "title")
    assert figure.get_size_inches()[1] < 9
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[0] == "worker 1"
    assert labels[-1] == "encoder"
    assert len(labels) <= MOST_LANES + 1


def test_the_users_own_style_is_neither_used_nor_changed() -> None:
    timeline = Timeline()
    timeline.add(0, 0.0, 1.0, draw=1.0)
    plain = pixels(draw_timeline(timeline, "title"))
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30, "savefig.dpi": 40}):
        before = dict(mpl.rcParams)
        figure = draw_timeline(timeline, "title")
        assert dict(mpl.rcParams) == before
    assert (pixels(figure) == plain).all()
