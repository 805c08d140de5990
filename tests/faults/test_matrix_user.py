"""The matrix, first part: whatever the user's own code does, at every moment, in every mode.

`promise.promised` says what must hold of the outcome; the tests here only cause the faults.  A
representative part runs with the quick tests, more with ``-m slow``, all with ``-m ""``, and
``FRAMEPIPE_FAULTS=20`` runs each case twenty times.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from clips import clip, flat
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from promise import APART, FRAMES, MODES, MOMENTS, QUICK, Fault, make, promised

from framepipe import FrameError, FramepipeError, WorkerDied

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="signals, /proc"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Animation was deleted"),
]


@pytest.fixture
def fault(tmp_path: Path) -> Fault:
    return Fault(tmp_path / "struck")


class Sour(Exception):
    """The user's own."""


class Held(Exception):
    """Cannot be pickled."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


class Mute(Exception):
    """Cannot be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def throw(error: type[BaseException]) -> Callable[[], None]:
    def run() -> None:
        raise error("milk")

    return run


def recurse() -> None:
    recurse()


def take_all_memory() -> None:
    import resource

    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + 2**26, before[1]))
    try:
        bytearray(2**30)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


#: What is raised in an update, and the type of it that comes home.
RAISED: dict[str, tuple[Callable[[], None], str]] = {
    "plain": (throw(Sour), "Sour"),
    "unpicklable": (throw(Held), "UnpicklableError"),
    "mute": (throw(Mute), "Mute"),
    "GeneratorExit": (throw(GeneratorExit), "GeneratorExit"),
    "SystemExit": (throw(SystemExit), "SystemExit"),
    "KeyboardInterrupt": (throw(KeyboardInterrupt), "KeyboardInterrupt"),
    "recursion": (recurse, "RecursionError"),
    "memory": (take_all_memory, "MemoryError"),
}


def animation(do: Callable[[], Any], frame: int | None, fault: Fault) -> FuncAnimation:
    """A clip in which something happens at a frame; None: before the first."""

    def update(number: int) -> None:
        if number == frame:
            fault.strikes()
            do()

    def begin() -> tuple[()]:
        fault.strikes()
        do()
        return ()

    return clip(FRAMES, init_func=begin) if frame is None else clip(FRAMES, update)


#: What is also tried where processes take seconds to start: what depends on how they started.
FAR = {
    "plain", "unpicklable", "KeyboardInterrupt", "killed", "os._exit", "forks and forgets",
    "goes to a folder that goes", "sets rcParams", "ignores signals",
}  # fmt: skip


def crossed(names: Any, quick: dict[str, list[str]], modes: list[str]) -> list[Any]:
    """Every fault, at every moment, in every mode; where starting takes seconds, some midway."""
    cases = []
    for name in names:
        for moment, frame in {"start-up": None, **MOMENTS}.items():
            for mode in modes:
                if mode not in QUICK and (moment != "midway" or name not in FAR):
                    continue
                soon = name in quick.get(mode, []) and moment in ("midway", "start-up")
                case = f"{name}-{moment}-{mode}"
                marks = [] if soon else [pytest.mark.slow]
                cases.append(pytest.param(name, frame, mode, id=case, marks=marks))
    return cases


@pytest.mark.parametrize(
    ("name", "frame", "mode"),
    crossed(
        RAISED,
        {"pipe": ["plain", "unpicklable", "memory"], "segments": ["plain"], "here": ["plain"]},
        list(MODES),
    ),
)
def test_it_raises(tmp_path: Path, fault: Fault, name: str, frame: int | None, mode: str) -> None:
    do, kind = RAISED[name]
    of_ours = mode in APART
    if name == "KeyboardInterrupt" and not of_ours:
        allowed: tuple[type[BaseException], ...] = (KeyboardInterrupt, FramepipeError)
    elif mode == "writer":
        # matplotlib calls the user's function then, and what it raises is nobody's to change.
        allowed = (Exception, GeneratorExit, SystemExit)
    else:
        allowed = (FrameError,)
    outcome = promised(
        tmp_path / "m",
        lambda path: make(animation(do, frame, fault), path, mode),
        fault,
        allowed=allowed,
    )
    error = outcome.error
    if mode == "writer" or isinstance(error, KeyboardInterrupt):
        assert error is not None
        assert kind in {type(error).__name__, type(error.__cause__).__name__, "UnpicklableError"}
        return
    assert isinstance(error, FrameError)
    assert error.frame == (frame or 0)
    if kind == "UnpicklableError" and not of_ours:
        kind = "Held"
    assert type(error.__cause__).__name__ == kind
    said = {"plain": "milk", "unpicklable": "milk"}.get(name, "")
    assert said in str(error)
    assert f"frame {frame or 0}" in str(error)


# ------------------------------------------------------------------- it ends the process it is in


