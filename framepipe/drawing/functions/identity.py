"""What an animation is made of, as text, to tell in another process whether it is still the same.

The code of the user's functions, and the values that they refer to by name: what closures hold,
globals, defaults, attributes of their objects, the frames' data.  Not the text of the source, so
that a comment or a line number makes no difference; and nothing that is another one in every
process (addresses, the order of sets).  A pickle would be, and matplotlib's objects are full of it.

It says what has changed, in the user's words, but it does not see everything: of what is neither
a user's nor a plain value (a figure, a file's contents) it knows the kind alone.  Whether frames
are the same, only pixels can prove.

Nothing of the user's is called, but by what Python itself does when an attribute is looked at.
"""

from __future__ import annotations

import datetime
import enum
import functools
import hashlib
import inspect
import io
import os
import random
import types
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import Any

import numpy as np
from matplotlib.animation import Animation

from ..figures import Figures
from ..mpl.animation import arguments_of, functions_of
from .sharing import is_users

#: Text that is told as it is; what is longer becomes a checksum.
SHORT = 60
#: What such a checksum begins with.
CHECKSUM = "checksum "
#: How deep values in values are looked at, and how many things in all.
DEEPEST = 8
MOST_THINGS = 5_000
#: Items of a list that are looked at one by one, where they are no plain values.
MOST_ITEMS = 100
#: Bytes of an array that are read, at its beginning and at its end: a mapped file may be larger
#: than memory.
MOST_BYTES = 2**27


def describe_animation(animations: Sequence[Animation], make: object = None) -> dict[str, str]:
    """Return what animations are made of.

    Parameters
    ----------
    animations : sequence of Animation
        Those of one movie.
    make : callable, optional
        The user's function that made them.

    Returns
    -------
    dict of str to str
        By name, what tells two of that name apart: a value, or a checksum.
    """
    described = _Description()
    for animation in animations:
        kind = type(animation)
        described.note("the animation", f"{kind.__module__}.{kind.__qualname__}")
        described.add(kind, kind.__qualname__)
        for function in functions_of(animation):
            described.add(function, "the animation's function")
        described.add(arguments_of(animation), "fargs")
        if is_users(kind.__module__):
            for name, value in sorted(vars(animation).items()):
                if not name.startswith("_"):  # matplotlib's own, for the most part
                    described.add(value, f"{kind.__qualname__}.{name}")
    described.add(make, "the function that makes it")
    return described.parts()


def describe_figures(figures: Figures) -> dict[str, str]:
    """Return what figures without an animation are made of; see `describe_animation`."""
    described = _Description()
    described.add(figures.user_code, "what makes the figures")
    described.add(figures.items, "the items")
    return described.parts()


class _Description:
    """Goes from thing to thing, the nearest first, and notes what they are."""

    def __init__(self) -> None:
        self._noted: dict[str, list[str]] = {}
        self._met: dict[int, Any] = {}  # holds them, so that no number is used twice
        self._waiting: deque[tuple[Any, str, int]] = deque()

    def note(self, name: str, what: str) -> None:
        self._noted.setdefault(name, []).append(what)

    def add(self, value: object, name: str, depth: int = 0) -> None:
        """Put a thing on the way."""
        if value is None or depth > DEEPEST or len(self._met) > MOST_THINGS:
            return
        text = plain_text(value)
        if text is not None:
            self.note(name, text)
        elif id(value) not in self._met:
            self._met[id(value)] = value
            self._waiting.append((value, name, depth + 1))

    def parts(self) -> dict[str, str]:
        """Look at everything on the way; return what was noted."""
        while self._waiting:
            value, name, depth = self._waiting.popleft()
            with suppress(Exception):  # a user's class may do anything when it is looked at
                for child, own in self._look_at(value, name):
                    self.add(child, own, depth)
        return {name: short_text("\n".join(sorted(whats))) for name, whats in self._noted.items()}

    def _look_at(self, value: Any, name: str) -> Iterator[tuple[Any, str]]:
        if isinstance(value, functools.partial):
            yield value.func, name
            for position, argument in enumerate(value.args):
                yield argument, f"argument {position} of {name}"
            for own, argument in value.keywords.items():
                yield argument, f"argument {own} of {name}"
        elif isinstance(value, types.MethodType):
            yield value.__func__, name
            yield value.__self__, type(value.__self__).__qualname__
        elif isinstance(value, types.FunctionType):
            yield from self._function(value, name)
        elif isinstance(value, (classmethod, staticmethod)):
            yield value.__func__, name
        elif isinstance(value, property):
            yield from ((part, name) for part in (value.fget, value.fset))
        elif isinstance(value, type):
            if is_users(value.__module__):
                for base in value.__mro__[1:]:
                    yield base, base.__qualname__
                for own, part in sorted(vars(value).items()):
                    if not (own.startswith("__") and not callable(part)):
                        yield part, f"{value.__qualname__}.{own}"
        elif isinstance(value, (list, tuple)):
            self.note(name, f"{type(value).__name__} of {len(value)}")
            for position, item in enumerate(value[:MOST_ITEMS]):
                yield item, f"{name}[{position}]"
        elif isinstance(value, dict):
            self.note(name, f"{type(value).__name__} of {len(value)}")
            for key, item in list(value.items())[:MOST_ITEMS]:
                if (text := plain_text(key)) is not None:
                    yield item, f"{name}[{short_text(text)}]"
        elif hasattr(value, "__wrapped__"):
            yield inspect.unwrap(value), name
        else:
            kind = type(value)
            self.note(name, f"a {kind.__module__}.{kind.__qualname__}")
            if is_users(kind.__module__):
                yield kind, kind.__qualname__
                for own, attribute in sorted(getattr(value, "__dict__", {}).items()):
                    yield attribute, f"{name}.{own}"

    def _function(self, function: types.FunctionType, name: str) -> Iterator[tuple[object, str]]:
        code, own_name = function.__code__, function.__qualname__.rpartition(".")[2]
        own = f"{own_name}()"
        if not is_users(function.__module__ or ""):
            self.note(name, f"{function.__module__}.{function.__qualname__}")
            if function.__module__ != "matplotlib.animation":
                return
            own = "the animation"  # its lambda that holds what is given for frames
        else:
            self.note(f"the code of {own}", _code_text(code))
            yield from self._globals(code, function.__globals__, own)
        for variable, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
            with suppress(ValueError):  # not assigned yet
                yield cell.cell_contents, f"{variable} of {own}"
        defaults = function.__defaults__ or ()
        positional = code.co_varnames[: code.co_argcount]
        named = zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
        for variable, default in (*named, *(function.__kwdefaults__ or {}).items()):
            yield default, f"{variable} of {own}"

    def _globals(
        self, code: types.CodeType, names: Mapping[str, object], own: str
    ) -> Iterator[tuple[object, str]]:
        used = _names_in(code)
        for name in sorted(used & names.keys()):
            value = names[name]
            if isinstance(value, types.ModuleType):
                if is_users(value.__name__):
                    for attribute in sorted(used & vars(value).keys()):
                        yield vars(value)[attribute], f"{name}.{attribute}"
            else:
                yield value, name


