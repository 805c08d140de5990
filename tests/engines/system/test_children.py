"""Children that are gone, and how they ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from clips import RAW, clip, numbers_in, wait_until

from framepipe import encode
from framepipe.engines.system.children import UNKNOWN, exit_code

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGCHLD")


def started(target: Callable[..., Any], *args: Any) -> Any:
    process = multiprocessing.get_context("fork").Process(target=target, args=args)
    process.start()
    return process


def test_one_that_lives_has_none() -> None:
    process = started(time.sleep, 600)
    assert exit_code(process) is None
    process.kill()
    process.join()
    assert exit_code(process) == -signal.SIGKILL
    process.close()


def test_one_whose_status_is_lost_is_gone_all_the_same() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        process = started(os._exit, 3)
        wait_until(lambda: exit_code(process) is not None, 10, "its end")
        assert exit_code(process) == UNKNOWN
        assert not process.is_alive()
        process.close()
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.parametrize("mode", ["pipe", "segments"])
def test_a_program_that_ignores_its_children_waits_for_nobody(tmp_path: Any, mode: Any) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    begin = time.monotonic()
    try:
        # ffmpeg's own exit status is lost, too: that is told, as a movie may not be whole.
        with pytest.raises(Exception, match="exit status"):
            encode(clip(20), tmp_path / "m.rgba", workers=2, mode=mode, **RAW)
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert time.monotonic() - begin < 20, "each worker that is waited for takes 30 s"
    assert numbers_in(encode(clip(20), tmp_path / "m.rgba", workers=2, **RAW)) == [*range(20)]
