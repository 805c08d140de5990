"""Who makes an image's pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from framepipe.drawing.mpl.images import is_made_plainly, made_by, make


class Own(AxesImage):
    def make_image(self, *args: Any, **kwargs: Any) -> Any:
        return super().make_image(*args, **kwargs)

    def _make_image(self, *args: Any, **kwargs: Any) -> Any:
        return super()._make_image(*args, **kwargs)  # type: ignore[misc]


def test_images_of_others_are_left_alone() -> None:
    ax = Figure().subplots()
    plain = ax.imshow(np.eye(3))
    assert is_made_plainly(plain)
    assert not is_made_plainly(Own(ax))


def test_another_maker_for_a_while() -> None:
    figure = Figure(figsize=(1, 1), dpi=40)
    FigureCanvasAgg(figure)
    image = figure.subplots().imshow(np.eye(3))
    seen: list[AxesImage] = []

    def maker(one: AxesImage, *arguments: Any, **options: Any) -> Any:
        seen.append(one)
        return make(one, *arguments, **options)

    figure.canvas.draw()
    before = bytes(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]

    def mapper(one: AxesImage, *arguments: Any, **options: Any) -> Any:
        return type(one).to_rgba(one, *arguments, **options)

    with made_by(maker, mapper, [image]):
        figure.canvas.draw()
    assert seen == [image]
    assert bytes(figure.canvas.buffer_rgba()) == before  # type: ignore[attr-defined]
    assert "_make_image" not in vars(image)
    figure.canvas.draw()
    assert seen == [image]
