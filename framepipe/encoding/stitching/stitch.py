"""Join segments, each a movie of consecutive frames, into one movie.

With ffmpeg's concat demuxer, by copying packets or by encoding the whole once; or with mencoder,
by copying.  Whatever joined them, the result is probed before it appears under its name.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from ...errors import EncoderNotFound, StitchError
from ..command import Encoding
from ..encoder import Encoder
from ..output import Output
from ..process import end, run_program, start, stderr_tail
from ..targets.fan_out import FanOut
from .containers import COPYABLE, muxer_arguments
from .probe import check_movie, frame_duration, read_packet_times

#: The list of segments that ffmpeg's concat demuxer reads; beside them, so that names are plain.
_LIST = "segments.ffconcat"
_CONCAT = ("-f", "concat", "-i", _LIST)


class Stitcher(Protocol):
    """A user's own way of joining segments, as ``Segments(stitcher=...)`` takes it."""

    def stitch(self, segments: list[str], filename: str) -> object:
        """Make a movie of that name from the files, in order."""


@dataclass(frozen=True, slots=True)
class SegmentList:
    """The segments of one movie, recorded and in one folder, in order.

    Parameters
    ----------
    folder : str
        Where the segments are.
    names : sequence of str
        Their names there, in order; plain ones, that need no quoting.
    counts : sequence of int
        How many frames each has.
    """

    folder: str
    names: Sequence[str]
    counts: Sequence[int]

    @property
    def frames(self) -> int:
        """How many frames they have together."""
        return sum(self.counts)

    @property
    def paths(self) -> list[str]:
        """Where they are."""
        return [os.path.join(self.folder, name) for name in self.names]

    def take_only_one(self, output: str, *, leave: bool) -> None:
        """Make a movie of the only segment there is; leave the segment there if so wanted."""
        if len(self.names) != 1:
            raise StitchError(f"there are {len(self.names)} segments, where one was recorded")
        if leave:
            shutil.copyfile(self.paths[0], output)
        else:
            os.replace(self.paths[0], output)


def join_by_copying(
    ffmpeg: str,
    segments: SegmentList,
    encoding: Encoding,
    suffix: str,
    output: str,
    extra_args: Sequence[str] = (),
) -> None:
    """Join segments by copying their packets.

    Parameters
    ----------
    ffmpeg : str
        The program.
    segments : SegmentList
        In a container of `containers.COPYABLE`.
    encoding : Encoding
        How they were encoded.
    suffix : str
        Ending of the movie's name.
    output : str
        The file to write.
    extra_args : sequence of str
        Further arguments for ffmpeg, before the output.

    Raises
    ------
    StitchError
        If they do not make one movie.

    Notes
    -----
    The concat demuxer moves each file's times by the durations before it, in whole microseconds,
    and decoding times can run backwards where a block of a frame or two has no B-frames and the
    next one has.  Both are put right by a bitstream filter: every packet's presentation time is
    rounded to the frame it can only belong to, and decoding times count up evenly, as far ahead
    as the deepest reordering needs.  That is what a single encode gives.  Opening a segment takes
    some 4 ms, so each is read once if all goes well.
    """
    duration = frame_duration(ffmpeg, encoding.fps)
    _write_list(segments, duration)
    muxer = (
        *muxer_arguments(encoding, suffix, _muxer_options(ffmpeg, COPYABLE[suffix.lower()])),
        *extra_args,
    )

    def positions(*source: str) -> list[int]:
        return read_packet_times(ffmpeg, *source, cwd=segments.folder).positions(duration)

    def copy(ahead: int) -> int:
        """Join, decoding being so many frames ahead; return by how many it must be."""
        times = _regular_timestamps(duration, ahead)
        done = run_program(
            ffmpeg, "-nostdin", "-loglevel", "error", *_CONCAT, "-map", "0:v:0", "-c", "copy",
            "-bsf:v", times, *muxer, "-y", f"file:{output}",
            cwd=segments.folder,
        )  # fmt: skip
        if done.returncode:
            count = len(segments.names)
            raise StitchError(f"ffmpeg could not join {count} segments: {stderr_tail(done)}")
        return _reorder_depth(check_movie(ffmpeg, output, duration, segments.counts))

    # As a rule no segment reorders more than the longest does, and all need not be read for it.
    longest = max(zip(segments.counts, segments.names, strict=True))[1]
    ahead = _reorder_depth(positions("-i", longest))
    try:
        needed = copy(ahead)
        if needed > ahead:  # ffmpeg has made decoding times up
            copy(needed)
    except StitchError:
        found = positions(*_CONCAT)
        if sorted(found) != list(range(segments.frames)):
            raise StitchError(
                f"the segments hold {len(found)} frames at {len(set(found))} times; "
                f"{segments.frames} frames were recorded"
            ) from None
        if _reorder_depth(found) == ahead:
            raise
        copy(_reorder_depth(found))


