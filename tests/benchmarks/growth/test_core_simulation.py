"""Movies made on paper: the pipe, event by event, against what can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from made_up_results import BEFORE, COSTS

from benchmarks.growth.core_simulation import best_workers, costs_of_case, simulate
from benchmarks.growth.cost_model import Costs, predict

#: One worker opens in 1 s, updates take 0.1 s, drawing 1 s, the encoder (one thread) 0.5 s.
PLAIN = Costs(
    begin=0.0,
    fork=0.0,
    open=1.0,
    update=0.1,
    draw=1.0,
    main=0.0,
    encode=0.5,
    encode_serial=0.5,
    encode_shared=0.0,
)


def test_one_core_does_all_the_work_one_thing_after_the_other() -> None:
    assert simulate(PLAIN, 10, 1).seconds == pytest.approx(1 + 10 * (0.1 + 1 + 0.5))


def test_with_a_core_for_the_encoder_only_its_last_frame_is_waited_for() -> None:
    made = simulate(PLAIN, 10, 2, workers=1)
    assert made.seconds == pytest.approx(1 + 10 * 1.1 + 0.5)
    assert made.holds == "drawing"


def test_two_workers_share_the_drawing_and_both_run_the_updates() -> None:
    # Worker 0 draws frame 0 after one update, then 2, 4, 6 and 8 after two each; the encoder takes
    # frame 8 and then frame 9, which worker 1 has drawn meanwhile.
    made = simulate(PLAIN, 10, 3, workers=2)
    assert made.seconds == pytest.approx(1 + 1.1 + 4 * 1.2 + 2 * 0.5)


def test_a_slow_encoder_takes_one_frame_after_the_other() -> None:
    slow = replace(PLAIN, encode=2.0, encode_serial=2.0)
    made = simulate(slow, 10, 8, workers=4)
    assert made.seconds == pytest.approx(1 + 1.1 + 10 * 2)
    assert made.holds == "encoder"
    assert made.encoding > 0.9


def test_a_slot_is_free_only_when_its_frame_was_written() -> None:
    # With one slot nothing is drawn while the encoder works.
    alone = simulate(PLAIN, 10, 4, workers=1, slots=1)
    assert alone.seconds == pytest.approx(1 + 10 * (1.1 + 0.5))
    # And more workers than slots have nothing to do.
    assert simulate(PLAIN, 10, 4, workers=3, slots=1).seconds > 10 * 1.5


def test_expensive_updates_hold_any_number_of_cores_up() -> None:
    costs = replace(PLAIN, update=5.0, draw=0.1)
    made = simulate(costs, 20, 64)
    assert made.holds == "updates"
    assert made.seconds > 20 * 5.0


@pytest.mark.parametrize("cores", [1, 2, 4, 16, 64])
@pytest.mark.parametrize("frames", [1, 20, 300])
def test_nobody_is_faster_than_the_bound_and_all_come_near_it(cores: int, frames: int) -> None:
    costs = replace(COSTS, main=0.0)
    workers = min(cores, frames)
    made = simulate(costs, frames, cores)
    bound = predict(costs, frames, cores, workers)
    everything = predict(costs, frames, 1, workers).seconds
    assert made.workers == workers
    assert made.seconds >= 0.9 * max(bound.parts["worker"], bound.parts["cores"])
    assert made.seconds <= 1.05 * everything
    if cores == 1:
        assert made.seconds == pytest.approx(everything, rel=0.02)


def test_no_more_workers_than_pay() -> None:
    # Beginning costs a second, and there are few frames: 64 workers would begin for nothing.
    assert best_workers(replace(PLAIN, draw=0.01, update=0.0), 20, 64).workers == 1
    many = best_workers(replace(PLAIN, open=0.0, encode=0.01, encode_serial=0.01), 300, 64)
    assert many.workers > 4
    assert many.seconds <= simulate(PLAIN, 300, 64).seconds


def case(**changes: Any) -> dict[str, Any]:
    return {**BEFORE["cases"]["pendulum"], **changes}


def test_costs_are_taken_from_a_run() -> None:
    one = case()
    for run in one["runs"]:
        run |= {"cpu": 4.0}
        run["movie"]["workers"] = 2
    costs = costs_of_case(one, 2)
    assert costs is not None
    # 100 frames; encoding alone took 0.8 s of CPU and 0.4 s: both cores, so all of it is shared.
    assert costs.encode == pytest.approx(0.008)
    assert (costs.encode_serial, costs.encode_shared) == pytest.approx((0.0, 0.008))
    # Drawing alone took 1.4 s of CPU; of the report's 0.25 + 2.2 s in a worker 0.25 are updates.
    assert costs.update + costs.draw == pytest.approx(0.014)
    assert costs.update == pytest.approx(0.014 * 0.25 / 2.45)
    assert costs.open >= 0


def test_without_right_movies_there_are_no_costs() -> None:
    assert costs_of_case(case(runs=[]), 2) is None
    assert costs_of_case(case(ceilings={}), 2) is None
