"""Wait for messages, deaths and room in the encoder's pipe, all at once.

On POSIX one `select.poll` object serves for the whole run.  Windows cannot poll pipes; there
writing to the encoder blocks (see `Sink`), and only messages are waited for.
"""

from __future__ import annotations

import select
import sys
from multiprocessing import connection


class Poller:
    """A set of things to wait for.

    Connections that have a message or whose other end is gone are *readable*.  The encoder's
    standard input is *writable* when it takes more bytes, and also when the encoder is dead.
    """

    def __init__(self) -> None:
        self._poll = None if sys.platform == "win32" else select.poll()
        self._connections: dict[int, connection.Connection] = {}
        self._sink: int | None = None

    def add(self, one: connection.Connection) -> None:
        """Wait for messages from a connection, too."""
        self._connections[one.fileno()] = one
        if self._poll is not None:
            self._poll.register(one.fileno(), select.POLLIN)

    def remove(self, one: connection.Connection) -> None:
        """Wait for it no longer; to be called before it is closed."""
        del self._connections[one.fileno()]
        if self._poll is not None:
            self._poll.unregister(one.fileno())

    def watch_sink(self, descriptor: int, *, for_room: bool) -> None:
        """Watch the encoder's standard input.

        Parameters
        ----------
        descriptor : int
            The write end of the pipe.
        for_room : bool
            Wake up when it takes more bytes.  When False, only when its reader is gone.
        """
        if self._sink != descriptor:
            self.forget_sink()  # one of several encoders; another is waited for now
        self._sink = descriptor
        if self._poll is not None:
            self._poll.register(descriptor, select.POLLOUT if for_room else 0)

    def forget_sink(self) -> None:
        """Watch it no longer; to be called before it is closed."""
        if self._sink is not None and self._poll is not None:
            self._poll.unregister(self._sink)
        self._sink = None

    def wait(self, timeout: float | None) -> tuple[list[connection.Connection], bool]:
        """Wait until something happens.

        Parameters
        ----------
        timeout : float, optional
            Seconds; None for as long as it takes.

        Returns
        -------
        readable : list of Connection
            Those with a message, or with nobody at the other end.
        sink : bool
            Whether the encoder's pipe has room, or no reader.
        """
        if self._poll is None:
            found = connection.wait(list(self._connections.values()), timeout)
            return [one for one in found if isinstance(one, connection.Connection)], False
        events = self._poll.poll(None if timeout is None else max(0, timeout * 1000))
        readable = []
        sink = False
        for descriptor, _ in events:
            if descriptor == self._sink:
                sink = True
            else:
                readable.append(self._connections[descriptor])
        return readable, sink
