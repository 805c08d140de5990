"""Lines through measurements, and what the model makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from made_up_results import COSTS, measured

from benchmarks.growth.cost_model import Costs, enough_cores, estimate, fit, predict


def test_a_line_is_found_again() -> None:
    x = [100.0, 300.0, 1000.0, 5000.0]
    line = fit(x, [0.21 + 0.0041 * value for value in x])
    assert line.intercept == pytest.approx(0.21)
    assert line.slope == pytest.approx(0.0041)
    assert line.r2 == pytest.approx(1)


def test_what_is_no_line_is_told_by_its_r2() -> None:
    assert fit([1, 2, 3, 4], [1.0, 5.0, 1.0, 5.0]).r2 < 0.5


def test_a_large_value_that_is_off_does_not_decide_the_beginning() -> None:
    x = [100.0, 300.0, 1000.0, 5000.0]
    y = [0.2 + 0.004 * value for value in x]
    y[-1] *= 1.1
    assert fit(x, y).intercept == pytest.approx(0.2, abs=0.05)
    assert abs(np.polynomial.Polynomial.fit(x, y, 1).convert().coef[0] - 0.2) > 0.1


@pytest.mark.parametrize(("x", "y"), [([1], [1]), ([2, 2], [1, 3]), ([1, 2], [0, 1])])
def test_no_line_through_too_little(x: list[float], y: list[float]) -> None:
    with pytest.raises(ValueError, match=r"line|above 0"):
        fit(x, y)


# --- the model


def test_one_core_does_all_the_work() -> None:
    said = predict(COSTS, 1000, 1)
    assert said.holds == "cores"
    # begin + fork + open + 1000 * (update + draw + main + encode)
    assert said.seconds == pytest.approx(0.1 + 0.002 + 0.1 + 0.1 + 8 + 0.2 + 4)
    assert said.replayed == pytest.approx(0.2 / 12.4)


def test_one_worker_on_many_cores_is_held_up_by_itself() -> None:
    said = predict(COSTS, 1000, 8, workers=1)
    assert said.holds == "worker"
    assert said.seconds == pytest.approx(0.102 + 0.1 + 0.1 + 8)


def test_many_cores_wait_for_the_encoder() -> None:
    said = predict(COSTS, 1000, 64)
    assert said.holds == "encoder"
    assert said.seconds == pytest.approx(0.1 + 64 * 0.002 + 0.1 + 1 + 3 / 64)


def test_expensive_updates_hold_everybody_up() -> None:
    costs = Costs(**{**vars(COSTS), "update": 0.02})
    one, many = predict(costs, 1000, 1), predict(costs, 1000, 64)
    assert many.holds == "cores"
    assert many.replayed > 0.95
    assert one.seconds / many.seconds < 2


def test_a_main_process_that_is_too_slow_holds_everybody_up() -> None:
    assert predict(Costs(**{**vars(COSTS), "main": 0.005}), 1000, 64).holds == "main"


def test_from_some_count_on_more_cores_do_not_help() -> None:
    enough = enough_cores(COSTS, 1000)
    at = {cores: predict(COSTS, 1000, cores).seconds for cores in (enough - 1, enough)}
    best = min(predict(COSTS, 1000, cores).seconds for cores in range(1, 513))
    assert at[enough] <= 1.02 * best < at[enough - 1]
    assert 8 < enough < 64
    # Where nothing is shared, one is enough.
    alone = Costs(**{**vars(COSTS), "encode_serial": 1.0, "encode_shared": 0.0})
    assert enough_cores(alone, 1000) == 1


def test_costs_are_found_again() -> None:
    points = [(1, 300), (2, 300), (3, 300), (4, 300), (2, 100), (2, 1000), (2, 5000)]
    encoder = {cores: COSTS.encode_serial + COSTS.encode_shared / cores for cores in (1, 2, 4)}
    found = estimate([measured(COSTS, *point) for point in points], encoder)
    assert vars(found) == pytest.approx(vars(COSTS), rel=1e-6, abs=1e-9)


def test_no_cost_is_below_nothing() -> None:
    points = [measured(COSTS, *point) for point in [(1, 100), (2, 100), (2, 400)]]
    points[1]["worker_cpu"] *= 0.5  # such noise that another worker saves work
    points[1]["main_cpu"] *= 0.2
    found = estimate(points, {1: 0.004, 2: 0.005})
    assert min(vars(found).values()) >= 0
    assert (found.encode_serial, found.encode_shared) == (0.004, 0)
