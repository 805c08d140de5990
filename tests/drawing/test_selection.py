"""Which frames a user means, and where they lie."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framepipe.drawing.selection import ALL, Selection


@pytest.mark.thinned(11)
@pytest.mark.parametrize("length", [1, 2, 7, 10])
@pytest.mark.parametrize("start", [None, -20, -3, -1, 0, 2, 6, 30])
@pytest.mark.parametrize("stop", [None, -4, -1, 0, 3, 7, 30])
@pytest.mark.parametrize("step", [None, 1, 2, 5])
def test_a_slice_means_what_it_means_to_a_list(
    length: int, start: int | None, stop: int | None, step: int | None
) -> None:
    wanted = list(range(length))[start:stop:step]
    given = slice(start, stop, step)
    if not wanted:
        with pytest.raises(ValueError, match="no frames at all"):
            Selection.of(given, length)
        return
    found = Selection.of(given, length)
    assert [found.place(frame) for frame in range(len(wanted))] == wanted
    assert found.place(len(wanted)) is None
    assert found.count(length) == len(wanted)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (range(0, 10, 3), [0, 3, 6, 9]),
        (range(-3, 0), [7, 8, 9]),
        ([0, 4, -1], [0, 4, 9]),
        ((2,), [2]),
        (np.array([1, 5]), [1, 5]),
    ],
)
def test_numbers_mean_what_they_mean_to_a_list(given: Any, wanted: list[int]) -> None:
    found = Selection.of(given, 10)
    assert [found.place(frame) for frame in range(len(wanted))] == wanted
    assert found.count(10) == len(wanted)


@pytest.mark.parametrize(
    ("given", "length", "error", "says"),
    [
        ([], 10, ValueError, "no frames at all"),
        (range(0), None, ValueError, "no frames at all"),
        (slice(5, 5), None, ValueError, "no frames at all"),
        (range(0, 20, 10), 10, IndexError, "no frame 10, since the animation has 10"),
        ([-11], 10, IndexError, "no frame -11"),
        ([3, 1], 10, ValueError, "1 comes after 3"),
        ([3, 3], 10, ValueError, "3 comes after 3"),
        (range(9, 0, -1), 10, ValueError, "ascending"),
        (slice(None, None, -1), 10, ValueError, "step"),
        (slice(None, None, 0), 10, ValueError, "step"),
        ([-1], None, ValueError, "does not say where it ends"),
        (slice(-5, None), None, ValueError, "does not say where it ends"),
        (slice(0, -5), None, ValueError, "does not say where it ends"),
        ("123", 10, TypeError, "a slice, a range or a list"),
        (7, 10, TypeError, "a slice, a range or a list"),
        ([1.5], 10, TypeError, "whole numbers"),
        ([True], 10, TypeError, "whole numbers"),
        (slice(0.5, None), 10, TypeError, "whole numbers"),
    ],
)
def test_what_cannot_be_meant(
    given: Any, length: int | None, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        Selection.of(given, length)


def test_a_part_of_what_does_not_end() -> None:
    tenth = Selection.of(slice(5, None, 10), None)
    assert tenth.count(None) is None
    assert [tenth.place(frame) for frame in range(3)] == [5, 15, 25]
    assert [tenth.count(length) for length in (0, 5, 6, 15, 16)] == [0, 0, 1, 1, 2]
    first = Selection.of(range(0, 10**12, 2), None)  # and nobody counts them one by one
    assert first.count(None) == 10**12 // 2
    assert first.count(5) == 3


@pytest.mark.parametrize("selection", [ALL, Selection(range(3, 30, 4)), Selection((0, 3, 9))])
def test_a_place_leads_to_the_frame_that_comes_next(selection: Selection) -> None:
    for frame in range(3):
        place = selection.place(frame)
        assert place is not None
        assert selection.frame(place) == frame
        before = -1 if frame == 0 else selection.place(frame - 1)
        assert before is not None
        for passed in range(before + 1, place):
            assert selection.frame(passed) == frame
