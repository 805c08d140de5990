"""`framepipe.encode`, timed, and what it reports as plain values that JSON can hold."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path
from typing import Any

from matplotlib.animation import Animation

import framepipe
from framepipe import Movie, Report

from .clock import Clock


def timed_encode(animation: Animation, path: Path, **options: Any) -> dict[str, Any]:
    """Encode an animation.

    Parameters
    ----------
    animation : Animation
        What to draw.
    path : Path
        The movie.
    **options
        Further keyword arguments for `framepipe.encode`.

    Returns
    -------
    dict
        ``wall`` and ``cpu`` seconds and bytes ``moved`` (see `Clock`); ``frames``; ``movie``: the
        numbers and words of the result and, as ``report``, of its report; ``warnings``: what it
        warned of (that it began again, for one).
    """
    with warnings.catch_warnings(record=True) as warned, Clock() as clock:
        warnings.simplefilter("always")
        movie = framepipe.encode(animation, path, **options)
    return {
        **clock.facts(),
        "frames": movie.frames,
        "movie": {**_plain(movie), "report": _plain(movie.report)},
        "warnings": [str(one.message) for one in warned],
    }


def _plain(result: Movie | Report) -> dict[str, str | float]:
    """Return those fields that JSON can hold as they are, by name."""
    fields = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    return {name: value for name, value in fields.items() if isinstance(value, str | int | float)}
