"""When composing a frame was worth it."""

from __future__ import annotations

from framepipe.result import FrameStats


def test_composing_pays_when_it_saves_enough() -> None:
    composed = FrameStats(composed=True, items_drawn=1, drawing=0.1, saved=3.0)
    assert composed.pays
    assert not FrameStats(draw=2.0).pays
    dear = FrameStats(composed=True, items_drawn=9, drawing=3.0, saved=0.01)
    assert not dear.pays
