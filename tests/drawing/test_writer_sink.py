"""matplotlib's own movie writers take the painted frames, and make what they make for save()."""

from __future__ import annotations

import base64
import io
import logging
import multiprocessing
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import FFMPEG, children, clip, everything_in, nothing_starts, wait_until
from matplotlib.animation import (
    AbstractMovieWriter,
    FFMpegFileWriter,
    FFMpegWriter,
    FuncAnimation,
    HTMLWriter,
    ImageMagickWriter,
    PillowWriter,
)
from PIL import Image

from framepipe import EncoderError, EncoderNotFound, Movie, Segments, encode

FRAMES = 14

pytestmark = pytest.mark.filterwarnings("ignore:Animation was deleted without rendering")


@pytest.fixture(autouse=True)
def our_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    """save() must find the ffmpeg that we find."""
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)


@pytest.fixture(autouse=True)
def nothing_is_left_of_a_writer(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> Any:
    """Writers that work with files keep them in the system's folder for temporary ones."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    yield
    assert everything_in(folder) == set()


def lines(frames: int = FRAMES) -> FuncAnimation:
    """A moving dot on a transparent figure: something to be wrong about."""
    animation = clip(frames, pixels=64)
    figure = animation._fig  # type: ignore[attr-defined]
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.set(xlim=(0, frames), ylim=(0, frames))
    (dot,) = axes.plot([], [], "ro-")
    show = animation._func  # type: ignore[attr-defined]

    def update(number: int) -> Any:
        dot.set_data([number], [number])
        return (*show(number * 5), dot)

    animation._func = update  # type: ignore[attr-defined]
    return animation


def pictures(path: Path) -> np.ndarray:
    """All frames of a movie, as ffmpeg decodes them."""
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-i", f"file:{path}", "-fps_mode", "passthrough",
         "-f", "rawvideo", "-pix_fmt", "rgba", "-"],
        capture_output=True, check=True,
    )  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 64, 64, 4)


def embedded(path: Path) -> list[bytes]:
    """The pixels of all frames in a page."""
    coded = re.findall(r"data:image/png;base64,([^\"]*)\"", path.read_text())
    found = [Image.open(io.BytesIO(base64.b64decode(one.replace("\\\n", "")))) for one in coded]
    return [image.convert("RGBA").tobytes() for image in found]


def both(
    folder: Path, name: str, make_writer: Any, *, options: dict[str, Any], **ours: Any
) -> tuple[Path, Movie]:
    """The same movie by save() and by encode()."""
    (folder / "saved").mkdir()
    saved = folder / "saved" / name
    lines().save(saved, writer=make_writer(), **options)
    return saved, encode(lines(), folder / name, writer=make_writer(), **options, **ours)


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("framepipe") and record.levelno >= logging.WARNING
    ]


# ------------------------------------------------------------------------- what each one makes


@pytest.mark.thinned(5)
@pytest.mark.parametrize("codec", ["png", "ffv1"])
@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_ffmpeg_fed_through_files_is_joined_from_blocks(
    tmp_path: Path, codec: str, suffix: str
) -> None:
    if (codec, suffix) == ("ffv1", ".mov"):
        codec = "qtrle"
    saved, movie = both(
        tmp_path, f"m{suffix}", lambda: "ffmpeg_file", options={"codec": codec, "fps": 20},
        workers=2, mode=Segments(blocks=4, keep=True),
    )  # fmt: skip
    assert movie.mode == "segments"
    assert len(movie.segments) == 4
    assert [len(pictures(one)) for one in movie.segments] == [3, 4, 3, 4]
    assert np.array_equal(pictures(movie.path), pictures(saved))
    assert len(pictures(saved)) == FRAMES


def test_ffmpeg_fed_through_files_in_chosen_blocks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    saved, movie = both(
        tmp_path, "m.mkv", lambda: FFMpegFileWriter(fps=9, codec="png"), options={}, workers=2
    )
    assert (movie.mode, movie.fps) == ("segments", 9)
    assert np.array_equal(pictures(movie.path), pictures(saved))
    assert warned(caplog) == [
        "FFMpegFileWriter takes no frames through a pipe: the movie is made in segments"
    ]


@pytest.mark.thinned(3)
@pytest.mark.parametrize("make_writer", [lambda: "pillow", lambda: PillowWriter(fps=12)])
@pytest.mark.parametrize("workers", [0, 2])
def test_pillow_makes_the_same_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, make_writer: Any, workers: int
) -> None:
    saved, movie = both(tmp_path, "m.gif", make_writer, options={}, workers=workers)
    assert (movie.mode, movie.frames) == ("segments", FRAMES)
    assert movie.path.read_bytes() == saved.read_bytes()
    assert warned(caplog) == [
        "PillowWriter takes no frames through a pipe: the movie is made in segments"
    ]
    assert everything_in(tmp_path) == {"m.gif", "saved", "saved/m.gif"}


def test_pillow_keeps_transparency(tmp_path: Path) -> None:
    def holes() -> FuncAnimation:
        animation = lines()
        figure = animation._fig  # type: ignore[attr-defined]
        figure.artists[0].set_visible(False)
        return animation

    options: dict[str, Any] = {"writer": "pillow", "savefig_kwargs": {"transparent": True}}
    holes().save(tmp_path / "saved.webp", **options)
    movie = encode(holes(), tmp_path / "m.webp", workers=2, **options)
    assert movie.path.read_bytes() == (tmp_path / "saved.webp").read_bytes()
    assert min(Image.open(movie.path).convert("RGBA").getchannel("A").tobytes()) == 0


def test_a_folder_whose_name_is_a_pattern_is_no_trouble_for_writers_of_files(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "50%d *?[a-z]{x}"
    folder.mkdir()
    saved, movie = both(folder, "m.mkv", lambda: "ffmpeg_file", options={"codec": "png"}, workers=2)
    assert np.array_equal(pictures(movie.path), pictures(saved))


@pytest.mark.slow
@pytest.mark.parametrize("make_writer", [lambda: "imagemagick", lambda: ImageMagickWriter(fps=10)])
def test_imagemagick_makes_the_same_frames(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, make_writer: Any
) -> None:
    saved, movie = both(tmp_path, "m.gif", make_writer, options={}, workers=2)
    assert movie.mode == "segments"
    assert np.array_equal(pictures(movie.path), pictures(saved))
    assert len(pictures(saved)) == FRAMES
    assert len(warned(caplog)) == 1
    assert "ImageMagickWriter" in warned(caplog)[0]


@pytest.mark.slow
def test_imagemagick_fed_through_files_makes_the_same_frames(tmp_path: Path) -> None:
    saved, movie = both(tmp_path, "m.gif", lambda: "imagemagick_file", options={}, workers=2)
    assert np.array_equal(pictures(movie.path), pictures(saved))


def test_a_page_holds_the_same_frames(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    saved, movie = both(
        tmp_path, "m.html", lambda: HTMLWriter(embed_frames=True), options={}, workers=2
    )
    assert (movie.mode, movie.frames) == ("segments", FRAMES)
    assert embedded(movie.path) == embedded(saved)
    assert len(set(embedded(saved))) == FRAMES
    assert len(warned(caplog)) == 1
    assert "HTMLWriter" in warned(caplog)[0]
    assert everything_in(tmp_path) == {"m.html", "saved", "saved/m.html"}


def test_an_explicit_mode_needs_no_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    movie = encode(lines(5), tmp_path / "m.gif", writer="pillow", workers=2, mode="segments")
    assert movie.mode == "segments"
    assert warned(caplog) == []


@pytest.mark.parametrize("writer", [None, "ffmpeg", FFMpegWriter(fps=3)])
def test_ffmpegs_own_writer_means_the_pipe(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, writer: Any
) -> None:
    assert encode(lines(5), tmp_path / "m.mp4", writer=writer, workers=2).mode == "pipe"
    assert warned(caplog) == []


# ---------------------------------------------------------------------------- the user's own


class Negative(FFMpegWriter):
    """What a user may have done to matplotlib's."""

    setups = 0

    def setup(self, *args: Any, **kwargs: Any) -> None:
        self.setups += 1
        super().setup(*args, **kwargs)

    @property
    def output_args(self) -> list[str]:
        *arguments, yes, name = super().output_args
        return [*arguments, "-vf", "negate", yes, name]


@pytest.mark.parametrize("options", [{"start_method": "fork"}, {"start_method": "spawn"}])
def test_a_subclass_of_ffmpegs_writer_has_its_way(tmp_path: Path, options: Any) -> None:
    made: list[Negative] = []

    def make_writer() -> Negative:
        made.append(Negative(fps=10, codec="png"))
        return made[-1]

    saved, movie = both(
        tmp_path, "m.mkv", make_writer, options={}, workers=2, mode=Segments(blocks=3), **options
    )
    plain = encode(lines(), tmp_path / "plain.mkv", codec="png", workers=0)
    assert np.array_equal(pictures(movie.path), pictures(saved))
    opposite = 255 - pictures(plain.path)[..., :3]
    assert np.array_equal(pictures(movie.path)[..., :3], opposite), "the filter did work"
    assert [one.setups for one in made] == [1, 0], "ours was copied"


class Log(AbstractMovieWriter):
    """A writer of one's own kind, that writes what it is asked to do."""

    @classmethod
    def isAvailable(cls) -> bool:
        return True

    def setup(self, fig: Any, outfile: Any, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi=dpi)
        self.said: list[str] = [f"{self.fps} {self.metadata.get('title')}"]

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        data = io.BytesIO()
        self.fig.savefig(data, format="rgba", dpi=self.dpi, **savefig_kwargs)
        self.said.append(str(sum(data.getvalue())))

    def finish(self) -> None:
        Path(self.outfile).write_text("\n".join(self.said))


def test_a_writer_of_another_kind_makes_the_same_file(tmp_path: Path) -> None:
    saved, movie = both(
        tmp_path, "m.log", lambda: Log(fps=3, metadata={"title": "x"}), options={}, workers=2
    )
    assert movie.path.read_text() == saved.read_text()
    assert len(saved.read_text().splitlines()) == FRAMES + 1


class Joins:
    def stitch(self, segments: list[str], filename: str) -> None:
        text = [Path(one).read_text().splitlines()[1:] for one in segments]
        Path(filename).write_text("\n".join(line for part in text for line in part))


def test_an_own_stitcher_joins_what_an_own_writer_makes(tmp_path: Path) -> None:
    saved, movie = both(
        tmp_path, "m.log", lambda: Log(fps=3), options={}, workers=2,
        mode=Segments(blocks=4, stitcher=Joins()),
    )  # fmt: skip
    assert movie.path.read_text().splitlines() == saved.read_text().splitlines()[1:]


# ---------------------------------------------------------------------------------- refused


@pytest.mark.parametrize("writer", ["imagemagick", "imagemagick_file"])
def test_a_writer_whose_program_is_missing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    monkeypatch.setitem(mpl.rcParams, "animation.convert_path", "no-such-program")
    with nothing_starts(), pytest.raises(EncoderNotFound, match=r"ImageMagick\w+ is not available"):
        encode(lines(), tmp_path / "m.gif", writer=writer, workers=2)
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize(
    ("name", "writer", "mode", "says"),
    [
        ("m.gif", "pillow", Segments(blocks=2), "PillowWriter makes of '.gif' cannot be joined"),
        ("m.html", HTMLWriter(embed_frames=True), Segments(blocks=2), "cannot be joined"),
        ("m.html", "html", "auto", "embed_frames=True"),
        ("m.html", HTMLWriter(embed_frames=False), "segments", "embed_frames=True"),
        ("m.gif", HTMLWriter(embed_frames=True), "auto", "makes .html files, not '.gif'"),
        ("m.mp4", "pillow", "auto", "makes no movie of '.mp4'"),
        ("m.gif", "pillow", "pipe", "does not take frames through a pipe"),
        ("m.gif", "ffmpeg_file", Segments(blocks=2), "FFMpegFileWriter makes of '.gif'"),
        ("m.gif", "no-such-writer", "auto", "is not one of 'pillow'"),
    ],
)
def test_what_a_writer_cannot_make_is_refused_before_anything_starts(
    tmp_path: Path, name: str, writer: Any, mode: Any, says: str
) -> None:
    def never(number: int) -> None:
        raise AssertionError("drawn")

    with nothing_starts(), pytest.raises(ValueError, match=re.escape(says)):
        encode(clip(9, never), tmp_path / name, writer=writer, workers=2, mode=mode)
    assert everything_in(tmp_path) == set()


# ------------------------------------------------------------------------------------ failing


class Chokes(PillowWriter):
    """Cannot take the sixth frame."""

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        if len(self._frames) == 5:  # type: ignore[attr-defined]
            raise LookupError("no more of this")
        super().grab_frame(**savefig_kwargs)


class ChokesOnFiles(FFMpegFileWriter):
    def grab_frame(self, **savefig_kwargs: Any) -> None:
        if self._frame_counter == 3:  # type: ignore[attr-defined]
            raise LookupError("no more of this")
        super().grab_frame(**savefig_kwargs)


class LosesIts(ImageMagickWriter):
    """Its program is killed by somebody after some frames."""

    count = 0

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        self.count += 1
        if self.count == 4:
            program: Any = self._proc  # type: ignore[attr-defined]
            os.kill(program.pid, signal.SIGKILL)
            program.wait()
        super().grab_frame(**savefig_kwargs)


class CannotBegin(PillowWriter):
    def setup(self, *args: Any, **kwargs: Any) -> None:
        raise LookupError("not today")


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    ("name", "writer", "says"),
    [
        ("m.gif", Chokes(), "Chokes failed to take a frame: no more of this"),
        ("m.mkv", ChokesOnFiles(codec="png"), "ChokesOnFiles failed to take a frame: no more"),
        ("m.gif", LosesIts(), "LosesIts failed to take a frame"),
        ("m.gif", CannotBegin(), "CannotBegin could not begin: not today"),
        (
            "m.mkv",
            FFMpegFileWriter(codec="nonsense"),
            "(?is)FFMpegFileWriter could not finish.*non",
        ),
        ("m.mkv", Negative(codec="nonsense"), "(?is)Negative failed to take a frame.*nonsense"),
    ],
)
def test_a_writer_that_fails_is_named_and_leaves_nothing(
    tmp_path: Path, name: str, writer: Any, says: str, workers: int
) -> None:
    target = tmp_path / name
    target.write_text("old")
    with pytest.raises(EncoderError, match=says):
        encode(clip(60), target, writer=writer, workers=workers)
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {name}
    assert children() == ([], [])


class WaitsForTheOther(FFMpegFileWriter):
    """One worker chokes when the other one has a frame in a file of its own."""

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        super().grab_frame(**savefig_kwargs)
        other_has = Path(self.outfile).with_name("now")
        if multiprocessing.current_process().name == "framepipe-1":
            other_has.touch()
            time.sleep(600)
        wait_until(other_has.exists, 20, "the other one has a frame")
        raise LookupError("no more of this")


def test_what_a_writer_keeps_in_files_goes_when_its_worker_is_killed(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no more of this"):
        encode(
            clip(60), tmp_path / "m.mkv", writer=WaitsForTheOther(codec="png"), workers=2,
            mode=Segments(blocks=2),
        )  # fmt: skip
    assert everything_in(tmp_path) == set()
