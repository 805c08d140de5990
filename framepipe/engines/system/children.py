"""Child processes that are gone, though nobody says how they ended.

A program that ignores SIGCHLD, or waits for any child of its own accord, takes the exit status: the
system then forgets the child, and `multiprocessing` takes it for alive for ever.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.process import BaseProcess
from typing import Any

#: The exit code of a child whose own one is lost.
UNKNOWN = 255

#: Seconds that a child's exit status may be later than its end: a fork server tells of it.
_STATUS_LATER = 0.2


def exit_code(process: BaseProcess) -> int | None:
    """Return how a child ended; None while it lives.

    Parameters
    ----------
    process : BaseProcess
        One that was started.  If its exit status is lost, it is marked as ended, so that it can
        be closed.

    Returns
    -------
    int or None
        Its exit code, or `UNKNOWN`.
    """
    code = process.exitcode
    if code is not None or process.pid is None or sys.platform == "win32":
        return code
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        process.join(_STATUS_LATER)
        if process.exitcode is None:
            popen: Any = process._popen  # type: ignore[attr-defined]
            popen.returncode = UNKNOWN
        return process.exitcode
    except PermissionError:  # somebody else's: the number is in use again
        return None
    return None
