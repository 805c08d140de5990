"""mpi4py's executor, under a real mpiexec (the wheels on PyPI bring one along)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clips import in_session

SCRIPT = """
import sys
from pathlib import Path
import framepipe
from clips import RAW, clip, numbers_in
from mpi4py.futures import MPIPoolExecutor

if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        mode = framepipe.Segments(blocks=6, executor=executor)
        movie = framepipe.encode(clip(60), "m.rgba", mode=mode, **RAW)
        assert numbers_in(movie) == list(range(60))
        assert movie.workers == executor.num_workers == 2
        assert executor.submit(abs, -3).result() == 3, "it is not shut down"
        print("good")
"""


@pytest.mark.slow
def test_a_movie_from_mpi_processes(tmp_path: Path) -> None:
    mpiexec = shutil.which("mpiexec", path=str(Path(sys.executable).parent)) or "mpiexec"
    (tmp_path / "script.py").write_text(SCRIPT)
    here = Path(__file__).parents[2]
    running = subprocess.Popen(
        [mpiexec, "-n", "3", sys.executable, "-m", "mpi4py.futures", "script.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with running:
        said, _ = running.communicate(timeout=120)
    assert running.returncode == 0, said
    assert said.strip().endswith("good")
    assert not in_session(running.pid)
