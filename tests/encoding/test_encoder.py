"""A real ffmpeg, and programs that stand in for one at its worst."""

from __future__ import annotations

import gc
import mmap
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from framepipe.encoding.command import Encoding, command
from framepipe.encoding.encoder import Encoder
from framepipe.encoding.find import find_ffmpeg
from framepipe.errors import EncoderError

FFMPEG = find_ffmpeg(None)
WIDTH, HEIGHT = 64, 48
FRAME = memoryview(bytes(range(256)) * (WIDTH * HEIGHT * 4 // 256))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups and signals")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No process, zombie or descriptor outlives a test."""
    me = psutil.Process()
    fds, children = me.num_fds(), set(me.children(recursive=True))
    yield
    gc.collect()
    assert set(me.children(recursive=True)) <= children
    assert me.num_fds() == fds


def argv(output: Path | str, *extra_args: str, codec: str = "mpeg4", size: int = 1) -> list[str]:
    encoding = Encoding(fps=25, codec=codec, bitrate=0, extra_args=extra_args, metadata={})
    return command(
        FFMPEG,
        encoding,
        width=WIDTH * size,
        height=HEIGHT * size,
        output=output,
        suffix=Path(output).suffix,
    )


def python(code: str) -> list[str]:
    """A program in ffmpeg's place."""
    return [sys.executable, "-S", "-c", f"import os, sys, time, signal\n{code}"]


def child_of(encoder: Encoder) -> psutil.Process:
    """The process that it runs, which must be a child of this one."""
    (child,) = (one for one in psutil.Process().children() if one.pid == encoder.pid)
    return child


def feed(encoder: Encoder, frame: memoryview = FRAME) -> None:
    encoder.offer(frame)
    while not encoder.pump():
        select.select([], [encoder.fileno()], [], 10)


def frames_in(path: Path, size: int = 1) -> int:
    """How many frames a movie decodes to."""
    said = subprocess.run(
        [FFMPEG, "-v", "error", "-i", f"file:{path}", "-f", "rawvideo", "-pix_fmt", "rgba", "-"],
        capture_output=True,
    )
    assert not said.stderr
    return len(said.stdout) // (WIDTH * HEIGHT * 4 * size * size)


def make(encoder: Encoder, frames: int = 3) -> float:
    """Make a movie."""
    with encoder:
        encoder.start()
        for _ in range(frames):
            feed(encoder)
        return encoder.finish()


def go_on(encoder: Encoder, frame: memoryview = FRAME, frames: int = 100_000) -> None:
    """Feed without looking left or right."""
    with encoder:
        encoder.start()
        for _ in range(frames):
            feed(encoder, frame)


def look_on(encoder: Encoder) -> None:
    """Offer nothing, only look."""
    deadline = time.monotonic() + 10
    with encoder:
        encoder.start()
        while time.monotonic() < deadline:
            encoder.check()
            time.sleep(0.01)


def test_a_movie(tmp_path: Path) -> None:
    encoder = Encoder(argv(tmp_path / "x.mp4"))
    cpu = make(encoder, 30)
    assert 0 < cpu < 60
    assert frames_in(tmp_path / "x.mp4") == 30
    assert encoder.poll() is None
    assert encoder.fds == ()


def test_memory_from_a_file(tmp_path: Path) -> None:
    big = 16
    frame = bytes(FRAME) * big * big
    raw = tmp_path / "raw"
    raw.write_bytes(b"12345" + frame)
    with raw.open("rb") as source, Encoder(argv(tmp_path / "x.mkv", size=big)) as encoder:
        encoder.start()
        for _ in range(3):
            encoder.offer(memoryview(frame), source.fileno(), 5)
            while not encoder.pump():
                select.select([], [encoder.fileno()], [], 10)
        encoder.finish()
    assert frames_in(tmp_path / "x.mkv", big) == 3


def test_states() -> None:
    encoder = Encoder(python("sys.stdin.buffer.read()"))
    encoder.abort()
    assert encoder.poll() is None
    assert encoder.fds == ()
    for too_early in (encoder.finish, encoder.fileno, encoder.pump, encoder.failure):
        with pytest.raises(RuntimeError):
            too_early()
    with pytest.raises(RuntimeError):
        encoder.offer(FRAME)
    encoder.start()
    with pytest.raises(RuntimeError, match="before"):
        encoder.start()
    assert len(encoder.fds) == 2
    assert encoder.fileno() in encoder.fds
    encoder.check()
    encoder.offer(memoryview(bytes(8 << 20)))
    with pytest.raises(RuntimeError, match="has not gone"):
        encoder.finish()
    for _ in range(2):
        encoder.abort()
    with pytest.raises(RuntimeError, match="not running"):
        encoder.offer(FRAME)


@pytest.mark.parametrize("how", ["abort", "failure", "pump", "interrupt"])
def test_the_frames_memory_is_let_go(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = mmap.mmap(-1, 8 << 20)
    caught: pytest.ExceptionInfo[BaseException]  # and its traceback, as while it is on its way

    def interrupted(*arguments: object) -> int:
        del arguments  # os.write, being no Python, leaves none in the traceback either
        raise KeyboardInterrupt

    with Encoder(python("time.sleep(0.2); sys.exit(1)")) as encoder:
        encoder.start()
        encoder.offer(memoryview(mapping))
        assert not encoder.pump()
        with pytest.raises(BufferError):
            mapping.close()
        if how == "failure":
            assert encoder.failure().returncode == 1
        elif how == "pump":
            time.sleep(0.5)
            with pytest.raises(EncoderError) as caught:
                encoder.pump()
            assert caught.value.__context__ is None
        elif how == "interrupt":
            monkeypatch.setattr(os, "write", interrupted)
            with pytest.raises(KeyboardInterrupt) as caught:
                encoder.pump()
            encoder.abort()
        else:
            encoder.abort()
        mapping.close()


def test_finishing_twice_is_finishing_once() -> None:
    with Encoder(python("sys.stdin.buffer.read()")) as encoder:
        encoder.start()
        assert encoder.finish() == encoder.finish()
        encoder.abort()


def test_the_end_is_told_before_it_is_waited_for(tmp_path: Path) -> None:
    """It goes on by itself meanwhile; how that ended, `finish` tells."""
    mark = tmp_path / "seen"
    with Encoder(python(f"sys.stdin.buffer.read(); open({str(mark)!r}, 'w'); sys.exit(3)")) as one:
        one.start()
        one.end()
        begin = time.monotonic()
        while not mark.exists():
            assert time.monotonic() - begin < 20
            time.sleep(0.01)
        assert one.poll() is None
        with pytest.raises(RuntimeError, match="not running"):
            one.offer(memoryview(b"late"))
        with pytest.raises(EncoderError) as caught:
            one.finish()
        assert caught.value.returncode == 3


def test_an_unknown_codec_is_told_in_ffmpegs_words(tmp_path: Path) -> None:
    begin = time.monotonic()
    encoder = Encoder(argv(tmp_path / "x.mp4", codec="no"))
    with pytest.raises(EncoderError) as caught:
        go_on(encoder)
    assert time.monotonic() - begin < 2
    message = str(caught.value)
    assert "Unknown encoder 'no'" in message
    assert "ffmpeg -encoders" in message
    assert "-vcodec no" in message
    assert caught.value.returncode
    assert caught.value.command == encoder.command
    assert caught.value.__cause__ is None
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_one_frame_and_an_unknown_codec(tmp_path: Path) -> None:
    # The pipe takes the whole movie before ffmpeg has looked at its arguments.
    with pytest.raises(EncoderError, match="Unknown encoder"):
        make(Encoder(argv(tmp_path / "x.mp4", codec="no")), 1)


ODD = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-s", "31x31"]
MPEG4_IN_WEBM = ["-pix_fmt", "yuv420p", "-c:v", "mpeg4"]


@pytest.mark.parametrize(
    ("name", "extra_args", "words"),
    [
        ("x.mp4", ["-nonsense", "1"], "does not know one of its arguments"),
        ("x.mp4", ["-b:v", "silly"], "Look at codec="),
        ("x", [], "ffmpeg chooses the file format by the name's ending"),
        ("x.webm", MPEG4_IN_WEBM, "Choose another codec="),
        ("x.webm", ["-pix_fmt", "gbrap"], "'-pix_fmt', 'yuv420p'"),
        ("x.mkv", ODD, "of this size"),
    ],
)
def test_advice(name: str, extra_args: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderError) as caught:
        make(Encoder(argv(tmp_path / name, *extra_args)))
    assert words in str(caught.value)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk() -> None:
    with pytest.raises(EncoderError, match="Make room on the disk") as caught:
        make(Encoder(argv("/dev/full", "-f", "avi")), 100)
    assert "No space left" in caught.value.stderr


def test_it_stops_early_by_the_users_wish(tmp_path: Path) -> None:
    encoder = Encoder(argv(tmp_path / "x.mp4", "-frames:v", "2", size=8))
    big = memoryview(bytes(FRAME) * 64)
    with pytest.raises(EncoderError, match="before it had all the frames") as caught:
        go_on(encoder, big, 1000)
    assert "-frames:v" in str(caught.value)
    assert caught.value.returncode == 0


@pytest.mark.parametrize("program", ["/nowhere/ffmpeg", "{tmp}/text", "{tmp}"])
def test_it_cannot_be_started(program: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    encoder = Encoder([program.format(tmp=tmp_path)])
    with pytest.raises(EncoderError, match="could not be started") as caught:
        encoder.start()
    assert caught.value.returncode is None
    assert isinstance(caught.value.__cause__, OSError)
    encoder.abort()


def test_arguments_no_program_can_take() -> None:
    with pytest.raises(ValueError, match="null"):
        Encoder(["ffmpeg", "a\0b"]).start()


def killed_midway(noticed_by: str, output: Path) -> None:
    with Encoder(argv(output)) as encoder:
        encoder.start()
        for _ in range(20):
            feed(encoder)
        child_of(encoder).kill()
        if noticed_by == "finish":
            encoder.finish()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if noticed_by == "pump":
                feed(encoder)
            else:
                encoder.check()


@pytest.mark.parametrize("noticed_by", ["pump", "check", "finish"])
def test_killed_midway(noticed_by: str, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="ended by signal SIGKILL") as caught:
        killed_midway(noticed_by, tmp_path / "x.mp4")
    assert caught.value.returncode == -9
    assert "memory" in str(caught.value)


def test_it_closes_its_input_and_lives_on() -> None:
    code = "os.close(0); print('enough', file=sys.stderr, flush=True); time.sleep(60)"
    with pytest.raises(EncoderError, match="took no more frames") as caught:
        look_on(Encoder(python(code)))
    assert caught.value.returncode is None
    assert caught.value.stderr == "enough"


def test_a_flood_of_messages_blocks_nothing_and_its_end_is_kept() -> None:
    code = (
        "for i in range(100_000): print('message', i, 'x' * 90, file=sys.stderr)\n"
        "print('the last one', file=sys.stderr, flush=True)\n"
        "sys.stdin.buffer.read(); sys.exit(3)"
    )
    with pytest.raises(EncoderError) as caught:
        make(Encoder(python(code)), 200)
    assert caught.value.returncode == 3
    assert "exit code 3" in str(caught.value)
    assert caught.value.stderr.endswith("the last one")
    assert len(caught.value.stderr) <= 8192
    assert len(str(caught.value)) < 3000


def test_a_talkative_ffmpeg(tmp_path: Path) -> None:
    make(Encoder(argv(tmp_path / "x.mp4", "-loglevel", "trace")), 500)
    assert frames_in(tmp_path / "x.mp4") == 500


def test_words_that_are_no_text() -> None:
    with pytest.raises(EncoderError, match="caf\ufffd"):
        make(Encoder(python(r"os.write(2, b'caf\xe9'); sys.exit(1)")))


def test_a_time_limit_for_the_end() -> None:
    with Encoder(python("sys.stdin.buffer.read(); time.sleep(60)")) as encoder:
        encoder.start()
        with pytest.raises(EncoderError, match=r"0\.2 s after its last frame"):
            encoder.finish(timeout=0.2)


def test_ctrl_c_while_the_end_is_waited_for() -> None:
    stubborn = "signal.signal(signal.SIGINT, signal.SIG_IGN); sys.stdin.read(); time.sleep(60)"
    encoder = Encoder(python(stubborn))
    timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    begin = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        make(encoder)
    timer.join()
    assert time.monotonic() - begin < 5


def test_the_terminals_ctrl_c_does_not_reach_it() -> None:
    with Encoder(python("sys.stdin.buffer.read()")) as encoder:
        encoder.start()
        assert os.getpgid(child_of(encoder).pid) != os.getpgrp()


def test_a_script_that_runs_the_real_one_is_stopped_with_it(tmp_path: Path) -> None:
    script = tmp_path / "ffmpeg"
    script.write_text(f"#!/bin/sh\n'{FFMPEG}' \"$@\"\nexit $?\n")
    script.chmod(0o755)
    wrapped = [str(script), *argv(tmp_path / "x.mp4")[1:]]
    make(Encoder(wrapped))
    assert frames_in(tmp_path / "x.mp4") == 3
    script.write_text("#!/bin/sh\nsleep 60\nexit $?\n")
    encoder = Encoder(wrapped)
    encoder.start()
    deadline = time.monotonic() + 5
    script_itself = child_of(encoder)
    while not (found := script_itself.children()):
        assert time.monotonic() < deadline
    encoder.abort()
    _, alive = psutil.wait_procs([script_itself, *found], timeout=5)
    assert not alive


def test_a_status_taken_by_somebody_else_is_not_success() -> None:
    old = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system throws statuses away
    try:
        with pytest.raises(EncoderError, match="SIGCHLD"):
            make(Encoder(python("sys.stdin.buffer.read()")))
    finally:
        signal.signal(signal.SIGCHLD, old)


def test_no_descriptor_of_ours_reaches_it() -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        with pytest.raises(EncoderError) as caught:
            make(
                Encoder(python("print(os.listdir('/proc/self/fd'), file=sys.stderr); sys.exit(1)"))
            )
        assert len(caught.value.stderr.split(",")) == 4  # 0, 1, 2 and the folder itself
    finally:
        os.close(reader)
        os.close(writer)


def test_a_forked_process_can_let_go(tmp_path: Path) -> None:
    encoder = Encoder(argv(tmp_path / "x.mp4"))
    with encoder:
        encoder.start()
        feed(encoder)
        worker = os.fork()
        if worker == 0:
            for descriptor in encoder.fds:
                os.close(descriptor)
            time.sleep(60)
            os._exit(0)
        try:
            encoder.finish(timeout=20)  # never ends while the worker holds the pipe open
        finally:
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
    assert frames_in(tmp_path / "x.mp4") == 1
