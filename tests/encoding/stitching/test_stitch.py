"""Movies joined from segments are those of one encoder: frames, times, metadata, names."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import FFMPEG, RAW, clip, encode_and_read, everything_in, nothing_starts, numbers_in
from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from framepipe import EncoderNotFound, Segments, StitchError, encode
from framepipe.encoding.command import Encoding
from framepipe.encoding.stitching.probe import frame_duration, read_packet_times
from framepipe.encoding.stitching.stitch import SegmentList, join_by_copying
from framepipe.options import StitcherName

FRAMES = 24
RATES = [30, 24000 / 1001, 7.3]
SUFFIXES = [".mp4", ".mov", ".mkv"]
CUTS: dict[str, Any] = {
    "two": 2,
    "five": 5,
    "uneven": [range(1), range(1, 15), (15, 17), (17, 24)],
    "single frames": [(0, 10), *((i, i + 1) for i in range(10, 16)), (16, 24)],
}


def digits(frames: int = FRAMES) -> FuncAnimation:
    """Frame i shows i's two digits to the base of 16, as greys far enough apart for any codec."""
    figure = Figure(figsize=(1, 1), dpi=64)
    FigureCanvasAgg(figure)
    halves = [Rectangle((left, 0), 0.5, 1, antialiased=False, linewidth=0) for left in (0, 0.5)]
    for half in halves:
        figure.add_artist(half)

    def update(number: int) -> list[Rectangle]:
        for half, digit in zip(halves, divmod(number, 16), strict=True):
            grey = (digit * 16 + 8) / 255
            half.set_facecolor((grey, grey, grey))
        return halves

    return FuncAnimation(figure, update, frames, init_func=tuple, cache_frame_data=False)


def ffmpeg(*arguments: str) -> bytes:
    """What ffmpeg writes to its standard output."""
    done = subprocess.run([FFMPEG, "-v", "error", *arguments], capture_output=True, check=True)
    assert done.stderr == b"", "ffmpeg complains of the movie"
    return done.stdout


def digits_in(path: Path, *, since: Fraction | None = None, most: int = 10**6) -> list[int]:
    """The numbers that decoding shows, from a time on or all."""
    seek = () if since is None else ("-ss", f"{float(since):.6f}")
    passed = ("-map", "0:v", "-fps_mode", "passthrough", "-frames:v", str(most))
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    data = ffmpeg(*seek, "-i", f"file:{path}", *passed, *raw)
    pictures = np.frombuffer(data, np.uint8).reshape(-1, 64, 64, 3).astype(float)
    found = []
    for picture in pictures:
        greys = [picture[8:-8, part].mean() for part in (slice(8, 24), slice(40, 56))]
        values = [round((grey - 8) / 16) for grey in greys]
        for grey, value in zip(greys, values, strict=True):
            assert abs(grey - (16 * value + 8)) < 5, "a picture of two frames"
        found.append(16 * values[0] + values[1])
    return found


def stored(path: Path) -> list[tuple[int, int]]:
    """Each frame's time and duration, in the container's ticks, in the order of times."""
    text = ffmpeg("-i", f"file:{path}", "-map", "0:v", "-c", "copy", "-f", "framecrc", "-").decode()
    rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    return sorted((int(row[2]), int(row[3])) for row in rows)


def length(path: Path) -> str:
    """The movie's duration, as ffmpeg tells it."""
    told = subprocess.run([FFMPEG, "-i", f"file:{path}"], capture_output=True, text=True).stderr
    found = re.search(r"Duration: ([\d:.]+)", told)
    assert found is not None
    return found[1]


def pictures_of(path: Path) -> list[str]:
    """Time and hash of every decoded frame."""
    text = ffmpeg("-i", f"file:{path}", "-map", "0:v", "-f", "framemd5", "-").decode()
    return [line for line in text.splitlines() if not line.startswith("#")]


def tags_of(path: Path) -> str:
    return ffmpeg("-i", f"file:{path}", "-f", "ffmetadata", "-").decode()


@pytest.fixture(scope="module")
def piped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, float], Path]:
    """The same movies by one encoder, each made once."""
    folder = tmp_path_factory.mktemp("piped")
    made: dict[tuple[str, float], Path] = {}

    def get(suffix: str, fps: float) -> Path:
        if (suffix, fps) not in made:
            path = folder / f"{len(made)}{suffix}"
            made[suffix, fps] = encode(digits(), path, fps=fps, workers=0, mode="pipe").path
        return made[suffix, fps]

    return get


