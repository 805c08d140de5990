"""The corpus: many small animations, one of every kind that we know to be hard or common.

Each is a function without arguments that makes one from nothing, decorated with what is known of
it; `CORPUS` holds them all by name.  `Animation.save` says how their movies must look
(`reference.py`); everything else in the test suite is held against that.
"""

from importlib import import_module

from .case import CORPUS, Case

__all__ = ["CORPUS", "THEMES", "Case"]

# The modules, in the order in which their cases come.
THEMES = (
    "curves",
    "fields",
    "pictures",
    "patches",
    "text",
    "ticks",
    "axes",
    "layout",
    "sources",
    "state",
    "kinds",
    "movie",
    "retained_order",
    "retained_style",
    "retained_axes",
    "retained_opened",
    "retained_custom",
    "retained_inplace",
    "found",
    "history_reads",
    "history_draws",
    "history_canvas",
    "history_files",
    "history_chance",
)

for theme in THEMES:
    import_module(f".{theme}", __name__)
