"""SIGPIPE is an error and no silent end; what ends a program lets it clean up first."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
import framepipe
from framepipe.demo import double_pendulum
try:
    framepipe.encode(double_pendulum(400), sys.argv[1], workers=int(sys.argv[2]),
                     extra_args=["-frames:v", "2"])
except framepipe.EncoderError as error:
    print("EncoderError", error.returncode)
assert signal.getsignal(signal.SIGPIPE) is signal.SIG_DFL
assert signal.SIGPIPE not in signal.pthread_sigmask(signal.SIG_BLOCK, set())
print("still here")
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_sigpipe_does_not_end_the_program(workers: int, tmp_path: Path) -> None:
    # This ffmpeg is content after two frames, and leaves while more are being written.
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "movie.mp4"), str(workers)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["EncoderError 0", "still here"]
    assert not list(tmp_path.iterdir())


ENDS = """
import signal, sys, time
from framepipe.engines.system.signals import Ended, ending_signals_raise
number = signal.Signals[sys.argv[1]]
{before}
with ending_signals_raise():
    try:
        signal.raise_signal(number)
        print("not ended")
    except {caught}:
        print("swallowed")
    finally:
        print("cleaned up", flush=True)
print("goes on", flush=True)
"""


@pytest.mark.thinned(4)
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    ("before", "caught", "said", "ends"),
    [
        ("", "ValueError", ["cleaned up"], True),
        ("", "BaseException", ["swallowed", "cleaned up"], True),
        ("", "KeyboardInterrupt", ["swallowed", "cleaned up"], True),
        ("signal.signal(number, signal.SIG_IGN)", "BaseException",
         ["not ended", "cleaned up", "goes on"], False),
        ("signal.signal(number, lambda *_: print('handled'))", "BaseException",
         ["handled", "not ended", "cleaned up", "goes on"], False),
    ],
)  # fmt: skip
def test_what_ends_a_program_lets_it_clean_up_first(
    name: str, before: str, caught: str, said: list[str], ends: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDS.format(before=before, caught=caught), name],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == said
    assert done.returncode == (-signal.Signals[name] if ends else 0)
    assert "Traceback" not in done.stderr
