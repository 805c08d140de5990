"""What an animation's functions use that forked processes cannot share.

A worker is a fork of the main process and runs every update.  Memory is copied by that, and files
are opened anew (`framepipe.engines.system.open_files`); but what one process has read from a pipe
no other will see, a thread does not exist in a fork, and two processes that write the same mapped
file change it twice.  Such an animation is made in the main process alone.

`find_unshareable` goes through all that the update functions refer to, as far as Python tells:
what closures hold, globals by the names the code uses, defaults, bound objects, partials, the
locals of generators, attributes, items.  It sees neither what C code keeps for itself nor names
that are made up as the program runs; the frames are compared for that.

Nothing of the user's is called.
"""

from __future__ import annotations

import gc
import inspect
import io
import mmap
import os
import stat
import sys
import threading
import types
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from matplotlib.animation import Animation

from ..figures import Figures
from ..pickling import is_users_module

#: Objects looked at; what refers to more is data, and not a way to a pipe.
MOST_OBJECTS = 20_000
#: Items of a container looked at: one of its first ones is like the rest.
MOST_ITEMS = 100

#: Packages whose objects are, or hold, connections and streams that Python cannot see into.
_STREAMS = {
    "av": "a media stream", "cv2": "a video", "decord": "a video", "MySQLdb": "a connection",
    "psycopg": "a connection", "psycopg2": "a connection", "pyaudio": "a sound stream",
    "vlc": "a media stream", "zmq": "a socket",
}  # fmt: skip
#: Of multiprocessing, what is used to talk between processes is not here.
_HARMLESS = ("multiprocessing.context", "multiprocessing.process", "multiprocessing.popen_fork")
#: What nothing is found in: it is Python's or matplotlib's own.
_OPAQUE = (
    str, bytes, int, float, complex, type(None), types.ModuleType, types.CodeType,
    types.BuiltinFunctionType, weakref.ReferenceType, np.generic, np.dtype,
)  # fmt: skip
#: Packages whose objects, and what their functions use, lead to nothing that is the user's.
_LIBRARIES = ("matplotlib", "mpl_toolkits", "logging", "numpy")
_WAITED_FOR = ("Event", "Condition", "Semaphore", "BoundedSemaphore", "Barrier")


@dataclass(frozen=True, slots=True)
class Unshareable:
    """Something that only one process can use.

    Parameters
    ----------
    name : str
        What the user calls it, and the function that uses it.
    what : str
        What it is, and why it cannot be shared.
    """

    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.name} is {self.what}"


def find_unshareable(animations: Sequence[Animation | Figures]) -> Unshareable | None:
    """Look for what the functions of animations use and processes cannot share.

    Parameters
    ----------
    animations : sequence of Animation or Figures
        Those of one movie.

    Returns
    -------
    Unshareable or None
        The first thing found.
    """
    walk = _Walk()
    for animation in animations:
        for name, value in vars(animation).items():
            walk.add(value, name.strip("_"))
        walk.add(type(animation), type(animation).__name__)
    for value, name in walk:
        what = _obstacle(value)
        if what is not None:
            return Unshareable(name, what)
    return _fed_by_a_thread(walk)


class _Walk:
    """Goes from object to object, the nearest first; each is met once."""

    def __init__(self) -> None:
        self.met: dict[int, tuple[Any, str]] = {}  # holds them, so that no number is used twice
        self._waiting: deque[tuple[Any, str]] = deque()

    def add(self, value: object, name: str) -> None:
        """Put an object on the way."""
        if isinstance(value, _OPAQUE) or id(value) in self.met or len(self.met) >= MOST_OBJECTS:
            return
        self.met[id(value)] = value, name
        self._waiting.append((value, name))

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        while self._waiting:
            value, name = self._waiting.popleft()
            yield value, name
            with suppress(Exception):  # a user's class may do anything when it is looked at
                for child, own in _refers_to(value, name):
                    self.add(child, own or name)


