"""What is promised whatever goes wrong: one function that all tests of faults go through.

A movie ends in one of two ways: whole, or in a clear error with nothing left behind; soon after the
fault, and whatever stood there before is untouched.
"""

from __future__ import annotations

import gc
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import matplotlib as mpl
from clips import FFMPEG, RAW, children, everything_in, numbers_in

from framepipe import FramepipeError, Segments, encode
from framepipe.engines.system.fork_server import current_server

#: Frames of the animation that meets with a fault.
FRAMES = 12

#: Seconds that may pass between a fault and the outcome.
SOON = 5.0

#: When a fault strikes, by the frame.
MOMENTS = {"first": 0, "midway": 6, "last": FRAMES - 1}

FORK = {"workers": 2, "start_method": "fork"}
SPAWN = {"workers": 2, "start_method": "spawn"}

#: Every way to make a movie; "executor" and "writer" are seen to in `make`.
MODES: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "pipe": {**FORK, "mode": "pipe"},
    "segments": {**FORK, "mode": Segments(blocks=3)},
    "segments here": {"workers": 0, "mode": Segments(blocks=3)},
    "pipe spawn": {**SPAWN, "mode": "pipe"},
    "pipe forkserver": {"workers": 2, "start_method": "forkserver", "mode": "pipe"},
    "segments spawn": {**SPAWN, "mode": Segments(blocks=3)},
    "executor": {},
    "writer": {},
}
#: Those whose processes start within milliseconds, and those in which the user's functions run in
#: processes of ours.
QUICK = ["here", "pipe", "segments", "segments here", "writer"]
APART = ["pipe", "segments", "pipe spawn", "pipe forkserver", "segments spawn", "executor"]


class Small(type(Path())):  # type: ignore[misc]
    """A raw movie of the size that `clips.clip` has."""

    width = height = 32


def make(animation: Any, path: Path, mode: str, **options: Any) -> list[int]:
    """Make a raw movie in one of `MODES`; return the numbers that its frames show."""
    options = {**RAW, **options}
    if mode == "writer":
        told = options.pop("progress_callback", None)
        with mpl.rc_context({"animation.ffmpeg_path": mpl.rcParams["animation.ffmpeg_path"]}):
            if mpl.rcParams["animation.ffmpeg_path"] == "ffmpeg":
                mpl.rcParams["animation.ffmpeg_path"] = FFMPEG
            animation.save(str(path), writer="framepipe", progress_callback=told, **options)
    elif mode == "executor":
        with ProcessPoolExecutor(2, mp_context=get_context("fork")) as executor:
            encode(animation, path, **options, mode=Segments(blocks=3, executor=executor))
    else:
        encode(animation, path, **options, **MODES[mode])
    return numbers_in(Small(path))


@dataclass
class Fault:
    """Notes when something first went wrong, in whatever process that was."""

    note: Path

    def strikes(self) -> None:
        with suppress(FileExistsError), self.note.open("x") as file:
            file.write(str(time.monotonic()))

    @property
    def at(self) -> float:
        return float(self.note.read_text())


@dataclass
class Seen:
    """What there is of everything that could be left."""

    processes: set[int] = field(default_factory=set)
    descriptors: set[str] = field(default_factory=set)
    threads: set[int] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    handlers: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def now(cls) -> Seen:
        gc.collect()  # an error that was caught holds what was in use when it came
        return cls(
            {one.pid for group in children() for one in group},
            set(_descriptors()),
            {thread.ident or 0 for thread in threading.enumerate()},
            {
                str(path)
                for place in ("/dev/shm", tempfile.gettempdir())
                for path in Path(place).glob("*framepipe*")
            },
            {number: signal.getsignal(number) for number in (1, 2, 13, 14, 15, 17)},
        )

    def more_than(self, before: Seen) -> dict[str, Any]:
        left = {
            "processes, or zombies": self.processes - before.processes,
            "descriptors": self.descriptors - before.descriptors,
            "threads": self.threads - before.threads,
            "files": self.files - before.files,
            "handlers": {
                number: handler
                for number, handler in self.handlers.items()
                if handler != before.handlers[number]
            },
        }
        return {what: which for what, which in left.items() if which}


def _descriptors() -> Iterator[str]:
    from multiprocessing import resource_tracker

    tracker: Any = resource_tracker._resource_tracker
    server = current_server()
    kept = {tracker._fd, server and server.fd}  # for good
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{name}")
            if int(name) not in kept and not target.endswith((".ttf", ".afm", ".otf")):
                yield f"{name} -> {target}"


@dataclass
class Outcome:
    """How a movie ended.

    Parameters
    ----------
    numbers : list of int or None
        The frames, if it is whole.
    error : BaseException or None
        What was raised.
    """

    numbers: list[int] | None = None
    error: BaseException | None = None

    def failed(
        self, kind: type[BaseException] | tuple[type[BaseException], ...], *words: str
    ) -> Any:
        """The error, which is of a kind, and whose message holds these words, the first first."""
        assert isinstance(self.error, kind), self.error
        said = str(self.error)
        for word in words:
            assert word in said, said
        return self.error


@contextmanager
def old_movie(folder: Path, name: str = "m.rgba") -> Iterator[Path]:
    """Yield the path of a movie that stands there."""
    target = folder / name
    target.write_text("old")
    yield target


def promised(
    folder: Path,
    run: Callable[[Path], list[int] | None],
    fault: Fault | None = None,
    *,
    frames: int = FRAMES,
    allowed: tuple[type[BaseException], ...] = (FramepipeError, OSError),
    name: str = "m.rgba",
) -> Outcome:
    """Make a movie over an old one, and hold the outcome to the promise.

    Parameters
    ----------
    folder : Path
        Where the movie goes; nothing else is there.
    run : callable
        Makes the movie of a path, and returns its numbers.
    fault : Fault, optional
        Knows when something went wrong.
    frames : int
        How many it has.
    allowed : tuple of exception classes
        What it may raise.
    name : str
        Of the movie.

    Returns
    -------
    Outcome
        Whole, or an error; nothing is left.
    """
    folder.mkdir(exist_ok=True)
    target = folder / name
    target.write_text("old")
    home = os.getcwd()
    before = Seen.now()
    outcome = Outcome()
    try:
        outcome.numbers = run(target)
    except allowed as error:
        outcome.error = error
    over = time.monotonic()
    with suppress(OSError):
        os.chdir(home)  # the user's function may have gone elsewhere, which is its own affair
    left = Seen.now().more_than(before)
    assert not left, left
    assert everything_in(folder) == {name}
    if outcome.error is not None:
        assert target.read_text() == "old", "what was there stays"
        first_cause_first(outcome.error)
    else:
        assert outcome.numbers in (None, list(range(frames)))
    if fault is not None and fault.note.exists():
        assert over - fault.at < SOON, f"{over - fault.at:.1f} s after the fault"
    return outcome


def first_cause_first(error: BaseException) -> None:
    """No error is told as something that happened while another one was handled."""
    seen = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if isinstance(one, FramepipeError):
            hidden = one.__context__ if not one.__suppress_context__ else None
            assert hidden is None or hidden is one.__cause__, repr(hidden)
        one = one.__cause__
