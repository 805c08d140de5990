"""A movie made by a fork, beside this process."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from clips import RAW, children, clip, everything_in, numbers_in

from framepipe import FrameError, WorkerDied
from framepipe.integrations.beside import Beside
from framepipe.plan import EncodePlan, plan_encode

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere processes are not forked"
)


def planned(stack: ExitStack, path: Path, animation: Any) -> EncodePlan:
    return plan_encode(
        stack, animation, path, None, dpi=None, extra_anim=None, savefig_kwargs=None, workers=1,
        redraw="auto", independent=False, start_method=None, **{**RAW, "fps": None},
        bitrate=None, metadata=None,
    )  # fmt: skip


def test_it_is_made_while_this_process_does_something_else(tmp_path: Path) -> None:
    path, heard = tmp_path / "m.rgba", []
    with ExitStack() as stack:
        plan = planned(stack, path, clip(40))
        with Beside(plan, progress_callback=lambda i, _: heard.append(i)) as beside:
            beside.wait_for(10)
            assert len(heard) >= 10
            beside.hear()
            movie = beside.finish()
            assert beside.finish() is movie
    assert heard == list(range(40))
    assert numbers_in(movie) == list(range(40))
    assert children() == ([], [])


def test_who_leaves_ends_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        plan = planned(stack, tmp_path / "m.rgba", clip(10_000))
        with Beside(plan) as beside:
            beside.wait_for(3)
    assert children() == ([], [])
    assert everything_in(tmp_path) == set()


def test_an_old_movie_stays_until_this_process_says_so(tmp_path: Path) -> None:
    """What goes on here may fail when all frames have been encoded."""
    path = tmp_path / "m.rgba"
    path.write_text("old")
    with ExitStack() as stack:
        with Beside(planned(stack, path, clip(10))) as beside:
            beside.wait_for(11)  # there are ten: it is whole then, and waits
            assert path.read_text() == "old"
        assert path.read_text() == "old"
        with Beside(planned(stack, path, clip(10))) as beside:
            beside.wait_for(11)
            assert numbers_in(beside.finish()) == list(range(10))
    assert children() == ([], [])
    assert everything_in(tmp_path) == {"m.rgba"}


def test_what_is_raised_there_comes_here(tmp_path: Path) -> None:
    def turn(number: int) -> None:
        if number == 5:
            raise LookupError("no such thing")

    with ExitStack() as stack:
        plan = planned(stack, tmp_path / "m.rgba", clip(10, turn))
        with Beside(plan) as beside, pytest.raises(FrameError) as caught:
            beside.finish()
    assert caught.value.frame == 5
    assert type(caught.value.__cause__) is LookupError
    assert everything_in(tmp_path) == set()


def test_one_that_dies_is_told_of(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    with ExitStack() as stack:
        plan = planned(stack, tmp_path / "m.rgba", clip(100_000))
        with Beside(plan) as beside:
            beside.wait_for(1)
            (fork,) = set(psutil.Process().children()) - before
            inherited = fork.children(recursive=True)
            fork.kill()
            with pytest.raises(WorkerDied, match="exit code -9"):
                beside.finish()
    assert psutil.wait_procs(inherited, timeout=10)[1] == []
    for part in tmp_path.iterdir():  # nobody was left to do so
        part.unlink()
