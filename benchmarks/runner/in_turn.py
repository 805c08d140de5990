"""Run contenders in turn, a fresh process a run; look at every movie before believing a time."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .. import contenders
from ..cases.case import Case
from ..ceilings.drawing_alone import DRAWINGS
from ..ceilings.encoding_alone import ENCODE, RAW, encode_alone
from ..contenders import SERIAL, Contender
from ..measuring.decoded_movie import Decoded, decode, problem
from ..measuring.ffmpeg import ffmpeg_path
from ..measuring.fresh_process import RunFailed, launch, tell
from ..report.medians import summarise


def run_case(
    case: Case,
    chosen: Sequence[str],
    *,
    frames: int,
    repeat: int,
    cores: int,
    until: float = math.inf,
) -> dict[str, Any]:
    """Measure a case.

    Parameters
    ----------
    case : Case
        What to draw.
    chosen : sequence of str
        Contenders; the serial save is first among them, asked for or not.
    frames : int
        How many frames.
    repeat : int
        How often each contender runs, in turn with the others.
    cores : int
        CPUs there are to use, for the limit.
    until : float, default: inf
        When to be ready, by `time.monotonic`: no round is begun that would end later if it took
        as long as the one before; the first always is.

    Returns
    -------
    dict
        Every single run, who was skipped and why, and the medians.
    """
    field = {name: contenders.load(name) for name in dict.fromkeys((SERIAL, *chosen))}
    reasons = {name: one.available() for name, one in field.items()}
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        session = Session(case, frames, Path(folder))
        turns: dict[str, Callable[[], dict[str, Any]]] = {
            **{name: partial(session.contend, one) for name, one in field.items()},
            ENCODE: session.encode_alone,
            **{name: partial(session.draw, name) for name in DRAWINGS},
        }
        for turn in range(1, repeat + 1):
            begin = time.monotonic()
            for name, take in turns.items():
                if name not in skipped:
                    run = session.note(name, turn, take)
                    shown = f"NOT COUNTED: {run['problem']}" if run["problem"] else _seconds(run)
                    tell(f"{case.name} {turn}/{repeat} {name}: {shown}")
            now = time.monotonic()
            if now + (now - begin) > until:
                break
    return {
        "about": case.about,
        "frames": frames,
        "repeat": turn,
        "size": "" if session.truth is None else session.truth.size,
        "runs": session.runs,
        "skipped": skipped,
        **summarise(session.runs, {name: one.drawing for name, one in field.items()}, cores),
    }


def _seconds(run: dict[str, Any]) -> str:
    return f"{run['wall']:.2f} s"


class Session:
    """The runs of one case, and the truth that their movies are compared with.

    Parameters
    ----------
    case : Case
        What is drawn.
    frames : int
        How many frames.
    folder : Path
        Where movies and raw frames may stand for a while.

    Attributes
    ----------
    runs : list of dict
        What was measured; ``problem`` is None where the movie was found to be right.
    truth : Decoded or None
        What `Animation.save` made.
    """

    def __init__(self, case: Case, frames: int, folder: Path) -> None:
        self.case = case
        self.frames = frames
        self.folder = folder
        self.runs: list[dict[str, Any]] = []
        self.truth: Decoded | None = None
        self._raw: dict[str, Any] | None = None

    def note(self, name: str, turn: int, take: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Let somebody run; keep the facts, or why there are none."""
        run: dict[str, Any] = {"contender": name, "round": turn, "problem": None}
        try:
            run |= take()
        except (RunFailed, RuntimeError) as error:
            run["problem"] = f"failed: {error}"
        self.runs.append(run)
        return run

    def contend(self, contender: Contender) -> dict[str, Any]:
        """Let a contender make the movie, and look at it."""
        path = self.folder / f"{contender.NAME}.mp4"
        facts = self._launch(contender.NAME, path)
        look = self.look(
            path,
            self.frames,
            identity=contender.promises_identity,
            is_truth=contender.NAME == SERIAL and self.truth is None,
        )
        return {**facts, **look}

    def encode_alone(self) -> dict[str, Any]:
        """Encode the raw frames; the same frames and arguments must give the same movie."""
        if self._raw is None:
            self._raw = self._launch(RAW, self.folder / "frames.rgba")
        raw, frames = self._raw, self._raw["frames"]
        measured = encode_alone(raw["argv"])
        look = self.look(Path(raw["movie"]), frames, identity=frames == self.frames)
        scaled = {kind: seconds * self.frames / frames for kind, seconds in measured.items()}
        return {**scaled, "frames": frames, "argv": raw["argv"], **look}

    def draw(self, name: str) -> dict[str, Any]:
        """Draw all frames, in one process and for no encoder."""
        return self._launch(name)

    def look(
        self, path: Path, frames: int, *, identity: bool, is_truth: bool = False
    ) -> dict[str, Any]:
        """Decode a movie and say what is wrong with it; then remove it.

        Parameters
        ----------
        path : Path
            The movie.
        frames : int
            How many frames it must have.
        identity : bool
            Whether they must be those of the truth.
        is_truth : bool, default: False
            Whether this one becomes the truth.

        Returns
        -------
        dict
            The ``problem``, None if there is none, and a digest of the frames.

        Raises
        ------
        RuntimeError
            If it cannot be decoded, or there is no truth.
        """
        try:
            if self.truth is None and not is_truth:
                raise RuntimeError("serial made no movie to compare this one with")
            found = decode(path, ffmpeg_path())
        finally:
            path.unlink(missing_ok=True)
        wrong = problem(found, self.truth, frames, identity=identity)
        if is_truth and wrong is None:
            self.truth = found
        return {"problem": wrong, "frames_digest": found.digest}

    def _launch(self, name: str, output: Path | None = None) -> dict[str, Any]:
        """Run something in a fresh process."""
        arguments = [
            "benchmarks.runner.single_run",
            self.case.name,
            name,
            "--frames",
            str(self.frames),
        ]
        return launch(arguments if output is None else [*arguments, "--output", str(output)])
