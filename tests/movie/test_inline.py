"""What a notebook shows of a movie: all of it or a link, and never a part."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import matplotlib as mpl
import pytest
from clips import clip

import framepipe
from framepipe import Movie
from framepipe.movie import inline


def made(path: Path, **options: object) -> Movie:
    return framepipe.encode(clip(4), path, fps=10, workers=0, **options)  # type: ignore[arg-type]


def shown(movie: Movie) -> str:
    bundle = movie._repr_mimebundle_()
    assert bundle["text/plain"] == repr(movie)
    return bundle["text/html"]


@pytest.mark.parametrize(
    ("name", "element", "kind"),
    [("m.mp4", "video", "video/mp4"), ("m.gif", "img", "image/gif")],
)
def test_a_movie_is_in_the_page_to_the_last_byte(
    tmp_path: Path, name: str, element: str, kind: str
) -> None:
    movie = made(tmp_path / name)
    found = re.search(rf'<{element} [^>]*src="data:{kind};base64,([^"]+)"', shown(movie))
    assert found is not None
    assert base64.b64decode(found[1]) == movie.path.read_bytes()


def test_what_is_above_the_limit_is_a_link_and_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    movie = made(tmp_path / "a movie.mp4")
    with mpl.rc_context({"animation.embed_limit": movie.path.stat().st_size / 2**20}):
        page = shown(movie)  # as text it is a third longer
    assert '<a href="a%20movie.mp4"' in page
    assert "animation.embed_limit" in page
    assert "<video" not in page
    (data,) = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert "<video" in shown(movie)


@pytest.mark.parametrize(
    ("name", "why"), [("m.mkv", "browsers do not play .mkv"), ("%03d.png", "not one file")]
)
def test_what_no_browser_plays_is_a_link_and_a_picture(tmp_path: Path, name: str, why: str) -> None:
    page = shown(made(tmp_path / "there" / name if "%" in name else tmp_path / name))
    assert why in page
    assert "data:image/png" in page


def test_what_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    movie = made(tmp_path / "<b>.mp4")
    movie.path.unlink()
    page = shown(movie)
    assert "it is not there" in page
    assert "<img" not in page
    assert "<b>" not in page, "no name becomes part of the page"


def test_every_format_that_is_embedded_says_what_it_is() -> None:
    assert all(kind.startswith(("video/", "image/")) for _, kind in inline.PLAYS.values())
