"""What cannot be meant is refused, by name, before anything starts."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from framepipe import Segments
from framepipe.options import (
    MODES,
    REDRAWS,
    START_METHODS,
    as_keywords,
    check_choices,
    check_kinds,
)

GOOD: dict[str, Any] = {
    "workers": 2, "mode": "auto", "redraw": "auto", "independent": False, "start_method": None,
    "progress": False, "progress_callback": None,
}  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {},
        *({"mode": mode} for mode in MODES),
        *({"redraw": redraw} for redraw in REDRAWS),
        *({"start_method": method} for method in START_METHODS),
        {"mode": Segments()},
        {"workers": None},
        {"workers": 0},
        {"progress_callback": print},
    ],
    ids=str,
)
def test_choices_are_taken(given: dict[str, Any]) -> None:
    check_choices(**{**GOOD, **given})


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"workers": -1}, ValueError),
        ({"workers": True}, TypeError),
        ({"workers": 1.0}, TypeError),
        ({"mode": "pipes"}, ValueError),
        ({"redraw": "some"}, ValueError),
        ({"start_method": "thread"}, ValueError),
        ({"independent": 1}, TypeError),
        ({"resume": 1}, TypeError),
        ({"progress": "yes"}, TypeError),
        ({"progress_callback": 3}, TypeError),
    ],
    ids=str,
)
def test_the_rest_is_refused_by_name(given: dict[str, Any], error: type[Exception]) -> None:
    (name,) = given
    with pytest.raises(error, match=name):
        check_choices(**{**GOOD, **given})


@pytest.mark.parametrize(
    "given",
    [
        {"filename": None}, {"filename": 3}, {"dpi": []}, {"bitrate": "much"}, {"extra_args": 3},
        {"metadata": ["title"]}, {"extra_anim": 3}, {"bitrate": b"500"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_of_the_wrong_kind_is_a_typeerror(given: dict[str, Any]) -> None:
    (name,) = given
    with pytest.raises(TypeError, match=f"{name} must be"):
        check_kinds(**given)


def test_most_may_be_left_out() -> None:
    check_kinds(filename="m.mp4", dpi=None, bitrate=None, metadata=None)
    assert as_keywords(None) is None


@pytest.mark.parametrize("given", [{"a": 1}, [("a", 1)], MappingProxyType({"a": 1})])
def test_keywords_are_what_a_dict_can_be_made_of(given: Any) -> None:
    assert as_keywords(given) == {"a": 1}


@pytest.mark.parametrize("given", ["red", 3, [3]])
def test_other_keywords_are_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="savefig_kwargs must be a mapping, or pairs"):
        as_keywords(given)


class Glue:
    def stitch(self, segments: Any, filename: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"stitcher": "glue"}, ValueError),
        ({"stitcher": 3}, TypeError),
        ({"stitcher": Glue(), "stitch_args": ["-x"]}, ValueError),
        ({"keep": 1}, TypeError),
        ({"max_in_flight": 2}, ValueError),
        ({"max_in_flight": 0, "executor": object()}, ValueError),
        ({"max_in_flight": 1.5, "executor": object()}, TypeError),
        ({"stitch_args": "-x"}, TypeError),
        ({"stitch_args": [3]}, TypeError),
    ],
)
def test_details_of_segments_that_cannot_be_meant(
    given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Segments(**given)


def test_details_of_segments_that_can() -> None:
    given = Segments(blocks=3, stitcher=Glue(), keep=True, executor=object(), max_in_flight=2)
    assert (given.blocks, given.keep, given.max_in_flight) == (3, True, 2)
