"""The harness: what it measures and, above all, what it refuses to show."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import ceilings, contenders, runner  # noqa: E402
from benchmarks.cases import CASES  # noqa: E402
from benchmarks.ceilings import limit  # noqa: E402
from benchmarks.check import Decoded, decode, problem  # noqa: E402
from benchmarks.launch import launch  # noqa: E402
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


PEERS = {
    "imageio_ffmpeg": "imageio_ffmpeg",
    "matplotloom": "matplotloom",
    "moviepy": "moviepy",
    "parallel_animate": "parallel_animate",
    "streamjoy": "streamjoy",
}


def gray(path: Path) -> Any:
    """Return a movie's frames, as numbers that may be subtracted."""
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-i", path, *raw]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 480, 640).astype(int)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_makes_the_movie_or_says_why_not(name: str, tmp_path: Path) -> None:
    peer = contenders.load(name)
    reason = peer.available()
    if reason is not None:
        assert isinstance(reason, str)
        assert reason
        return
    frames, movies = 6, {one: tmp_path / f"{one}.mp4" for one in ("serial", name)}
    for one, path in movies.items():
        asked = ["benchmarks.one", "pendulum", one, "--frames", str(frames), "--output", str(path)]
        facts = launch(asked, timeout=150)
        assert facts["frames"] == frames
        assert facts["wall"] > 0
        assert facts["cpu"] > 0
    truth, found = (decode(path, imageio_ffmpeg.get_ffmpeg_exe()) for path in movies.values())
    assert truth.size == "640x480"
    assert problem(found, truth, frames, identity=peer.promises_identity) is None
    # Whoever promises nothing must still show the same things in the same order: each frame is
    # nearer to that of Animation.save than to any other.
    true, shown = (gray(path) for path in movies.values())
    nearest = [int(np.abs(true - one).mean(axis=(1, 2)).argmin()) for one in shown]
    assert nearest == list(range(frames))


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_that_is_not_installed_says_how_to_install_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, PEERS[name], None)
    reason = contenders.load(name).available()
    assert reason is not None
    if sys.platform == "linux":
        assert PEERS[name] in reason
        assert "pip install 'framepipe[bench" in reason


def test_a_contender_that_cannot_take_part_is_skipped_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    class Idle(Session):
        def note(self, name: str, turn: int, take: Any) -> dict[str, Any]:
            asked.append(name)
            run = {"contender": name, "round": turn, "problem": None, "wall": 1.0, "cpu": 1.0}
            self.runs.append(run)
            return run

    monkeypatch.setattr(runner, "Session", Idle)
    monkeypatch.setitem(sys.modules, "matplotloom", None)
    found = runner.run_case(CASES["pendulum"], ["matplotloom"], frames=2, repeat=1, cores=2)
    assert asked == ["serial", ceilings.ENCODE, *ceilings.DRAWINGS]
    assert list(found["skipped"]) == ["matplotloom"]
    shown = case_text("pendulum", found, 2)
    assert f"matplotloom: skipped, {found['skipped']['matplotloom']}" in shown
    assert "pip install 'framepipe[bench]'" in shown
