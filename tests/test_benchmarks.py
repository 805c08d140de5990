"""The harness: what it measures and, above all, what it refuses to show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import contenders  # noqa: E402
from benchmarks.cases import CASES  # noqa: E402
from benchmarks.ceilings import limit  # noqa: E402
from benchmarks.check import Decoded, decode, problem  # noqa: E402
from benchmarks.memory import ALLOWED, ALLOWED_FFMPEG, growth  # noqa: E402
from benchmarks.runner import Session  # noqa: E402
from benchmarks.summary import summarise  # noqa: E402
from benchmarks.table import case_text  # noqa: E402


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


def movie(path: Path, *, frames: int = 8, size: str = "64x48", source: str = "testsrc") -> Path:
    made = ["-f", "lavfi", "-i", f"{source}=size={size}:rate=30", "-frames:v", str(frames)]
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-nostdin", "-loglevel", "error", *made, "-y", path], check=True)
    return path


class Cheat:
    """A contender that promises the frames of `Animation.save`, and makes another movie."""

    NAME = "cheat"
    drawing = "full"

    def __init__(self, *, promises_identity: bool = True) -> None:
        self.promises_identity = promises_identity


def contend(tmp_path: Path, cheat: Cheat, **what: Any) -> str:
    """Run it after a serial save; return what is shown."""

    class Replaced(Session):
        def _launch(self, name: str, output: Path | None = None) -> dict[str, Any]:
            assert output is not None
            movie(output, **({} if name == "serial" else what))
            return {"wall": 2.0 if name == "serial" else 0.125, "cpu": 1.0}

    session = Replaced(CASES["pendulum"], 8, tmp_path)
    for one in (contenders.load("serial"), cheat):
        session.note(one.NAME, 1, lambda one=one: session.contend(one))
    result = {"frames": 8, "size": "64x48", "skipped": {}, "runs": session.runs}
    return case_text("pendulum", {**result, **summarise(session.runs, {}, 2)}, 2)


def test_frames_that_are_right_get_their_time(tmp_path: Path) -> None:
    shown = contend(tmp_path, Cheat())
    assert "NO TIME" not in shown
    assert "16.00" in shown  # times sooner


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"frames": 7}, "7 frames instead of 8"),
        ({"source": "testsrc2"}, "8 frames differ from serial's, frame 0 first"),
        ({"size": "64x64"}, "frames of 64x64 instead of 64x48"),
    ],
)
def test_no_time_is_shown_for_other_frames(
    tmp_path: Path, what: dict[str, Any], reason: str
) -> None:
    shown = contend(tmp_path, Cheat(), **what)
    assert f"cheat: NO TIME, since {reason}" in shown
    assert "0.12" not in shown
    assert "0.13" not in shown
    assert "16.00" not in shown


def test_who_promises_no_identity_must_still_have_all_frames(tmp_path: Path) -> None:
    plain = Cheat(promises_identity=False)
    assert "NO TIME" not in contend(tmp_path, plain, source="testsrc2")
    assert "NO TIME" in contend(tmp_path, plain, frames=9)


def test_without_a_serial_movie_nothing_has_a_time(tmp_path: Path) -> None:
    class Broken(Session):
        def _launch(self, name: str, output: Path | None = None) -> dict[str, Any]:
            assert output is not None
            movie(output, frames=7 if name == "serial" else 8)
            return {"wall": 1.0, "cpu": 1.0}

    session = Broken(CASES["pendulum"], 8, tmp_path)
    for one in (contenders.load("serial"), Cheat()):
        session.note(one.NAME, 1, lambda one=one: session.contend(one))
    assert [run["problem"] for run in session.runs] == [
        "7 frames instead of 8",
        "failed: serial made no movie to compare this one with",
    ]
    assert summarise(session.runs, {}, 2)["medians"] == {}


def test_one_bad_run_of_many_takes_all_times_away() -> None:
    runs = [
        {"contender": name, "wall": wall, "cpu": 1.0, "problem": trouble}
        for name, wall, trouble in [
            ("serial", 4.0, None),
            ("serial", 6.0, None),
            ("pipe", 1.0, None),
            ("pipe", 1.0, "7 frames instead of 8"),
        ]
    ]
    found = summarise(runs, {}, 2)
    assert set(found["medians"]) == {"serial"}
    assert found["medians"]["serial"]["wall"] == 5.0
    assert found["problems"] == {"pipe": ["7 frames instead of 8"]}


def test_ratios_are_to_the_limit_of_ones_own_drawing() -> None:
    walls = {"serial": 8.0, "pipe": 2.0, "encode_alone": 0.5, "draw_full": 3.5, "draw_retained": 1}
    runs = [
        {"contender": name, "wall": wall, "cpu": wall, "problem": None}
        for name, wall in walls.items()
    ]
    found = summarise(runs, {"serial": "full", "pipe": "retained"}, 2)
    assert found["limits"] == {"full": 2.0, "retained": 0.75}
    assert found["medians"]["serial"]["of_limit"] == 4.0
    assert found["medians"]["pipe"]["of_limit"] == pytest.approx(2 / 0.75)
    assert found["medians"]["pipe"]["sooner"] == 4.0
    assert limit({"wall": 9.0, "cpu": 1.0}, {"wall": 1.0, "cpu": 1.0}, 2) == 9.0


def test_decoding_finds_size_and_frames(tmp_path: Path) -> None:
    found = decode(movie(tmp_path / "a b%d.mp4"), imageio_ffmpeg.get_ffmpeg_exe())
    assert found.size == "64x48"
    assert len(found.hashes) == 8
    with pytest.raises(RuntimeError, match="cannot be decoded"):
        decode(tmp_path / "none.mp4", imageio_ffmpeg.get_ffmpeg_exe())
    assert problem(Decoded("1x1", ("a", "c")), Decoded("1x1", ("a", "b")), 2, identity=True) == (
        "1 frames differ from serial's, frame 1 first"
    )


def test_memory_that_grows_is_not_flat() -> None:
    def flat(name: str, *looks: tuple[int, int]) -> bool:
        samples = [{"processes": {name: {"rss": rss, "fds": fds}}} for rss, fds in looks]
        return bool(growth(samples)[name]["flat"])

    assert flat("main", (100, 5), (90, 5), (100 + ALLOWED - 1, 5))
    assert not flat("main", (100, 5), (100 + ALLOWED, 5), (100, 5))
    assert not flat("main", (100, 5), (100, 6))
    # What ffmpeg's queues hold comes and goes; a trend is another matter.
    assert flat("ffmpeg 1", (100, 5), (100 + ALLOWED, 5), (100, 5))
    assert not flat("ffmpeg 1", *((100 + ALLOWED_FFMPEG * k // 4, 5) for k in range(5)))
    assert not flat("ffmpeg 1", (100, 5), (100, 6))


def test_every_contender_keeps_to_the_same_few_names() -> None:
    assert contenders.names()[0] == "serial"
    for name in contenders.names():
        one = contenders.load(name)
        assert name == one.NAME
        assert isinstance(one.promises_identity, bool)
        assert one.drawing in {"full", "retained"}
        assert one.available() is None or isinstance(one.available(), str)
        assert callable(one.run)
