"""Nobody is let in: no shell, no guessable file, no foreign pickle, no text that is an argument.

The README's section on security says what is promised; each promise has its test here.
"""

from __future__ import annotations

import ast
import os
import re
import secrets
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from clips import FFMPEG, RAW, WAYS, clip, encode_and_read, everything_in, what_starts

import framepipe
from framepipe import EncoderError, FramepipeError, Segments, encode
from framepipe.encoding.output import Output
from framepipe.leftovers import sweep, temporary_folder

HOUSE = Path(framepipe.__file__).parent
SOURCES = sorted(HOUSE.rglob("*.py"))

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links")
linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc, memfd")

MODES: dict[str, dict[str, Any]] = {
    "pipe": WAYS["fork2"],
    "segments": {**WAYS["fork2"], "mode": Segments(blocks=2)},
    "here": {"workers": 0},
}


def calls_in(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def title_of(movie: Path) -> str:
    """What ffmpeg reads back."""
    read = [FFMPEG, "-loglevel", "error", "-i", str(movie), "-f", "ffmetadata", "-"]
    said = subprocess.run(read, capture_output=True, text=True, check=True).stdout
    found = re.search(r"^title=((?:[^\\\n]|\\.)*)$", said, re.MULTILINE | re.DOTALL)
    assert found is not None, said
    return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)


# ------------------------------------------------------------------------------------- no shell

SHELLS = {
    "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pty.spawn",
    "asyncio.create_subprocess_shell", "eval", "compile",
}  # fmt: skip


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_nothing_goes_through_a_shell(path: Path) -> None:
    for call in calls_in(path):
        assert ast.unparse(call.func) not in SHELLS - ({"compile"} if path.stem == "run" else set())
        for keyword in call.keywords:
            assert keyword.arg not in ("shell", "executable"), ast.unparse(call)


#: Names that would mean something to a shell, to ffmpeg, or to its list of segments.
NAMES = [
    "-i.mp4", "-y", "$(touch owned).mp4", ";touch owned;.mp4", "`touch owned`.mp4", "a b'c\"d.mp4",
    "http:x.mp4", "concat:a|b.mp4", "pipe:1.mp4", "file:x.mp4", "fd:3.mp4", "crypto:x.mp4",
    "tee:[f=null]x.mp4", "data:,x.mp4", "%d.mp4", "%s%n.mp4", "[0:v]x.mp4", "a\nfile owned\n.mp4",
    "a\\nb.mp4", "m.mp4\nfile owned", "m.mp4'", "m.mp4;x", "m.mp4|x", "{0}.mp4", "~.mp4", "*.mp4",
]  # fmt: skip


@pytest.mark.parametrize(
    "mode", ["here", *(pytest.param(m, marks=pytest.mark.slow) for m in ("pipe", "segments"))]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mode: str
) -> None:
    """Relative, where ffmpeg would take it for an option or a protocol."""
    monkeypatch.chdir(tmp_path)
    raw: dict[str, Any] = {} if name.endswith(".mp4") else RAW
    movie = encode(clip(4), name, **raw, **MODES[mode])
    assert movie.path == tmp_path / name
    assert movie.frames == 4
    assert everything_in(tmp_path) == {name}


@pytest.mark.parametrize("name", ["http://127.0.0.1:9/x.mp4", "file:/x/y.mp4", "pipe:/1.mp4"])
def test_a_protocol_is_a_folder_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError):
        encode(clip(4), name)
    assert everything_in(tmp_path) == set()


def test_the_name_of_a_series_is_no_format_string(tmp_path: Path) -> None:
    encode(clip(2), tmp_path / "f{0.real}{x}%02d}.png", **WAYS["here"])
    assert everything_in(tmp_path) == {"f{0.real}{x}00}.png", "f{0.real}{x}01}.png"}


#: Texts that would mean something to ffmpeg, were they arguments of their own.
TEXTS = ["-i /etc/passwd", "-y", "x\n[CHAPTER]\nSTART=0", "a=b", "%{pts}", "';\"$(touch owned)"]


@pytest.mark.parametrize("mode", ["pipe", "segments"])
@pytest.mark.parametrize("text", TEXTS)
def test_metadata_is_text(tmp_path: Path, text: str, mode: str) -> None:
    movie = encode(clip(4), tmp_path / "m.mkv", metadata={"title": text}, **MODES[mode])
    assert title_of(movie.path) == text
    assert everything_in(tmp_path) == {"m.mkv"}


@pytest.mark.parametrize("key", ["-i", "title -i x", "a\nb", "", "-vf"])
def test_a_key_of_metadata_is_one_argument(tmp_path: Path, key: str) -> None:
    with what_starts() as started:
        encode(clip(4), tmp_path / "m.mkv", metadata={key: "-y"}, workers=0)
    (command,) = (line for line in started if "rawvideo" in line)
    assert f"'-metadata', {key + '=-y'!r}" in command
    assert everything_in(tmp_path) == {"m.mkv"}


