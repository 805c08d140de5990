"""A whole program under `accelerate`, as it is: ``framepipe run script.py``.

In the manner of ``python -m cProfile``: the program runs as ``__main__``, with its own arguments,
exit status and tracebacks.  Windows do not open, and ``plt.show()`` does not wait.
"""

from __future__ import annotations

import io
import os
import runpy
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.animation import Animation
from matplotlib.figure import Figure

from ..api import encode
from ..checking.check import check
from ..checking.findings import Findings
from ..drawing.figures import Figures
from ..drawing.mpl.animation import mark_started
from ..movie import Movie
from .accelerate import accelerate


class Program:
    """Somebody's program, and the animations it makes.

    Parameters
    ----------
    name : str
        Path of a script, or name of a module.
    arguments : sequence of str
        Its command line, without the name.
    module : bool, default: False
        Whether `name` is that of a module, as after ``python -m``.
    saves : bool, default: True
        Whether it saves what it wants to save.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], *, module: bool = False, saves: bool = True
    ) -> None:
        self._name = name
        self._arguments = list(arguments)
        self._module = module
        self._saves = saves
        self.animations: list[Animation] = []
        self.variables: dict[str, object] = {}
        self._saved: set[int] = set()

    def run(self) -> None:
        """Run it.

        Raises
        ------
        BaseException
            What it raises, `SystemExit` too.  The traceback that Python prints begins with the
            program's own lines.
        """
        self._collect_animations()
        self._show_nothing()
        self._trim_tracebacks()
        sys.argv = [self._name, *self._arguments]
        if self._module:
            sys.path.insert(0, os.getcwd())
            self.variables = runpy.run_module(self._name, run_name="__main__", alter_sys=True)
            return
        with io.open_code(self._name) as file:
            code = compile(file.read(), self._name, "exec")
        sys.path.insert(0, os.path.dirname(os.path.abspath(self._name)))
        main = types.ModuleType("__main__")
        main.__file__ = self._name
        main.__builtins__ = __builtins__  # type: ignore[attr-defined]
        sys.modules["__main__"] = main
        self.variables = vars(main)
        exec(code, self.variables)  # noqa: S102 - the user's own program, as they asked

    @property
    def unsaved(self) -> list[Animation]:
        """The animations that it has made and has not saved, in the order they were made."""
        return [one for one in self.animations if id(one) not in self._saved]

    def _collect_animations(self) -> None:
        make, save = Animation.__init__, Animation.save

        @wraps(make)
        def made(animation: Animation, *args: Any, **kwargs: Any) -> None:
            make(animation, *args, **kwargs)
            self.animations.append(animation)
            # It is kept until the end of the program, where it may be made into a movie.
            mark_started(animation)

        @wraps(save)
        def saved(animation: Animation, *args: Any, **kwargs: Any) -> None:
            self._saved.add(id(animation))
            if self._saves:
                save(animation, *args, **kwargs)

        replaced: Any = Animation
        replaced.__init__, replaced.save = made, saved

    def _show_nothing(self) -> None:
        def nothing(*_: object, **__: object) -> None:
            """Do not show anything."""

        plt.switch_backend("agg")
        for name in ("show", "pause", "switch_backend"):
            setattr(plt, name, nothing)
        for owner, name in ((Figure, "show"), (mpl, "use")):
            setattr(owner, name, nothing)

    def _trim_tracebacks(self) -> None:
        """Leave our own lines, which every traceback would begin with, out of what is printed."""
        print_error = sys.excepthook
        ours = {__file__, runpy.__file__, "<frozen runpy>"}
        house = str(Path(__file__).parents[1])

        def hook(
            kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
        ) -> None:
            inner, entered = trace, False
            while inner is not None:
                file = inner.tb_frame.f_code.co_filename
                mine = file in ours or file.startswith((house, "<frozen"))
                if entered and not mine:
                    break
                entered = entered or mine  # what comes before is who called us
                inner = inner.tb_next
            # What is printed is the exception's own traceback, whatever is passed beside it.
            print_error(kind, error.with_traceback(inner), inner)

        sys.excepthook = hook


def picked(program: Program, name: str) -> Animation | Figures:
    """Return what a variable of a program holds, or makes.

    Parameters
    ----------
    program : Program
        It has run.
    name : str
        The variable, or a function that makes an animation.

    Raises
    ------
    LookupError
        If there is nothing of that name.
    TypeError
        If it holds no animation.
    """
    if name not in program.variables:
        raise LookupError(f"the program has no variable {name!r}")
    animation = program.variables[name]
    if not isinstance(animation, (Animation, Figures)) and callable(animation):
        animation = animation()
    if not isinstance(animation, (Animation, Figures)):
        raise TypeError(f"{name!r} is a {type(animation).__name__}, and no animation")
    return animation


def check_program(
    name: str,
    arguments: Sequence[str],
    *,
    module: bool = False,
    pick: str | None = None,
    frames: int = 20,
) -> list[Findings]:
    """Run a program without saving anything, and check its animations.

    Parameters
    ----------
    name, arguments, module
        See `Program`.
    pick : str, optional
        See `picked`; all animations if not given.
    frames : int, default: 20
        See `check`.

    Raises
    ------
    LookupError
        If it has none.
    """
    program = Program(name, arguments, module=module, saves=False)
    program.run()
    animations: list[Animation | Figures] = list(program.animations)
    if pick is not None:
        animations = [picked(program, pick)]
    if not animations:
        raise LookupError("the program has made no animation")
    return [check(animation, frames) for animation in animations]


def save_unsaved(
    program: Program,
    output: str,
    pick: str | None,
    save: Mapping[str, Any],
    accelerated: accelerate,
) -> list[str]:
    """Save what a program has made and has only shown.

    Parameters
    ----------
    program : Program
        It has run.
    output : str
        Name of the movie; of several, ``-1``, ``-2`` ... are put before its suffix.
    pick : str, optional
        The variable of the program that holds the one animation to save, or `Figures`, or a
        function that makes it.
    save : mapping
        Arguments for `Animation.save`.
    accelerated : accelerate
        Under which that is done.

    Returns
    -------
    list of str
        The names of the movies.

    Raises
    ------
    LookupError
        If there is nothing of that name, or nothing at all to be saved.
    TypeError
        If the variable holds no animation.
    """
    animations = program.unsaved
    if pick is not None:
        animation = picked(program, pick)
        if isinstance(animation, Figures):
            movie = encode(animation, output, **save, **accelerated.options)
            accelerated.movies.append(movie)
            return [output]
        animations = [animation]
    if not animations:
        raise LookupError(
            "the program has made no animation"
            if not program.animations
            else "the program has saved all its animations itself"
        )
    path = Path(output)
    names = [output]
    if len(animations) > 1:
        names = [
            str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
            for number in range(1, len(animations) + 1)
        ]
    for animation, name in zip(animations, names, strict=True):
        animation.save(name, **save)
    return names


def run(
    name: str,
    arguments: Sequence[str],
    *,
    module: bool = False,
    pick: str | None = None,
    output: str | None = None,
    save: Mapping[str, Any] | None = None,
    tell: Callable[[str], object] | None = None,
    **options: Any,
) -> list[Movie]:
    """Run a program under `accelerate`; see ``framepipe run --help``.

    Parameters
    ----------
    name, arguments, module
        See `Program`.
    pick, output, save
        See `save_unsaved`; without `output` and `pick` nothing but what the program itself saves
        is made.
    tell : callable, optional
        Called with a line or more about each movie, and with what went not as expected.
    **options
        Of `accelerate`.

    Returns
    -------
    list of Movie
        The movies that were made.
    """
    with accelerate(**options) as accelerated:
        program = Program(name, arguments, module=module)
        program.run()
        if output is not None or pick is not None:
            target = output or f"{Path(name).stem if not module else name}.mp4"
            save_unsaved(program, target, pick, save or {}, accelerated)
        elif program.unsaved and tell is not None:
            count = len(program.unsaved)
            tell(f"{count} animation{'s' if count > 1 else ''} not saved: -o movie.mp4 saves them")
        if tell is not None:
            for movie in accelerated.movies:
                tell(str(movie.report))
    return accelerated.movies
