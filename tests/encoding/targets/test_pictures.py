"""What is written beside a picture's pixels, and which names stand for a series."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from framepipe.encoding.targets.pictures import PictureFolder, is_series, with_chunks


@pytest.mark.parametrize("name", ["%d.png", "a/%05d.png", "a%b/x-%3d-y.PNG".replace("%3", "%03")])
def test_a_series(name: str) -> None:
    assert is_series(name)
    assert is_series(Path(name))


@pytest.mark.parametrize("name", ["a.png", "%d.jpg", "%d%d.png", "%s.png", "%d/a.png", "", 5])
def test_no_series(name: object) -> None:
    assert not is_series(name)


def picture(text: str, tmp_path: Path) -> Path:
    """A PNG as ffmpeg leaves it, published."""
    output = PictureFolder(tmp_path / "%02d.png", {"Title": text}, 200)
    output.prepare()
    image = io.BytesIO()
    Image.new("RGBA", (3, 2), (1, 2, 3, 4)).save(image, "png", dpi=(72, 72))
    Path(output.part % 0).write_bytes(image.getvalue())
    output.publish()
    return tmp_path / "00.png"


@pytest.mark.parametrize("text", ["plain", "é", "Żółw", "two\nlines", ""])
def test_texts_and_resolution(text: str, tmp_path: Path) -> None:
    with Image.open(picture(text, tmp_path)) as image:
        image.load()
        assert image.info["Title"] == text
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.01)
        assert image.getpixel((2, 1)) == (1, 2, 3, 4)


def test_chunks_go_behind_the_header() -> None:
    image = io.BytesIO()
    Image.new("L", (1, 1)).save(image, "png")
    made = with_chunks(image.getvalue(), b"CHUNKS")
    assert made[8 + 25 :].startswith(b"CHUNKS")


def test_the_folder_of_the_series_may_be_missing_but_no_other(tmp_path: Path) -> None:
    PictureFolder(tmp_path / "new" / "%d.png", {}, 100)
    with pytest.raises(FileNotFoundError):
        PictureFolder(tmp_path / "new" / "newer" / "%d.png", {}, 100)
    assert not (tmp_path / "new").exists()