@pytest.mark.parametrize("codec", ["libx264 -i /etc/passwd", "-i", "concat:x"])
def test_a_codec_is_a_codec(tmp_path: Path, codec: str) -> None:
    with pytest.raises(EncoderError):
        encode(clip(4), tmp_path / "m.mkv", codec=codec, workers=0)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("fps", ["25 -i x", "-y"])
def test_a_rate_is_a_rate(tmp_path: Path, fps: str) -> None:
    with pytest.raises((FramepipeError, TypeError, ValueError)):
        encode(clip(4), tmp_path / "m.mkv", fps=fps, workers=0)
    assert everything_in(tmp_path) == set()


# ---------------------------------------------------------------------------- files, folders


@posix
def test_temporary_folders_are_this_users_alone_and_unguessable(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o1777)
    before = os.umask(0)
    try:
        with temporary_folder(str(tmp_path)) as one, temporary_folder(str(tmp_path)) as other:
            assert stat.S_IMODE(os.stat(one).st_mode) == 0o700
            assert len({os.path.basename(one)[-8:], os.path.basename(other)[-8:]}) == 2
    finally:
        os.umask(before)


@posix
def test_a_link_under_the_name_of_a_part_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that is everybody's, somebody has guessed the next name, and is waiting."""
    victim = tmp_path.with_name(tmp_path.name + "-victim")
    victim.write_text("precious")
    trap = tmp_path / ".framepipe-00000000.rgba"
    trap.symlink_to(victim)
    numbers = iter(["00000000", "00000000", "11111111"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(numbers))
    assert encode_and_read(clip(4), tmp_path / "m.rgba", workers=0) == [0, 1, 2, 3]
    assert victim.read_text() == "precious"
    assert trap.is_symlink()
    trap.unlink()
    victim.unlink()


@posix
def test_a_dangling_link_under_that_name_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / ".framepipe-00000000.mp4"
    trap.symlink_to(tmp_path / "planted")
    numbers = iter(["00000000", "11111111"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(numbers))
    with Output(tmp_path / "m.mp4") as place:
        place.prepare()
        assert place.part.endswith("11111111.mp4")
    assert not (tmp_path / "planted").exists()
    trap.unlink()


@posix
def test_what_is_swept_is_no_way_out_of_the_folder(tmp_path: Path) -> None:
    """Somebody has put a link where a dead run's folder, or its lock, would be."""
    victim = tmp_path.with_name(tmp_path.name + "-victim")
    victim.mkdir()
    (victim / "lock").write_text("")
    (victim / "precious").write_text("precious")
    trap = tmp_path / ".framepipe-abcdefgh"
    trap.symlink_to(victim)
    assert sweep(str(tmp_path)) == []
    assert (victim / "precious").exists()
    trap.unlink()


# ------------------------------------------------------------------------------------- memory


@linux
def test_the_memory_of_frames_is_private(tmp_path: Path) -> None:
    """It has no name, and a program that the user's function starts does not get hold of it."""
    report = tmp_path.with_name(tmp_path.name + "-report")

    def look(number: int) -> None:
        if number == 2:
            listed = subprocess.run(["ls", "-l", "/proc/self/fd"], capture_output=True, text=True)
            ours = any(
                "memfd" in os.readlink(fd)
                for fd in Path("/proc/self/fd").iterdir()
                if os.path.lexists(fd)
            )
            report.write_text(f"{'memfd:framepipe' in listed.stdout} {ours}")

    before = set(os.listdir("/dev/shm"))
    encode(clip(6, look), tmp_path / "m.mp4", workers=1, start_method="fork", mode="pipe")
    assert report.read_text() == "False True"
    assert set(os.listdir("/dev/shm")) == before
    report.unlink()


# ------------------------------------------------------------------------------------- pickles

#: Where anything is unpickled, and whose it is: all of it comes through a pipe, or memory without a
#: name, from a process that this run has started.
UNPICKLED = {
    "engines/executor/helper.py": 2,  # the executor's worker and its helper, by a pair of pipes
    "engines/workers/failures.py": 1,  # a user's exception, tried in a fork before
    "engines/workers/trial.py": 1,  # that fork
    "engines/workers/serve.py": 1,  # the animation, in a spawned worker
    "drawing/pickling.py": 3,  # the animation and what it stands in, in a spawned process
    "user_output.py": 1,  # a user's warning
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_nothing_is_unpickled_that_this_run_has_not_pickled(path: Path) -> None:
    loads = [c for c in calls_in(path) if ast.unparse(c.func) in ("pickle.loads", "pickle.load")]
    assert len(loads) == UNPICKLED.get(path.relative_to(HOUSE).as_posix(), 0)
    # The two ends of a pair, which nobody else can get hold of, are none.
    text = path.read_text().replace("socket.socketpair()", "").replace("socket.socket(fileno=", "")
    assert "Unpickler" not in text
    for word in ("Listener", "socket.socket", "from multiprocessing.connection import Client"):
        assert word not in text, "there is no door by which anybody else could come in"
