"""The file a movie ends up in: refused early, whole or not there, whatever its name."""

from __future__ import annotations

import os
import select
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from framepipe.encoding.command import MULTI_FILE_SUFFIXES, Encoding, command
from framepipe.encoding.encoder import Encoder
from framepipe.encoding.find import find_ffmpeg
from framepipe.encoding.output import Output
from framepipe.errors import EncoderError

FFMPEG = find_ffmpeg(None)
WIDTH, HEIGHT = 64, 48

posix = pytest.mark.skipif(sys.platform == "win32", reason="rights and names are others there")


def encode(output: Output, *extra_args: str, codec: str = "mpeg4") -> Path:
    """Make a movie of two frames."""
    encoding = Encoding(fps=25, codec=codec, bitrate=0, extra_args=extra_args, metadata={})
    with output:
        output.prepare()
        argv = command(
            FFMPEG,
            encoding,
            width=WIDTH,
            height=HEIGHT,
            output=output.part,
            suffix=output.suffix,
        )
        with Encoder(argv) as encoder:
            encoder.start()
            for level in (0, 255):
                encoder.offer(memoryview(bytes([level]) * (WIDTH * HEIGHT * 4)))
                while not encoder.pump():
                    select.select([], [encoder.fileno()], [], 10)
            encoder.finish()
        return output.publish()


def fill(output: Output, content: bytes = b"movie") -> Path:
    """The same without ffmpeg."""
    with output:
        output.prepare()
        Path(output.part).write_bytes(content)
        return output.publish()


def frames_in(path: Path, tmp_path: Path) -> int:
    """How many frames a movie has; read under a name that means nothing to anybody."""
    plain = Path(tempfile.mkdtemp(dir=tmp_path), f"movie{path.suffix[:20]}")
    shutil.copyfile(path, plain)
    if path.suffix in {".webp", ".gif", ".apng", ".avif"}:
        with Image.open(plain) as picture:
            return getattr(picture, "n_frames", 1)
    # As they are in the file, not repeated to fill the container's idea of time.
    raw = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    told = ["-f", "mpegts"] if path.suffix == ".ts" else []  # too short to be recognised
    done = subprocess.run([FFMPEG, "-v", "error", *told, "-i", plain, *raw], capture_output=True)
    return len(done.stdout) // (WIDTH * HEIGHT * 4)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    path = tmp_path / "work"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


# --- names are data -------------------------------------------------------------------------

NAMES = [
    "plain.mp4",
    "two words.mp4",
    " leading and trailing .mp4",
    "single'quote.mp4",
    'double"quote.mp4',
    "100%.mp4",
    "%d.mp4",
    "frame%05d.mp4",
    "%d.webp",
    "%05d.gif",
    "-leading.mp4",
    "-",
    "-.mkv",
    "-y",
    "new\nline.mp4",
    "tab\tand\rreturn.mp4",
    "back\\slash.mp4",
    "$(touch oh); rm x & .mp4",
    "[in][out];scale=1,null.mp4",
    "a=b:c=d.mp4",
    "pipe:",
    "pipe:1",
    "pipe:1.mp4",
    "file:x.mp4",
    "http:x.mp4",
    "https:/movie.mp4",
    "http:/host/x.mp4",
    "tcp:/127.0.0.1:1/x.mkv",
    "concat:a|b.mp4",
    "subfile,,start,0,end,1,,:x.mp4",
    "md5:x.mp4",
    "fd:1.mp4",
    "tee:x|y.mp4",
    "ünïcödé 電影 🎬.mp4",
    "~.mp4",
    "~/x.mp4",
    ".mp4",
    "..mp4",
    "a.b.c.mkv",
    "MOVIE.MP4",
    "no ending",
    "ends.",
    "x." + "y" * 250,
    "x" * 251 + ".mp4",
    "é" * 125 + "x.mp4",
    "a%db/movie.mp4",
    "a%03d/b%d/movie.webp",
]


@pytest.mark.thinned(4)
@posix
@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:30] for name in NAMES])
def test_any_name(name: str, folder: Path, tmp_path: Path) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    ffmpegs_ending = os.path.basename(name).rpartition(".")[2].lower()
    known = "." in name and ffmpegs_ending in {"mp4", "mkv", "gif", "webp"}
    path = encode(Output(name), *([] if known else ["-f", "matroska"]))
    assert path == folder / name
    assert path.is_absolute()
    assert files(folder) == [str(Path(name))]
    assert frames_in(path, tmp_path) == 2


