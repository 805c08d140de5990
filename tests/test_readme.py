"""The README's snippets run as they stand there, all of them, and make what it says."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from reference import FFMPEG

README = Path(__file__).parent.parent / "README.md"
REPOSITORY = str(README.parent)

#: Every snippet, and the language it is in.
SNIPPETS = [
    (str(code), str(language))
    for language, code in re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(), re.M | re.S)
]

#: What the text around a snippet takes for given: an animation, or a function that draws a figure.
GIVEN = """
import io
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation
import framepipe

def draw(item):
    figure, axes = plt.subplots(figsize=(2, 2))
    axes.plot([0, item])
    return figure

items = range(4)
fig, ax = plt.subplots(figsize=(2, 2))
(line,) = ax.plot([0, 1])
ani = FuncAnimation(fig, lambda i: line.set_ydata([0, i]), frames=6)
"""


@dataclass(frozen=True)
class Runs:
    """A snippet of Python that is run.

    Parameters
    ----------
    begins : str
        How it begins.
    movies : dict of str to int
        The files that it makes, and how many frames each has.
    pictures : dict of str to bytes
        Those that are no movies, and how each begins.
    before : str
        What is run before it.
    """

    begins: str
    movies: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    before: str = ""


PNG = b"\x89PNG"
SEGMENTS = {f"pendulum.segment-{i:04d}.mp4": 30 for i in range(5)}

PYTHON = [
    Runs("import numpy as np\n*fig, ax = plt.subplots()\nx = ", {"wave.mp4": 300}),
    Runs("import numpy as np\n*ax.set(xlim=(0, 60)", {"walk.mp4": 60}, {"timeline.png": PNG}),
    Runs("framepipe.encode(framepipe.Figures(", {"movie.mp4": 4}, before=GIVEN),
    Runs("framepipe.accelerate()", {"movie.mp4": 6}, before=GIVEN),
    Runs(
        'framepipe.encode(ani, ["talk.mp4"',
        {"talk.mp4": 6, "page.webm": 6, "mail.gif": 16},
        {f"frames/{i:05d}.png": PNG for i in range(6)},
        before=GIVEN,
    ),
    Runs("framepipe.Segments(", before=GIVEN),
    Runs(
        "import numpy as np\n*def derivatives(",
        {"pendulum.mp4": 150, "pendulum.avi": 150, **SEGMENTS},
    ),
]

#: Snippets of the shell, and of Python beside them, that have tests of their own.
IN_THE_SHELL = "framepipe run script.py its arguments"
ON_MANY_MACHINES = ("dask scheduler", "from distributed import Client")


@dataclass(frozen=True)
class Exempt:
    """A snippet that no test runs.

    Parameters
    ----------
    begins : str
        How it begins.
    reason : str
        Why not.
    by_ci : tuple of str
        What of it ``.ci/run`` runs in the place of a test: it stands there word for word.
    """

    begins: str
    reason: str
    by_ci: tuple[str, ...]


NOT_RUN = [
    Exempt(
        "python3 -m venv .venv && .venv/bin/pip install . &&",
        "it installs, for which a test has no network",
        ("-m venv", "pip install", "python -m framepipe demo"),
    ),
    Exempt(
        "apt-get update &&",
        "it installs, as root, and runs these very tests",
        ("mencoder imagemagick chromium", "'.[test]'", "python -m pytest -n 2 --dist loadgroup"),
    ),
    Exempt(
        "pip install git+https://",
        "it installs from the network what is published, not what stands here",
        ("pip install",),
    ),
]


def snippet(begins: str) -> str:
    """The one snippet that begins so; "*" stands for whatever lies between."""
    start = ".*?".join(map(re.escape, begins.split("*")))
    (found,) = [code for code, _ in SNIPPETS if re.match(start, code, re.S)]
    return found


def example(heading: str) -> str:
    """The last Python example of a chapter."""
    text = README.read_text()
    begin = text.index(f"\n## {heading}\n")
    chapter = text[begin : text.index("\n## ", begin + 1)]
    return str(re.findall(r"```python\n(.*?)```", chapter, flags=re.DOTALL)[-1])


def environment(folder: Path) -> dict[str, str]:
    """What a user has: the repository installed, and its command on the path."""
    programs = folder / "bin"
    if not programs.exists():
        programs.mkdir()
        for name, module in (("framepipe", "framepipe"), ("dask", "dask")):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
            program.chmod(0o755)
    path = os.pathsep.join([str(programs), "/usr/bin", "/bin"])
    return {"PATH": path, "MPLBACKEND": "agg", "PYTHONPATH": REPOSITORY, "HOME": str(folder)}


def run(code: str, folder: Path) -> None:
    (folder / "example.py").write_text(code)
    command = [sys.executable, "example.py"]
    subprocess.run(command, cwd=folder, check=True, timeout=120, env=environment(folder))


def frames_of(movie: Path) -> list[str]:
    command = [FFMPEG, "-loglevel", "error", "-i", str(movie), "-f", "framemd5", "-"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [line for line in done.stdout.splitlines() if not line.startswith("#")]


def made(folder: Path, but: set[str]) -> set[str]:
    """The files that there are, but those that were there and what programs keep for themselves."""
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in names - but if not name.startswith(("bin/", ".", "package/"))}


def test_every_snippet_is_run_or_is_exempt() -> None:
    begins = [one.begins for one in PYTHON] + [one.begins for one in NOT_RUN]
    taken = [snippet(start) for start in (*begins, IN_THE_SHELL, *ON_MANY_MACHINES)]
    assert sorted(taken) == sorted(code for code, _ in SNIPPETS)
    assert {language for _, language in SNIPPETS} == {"python", "sh"}


@pytest.mark.parametrize("one", NOT_RUN, ids=lambda one: one.begins.split()[0])
def test_what_is_exempt_has_to_be_and_is_run_by_ci(one: Exempt) -> None:
    code = snippet(one.begins)
    assert "pip install" in code, "whatever does not install can be run"
    assert one.reason.startswith("it installs")
    by_ci = (README.parent / ".ci" / "run").read_text()
    for words in one.by_ci:
        assert words in by_ci, words
        # The programs of its environment, and the commands of the environment that .ci/run makes.
        assert words in code.replace(".venv/bin/", ""), words


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    "one",
    [pytest.param(one, marks=[pytest.mark.slow] * ("def deriv" in one.begins)) for one in PYTHON],
    ids=lambda one: next(iter(one.movies), "nothing"),
)
def test_python_runs_and_makes_what_it_says(one: Runs, tmp_path: Path) -> None:
    run(one.before + snippet(one.begins), tmp_path)
    assert made(tmp_path, {"example.py"}) == {*one.movies, *one.pictures}
    assert {name: len(frames_of(tmp_path / name)) for name in one.movies} == one.movies
    for name, start in one.pictures.items():
        assert (tmp_path / name).read_bytes().startswith(start)


#: A script that saves one animation and shows another.
SCRIPT = f"""
import sys
assert sys.argv[1:] in ([], ["its", "arguments"]), sys.argv
{GIVEN}
plt.show()
other, _ = plt.subplots(figsize=(2, 2))
FuncAnimation(other, lambda i: other.set_facecolor(str(i / 30)), frames=30).save("saved.mp4")
"""

SAVED = {"saved.mp4": 30}


@pytest.mark.slow
def test_the_shell_runs_and_makes_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "module.py").write_text(GIVEN + "ani.save('module.mp4')\n")
    lines = snippet(IN_THE_SHELL).splitlines()
    makes = [
        SAVED,
        {**SAVED, "movie.mp4": 6},
        {**SAVED, "script.mp4": 6},
        {"saved.mp4": 3},
        {"module.mp4": 6},
    ]
    for line, movies in zip(lines, makes, strict=True):
        subprocess.run(
            line, shell=True, cwd=tmp_path, check=True, timeout=120, env=environment(tmp_path),
        )  # fmt: skip
        assert made(tmp_path, {"script.py"}) == {*movies}, line
        assert {name: len(frames_of(tmp_path / name)) for name in movies} == movies, line
        for name in movies:
            (tmp_path / name).unlink()


@pytest.mark.slow
def test_many_machines_of_which_all_are_this_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    scheduler, worker = snippet(ON_MANY_MACHINES[0]).splitlines()
    here = {"HERE": "127.0.0.1", "8786": port, "--nworkers 8": "--nworkers 2"}

    def as_here(text: str) -> str:
        for there, word in here.items():
            text = text.replace(there, word)
        return text

    commands = [scheduler.partition("#")[0] + f" --host 127.0.0.1 --port {port}", as_here(worker)]
    processes = []
    try:
        for command in commands:
            log = (tmp_path / "log").open("a")
            processes.append(
                subprocess.Popen(
                    command, shell=True, cwd=tmp_path, stderr=log, stdout=log,
                    start_new_session=True, env=environment(tmp_path),
                )
            )  # fmt: skip
            log.close()
        run(GIVEN + as_here(snippet(ON_MANY_MACHINES[1])), tmp_path)
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)
    assert len(frames_of(tmp_path / "movie.mp4")) == 6


@pytest.mark.parametrize("name", ["blocks", "stitcher", "keep", "executor", "max_in_flight"])
def test_segments_are_described_with_their_defaults(name: str) -> None:
    import framepipe

    default = framepipe.Segments.__dataclass_fields__[name].default
    assert f"    {name}={default!r}," in example("In segments").replace('"', "'")


ADDRESS = "https://raw.githubusercontent.com/framepipe/framepipe/main/"


def test_pictures_have_an_address_and_are_there() -> None:
    """A path would show on a forge, but not on PyPI."""
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", README.read_text())
    assert pictures
    for picture in pictures:
        assert picture.startswith(ADDRESS)
        assert (README.parent / picture.removeprefix(ADDRESS)).is_file(), picture
