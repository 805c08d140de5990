"""Pictures: what is on them, and that nothing else changes by them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_results import BEFORE, assert_drawn, result

from benchmarks import __main__ as command
from benchmarks.measuring.fresh_process import ROOT
from benchmarks.report import bar_charts


def test_pictures_of_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.json").write_text(json.dumps(BEFORE))
    out = tmp_path / "new" / "folder"
    assert command.main(["plot", f"{tmp_path}/r.json", "--out", str(out)]) == 0
    assert capsys.readouterr().out.split() == [f"{out}/speedup.png", f"{out}/time.png"]
    for name in ("speedup.png", "time.png"):
        assert_drawn(out / name)


def test_what_pictures_show() -> None:
    bars, limit = bar_charts.speedups(BEFORE["cases"])["pendulum"]
    assert bars == {"pipe": 10.0, "pipe_full": 2.5}
    assert limit == 20.0
    one = BEFORE["cases"]["pendulum"]
    # 2 s of CPU time, of which 0.4 are ffmpeg's, over 100 frames.
    assert bar_charts.spending(one, "pipe") == pytest.approx(
        {"updates": 16 * 0.5 / 2.8, "drawing": 12.0, "copying": 16 * 0.2 / 2.8, "encoding": 4}
    )
    # The serial save reports nothing; the encoder alone used 0.8 s.
    assert bar_charts.spending(one, "serial") == pytest.approx({"drawing": 192, "encoding": 8})
    assert bar_charts.spending(one, "seed") is None


def test_bars_are_as_long_as_they_should_be() -> None:
    cases = {"pendulum": BEFORE["cases"]["pendulum"]}

    def bars(figure: Any) -> list[tuple[Any, Any]]:
        (ax,) = figure.axes
        return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]

    sooner = bar_charts.draw_speedups(cases)
    assert sooner is not None
    assert bars(sooner) == [(1, 10), (1, 2.5)]
    lines = sooner.axes[0].lines
    assert [20.0, 20.0] in [np.asarray(line.get_xdata()).tolist() for line in lines]
    shown = {text.get_text() for text in sooner.axes[0].texts}
    assert shown == {"10", "2.5", "20"}
    spent = bar_charts.draw_time(cases)
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
        "from benchmarks.report import pictures; before = dict(mpl.rcParams)\n"
        "with pictures.styled(): assert mpl.rcParams['font.size'] == 9\n"
        "assert dict(mpl.rcParams) == before\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