def _reorder_depth(positions: Sequence[int]) -> int:
    """Return by how many frames decoding must be ahead, so that all are ready to be shown."""
    return max((stored - shown for stored, shown in enumerate(positions)), default=0)


def _regular_timestamps(duration: Fraction, ahead: int) -> str:
    """Return the bitstream filter that gives every packet its frame's time."""
    ticks = f"({duration.numerator}/{duration.denominator}/TB)"
    # Halves go up, as they do where ffmpeg converts times by itself; 1e-6 covers floating point.
    return (
        f"setts=pts=floor(round(PTS/{ticks})*{ticks}+0.500001)"
        f":dts=floor((N-{ahead})*{ticks}+0.500001):duration=round({ticks})"
    )


def _muxer_options(ffmpeg: str, muxer: str) -> set[str]:
    """Ask ffmpeg which options a muxer has."""
    done = run_program(ffmpeg, "-hide_banner", "-h", f"muxer={muxer}")
    lines = done.stdout.decode(errors="replace").splitlines()
    return {line.split()[0][1:] for line in lines if line.startswith("  -")}


def _write_list(segments: SegmentList, duration: Fraction) -> None:
    """Write the concat demuxer's list; the durations in it are what the next file is moved by."""
    lines = ["ffconcat version 1.0"]
    position = 0
    for name, count in zip(segments.names, segments.counts, strict=True):
        begin, end = (round((position + more) * duration * 10**6) for more in (0, count))
        # Differences of rounded times, so that their sum does not drift.
        lines += [f"file {name}", f"duration {end - begin}us"]
        position += count
    Path(segments.folder, _LIST).write_text("\n".join(lines) + "\n", encoding="utf-8")


def join_by_encoding(
    ffmpeg: str,
    segments: SegmentList,
    encoder: Encoder | FanOut,
    *,
    width: int,
    height: int,
    fps: object,
) -> float:
    """Join lossless segments by encoding all their frames once.

    Parameters
    ----------
    ffmpeg : str
        The program that decodes.
    segments : SegmentList
        Recorded without loss.
    encoder : Encoder or FanOut
        What encodes them, not started.
    width, height : int
        Size of a frame in pixels.
    fps : number or str
        Frames a second.

    Returns
    -------
    float
        CPU seconds that the encoder used.

    Raises
    ------
    StitchError
        If the segments do not hold the frames that were recorded.
    EncoderError
        If the encoder failed.
    """
    _write_list(segments, frame_duration(ffmpeg, fps))
    given = 0
    with encoder, closing(_decoded(ffmpeg, segments, width, height)) as frames:
        encoder.start()
        for frame in frames:
            encoder.offer(memoryview(frame))
            while not encoder.pump():
                select.select([], [encoder.fileno()], [])
            given += 1
        if given != segments.frames:
            raise StitchError(
                f"the segments hold {given} frames; {segments.frames} frames were recorded"
            )
        return encoder.finish()