def die(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


ENDS: dict[str, Callable[[], None]] = {
    "killed": die(signal.SIGKILL),
    "segfault": die(signal.SIGSEGV),
    "aborted": die(signal.SIGABRT),
    "os._exit": lambda: os._exit(3),
    "os._exit(0)": lambda: os._exit(0),
    "closes all files": lambda: os.closerange(3, 4096),
}


@pytest.mark.parametrize(
    ("name", "frame", "mode"),
    crossed(ENDS, {"pipe": ["killed", "closes all files"], "segments": ["os._exit"]}, APART),
)
def test_it_ends_its_process(
    tmp_path: Path, fault: Fault, name: str, frame: int | None, mode: str
) -> None:
    outcome = promised(
        tmp_path / "m", lambda path: make(animation(ENDS[name], frame, fault), path, mode), fault
    )
    outcome.failed(FramepipeError)
    if name != "closes all files":
        assert isinstance(outcome.error, WorkerDied)


# ---------------------------------------------------------------------- it does what it should not


def forks() -> None:
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


#: Children of this process itself, where the user's function runs in it: nobody's to reap but its.
FORGOTTEN: list[int] = []


def forks_and_forgets() -> None:
    """Leaves a process behind for a moment, which has a copy of all that is open here."""
    if (pid := os.fork()) == 0:
        time.sleep(0.5)
        os._exit(0)
    FORGOTTEN.append(pid)


def starts_a_thread() -> None:
    threading.Thread(target=time.sleep, args=(0.3,), daemon=True).start()


def goes_elsewhere() -> None:
    folder = tempfile.mkdtemp(prefix="users-")
    os.chdir(folder)
    os.rmdir(folder)


def takes_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)


def ignores_children() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def closes_streams() -> None:
    sys.stdout = sys.stderr = sys.stdin = None


def sets_rcparams() -> None:
    mpl.rcParams["savefig.dpi"] = 7
    mpl.rcParams["animation.ffmpeg_path"] = "/no/such/program"


WILD: dict[str, Callable[[], None]] = {
    "forks": forks,
    "forks and forgets": forks_and_forgets,
    "starts a thread": starts_a_thread,
    "goes to a folder that goes": goes_elsewhere,
    "ignores signals": takes_signals,
    "ignores SIGCHLD": ignores_children,
    "closes streams": closes_streams,
    "sets rcParams": sets_rcparams,
}


@pytest.fixture
def as_before() -> Any:
    """What the user's function changes in this process is the user's affair, and put back here."""
    handlers = {n: signal.getsignal(n) for n in (1, 2, 13, 15, 17)}
    streams, home = (sys.stdin, sys.stdout, sys.stderr), os.getcwd()

    def put_back() -> None:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.stdin, sys.stdout, sys.stderr = streams
        os.chdir(home)
        while FORGOTTEN:
            with suppress(ChildProcessError):
                os.waitpid(FORGOTTEN.pop(), 0)
        for thread in threading.enumerate():
            if thread.name.startswith("Thread-") and thread is not threading.current_thread():
                thread.join(5)

    yield put_back
    put_back()


@pytest.mark.parametrize(
    ("name", "frame", "mode"),
    crossed(
        WILD,
        {
            "pipe": ["forks and forgets", "ignores SIGCHLD", "goes to a folder that goes"],
            "segments": ["goes to a folder that goes", "ignores signals"],
            "here": ["goes to a folder that goes", "closes streams"],
        },
        list(MODES),
    ),
)
def test_it_does_what_it_should_not(
    tmp_path: Path,
    fault: Fault,
    as_before: Callable[[], None],
    name: str,
    frame: int | None,
    mode: str,
) -> None:
    """The movie is whole all the same; where it is not, because of SIGCHLD, that is told."""

    def run(path: Path) -> list[int]:
        try:
            return make(animation(WILD[name], frame, fault), path, mode)
        finally:
            as_before()

    outcome = promised(tmp_path / "m", run)
    if name != "ignores SIGCHLD":
        assert outcome.error is None


# ------------------------------------------------------------- it changes what the movie is made of


def figure_of(change: Callable[[Any], object], frame: int, fault: Fault) -> FuncAnimation:
    figure, show = flat()

    def update(number: int) -> Any:
        if number == frame:
            fault.strikes()
            change(figure)
        return show(number)

    return FuncAnimation(figure, update, FRAMES, init_func=tuple, cache_frame_data=False)


CHANGES: dict[str, Callable[[Any], object]] = {
    "size": lambda figure: figure.set_size_inches(2, 2),
    "tiny": lambda figure: figure.set_size_inches(0.001, 0.001),
    "huge": lambda figure: figure.set_size_inches(20_000, 20_000),
    "dpi": lambda figure: figure.set_dpi(300),
    "canvas": FigureCanvasAgg,
    "cleared": lambda figure: figure.clear(),
}


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        pytest.param(name, mode, marks=[] if (name, mode) in soon else [pytest.mark.slow])
        for name in CHANGES
        for mode in QUICK
        for soon in [{("size", "pipe"), ("huge", "segments"), ("canvas", "here")}]
    ],
)
def test_it_changes_the_figure(tmp_path: Path, fault: Fault, name: str, mode: str) -> None:
    """A movie has one size: whoever changes it is told so, by an error of that frame."""
    allowed: Any = (Exception,) if mode == "writer" else (FrameError,)
    outcome = promised(
        tmp_path / "m",
        lambda path: _any_numbers(figure_of(CHANGES[name], 6, fault), path, mode),
        allowed=allowed,
    )
    if isinstance(outcome.error, FrameError):
        assert outcome.error.frame == 6


def _any_numbers(animation: FuncAnimation, path: Path, mode: str) -> None:
    """Make the movie; which colours a figure has that was cleared is not asked here."""
    try:
        make(animation, path, mode)
    except AssertionError:
        if not path.stat().st_size or path.stat().st_size % (4 * 32 * 32):
            raise
