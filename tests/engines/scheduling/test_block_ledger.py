"""The book that is kept of blocks: which are home, what is reported, where the movie ends."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framepipe.engines.scheduling.block_ledger import BlockLedger
from framepipe.engines.scheduling.blocks import UNKNOWN, Block, KeptBlock, cut_into_blocks

Told = list[tuple[int, int | None]]


def book(lengths: Sequence[int], told: Told | None = None) -> BlockLedger:
    """A ledger of blocks of these lengths."""
    edges = [0, *itertools.accumulate(lengths)]
    blocks = [Block(i, *pair) for i, pair in enumerate(itertools.pairwise(edges))]
    report = None if told is None else lambda i, n: told.append((i, n))
    return BlockLedger(blocks, edges[-1], report)


def claim_all(ledger: BlockLedger) -> list[Block]:
    found = []
    while (block := ledger.claim()) is not None:
        found.append(block)
    return found


@given(st.data())
def test_blocks_home_in_any_order_are_reported_in_order_and_once(data: st.DataObject) -> None:
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    order = data.draw(st.permutations(range(len(lengths))))
    told: Told = []
    ledger = book(lengths, told)
    blocks = claim_all(ledger)
    assert [block.number for block in blocks] == list(range(len(lengths)))
    assert ledger.exhausted
    home: set[int] = set()
    for number in order:
        assert not ledger.finished
        assert ledger.recorded(number, lengths[number], None) is None
        home.add(number)
        whole = next((i for i in range(len(lengths)) if i not in home), len(lengths))
        assert [i for i, _ in told] == list(range(sum(lengths[:whole])))
    assert ledger.finished
    assert ledger.out == []
    assert ledger.made == list(enumerate(lengths))
    assert told == [(i, sum(lengths)) for i in range(sum(lengths))]


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_frames_taken_in_any_interleaving_are_reported_in_order_and_once(
    lengths: list[int], dice: random.Random
) -> None:
    """Blocks may also be given back midway, and recorded anew from their beginning."""
    told: Told = []
    ledger = book(lengths, told)
    position = {block.number: (block, 0) for block in claim_all(ledger)}
    returned = 0
    while position:
        number = dice.choice(sorted(position))
        block, done = position[number]
        if returned < 3 and dice.random() < 0.1:
            returned += 1
            ledger.give_back(number)
            assert not ledger.finished
            again = ledger.claim()
            assert again == block
            position[number] = (block, 0)
        elif done < block.stop - block.start:
            ledger.took(number, block.start + done)
            position[number] = (block, done + 1)
        else:
            assert ledger.recorded(number, done, None) is None
            del position[number]
        assert told == [(i, sum(lengths)) for i in range(len(told))]
    assert len(told) == sum(lengths)
    assert ledger.finished


def test_progress_stops_at_the_first_frame_that_is_missing() -> None:
    told: Told = []
    ledger = book([3, 3, 3], told)
    claim_all(ledger)
    ledger.took(1, 3)
    ledger.recorded(2, 3, None)
    assert told == []
    ledger.took(0, 0)
    ledger.took(0, 1)
    assert [i for i, _ in told] == [0, 1]
    ledger.took(0, 2)
    assert [i for i, _ in told] == [0, 1, 2, 3]
    ledger.recorded(1, 3, None)
    assert [i for i, _ in told] == list(range(9))


def test_blocks_given_back_come_first_and_in_order() -> None:
    ledger = book([2, 2, 2, 2])
    for _ in range(3):
        ledger.claim()
    ledger.give_back(2)
    ledger.give_back(0)
    assert [block.number for block in ledger.out] == [1]
    assert [block.number for block in claim_all(ledger)] == [0, 2, 3]


def test_a_worker_gets_no_block_that_it_has_passed() -> None:
    """Frames are drawn in ascending order; a block given back waits for somebody else."""
    ledger = book([2, 2, 2])
    ledger.claim()
    ledger.claim()
    ledger.give_back(0)
    passed = ledger.claim(after=1)
    assert passed is not None
    assert passed.number == 2
    assert ledger.claim(after=2) is None
    fresh = ledger.claim(after=-1)
    assert fresh is not None
    assert fresh.number == 0


def test_a_block_given_back_is_recorded_though_all_others_are_home() -> None:
    ledger = book([2, 2])
    claim_all(ledger)
    ledger.recorded(1, 2, None)
    ledger.give_back(0)
    assert not ledger.finished
    assert not ledger.exhausted
    assert [block.number for block in claim_all(ledger)] == [0]
    ledger.recorded(0, 2, None)
    assert ledger.finished


def test_the_end_that_a_block_has_met_ends_an_endless_plan() -> None:
    told: Told = []
    ledger = BlockLedger(cut_into_blocks(None, None, 2), None, lambda i, n: told.append((i, n)))
    blocks = [ledger.claim() for _ in range(4)]
    assert [block.number for block in blocks if block is not None] == [0, 1, 2, 3]
    assert ledger.recorded(0, UNKNOWN, None) is None
    assert ledger.total is None
    assert told[-1] == (UNKNOWN - 1, None)
    # Block 2 ends within, block 3 lies behind the end.
    end = 2 * UNKNOWN + 7
    assert ledger.recorded(3, 0, end) is None
    assert ledger.claim() is None
    assert ledger.total == end
    assert not ledger.finished
    assert ledger.recorded(1, UNKNOWN, None) is None
    assert ledger.recorded(2, 7, end) is None
    assert ledger.finished
    assert ledger.made == [(0, UNKNOWN), (1, UNKNOWN), (2, 7)]
    assert [i for i, _ in told] == list(range(end))
    assert told[-1] == (end - 1, end)


def test_an_end_right_at_a_border_is_met_by_the_block_behind_it() -> None:
    ledger = BlockLedger(cut_into_blocks(None, None, 2), None, None)
    ledger.claim()
    ledger.recorded(0, UNKNOWN, None)
    assert not ledger.finished
    ledger.claim()
    assert ledger.recorded(1, 0, UNKNOWN) is None
    assert ledger.finished
    assert ledger.made == [(0, UNKNOWN)]


def test_blocks_given_back_are_recorded_even_behind_the_end_of_another() -> None:
    """They might lie before it; whoever records them will say."""
    ledger = book([4, 4, 4])
    claim_all(ledger)
    ledger.give_back(0)
    assert ledger.recorded(1, 2, 6) is None
    assert not ledger.finished
    assert [block.number for block in claim_all(ledger)] == [0]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([(1, 2, 6), (2, 0, 5)], "ended after 6 frames, another one after 5"),
        ([(0, 3, 3), (1, 4, None)], "ended after 3 frames, another one drew frame 7"),
        ([(2, 4, None), (1, 1, 5)], "ended after 5 frames, another one drew frame 11"),
    ],
)
def test_replays_that_met_two_ends_do_not_fit_together(
    answers: list[tuple[int, int, int | None]], says: str
) -> None:
    ledger = book([4, 4, 4])
    claim_all(ledger)
    *fine, last = answers
    for answer in fine:
        assert ledger.recorded(*answer) is None
    wrong = ledger.recorded(*last)
    assert wrong is not None
    assert says in wrong


def test_replays_that_met_one_end_fit_together() -> None:
    ledger = book([4, 4, 4])
    claim_all(ledger)
    assert ledger.recorded(2, 0, 6) is None
    assert ledger.recorded(1, 2, 6) is None
    assert ledger.recorded(0, 4, None) is None
    assert ledger.finished
    assert ledger.total == 6


@given(st.data())
def test_blocks_that_are_there_are_not_given_out_and_reported_in_order(
    data: st.DataObject,
) -> None:
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    edges = [0, *itertools.accumulate(lengths)]
    blocks = [Block(i, *pair) for i, pair in enumerate(itertools.pairwise(edges))]
    there = data.draw(st.sets(st.sampled_from(blocks)))
    told: Told = []
    ledger = BlockLedger(
        blocks, edges[-1], lambda i, n: told.append((i, n)),
        [KeptBlock(block, block.stop - block.start) for block in there],
    )  # fmt: skip
    ledger.report_kept()
    first = next((i for i, block in enumerate(blocks) if block not in there), len(blocks))
    assert [i for i, _ in told] == list(range(edges[first]))
    given_out = claim_all(ledger)
    assert given_out == [block for block in blocks if block not in there]
    for block in given_out:
        assert not ledger.finished
        ledger.recorded(block.number, block.stop - block.start, None)
    assert ledger.finished
    assert ledger.made == list(enumerate(lengths))
    assert [i for i, _ in told] == list(range(edges[-1]))


def test_a_block_that_is_there_may_know_where_the_movie_ends() -> None:
    endless = cut_into_blocks(None, None, 2)
    last = KeptBlock(Block(1, UNKNOWN, 2 * UNKNOWN), 3, UNKNOWN + 3)
    ledger = BlockLedger(endless, None, None, [last])
    assert claim_all(ledger) == [Block(0, 0, UNKNOWN)]
    assert ledger.total == UNKNOWN + 3
    ledger.recorded(0, UNKNOWN, None)
    assert ledger.finished
    assert ledger.made == [(0, UNKNOWN), (1, 3)]
