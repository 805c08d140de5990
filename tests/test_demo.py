"""The double pendulum of the demo: the integration holds, and every frame is another one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from clips import RAW

import framepipe
from framepipe.demo import derivatives, double_pendulum, trajectory


def test_finer_steps_change_nothing_to_be_seen() -> None:
    coarse, fine = trajectory(60), trajectory(60, steps=32)
    assert coarse.shape == (60, 4)
    assert np.abs(coarse - fine).max() < 1e-3
    assert np.ptp(coarse[:, 0]) > 1, "it swings"


def test_speeds_are_those_of_the_angles() -> None:
    states = trajectory(40, dt=1e-3)
    slopes = np.gradient(states, 1e-3, axis=0)[1:-1]
    told = np.array([derivatives(state) for state in states])[1:-1]
    assert np.allclose(slopes, told, atol=1e-3)


def test_every_frame_is_another_one(tmp_path: Path) -> None:
    movie = framepipe.encode(double_pendulum(8), tmp_path / "m.rgba", dpi=40, workers=0, **RAW)
    data, size = movie.path.read_bytes(), 4 * movie.width * movie.height
    assert len({data[i : i + size] for i in range(0, len(data), size)}) == movie.frames == 8
