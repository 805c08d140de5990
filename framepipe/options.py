"""Refuse what cannot be meant, before anything starts."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from .segments import Segments

MODES = ("auto", "pipe", "segments")
REDRAWS = ("auto", "full", "verify")
START_METHODS = ("fork", "spawn", "forkserver")

#: What these arguments must be; all but the file's name may be None.
_KINDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "filename": ("the path of a file", (str, bytes, os.PathLike)),
    "dpi": ('a number or "figure"', (Real, str)),
    "bitrate": ("a number", (Real,)),
    "extra_args": ("a sequence of strings", (Iterable,)),
    "metadata": ("a mapping", (Mapping,)),
    "extra_anim": ("a sequence of animations", (Iterable,)),
    "savefig_kwargs": ("a mapping", (Mapping,)),
}


def check_kinds(**given: Any) -> None:
    """Refuse arguments of the wrong kind in words that name them."""
    for name, value in given.items():
        what, kinds = _KINDS[name]
        if not isinstance(value, kinds) and (value is not None or name == "filename"):
            raise TypeError(f"{name} must be {what}, not {value!r}")


def check_choices(
    *,
    workers: Any,
    mode: Any,
    redraw: Any,
    independent: Any,
    start_method: Any,
    progress: Any,
    progress_callback: Any,
) -> None:
    """Refuse values that are none of the choices."""
    if workers is not None:
        if isinstance(workers, bool) or not isinstance(workers, int):
            raise TypeError(f"workers must be a whole number or None, not {workers!r}")
        if workers < 0:
            raise ValueError(f"workers must be 0 or more, not {workers}")
        if workers > 0 and multiprocessing.current_process().daemon:
            raise ValueError(
                "this is a daemonic process (a multiprocessing.Pool worker), which may not start "
                "processes: use workers=0"
            )
    if not isinstance(mode, Segments) and mode not in MODES:
        raise ValueError(f"mode must be one of {MODES} or a framepipe.Segments, not {mode!r}")
    if redraw not in REDRAWS:
        raise ValueError(f"redraw must be one of {REDRAWS}, not {redraw!r}")
    if start_method is not None:
        if start_method not in START_METHODS:
            raise ValueError(f"start_method must be one of {START_METHODS}, not {start_method!r}")
        if start_method not in multiprocessing.get_all_start_methods():
            raise ValueError(f"this system cannot start processes by {start_method!r}")
    for name, value in (("independent", independent), ("progress", progress)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    if progress_callback is not None and not callable(progress_callback):
        raise TypeError(f"progress_callback must be callable, not {progress_callback!r}")
