"""The command line: ``framepipe run script.py``, ``framepipe check``, ``framepipe demo``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Sequence
from typing import Protocol

from . import __version__
from .errors import FramepipeError
from .options import MODES, REDRAWS


class _Commands(Protocol):
    """What takes the commands of a parser."""

    def add_parser(
        self,
        name: str,
        *,
        usage: str,
        help: str,  # noqa: A002 - argparse's word
        description: str,
    ) -> argparse.ArgumentParser:
        """Add one."""


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
    _add_run(commands)
    _add_check(commands)
    options = parser.parse_args(argv)
    if options.command == "run":
        return _run(options, parser)
    if options.command == "check":
        return _check(options, parser)
    try:
        _demo(options)
    except KeyboardInterrupt:
        print("stopped; no movie was made", file=sys.stderr)
        return 130
    except (FramepipeError, OSError, ValueError) as error:
        print(f"framepipe: {error}", file=sys.stderr)
        return 1
    return 0


def _add_run(commands: _Commands) -> None:
    run = _add_for_a_program(
        commands,
        "run",
        aim="save",
        tells="run a program whose animations are to be saved fast",
        description="Run a Python program as it is; what it saves is made by framepipe, and no "
        "window opens.",
    )
    run.add_argument(
        "-o", dest="output", metavar="FILE",
        help="save the animations that the program only shows (several: FILE-1, FILE-2, ...)",
    )  # fmt: skip
    run.add_argument("--fps", type=float, help="for -o: frames a second")
    run.add_argument("--dpi", type=float, help="for -o: dots per inch")
    run.add_argument("--workers", type=int, help="render processes; 0: none")
    run.add_argument("--mode", choices=MODES, help="see framepipe.encode")
    run.add_argument("--redraw", choices=REDRAWS, help="see framepipe.encode")
    run.add_argument(
        "--independent", action="store_true", default=None,
        help="your word that a frame needs no earlier frame's update",
    )  # fmt: skip
    run.add_argument(
        "--frames", type=_slice, metavar="A:B:C",
        help="a part of each animation, as Python's slices say it: 0:100:10, :50, =-100: (the "
        "last hundred)",
    )  # fmt: skip
    run.add_argument(
        "--resume", action="store_true", default=None,
        help="go on with movies that an interrupted run has begun; see framepipe.encode",
    )  # fmt: skip
    run.add_argument("--quiet", action="store_true", help="no bar, and no report at the end")


def _add_check(commands: _Commands) -> None:
    check = _add_for_a_program(
        commands,
        "check",
        aim="check",
        tells="tell what a program's animations depend on, and whether they may be made faster",
        description="Run a Python program without saving anything, then draw some frames of its "
        "animations in several ways, and tell what differs.",
    )
    check.add_argument(
        "--frames", type=_count, default=20, help="frames to go through; default: %(default)s"
    )


def _add_for_a_program(
    commands: _Commands, name: str, *, aim: str, tells: str, description: str
) -> argparse.ArgumentParser:
    """Add a command that takes a program and all that follows it, as ``python`` itself does."""
    command = commands.add_parser(
        name,
        usage=f"framepipe {name} [options] [-m] script.py[:NAME] [its arguments ...]",
        help=tells,
        description=description,
    )
    command.add_argument("-m", dest="module", action="store_true", help="it is a module's name")
    command.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="script.py[:NAME]",
        help=f"the program; NAME: the variable that holds the animation to {aim}",
    )  # fmt: skip
    return command


def _check(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Check a program's animations; what it raises is its own."""
    name, arguments, pick = _program(options, parser)
    from .integrations.run import check_program

    findings = check_program(
        name, arguments, module=options.module, pick=pick, frames=max(options.frames, 2)
    )
    print("\n\n".join(map(str, findings)))
    return 0


def _program(
    options: argparse.Namespace, parser: argparse.ArgumentParser
) -> tuple[str, list[str], str | None]:
    """Return which program is meant, its arguments, and the variable that was picked."""
    if not options.program:
        parser.error(f"{options.command}: which program?")
    name, *arguments = options.program
    pick = None
    if not options.module:
        found = name.rpartition(":")
        if found[0] and found[2].isidentifier() and not os.path.exists(name):
            name, _, pick = found
        if not os.path.isfile(name):
            parser.error(f"{options.command}: there is no file {name!r}")
    return name, arguments, pick


def _run(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Run a program; what it raises is its own, and nobody's to catch here."""
    name, arguments, pick = _program(options, parser)
    given = {
        one: value
        for one in ("workers", "mode", "redraw", "independent", "frames", "resume")
        if (value := getattr(options, one)) is not None
    }
    save = {one: value for one in ("fps", "dpi") if (value := getattr(options, one)) is not None}
    from .integrations.run import run

    def tell(text: str) -> None:
        print(f"framepipe: {text}", file=sys.stderr)

    run(
        name, arguments, module=options.module, pick=pick, output=options.output, save=save,
        tell=None if options.quiet else tell, progress=_bar(quiet=options.quiet), **given,
    )  # fmt: skip
    return 0


def _bar(*, quiet: bool) -> bool:
    """Tell whether a bar can be shown, and is wanted."""
    return not quiet and sys.stderr.isatty() and importlib.util.find_spec("tqdm") is not None


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, not {number}")
    return number


def _slice(text: str) -> slice:
    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise argparse.ArgumentTypeError(f"must be START:STOP or START:STOP:STEP, not {text!r}")
    try:
        numbers = [int(part) if part.strip() else None for part in parts]
    except ValueError:
        raise argparse.ArgumentTypeError(f"must hold whole numbers, not {text!r}") from None
    if len(numbers) == 3 and numbers[2] is not None and numbers[2] < 1:
        raise argparse.ArgumentTypeError(f"the step must be 1 or more, not {numbers[2]}")
    return slice(*numbers)


def _demo(options: argparse.Namespace) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from .api import encode
    from .demo import double_pendulum

    print(f"Drawing {options.frames} frames of a double pendulum ...", flush=True)
    movie = encode(double_pendulum(options.frames), options.file, fps=30, workers=options.workers)
    print(movie.report)