def _refers_to(value: object, name: str) -> Iterator[tuple[object, str]]:
    """Yield what an object refers to, with the name it has there, if any."""
    if isinstance(value, types.FunctionType):
        if not _is_of_library(value):  # pyplot's would lead through all of matplotlib
            yield from _used_by(value.__code__, value.__globals__, value.__qualname__)
        for own, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=False):
            with suppress(ValueError):  # not assigned yet
                yield cell.cell_contents, f"{own}, which {_short(value.__qualname__)} uses,"
        for default in (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()):
            yield default, f"a default of {_short(value.__qualname__)}"
    elif isinstance(value, types.MethodType):
        yield value.__self__, ""
        yield value.__func__, ""
    elif isinstance(value, types.GeneratorType):
        frame = value.gi_frame
        if frame is not None:
            yield from _used_by(value.gi_code, frame.f_globals, value.__qualname__)
            for own, local in frame.f_locals.items():
                yield local, f"{own} in {_short(value.__qualname__)}"
    elif isinstance(value, type):
        if is_users(value.__module__):
            for part in vars(value).values():
                yield inspect.unwrap(getattr(part, "__func__", getattr(part, "fget", part))), ""
    elif isinstance(value, np.ndarray):
        if isinstance(value.base, np.ndarray):
            yield value.base, ""
    elif isinstance(value, dict):
        for key, item in list(value.items())[:MOST_ITEMS]:
            yield item, f"{name}[{key!r}]" if isinstance(key, str) else ""
    elif isinstance(value, (list, tuple, set, frozenset, deque)):
        for _, item in zip(range(MOST_ITEMS), value, strict=False):
            yield item, ""
    elif not _is_opaque(value) and not any(value is stream for stream in _standard_streams()):
        for own, attribute in list(getattr(value, "__dict__", {}).items()):
            yield attribute, f"{name}.{own}" if is_users(type(value).__module__) else ""
        for referent in gc.get_referents(value):
            if not (isinstance(referent, dict) and "__builtins__" in referent):  # all globals
                yield referent, ""


def _used_by(
    code: types.CodeType, names: dict[str, object], function: str
) -> Iterator[tuple[object, str]]:
    """Yield the globals that a function's code uses by name, and its own modules' attributes."""
    used = _names_in(code)
    if ("sys" in used and "stdin" in used) or ("input" in used and "input" not in names):
        yield _StandardInput(), f"what {_short(function)} reads"
    for own in used & names.keys():
        value = names[own]
        if isinstance(value, types.ModuleType) and is_users(value.__name__):
            for attribute in used & vars(value).keys():
                yield vars(value)[attribute], f"{own}.{attribute}"
        else:
            yield value, f"{own}, which {_short(function)} uses,"


class _StandardInput:
    """Stands for the input of the main process; workers have none."""


def _names_in(code: types.CodeType) -> set[str]:
    """Return the global names and attributes in a function's code, inner functions' included."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names_in(constant)
    return names


@cache
def is_users(name: str) -> bool:
    """Tell whether a module of that name is neither Python's nor an installed package's."""
    module = sys.modules.get(name)
    return name == "__main__" or (module is not None and is_users_module(module))


def _short(qualname: str) -> str:
    return f"{qualname.rpartition('.')[2]}()"


def _standard_streams() -> tuple[object, ...]:
    return sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__


def _is_opaque(value: object) -> bool:
    return type(value).__module__.partition(".")[0] in _LIBRARIES


def _is_of_library(function: types.FunctionType) -> bool:
    """Tell whether what a function uses leads to nothing that is the user's."""
    # Not its __module__, which a decorator copies.
    top = str(function.__globals__.get("__name__")).partition(".")[0]
    return top in _LIBRARIES or top in sys.stdlib_module_names


def _obstacle(value: Any) -> str | None:
    """Say what an object is, if it is one that cannot be shared."""
    kind = type(value)
    module, _, _ = kind.__module__.partition(".")
    with suppress(Exception):  # a closed file, a user's class that is asked strange questions
        if isinstance(value, io.FileIO):  # beneath every buffer and every text
            return _file(value)
        if isinstance(value, _StandardInput):
            return "the standard input, which only one process can read"
        if isinstance(value, (mmap.mmap, np.ndarray)):
            return _mapped(value)
        if kind.__module__ == "socket":
            return "a socket: what one process has read, no other will see"
        if module == "multiprocessing" and kind.__module__ not in _HARMLESS:
            return "shared between processes (multiprocessing), and each worker would use it anew"
        if any(base.__module__ == "concurrent.futures._base" for base in kind.__mro__):
            return "an executor's, whose threads a fork does not have"
        if kind.__module__.startswith("asyncio.") and hasattr(value, "run_until_complete"):
            return "an event loop, which only one process can run"
        if module == "h5py" and value.file.mode != "r":
            return "an HDF5 file open for writing"
        if module in _STREAMS and not isinstance(value, (type, types.FunctionType)):
            return f"{_STREAMS[module]}: only one process can read it"
        if _others() and (module in ("queue", "_queue") or _waits(kind)):
            return f"a {kind.__qualname__} that a running thread may be using, which no fork has"
        if isinstance(value, threading.Thread) and value in _others():
            return "a running thread, which no fork has"
    return None


