"""``python -m benchmarks``: a small run of it all, and its options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.measuring.fresh_process import ROOT


@pytest.mark.slow
def test_a_small_run_shows_and_keeps_what_it_measured(tmp_path: Path) -> None:
    kept = tmp_path / "result.json"
    asked = "--quick --frames 8 --repeat 1 --case pendulum --contender serial --contender pipe"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *asked.split(), "--json", str(kept)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    assert "pendulum: 8 frames of 640x480" in done.stdout
    assert "limit with full drawing" in done.stdout

    result = json.loads(kept.read_text())
    about = result["machine"]
    assert set(about["versions"]) == {"python", "numpy", "matplotlib", "ffmpeg", "framepipe"}
    assert all(about["versions"].values())
    assert {"cpu", "cores", "usable_cores", "date", "commit"} <= set(about)
    found = result["cases"]["pendulum"]
    runs = {run["contender"]: run for run in found["runs"]}
    assert {"serial", "pipe", "encode_alone", "draw_full"} <= set(runs)
    for run in runs.values():
        assert run["problem"] is None
        assert run["frames"] == 8
        assert run["wall"] > 0
        assert run["cpu"] > 0
    movies = [runs[name]["frames_digest"] for name in ("serial", "pipe", "encode_alone")]
    assert len(set(movies)) == 1
    assert runs["pipe"]["movie"]["report"]["draw"] > 0
    assert found["medians"]["pipe"]["sooner"] > 0
    assert found["medians"]["pipe"]["of_limit"] > 0
    assert found["problems"] == {}


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
