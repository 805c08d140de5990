"""The matrix, second part: whatever ffmpeg, the disk and the movie's name do, in every mode."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from clips import FFMPEG, children, clip, everything_in, is_over, wait_until
from promise import FRAMES, MODES, QUICK, Fault, Seen, make, promised

from framepipe import EncoderError, FrameError, FramepipeError, WorkerDied, encode

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="signals, /proc"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Animation was deleted"),
]


@pytest.fixture
def fault(tmp_path: Path) -> Fault:
    return Fault(tmp_path / "struck")


#: What is also tried where processes take seconds to start.
FAR = {"exits late", "exits early", "no program"}


def crossed(names: Any, quick: set[tuple[str, str]], modes: list[str]) -> list[Any]:
    return [
        pytest.param(name, mode, marks=[] if (name, mode) in quick else [pytest.mark.slow])
        for name in names
        for mode in modes
        if mode in QUICK or name in FAR
    ]


def in_quick_modes(*soon: str) -> pytest.MarkDecorator:
    """In every mode whose processes start at once; these among the quick tests."""
    modes = [pytest.param(m, marks=[] if m in soon else [pytest.mark.slow]) for m in QUICK]
    return pytest.mark.parametrize("mode", modes)


# ------------------------------------------------------------------------- a program that is odd

#: Shell scripts in the place of ffmpeg.  Every one that records asks the real one when it is asked
#: what it can do, or to join.
ODD = {
    "exits at once": "echo 'no thanks' >&2; exit 3",
    "exits early": 'head -c 9000 | "{ffmpeg}" "$@"; echo "had enough" >&2; exit 4',
    "exits late": 'cat > /dev/null; echo "cannot close it" >&2; exit 5',
    "kills itself": "head -c 5000 > /dev/null; kill -9 $$",
    "says that all is well": "exit 0",
}
WHOLE = {
    "floods stderr": '(head -c 3000000 /dev/zero | tr "\\0" x >&2); exec "{ffmpeg}" "$@"',
    "ignores SIGTERM": 'trap \'\' TERM INT HUP; "{ffmpeg}" "$@"',
}


@pytest.fixture
def odd(tmp_path: Path) -> Callable[[str], None]:
    def use(text: str) -> None:
        program = tmp_path / "odd ffmpeg"
        program.write_text(
            "#!/bin/sh\n"
            f'case "$*" in *rawvideo*) ;; *) exec "{FFMPEG}" "$@";; esac\n'
            f"{text.format(ffmpeg=FFMPEG)}\n"
        )
        program.chmod(0o755)
        mpl.rcParams["animation.ffmpeg_path"] = str(program)

    return use


@pytest.mark.parametrize(
    ("name", "mode"),
    crossed(ODD, {("exits late", "pipe"), ("exits early", "segments")}, list(MODES)),
)
def test_an_ffmpeg_that_fails_is_told_in_its_words(
    tmp_path: Path, odd: Callable[[str], None], name: str, mode: str
) -> None:
    odd(ODD[name])
    outcome = promised(tmp_path / "m", lambda path: make(clip(FRAMES), path, mode))
    error = outcome.failed(EncoderError)
    words = {"exits at once": "no thanks", "exits early": "had enough", "exits late": "close it"}
    assert words.get(name, "") in str(error)
    assert error.returncode == {"exits at once": 3, "exits early": 4, "exits late": 5}.get(
        name, error.returncode
    )


@pytest.mark.parametrize(
    ("name", "mode"), crossed(WHOLE, {("floods stderr", "segments")}, list(MODES))
)
def test_an_ffmpeg_that_is_only_odd_makes_the_movie(
    tmp_path: Path, odd: Callable[[str], None], name: str, mode: str
) -> None:
    odd(WHOLE[name])
    outcome = promised(tmp_path / "m", lambda path: make(clip(FRAMES), path, mode))
    assert outcome.error is None


@pytest.mark.parametrize(
    ("name", "mode"), crossed(["ignores SIGTERM"], {("ignores SIGTERM", "pipe")}, list(MODES))
)
def test_an_ffmpeg_that_ignores_signals_goes_when_the_movie_fails(
    tmp_path: Path, odd: Callable[[str], None], fault: Fault, name: str, mode: str
) -> None:
    odd(WHOLE[name])

    def fail(number: int) -> None:
        if number == 6:
            fault.strikes()
            raise LookupError("no such thing")

    outcome = promised(
        tmp_path / "m",
        lambda path: make(clip(FRAMES, fail), path, mode),
        fault,
        allowed=(FrameError, LookupError),
    )
    outcome.failed(Exception, "no such thing")


@pytest.mark.parametrize(
    ("name", "mode"),
    crossed(["missing", "not executable"], {("missing", "pipe")}, QUICK[:4]),
)
def test_an_ffmpeg_that_is_not_there_is_told_and_another_one_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, mode: str
) -> None:
    program = tmp_path / "program"
    if name == "not executable":
        program.write_text("#!/bin/sh\n")
        program.chmod(0o644)
    mpl.rcParams["animation.ffmpeg_path"] = str(program)
    outcome = promised(tmp_path / "m", lambda path: make(clip(FRAMES), path, mode))
    assert outcome.error is None
    assert str(program) in caplog.text


@pytest.mark.parametrize(
    ("name", "mode"), crossed(["no program"], {("no program", "segments")}, list(MODES))
)
def test_an_ffmpeg_that_is_none_is_told(tmp_path: Path, name: str, mode: str) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF but not really")
    program.chmod(0o755)
    mpl.rcParams["animation.ffmpeg_path"] = str(program)
    outcome = promised(tmp_path / "m", lambda path: make(clip(FRAMES), path, mode))
    outcome.failed(EncoderError, str(program))


# -------------------------------------------------------------------- killed from outside, midway


def killing(which: int, frame: int, fault: Fault) -> Callable[[int, int | None], None]:
    """A progress callback that kills ffmpeg (0), or a worker (1), all there are."""

    def look(i: int, n: int | None) -> None:
        if i == frame and not fault.note.exists():
            victims = children()[which]
            for one in victims:
                fault.strikes()
                with suppress(Exception):  # it may have been done
                    one.kill()
            wait_until(lambda: all(map(is_over, victims)), 10, "their end")

    return look


@pytest.mark.parametrize("frame", [0, 6, FRAMES - 1])
@pytest.mark.parametrize("which", [0, 1], ids=["ffmpeg", "workers"])
@in_quick_modes("pipe", "segments")
def test_what_is_killed_is_told_or_made_good(
    tmp_path: Path, fault: Fault, mode: str, which: int, frame: int
) -> None:
    outcome = promised(
        tmp_path / "m",
        lambda path: make(clip(FRAMES), path, mode, progress_callback=killing(which, frame, fault)),
        fault,
    )
    if outcome.error is not None and mode == "writer" and which == 1:
        outcome.failed(WorkerDied, "the process that made the movie died")
    elif outcome.error is not None:
        outcome.failed(EncoderError, "SIGKILL")
        assert which == 0
    elif which == 0 and mode in ("here", "pipe", "writer"):
        assert not fault.note.exists(), "an ffmpeg was killed"


# --------------------------------------------------------------------------------- the progress


@pytest.mark.parametrize("frame", [0, 6, FRAMES - 1])
@in_quick_modes("pipe", "segments")
def test_a_progress_callback_that_raises_ends_the_movie(
    tmp_path: Path, fault: Fault, mode: str, frame: int
) -> None:
    def told(i: int, n: int | None) -> None:
        if i == frame:
            fault.strikes()
            raise ArithmeticError("wrong sum")

    outcome = promised(
        tmp_path / "m",
        lambda path: make(clip(FRAMES), path, mode, progress_callback=told),
        fault,
        allowed=(ArithmeticError,),
    )
    outcome.failed(ArithmeticError, "wrong sum")


# -------------------------------------------------------------------------------- the movie's name


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "m"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting is not permitted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@in_quick_modes("pipe")
def test_a_full_disk_is_told(small_disk: Path, mode: str) -> None:
    outcome = promised(small_disk, lambda path: make(clip(200), path, mode), frames=200)
    outcome.failed((FramepipeError, OSError), "No space left")


@in_quick_modes("pipe")
def test_a_folder_that_goes_is_told(tmp_path: Path, mode: str) -> None:
    """The movie's own folder is removed while it is made; nothing takes its place."""
    folder = tmp_path / "m"
    folder.mkdir()
    before = Seen.now()

    def told(i: int, n: int | None) -> None:
        if i == 6:
            shutil.rmtree(folder, ignore_errors=True)

    with pytest.raises((FramepipeError, OSError)):
        make(clip(FRAMES), folder / "m.rgba", mode, progress_callback=told)
    assert Seen.now().more_than(before) == {}
    shutil.rmtree(folder, ignore_errors=True)  # ffmpeg may have been making a file in it
    assert everything_in(tmp_path) == set()


