"""One thing to wait for: messages, ends, room in a pipe, a reader that is gone."""

from __future__ import annotations

import os
from multiprocessing import Pipe

from framepipe.engines.system.poller import Poller


def test_messages_and_ends_are_readable() -> None:
    poller = Poller()
    (ours, theirs), (mine, yours) = Pipe(), Pipe()
    poller.add(ours)
    poller.add(mine)
    assert poller.wait(0) == ([], False)
    theirs.send("hello")
    assert poller.wait(None) == ([ours], False)
    assert ours.recv() == "hello"
    yours.close()
    assert poller.wait(None) == ([mine], False)
    poller.remove(mine)
    assert poller.wait(0) == ([], False)
    for one in (ours, theirs, mine):
        one.close()


def test_room_in_a_pipe_and_the_death_of_its_reader() -> None:
    poller = Poller()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    poller.watch_sink(writer, for_room=True)
    assert poller.wait(None) == ([], True)
    while True:
        try:
            os.write(writer, bytes(2**16))
        except BlockingIOError:
            break
    assert poller.wait(0) == ([], False)
    poller.watch_sink(writer, for_room=False)
    os.read(reader, 2**20)
    assert poller.wait(0) == ([], False), "there is room, but nobody asked"
    os.close(reader)
    assert poller.wait(None) == ([], True)
    poller.forget_sink()
    assert poller.wait(0) == ([], False)
    os.close(writer)
