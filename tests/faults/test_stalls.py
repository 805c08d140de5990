"""An update that waits for ever in a fork: the movie is made in this process, and it is said."""

from __future__ import annotations

import queue
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clips import RAW, children, clip, everything_in, numbers_in

from framepipe import encode
from framepipe.engines.workers import stalls

#: Found by a name that no code holds, so that nobody can see it coming.
hidden: queue.Queue[int] = queue.Queue(maxsize=2)


def take(i: int) -> None:
    rows: Any = vars(sys.modules[__name__])["hid" + "den"]
    print(f"row {rows.get()}")


@pytest.fixture
def feeder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stalls, "STALLED", 1.5)
    thread = threading.Thread(target=lambda: deque(map(hidden.put, range(12))))
    thread.start()
    yield
    thread.join()


@pytest.mark.thinned(2)
@pytest.mark.parametrize("mode", ["pipe", "segments"])
@pytest.mark.usefixtures("feeder")
def test_the_movie_is_made_here_and_one_line_says_so(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    mode: Any,
) -> None:
    movie = encode(clip(12, take), tmp_path / "m.rgba", workers=2, mode=mode, **RAW)
    assert movie.workers == 0
    assert numbers_in(movie) == list(range(12))
    assert capsys.readouterr().out.splitlines() == [f"row {i}" for i in range(12)]
    (line,) = [record.getMessage() for record in caplog.records]
    assert "without doing anything" in line
    assert line.endswith("The movie is made in this process alone")
    assert everything_in(tmp_path) == {"m.rgba"}
    assert children() == ([], [])