def a_folder(path: Path) -> None:
    path.mkdir()


def a_dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "there" / "m.rgba")


def write_protected(path: Path) -> None:
    path.write_text("old")
    path.chmod(0o444)


def a_loop(path: Path) -> None:
    path.symlink_to(path)


PLACES: dict[str, Callable[[Path], None]] = {
    "a folder": a_folder,
    "a dangling link": a_dangling_link,
    "a loop of links": a_loop,
}


@pytest.mark.parametrize(
    ("name", "mode"), crossed(PLACES, {("a folder", "pipe"), ("a loop of links", "pipe")}, QUICK)
)
def test_a_name_that_will_not_do_is_told_before_anything_starts(
    tmp_path: Path, name: str, mode: str
) -> None:
    path = tmp_path / "m.rgba"
    PLACES[name](path)
    before, files = Seen.now(), everything_in(tmp_path)
    with pytest.raises((OSError, FramepipeError)):
        make(clip(FRAMES), path, mode)
    assert Seen.now().more_than(before) == {}
    assert everything_in(tmp_path) == files


@in_quick_modes("pipe")
def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path, mode: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "old.rgba").write_text("old")
    link = tmp_path / "m.rgba"
    link.symlink_to(tmp_path / "there" / "old.rgba")
    assert make(clip(FRAMES), link, mode) == list(range(FRAMES))
    assert link.is_symlink()
    assert everything_in(tmp_path) == {"there", "there/old.rgba", "m.rgba"}


