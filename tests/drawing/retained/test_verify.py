"""Where two drawings differ."""

from __future__ import annotations

import numpy as np
import pytest

from framepipe.drawing.retained.verify import where_they_differ

WIDTH, HEIGHT = 7, 5


@pytest.mark.parametrize(
    ("pixels", "box"),
    [
        ([], None),
        ([(2, 3)], (3, 2, 4, 3)),
        ([(0, 0), (4, 6)], (0, 0, 7, 5)),
        ([(1, 5), (3, 2), (2, 4)], (2, 1, 6, 4)),
    ],
)
def test_the_box_around_what_differs(
    pixels: list[tuple[int, int]], box: tuple[int, int, int, int] | None
) -> None:
    one = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    for channel in range(4):
        other = one.copy()
        for row, column in pixels:
            other[row, column, channel] ^= 1
        assert where_they_differ(one.tobytes(), bytearray(other.tobytes()), WIDTH) == box