def _decoded(ffmpeg: str, segments: SegmentList, width: int, height: int) -> Generator[bytes]:
    """Yield the segments' frames as raw RGBA bytes."""
    command = [ffmpeg, "-nostdin", "-loglevel", "error", *_CONCAT]
    command += ["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba"]
    started: list[subprocess.Popen[bytes]] = []
    with open(os.path.join(segments.folder, "decoder.log"), "w+b") as log:
        try:
            start(
                started, [*command, "pipe:1"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=segments.folder,
            )  # fmt: skip
            decoder = started[0]
            assert decoder.stdout is not None  # noqa: S101 - for the type checker
            size = 4 * width * height
            while frame := decoder.stdout.read(size):
                if len(frame) == size:
                    yield frame
            if decoder.wait():
                log.seek(0)
                printed = log.read().decode(errors="replace").strip()[-2000:]
                raise StitchError(f"ffmpeg could not read the segments: {printed}")
        finally:
            for popen in started:
                end(popen)


def find_mencoder() -> str:
    """Find mencoder.

    Raises
    ------
    EncoderNotFound
        If it is not there.
    """
    found = shutil.which("mencoder")
    if found is None:
        raise EncoderNotFound(
            "mencoder was not found. It is in the package of that name (apt install mencoder); "
            'or use stitcher="ffmpeg"'
        )
    return found


def join_by_mencoder(
    mencoder: str,
    ffmpeg: str,
    segments: SegmentList,
    encoding: Encoding,
    output: str,
    extra_args: Sequence[str] = (),
) -> None:
    """Join AVI files by copying their packets.

    Parameters
    ----------
    mencoder, ffmpeg : str
        The programs; the second one checks what the first has made.
    segments : SegmentList
        AVI files.
    encoding : Encoding
        How they were encoded.
    output : str
        The file to write, an AVI.
    extra_args : sequence of str
        Further arguments for mencoder.

    Raises
    ------
    StitchError
        If it fails.
    """
    # It must neither drop nor repeat frames to keep time with a sound there is not.
    copy = ("-really-quiet", "-ovc", "copy", "-nosound", "-mc", "0", "-noskip", "-idx")
    # The file is there, empty; mencoder writes over it.
    done = run_program(
        mencoder, *copy, *extra_args, "-o", output, *segments.names, cwd=segments.folder
    )
    if done.returncode or not Path(output).stat().st_size:
        raise StitchError(
            f"mencoder could not join {len(segments.names)} segments: {stderr_tail(done)}"
        )
    duration = frame_duration(ffmpeg, encoding.fps)
    check_movie(ffmpeg, output, duration, segments.counts)


def join_by_other(
    stitcher: Stitcher, ffmpeg: str, segments: SegmentList, encoding: Encoding, output: Output
) -> None:
    """Let the user's own object join segments.

    Parameters
    ----------
    stitcher : Stitcher
        The user's object.
    ffmpeg : str
        The program that probes the result, where it is of a kind that ffmpeg surely reads.
    segments : SegmentList
        The segments.
    encoding : Encoding
        How they were encoded.
    output : Output
        Where the movie goes.

    Raises
    ------
    StitchError
        If it raises, or makes no movie, or one that is not whole.
    """
    name = type(stitcher).__name__
    if not output.direct:
        os.unlink(output.part)  # not every tool writes over a file that is there
    try:
        stitcher.stitch(segments.paths, output.part)
    except Exception as error:
        raise StitchError(f"the stitcher {name} failed: {type(error).__name__}: {error}") from error
    if output.direct:
        return
    if not os.path.isfile(output.part) or not os.path.getsize(output.part):
        raise StitchError(f"the stitcher {name} made no file of the name it was given")
    if output.suffix.lower() in (*COPYABLE, ".avi"):
        duration = frame_duration(ffmpeg, encoding.fps)
        check_movie(ffmpeg, output.part, duration, segments.counts)
