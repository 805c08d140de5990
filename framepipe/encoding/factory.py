"""The recipe for encoders: one for the whole movie, or one for each segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .arguments import last_option
from .command import Encoding, command
from .encoder import Encoder
from .find import find_ffmpeg
from .formats import encoder_of
from .gif import GifEncoder
from .stitching.containers import LOSSLESS_ARGS, LOSSLESS_CODEC, LOSSLESS_SUFFIX


@dataclass(frozen=True, slots=True)
class EncoderFactory:
    """Makes encoders for one movie; can be pickled for another machine.

    Parameters
    ----------
    encoding : Encoding
        How to encode.
    width, height : int
        Size of a frame in pixels.
    suffix : str
        Ending of the movie's name, with its dot.
    configured : str or None
        The program the user has chosen; see `find_ffmpeg`.  It is looked for where it is to run.
    """

    encoding: Encoding
    width: int
    height: int
    suffix: str
    configured: str | None = None

    def ffmpeg(self) -> str:
        """Return the program to run, here.

        Raises
        ------
        EncoderNotFound
            If there is none.
        """
        return find_ffmpeg(self.configured)

    @property
    def has_default_preset(self) -> bool:
        """Whether x264 encodes, and nobody has said how much trouble it is to take."""
        extra_args = self.encoding.extra_args
        chosen = last_option(extra_args, ("preset", "x264-params", "x264opts"))
        encoder = encoder_of(self.encoding.codec, extra_args, self.suffix)
        return encoder in {"h264", "libx264"} and chosen is None

    def command(self, path: str) -> list[str]:
        """Return the command that encodes raw frames into a file."""
        return command(
            self.ffmpeg(),
            self.encoding,
            width=self.width,
            height=self.height,
            output=path,
            suffix=self.suffix,
        )

    def whole_movie(self, path: str) -> Encoder:
        """Return an encoder, not yet started, for all frames."""
        return self._encoder(path, own_group=True)

    def __call__(self, source: object, path: str) -> Encoder:
        """Return an encoder, not yet started, for a segment.

        It lives and dies with the process group of the worker that records the segment.
        """
        return self._encoder(path, own_group=False)

    def _encoder(self, path: str, *, own_group: bool) -> Encoder:
        if self.encoding.gif(self.suffix) and not self.encoding.filtered:
            return GifEncoder(
                self.ffmpeg(),
                self.encoding,
                width=self.width,
                height=self.height,
                output=path,
                suffix=self.suffix,
                own_group=own_group,
            )
        return Encoder(self.command(path), own_group=own_group)

    def with_arguments(self, arguments: Sequence[str]) -> EncoderFactory:
        """Return a factory whose encoders are given further arguments, after the user's own."""
        extra_args = (*self.encoding.extra_args, *arguments)
        return replace(self, encoding=replace(self.encoding, extra_args=extra_args))

    def lossless(self) -> EncoderFactory:
        """Return a factory for segments that are to be encoded once more, as one movie."""
        encoding = Encoding(self.encoding.fps, LOSSLESS_CODEC, 0, LOSSLESS_ARGS, {})
        return replace(self, encoding=encoding, suffix=LOSSLESS_SUFFIX)