@posix
def test_a_name_that_is_no_unicode(folder: Path, tmp_path: Path) -> None:
    try:
        encode(Output(os.fsdecode(b"caf\xe9.mp4")))
    except OSError:
        pytest.skip("this file system wants UTF-8")
    assert os.listdir(os.fsencode(folder)) == [b"caf\xe9.mp4"]
    os.rename(b"caf\xe9.mp4", b"cafe.mp4")
    assert frames_in(folder / "cafe.mp4", tmp_path) == 2


ENDINGS: list[tuple[str, list[str]]] = [
    (".mp4", []),
    (".m4v", []),
    (".mov", []),
    (".mkv", []),
    (".avi", []),
    (".ts", ["-c:v", "libx264", "-pix_fmt", "yuv420p"]),
    (".mpg", ["-c:v", "mpeg2video"]),
    (".ogv", ["-c:v", "libtheora"]),
    (".flv", ["-c:v", "flv"]),
    (".wmv", ["-c:v", "wmv2"]),
    (".y4m", ["-c:v", "wrapped_avframe", "-pix_fmt", "yuv420p"]),
    (".mjpeg", ["-c:v", "mjpeg"]),
    (".webm", ["-pix_fmt", "yuv420p"]),
    (".gif", []),
    (".webp", []),
    (".apng", []),
    (".avif", ["-filter_complex", "null", "-cpu-used", "8"]),
    (".mp4", ["-movflags", "+faststart"]),
    (".mp4", ["-movflags", "+frag_keyframe"]),
]


@pytest.mark.parametrize(("ending", "extra_args"), ENDINGS)
def test_every_format_in_a_folder_named_like_a_pattern(
    ending: str, extra_args: list[str], folder: Path, tmp_path: Path
) -> None:
    Path("a%db%04d").mkdir()
    path = encode(Output(f"a%db%04d/movie{ending}"), *extra_args)
    assert files(folder) == [f"a%db%04d/movie{ending}"]
    assert frames_in(path, tmp_path) == 2


# --- what is refused, before anything starts -----------------------------------------------


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        (None, TypeError, "NoneType"),
        (3, TypeError, "int"),
        (b"x.mp4", TypeError, "must be text"),
        (sys.stdout, TypeError, "PathLike"),
        ("", ValueError, "empty"),
        ("a\0b.mp4", ValueError, "NUL"),
        ("\ud800.mp4", ValueError, "cannot be a file name"),
        (".", IsADirectoryError, "folder"),
        ("there", IsADirectoryError, "folder"),
        ("there/", IsADirectoryError, "folder"),
        ("there.mp4/", IsADirectoryError, "folder"),
        ("link to there", IsADirectoryError, "folder"),
        ("gone/x.mp4", FileNotFoundError, "does not exist: '.*gone'"),
        ("link to gone/x.mp4", FileNotFoundError, "does not exist: '.*gone'"),
        ("file/x.mp4", NotADirectoryError, "file/x.mp4"),
        ("loop", OSError, "loop"),
        ("y" * 256, OSError, "too long"),
        ("é" * 126 + ".mp4", OSError, "too long"),
    ],
)
@posix
def test_refused(name: Any, error: type[Exception], words: str, folder: Path) -> None:
    Path("there").mkdir()
    Path("file").touch()
    Path("link to there").symlink_to("there")
    Path("link to gone").symlink_to(folder / "gone")
    Path("loop").symlink_to("loop")
    with pytest.raises(error, match=words):
        Output(name)


@pytest.mark.parametrize("ending", sorted(MULTI_FILE_SUFFIXES))
def test_endings_that_are_no_movie(ending: str, folder: Path) -> None:
    for name in (f"x{ending}", f"x{ending.upper()}"):
        with pytest.raises(ValueError, match=r"Use \.mp4"):
            Output(name)
    Output(f"x{ending}", any_ending=True)


