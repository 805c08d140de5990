"""How an animation is pickled for a process that is not a fork of this one.

One cloudpickle holds the animation with everything its functions refer to, so that the figure
the functions change is the figure that is drawn.  Beside it stands the environment, what a fork
would have inherited and drawing depends on: rcParams, fonts and colormaps added by hand, the
working directory and the module search path.

Code keeps the name of its file, and the source lines that cannot be read there are pickled with
it, so that a traceback from a worker reads like one from here.

Left out are windows, timers, and iterators that have begun (the live preview's);
saving needs none of them.
"""

from __future__ import annotations

import io
import linecache
import os
import pickle
import platform
import random
import sys
import sysconfig
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache, partial
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.animation import Animation
from matplotlib.backend_bases import FigureCanvasBase, FigureManagerBase, TimerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cbook import CallbackRegistry
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager

from ..errors import FramepipeError
from .mpl.agg import (
    DRAW_STATE,
    drawn_pixels,
    is_region,
    make_region,
    region_state,
    restore_pixels,
)
from .mpl.animation import PREVIEW_ONLY, figure_of, functions_of, mark_started
from .mpl.registries import (
    TOOLBAR_SIGNAL,
    builtin_colormaps,
    forget_found_fonts,
    set_unit_rectangle_steps,
    signals_of,
    unit_rectangle_steps,
)
from .rendering.user_draws import is_known

#: The signal of a canvas when its figure has been drawn.
DRAWN = "draw_event"

#: States of `random` and `numpy.random`.
RandomStates = tuple[Any, Any]


class NotPicklable(TypeError):
    """The animation refers to something that cannot be pickled."""


def snapshot_random() -> RandomStates:
    """Return the states of `random` and `numpy.random`."""
    return random.getstate(), np.random.get_state(legacy=False)


def restore_random(states: RandomStates) -> None:
    """Set the states that `snapshot_random` returned."""
    random.setstate(states[0])
    np.random.set_state(states[1])


def dumps(content: object, *, users: Iterable[object], on_another_machine: bool = False) -> bytes:
    """Pickle something together with the environment in which it is to be drawn.

    Parameters
    ----------
    content : object
        What is pickled.
    users : iterable of object
        The animations, functions and classes in it that are the user's: the modules that hold
        their code are pickled by value.
    on_another_machine : bool, default: False
        Whether it may be unpickled on another machine, with other folders and fonts.

    Returns
    -------
    bytes
        For `loads`.

    Raises
    ------
    NotPicklable
        If something in it cannot be pickled.
    ImportError
        If cloudpickle is not installed.
    """
    try:
        import cloudpickle
    except ImportError as error:
        raise ImportError(
            "starting workers by spawn or forkserver needs cloudpickle: "
            "pip install 'framepipe[spawn]'"
        ) from error

    files: set[str] = set()

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        def reducer_override(self, obj: object) -> object:
            if isinstance(obj, types.CodeType):
                # cloudpickle 3.1.3 and newer write "<dynamic-code>" in place of the file's name.
                files.add(obj.co_filename)
                return _code_of_file, (obj.co_filename, *self.dispatch_table[types.CodeType](obj))
            if isinstance(obj, Animation):
                state = {
                    name: value for name, value in vars(obj).items() if name not in PREVIEW_ONLY
                }
                return _bare, (type(obj),), state
            if type(obj) is CallbackRegistry:
                state = _registry_state(obj, travels=travels)
                return CallbackRegistry.__new__, (CallbackRegistry,), state
            if isinstance(obj, FigureCanvasAgg):
                arguments = obj.figure, _headless_kind(obj), drawn_pixels(obj)
                return _canvas_of, arguments, _own_attributes(obj)
            if isinstance(obj, FigureCanvasBase):
                return getattr, (obj.figure, "canvas")
            if is_region(obj):
                return make_region, region_state(obj)
            if isinstance(obj, TimerBase):
                return TimerBase, (obj.interval,)
            if isinstance(obj, FigureManagerBase):
                return _manager_of, (obj.canvas, obj.num)
            if isinstance(obj, np.dtype) and obj.isbuiltin == 1:
                # By itself a dtype comes out as a copy, and matplotlib 3.9 resamples no images
                # but those whose dtype is the very object that numpy made.
                return np.dtype, (obj.str,)
            return super().reducer_override(obj)

    def travels(function: object) -> bool:
        """Tell whether something can be pickled, with all that it refers to."""
        if trying:  # a listener that knows its canvas comes by here once more
            return False
        trying.append(function)
        try:
            Pickler(io.BytesIO()).dump(function)
        except Exception:  # noqa: BLE001 - whatever it is, it stays here
            return False
        finally:
            trying.clear()
        return True

    trying: list[object] = []

    # A figure is pickled without its canvas, which may be one of the user's own, and has drawn.
    canvases = [figure_of(one).canvas for one in users if isinstance(one, Animation)]
    builtin = builtin_colormaps()
    environment = {
        "on_another_machine": on_another_machine,
        "font": _default_font() if on_another_machine else "",
        "rc": dict(mpl.rcParams),
        "cwd": os.getcwd(),
        "path": list(sys.path),
        "fonts": list(fontManager.ttflist),
        "rectangle_steps": unit_rectangle_steps(),
        "cmaps": {name: mpl.colormaps[name] for name in mpl.colormaps if name not in builtin},
    }
    buffer = io.BytesIO()
    with _by_value(cloudpickle, users):
        try:
            Pickler(buffer).dump(environment)
            Pickler(buffer).dump((content, canvases))
            pickle.dump(_sources(files, on_another_machine=on_another_machine), buffer)
        except Exception as error:
            raise NotPicklable(
                f"the animation cannot be sent to a spawned process: {error}. "
                'Use start_method="fork" or workers=0, or give encode() a function that makes '
                "the animation instead of the animation"
            ) from error
    return buffer.getvalue()


