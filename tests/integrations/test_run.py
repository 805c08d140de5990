"""``framepipe run``: somebody's program as it is, its movies made fast."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clips import FFMPEG, everything_in

ROOT = Path(__file__).parents[2]

#: A script like many others.
PLOTS = """\
import sys
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation

fig, ax = plt.subplots(figsize=(1, 1), dpi=64)
(line,) = ax.plot([0, 1], [0, 1])
seen = []

def update(i):
    seen.append(i)
    line.set_ydata([0, i / 10])
    return (line,)

ani = FuncAnimation(fig, update, frames=8, interval=100)
"""


def run(
    folder: Path,
    *arguments: str,
    program: str = "script.py",
    python: tuple[str, ...] = (),
    group: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder, by framepipe or else by Python alone."""
    command = python or ("-m", "framepipe", "run", *arguments)
    return subprocess.run(
        [sys.executable, *command, *(program.split() if program else [])],
        cwd=folder, capture_output=True, text=True, timeout=100, check=False,
        start_new_session=group,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "PATH": os.pathsep.join(
            [str(Path(FFMPEG).parent), os.environ["PATH"]])},
    )  # fmt: skip


def test_a_script_that_saves_by_itself(tmp_path: Path) -> None:
    script = PLOTS + ('ani.save("m.mp4")\nplt.show()\nprint(__name__, sys.argv, __file__, seen)\n')
    (tmp_path / "script.py").write_text(script)
    done = run(tmp_path, program="script.py a --fps 3")
    assert done.returncode == 0, done.stderr
    # As by Python alone: its name, its arguments, and what its updates have seen.
    line = f"__main__ ['script.py', 'a', '--fps', '3'] script.py {[0, *range(8)]}\n"
    assert done.stdout == line
    assert "m.mp4: 8 frames of 64x64" in done.stderr
    assert everything_in(tmp_path) == {"script.py", "m.mp4"}
    assert run(tmp_path, "--quiet").stderr == ""


def test_a_script_that_only_shows(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(PLOTS + "plt.show()\n")
    done = run(tmp_path)
    assert done.returncode == 0
    assert "1 animation not saved: -o movie.mp4 saves them" in done.stderr
    assert everything_in(tmp_path) == {"script.py"}
    done = run(tmp_path, "-o", "m.mp4", "--fps", "30", "--dpi", "32", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "m.mp4: 8 frames of 32x32" in done.stderr
    assert everything_in(tmp_path) == {"script.py", "m.mp4"}


@pytest.mark.slow
def test_several_animations_are_numbered_and_one_can_be_picked(tmp_path: Path) -> None:
    more = "\ndef make():\n    return FuncAnimation(fig, update, frames=3)\nother = make()\n"
    (tmp_path / "script.py").write_text(PLOTS + more + 'ani.save("mine.mp4")\nthird = make()\n')
    assert run(tmp_path, "-o", "m.mp4").returncode == 0
    assert everything_in(tmp_path) == {"script.py", "mine.mp4", "m-1.mp4", "m-2.mp4"}
    done = run(tmp_path, program="script.py:other")
    assert "script.mp4: 3 frames" in done.stderr
    assert run(tmp_path, "-o", "made.mp4", program="script.py:make").returncode == 0
    assert (tmp_path / "made.mp4").exists()
    done = run(tmp_path, program="script.py:nothing")
    assert done.returncode == 1
    assert "the program has no variable 'nothing'" in done.stderr
    done = run(tmp_path, program="script.py:fig")
    assert "'fig' is a Figure, and no animation" in done.stderr


@pytest.mark.thinned(4)
@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("sys.exit(5)", 5),
        ("sys.exit('no')", 1),
        ("sys.exit()", 0),
        ("def inner():\n    raise LookupError('sour')\n\ninner()", 1),
        ("raise KeyboardInterrupt", -2),
        ("this is no Python", 1),
    ],
)
def test_exit_status_and_traceback_are_the_scripts_own(
    tmp_path: Path, last: str, code: int
) -> None:
    (tmp_path / "script.py").write_text(f"import sys\n{last}\n")
    plain = run(tmp_path, python=("script.py",), program="")
    done = run(tmp_path)
    assert done.returncode == plain.returncode == code
    ours = done.stderr.replace('"script.py"', '"script.py"')
    assert ours.replace(str(tmp_path) + "/", "") == plain.stderr.replace(str(tmp_path) + "/", "")