# --------------------------------------------------------------------------------- copied


@pytest.mark.thinned(12)
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_frame_is_there_and_at_its_time(
    tmp_path: Path, piped: Callable[[str, float], Path], suffix: str, fps: float, cut: str
) -> None:
    whole = piped(suffix, fps)
    movie = encode(
        digits(), tmp_path / f"m{suffix}", fps=fps, workers=2, mode=Segments(blocks=CUTS[cut])
    )
    assert (movie.mode, movie.frames) == ("segments", FRAMES)
    one, other = (read_packet_times(FFMPEG, "-i", str(path)) for path in (whole, movie.path))
    assert one.tick == other.tick
    assert not other.untimed
    assert sorted(other.times) == sorted(one.times)
    assert len(other.times) == FRAMES
    assert stored(movie.path) == stored(whole)
    assert length(movie.path) == length(whole)
    assert digits_in(movie.path) == list(range(FRAMES))
    assert everything_in(tmp_path) == {f"m{suffix}"}


@pytest.mark.thinned(6)
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("fps", [24000 / 1001, 7.3])
def test_seeking_to_a_border_shows_the_frame_that_is_there(
    tmp_path: Path, suffix: str, fps: float
) -> None:
    movie = encode(digits(), tmp_path / f"m{suffix}", fps=fps, mode=Segments(blocks=4), workers=2)
    duration = frame_duration(FFMPEG, fps)
    for border in (6, 12, 18):
        # From within the frame before on, the first whole one is the border's.
        since = (border - Fraction(1, 4)) * duration
        assert digits_in(movie.path, since=since, most=3) == [border, border + 1, border + 2]


def test_reading_the_digits_of_another_movie_shows_another_movie(tmp_path: Path) -> None:
    """The ruler of these tests, held to what it must not pass."""
    movie = encode(digits(40), tmp_path / "m.mp4", workers=0)
    assert digits_in(movie.path) == list(range(40))
    cut = tmp_path / "cut.mkv"
    ffmpeg("-i", str(movie.path), "-vf", "select='not(eq(n,7))'", str(cut))
    assert digits_in(cut) == [i for i in range(40) if i != 7]
    assert stored(cut) != stored(movie.path)


@pytest.mark.thinned(8)
@pytest.mark.parametrize(
    ("suffix", "codec", "extra_args"),
    [
        (".mkv", "mpeg4", []),
        (".mkv", "ffv1", []),
        (".mp4", "mpeg4", ["-bf", "2"]),
        (".mp4", "libx265", ["-pix_fmt", "yuv420p", "-x265-params", "log-level=error"]),
        (".mov", "prores_ks", []),
        (".webm", "libvpx-vp9", ["-pix_fmt", "yuv420p", "-cpu-used", "8", "-auto-alt-ref", "1"]),
        (".m4v", "h264", []),
        (".nut", "h264", []),
    ],
)
def test_other_codecs_join_too(
    tmp_path: Path, suffix: str, codec: str, extra_args: list[str]
) -> None:
    options: dict[str, Any] = {"codec": codec, "extra_args": extra_args, "fps": 30, "workers": 2}
    whole = encode(digits(), tmp_path / f"whole{suffix}", **options)
    movie = encode(
        digits(), tmp_path / f"m{suffix}", mode=Segments(blocks=[(0, 1), (1, 24)]), **options
    )
    assert digits_in(movie.path) == list(range(FRAMES))
    assert [time for time, _ in stored(movie.path)] == [time for time, _ in stored(whole.path)]


def test_decoding_times_do_not_depend_on_which_of_the_longest_segments_is_looked_at(
    tmp_path: Path,
) -> None:
    """One reorders by a frame, the other by two; an interrupted run names them in another way."""
    made = []
    for names in (("1.mp4", "2.mp4"), ("2.mp4", "1.mp4")):
        for name, frames in zip(names, ("1", "3"), strict=True):
            ffmpeg(
                "-f", "lavfi", "-i", "testsrc=size=64x64:rate=25:duration=0.48", "-c:v", "libx264",
                "-bf", frames, "-x264-params", "b-adapt=0:b-pyramid=normal", "-y",
                str(tmp_path / name),
            )  # fmt: skip
        joined = tmp_path / "m.mp4"
        encoding = Encoding(25, "h264", 0, (), {})
        join_by_copying(
            FFMPEG, SegmentList(str(tmp_path), names, (12, 12)), encoding, ".mp4", str(joined)
        )
        made.append(joined.read_bytes())
        text = ffmpeg("-i", str(joined), "-c", "copy", "-f", "framecrc", "-").decode()
        rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
        assert len(rows) == 24
        assert set(np.diff([int(row[1]) for row in rows])) == {512}, "decoding times are regular"
    assert made[0] == made[1]


