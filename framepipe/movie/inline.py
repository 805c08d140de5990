"""A movie shown in a notebook: the movie itself, or a link and a picture of it."""

from __future__ import annotations

import base64
import html
import os
from pathlib import Path
from urllib.parse import quote

from ..drawing.settings import embed_limit
from ..encoding.find import find_ffmpeg
from ..encoding.targets.poster import poster
from ..errors import EncoderNotFound

#: What browsers play, by the ending of its name: (element, type).
PLAYS = {
    ".mp4": ("video", "video/mp4"),
    ".m4v": ("video", "video/mp4"),
    ".webm": ("video", "video/webm"),
    ".gif": ("img", "image/gif"),
    ".apng": ("img", "image/apng"),
    ".webp": ("img", "image/webp"),
    ".avif": ("img", "image/avif"),
}

#: A poster is no wider than this, in pixels: some 50 KiB.
POSTER_WIDTH = 640


def html_of(path: Path, text: str, width: int) -> str:
    """Return HTML that shows a movie.

    Parameters
    ----------
    path : Path
        The movie.
    text : str
        What it is.
    width : int
        Its width in pixels.

    Returns
    -------
    str
        The movie itself, where a browser plays it and it takes no more than
        ``rcParams["animation.embed_limit"]`` MB as text (as in `Animation.to_html5_video`).
        Otherwise a link to it, a picture from its middle, and why.
    """
    element, kind = PLAYS.get(path.suffix.lower(), ("", ""))
    if not path.is_file():
        return _linked(path, text, "it is not one file" if "%" in path.name else "it is not there")
    if not element:
        return _linked(path, text, f"browsers do not play {path.suffix or 'it'}")
    limit = embed_limit() * 2**20
    needed = 4 * -(-path.stat().st_size // 3)
    if needed >= limit:
        return _linked(
            path, text,
            f"its {needed / 2**20:.1f} MB as text are more than the "
            f'{embed_limit():g} MB of rcParams["animation.embed_limit"]',
        )  # fmt: skip
    data = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    said = html.escape(text)
    style = f'style="width: {width}px; max-width: 100%"'
    if element == "img":
        return f'<img src="{data}" alt="{said}" title="{said}" {style}>'
    return f'<video controls {style} src="{data}" title="{said}">{said}</video>'


def _linked(path: Path, text: str, why: str) -> str:
    """Return HTML with a link to a movie, and a picture of it if one can be had."""
    target = path.parent if "%" in path.name else path
    shown = os.path.relpath(target) if target.is_relative_to(Path.cwd()) else str(target)
    link = f'<a href="{html.escape(quote(shown))}" target="_blank">{html.escape(shown)}</a>'
    said = f"<p>{link}: {html.escape(text)}<br>Not shown here: {html.escape(why)}</p>"
    try:
        picture = poster(find_ffmpeg(None), path, POSTER_WIDTH)
    except EncoderNotFound:
        picture = None
    if picture is None:
        return said
    data = base64.b64encode(picture).decode()
    return f'{said}<img src="data:image/png;base64,{data}" alt="{html.escape(text)}">'
