"""The life of a render process, order by order, over a connection to nobody but the test."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from stand_ins import BYTES, Numbers

from framepipe.engines.system.ring import Ring
from framepipe.engines.workers.failures import Failed
from framepipe.engines.workers.messages import Done, DrawFrame, FrameDrawn, Leave, Ready
from framepipe.engines.workers.serve import serve
from framepipe.engines.workers.tasks import FrameTask

CONTEXT = multiprocessing.get_context("fork")


@contextmanager
def served(make_source: Any, ring: Ring, **options: Any) -> Iterator[tuple[Any, Any]]:
    """A process that serves, and our end of its connection."""
    ours, theirs = CONTEXT.Pipe()
    options = {"close_first": [ours.fileno()], **options}
    make_task = partial(FrameTask, make_source, BYTES)
    process = CONTEXT.Process(target=serve, args=(theirs, ring, make_task), kwargs=options)
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        ours.close()
        process.join(10)
        assert process.exitcode is not None, "it must leave when nobody is there any longer"
        process.close()


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring(2, BYTES)
    yield made
    made.close()


def test_orders_are_carried_out_until_it_is_told_to_leave(ring: Ring) -> None:
    with served(partial(Numbers, 9), ring) as (process, ours):
        assert ours.recv() == Ready()
        for frame in (2, 3):
            ours.send(DrawFrame(frame, frame % 2))
            answer = ours.recv()
            assert isinstance(answer, FrameDrawn)
            assert bytes(ring.slot(frame % 2)) == frame.to_bytes(BYTES, "big")
        ours.send(Leave())
        assert ours.recv() == Done()
        process.join(10)
        assert process.exitcode == 0


class Unfinished(Numbers):
    """Something is found to be wrong, if one looks back."""

    def finish(self) -> None:
        raise LookupError("a frame was wrong")


@pytest.mark.parametrize("looks_back", [True, False])
def test_it_looks_back_unless_it_need_not(ring: Ring, looks_back: bool) -> None:
    with served(partial(Unfinished, 9), ring) as (_, ours):
        ours.recv()
        ours.send(Leave(looks_back))
        answer = ours.recv()
        assert isinstance(answer, Failed if looks_back else Done)


def test_it_leaves_quietly_when_nobody_is_there(ring: Ring, capfd: Any) -> None:
    with served(partial(Numbers, 9), ring) as (process, ours):
        ours.recv()
        ours.close()
        process.join(10)
        assert process.exitcode == 0
    assert capfd.readouterr() == ("", "")


def fail(frame: int) -> None:
    raise LookupError(f"at {frame}")


def test_a_failure_is_an_answer_and_names_the_frame(ring: Ring) -> None:
    with served(partial(Numbers, 9, fail), ring) as (_, ours):
        ours.recv()
        ours.send(DrawFrame(4, 0))
        answer = ours.recv()
        assert isinstance(answer, Failed)
        assert answer.frame == 4
        assert answer.name == "LookupError: at 4"


def broken() -> Any:
    raise LookupError("no source")


def test_what_cannot_be_made_is_told_in_the_place_of_ready(ring: Ring) -> None:
    with served(broken, ring, dumps=pickle.dumps) as (_, ours):
        answer = ours.recv()
        assert isinstance(answer, Failed)
        assert answer.name == "LookupError: no source"


def test_ctrl_c_is_not_its_business(ring: Ring) -> None:
    with served(partial(Numbers, 9), ring) as (process, ours):
        ours.recv()
        os.kill(process.pid, signal.SIGINT)
        ours.send(DrawFrame(0, 0))
        assert isinstance(ours.recv(), FrameDrawn)
