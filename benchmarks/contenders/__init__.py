"""Who makes the movie: one file a contender, each with the same few names.

- ``NAME``: the file's own name.
- ``promises_identity``: whether the movie's frames are to be those of `Animation.save`.
- ``drawing``: "full" or "retained", that is which limit it is held against.
- ``available()``: why it cannot take part, or None.
- ``run(case, path, frames)``: make the movie; return facts, at least ``wall`` and ``cpu`` seconds
  of the making alone (no imports, no building of the figure) and the number of ``frames``.

A file is found by being here; those whose name begins with an underscore are not contenders.
What a contender needs is imported in its functions, so that one that is not installed is a line
in the table and no more.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Protocol, cast

from ..cases.case import Case


class Contender(Protocol):
    """What a contender's file holds."""

    NAME: str
    promises_identity: bool
    drawing: str

    def available(self) -> str | None:
        """Say why it cannot take part; None if it can."""

    def run(self, case: Case, path: Path, frames: int) -> dict[str, Any]:
        """Make the movie."""


#: The truth and the measure of all others; it takes part in every run.
SERIAL = "serial"


def names() -> list[str]:
    """Return all contenders' names, the serial save first."""
    found = [one.name for one in pkgutil.iter_modules(__path__) if not one.name.startswith("_")]
    return sorted(found, key=lambda name: (name != SERIAL, name))


def load(name: str) -> Contender:
    """Import a contender.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if name not in names():
        raise ValueError(f"no contender is called {name!r}; there are {', '.join(names())}")
    return cast(Contender, importlib.import_module(f"{__name__}.{name}"))
