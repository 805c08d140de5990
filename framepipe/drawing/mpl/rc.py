"""rcParams as they stand, to be compared later: drawing looks at many of them.

`RcParams` is a dict whose ``copy()``, and ``dict.copy`` of it too, reads each of its 370 entries
through Python: 240 us, a twentieth of a frame in which little moves.  By its raw items it takes
28 us, and a comparison 7.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl


def rc_values() -> dict[str, Any]:
    """Return a copy of all settings."""
    settings: Any = mpl.rcParams
    return dict(dict.items(settings))


def rc_is(values: dict[str, object]) -> bool:
    """Tell whether all settings are those that `rc_values` returned."""
    return dict.__eq__(mpl.rcParams, values) is True


def rc_changed() -> dict[str, Any]:
    """Return the settings that are not matplotlib's defaults."""
    usual: Any = mpl.rcParamsDefault
    defaults = dict(dict.items(usual))
    return {name: value for name, value in rc_values().items() if value != defaults.get(name)}
