"""How pictures look: sizes, fonts, colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Inches; a README's column at 100 pixels an inch.
WIDTH = 9.0

INK, GREY = "#222222", "#808080"

#: For contenders, in their order: Okabe and Ito's colours, which the colour-blind can tell apart.
COLOURS = ("#0072B2", "#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#F0E442")

STYLE: dict[str, Any] = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.fontsize": 9,
}


def colour(names: Sequence[str], name: str) -> str:
    """Return the colour of one of several names."""
    return COLOURS[names.index(name) % len(COLOURS)]


def ink_on(tint: str) -> str:
    """Return black or white, whichever can be read on a colour."""
    red, green, blue = (int(tint[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return INK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
