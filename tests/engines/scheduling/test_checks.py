"""Checks of histories: every order of events for small sizes, random ones for larger."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framepipe.engines.scheduling.checks import (
    AFTER_A_GAP,
    AS_SAVED,
    SHORT,
    WHERE_IDLE,
    Check,
    Difference,
    HistoryChecks,
    next_order,
)
from framepipe.engines.scheduling.window import Window

AHEAD = 2


class Movie:
    """Workers that draw and check, one answer at a time; `wrong` are frames that checkers see."""

    def __init__(
        self, workers: int, slots: int, total: int, *, known: bool = True, every: bool = False,
        withheld: bool = False, wrong: frozenset[int] = frozenset(), waits: bool = False,
    ) -> None:  # fmt: skip
        count = total if known else None
        self.total, self.withheld, self.wrong = total, withheld, wrong
        self.window = Window(slots, count)
        self.checks = HistoryChecks(workers, slots=slots, total=count, every=every, waits=waits)
        numbers = {*range(workers), self.checks.witness} if workers else set()
        self.given: dict[int, list[Check | int]] = {number: [] for number in sorted(numbers)}
        self.last = dict.fromkeys(self.given, -1)
        self.drawn_by: dict[int, int] = {}
        self.checked: list[tuple[int, Check]] = []
        self.written: list[int] = []
        self.found: Difference | None = None
        self.go_on()

    def go_on(self) -> None:
        """Write what may be written, and give orders, until neither can be done."""
        moved = True
        while moved:
            moved = False
            for _ in range(AHEAD):
                for worker, orders in self.given.items():
                    if len(orders) < AHEAD:
                        order = next_order(self.window, self.checks, worker, self.last[worker])
                        if order is not None:
                            number = order.frame if isinstance(order, Check) else order
                            assert number > self.last[worker], "a worker is never sent back"
                            self.last[worker] = number
                            orders.append(order)
                            moved = True
            while (frame := self.window.ready()) is not None:
                if self.withheld and not self.checks.may_write(frame):
                    break
                self.window.wrote(frame)
                self.written.append(frame)
                moved = True

    @property
    def busy(self) -> list[int]:
        return [worker for worker, orders in self.given.items() if orders]

    def answer(self, worker: int) -> None:
        """Let a worker do the first of its orders."""
        order = self.given[worker].pop(0)
        frame = order.frame if isinstance(order, Check) else order
        if frame >= self.total:
            self.window.end(self.total)
            self.checks.ended(self.total)
        elif isinstance(order, Check):
            assert self.drawn_by.get(frame) != worker, "its own frame"
            self.checked.append((worker, order))
            seen = b"wrong" if frame in self.wrong else b"right"
            self.found = self.found or self.checks.checked(worker, order, seen)
        else:
            self.drawn_by[frame] = worker
            if self.checks.wanted(frame):
                self.found = self.found or self.checks.drawn(frame, b"right")
            self.window.drawn(frame)
            if len(self.drawn_by) == 3:
                self.checks.go_on()
        self.go_on()

    def die(self, worker: int) -> None:
        for order in self.given[worker]:
            if not isinstance(order, Check):
                self.window.give_back(order)
        self.given[worker], self.last[worker] = [], -1
        self.checks.lost(worker)
        self.go_on()

    @property
    def over(self) -> bool:
        return not self.busy

    def frames_checked(self, manner: str) -> list[int]:
        return [check.frame for _, check in self.checked if check.manner == manner]


def every_order(make: Callable[[], Movie], see: Callable[[Movie], None]) -> int:
    """Walk through every order in which workers can answer; `see` looks at each end."""
    ways = 0
    histories: list[tuple[int, ...]] = [()]
    while histories:
        history = histories.pop()
        movie = make()
        for worker in history:
            movie.answer(worker)
        if movie.over:
            ways += 1
            see(movie)
            continue
        histories.extend((*history, worker) for worker in movie.busy)
    return ways


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize(
    ("workers", "slots", "total"),
    [(1, 2, 1), (1, 2, 2), (1, 2, 4), (1, 3, 4), (2, 2, 2), (2, 2, 4), (2, 3, 4), (3, 2, 2)],
)  # fmt: skip
def test_in_every_order_the_movie_is_whole_and_its_beginning_is_checked(
    workers: int, slots: int, total: int, withheld: bool
) -> None:
    def see(movie: Movie) -> None:
        assert movie.written == list(range(total)), movie.checks.story()
        assert movie.found is None
        assert not movie.checks.undecided
        as_saved = movie.frames_checked("as_saved")
        assert as_saved == list(range(len(as_saved)))
        assert len(as_saved) == movie.checks.against_save
        assert len(as_saved) == (0 if total == 1 else min(AS_SAVED, slots, total))

    ways = every_order(lambda: Movie(workers, slots, total, withheld=withheld), see)
    assert ways >= 1


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize("frame", [0, 1])
@pytest.mark.parametrize(
    ("workers", "slots", "total"), [(1, 2, 3), (2, 2, 4), (2, 3, 4), (3, 2, 2)]
)
def test_in_every_order_a_difference_is_found(
    workers: int, slots: int, total: int, frame: int, withheld: bool
) -> None:
    def see(movie: Movie) -> None:
        assert movie.found is not None, movie.checks.story()
        assert movie.found == Difference(frame, movie.checks.witness, True)

    wrong = frozenset([frame])
    every_order(lambda: Movie(workers, slots, total, withheld=withheld, wrong=wrong), see)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(("workers", "slots", "total"), [(1, 2, 4), (2, 2, 4), (2, 3, 3)])
def test_in_every_order_all_frames_are_proven(
    workers: int, slots: int, total: int, known: bool
) -> None:
    def see(movie: Movie) -> None:
        assert movie.written == list(range(total)), movie.checks.story()
        assert movie.checks.against_save == total
        assert movie.frames_checked("as_saved") == list(range(total))
        assert {worker for worker, _ in movie.checked} == {workers}

    every_order(lambda: Movie(workers, slots, total, known=known, every=True, withheld=True), see)


def test_nothing_that_is_withheld_is_written_before_all_early_checks() -> None:
    movie = Movie(2, 9, 100, withheld=True)
    for _ in range(5):
        movie.answer(0)  # the other worker, which is the witness, takes its time
    assert movie.written == []
    for _ in range(AS_SAVED):
        movie.answer(1)
    assert movie.written == [], "the frame after the gap is not yet compared"
    movie.answer(1)
    while 7 not in movie.drawn_by:
        movie.answer(0)
    assert movie.written[:3] == [0, 1, 2]


def test_a_long_movie_is_checked_at_growing_distances_and_at_its_end() -> None:
    movie = Movie(2, 9, 1000)
    while not movie.over:
        for worker in movie.busy:
            movie.answer(worker)
    assert movie.written == list(range(1000))
    assert movie.frames_checked("as_saved") == [0, 1]
    gap, *late = movie.frames_checked("usual")
    assert gap == AFTER_A_GAP
    assert late[-1] == 999
    assert all(2 <= b / a < 3 for a, b in itertools.pairwise(late[:-1]))
    assert len(late) <= 9
    assert movie.checks.against_worker == 1 + len(late)


def test_a_short_movie_costs_four_frames_more() -> None:
    movie = Movie(2, 9, SHORT)
    while not movie.over:
        for worker in movie.busy:
            movie.answer(worker)
    assert [check.frame for _, check in movie.checked] == [0, 1, AFTER_A_GAP, SHORT - 1]


def test_a_late_difference_names_the_frame() -> None:
    wrong = frozenset(range(100, 1000))
    movie = Movie(2, 9, 1000, wrong=wrong)
    while not movie.over and movie.found is None:
        for worker in movie.busy:
            movie.answer(worker)
    assert movie.found is not None
    assert movie.found.frame >= 100
    assert not movie.found.as_saved


def test_without_workers_nothing_is_checked() -> None:
    checks = HistoryChecks(0, slots=1, total=100)
    assert not checks.undecided
    assert checks.may_write(0)


def test_a_witness_that_dies_begins_again() -> None:
    movie = Movie(2, 9, 100)
    movie.answer(1)
    movie.die(1)
    movie.answer(0)
    for _ in range(AS_SAVED):
        movie.answer(1)
    assert movie.frames_checked("as_saved") == [0, 0, 1]
    while not movie.over:
        for worker in movie.busy:
            movie.answer(worker)
    assert movie.checks.against_save == AS_SAVED
    assert "worker 1 is dead" in movie.checks.story() or len(movie.checks.story()) > 100


@settings(deadline=None)
@given(
    slots=st.integers(2, 9),
    total=st.integers(1, 80),
    known=st.booleans(),
    every=st.booleans(),
    withheld=st.booleans(),
    waits=st.booleans(),
    idle=st.booleans(),
    workers=st.integers(1, 4),
    deaths=st.integers(0, 3),
    data=st.data(),
)
def test_any_pool_finishes_any_movie(
    slots: int, total: int, known: bool, every: bool, withheld: bool, waits: bool, idle: bool,
    workers: int, deaths: int, data: st.DataObject,
) -> None:  # fmt: skip
    """Workers of any speed, some of which die and are replaced."""
    movie = Movie(workers, slots, total, known=known, every=every, withheld=withheld, waits=waits)
    while not movie.over:
        worker = data.draw(st.sampled_from(movie.busy))
        movie.checks.cpu_is_idle = idle and data.draw(st.booleans())
        if deaths and data.draw(st.integers(0, 9)) == 0:
            deaths -= 1
            movie.die(worker)
        else:
            movie.answer(worker)
    assert movie.written == list(range(total)), movie.checks.story()
    assert movie.found is None
    assert not movie.checks.undecided


def frames_checked_by_one_that_only_checks(*, cpu_is_idle: bool) -> list[int]:
    """Worker 0 draws 200 frames, and worker 1 is given none."""
    window, checks = Window(9, 200), HistoryChecks(2, slots=9, total=200)
    checks.cpu_is_idle = cpu_is_idle
    last, checked = {0: -1, 1: -1}, []
    while not window.finished:
        for worker in (0, 1):
            order = next_order(window, checks, worker, last[worker], draws=worker == 0)
            if isinstance(order, Check):
                assert worker == 1
                last[1] = order.frame
                checked.append(order.frame)
                assert checks.checked(1, order, b"same") is None
            elif order is not None:
                assert worker == 0
                last[0] = order
                if checks.wanted(order):
                    assert checks.drawn(order, b"same") is None
                window.drawn(order)
        while (frame := window.ready()) is not None:
            window.wrote(frame)
    assert checks.against_save == 2
    assert checks.against_worker == len(checked) - 2
    return checked


def test_a_worker_that_only_checks_does_so_at_distances_that_double() -> None:
    checked = frames_checked_by_one_that_only_checks(cpu_is_idle=False)
    assert checked == [0, 1, 7, 14, 28, 56, 112, 199]


def test_where_a_cpu_is_idle_more_frames_are_checked() -> None:
    checked = frames_checked_by_one_that_only_checks(cpu_is_idle=True)
    assert set(checked) >= {0, 1, 7, 14, 28, 56, 112, 199}
    assert max(b - a for a, b in itertools.pairwise(checked)) <= WHERE_IDLE


@pytest.mark.parametrize("room", [False, True])
def test_who_draws_checks_more_only_where_there_is_no_room_for_a_frame(room: bool) -> None:
    """The encoder is the limit: its frames are there, and nobody may draw ahead."""
    window, checks = Window(9, 2000), HistoryChecks(2, slots=9, total=2000)
    last, checked = {0: -1, 1: -1}, []
    for turn in range(4000):
        checks.cpu_is_idle = turn > 100
        worker = turn % 2
        order = next_order(window, checks, worker, last[worker])
        if isinstance(order, Check):
            last[worker] = order.frame
            checked.append(order.frame)
            assert checks.checked(worker, order, b"same") is None
        elif order is not None:
            last[worker] = order
            if checks.wanted(order):
                assert checks.drawn(order, b"same") is None
            window.drawn(order)
        if room or turn % 6 == 0:
            while (frame := window.ready()) is not None:
                window.wrote(frame)
                if not room:
                    break
        if window.finished:
            break
    late = [frame for frame in checked if frame > 100]
    if room:
        assert len(late) < 8
    else:
        assert len(late) > 20


def test_early_checks_may_be_shortened() -> None:
    """What the witness was given already stays; nothing is waited for that was not."""
    checks = HistoryChecks(2, slots=9, total=200)
    assert checks.next_check(1, -1) == Check(0, "as_saved")
    checks.shorten()
    assert not checks.may_draw(1)
    assert checks.next_check(1, 0) == Check(1, "as_saved")
    assert checks.next_check(1, 1) is None
    assert checks.may_draw(1)
    for frame in (0, 1):
        assert not checks.may_write(frame)
        assert checks.drawn(frame, b"same") is None
        assert checks.checked(1, Check(frame, "as_saved"), b"same") is None
    assert checks.may_write(0)
    assert not checks.wanted(AFTER_A_GAP)
    assert not checks.undecided
    checks = HistoryChecks(2, slots=9, total=200)
    for frame in (0, 1, AFTER_A_GAP):
        assert getattr(checks.next_check(1, frame - 1), "frame", None) == frame
    checks.shorten()
    assert checks.wanted(AFTER_A_GAP)
    assert checks.next_check(1, AFTER_A_GAP) is None


def test_nothing_is_drawn_after_a_gap_before_it_is_known_who_draws() -> None:
    checks = HistoryChecks(2, slots=9, total=200, waits=True)
    assert [checks.next_check(1, last) for last in (-1, 0, 1)] == [
        Check(0, "as_saved"), Check(1, "as_saved"), None,
    ]  # fmt: skip
    assert not checks.may_draw(1), "what is drawn for the movie is no history with a gap"
    assert checks.wanted(AFTER_A_GAP)
    checks.go_on()
    assert checks.next_check(1, 1) == Check(AFTER_A_GAP, "usual")
    assert checks.may_draw(1)


@pytest.mark.parametrize("slots", [3, 4, 9])
def test_what_waits_is_known_before_there_is_no_room(slots: int) -> None:
    """The frame after the gap is within three frames, or what was drawn by then tells enough."""
    movie = Movie(2, slots, 100, withheld=True, waits=True)
    for _ in range(3):
        movie.answer(0)
    movie.answer(1)
    movie.answer(1)
    while not movie.over:
        movie.answer(movie.busy[0])
    assert movie.written == list(range(100))
