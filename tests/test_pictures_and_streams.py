"""Series of pictures and file objects: the same frames, whole or not there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from clips import RAW, children, clip, everything_in, flat, nothing_starts, numbers_in
from PIL import Image

from framepipe import FrameError, Movie, Segments, To, encode

MODES: dict[str, dict[str, Any]] = {
    "here": {"workers": 0},
    "pipe": {"workers": 2},
    "one segment": {"workers": 1, "mode": Segments(blocks=1)},
    "segments": {"workers": 2, "mode": Segments(blocks=3)},
}


def number_of(path: Path) -> int:
    """What a picture shows."""
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (32, 32, 4)
    assert (pixels == pixels[0, 0]).all()
    return int.from_bytes(bytes(pixels[0, 0, :3]), "big")


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_for_each_frame(mode: str, tmp_path: Path) -> None:
    movie = encode(clip(11), tmp_path / "frames" / "a-%03d.png", **MODES[mode])
    names = [f"a-{i:03d}.png" for i in range(11)]
    assert everything_in(tmp_path) == {"frames", *(f"frames/{name}" for name in names)}
    assert [number_of(tmp_path / "frames" / name) for name in names] == list(range(11))
    assert movie.path == tmp_path / "frames" / "a-%03d.png"
    assert movie.frames == 11


def test_they_are_what_savefig_writes(tmp_path: Path) -> None:
    encode(clip(3), tmp_path / "%d.png", metadata={"Title": "Żółw", "Author": "é"}, workers=0)
    figure, show = flat()
    show(0)
    figure.savefig(tmp_path / "saved.png", metadata={"Title": "Żółw", "Author": "é"})
    with Image.open(tmp_path / "0.png") as ours, Image.open(tmp_path / "saved.png") as theirs:
        assert ours.info == theirs.info
        assert ours.mode == theirs.mode
        assert ours.tobytes() == theirs.tobytes()
        assert ours.info["Software"].startswith(f"Matplotlib version{mpl.__version__}")


def test_others_in_the_folder_stay_and_percent_signs_mean_nothing_there(tmp_path: Path) -> None:
    folder = tmp_path / "a%db"
    folder.mkdir()
    (folder / "7.png").write_text("old")
    (folder / "note").write_text("old")
    encode(clip(8), folder / "%d.png", workers=1)
    assert everything_in(folder) == {"note", *(f"{i}.png" for i in range(8))}
    assert number_of(folder / "7.png") == 7


def test_nothing_appears_if_a_frame_fails(tmp_path: Path) -> None:
    def fail(frame: int) -> None:
        if frame == 5:
            raise ZeroDivisionError

    with pytest.raises(FrameError):
        encode(clip(9, fail), tmp_path / "frames" / "%d.png", workers=1)
    assert everything_in(tmp_path) == set()
    assert children() == ([], [])


def test_with_movies_beside_them(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    targets: list[Any] = [
        To(tmp_path / "a.raw", **RAW),
        tmp_path / "%d.png",
        To(buffer, format="gif"),
    ]
    movie = encode(clip(4), targets, workers=1)
    assert numbers_in(movie) == [0, 1, 2, 3]
    assert [number_of(tmp_path / f"{i}.png") for i in range(4)] == [0, 1, 2, 3]
    with Image.open(io.BytesIO(buffer.getvalue())) as image:
        assert getattr(image, "n_frames", 1) == 4


@pytest.mark.parametrize("mode", MODES)
def test_a_file_object_is_given_the_movie(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    encode(clip(12), path, **{**MODES[mode], "progress": False})
    buffer = io.BytesIO(b"before")
    buffer.seek(0, io.SEEK_END)
    movie = encode(clip(12), buffer, **MODES[mode])
    assert isinstance(movie, Movie)
    assert buffer.getvalue() == b"before" + path.read_bytes()
    assert not buffer.closed


def test_a_file_object_gets_nothing_if_a_frame_fails() -> None:
    def fail(frame: int) -> None:
        raise ZeroDivisionError

    buffer = io.BytesIO()
    with pytest.raises(FrameError):
        encode(clip(4, fail), buffer, workers=1)
    assert buffer.getvalue() == b""
    assert children() == ([], [])


def test_a_file_that_is_open(tmp_path: Path) -> None:
    with (tmp_path / "m.webp").open("wb") as file:
        encode(clip([0, 0x500000, 0xA000, 0xFFFFFF]), To(file, format="webp"), workers=0)
    with Image.open(tmp_path / "m.webp") as image:
        assert getattr(image, "n_frames", 1) == 4


@pytest.mark.parametrize(
    ("target", "options", "error", "says"),
    [
        ("no/frames/%d.png", {}, FileNotFoundError, "no such folder"),
        ("file/%d.png", {}, NotADirectoryError, "not a folder"),
        ("a.png", {}, ValueError, "makes no movie"),
        ("%d-%d.png", {}, ValueError, "makes no movie"),
        ("%d.png", {"writer": "pillow"}, ValueError, "ffmpeg's"),
        ("%d.png", {"mode": Segments(keep=True)}, ValueError, "pictures"),
        (io.StringIO(), {}, TypeError, "binary"),
        (io.BytesIO(), {"writer": "pillow"}, ValueError, "ffmpeg's"),
    ],
)
def test_refused_before_anything_starts(
    target: Any, options: dict[str, Any], error: type[Exception], says: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    with nothing_starts(), pytest.raises(error, match=says):
        encode(clip(4), target, **options)
    assert everything_in(tmp_path) == {"file"}


@pytest.mark.parametrize("wrong", [{"format": "../x"}, {"format": 5}])
def test_a_format_is_a_word(wrong: Any) -> None:
    with pytest.raises(ValueError, match="a word such as"):
        To(io.BytesIO(), **wrong)


def test_a_format_is_for_file_objects() -> None:
    with pytest.raises(ValueError, match="file objects"):
        To("a.mp4", format="gif")


def test_a_closed_file_object() -> None:
    buffer = io.BytesIO()
    buffer.close()
    with nothing_starts(), pytest.raises(ValueError, match="closed"):
        encode(clip(4), buffer)
