"""What the user's code prints and warns, from the process that draws a frame to where it is seen.

Every worker runs all updates, so all of them print the same things; and none of them has the
`sys.stdout` that a notebook, ``capsys`` or ``contextlib.redirect_stdout`` has put in place in the
main process.  So output belongs to the frame in whose update (or drawing) it came about::

    worker: OutputRecorder -- keeps what the frame at hand has said, drops that of frames it only
        |                     passes by: whoever draws them says it
        v  with the message that says that the frame is drawn
    main process: OutputInOrder -- writes and warns, frame by frame, each frame once

The initial draw's output belongs to the first frame.  What a frame printed before it failed is
shown, too.  What goes past Python (C code, child processes) is not caught.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Self, TextIO, TypeVar, cast

from .user_code.exceptions import bounded

T = TypeVar("T")

#: Characters, and warnings, of one frame that are carried home; what is said when there are more.
MOST_CHARACTERS = 2**18
MOST_WARNINGS = 200
_CUT = "[framepipe: frame {} has more to say than is carried home: the rest is left out]\n"


@dataclass(frozen=True, slots=True)
class Printed:
    """Text that was written.

    Parameters
    ----------
    stream : {"stdout", "stderr"}
        Where to.
    text : str
        What.
    """

    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning.

    Parameters
    ----------
    packed : bytes or None
        The warning and its category, pickled; None if they cannot be.
    text : str
        What it says, and the name of its category, for when they cannot be unpickled.
    filename, lineno
        Where it was given.
    """

    packed: bytes | None
    text: str
    filename: str
    lineno: int


FrameOutput = tuple[Printed | Warned, ...]

# --------------------------------------------------------------------------- where a frame is drawn


