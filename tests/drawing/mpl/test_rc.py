"""Settings as they stand, and whether they still do."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pytest
from cycler import cycler

from framepipe.drawing.mpl.rc import rc_changed, rc_is, rc_values


@pytest.mark.parametrize("name", ["lines.linewidth", "axes.prop_cycle", "font.size"])
def test_every_change_shows_until_it_is_undone(name: Any) -> None:
    with mpl.rc_context():
        before = rc_values()
        assert rc_is(before)
        old = mpl.rcParams[name]
        mpl.rcParams[name] = cycler(color=["r"]) if "cycle" in name else old + 1
        assert not rc_is(before)
        assert rc_is(rc_values())
        mpl.rcParams[name] = old
        assert rc_is(before)


def test_a_copy_is_not_changed_along() -> None:
    with mpl.rc_context():
        before = rc_values()
        mpl.rcParams["font.size"] += 1
        assert before["font.size"] == mpl.rcParams["font.size"] - 1


def test_what_is_not_a_default_is_told() -> None:
    with mpl.rc_context():
        mpl.rcdefaults()
        before = set(rc_changed())
        mpl.rcParams["lines.linewidth"] = 3.25
        assert set(rc_changed()) - before == {"lines.linewidth"}
        assert rc_changed()["lines.linewidth"] == 3.25