def test_an_exception_in_an_update_shows_the_scripts_lines(tmp_path: Path) -> None:
    bad = PLOTS.replace("seen.append(i)", "seen.append(1 / (3 - i))")
    (tmp_path / "script.py").write_text(bad + 'ani.save("m.mp4")\n')
    done = run(tmp_path)
    assert done.returncode == 1
    assert "seen.append(1 / (3 - i))" in done.stderr
    assert "ZeroDivisionError: division by zero\nframepipe: frame 3\n" in done.stderr
    assert "FrameError" not in done.stderr
    assert everything_in(tmp_path) == {"script.py"}


@pytest.mark.slow
def test_a_part_of_each_animation(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(PLOTS + 'ani.save("m.mp4")\nprint(seen)\nplt.show()\n')
    done = run(tmp_path, "--frames", "1:8:3")
    assert done.returncode == 0, done.stderr
    assert "m.mp4: 3 frames of 64x64" in done.stderr
    assert done.stdout == f"{[0, *range(8)]}\n"
    done = run(tmp_path, "--frames=-2:", "-o", "n.mp4", program="script.py:ani")
    assert "n.mp4: 2 frames of 64x64" in done.stderr
    done = run(tmp_path, "--frames", "20:")
    assert done.returncode == 1
    assert "no frames at all of the 8 that the animation has" in done.stderr


def test_a_module(tmp_path: Path) -> None:
    package = tmp_path / "plots"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "wave.py").write_text(PLOTS + "print(__name__, sys.argv[1:], __package__)\n")
    done = run(tmp_path, "-o", "m.mp4", "-m", program="plots.wave x")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "__main__ ['x'] plots\n"
    assert (tmp_path / "m.mp4").exists()


@pytest.mark.slow
def test_windows_do_not_open(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "import matplotlib\nmatplotlib.use('TkAgg')\n" + PLOTS + "plt.pause(1000)\nfig.show()\n"
    )
    assert run(tmp_path, "-o", "m.mp4").returncode == 0


@pytest.mark.thinned(4)
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "which program"),
        (("nothing.py",), "no file 'nothing.py'"),
        (("--wat",), "wat"),
        (("--frames", "5", "x.py"), "must be START:STOP or START:STOP:STEP, not '5'"),
        (("--frames", "a:b", "x.py"), "whole numbers, not 'a:b'"),
        (("--frames", "9:0:-1", "x.py"), "the step must be 1 or more"),
    ],
)
def test_wrong_arguments(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    done = run(tmp_path, *arguments, program="")
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_script_that_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    script = PLOTS.replace("frames=8", "frames=60") + (
        'import os, signal\n'
        'def told(i, n):\n'
        '    if i == 35 and not os.path.exists("once"):\n'
        '        open("once", "w").close()\n'
        '        os.killpg(0, signal.SIGKILL)\n'
        'ani.save("m.mp4", progress_callback=told)\n'
    )  # fmt: skip
    (tmp_path / "script.py").write_text(script)
    killed = run(tmp_path, "--resume", "--workers", "2", group=True)
    assert killed.returncode == -9
    assert not (tmp_path / "m.mp4").exists()
    done = run(tmp_path, "--resume", "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "m.mp4: 60 frames of 64x64" in done.stderr
    assert "frames of a run that was interrupted" in done.stderr
    assert everything_in(tmp_path) == {"script.py", "once", "m.mp4"}


@pytest.mark.slow
def test_a_programs_animations_are_checked_and_nothing_is_saved(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        PLOTS + 'ani.save("m.mp4")\nprint(sys.argv)\nother = FuncAnimation(fig, update, frames=3)\n'
    )
    command = ("-m", "framepipe", "check", "--frames", "4")
    done = run(tmp_path, python=command, program="script.py a")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("['script.py', 'a']\nframe  same twice  needs")
    assert done.stdout.count("independent=True is safe, as far as was seen") == 2
    assert everything_in(tmp_path) == {"script.py"}
    done = run(tmp_path, python=command, program="script.py:other")
    assert "the first 3 frames of 3." in done.stdout
    done = run(tmp_path, python=command, program="script.py:nothing")
    assert done.returncode == 1
    assert "the program has no variable 'nothing'" in done.stderr
