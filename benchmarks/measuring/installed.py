"""What is not installed, and how to install it."""

from __future__ import annotations

import importlib.util

#: The extra that installs most contenders.
PEERS = "bench"


def missing(*modules: str, extra: str = PEERS) -> str | None:
    """Say how to install the modules that are not there.

    Parameters
    ----------
    *modules : str
        What is needed.
    extra : str, default: `PEERS`
        The extra of framepipe's own package that brings them.

    Returns
    -------
    str or None
        None if all are there.
    """
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"no {', '.join(absent)}: pip install 'framepipe[{extra}]'" if absent else None
