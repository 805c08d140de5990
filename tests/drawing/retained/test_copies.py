"""Arrays changed in place are found, whatever they are part of; what is the same is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path
from mpl_toolkits.mplot3d.art3d import Line3D

from framepipe.drawing.retained import copies
from framepipe.drawing.retained.copies import ArrayCopy, copies_of


def contiguous(size: int) -> Any:
    return np.arange(float(size))


def strided(size: int) -> Any:
    return np.arange(2.0 * size)[::2]


def with_a_rest(size: int) -> Any:
    return np.arange(size * 8 + 3, dtype=np.uint8)


def masked(size: int) -> Any:
    return np.ma.array(np.arange(float(size)), mask=np.arange(size) % 2 == 1)


@pytest.mark.parametrize("size", [1, 10, 1000, 100_000])
@pytest.mark.parametrize("make", [contiguous, strided, with_a_rest, masked])
def test_an_array_is_compared_to_its_last_byte(make: Callable[[int], Any], size: int) -> None:
    array = make(size)
    copy = ArrayCopy(array)
    assert copy.unchanged(array)
    for place in (0, len(array) // 2, -1):
        before = array.data[place].copy() if isinstance(array, np.ma.MaskedArray) else array[place]
        np.asarray(array)[place] += 1
        assert not copy.unchanged(array)
        np.asarray(array)[place] = before
        assert copy.unchanged(array)


def test_the_largest_are_told_by_a_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_LARGE", 10_000)
    array = contiguous(5000)
    copy = ArrayCopy(array)
    assert copy.unchanged(array)
    array[-1] = 0
    assert not copy.unchanged(array)


def test_another_array_of_the_same_kind_and_values_is_no_change() -> None:
    """In space they are made anew in each draw."""
    array = contiguous(100)
    copy = ArrayCopy(array)
    assert copy.unchanged(array.copy())
    assert not copy.unchanged(array.astype(np.float32))
    assert not copy.unchanged(array.reshape(10, 10))
    assert not copy.unchanged(np.ma.array(array))
    assert not copy.unchanged(None)


def test_nan_is_itself_and_a_mask_counts() -> None:
    array = np.array([np.nan, 1])
    assert ArrayCopy(array).unchanged(array)
    masks = masked(10)
    copy = ArrayCopy(masks)
    masks.mask[0] = True
    assert not copy.unchanged(masks)


def test_of_objects_nothing_is_known() -> None:
    array = np.array([object(), "a"])
    copy = ArrayCopy(array)
    array[0] = 1
    assert copy.unchanged(array)


def unchanged(artist: Any, taken: Any) -> bool:
    return all(copy.unchanged(vars(artist).get(name)) for name, copy in taken)


def test_the_data_of_a_line_are_copied_once() -> None:
    line: Any = Line2D(np.arange(1000.0), np.arange(1000.0))
    line.recache()
    taken = copies_of(line)
    assert sum(isinstance(copy, ArrayCopy) for _, copy in taken) == 1
    assert unchanged(line, taken)
    line.get_path().vertices[500, 1] = 7
    assert not unchanged(line, taken)


def test_what_a_line_was_given_it_does_not_draw() -> None:
    x = np.arange(10.0)
    line: Any = Line2D(x, x)
    line.recache()
    taken = copies_of(line)
    x[3] = 99
    assert unchanged(line, taken)
    line.set_data(x, x)
    line.recache()
    assert not unchanged(line, taken)


def test_points_in_space_are_told() -> None:
    line: Any = Line3D([0.0, 1], [0.0, 1], [0.0, 1])
    line.set_data_3d(np.zeros(2), np.zeros(2), np.zeros(2))
    taken = copies_of(line)
    line.get_data_3d()[2][1] = 5
    assert not unchanged(line, taken)


@pytest.mark.parametrize("change", ["vertex", "path", "count"])
def test_paths_are_told(change: str) -> None:
    artist: Any = PolyCollection([np.random.default_rng(0).random((4, 2)) for _ in range(3)])
    taken = copies_of(artist)
    assert unchanged(artist, taken)
    paths = artist.get_paths()
    if change == "vertex":
        paths[2].vertices[0, 0] = 9
    elif change == "path":
        paths[1] = Path(np.zeros((5, 2)))
    else:
        paths.pop()
    assert not unchanged(artist, taken)
