"""How time grows: what is measured, what is concluded, and what is not believed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from made_up_results import COSTS, assert_drawn, measured

from benchmarks.growth import sweep
from benchmarks.growth.cost_model import predict
from benchmarks.growth.sweep_point import Point
from benchmarks.measuring.ffmpeg import ffmpeg_path
from benchmarks.measuring.fresh_process import RunFailed
from benchmarks.report import pictures
from benchmarks.report.sweep_text import series, sweep_text

TINY = sweep.Plan(12, 6, (6, 12), ((64, 48), (640, 480)), (1, 3), 1)


@pytest.mark.slow
def test_a_tiny_run_measures_fits_and_foretells(tmp_path: Path) -> None:
    found = json.loads(json.dumps(sweep.measure(1, TINY)))
    assert found["problems"] == []
    for name in ("workers", "frames", "size", "artists"):
        assert len(series(found, name)) == 2
    # One core, so two workers are no faster than one, and there is no line.
    assert set(found["fits"]) == {"frames", "size", "artists"}
    for point in found["points"]:
        assert point["seconds"] > 0
        assert min(point["worker_cpu"], point["main_cpu"], point["encoder_cpu"]) > 0
        assert 0 < point["update_share"] < 1
    assert found["costs"]["encode"] > 0
    assert [one["cores"] for one in found["encoder"]] == [1]
    shown = sweep_text(found, found)
    assert "to begin" in shown
    assert "more of them do not help" in shown
    assert "beside the measurement of another machine, 1 cores" in shown
    (path,) = pictures.write({"cases": {}, "scaling": found}, tmp_path)
    assert path.name == "scaling.png"
    assert_drawn(path)


def facts(seconds: float, wrong: str | None = None) -> dict[str, Any]:
    spent = {"worker_cpu": 1.0, "main_cpu": 0.1, "encoder_cpu": 0.5, "update_share": 0.1}
    return {"problem": wrong, "wall": seconds, **spent}


def test_a_movie_that_lacks_a_frame_gives_no_point_and_no_forecast() -> None:
    groups = TINY.series(2)
    runs = {point: [facts(1.0)] for group in groups.values() for point in group}
    runs[Point(3, 12)] = [facts(1.0), facts(9.0, "11 frames instead of 12")]
    found = sweep.conclude(groups, runs, {1: 0.1}, 2, TINY)
    assert found["problems"] == [
        "3 workers, 12 frames of 640x480, 1 line: 11 frames instead of 12",
    ]
    assert "forecast" not in found
    shown = sweep_text(found)
    assert "NOT COUNTED: 3 workers" in shown
    assert [point["workers"] for point in series(found, "workers")] == [1, 2, 4]


def test_a_movie_is_looked_at_before_its_time_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "movie.mp4"

    def launch(arguments: list[str]) -> dict[str, Any]:
        if "--frames=5" in arguments:
            raise RunFailed("killed")
        if "--frames=6" in arguments:
            path.write_bytes(b"no movie")
        else:
            source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=30", "-frames:v", "3"]
            silent = ["-nostdin", "-loglevel", "error"]
            subprocess.run([ffmpeg_path(), *silent, *source, "-y", str(path)], check=True)
        return {"wall": 1.0}

    monkeypatch.setattr(sweep, "launch", launch)

    def noted(frames: int) -> Any:
        found = sweep._noted(lambda point: sweep._make(point, path), Point(1, frames))
        assert not path.exists()
        return found["problem"]

    assert noted(3) is None
    assert noted(4) == "3 frames instead of 4"
    assert noted(5) == "failed: killed"
    assert "cannot be decoded" in noted(6)


def test_workers_to_try() -> None:
    assert sweep.worker_counts(1) == [1, 2]
    assert sweep.worker_counts(2) == [1, 2, 3, 4]
    assert sweep.worker_counts(12) == [1, 2, 4, 8, 12, 24]
    assert sweep.worker_counts(16) == [1, 2, 4, 8, 16, 32]
    # More workers than cores cannot share the drawing any further.
    point = {"workers": 4}
    assert sweep.across("workers", point, 2) == sweep.across("workers", {"workers": 2}, 2)


def test_a_forecast_from_a_busy_machine_is_not_to_be_believed() -> None:
    groups = TINY.series(2)
    points = {point for group in groups.values() for point in group}

    def shown(factor: float) -> str:
        runs = {}
        for point in points:
            spent = measured(COSTS, point.workers, point.frames)
            seconds = predict(COSTS, point.frames, 2, point.workers).seconds
            runs[point] = [{"problem": None, "wall": factor * seconds, **spent}]
        encoder = {1: 0.004, 2: 0.0025}
        return sweep_text(sweep.conclude(groups, runs, encoder, 2, TINY))

    assert "by 0 % on average" in (quiet := shown(1))
    assert "too much to believe" not in quiet
    assert "too much to believe" in shown(3)
