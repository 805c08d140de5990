"""A GIF, made in two steps: frames to a lossless file and a palette, and the two of them to a GIF.

A palette of the movie's own colours can be chosen only when all of them have been seen.
matplotlib's filter graph holds all frames in memory until then, as raw RGBA.  Here they are on
disk meanwhile, as QuickTime RLE, which holds plots in a thirtieth of their size and is as fast to
write as to read; the palette, and so the GIF, is the same to the byte.

Colours are not dithered, other than matplotlib has it.  Measured with ffmpeg 9.0.2, 60 frames of
1280x720, against the frames that were drawn:

==============================  =============  ======================  ========================
..                              matplotlib's   two steps, undithered   one step, undithered
==============================  =============  ======================  ========================
five lines: size                2.27 MB        2.14 MB                 2.14 MB
five lines: error, mean of 255  0.0425         0.0372                  0.0372
image: size                     7.84 MB        7.55 MB                 7.55 MB
image: error                    0.172          0.164                   0.164
CPU, lines and image            3.1, 3.2 s     1.7, 2.0 s              1.2, 1.3 s
memory                          303 MiB, more  128 MiB, however        328 MiB, more
                                for each one   many frames             for each one
==============================  =============  ======================  ========================
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack

from ..leftovers import temporary_folder
from .command import Encoding, last_frame_held, output_arguments, raw_input
from .encoder import Encoder
from .formats import SUFFIX_CODECS


class GifEncoder(Encoder):
    """Takes frames as any `Encoder` does; the GIF is made when there are no more.

    Parameters
    ----------
    ffmpeg : str
        The program.
    encoding : Encoding
        What the user asked for; without filters of their own.
    width, height : int
        Size of a frame in pixels.
    output : str
        The file to write.
    suffix : str
        Ending of the name the user gave, with its dot.
    own_group : bool, default: True
        See `Encoder`.
    """

    def __init__(
        self,
        ffmpeg: str,
        encoding: Encoding,
        *,
        width: int,
        height: int,
        output: str,
        suffix: str = ".gif",
        own_group: bool = True,
    ) -> None:
        super().__init__(
            raw_input(ffmpeg, encoding, width=width, height=height, suffix=suffix),
            own_group=own_group,
        )
        self._ffmpeg = ffmpeg
        self._encoding = encoding
        self._output = output
        self._suffix = suffix
        self._folder = ExitStack()
        self._second: Encoder | None = None
        self._second_cpu = 0.0

    def start(self) -> None:
        """Start ffmpeg, with a folder for what lies between the two steps.

        Raises
        ------
        OSError
            If there can be no such folder.
        EncoderError
            If ffmpeg cannot be started.
        """
        beside = os.path.dirname(os.path.abspath(self._output))
        if os.path.exists(self._output) and not os.path.isfile(self._output):
            beside = ""  # a FIFO or a device
        folder = self._folder.enter_context(temporary_folder(beside or None))
        frames, palette = os.path.join(folder, "frames.mov"), os.path.join(folder, "palette.mov")
        self.command += _first_step(frames, palette)
        self._second = Encoder(self._second_step(frames, palette), own_group=self._own_group)
        super().start()

    def finish(self, timeout: float | None = None) -> float:
        """Make the GIF of the frames; see `Encoder.finish`.  The time limit is for each step."""
        cpu = super().finish(timeout)
        if self._second is not None:
            self._second.start()
            self._second_cpu = self._second.finish(timeout)
            self._second = None
            self._folder.close()
        return cpu + self._second_cpu

    def abort(self) -> None:
        """Stop whichever step is under way, and remove what lies between them."""
        super().abort()
        if self._second is not None:
            self._second.abort()
        self._folder.close()

    def _second_step(self, frames: str, palette: str) -> list[str]:
        """Return the command that makes the GIF."""
        held = ",".join([*last_frame_held(self._encoding), "null"])
        codec = [] if self._suffix in SUFFIX_CODECS else ["-vcodec", self._encoding.codec]
        return [
            self._ffmpeg, "-nostdin", "-loglevel", "error",
            "-i", f"file:{frames}", "-i", f"file:{palette}",
            "-filter_complex", f"[0:v] {held} [v];[v][1:v] paletteuse=dither=none", *codec,
            *output_arguments(self._encoding, output=self._output, suffix=self._suffix),
        ]  # fmt: skip


def _first_step(frames: str, palette: str) -> Sequence[str]:
    """Return the arguments that follow the frames: both outputs."""
    return (
        "-filter_complex", "split [a][b];[a] palettegen [p]",
        "-map", "[b]", "-vcodec", "qtrle", "-y", f"file:{frames}",
        "-map", "[p]", "-vcodec", "qtrle", "-y", f"file:{palette}",
    )  # fmt: skip