def plain_text(value: Any, depth: int = 0) -> str | None:
    """Return text that tells a plain value from others; None if it is not plain.

    Parameters
    ----------
    value : object
        Numbers, strings, dates, paths, arrays, random generators, open files, and lists, tuples,
        sets and dictionaries of them.
    depth : int, optional
        How deep it lies in another one.
    """
    if isinstance(value, enum.Enum):
        return f"{type(value).__qualname__}.{value.name}"
    if value is None or isinstance(
        value,
        (bool, int, float, complex, str, bytes, type(Ellipsis), range, slice, datetime.date,
         datetime.time, datetime.timedelta, PurePath, np.generic),
    ):  # fmt: skip
        return repr(value)
    if isinstance(value, np.ndarray):
        return _array_text(value)
    if isinstance(value, np.random.Generator):
        return f"random numbers from {value.bit_generator.state!r}"
    if isinstance(value, np.random.RandomState):
        return f"random numbers from {value.get_state(legacy=False)!r}"
    if isinstance(value, random.Random):
        return f"random numbers from {value.getstate()!r}"
    if isinstance(value, io.IOBase) and isinstance(name := getattr(value, "name", None), str):
        with suppress(OSError, ValueError):
            if value.writable():
                return f"the file {name!r}"  # it grows
            return f"the file {name!r} of {os.path.getsize(name)} bytes"
    if depth < DEEPEST and type(value) in (list, tuple, set, frozenset, dict, deque):
        if isinstance(value, dict):
            texts = [plain_text(item, depth + 1) for pair in value.items() for item in pair]
        else:
            texts = [plain_text(item, depth + 1) for item in value]
        told = [text for text in texts if text is not None]
        if len(told) < len(texts):
            return None
        if isinstance(value, (set, frozenset)):
            told.sort()  # their order is another one in every process
        return f"{type(value).__name__}[{', '.join(told)}]"
    return None


def _array_text(array: np.ndarray[Any, Any]) -> str | None:
    if array.dtype.hasobject:
        return None
    digest = hashlib.blake2b(digest_size=20)
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    digest.update(flat[:MOST_BYTES].tobytes())
    digest.update(flat[-MOST_BYTES:].tobytes())
    return f"array of {array.dtype}{list(array.shape)} {digest.hexdigest()}"


def _code_text(code: types.CodeType) -> str:
    """Return what a function does, whichever line it stands on."""
    constants = [
        _code_text(one) if isinstance(one, types.CodeType) else plain_text(one)
        for one in code.co_consts
    ]
    return repr((
        code.co_code, code.co_exceptiontable, constants, code.co_names, code.co_varnames,
        code.co_freevars, code.co_cellvars, code.co_argcount, code.co_kwonlyargcount,
        code.co_flags,
    ))  # fmt: skip


def _names_in(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names_in(constant)
    return names


def short_text(text: str) -> str:
    """Return a text, or a checksum of it where it is too long to be read."""
    if len(text) <= SHORT:
        return text
    data = text.encode("utf-8", "backslashreplace")
    return f"{CHECKSUM}{hashlib.blake2b(data, digest_size=20).hexdigest()}"