def test_a_lossless_movie_is_the_pipes_to_the_last_bit_of_every_picture(tmp_path: Path) -> None:
    options: dict[str, Any] = {"codec": "ffv1", "extra_args": ["-pix_fmt", "bgra"], "workers": 2}
    one = encode(clip(30), tmp_path / "one.mkv", **options)
    other = encode(clip(30), tmp_path / "other.mkv", mode="segments", **options)
    assert pictures_of(other.path) == pictures_of(one.path)
    assert len(pictures_of(one.path)) == 30


@pytest.mark.parametrize("frames", [150, 100, 250])
def test_a_movie_of_unknown_length_is_whole(tmp_path: Path, frames: int) -> None:
    """Blocks behind its end are given out before anybody knows where it is."""
    told: list[tuple[int, int | None]] = []
    movie = encode(
        clip(lambda: iter(range(frames))), tmp_path / "m.mkv", codec="ffv1", workers=3,
        extra_args=["-pix_fmt", "bgra"], mode="segments",
        progress_callback=lambda i, n: told.append((i, n)),
    )  # fmt: skip
    assert movie.frames == frames
    assert [i for i, _ in told] == list(range(frames))
    raw = tmp_path / "m.rgba"
    ffmpeg("-i", str(movie.path), "-f", "rawvideo", "-pix_fmt", "rgba", str(raw))
    pixels = np.fromfile(raw, np.uint8).reshape(frames, -1)[:, 2]
    assert pixels.tolist() == [i % 256 for i in range(frames)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_metadata_survives(tmp_path: Path, suffix: str) -> None:
    tags = {"title": "Ünder = the; #hood\\", "artist": "Nobody"}
    movie = encode(
        digits(9), tmp_path / f"m{suffix}", metadata=tags, workers=2, mode=Segments(blocks=3)
    )
    whole = encode(digits(9), tmp_path / f"whole{suffix}", metadata=tags, workers=0)
    assert "Nobody" in tags_of(movie.path)
    assert tags_of(movie.path) == tags_of(whole.path)


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_what_was_asked_of_the_container_survives(tmp_path: Path, suffix: str) -> None:
    def index_first(*extra_args: str) -> bool:
        movie = encode(
            digits(9), tmp_path / f"m{suffix}", extra_args=extra_args, workers=2,
            mode=Segments(blocks=3),
        )  # fmt: skip
        data = movie.path.read_bytes()
        return data.index(b"moov") < data.index(b"mdat")

    assert index_first("-movflags", "+faststart")
    assert index_first("-crf", "20")
    assert not index_first("-movflags", "+write_colr")


# ---------------------------------------------------------------------------- encoded once


@pytest.mark.parametrize("workers", [0, 2])
def test_a_gif_is_the_pipes_to_the_byte(tmp_path: Path, workers: int) -> None:
    one = encode(digits(), tmp_path / "one.gif", workers=2)
    other = encode(digits(), tmp_path / "two.gif", workers=workers, mode=Segments(blocks=5))
    assert (one.mode, other.mode) == ("pipe", "segments")
    assert other.path.read_bytes() == one.path.read_bytes()
    assert everything_in(tmp_path) == {"one.gif", "two.gif"}


@pytest.mark.thinned(6)
@pytest.mark.parametrize(
    ("name", "extra_args"),
    [
        ("m.apng", ["-pix_fmt", "rgba"]),
        ("m.mp4", ["-vf", "tblend=all_mode=average"]),  # looks at the frame before
        ("m.mp4", ["-vf", "reverse"]),
        ("m.mkv", ["-r", "10"]),
        ("m.avi", ["-bf", "0"]),
        ("m.ts", ["-f", "mpegts"]),
    ],
)
def test_what_cannot_be_copied_has_the_pipes_frames(
    tmp_path: Path, name: str, extra_args: list[str]
) -> None:
    codec = "apng" if name.endswith("apng") else "h264"
    options: dict[str, Any] = {"codec": codec, "extra_args": extra_args, "fps": 25, "workers": 2}
    one = encode(digits(), tmp_path / name, **options)
    folder = tmp_path / "other"
    folder.mkdir()
    other = encode(digits(), folder / name, mode=Segments(blocks=5), **options)
    assert pictures_of(other.path) == pictures_of(one.path)
    assert everything_in(folder) == {name}


def test_raw_frames_come_through_in_order(tmp_path: Path) -> None:
    """Alpha and all: what lies between is lossless."""
    options = {"workers": 2, "mode": Segments(blocks=7)}
    assert encode_and_read(clip(40), tmp_path / "m.rgba", **options) == list(range(40))


# -------------------------------------------------------------------------------- mencoder


def test_mencoder_joins_avi_files(tmp_path: Path) -> None:
    options: dict[str, Any] = {"codec": "ffv1", "extra_args": ["-pix_fmt", "bgra"], "workers": 2}
    one = encode(clip(30), tmp_path / "one.avi", **options)
    mode = Segments(blocks=4, stitcher="mencoder")
    other = encode(clip(30), tmp_path / "two.avi", mode=mode, **options)
    assert (one.mode, other.mode) == ("pipe", "segments")
    assert pictures_of(other.path) == pictures_of(one.path)
    assert b"MEncoder" in other.path.read_bytes()[:4096], "it was mencoder"
    assert everything_in(tmp_path) == {"one.avi", "two.avi"}


def test_mencoder_is_refused_for_other_files_before_anything_starts(tmp_path: Path) -> None:
    with nothing_starts(), pytest.raises(ValueError, match=r"mencoder writes AVI.*'\.mp4'"):
        encode(clip(9), tmp_path / "m.mp4", workers=2, mode=Segments(stitcher="mencoder"))
    with nothing_starts(), pytest.raises(ValueError, match="-vf, which would act on each segment"):
        encode(
            clip(9), tmp_path / "m.avi", workers=2, extra_args=["-vf", "reverse"],
            mode=Segments(stitcher="mencoder"),
        )  # fmt: skip
    assert everything_in(tmp_path) == set()


def test_a_missing_mencoder_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mpl.rcParams, "animation.ffmpeg_path", FFMPEG)
    monkeypatch.setenv("PATH", str(tmp_path))
    with nothing_starts(), pytest.raises(EncoderNotFound, match="mencoder was not found"):
        encode(clip(9), tmp_path / "m.avi", workers=2, mode=Segments(stitcher="mencoder"))
    assert everything_in(tmp_path) == set()