def test_a_movie_called_png_by_the_users_wish(folder: Path, tmp_path: Path) -> None:
    encode(Output("x.png", any_ending=True), "-f", "apng", codec="apng")
    with Image.open("x.png") as picture:
        assert getattr(picture, "n_frames", 1) == 2
    assert files(folder) == ["x.png"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """One that every user can reach (pytest's own cannot be)."""
    path = Path(tempfile.mkdtemp(prefix="framepipe-test-"))
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def as_nobody(function: Callable[[], object]) -> str:
    """Call a function without root's rights; return what it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            function()
        except BaseException as error:
            os.write(writer, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with open(reader) as said:
        return said.read()


@posix
def test_no_right_to_write_in_the_folder(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    said = as_nobody(lambda: Output(open_folder / "x.mp4"))
    assert said.startswith("PermissionError")
    assert "folder" in said
    assert str(open_folder) in said


@posix
def test_no_right_to_look_into_the_folder(open_folder: Path) -> None:
    open_folder.chmod(0)
    assert as_nobody(lambda: Output(open_folder / "x.mp4")).startswith("PermissionError")
    open_folder.chmod(0o777)


@posix
def test_a_write_protected_file_stays(open_folder: Path) -> None:
    (open_folder / "x.mp4").touch(0o444)
    said = as_nobody(lambda: Output(open_folder / "x.mp4"))
    assert said.startswith("PermissionError")
    assert "write-protected" in said


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="takes two users")
def test_another_users_file_in_a_sticky_folder(open_folder: Path) -> None:
    open_folder.chmod(0o1777)
    (open_folder / "x.mp4").touch()
    (open_folder / "x.mp4").chmod(0o666)
    said = as_nobody(lambda: Output(open_folder / "x.mp4"))
    assert said.startswith("PermissionError")
    assert "another user" in said
    assert as_nobody(lambda: fill(Output(open_folder / "y.mp4"))) == ""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="takes a mount")
def test_a_read_only_disk(open_folder: Path) -> None:
    code = "import sys; from framepipe.encoding.output import Output; Output(sys.argv[1])"
    mount = 'mount -t tmpfs -o ro none "$1" || exit 42; exec "$2" -c "$3" "$1/x.mp4"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", open_folder, sys.executable, code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    if done.returncode != 1:
        pytest.skip(f"cannot mount: {done.stderr}")
    assert "PermissionError" in done.stderr
    assert "read-only disk" in done.stderr


# --- whole, or not there -------------------------------------------------------------------


def test_the_old_movie_stays_until_the_new_one_is_whole(folder: Path) -> None:
    target = folder / "x.mp4"
    target.write_bytes(b"old")
    with Output(target) as output:
        output.prepare()
        part = Path(output.part)
        assert part.parent == folder
        assert part.suffix == ".mp4"
        assert part.name.startswith(".")
        part.write_bytes(b"half of the new one")
        assert target.read_bytes() == b"old"
        part.write_bytes(b"new")
        assert output.publish() == target
        assert target.read_bytes() == b"new"
        assert output.publish() == target
        output.discard()
    assert files(folder) == ["x.mp4"]
    assert target.read_bytes() == b"new"


def test_without_publishing_nothing_happens(folder: Path) -> None:
    (folder / "x.mp4").write_bytes(b"old")
    output = Output("x.mp4")
    with output:
        output.prepare()
        output.prepare()
        Path(output.part).write_bytes(b"new")
    output.discard()
    assert files(folder) == ["x.mp4"]
    assert (folder / "x.mp4").read_bytes() == b"old"
    with pytest.raises(RuntimeError, match="prepare"):
        output.publish()


def test_starting_over(folder: Path) -> None:
    with Output("x.mp4") as output:
        output.prepare()
        first = output.part
        output.discard()
        output.prepare()
        assert output.part != first
        Path(output.part).write_bytes(b"second try")
        output.publish()
    assert (folder / "x.mp4").read_bytes() == b"second try"


def test_nothing_is_made_by_asking(folder: Path) -> None:
    output = Output("x.mp4")
    assert files(folder) == []
    with pytest.raises(RuntimeError, match="prepare"):
        _ = output.part


@pytest.mark.parametrize("removed", [False, True])
def test_nothing_was_written(removed: bool, folder: Path) -> None:
    (folder / "x.mp4").write_bytes(b"old")

    def publish() -> None:
        with Output("x.mp4") as output:
            output.prepare()
            if removed:
                os.unlink(output.part)
            output.publish()

    with pytest.raises(EncoderError, match="wrote nothing"):
        publish()
    assert files(folder) == ["x.mp4"]
    assert (folder / "x.mp4").read_bytes() == b"old"


def test_an_option_that_swallows_the_y(folder: Path) -> None:
    # ffmpeg sees that the file exists, and says nothing, and reports success.
    with pytest.raises(EncoderError, match="lack the value of its last option"):
        encode(Output("x.mp4"), "-crf")
    assert files(folder) == []


def test_ffmpeg_fails(folder: Path) -> None:
    (folder / "x.mp4").write_bytes(b"old")
    with pytest.raises(EncoderError, match="Unknown encoder"):
        encode(Output("x.mp4"), codec="no")
    assert files(folder) == ["x.mp4"]
    assert (folder / "x.mp4").read_bytes() == b"old"


@posix
@pytest.mark.parametrize("become", [os.mkdir, os.mkfifo])
def test_the_target_has_become_something_else(
    become: Callable[[str], None], folder: Path
) -> None:  # fmt: skip
    def publish() -> None:
        with Output("x.mp4") as output:
            output.prepare()
            Path(output.part).write_bytes(b"new")
            become("x.mp4")
            output.publish()

    with pytest.raises(FileExistsError, match="no longer that of a file"):
        publish()
    assert os.listdir() == ["x.mp4"]
    assert not Path("x.mp4").is_file()


def test_the_working_directory_changes(folder: Path, tmp_path: Path) -> None:
    with Output("x.mp4") as output:
        os.chdir(tmp_path)
        output.prepare()
        Path(output.part).write_bytes(b"new")
        assert output.publish() == folder / "x.mp4"
    assert files(folder) == ["x.mp4"]


# --- what the file is like -----------------------------------------------------------------


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_movie_has_the_mode_of_any_new_file(umask: int, folder: Path) -> None:
    before = os.umask(umask)
    try:
        path = fill(Output("x.mp4"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


@posix
def test_a_replaced_movie_keeps_its_mode(folder: Path) -> None:
    target = folder / "x.mp4"
    target.write_bytes(b"old")
    target.chmod(0o640)
    fill(Output(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="takes root")
def test_root_does_not_take_a_movie_away_from_its_owner(folder: Path) -> None:
    target = folder / "x.mp4"
    target.write_bytes(b"old")
    os.chown(target, 65534, 65534)
    target.chmod(0o2755)
    fill(Output(target))
    assert (target.stat().st_uid, target.stat().st_gid) == (65534, 65534)
    assert stat.S_IMODE(target.stat().st_mode) == 0o2755


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_target_is_replaced(there: bool, folder: Path) -> None:
    (folder / "real").mkdir()
    target = folder / "real" / "movie.bin"
    if there:
        target.write_bytes(b"old")
    (folder / "x.mp4").symlink_to("real/movie.bin")
    with Output("x.mp4") as output:
        assert output.suffix == ".mp4"
        output.prepare()
        assert Path(output.part).parent == folder / "real"
        assert Path(output.part).suffix == ".mp4"
        Path(output.part).write_bytes(b"new")
        assert output.publish() == folder / "x.mp4"
    assert (folder / "x.mp4").is_symlink()
    assert target.read_bytes() == b"new"


def device(path: Path, minor: int) -> None:
    """Make a copy of /dev/null (3) or /dev/full (7).

    Never the real ones: were there a fault in the code under test, root would replace them, and
    the machine would be without.
    """
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        path.open("wb").close()
    except OSError as error:
        pytest.skip(f"no devices can be made here: {error}")


@pytest.mark.skipif(sys.platform != "linux", reason="device numbers are Linux's")
def test_a_device_is_written_directly(folder: Path) -> None:
    device(folder / "null", 3)
    output = Output("null")
    encode(output, "-f", "matroska")
    assert output.part == str(folder / "null")
    assert stat.S_ISCHR(os.stat("null").st_mode)
    assert os.listdir() == ["null"]


@pytest.mark.skipif(sys.platform != "linux", reason="device numbers are Linux's")
def test_a_full_device(folder: Path) -> None:
    device(folder / "full", 7)
    with pytest.raises(EncoderError, match="Make room on the disk"):
        encode(Output("full"), "-f", "avi")
    assert os.listdir() == ["full"]


@posix
def test_a_fifo_is_written_directly(folder: Path, tmp_path: Path) -> None:
    os.mkfifo("x.mkv")
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(Path("x.mkv").read_bytes()))
    reader.start()
    encode(Output("x.mkv"))
    reader.join(10)
    (tmp_path / "copy.mkv").write_bytes(received[0])
    assert frames_in(tmp_path / "copy.mkv", tmp_path) == 2
    assert stat.S_ISFIFO(os.stat("x.mkv").st_mode)
    assert os.listdir() == ["x.mkv"]


@posix
def test_a_fifo_one_may_not_write(open_folder: Path) -> None:
    os.mkfifo(open_folder / "x.mkv", 0o444)
    assert as_nobody(lambda: Output(open_folder / "x.mkv")).startswith("PermissionError")
