"""What runs in a render process: carry out orders, one after the other, until told to leave.

The process is ours alone.  It ignores Ctrl-C, which the main process sees and decides about, and
it leaves quietly when its connection says that the main process is gone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection

from ...user_output import OutputRecorder
from ..system.memory import be_ended_first
from ..system.resources import collect_less_often, keep_freed_memory
from ..system.ring import Ring
from ..system.signals import ENDING
from ..system.stacks import answer_into
from .failures import Dumps, Failed
from .messages import Answer, Done, Leave, Ready
from .tasks import Abandoned, OrderChannel, Task

#: Returns what does the work in a render process, given the memory for frames.
MakeTask = Callable[[Ring | None], Task]


def serve(
    channel: OrderChannel,
    ring: Ring | None,
    make_task: MakeTask,
    *,
    dumps: Dumps = pickle.dumps,
    close_first: Iterable[int] = (),
    group: bool = False,
    stacks: Connection | None = None,
) -> None:
    """Be a worker: carry out orders until told to leave or the main process is gone.

    Parameters
    ----------
    channel : OrderChannel
        To the main process.
    ring : Ring or None
        Where frames go.
    make_task : callable
        Returns what does the work.
    dumps : callable, default: pickle.dumps
        Pickles the user's exceptions.
    close_first : iterable of int
        File descriptors inherited from the main process that must not stay open here.
    group : bool, default: False
        Make a process group, so that what is started here can be killed along.
    stacks : Connection, optional
        Where this process says where it is, when it is asked; see `StackPipe`.
    """
    if group:
        os.setpgid(0, 0)
    for descriptor in close_first:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    if stacks is not None:
        answer_into(stacks)
    # The terminal sends both to all of its processes; the main one sees them, too, and decides.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *ENDING})
    # What making the animation prints has been printed where it was first made.
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for as long as this process lives
    warnings.showwarning = lambda *_, **__: None
    keep_freed_memory()
    be_ended_first()
    try:
        task = make_task(ring)
        task.open()
        collect_less_often()
    except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
        with contextlib.suppress(OSError):
            channel.send(Failed.of(error, 0, dumps))
        return
    # The main process is gone: leave quietly.
    with contextlib.suppress(EOFError, OSError), OutputRecorder(dumps):
        channel.send(Ready())
        carry_out_orders(channel, task, dumps)


def carry_out_orders(channel: OrderChannel, task: Task, dumps: Dumps) -> None:
    """Answer one order after the other, until told to leave.

    Parameters
    ----------
    channel : OrderChannel
        Where orders come from.
    task : Task
        What carries them out; open.
    dumps : callable
        Pickles the user's exceptions.
    """
    while True:
        begin = time.perf_counter()
        order = channel.recv()
        leave = isinstance(order, Leave)
        answer: Answer
        try:
            if isinstance(order, Leave):
                if order.looks_back:
                    task.finish()
                answer = Done()
            else:
                answer = task.do(order, time.perf_counter() - begin, channel)
        except Abandoned:
            continue  # what has come says why
        except BaseException as error:  # noqa: BLE001 - carried home, whatever it is
            answer = Failed.of(error, task.frame, dumps)
        channel.send(answer)
        if leave:
            return


def serve_spawned(
    connection: Connection,
    ring: Ring | None,
    packed_task: Ring,
    group: bool,
    stacks: Connection | None = None,
) -> None:
    """Be a worker that is not a fork.

    Parameters
    ----------
    connection : Connection
        To the main process.
    ring : Ring or None
        Where frames go.
    packed_task : Ring
        One slot, which holds the pickled function that makes the task.
    group, stacks
        See `serve`.
    """
    # The user's exceptions may be of classes that have travelled by value.
    from cloudpickle import dumps

    def make_task(ring: Ring | None) -> Task:
        make: MakeTask = pickle.loads(packed_task.slot(0))  # noqa: S301 - from our own parent
        return make(ring)

    serve(connection, ring, make_task, dumps=dumps, group=group, stacks=stacks)