# ----------------------------------------------------------------------------------- names

ODD = [
    "it's a 'movie'",
    'a "movie" of\nlines',
    "50%d %03d %% $HOME `id`",
    "-y -dash",
    "schöner Schnee 雪 \\ # ; | & *?[]",
    "file:a,b=c",
]


@pytest.mark.thinned(8)
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("stitcher", ["ffmpeg", "mencoder"])
def test_folders_and_files_may_have_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stitcher: StitcherName, odd: str
) -> None:
    name = odd + (".mp4" if stitcher == "ffmpeg" else ".avi")
    codec = "h264" if stitcher == "ffmpeg" else "ffv1"
    folder = tmp_path / odd
    folder.mkdir()
    monkeypatch.chdir(folder)
    for target in (folder / name, Path(name)):
        movie = encode(
            digits(8), target, codec=codec, workers=0,
            mode=Segments(blocks=2, stitcher=stitcher, keep=True),
        )  # fmt: skip
        assert movie.path == folder / name
        assert digits_in(folder / name) == list(range(8))
        kept = {path.name for path in movie.segments}
        assert everything_in(tmp_path) == {odd, *(f"{odd}/{one}" for one in (name, *kept))}
        assert len(kept) == 2


def test_odd_names_are_encoded_once_too(tmp_path: Path) -> None:
    folder = tmp_path / ODD[0]
    folder.mkdir()
    movie = encode(digits(8), folder / f"{ODD[2]}.gif", workers=0, mode=Segments(blocks=2))
    assert digits_in(movie.path) == list(range(8))


# ---------------------------------------------------------------------------- own stitcher


