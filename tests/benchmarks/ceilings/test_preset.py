"""The faster preset is measured against the default, both of them on the same frames."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ceilings import preset


def test_shares_are_of_what_the_default_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preset, "FRAMES", 3)
    monkeypatch.setattr(preset, "ROUNDS", 1)
    found = preset.compare_presets("pendulum", tmp_path)
    assert set(found) == {"cpu", "wall", "bytes"}
    assert all(share > 0 for share in found.values())
    assert found["bytes"] != 1, "the two movies are not the same"
