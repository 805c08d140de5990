"""The command line: ``python -m framepipe demo [FILE]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import __version__
from .errors import FramepipeError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process when left out.

    Returns
    -------
    int
        Exit status: 0 when the movie was made, 1 when it was not, 2 for wrong arguments.
    """
    parser = argparse.ArgumentParser(
        prog="framepipe",
        description="Turn matplotlib animations into movies, many times sooner.",
    )
    parser.add_argument("--version", action="version", version=f"framepipe {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="make a movie of a double pendulum")
    demo.add_argument("file", nargs="?", default="double_pendulum.mp4", help="default: %(default)s")
    demo.add_argument("--frames", type=_count, default=300, help="default: %(default)s")
    demo.add_argument(
        "--workers", type=int, help="render processes; default: one for every CPU; 0: none"
    )
    options = parser.parse_args(argv)
    try:
        _demo(options)
    except KeyboardInterrupt:
        print("stopped; no movie was made", file=sys.stderr)
        return 130
    except (FramepipeError, OSError, ValueError) as error:
        print(f"framepipe: {error}", file=sys.stderr)
        return 1
    return 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


def _demo(options: argparse.Namespace) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from .api import encode
    from .demo import double_pendulum

    print(f"Drawing {options.frames} frames of a double pendulum ...", flush=True)
    movie = encode(double_pendulum(options.frames), options.file, fps=30, workers=options.workers)
    print(movie)
    print(movie.report)
