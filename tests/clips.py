"""Tiny animations whose frames say which they are, for tests of everything but drawing.

Frame i is one flat colour made of i's bytes; `numbers_in` reads the numbers back from a movie of
raw frames, so that order, loss and repetition show at once, and a frame costs a millisecond.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import matplotlib as mpl
import psutil
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import framepipe
from framepipe.plan import EncodePlan, plan_encode

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()

#: Arguments for a movie that is nothing but the frames' bytes.
RAW: dict[str, Any] = {"codec": "rawvideo", "extra_args": ["-f", "rawvideo", "-pix_fmt", "rgba"]}

#: Every way of running, by name.
WAYS: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "fork1": {"workers": 1, "start_method": "fork"},
    "fork2": {"workers": 2, "start_method": "fork"},
    "fork3": {"workers": 3, "start_method": "fork"},
    "spawn2": {"workers": 2, "start_method": "spawn"},
    "forkserver2": {"workers": 2, "start_method": "forkserver"},
}

Hook = Callable[[int], Any]


def flat(
    pixels: int = 32, height: int | None = None
) -> tuple[Figure, Callable[[int], tuple[Rectangle]]]:
    """A figure of one colour, and the function that gives it the colour of a number."""
    figure = Figure(figsize=(1, (height or pixels) / pixels), dpi=pixels)
    FigureCanvasAgg(figure)
    patch = Rectangle((0, 0), 1, 1, antialiased=False, linewidth=0)
    figure.add_artist(patch)

    def show(number: int) -> tuple[Rectangle]:
        red, green, blue = number.to_bytes(3, "big")
        patch.set_facecolor((red / 255, green / 255, blue / 255))
        return (patch,)

    return figure, show


def clip(
    frames: Any = 12,
    before: Hook | None = None,
    *,
    pixels: int = 32,
    height: int | None = None,
    **options: Any,
) -> FuncAnimation:
    """Make an animation whose frames show their own numbers.

    `frames` is what FuncAnimation takes; `before` is called in the update, with the frame's
    number, before it is shown.
    """
    figure, show = flat(pixels, height)

    def update(number: int) -> tuple[Rectangle]:
        if before is not None:
            before(number)
        return show(number)

    options = {"init_func": tuple, "interval": 40, "cache_frame_data": False, **options}
    return FuncAnimation(figure, update, frames=frames, **options)


def makes_a_movie(
    way: str, *, frames: int, at: int | str = -1, before: str = "", mode: str = '"auto"'
) -> str:
    """A program that makes a movie; it says "now" when frame `at` is through, "made" at the end."""
    return f"""
import sys
import matplotlib as mpl
mpl.use("agg")
from clips import clip
from framepipe import Segments, encode

def told(i, n):
    if i == {at}:
        print("now", flush=True)

{before}
encode(clip({frames}), "movie.mp4", progress_callback=told, mode={mode}, **{WAYS[way]})
print("made", flush=True)
"""


def misleading(frames: int = 60, before: Hook | None = None) -> FuncAnimation:
    """An animation by which retained drawing is misled: tick labels change without a sign.

    `before` is called as that of `clip`.
    """
    figure = Figure(figsize=(1, 1), dpi=64)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    (line,) = axes.plot([0, 1], [0, 1])
    position = [0]
    axes.xaxis.set_major_formatter(lambda x, _: f"{position[0]}")

    def update(number: int) -> None:
        if before is not None:
            before(number)
        line.set_ydata([0, number])
        position[0] = number

    return FuncAnimation(figure, update, frames, init_func=tuple, cache_frame_data=False)


def numbers_in(movie: Any) -> list[int]:
    """The numbers that the frames of a raw movie show; every pixel must agree."""
    size = 4 * movie.width * movie.height
    data = Path(movie).read_bytes()
    assert len(data) % size == 0, "the file ends within a frame"
    found = []
    for start in range(0, len(data), size):
        pixel = data[start : start + 4]
        assert data[start : start + size] == pixel * (size // 4), "a frame of two colours"
        assert pixel[3] == 255
        found.append(int.from_bytes(pixel[:3], "big"))
    return found


def encode_and_read(animation: Any, path: Path, **options: Any) -> list[int]:
    """Make a raw movie and read its numbers back."""
    return numbers_in(framepipe.encode(animation, path, **RAW, **options))


def is_ffmpeg(process: psutil.Process) -> bool:
    """Tell whether a process is ffmpeg, as far as can still be seen."""
    try:
        return "ffmpeg" in Path(process.exe()).name
    except psutil.Error:
        return False


def children() -> tuple[list[psutil.Process], list[psutil.Process]]:
    """The encoders and the render workers of this process that are alive now."""
    encoders, workers = [], []
    for process in psutil.Process().children(recursive=True):
        try:
            line = " ".join(process.cmdline())
            mine = process.ppid() == os.getpid()
        except psutil.NoSuchProcess:
            continue
        # A fork server's children look just like it.
        helpers = ("resource_tracker", "multiprocessing.forkserver", "serve_forks")
        helper = any(name in line for name in helpers)
        if is_ffmpeg(process):
            encoders.append(process)
        elif not (mine and helper):
            workers.append(process)
    return encoders, workers


def wait_until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """Wait for a condition; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.01)
    return found


