"""How many workers pay: the rule, held against a simulation of many kinds of movies."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framepipe.engines.scheduling.checks import AFTER_A_GAP, AS_SAVED
from framepipe.engines.scheduling.scaling import (
    ENCODE_PER_BYTE,
    ENCODER_THREADS,
    FORK,
    LOOK_AHEAD,
    SLOWER,
    FrameTimes,
    Scaling,
    most_that_pay,
    pays,
    price,
)
from framepipe.engines.scheduling.window import Window
from framepipe.result import FrameStats

BYTES = 640 * 480 * 4


@dataclass
class Worker:
    """A simulated one: what it still has to do for its frame, in seconds of processor time."""

    left: float
    frame: int = -1
    position: int = -1
    last: int = -1


@dataclass
class Pipe:
    """A movie made on paper: workers and an encoder that share cores, and a rule that watches.

    Parameters
    ----------
    update, draw, encode : float
        Seconds of a frame.
    full : float
        Seconds of a full draw, with which each worker begins.
    """

    update: float
    draw: float
    encode: float
    cores: int
    frames: int
    scaling: Scaling
    full: float
    seconds: float = 0.0
    cpu: float = 0.0
    slower: float = 1.0
    workers: dict[int, Worker] = field(default_factory=dict)

    def run(self) -> Pipe:
        window = Window(4 * self.scaling.most + 1, self.frames)
        encoding, begun = 0.0, 0.0
        while not window.finished:
            for number in range(self.scaling.started):
                # The second one first makes every draw that save makes, and one after a gap.
                witness = (2 * AS_SAVED + 1) * self.full + 7 * self.update if number == 1 else 0.0
                self.workers.setdefault(number, Worker(FORK + witness))
            for number, worker in self.workers.items():
                if worker.left <= 0 and worker.frame < 0 and self.scaling.draws(number):
                    frame = window.claim(worker.last)
                    if frame is not None:
                        fresh = worker.last < 0
                        worker.frame = worker.last = frame
                        passed = (frame - worker.position) * self.update
                        worker.left = passed + (max(self.full, self.draw) if fresh else self.draw)
            if encoding <= 0 and window.ready() is not None:
                encoding, begun = self.encode, self.seconds
            busy = [worker for worker in self.workers.values() if worker.left > 0]
            active = len(busy) + (encoding > 0)
            self.slower = 1 + SLOWER * max(0, len(busy) - 1)
            speed = min(1.0, self.cores / active) / self.slower
            step = min([worker.left for worker in busy] + ([encoding] if encoding > 0 else []))
            self.seconds += step / speed
            self.cpu += step * active
            for number, worker in self.workers.items():
                if worker.left <= 0:
                    continue
                worker.left -= step
                if worker.left <= 1e-12:
                    worker.left = 0.0
                    self.has_drawn(number, worker, window)
            if encoding > 0:
                encoding -= step
                if encoding <= 1e-12:
                    encoding = 0.0
                    window.wrote(window.written)
                    there = window.ready() is not None
                    self.scaling.wrote(self.seconds - begun, in_time=there)
        return self

    def has_drawn(self, number: int, worker: Worker, window: Window) -> None:
        if worker.frame < 0:
            if number == 1:
                self.scaling.passed(number, AFTER_A_GAP)
                worker.position = worker.last = AFTER_A_GAP
            return
        window.drawn(worker.frame)
        passed = (worker.frame - worker.position) * self.update * self.slower
        draw = self.draw * self.slower
        stats = FrameStats(update=passed, draw=draw, update_cpu=passed, draw_cpu=draw)
        self.scaling.drew(number, worker.frame, stats)
        worker.position, worker.frame = worker.frame, -1
        self.scaling.decide(window.fresh, self.frames - window.fresh)


def make(
    update: float, draw: float, encode: float, cores: int, frames: int, *, fixed: int = 0
) -> Pipe:
    most = fixed or most_that_pay(frames, cores)
    scaling = Scaling(
        most, cores=cores, frame_bytes=BYTES, fixed=bool(fixed) or most == 1, as_saved=AS_SAVED
    )
    return Pipe(update, draw, encode, cores, frames, scaling, full=max(draw, 0.02)).run()


MOVIES = list(
    itertools.product(
        (0.0, 0.002, 0.012, 0.12),  # update
        (0.002, 0.02, 0.1),  # draw
        (0.001, 0.004, 0.03),  # encode
        (1, 2, 4, 16, 64),  # cores
        (12, 100, 1000),  # frames
    )
)


@pytest.mark.thinned(20)
@pytest.mark.parametrize(("update", "draw", "encode", "cores", "frames"), MOVIES)
def test_the_choice_is_nearly_as_fast_as_the_best_fixed_number(
    update: float, draw: float, encode: float, cores: int, frames: int
) -> None:
    """Of those numbers that are worth their updates."""
    chosen = make(update, draw, encode, cores, frames)
    best = min(
        make(update, draw, encode, cores, frames, fixed=count).seconds
        for count in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
        if count == 1 or (count <= cores and price(cores) * draw > update * count * (count - 1))
    )
    # An encoder that is sooner than expected does not show it before.
    hidden = min(frames, LOOK_AHEAD) * ENCODE_PER_BYTE * BYTES / min(cores, ENCODER_THREADS)
    assert chosen.seconds <= 1.15 * max(best, hidden) + 10 * (chosen.full + update)


def test_many_cores_do_not_start_many_processes_for_few_frames() -> None:
    movie = make(0.0, 0.02, 0.004, cores=64, frames=100)
    assert 2 < movie.scaling.started <= 10
    assert make(0.0, 1.0, 0.004, cores=64, frames=100).scaling.started > 32  # where it pays
    assert make(0.0, 1.0, 0.004, cores=64, frames=12).scaling.started <= 6


def test_where_the_encoder_is_the_floor_one_worker_draws() -> None:
    movie = make(0.0, 0.0027, 0.0036, cores=2, frames=300)
    assert movie.scaling.most_drawing == 1
    assert not movie.scaling.dismisses(1), "it checks a frame now and then"


def test_where_drawing_is_the_floor_all_cores_draw() -> None:
    assert make(0.0, 0.07, 0.01, cores=2, frames=60).scaling.most_drawing == 2
    assert make(0.0, 0.07, 0.001, cores=4, frames=300).scaling.most_drawing == 4


def test_where_updates_dominate_one_worker_runs_them() -> None:
    movie = make(0.08, 0.05, 0.004, cores=2, frames=100)
    assert movie.scaling.most_drawing == 1
    assert movie.scaling.updates_dominate
    assert movie.scaling.dismisses(1)
    assert not movie.scaling.dismisses(0)
    assert not make(0.01, 0.05, 0.004, cores=2, frames=100).scaling.updates_dominate


def test_a_worker_that_is_not_needed_is_parked_and_stays_so() -> None:
    """The encoder turns out to be slower than expected."""
    movie = make(0.0, 0.015, 0.04, cores=2, frames=300)
    scaling = movie.scaling
    assert scaling.most_drawing == 2
    assert scaling.draws(0)
    assert not scaling.draws(1)
    for frame in range(300, 400):  # and then a slow drawing would call for two
        scaling.drew(0, frame, FrameStats(draw=0.5))
        scaling.wrote(0.001, in_time=False)
        scaling.decide(frame, 1000)
    assert not scaling.draws(1)
    told = scaling.use(300).choices
    assert [choice.partition(":")[0] for choice in told] == [
        "2 workers from frame 3 on", told[1].partition(":")[0]
    ]  # fmt: skip
    assert told[1].startswith("1 of them is enough from frame ")


def test_several_are_parked_at_once() -> None:
    """The encoder has filled its look-ahead, in no time, and only then shows how long it takes."""
    scaling = Scaling(8, cores=8, frame_bytes=BYTES)
    for frame in range(LOOK_AHEAD):
        scaling.drew(0, frame, FrameStats(draw=0.04))
        scaling.wrote(0.001, in_time=False)
        scaling.decide(frame, 300)
    assert scaling.most_drawing == 8
    for frame in range(LOOK_AHEAD, 2 * LOOK_AHEAD):
        scaling.drew(0, frame, FrameStats(draw=0.04))
        scaling.wrote(0.05, in_time=True)
        scaling.decide(frame, 300)
    assert [scaling.draws(number) for number in range(3)] == [True, False, False]


def test_as_many_as_the_user_says() -> None:
    scaling = Scaling(4, cores=2, frame_bytes=BYTES, fixed=True)
    assert scaling.started == scaling.most_drawing == 4
    for frame in range(20):
        scaling.drew(frame % 4, frame, FrameStats(update=1.0, draw=0.001))
        scaling.wrote(1.0, in_time=True)
        scaling.decide(frame, 100)
    assert all(scaling.draws(number) for number in range(4))
    assert not scaling.updates_dominate
    assert scaling.use(20).choices == ()


def test_a_system_that_starts_no_more_is_not_asked_again() -> None:
    scaling = Scaling(8, cores=8, frame_bytes=BYTES)
    for frame in range(4):
        scaling.drew(0, frame, FrameStats(draw=0.1))
    scaling.decide(4, 500)
    assert scaling.started == 8
    scaling.refused(3)
    scaling.decide(5, 500)
    assert scaling.started == scaling.most_drawing == 3


def test_what_independent_updates_would_bring() -> None:
    use = make(0.1, 0.1, 0.004, cores=4, frames=100).scaling.use(100)
    assert use.update_share == pytest.approx(0.5, abs=0.2)
    # 4 workers would take 50 ms a frame for what takes 150 or 200.
    assert 9.0 < use.independent_gain < 16.0
    assert make(0.001, 0.1, 0.004, cores=4, frames=100).scaling.use(100).independent_gain == 0
    scaling = Scaling(4, cores=4, frame_bytes=BYTES, independent=True)
    for frame in range(9):
        scaling.drew(0, frame, FrameStats(update=0.1, draw=0.1))
    assert scaling.use(100).independent_gain == 0


def test_frames_drawn_elsewhere_count_as_updates_passed() -> None:
    scaling = Scaling(4, cores=4, frame_bytes=BYTES)
    for frame in (0, 4, 8, 12):
        scaling.drew(0, frame, FrameStats(update=0.4, draw=0.1))
    assert scaling.times is not None
    assert scaling.times.update == pytest.approx(0.1)
    scaling.lost(0)
    scaling.drew(0, 100, FrameStats(update=10.0, draw=0.1))  # its first one
    assert scaling.times.update == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("count", "cores", "worth"),
    [
        (2, 2, True),
        (3, 4, True),
        (4, 4, False),
        (5, 8, True),
        (6, 8, False),
        (6, 16, True),
        (7, 16, False),
        (7, 64, False),
    ],
)
def test_a_worker_must_spare_more_than_it_costs(count: int, cores: int, worth: bool) -> None:
    """How many are worth it, on machines of several sizes; each begins as it draws a frame."""
    times = FrameTimes(update=0.0, update_cpu=0.0, draw=0.06, encode=0.0)
    assert pays(times, count, cores, frames=10, beginning=0.06) is worth


@pytest.mark.parametrize(
    ("as_saved", "passed", "worth"), [(0, -1, True), (2, -1, False), (2, 1, True)]
)
def test_a_witness_is_waited_for_where_enough_is_left_then(
    as_saved: int, passed: int, worth: bool
) -> None:
    """It draws four times, and once more, before it may draw for the movie."""
    scaling = Scaling(4, cores=2, frame_bytes=BYTES, as_saved=as_saved)
    for frame in range(4):
        scaling.drew(0, frame, FrameStats(draw=0.1 if frame else 0.2))
    if passed >= 0:
        scaling.passed(1, passed)
    scaling.decide(4, 8)
    assert scaling.draws(1) is worth


def test_updates_of_one_more_are_paid_for() -> None:
    times = FrameTimes(update=0.03, update_cpu=0.03, draw=0.03, encode=0.0)
    assert not pays(times, 2, cores=2, frames=1000, beginning=0.06)
    assert pays(times, 2, cores=16, frames=1000, beginning=0.06)
    assert not pays(times, 8, cores=16, frames=1000, beginning=0.06)


def test_short_movies() -> None:
    assert [most_that_pay(frames, 64) for frames in (1, 2, 3, 4, 20, 1000, None)] == [
        1, 1, 1, 2, 10, 64, 64,
    ]  # fmt: skip


@given(
    st.lists(
        st.one_of(
            st.tuples(st.integers(0, 7), st.floats(0, 0.2), st.floats(0, 0.2)),
            st.tuples(st.floats(0, 0.2), st.booleans()),
        ),
        max_size=200,
    ),
    st.integers(2, 8),
    st.integers(1, 64),
)
@settings(max_examples=50, deadline=None)
def test_whatever_comes_somebody_draws(
    events: list[tuple[int, float, float] | tuple[float, bool]], most: int, cores: int
) -> None:
    scaling = Scaling(most, cores=cores, frame_bytes=BYTES)
    parked: set[int] = set()
    for frame, event in enumerate(events):
        drawing = {number for number in range(8) if scaling.draws(number)}
        if len(event) == 3:
            number, update, draw = event
            if number < scaling.started:
                scaling.drew(number, frame, FrameStats(update=update, draw=draw))
        else:
            seconds, in_time = event
            scaling.wrote(seconds, in_time=in_time)
        scaling.decide(frame, None)
        now = {number for number in range(8) if scaling.draws(number)}
        parked |= drawing - now
        assert 0 in now
        assert not now & parked
        assert max(now) < scaling.started <= most
        assert not scaling.dismisses(0)
