"""How many workers made a movie."""

from __future__ import annotations

import pytest

from framepipe.result import WorkerUse


def test_the_share_of_updates_grows_with_workers() -> None:
    """Each of them runs all updates, and draws its share."""
    assert WorkerUse(1, 2, update=0.1, draw=0.1).update_share == pytest.approx(0.5)
    assert WorkerUse(4, 4, update=0.1, draw=0.1).update_share == pytest.approx(0.8)
    assert WorkerUse(1, 1).update_share == 0
