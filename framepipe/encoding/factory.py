"""Encoders for single segments, made where the segment is recorded."""

from __future__ import annotations

from .command import Encoding, command
from .encoder import Encoder
from .find import find_ffmpeg


class EncoderFactory:
    """Makes an encoder for each segment; can be pickled for another machine.

    Parameters
    ----------
    configured : str or None
        See `find_ffmpeg`; it is looked for where the segment is recorded.
    encoding : Encoding
        How to encode.
    width, height : int
        Size of a frame in pixels.
    suffix : str
        Ending of the movie's name.
    """

    def __init__(
        self, configured: str | None, encoding: Encoding, *, width: int, height: int, suffix: str
    ) -> None:
        self._configured = configured
        self._encoding = encoding
        self._width = width
        self._height = height
        self._suffix = suffix

    def __call__(self, painter: object, path: str) -> Encoder:
        """Return an encoder that writes to a path."""
        argv = command(
            find_ffmpeg(self._configured),
            self._encoding,
            width=self._width,
            height=self._height,
            output=path,
            suffix=self._suffix,
        )
        return Encoder(argv, own_group=False)