class OutputRecorder:
    """Records what is printed and warned in this process, frame by frame.

    A context; while it lasts, every warning that the filters do not ignore, or make an error of,
    is recorded each time it is given: the main process decides which it has shown before.

    Parameters
    ----------
    dumps : callable, default: pickle.dumps
        Pickles warnings.
    """

    current: OutputRecorder | None = None  # the one that records in this process

    def __init__(self, dumps: Callable[[Any], bytes] = pickle.dumps) -> None:
        self._dumps = dumps
        self._frame = -1
        self._said: list[Printed | Warned] = []
        self._characters = self._warnings = 0
        self._cut = False

    def __enter__(self) -> Self:
        self._before = (sys.stdout, sys.stderr, warnings.showwarning, list(warnings.filters))
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        self._handlers = _handlers_to(self._before[:2])
        for handler, _ in self._handlers:
            stdout = handler.stream is self._before[0]
            handler.setStream(sys.stdout if stdout else sys.stderr)
        warnings.showwarning = self._warn
        every = [(_each_time(action), *rest) for action, *rest in self._before[3]]
        warnings.filters[:] = every  # type: ignore[index]
        warnings.simplefilter("always", append=True)
        OutputRecorder.current = self
        return self

    def __exit__(self, *_: object) -> None:
        OutputRecorder.current = None
        sys.stdout, sys.stderr, warnings.showwarning, filters = self._before
        for handler, stream in self._handlers:
            handler.setStream(stream)
        warnings.resetwarnings()  # which also lets Python know that they have changed
        warnings.filters[:] = filters  # type: ignore[index]

    def begin(self, frame: int) -> None:
        """Forget what frames before this one have said."""
        if frame != self._frame:
            self._frame = frame
            self.take()

    def take(self) -> FrameOutput:
        """Return what the frame at hand has said, and forget it."""
        said, self._said = self._said, []
        self._characters = self._warnings = 0
        self._cut = False
        return tuple(said)

    def write(self, stream: Literal["stdout", "stderr"], text: str) -> None:
        """Record text."""
        room = MOST_CHARACTERS - self._characters
        if not text or self._cut:
            return
        self._characters += len(text)
        last = self._said[-1] if self._said else None
        if isinstance(last, Printed) and last.stream == stream:
            self._said[-1] = Printed(stream, last.text + text[:room])
        else:
            self._said.append(Printed(stream, text[:room]))
        if len(text) > room:
            self._cut_off()

    def _warn(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if self._cut:
            return
        if self._warnings == MOST_WARNINGS:
            self._cut_off()
            return
        self._warnings += 1
        packed = None
        with suppress(Exception):  # whatever its pickling raises
            packed = self._dumps((message, category))
        text = f"{category.__name__}: {message}"
        self._said.append(Warned(packed, text, filename, lineno))

    def _cut_off(self) -> None:
        self._cut = True
        self._said.append(Printed("stderr", _CUT.format(self._frame)))


def frame_begins(frame: int) -> None:
    """Note that from now on what is said belongs to another frame, if anybody records it."""
    if OutputRecorder.current is not None:
        OutputRecorder.current.begin(frame)


def taken_output() -> FrameOutput:
    """Return what the frame at hand has said, if anybody records it, and forget it."""
    recorder = OutputRecorder.current
    return () if recorder is None else recorder.take()


class _Stream(io.TextIOBase):
    """Stands for `sys.stdout` or `sys.stderr`."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, recorder: OutputRecorder, name: Literal["stdout", "stderr"]) -> None:
        self._recorder = recorder
        self._name = name
        self.name = f"<{name}>"
        self.buffer = _Bytes(self)

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._recorder.write(self._name, text)
        return len(text)


class _Bytes(io.RawIOBase):
    """What is written into ``sys.stdout.buffer``."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._stream.write(bytes(data).decode("utf-8", "backslashreplace"))
        return len(data)


def _each_time(action: str) -> str:
    return action if action in ("error", "ignore") else "always"


def _handlers_to(streams: tuple[object, ...]) -> list[tuple[logging.StreamHandler[Any], TextIO]]:
    """Return the handlers of logging that write into these, and what each writes into."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = {h for one in loggers for h in getattr(one, "handlers", ())}
    return [
        (handler, handler.stream)
        for handler in handlers
        if type(handler) is logging.StreamHandler and handler.stream in streams
    ]


# ------------------------------------------------------------------------------ where it is seen


class OutputInOrder:
    """Shows what frames have said, in order, each frame once.

    Attributes
    ----------
    shown : int
        Frames whose output has been shown: those before this one.
    """

    def __init__(self) -> None:
        self.shown = 0
        self._waiting: dict[int, FrameOutput] = {}

    def arrived(self, frame: int, output: FrameOutput) -> None:
        """Keep what a frame has said until its turn."""
        if output and frame >= self.shown:
            self._waiting[frame] = output

    def show(self, frame: int) -> None:
        """Show what a frame has said; called for each frame in order.

        Raises
        ------
        Warning
            If the user's filters make an error of a warning.
        """
        output = self._waiting.pop(frame, ())
        if frame >= self.shown:
            self.shown = frame + 1
            for one in output:
                _show(one)

    def of(self, source: T) -> T:
        """Let frames be drawn in this process, where what they say is seen at once.

        Unless the movie is begun again and some of it has been seen: then it goes through here.

        Parameters
        ----------
        source : FrameSource
            What draws.

        Returns
        -------
        FrameSource
            What is to draw in its place.
        """
        return cast("T", _Recorded(source, self)) if self.shown else source

    def begin_again(self) -> None:
        """Forget what has not been shown: it will come once more."""
        self._waiting.clear()

    def failed(self, frame: int, output: FrameOutput) -> None:
        """Show what is there of the frames before one that failed, and what that one has said."""
        self.arrived(frame, output)
        for number in sorted(self._waiting):
            if number <= frame:
                with suppress(Warning):  # to be an error: there is one already
                    self.show(number)


class _Recorded:
    """Draws as another one does, and keeps what is said meanwhile."""

    def __init__(self, source: Any, output: OutputInOrder) -> None:
        self._source = source
        self._output = output

    def __getattr__(self, name: str) -> object:
        return getattr(self._source, name)

    def paint(self, frame: int, *given: Any, **options: Any) -> Any:
        with OutputRecorder() as recorder:
            try:
                return self._source.paint(frame, *given, **options)
            finally:
                self._output.arrived(frame, recorder.take())


def _show(one: Printed | Warned) -> None:
    if isinstance(one, Printed):
        stream: TextIO | None = getattr(sys, one.stream)
        if stream is not None:
            stream.write(one.text)
        return
    message: Warning | str = one.text
    category: type[Warning] = UserWarning
    if one.packed is not None:
        # Its class may be one that only the other process could import, or hang.
        with suppress(Exception), bounded():
            message, category = pickle.loads(one.packed)  # noqa: S301 - from our own child process
    name, registry = module_at(one.filename)
    warnings.warn_explicit(message, category, one.filename, one.lineno, name, registry)


#: What Python notes of the warnings that have been shown, module by module.
Registry = dict[str | tuple[str, type[Warning], int], int]
_REGISTRIES: dict[str, Registry] = {}


def module_at(filename: str) -> tuple[str, Registry]:
    """Return the name of the module in a file, and where it is noted what it has warned of."""
    for name, module in list(sys.modules.items()):
        if getattr(module, "__file__", None) == filename:
            return name, vars(module).setdefault("__warningregistry__", {})
    name = os.path.splitext(os.path.basename(filename))[0] or "<unknown>"
    return name, _REGISTRIES.setdefault(filename, {})
