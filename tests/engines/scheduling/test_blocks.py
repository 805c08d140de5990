"""Into which blocks a movie is cut: pure, no processes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framepipe.engines.scheduling.blocks import (
    LASTING,
    LASTING_SIZE,
    SMALLEST,
    UNKNOWN,
    Block,
    cut_into_blocks,
)


def bounds(blocks: Any) -> list[tuple[int, int]]:
    """Where blocks begin and end; they must be numbered in order."""
    found = list(blocks)
    assert [block.number for block in found] == list(range(len(found)))
    return [(block.start, block.stop) for block in found]


def assert_covers(found: Sequence[tuple[int, int]], total: int) -> None:
    """Every frame is in one block, in order, and no block is empty."""
    assert list(itertools.chain.from_iterable(range(*one) for one in found)) == list(range(total))
    assert all(start < stop for start, stop in found)


@pytest.mark.parametrize(
    ("number", "total", "expected"),
    [
        (1, 10, [(0, 10)]),
        (2, 10, [(0, 5), (5, 10)]),
        (3, 10, [(0, 3), (3, 6), (6, 10)]),
        (10, 10, [(i, i + 1) for i in range(10)]),
        (99, 3, [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_a_number_makes_that_many_blocks_of_about_equal_length(
    number: int, total: int, expected: list[tuple[int, int]]
) -> None:
    assert bounds(cut_into_blocks(number, total, 2)) == expected


@given(st.integers(1, 3000), st.integers(1, 200))
def test_any_number_of_blocks_covers_every_frame_once(total: int, number: int) -> None:
    found = bounds(cut_into_blocks(number, total, 3))
    assert_covers(found, total)
    assert len(found) == min(number, total)
    lengths = [stop - start for start, stop in found]
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize(
    "ranges",
    [
        [range(4), range(4, 5), range(5, 12)],
        [(0, 4), (4, 5), (5, 12)],
        ((0, 4), range(4, 5), [5, 12]),
    ],
)
def test_ranges_and_pairs_are_taken_as_they_are(ranges: Any) -> None:
    assert bounds(cut_into_blocks(ranges, 12, 2)) == [(0, 4), (4, 5), (5, 12)]


@given(st.integers(1, 500), st.sets(st.integers(1, 499)))
def test_every_list_that_covers_all_frames_is_taken(total: int, cuts: set[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < total), total]
    wanted = list(itertools.pairwise(edges))
    assert bounds(cut_into_blocks(wanted, total, 2)) == wanted
    assert bounds(cut_into_blocks([range(*one) for one in wanted], total, 2)) == wanted


@pytest.mark.parametrize(
    ("ranges", "says"),
    [
        ([(0, 4), (6, 10)], "gap: frames 4 to 5 are in no block before block 1, which begins at 6"),
        ([(0, 4), (5, 10)], "gap: frame 4 is in no block before block 1, which begins at 5"),
        ([(2, 10)], "gap: frames 0 to 1 are in no block before block 0"),
        ([(0, 9)], "gap: frame 9 is in no block$"),
        ([(0, 4), (4, 7)], "gap: frames 7 to 9 are in no block$"),
        ([(0, 6), (4, 10)], "overlap: block 1 begins at 4, and frames 4 to 5 are in a block"),
        ([(0, 6), (5, 10)], "overlap: block 1 begins at 5, and frame 5 is in a block before it"),
        ([(0, 9), (2, 4), (9, 10)], "overlap: block 1 begins at 2, and frames 2 to 3 are"),
        ([(4, 10), (0, 4)], "gap: frames 0 to 3 are in no block before block 0"),
        ([(0, 12)], "reach to frame 11, but there are 10 frames"),
        ([(0, 10), (10, 11)], "reach to frame 10, but there are 10 frames"),
        ([], "blocks is an empty sequence"),
        ([(0, 4), (4, 4), (4, 10)], r"block 1, \(4, 4\), is empty"),
        ([range(5, 2)], r"block 0, range\(5, 2\), is empty"),
        ([(-2, 10)], r"block 0, \(-2, 10\), begins before frame 0"),
        ([range(0, 10, 2)], r"block 0, range\(0, 10, 2\), must have step 1"),
        ([range(9, -1, -1)], "must have step 1"),
        (0, "blocks must be 1 or more, not 0"),
        (-3, "blocks must be 1 or more, not -3"),
    ],
)
def test_blocks_that_do_not_cover_all_frames_once_are_refused(ranges: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cut_into_blocks(ranges, 10, 2)


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        (True, "not True"),
        (2.0, "not 2.0"),
        ({3, 4}, "sequence of ranges"),
        ([3, 4], r"block 0 must be a range or a pair \(start, stop\), not 3"),
        ([(0, 5), (5, 7, 10)], r"block 1 must be a range or a pair"),
        ([(0, 5.0)], "block 0 must hold whole numbers"),
        ([(False, 10)], "block 0 must hold whole numbers"),
        ("04", "block 0 must be a range or a pair"),
    ],
)
def test_what_is_no_list_of_ranges_is_a_typeerror(blocks: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        cut_into_blocks(blocks, 10, 2)


@pytest.mark.parametrize(
    ("blocks", "what"), [(2, "blocks=2"), ([(0, 5)], "a list of blocks"), ([], "a list of blocks")]
)
def test_blocks_of_a_movie_of_unknown_length_are_refused(blocks: Any, what: str) -> None:
    with pytest.raises(ValueError, match=f"{what} needs an animation of known length"):
        cut_into_blocks(blocks, None, 2)


def test_one_block_holds_a_movie_of_any_length() -> None:
    (block,) = cut_into_blocks(1, None, 2)
    assert block.start == 0
    assert block.stop > 10**12


def test_chosen_blocks_of_a_movie_of_unknown_length_never_end() -> None:
    first = list(itertools.islice(cut_into_blocks(None, None, 2), 1000))
    assert bounds(first) == [(i * UNKNOWN, (i + 1) * UNKNOWN) for i in range(1000)]


@settings(max_examples=300)
@given(st.integers(1, 50_000), st.integers(1, 64))
def test_chosen_blocks_cover_all_and_get_no_longer_and_never_too_short(
    total: int, workers: int
) -> None:
    found = bounds(cut_into_blocks(None, total, workers))
    assert found[0][0] == 0
    assert found[-1][1] == total
    assert all(one[1] == other[0] for one, other in itertools.pairwise(found))
    lengths = [stop - start for start, stop in found]
    if workers == 1:
        assert lengths == [total], "nobody waits for anybody"
        return
    # The last one takes a crumb along, or is what is left.
    assert all(one >= other for one, other in itertools.pairwise(lengths[:-1]))
    assert all(length >= SMALLEST[0] for length in lengths[:-1])
    assert lengths[-1] >= min(total, SMALLEST[0] // 2)
    assert lengths[0] <= max(total / workers, SMALLEST[1])


def test_endless_blocks_begin_anew_each_time() -> None:
    """The movie may be begun again."""
    endless = cut_into_blocks(None, None, 2)
    assert next(iter(endless)) == next(iter(endless)) == Block(0, 0, UNKNOWN)


@given(st.integers(1, 100_000), st.integers(1, 64), st.integers(1, 64))
def test_blocks_to_go_on_with_do_not_depend_on_the_workers(
    total: int, workers: int, others: int
) -> None:
    found = cut_into_blocks(None, total, workers, lasting=True)
    assert found == cut_into_blocks(None, total, others, lasting=True)
    lengths = [block.stop - block.start for block in found]
    assert sum(lengths) == total
    assert len(set(lengths[:-1])) <= 1
    assert LASTING_SIZE[0] <= lengths[0] <= LASTING_SIZE[1] or len(lengths) == 1
    assert max(lengths) <= max(-(-total // LASTING), LASTING_SIZE[0]), "what may be lost"


def test_chosen_blocks_of_a_long_movie_feed_every_worker_and_fall() -> None:
    lengths = [stop - start for start, stop in bounds(cut_into_blocks(None, 10_000, 4))]
    assert lengths[0] == 10_000 // (2 * 4)
    assert lengths[-2] == SMALLEST[1]
    assert len(lengths) > 4 * 4
    assert len(lengths) < 4 * 20, "each costs the start of an encoder"
