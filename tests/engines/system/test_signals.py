"""A program that has given SIGPIPE its default back gets an error, not a silent end."""

from __future__ import annotations

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
