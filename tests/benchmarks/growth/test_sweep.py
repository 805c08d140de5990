"""How time grows, pictures, comparisons: the arithmetic, and one small run of it all."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import __main__ as command  # noqa: E402
from benchmarks import meaning, plot, scaling  # noqa: E402
from benchmarks.launch import RunFailed  # noqa: E402
from benchmarks.machine import ffmpeg_path  # noqa: E402
from benchmarks.model import Costs, enough_cores, estimate, fit, predict  # noqa: E402
from benchmarks.point import Point  # noqa: E402
from benchmarks.style import WIDTH  # noqa: E402

# --- lines


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

COSTS = Costs(
    begin=0.1,
    fork=0.002,
    open=0.1,
    update=0.0001,
    draw=0.008,
    main=0.0002,
    encode=0.004,
    encode_serial=0.001,
    encode_shared=0.003,
)


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


def measured(costs: Costs, workers: int, frames: int) -> dict[str, float]:
    """Return what would be measured if the model were right."""
    drawing = workers * (costs.open + frames * costs.update) + frames * costs.draw
    return {
        "workers": workers,
        "frames": frames,
        "worker_cpu": drawing,
        "main_cpu": costs.fork * workers + frames * costs.main,
        "encoder_cpu": costs.begin + frames * costs.encode,
        "update_share": workers * frames * costs.update / drawing,
    }


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


# --- measuring

TINY = scaling.Plan(12, 6, (6, 12), ((64, 48), (640, 480)), (1, 3), 1)


def test_a_tiny_run_measures_fits_and_foretells(tmp_path: Path) -> None:
    found = json.loads(json.dumps(scaling.measure(1, TINY)))
    assert found["problems"] == []
    for name in ("workers", "frames", "size", "artists"):
        assert len(meaning.series(found, name)) == 2
    # One core, so two workers are no faster than one, and there is no line.
    assert set(found["fits"]) == {"frames", "size", "artists"}
    for point in found["points"]:
        assert point["seconds"] > 0
        assert min(point["worker_cpu"], point["main_cpu"], point["encoder_cpu"]) > 0
        assert 0 < point["update_share"] < 1
    assert found["costs"]["encode"] > 0
    assert [one["cores"] for one in found["encoder"]] == [1]
    shown = meaning.text(found, found)
    assert "to begin" in shown
    assert "more of them do not help" in shown
    assert "beside the measurement of another machine, 1 cores" in shown
    (path,) = plot.write({"cases": {}, "scaling": found}, tmp_path)
    assert path.name == "scaling.png"
    assert_drawn(path)


def facts(seconds: float, wrong: str | None = None) -> dict[str, Any]:
    spent = {"worker_cpu": 1.0, "main_cpu": 0.1, "encoder_cpu": 0.5, "update_share": 0.1}
    return {"problem": wrong, "wall": seconds, **spent}


def test_a_movie_that_lacks_a_frame_gives_no_point_and_no_forecast() -> None:
    series = TINY.series(2)
    runs = {point: [facts(1.0)] for group in series.values() for point in group}
    runs[Point(3, 12)] = [facts(1.0), facts(9.0, "11 frames instead of 12")]
    found = scaling.conclude(series, runs, {1: 0.1}, 2, TINY)
    assert found["problems"] == [
        "3 workers, 12 frames of 640x480, 1 line: 11 frames instead of 12",
    ]
    assert "forecast" not in found
    shown = meaning.text(found)
    assert "NOT COUNTED: 3 workers" in shown
    assert [point["workers"] for point in meaning.series(found, "workers")] == [1, 2, 4]


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

    monkeypatch.setattr(scaling, "launch", launch)

    def noted(frames: int) -> Any:
        found = scaling._noted(lambda point: scaling._make(point, path), Point(1, frames))
        assert not path.exists()
        return found["problem"]

    assert noted(3) is None
    assert noted(4) == "3 frames instead of 4"
    assert noted(5) == "failed: killed"
    assert "cannot be decoded" in noted(6)


def test_workers_to_try() -> None:
    assert scaling.worker_counts(1) == [1, 2]
    assert scaling.worker_counts(2) == [1, 2, 3, 4]
    assert scaling.worker_counts(12) == [1, 2, 4, 8, 12, 24]
    assert scaling.worker_counts(16) == [1, 2, 4, 8, 16, 32]
    # More workers than cores cannot share the drawing any further.
    point = {"workers": 4}
    assert scaling.across("workers", point, 2) == scaling.across("workers", {"workers": 2}, 2)


def test_a_forecast_from_a_busy_machine_is_not_to_be_believed() -> None:
    series = TINY.series(2)
    points = {point for group in series.values() for point in group}

    def shown(factor: float) -> str:
        runs = {}
        for point in points:
            spent = measured(COSTS, point.workers, point.frames)
            seconds = predict(COSTS, point.frames, 2, point.workers).seconds
            runs[point] = [{"problem": None, "wall": factor * seconds, **spent}]
        encoder = {1: 0.004, 2: 0.0025}
        return meaning.text(scaling.conclude(series, runs, encoder, 2, TINY))

    assert "by 0 % on average" in (quiet := shown(1))
    assert "too much to believe" not in quiet
    assert "too much to believe" in shown(3)


# --- comparing


def median(wall: float, spread: float = 0.02, runs: int = 3) -> dict[str, Any]:
    low, high = (wall, wall) if runs < 2 else (wall * (1 - spread), wall * (1 + spread))
    return {"wall": wall, "fastest": low, "slowest": high, "cpu": 2 * wall, "runs": runs}


def case(**walls: float) -> dict[str, Any]:
    medians = {name: median(wall) for name, wall in walls.items()}
    for one in medians.values():
        one["sooner"] = walls["serial"] / one["wall"]
        one["of_limit"] = one["wall"] / 0.5
    report = {"update": 0.5, "draw": 2.0, "check": 0.1, "copy": 0.2, "encoder_cpu": 0.4}
    runs = [
        {"contender": name, "problem": None, "movie": {"report": report}}
        for name in walls
        if name != "serial"
    ]
    return {
        "frames": 100,
        "size": "640x480",
        "runs": runs,
        "medians": medians,
        "ceilings": {"encode_alone": median(0.4), "draw_retained": median(0.7)},
        "limits": {"full": 2.0, "retained": 0.5},
        "problems": {},
    }


def result(**cases: Any) -> dict[str, Any]:
    return {"schema": 1, "machine": {"cpu": "one", "usable_cores": 2}, "cases": cases}


BEFORE = result(pendulum=case(serial=10.0, pipe=1.0, pipe_full=4.0), grid=case(serial=5, pipe=1))


def compared(
    tmp_path: Path, after: Any, *options: str, before: dict[str, Any] = BEFORE
) -> tuple[int, Path]:
    for name, one in (("a", before), ("b", after)):
        (tmp_path / f"{name}.json").write_text(one if isinstance(one, str) else json.dumps(one))
    return command.main(["compare", f"{tmp_path}/a.json", f"{tmp_path}/b.json", *options]), tmp_path


def changed(name: str, contender: str, factor: float, **more: Any) -> dict[str, Any]:
    after = copy.deepcopy(BEFORE)
    one = after["cases"][name]["medians"][contender]
    for key in ("wall", "fastest", "slowest"):
        one[key] *= factor
    one.update(more)
    return after


def test_the_same_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, BEFORE)[0] == 0
    shown = capsys.readouterr().out
    assert "0 of 3 slower" in shown
    assert "+0.0 %" in shown
    assert "pendulum draw retained" in shown  # a ceiling


def test_what_is_slower_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, changed("pendulum", "pipe", 1.3))[0] == 1
    (line,) = (row for row in capsys.readouterr().out.splitlines() if "SLOWER" in row)
    assert line.split()[:2] == ["pendulum", "pipe"]
    assert "+30.0 %" in line
    assert "0.1000" in line
    assert "0.1300" in line


def test_a_busier_machine_is_not_slower(tmp_path: Path) -> None:
    after = copy.deepcopy(BEFORE)
    for one in after["cases"].values():
        for found in (*one["medians"].values(), *one["ceilings"].values()):
            for key in ("wall", "fastest", "slowest"):
                found[key] *= 2
    assert compared(tmp_path, after)[0] == 0


def test_sooner_is_fine_and_the_limit_can_be_set(tmp_path: Path) -> None:
    assert compared(tmp_path, changed("grid", "pipe", 0.5))[0] == 0
    assert compared(tmp_path, changed("grid", "pipe", 1.3), "--limit", "50")[0] == 0
    assert compared(tmp_path, changed("grid", "pipe", 1.09), "--limit", "5")[0] == 1
    assert compared(tmp_path, changed("grid", "pipe", 1.09))[0] == 0


def test_a_change_inside_the_noise_is_called_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(tmp_path, changed("grid", "pipe", 1.3, fastest=0.95))[0] == 0
    assert "+30.0 %" in (shown := capsys.readouterr().out)
    assert next(row for row in shown.splitlines() if row.startswith("grid pipe")).endswith("noise")


def test_one_run_knows_no_noise_so_the_limit_stands_in(tmp_path: Path) -> None:
    before = result(grid=case(serial=5, pipe=1))
    before["cases"]["grid"]["medians"] = {"serial": median(5, runs=1), "pipe": median(1, runs=1)}
    after = copy.deepcopy(before)
    after["cases"]["grid"]["medians"]["pipe"] = median(1.15, runs=1)
    assert compared(tmp_path, after, before=before)[0] == 0
    after["cases"]["grid"]["medians"]["pipe"] = median(1.25, runs=1)
    assert compared(tmp_path, after, before=before)[0] == 1


def test_other_frames_are_told_and_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = changed("grid", "pipe", 3)
    after["cases"]["grid"]["frames"] = 60
    after["machine"]["cpu"] = "another"
    after["cases"]["cla"] = case(serial=5, pipe=1)
    assert compared(tmp_path, after)[0] == 0
    shown = capsys.readouterr().out
    assert "grid: other frames, 100 and 60: not judged" in shown
    assert "another machine: cpu one and another" in shown
    assert "case only after: cla" in shown
    assert "(slower; not judged)" in shown
    assert "0 of 2 slower" in shown


def test_who_makes_a_wrong_movie_now_is_not_forgiven(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = copy.deepcopy(BEFORE)
    del after["cases"]["grid"]["medians"]["pipe"]
    after["cases"]["grid"]["problems"] = {"pipe": ["99 frames instead of 100"]}
    assert compared(tmp_path, after)[0] == 1
    assert "grid: pipe had a time before and has none now" in capsys.readouterr().out


@pytest.mark.parametrize(
    "after",
    [
        "",
        "[]",
        "{}",
        '{"schema": 2, "cases": {}}',
        '{"schema": 1, "cases": {"grid": {}}}',
        json.dumps(result()),
        json.dumps(result(cla=case(serial=5, pipe=1))),
    ],
)
def test_what_cannot_be_compared(tmp_path: Path, after: str) -> None:
    assert compared(tmp_path, after)[0] == 2
    assert command.main(["compare", f"{tmp_path}/a.json", f"{tmp_path}/none.json"]) == 2


# --- pictures


def assert_drawn(path: Path) -> None:
    """Look whether a picture is of its size and has something in it, in colour."""
    pixels = imread(path)[..., :3]
    assert pixels.shape[1] == WIDTH * plot.DPI
    coloured = np.ptp(pixels, axis=2) > 0.2
    assert 0.001 < coloured.mean() < 0.9
    # And everywhere: ink in each quarter of it.
    height, width = (size // 2 for size in pixels.shape[:2])
    for part in (pixels[:height, :width], pixels[height:, :width], pixels[:height, width:]):
        assert part.min() < 0.5


def test_pictures_of_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.json").write_text(json.dumps(BEFORE))
    out = tmp_path / "new" / "folder"
    assert command.main(["plot", f"{tmp_path}/r.json", "--out", str(out)]) == 0
    assert capsys.readouterr().out.split() == [f"{out}/speedup.png", f"{out}/time.png"]
    for name in ("speedup.png", "time.png"):
        assert_drawn(out / name)


def test_what_pictures_show() -> None:
    bars, limit = plot.speedups(BEFORE["cases"])["pendulum"]
    assert bars == {"pipe": 10.0, "pipe_full": 2.5}
    assert limit == 20.0
    one = BEFORE["cases"]["pendulum"]
    # 2 s of CPU time, of which 0.4 are ffmpeg's, over 100 frames.
    assert plot.spending(one, "pipe") == pytest.approx(
        {"updates": 16 * 0.5 / 2.8, "drawing": 12.0, "copying": 16 * 0.2 / 2.8, "encoding": 4}
    )
    # The serial save reports nothing; the encoder alone used 0.8 s.
    assert plot.spending(one, "serial") == pytest.approx({"drawing": 192, "encoding": 8})
    assert plot.spending(one, "seed") is None


def test_bars_are_as_long_as_they_should_be() -> None:
    cases = {"pendulum": BEFORE["cases"]["pendulum"]}

    def bars(figure: Any) -> list[tuple[float, float]]:
        (ax,) = figure.axes
        return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]

    sooner = plot.draw_speedups(cases)
    assert sooner is not None
    assert bars(sooner) == [(1, 10), (1, 2.5)]
    assert [20.0, 20.0] in [list(line.get_xdata()) for line in sooner.axes[0].lines]
    shown = {text.get_text() for text in sooner.axes[0].texts}
    assert shown == {"10", "2.5", "20"}
    spent = plot.draw_time(cases)
    assert spent is not None
    # Of 200 ms: Animation.save's drawing and encoding; framepipe's four parts, 20 ms together.
    found = bars(spent)
    assert found[:2] == [(0, pytest.approx(96)), (pytest.approx(96), pytest.approx(100))]
    assert [left for left, _ in found[3:]] == [right for _, right in found[2:-1]]
    assert found[-1] == (pytest.approx(8), pytest.approx(10))
    shown = {text.get_text() for text in spent.axes[0].texts}
    assert shown == {"Animation.save, 200 ms", "framepipe, 20.0 ms"}


def test_nothing_to_draw(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps(result()))
    assert command.main(["plot", f"{tmp_path}/r.json", "--out", str(tmp_path)]) == 2
    assert command.main(["plot", f"{tmp_path}/none.json"]) == 2


def test_pictures_leave_the_users_settings_alone(tmp_path: Path) -> None:
    code = (
        "import matplotlib as mpl; mpl.rcParams['font.size'] = 3\n"
        "from benchmarks import plot; before = dict(mpl.rcParams)\n"
        "with plot.styled(): assert mpl.rcParams['font.size'] == 9\n"
        "assert dict(mpl.rcParams) == before\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_other_options_go_on_as_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list"]) == 0
    assert "pendulum" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        command.main(["--case", "compare"])
    assert ended.value.code == 2


def test_another_machines_result_is_read(tmp_path: Path) -> None:
    for content in ('{"scaling": {"cores": 16}}', "{}", "[]", "no JSON"):
        (tmp_path / "other.json").write_text(content)
        asked = ["--scaling", "--measured", f"{tmp_path}/other.json"]
        if content.startswith('{"'):
            assert command._parser().parse_args(asked).measured == {"cores": 16}
        else:
            with pytest.raises(SystemExit):
                command.main(asked)
