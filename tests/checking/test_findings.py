"""What has been found out, as a table."""

from __future__ import annotations

import pytest

from framepipe.checking.findings import Findings, FrameFindings

GOOD = FrameFindings(0, True, "nothing", kept=True)


def test_the_table_and_what_follows_from_it() -> None:
    frames = (GOOD, FrameFindings(12, True, "updates", 2, False), FrameFindings(19, False, "draws"))
    found = Findings(frames, 20, 300, ("a line",), update=0.001, draw=0.05)
    assert str(found).splitlines() == [
        "frame  same twice  needs             kept right",
        "    0  yes         nothing           yes",
        "   12  yes         2 updates before  NO",
        "   19  NO          draws before it   -",
        "",
        "Seen: the first 20 frames of 300. An update takes 1.0 ms, drawing a frame 50.0 ms.",
        "independent=True is not safe: frame 12 needs 2 updates before.",
        "Changed without a sign of it: a line. Return what changes from the update, or change it "
        "through its set_...() methods: until then everything is drawn in every frame.",
        "Not the same twice: it uses random numbers without a seed, a clock or the like. Its "
        "movies are made in one pass, by one worker.",
        "Frames depend on what drawing those before has left behind: its movies are made by one "
        "worker that makes every draw in order. They would be made sooner if the updates worked "
        "out by themselves what they need.",
    ]


@pytest.mark.parametrize(
    ("needs", "same_twice", "expected"),
    [
        ("nothing", True, True),
        ("nothing", False, None),
        ("updates", True, False),
        ("draws", True, False),
        ("unknown", True, None),
        ("unknown", False, None),
    ],
)
def test_whether_frames_are_independent(
    needs: str, same_twice: bool, expected: bool | None
) -> None:
    one = FrameFindings(3, same_twice, needs)  # type: ignore[arg-type]
    assert Findings((GOOD, one), 9, 9).independent is expected
    assert Findings((GOOD,), 1, 1).independent is None  # a first frame tells nothing


def test_what_is_gained_where_updates_take_the_time() -> None:
    assert Findings((), 9, 9, update=0.09, draw=0.01).speedup(4) == pytest.approx(3.7)
    assert Findings((), 9, 9, update=0.0, draw=0.01).speedup(4) == pytest.approx(1.0)
    assert Findings((), 9, 9).speedup(4) == 1.0