@in_quick_modes("pipe")
def test_a_reader_of_a_fifo_that_leaves_is_told(tmp_path: Path, mode: str) -> None:
    fifo = tmp_path / "m.rgba"
    os.mkfifo(fifo)
    before = Seen.now()

    def read_a_little() -> None:
        with fifo.open("rb") as file:
            file.read(4096)

    reader = threading.Thread(target=read_a_little)
    reader.start()
    try:
        with pytest.raises((FramepipeError, OSError)):
            make(clip(2000), fifo, mode)
    finally:
        with suppress(OSError):
            os.close(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))  # if nobody has written
        reader.join(10)
    assert Seen.now().more_than(before) == {}
    assert everything_in(tmp_path) == {"m.rgba"}


# ------------------------------------------------------------------------------- where it is called


def in_a_thread(run: Callable[[], Any]) -> Any:
    found: list[Any] = []

    def do() -> None:
        try:
            found.append(run())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    thread.join(60)
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def in_asyncio(run: Callable[[], Any]) -> Any:
    import asyncio

    async def do() -> Any:
        return run()

    return asyncio.run(do())


def in_a_callback(run: Callable[[], Any]) -> Any:
    """While another movie is being made."""
    found = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(_folder()))
        encode(
            clip(4), folder / "other.mp4", workers=1, start_method="fork",
            progress_callback=lambda i, n: found.append(run()) if i == 2 else None,
        )  # fmt: skip
    return found[0]


def beside_another(run: Callable[[], Any]) -> Any:
    """At the same time as one in another thread."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(_folder()))
        other = threading.Thread(
            target=encode, args=(clip(60), folder / "other.mp4"), kwargs=MODES["pipe"]
        )
        other.start()
        try:
            return run()
        finally:
            other.join(60)


def _folder() -> Any:
    import tempfile

    return tempfile.TemporaryDirectory(prefix="other-")


WHERE: dict[str, Callable[[Callable[[], Any]], Any]] = {
    "a thread": in_a_thread,
    "asyncio": in_asyncio,
    "a callback": in_a_callback,
    "beside another": beside_another,
}


@pytest.mark.parametrize("sour", [False, True], ids=["right", "raises"])
@pytest.mark.parametrize(
    ("name", "mode"),
    crossed(WHERE, {("a thread", "pipe"), ("a callback", "segments")}, QUICK[:4]),
)
def test_it_is_called_anywhere(
    tmp_path: Path, fault: Fault, name: str, mode: str, sour: bool
) -> None:
    def fail(number: int) -> None:
        if number == 6 and sour:
            fault.strikes()
            raise LookupError("no such thing")

    outcome = promised(
        tmp_path / "m",
        lambda path: WHERE[name](lambda: make(clip(FRAMES, fail), path, mode)),
        fault,
        allowed=(FrameError,),
    )
    assert (outcome.error is not None) == sour
