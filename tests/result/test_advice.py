"""What bounded a run, and what is advised: figures of a run that is known, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from framepipe.result.advice import VERYFAST, Facts, Work, advise, bound

FACTS = Facts(
    name="m.mp4", nbytes=1000, width=640, height=480, fps=30, seconds=10.0, mode="pipe",
    workers=2, cpus=2,
)  # fmt: skip

#: Two workers that are busy all the time, mostly with updates; the encoder has little to do.
UPDATING = Work(
    frames=100, update=17.0, draw=2.0, check=1.0, encode=1.0, encoder_cpu=1.0, facts=FACTS
)

#: An encoder that is busy all the time.
ENCODING = replace(
    UPDATING, update=0.1, draw=1.9, encode=9.5, encoder_cpu=17.0,
    facts=replace(FACTS, faster_preset=True),
)  # fmt: skip


def test_the_busiest_stage_bounds_a_run() -> None:
    assert bound(UPDATING).startswith("updates: its 2 workers were busy 100%")
    drawing = replace(UPDATING, update=2.0, draw=17.0)
    assert bound(drawing).startswith("drawing: ")
    assert bound(ENCODING).startswith("the encoder: it was busy 95%")
    mixed = replace(ENCODING, draw=7.0, encode=6.0, encoder_cpu=9.0)
    assert bound(mixed).startswith("the CPUs: 86% busy")
    short = replace(UPDATING, update=0.5)
    assert bound(short).startswith("beginning and end: ")
    assert bound(replace(UPDATING, facts=None)) == "unknown"


@pytest.mark.parametrize("workers", [2, 8])
def test_independent_updates_are_advised_with_what_they_would_bring(workers: int) -> None:
    """Of 8 workers each is busy 10 s, 8.5 of them with all the updates; then with an eighth."""
    share = workers / 2
    facts = replace(FACTS, workers=workers, cpus=workers)
    work = replace(UPDATING, update=17.0 * share, draw=2.0 * share, check=1.0 * share, facts=facts)
    (said,) = advise(work)
    # The encoder's second of CPU is shared by all of them.
    busy = 17.0 / 2 / workers + 1.5
    times = (10 + 1 / workers) / (busy + 1 / workers)
    assert f"independent=True would be about {times:.1f} times as fast" in said
    assert "updates take 85% and every worker runs them" in said
    assert "framepipe.check(ani)" in said


@pytest.mark.parametrize(
    "changed",
    [
        {"independent": True},  # it is so already
        {"may_be_independent": False},
        {"workers": 1},  # each update is run once
    ],
)
def test_independent_updates_are_not_advised_where_they_bring_nothing(
    changed: dict[str, int],
) -> None:
    assert advise(replace(UPDATING, facts=replace(FACTS, **changed))) == []  # type: ignore[arg-type]


def test_a_faster_preset_is_advised_where_the_encoder_is_the_limit() -> None:
    (said,) = advise(ENCODING)
    # What bounded it was the CPU: 3 s of drawing and 17 s of encoding on two of them.
    times = 10 / max((3 + 17 * VERYFAST) / 2, 9.5 * VERYFAST)
    assert f"would be about {times:.1f} times as fast" in said
    assert "extra_args=['-preset', 'veryfast']" in said
    assert advise(replace(ENCODING, facts=FACTS)) == [], "somebody has chosen another one"
    assert advise(replace(UPDATING, facts=replace(FACTS, workers=1, faster_preset=True))) == []


def test_more_workers_are_advised_to_those_who_said_fewer() -> None:
    few = replace(
        UPDATING, update=0.5, draw=9.0, check=0.5,
        facts=replace(FACTS, workers=1, cpus=4, could_use_more=True),
    )  # fmt: skip
    (said,) = advise(few)
    assert said == "workers=4, one for each CPU, would be about 3.2 times as fast"
    assert advise(replace(few, facts=replace(FACTS, workers=1, cpus=4))) == []


def test_nothing_is_advised_of_what_is_not_known() -> None:
    assert advise(replace(UPDATING, facts=None)) == []
    nothing = replace(UPDATING, update=0.0, draw=0.0, check=0.0)
    assert advise(nothing) == []


def test_the_most_helpful_advice_comes_first() -> None:
    both = replace(
        UPDATING, encode=6.0, encoder_cpu=8.0, update=8.0, draw=1.0, check=1.0,
        facts=replace(FACTS, seconds=9.0, workers=2, faster_preset=True),
    )  # fmt: skip
    said = advise(both)
    times = [float(one.partition("about ")[2].partition(" times")[0]) for one in said]
    assert len(said) == 2
    assert times == sorted(times, reverse=True)