def everything_in(folder: Path) -> set[str]:
    """Names of all files below a folder, hidden ones too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def as_nobody(do: Callable[[], Any]) -> tuple[str, str]:
    """Run a function in a fork without root's rights: the error's type, and its text or result."""
    ours, theirs = multiprocessing.Pipe(duplex=False)

    def be_nobody(ffmpeg: str) -> None:
        mpl.rcParams["animation.ffmpeg_path"] = ffmpeg
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(64321)
            os.setuid(64321)
        try:
            theirs.send(("", str(do())))
        except BaseException as error:
            theirs.send((type(error).__name__, str(error)))

    with tempfile.TemporaryDirectory(prefix="everyones-") as folder:
        # The environment may lie where only its owner can enter.
        os.chmod(folder, 0o755)
        ffmpeg = shutil.copy(FFMPEG, folder)
        process = multiprocessing.get_context("fork").Process(target=be_nobody, args=(ffmpeg,))
        process.start()
        theirs.close()
        try:
            said: tuple[str, str] = ours.recv()
        finally:
            process.join(30)
            process.close()
            ours.close()
    return said


@contextmanager
def script(
    folder: Path, lines: str, *arguments: str, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a script of its own, as a user would, in a session of its own; kill what is left."""
    path = folder / "script.py"
    path.write_text(lines)
    here = str(Path(__file__).parent)
    running = subprocess.Popen(
        [sys.executable, str(path), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*extra_path(), here]), **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        with running:
            try:
                yield running
            finally:
                if running.poll() is None:
                    running.kill()
    finally:
        for one in in_session(running.pid):
            os.kill(one, signal.SIGKILL)


def masked_signals() -> set[int]:
    """Signals that do not reach this process; for asking another one."""
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, set()))


def extra_path() -> Iterable[str]:
    """What PYTHONPATH held already."""
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def in_session(session: int) -> list[int]:
    """Processes that belong to a session and are not just waiting to be picked up."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.Error):
            continue
    return found


class Watch:
    """Notes what Python starts and which part files it makes; sees everything while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        self.hooked = False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        starts = event in {"os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"}
        if starts or (event == "open" and ".framepipe-" in str(args[0])):
            self.seen.append(f"{event} {args!r}")


WATCH = Watch()


@contextmanager
def what_starts() -> Iterator[list[str]]:
    """Yield the list of processes started and part files made, even if for a moment only."""
    if not WATCH.hooked:
        sys.addaudithook(WATCH)  # for good: there is no way to take one back
        WATCH.hooked = True
    WATCH.seen = []
    WATCH.on = True
    try:
        yield WATCH.seen
    finally:
        WATCH.on = False


@contextmanager
def nothing_starts() -> Iterator[None]:
    """Fail if a process is started or a part file made."""
    with what_starts() as started:
        yield
    assert started == []


def is_over(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


#: What `plan_encode` is told where the user has said nothing.
PLAN_DEFAULTS: dict[str, Any] = {
    "dpi": None, "extra_anim": None, "savefig_kwargs": None, "workers": 2, "redraw": "auto",
    "independent": False, "start_method": None, "fps": None, "codec": None, "bitrate": None,
    "extra_args": None, "metadata": None,
}  # fmt: skip


def planned(path: Path, writer: Any = None, frames: Any = 12, **given: Any) -> EncodePlan:
    """What `encode` would decide about a clip; nothing is started."""
    with ExitStack() as stack:
        return plan_encode(stack, clip(frames), path, writer, **{**PLAN_DEFAULTS, **given})