def loads(data: bytes) -> Any:
    """Unpickle in this process, and make its environment that of the process it comes from.

    Parameters
    ----------
    data : bytes
        From `dumps`.

    Raises
    ------
    FramepipeError
        If text would be drawn with another font on this machine.
    """
    buffer = io.BytesIO(data)
    environment = pickle.load(buffer)  # noqa: S301 - from our own parent process
    on_another_machine = environment["on_another_machine"]
    with suppress(OSError) if on_another_machine else nullcontext():
        os.chdir(environment["cwd"])
    if on_another_machine:
        sys.path += [entry for entry in environment["path"] if entry not in sys.path]
    else:
        sys.path[:] = environment["path"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", mpl.MatplotlibDeprecationWarning)
        mpl.rcParams.update({**environment["rc"], "backend": "agg"})
    if on_another_machine:
        _add_fonts(environment["fonts"], environment["font"])
    else:
        fontManager.ttflist = environment["fonts"]
    set_unit_rectangle_steps(environment["rectangle_steps"])
    for name, cmap in environment["cmaps"].items():
        mpl.colormaps.register(cmap, name=name, force=True)
    _CANVASES.clear()
    content, _ = pickle.load(buffer)  # noqa: S301
    _complete_canvases()
    for name, lines in pickle.load(buffer).items():  # noqa: S301
        # No time of change: linecache takes that for source without a file, and never drops it.
        linecache.cache[name] = (sum(map(len, lines)), None, lines, name)
    return content


def _code_of_file(
    filename: str, make: Callable[..., types.CodeType], arguments: tuple[object, ...]
) -> types.CodeType:
    """Make a code object that says which file it comes from."""
    return make(*arguments).replace(co_filename=filename)


def _sources(files: Iterable[str], *, on_another_machine: bool) -> dict[str, list[str]]:
    """Return the source lines, by file, that another process cannot read for itself.

    Cells of a notebook and what was typed at a prompt have no file; and on another machine none of
    them may be there, or another one of the same name.
    """
    unreadable = (name for name in files if on_another_machine or not os.path.isfile(name))
    found = {name: linecache.getlines(name) for name in unreadable}
    return {name: lines for name, lines in found.items() if lines}


def _default_font() -> str:
    """Return the name of the file that text is drawn with if nothing else is said."""
    return os.path.basename(fontManager.findfont(FontProperties()))


def _add_fonts(fonts: list[Any], default: str) -> None:
    """Add those fonts of another machine that are here, too.

    Raises
    ------
    FramepipeError
        If the default font is another one here.
    """
    known = {font.fname for font in fontManager.ttflist}
    fontManager.ttflist += [
        font for font in fonts if font.fname not in known and os.path.isfile(font.fname)
    ]
    forget_found_fonts()
    if (here := _default_font()) != default:
        raise FramepipeError(
            f"text is drawn with {here} on {platform.node()}, where it should be {default}: "
            "install the same fonts on all machines"
        )


def _registry_state(registry: Any, *, travels: Callable[[object], bool]) -> dict[str, Any]:
    """Return a callback registry's state with all its callbacks.

    By itself it leaves most of them behind, and with them what makes a colorbar follow its image.
    Of those of a canvas only the user's are wanted: nobody presses a key while a movie is made,
    and the preview has no use of its own there.  But an update may call the user's listeners to
    whatever signal; where they cannot be pickled, it is more likely that they are a window's.
    """
    state: dict[str, Any] = registry.__getstate__()
    of_canvas = DRAWN in signals_of(registry)

    def wanted(signal: str, function: object) -> bool:
        if not of_canvas:
            return signal != TOOLBAR_SIGNAL
        return not is_known(function) and (signal == DRAWN or travels(function))

    state["callbacks"] = {
        signal: {
            cid: function
            for cid, ref in refs.items()
            if (function := ref()) is not None and wanted(signal, function)
        }
        for signal, refs in registry.callbacks.items()
    }
    return state


#: Canvases that were unpickled before their figures were: made whole at the end.
_CANVASES: list[tuple[Any, Any, Any]] = []


def _canvas_of(figure: Figure, kind: type[FigureCanvasAgg], drawn: object) -> FigureCanvasAgg:
    """Make a canvas for a figure that may not be there yet."""
    canvas = kind.__new__(kind)
    _CANVASES.append((canvas, figure, drawn))
    return canvas


def _complete_canvases() -> None:
    """Give the canvases that were unpickled to their figures."""
    while _CANVASES:
        canvas, figure, drawn = _CANVASES.pop()
        manager = vars(canvas).get("manager")
        FigureCanvasAgg.__init__(canvas, figure)
        canvas.manager = manager
        if drawn is not None:
            restore_pixels(canvas, drawn)


def _manager_of(canvas: Any, number: int | str) -> FigureManagerBase:
    """Make a manager without a window, which takes what it is told and does nothing."""
    manager: Any = FigureManagerBase.__new__(FigureManagerBase)
    manager.canvas, manager.num = canvas, number
    manager.toolmanager = manager.toolbar = None
    manager.key_press_handler_id = manager.button_press_handler_id = None
    return cast("FigureManagerBase", manager)


def _headless_kind(canvas: FigureCanvasAgg) -> type[FigureCanvasAgg]:
    """Return the class of a canvas, or of one without a window in the place of a toolkit's."""
    has_window = getattr(canvas, "required_interactive_framework", None)
    return FigureCanvasAgg if has_window else type(canvas)


def _own_attributes(canvas: FigureCanvasAgg) -> dict[str, Any]:
    """Return a canvas' manager, and what user code keeps on it if it has no window."""
    manager = {"manager": canvas.manager}
    if _headless_kind(canvas) is not type(canvas):
        return manager
    usual = {*vars(FigureCanvasAgg(Figure())), *DRAW_STATE}
    return manager | {name: value for name, value in vars(canvas).items() if name not in usual}


def _bare(cls: type[Animation]) -> Animation:
    """Make an animation without running its constructor, which would begin a preview."""
    animation: Any = cls.__new__(cls)
    mark_started(animation)
    animation.frame_seq = iter(())
    return cast("Animation", animation)


@contextmanager
def _by_value(cloudpickle: Any, users: Iterable[object]) -> Iterator[None]:
    """Pickle the user's own modules by value.

    A function of an importable module would otherwise be pickled as a name: the worker would
    import the module anew, make a second figure, and the function would change that one while the
    first is drawn.
    """
    modules = []
    for name in sorted(_modules_of(users)):
        module = sys.modules.get(name)
        if module is not None and is_users_module(module):
            cloudpickle.register_pickle_by_value(module)
            modules.append(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _modules_of(users: Iterable[object]) -> set[str]:
    """Return the names of the modules that hold the code of animations, functions and classes."""
    names = set()
    for one in users:
        parts = [type(one), *functions_of(one)] if isinstance(one, Animation) else [one]
        for part in parts:
            while isinstance(part, partial):
                part = part.func
            owner = getattr(part, "__self__", None)  # a bound method's object
            name = getattr(part if owner is None else type(owner), "__module__", None)
            if isinstance(name, str):
                names.add(name)
    return names


def is_users_module(module: types.ModuleType) -> bool:
    """Tell whether a module is neither Python's nor an installed package's."""
    top = module.__name__.partition(".")[0]
    file = getattr(module, "__file__", None)
    if top in sys.stdlib_module_names or top in ("__main__", "framepipe") or file is None:
        return False
    return not os.path.realpath(file).startswith(_installed_places(tuple(sys.path)))


@cache
def _installed_places(search_path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folders in which Python and packages are installed.

    Not `sysconfig` alone tells: distributions put theirs into a ``dist-packages`` of their own,
    ``pip install --user`` into the home folder, and ``pip install --target``, as on many clusters,
    into any folder that ``PYTHONPATH`` then names.  What pip has installed lies beside its
    ``.dist-info``; a project that somebody works on does not.
    """
    places = {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")}
    places |= {place for place in search_path if place and _holds_packages(place)}
    return tuple(os.path.realpath(place) + os.sep for place in places)


def _holds_packages(place: str) -> bool:
    if os.path.basename(os.path.normpath(place)) in ("site-packages", "dist-packages"):
        return True
    with suppress(OSError):  # an archive, or nothing
        return any(name.endswith(".dist-info") for name in os.listdir(place))
    return False
