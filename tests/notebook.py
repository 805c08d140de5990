"""Notebooks, executed in a kernel of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = str(Path(__file__).parents[1])

#: In a process of its own: it leaves an event loop behind.
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sys.argv[2:])))
NotebookClient(
    notebook, timeout=120, kernel_name="python3", allow_errors=sys.argv[1] == "go on"
).execute()
print(nbformat.writes(notebook))
"""


def executed(folder: Path, *cells: str, errors: bool = False) -> list[list[Any]]:
    """Run cells in one kernel; return what each has put out, and the widgets.

    With `errors` cells may raise, and those that follow are run all the same.
    """
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, "go on" if errors else "stop", *cells],
        cwd=folder, env={**os.environ, "PYTHONPATH": REPOSITORY}, check=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    notebook = json.loads(done.stdout)
    widgets = notebook["metadata"].get("widgets", {})
    state = widgets.get("application/vnd.jupyter.widget-state+json")
    return [*(cell["outputs"] for cell in notebook["cells"]), [state]]