def _file(value: io.FileIO) -> str | None:
    number = -1 if value.closed else value.fileno()
    if number in (-1, 1, 2) or not value.readable():
        return None
    mode = os.fstat(number).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        return "a pipe: what one process has read, no other will see"
    if os.isatty(number):
        return "a terminal: what one process has read, no other will see"
    if stat.S_ISREG(mode) and value.writable():
        return "a file open for reading and writing: each worker would write it anew"
    return None


def _mapped(value: Any) -> str | None:
    """Refuse memory that a fork shares and that can be written."""
    if isinstance(value, np.ndarray):
        mapped = value
        while isinstance(mapped, np.ndarray) and mapped.base is not None:
            if isinstance(mapped, np.memmap) and mapped.mode == "c":
                return None  # a copy as soon as it is written
            mapped = mapped.base
        if isinstance(mapped, memoryview):
            mapped = mapped.obj
        if not value.flags.writeable or not isinstance(mapped, mmap.mmap):
            return None
        return "mapped memory that can be written: each worker would write it anew"
    with memoryview(value) as view:
        return None if view.readonly else "mapped memory that can be written"


def _waits(kind: type) -> bool:
    return kind.__module__ == "threading" and kind.__qualname__ in _WAITED_FOR


def _others() -> list[threading.Thread]:
    """Return the other threads that run."""
    return [thread for thread in threading.enumerate() if thread is not threading.current_thread()]


def _fed_by_a_thread(walk: _Walk) -> Unshareable | None:
    """Look for data that one of the user's threads has, too: it may go on changing them."""
    frames = sys._current_frames()
    for thread in _others():
        theirs = _Walk()
        frame = frames.get(thread.ident or 0)
        runs = vars(thread).get("_target")
        if _is_installed(runs):
            # What belongs to a package leads anywhere: a notebook's own threads to all that its
            # cells have named.
            handed = (*vars(thread).get("_args", ()), *vars(thread).get("_kwargs", {}).values())
        else:
            handed = ()
            for name in ("_target", "_args", "_kwargs"):
                theirs.add(vars(thread).get(name), name)
        while frame is not None:
            if is_users(frame.f_globals.get("__name__", "")):
                for child, own in _used_by(frame.f_code, frame.f_globals, frame.f_code.co_name):
                    theirs.add(child, own)
                for own, value in frame.f_locals.items():
                    theirs.add(value, own)
            frame = frame.f_back
        for value in (*handed, *(met for met, _ in _of_users(theirs))):
            if id(value) in walk.met and _is_data(value):
                name = walk.met[id(value)][1]
                return Unshareable(
                    name, f"in the hands of the thread {thread.name}, which no fork has"
                )
    return None


def _is_installed(function: Any) -> bool:
    """Tell whether a thread runs a function of an installed package, or of Python's own."""
    while isinstance(function, partial):
        function = function.func
    if not isinstance(function, (types.FunctionType, types.MethodType)):
        return False  # a list's append, an object that is called
    return not is_users(function.__module__)


def _of_users(walk: _Walk) -> Iterable[tuple[object, str]]:
    """Walk, but not by way of threads' own affairs."""
    return ((value, name) for value, name in walk if not isinstance(value, threading.Thread))


def _is_data(value: object) -> bool:
    """Tell whether it can be changed so that an update sees it."""
    if isinstance(value, (types.FunctionType, type, tuple, frozenset)):
        return False
    return isinstance(value, (list, dict, set, deque, bytearray, np.ndarray)) or is_users(
        type(value).__module__
    )
