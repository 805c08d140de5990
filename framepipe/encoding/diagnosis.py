"""Say why an ffmpeg failed: what happened, what it printed, and what the user can do."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence

from ..errors import EncoderError

#: Lines of ffmpeg's own output that go into the message; the error object holds more of them.
_LINES = 12

#: What ffmpeg says (in lower case), and what the user can do. The first that fits is given.
_ADVICE = (
    (
        ("unknown encoder", "encoder selection failed"),
        "This ffmpeg has no such encoder. 'ffmpeg -encoders' lists those it has; "
        "choose one with codec=.",
    ),
    (
        ("unable to choose an output format", "unable to find a suitable output format"),
        "ffmpeg chooses the file format by the name's ending. Give the file one such as .mp4, "
        ".mkv, .webm or .gif, or name the format with extra_args=['-f', 'mp4'].",
    ),
    (
        ("unrecognized option", "option not found", "missing argument", "splitting the argument"),
        "ffmpeg does not know one of its arguments. Look at extra_args: one argument an item, "
        "such as ['-crf', '18'].",
    ),
    (
        ("not currently supported in container", "supports only codec", "only vp8"),
        "This file format cannot hold this codec. Choose another codec=, or another ending for "
        "the file's name.",
    ),
    (
        ("picture size",),
        "ffmpeg takes no frames of this size in pixels: all it can do is some 16,000 by 16,000. "
        "Choose a smaller dpi=, or a smaller figure.",
    ),
    (
        ("not divisible by", "multiple of", "needs even", "requires even"),
        "This encoder does not take frames of this size in pixels. Change dpi= or the figure's "
        "size.",
    ),
    (
        ("is not widely supported", "incompatible pixel format", "pixel format"),
        "Choose a pixel format that players know, with extra_args=['-pix_fmt', 'yuv420p'], or "
        "'yuva420p' to keep transparency.",
    ),
    (
        ("no space left on device", "disk quota"),
        "Make room on the disk, or lower bitrate= or dpi=.",
    ),
)

_REAPED_ELSEWHERE = (
    "ffmpeg is over, but how it ended is not known: something in this program, such as a handler "
    "for SIGCHLD, has taken its exit status"
)

_SETTINGS = "Look at codec=, bitrate=, extra_args= and the ending of the file's name."


def diagnose(
    returncode: int | None, command: Sequence[str], stderr: str, *, lost: bool = False
) -> EncoderError:
    """Make the error for an ffmpeg that did not do its work.

    The message has what happened, the last lines that ffmpeg printed, one piece of advice and the
    command, in this order.

    Parameters
    ----------
    returncode : int or None
        Its exit status, ``-n`` when signal n ended it; None if it still ran but took no more
        frames.
    command : sequence of str
        How it was started.
    stderr : str
        The end of what it printed.
    lost : bool, optional
        Whether it is over, but somebody else has reaped it.

    Returns
    -------
    EncoderError
        To be raised.
    """
    lines = [line for line in stderr.splitlines() if line.strip()][-_LINES:]
    printed = "It printed no message."
    if lines:
        printed = "It printed:" + "".join(f"\n    {line}" for line in lines)
    message = (
        f"{_REAPED_ELSEWHERE if lost else _happened(returncode)}. {printed}\n"
        f"{_advice(returncode, stderr)}\n"
        f"The command was: {shlex.join(command)}"
    )
    return EncoderError(message, returncode, command, stderr)


def _happened(returncode: int | None) -> str:
    if returncode is None:
        return "ffmpeg took no more frames"
    if returncode == 0:
        return "ffmpeg ended before it had all the frames"
    if returncode > 0:
        return f"ffmpeg failed with exit code {returncode}"
    try:
        return f"ffmpeg was ended by signal {signal.Signals(-returncode).name}"
    except ValueError:
        return f"ffmpeg was ended by signal {-returncode}"


def _advice(returncode: int | None, stderr: str) -> str:
    if returncode == 0:
        return (
            "Something in extra_args makes it stop early: -t, -to or -frames:v (leave it out, and "
            "make the animation shorter instead), or a last option that lacks its value."
        )
    if returncode == -9:
        return (
            "If nobody killed it, the system did, for want of memory: choose a smaller dpi=, a "
            "faster preset (extra_args=['-preset', 'veryfast']) or fewer workers."
        )
    if returncode is not None and returncode < 0:
        return "If nobody stopped it, it crashed: try another codec= or another ffmpeg."
    printed = stderr.lower()
    for signs, advice in _ADVICE:
        if any(sign in printed for sign in signs):
            return advice
    return _SETTINGS
