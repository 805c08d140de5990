"""What is drawn: one function a case, which builds an animation of so many frames.

Every case is a function of the frame's number alone, so that schemes which cut the animation into
blocks draw the same frames, and every size is even and at 100 dots per inch.

Any case can be had with another number of frames by ``name@frames``: ``grid@12``, ``pendulum@20``.
"""

from __future__ import annotations

from . import curves, expensive_updates, fields, layouts, packages, projections
from .case import AT, Case

#: All of them, by name.
CASES: dict[str, Case] = {
    case.name: case
    for case in (
        Case("pendulum", curves.pendulum, 300, 80, every_way=True),
        Case("grid", curves.grid, 150, 20),
        Case("imshow", fields.imshow, 150, 40),
        Case("line_1080p", curves.line_1080p, 150, 20),
        Case("scatter_10k", fields.scatter_10k, 150, 12),
        Case("strip_chart", curves.strip_chart, 200, 60, every_way=True),
        Case("surface", fields.surface, 150, 20),
        Case("cla", curves.cla, 200, 24),
        Case("title_and_limits", curves.title_and_limits, 200, 40),
        Case("log_dates_cla", curves.log_dates_cla, 200, 16),
        Case("expensive_update", expensive_updates.expensive_update, 200, 50),
        Case("short", curves.pendulum, 20, 20, every_way=True),
        Case("long", curves.small, 5000, 150),
        Case("trajectory3d", projections.trajectory3d, 200, 30),
        Case("polar", projections.polar, 200, 30),
        Case("pcolormesh", fields.pcolormesh, 100, 20),
        Case("contourf", fields.contourf, 100, 20),
        Case("image_nearest", fields.image_nearest, 60, 12),
        Case("image_bilinear", fields.image_bilinear, 100, 20),
        Case("image_reduced", fields.image_reduced, 100, 20),
        Case("insets", layouts.insets, 150, 20),
        Case("streamplot", fields.streamplot, 60, 12),
        Case("seaborn", packages.seaborn, 100, 12, ("seaborn",)),
        Case("pandas", packages.pandas, 100, 12, ("pandas",)),
        Case("networkx", packages.networkx, 100, 12, ("networkx",)),
        Case("cartopy", packages.cartopy, 100, 12, ("cartopy",)),
        Case("celluloid", packages.celluloid, 100, 20, ("celluloid",)),
    )
}


def find(name: str) -> Case:
    """Return a case by its name, with or without a number of frames behind it.

    Parameters
    ----------
    name : str
        Such as "grid" or "grid@12".

    Raises
    ------
    ValueError
        If there is none of that name, or the number is none.
    """
    plain, at, frames = name.partition(AT)
    if plain not in CASES:
        raise ValueError(f"no case is called {plain!r}; there are {', '.join(CASES)}")
    if not at:
        return CASES[plain]
    if not frames.isdecimal() or int(frames) < 1:
        raise ValueError(f"{name!r}: behind {AT} comes a number of frames, 1 or more")
    return CASES[plain].of(int(frames))
