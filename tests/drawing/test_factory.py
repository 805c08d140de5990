"""The recipe that travels: painters made here, and by what was pickled, draw the same."""

from __future__ import annotations

import pickle
import random
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from clips import flat
from matplotlib.animation import FuncAnimation

from framepipe.drawing.factory import PainterFactory, open_animation
from framepipe.drawing.settings import frame_settings


def dice() -> FuncAnimation:
    """Frames that depend on both of Python's global dice."""
    figure, show = flat()
    seen: list[int] = []

    def update(_: int) -> Any:
        seen.append(random.randrange(1000) + np.random.randint(1000))
        return show(sum(seen))

    return FuncAnimation(figure, update, 6, init_func=list, cache_frame_data=False)


def factory_of(animation: Any) -> PainterFactory:
    opened = open_animation(animation)
    settings = frame_settings(
        opened.figure, dpi=None, codec="rawvideo", suffix=".rgba", even=False, savefig_kwargs=None
    )
    with opened:
        made = opened.painter_factory(settings)
        assert isinstance(made, PainterFactory)
        return made


def frames_of(factory: PainterFactory) -> list[bytes]:
    painter = factory()
    painter.open()
    out = bytearray(painter.settings.nbytes)
    frames = []
    for frame in range(6):
        assert painter.paint(frame, memoryview(out)) is not None
        frames.append(bytes(out))
    painter.close()
    return frames


@pytest.mark.parametrize("made", ["animation", "function"])
def test_what_was_pickled_draws_the_same(made: str) -> None:
    random.seed(3)
    np.random.seed(4)
    factory = factory_of(dice() if made == "animation" else dice)
    packed = pickle.dumps(factory)
    here = frames_of(factory)
    assert len(set(here)) == 6
    random.seed(99)
    assert frames_of(pickle.loads(packed)) == here


def test_a_painter_begins_from_the_dice_as_they_were() -> None:
    """Even if somebody has thrown them since."""
    random.seed(3)
    np.random.seed(4)
    before = random.getstate()
    factory = factory_of(dice)
    frames = frames_of(factory_of(dice()))
    random.setstate(before)
    assert len(frames) == 6
    assert factory.random is not None


def test_an_animation_that_we_made_is_closed() -> None:
    plt.close("all")

    def make() -> FuncAnimation:
        figure = plt.figure(figsize=(1, 1))
        return FuncAnimation(figure, lambda i: None, 3)

    with open_animation(make) as opened:
        assert plt.get_fignums() == [opened.figure.number]
        assert opened.frames == 3
    assert plt.get_fignums() == []
    kept = make()
    with open_animation(kept):
        pass
    assert len(plt.get_fignums()) == 1
    plt.close("all")


def test_what_will_not_do_is_refused_and_closed() -> None:
    plt.close("all")

    def empty() -> FuncAnimation:
        return FuncAnimation(plt.figure(figsize=(1, 1)), lambda i: None, 0)

    with pytest.raises(ValueError, match="no frames"):
        open_animation(empty)
    assert plt.get_fignums() == []
    with pytest.raises(TypeError):
        open_animation(lambda: "no animation")  # type: ignore[arg-type,return-value]