class Glue:
    """Joins raw segments, and tells what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.target = ""

    def stitch(self, segments: list[str], filename: str) -> None:
        assert type(segments) is list
        self.given, self.target = segments, filename
        with open(filename, "xb") as whole:  # nobody has made it before
            for segment in segments:
                whole.write(Path(segment).read_bytes())


@pytest.mark.parametrize("workers", [0, 2])
def test_an_own_stitcher_gets_the_segments_in_order(tmp_path: Path, workers: int) -> None:
    glue = Glue()
    movie = encode(
        clip(20), tmp_path / "m.rgba", **RAW, workers=workers,
        mode=Segments(blocks=[(0, 1), (1, 13), (13, 20)], stitcher=glue),
    )  # fmt: skip
    assert numbers_in(movie) == list(range(20))
    assert len(glue.given) == 3
    assert glue.given == sorted(glue.given)
    assert all(Path(one).is_absolute() and one.endswith(".rgba") for one in glue.given)
    assert Path(glue.target).suffix == ".rgba"
    assert everything_in(tmp_path) == {"m.rgba"}


class TakesOne:
    """Makes a fine movie, of too few frames."""

    def stitch(self, segments: list[str], filename: str) -> None:
        shutil.copy(segments[0], filename)


class MakesNone:
    def stitch(self, segments: list[str], filename: str) -> None:
        pass


class MakesEmpty:
    def stitch(self, segments: list[str], filename: str) -> None:
        Path(filename).touch()


class MakesNonsense:
    def stitch(self, segments: list[str], filename: str) -> None:
        Path(filename).write_text("not a movie")


class Raises:
    def stitch(self, segments: list[str], filename: str) -> None:
        Path(filename).write_text("half")
        raise LookupError("no glue")


@pytest.mark.parametrize(
    ("stitcher", "says"),
    [
        (TakesOne(), "the joined movie has 4 frames; its 2 segments have 9"),
        (MakesNone(), "the stitcher MakesNone made no file of the name it was given"),
        (MakesEmpty(), "the stitcher MakesEmpty made no file"),
        (MakesNonsense(), "could not read the time stamps of a movie"),
        (Raises(), "the stitcher Raises failed: LookupError: no glue"),
    ],
)
def test_what_an_own_stitcher_makes_is_looked_into(
    tmp_path: Path, stitcher: Any, says: str
) -> None:
    target = tmp_path / "m.mp4"
    target.write_text("old")
    with pytest.raises(StitchError, match=says) as caught:
        encode(digits(9), target, workers=2, mode=Segments(blocks=2, stitcher=stitcher))
    cause = caught.value.__cause__
    assert type(cause) is (LookupError if isinstance(stitcher, Raises) else type(None))
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {"m.mp4"}


def test_a_stitcher_that_shows_frames_at_wrong_times_is_found_out(tmp_path: Path) -> None:
    class Slow:
        def stitch(self, segments: list[str], filename: str) -> None:
            listing = Path(segments[0]).with_name("list")
            listing.write_text("".join(f"file {Path(one).name}\n" for one in segments))
            ffmpeg("-f", "concat", "-i", str(listing), "-vf", "setpts=2*PTS", filename)

    with pytest.raises(StitchError, match=r"shows frame 1 \(of segment 0\) .* ms off its time"):
        encode(digits(9), tmp_path / "m.mkv", workers=2, mode=Segments(blocks=2, stitcher=Slow()))
    assert everything_in(tmp_path) == set()


# ------------------------------------------------------------------------------ kept or not


def kept_frames(paths: Sequence[Path]) -> list[list[int]]:
    return [digits_in(path) for path in paths]


@pytest.mark.parametrize(
    ("name", "stitcher", "suffix"),
    [
        ("m.mp4", "ffmpeg", ".mp4"),
        ("m.gif", "ffmpeg", ".mkv"),
        ("my.movie.avi", "mencoder", ".avi"),
        ("m.mkv", TakesOne(), ".mkv"),
    ],
)
def test_segments_are_kept_where_they_were_asked_for(
    tmp_path: Path, name: str, stitcher: Any, suffix: str
) -> None:
    blocks = [(0, 1), (1, 9), (9, 12)] if isinstance(stitcher, str) else 1
    ranges = [range(1), range(1, 9), range(9, 12)] if isinstance(stitcher, str) else [range(12)]
    movie = encode(
        digits(12), tmp_path / name, workers=2, codec="mpeg4" if name != "m.gif" else "gif",
        mode=Segments(blocks=blocks, keep=True, stitcher=stitcher),
    )  # fmt: skip
    stem = Path(name).stem
    names = [f"{stem}.segment-{i:04d}{suffix}" for i in range(len(ranges))]
    assert [path.name for path in movie.segments] == names
    assert {path.parent for path in movie.segments} == {tmp_path}
    assert kept_frames(movie.segments) == [list(one) for one in ranges]
    assert digits_in(movie.path) == list(range(12))
    assert everything_in(tmp_path) == {name, *names}


def test_one_block_may_be_kept(tmp_path: Path) -> None:
    movie = encode(digits(5), tmp_path / "m.mp4", workers=2, mode=Segments(blocks=1, keep=True))
    assert kept_frames((movie.path, *movie.segments)) == [list(range(5))] * 2
    assert everything_in(tmp_path) == {"m.mp4", "m.segment-0000.mp4"}


def test_no_segment_is_kept_unasked_or_of_a_movie_that_failed(tmp_path: Path) -> None:
    movie = encode(digits(5), tmp_path / "m.mp4", workers=2, mode="segments")
    assert movie.segments == ()
    with pytest.raises(StitchError):
        encode(
            digits(5), tmp_path / "n.mp4", workers=2,
            mode=Segments(blocks=2, keep=True, stitcher=MakesNone()),
        )  # fmt: skip
    assert everything_in(tmp_path) == {"m.mp4"}


def test_a_place_that_is_no_file_keeps_no_segments(tmp_path: Path) -> None:
    with nothing_starts(), pytest.raises(ValueError, match="keep=True has no place"):
        encode(digits(5), "/dev/null", **RAW, workers=2, mode=Segments(keep=True))


# -------------------------------------------------------------------------- further arguments


def test_arguments_reach_the_ffmpeg_that_copies(tmp_path: Path) -> None:
    mode = Segments(blocks=2, stitch_args=["-metadata", "comment=made of parts"])
    movie = encode(digits(8), tmp_path / "m.mp4", workers=2, mode=mode)
    assert "comment=made of parts" in tags_of(movie.path)
    assert digits_in(movie.path) == list(range(8))


def test_arguments_reach_the_ffmpeg_that_encodes(tmp_path: Path) -> None:
    mode = Segments(blocks=2, stitch_args=["-frames:v", "5"])
    movie = encode(digits(8), tmp_path / "m.gif", workers=2, mode=mode)
    assert digits_in(movie.path) == list(range(5))


def test_arguments_reach_mencoder(tmp_path: Path) -> None:
    mode = Segments(blocks=2, stitcher="mencoder", stitch_args=["-info", "name=made of parts"])
    movie = encode(digits(8), tmp_path / "m.avi", codec="ffv1", workers=2, mode=mode)
    assert b"made of parts" in movie.path.read_bytes()
    assert digits_in(movie.path) == list(range(8))


@pytest.mark.parametrize(
    ("name", "stitcher", "wrong"),
    [("m.mp4", "ffmpeg", "-nonsense"), ("m.avi", "mencoder", "-nonsense")],
)
def test_arguments_that_make_the_joining_fail_leave_the_old_file(
    tmp_path: Path, name: str, stitcher: StitcherName, wrong: str
) -> None:
    target = tmp_path / name
    target.write_text("old")
    mode = Segments(blocks=2, stitcher=stitcher, stitch_args=[wrong, "1"])
    with pytest.raises(StitchError, match="could not join 2 segments"):
        encode(digits(8), target, codec="mpeg4", workers=2, mode=mode)
    assert target.read_text() == "old"
    assert everything_in(tmp_path) == {name}


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"stitcher": "glue"}, ValueError, "stitcher must be one of"),
        ({"stitcher": object()}, TypeError, "with a method"),
        ({"stitcher": Glue(), "stitch_args": ["-x"]}, ValueError, "not for your own stitcher"),
        ({"stitch_args": "-x"}, TypeError, "sequence of strings"),
        ({"stitch_args": ["-crf", 3]}, TypeError, "sequence of strings"),
        ({"keep": 1}, TypeError, "keep must be True or False"),
        ({"max_in_flight": 2}, ValueError, "for an executor"),
        ({"max_in_flight": 0, "executor": object()}, ValueError, "1 or more"),
        ({"max_in_flight": True, "executor": object()}, TypeError, "whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(
    wrong: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        Segments(**wrong)


def test_wrong_blocks_are_refused_before_anything_starts(tmp_path: Path) -> None:
    for blocks, says in (([(0, 4), (5, 9)], "gap: frame 4"), ([(0, 5), (4, 9)], "overlap")):
        with nothing_starts(), pytest.raises(ValueError, match=says):
            encode(clip(9), tmp_path / "m.mp4", workers=2, mode=Segments(blocks=blocks))
    assert everything_in(tmp_path) == set()
