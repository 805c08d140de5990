"""What must be the same for a run to go on with segments that another one has recorded.

Not the number of workers, nor how they are started: those make no difference to a frame.  Nor what
is done with segments afterwards: where they are without loss, the movie's own codec may change.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import fields
from itertools import islice

from ..drawing.figure_painter import FigurePainterFactory
from ..drawing.functions.identity import describe_animation, describe_figures, short_text
from ..drawing.mpl.rc import rc_changed
from ..encoding.find import version_of
from ..engines.executor.task import versions
from ..engines.scheduling.blocks import Block
from ..plan import EncodePlan

#: Settings of matplotlib's that change no frame.
_NO_MATTER = (
    "animation.", "backend", "interactive", "keymap.", "toolbar", "timezone.", "tk.", "webagg.",
    "figure.raise_window", "figure.max_open_warning", "savefig.directory", "savefig.format",
)  # fmt: skip


def what_must_be_the_same(
    plan: EncodePlan, blocks: Iterable[Block], *, lossless: bool
) -> dict[str, str]:
    """Return what segments depend on, by name.

    Parameters
    ----------
    plan : EncodePlan
        The movie.
    blocks : iterable of Block
        Into which its frames are cut; perhaps endless.
    lossless : bool
        Whether segments are recorded without loss, to be encoded once more.
    """
    movie, painters = plan.movie, plan.painters
    encoder = movie.encoder.lossless() if lossless else movie.encoder
    same = {f"the version of {name}": version for name, version in versions().items()}
    same["the version of ffmpeg"] = version_of(movie.encoder.ffmpeg())
    same["the machine"] = f"{platform.system()} {platform.machine()}"
    same["the number of frames"] = str(plan.frames)
    same["frames"] = short_text(repr(painters.selection))
    # What is endless is cut evenly: its first ones tell.
    told = blocks if isinstance(blocks, list) else islice(blocks, 2)
    same["the blocks"] = short_text(str([(block.start, block.stop) for block in told]))
    same["redraw"] = plan.redraw
    same["independent"] = str(painters.independent)
    frame = movie.frame
    same["the size in pixels"] = f"{frame.width}x{frame.height}"
    same["the size in inches"] = str(tuple(map(float, frame.size)))
    same["dpi"] = str(float(frame.dpi))
    same["transparency"] = str(not frame.opaque)
    for name, value in frame.savefig_kwargs.items():
        colour = name == "facecolor"
        same[f"savefig_kwargs[{name!r}]"] = repr([float(one) for one in value] if colour else value)
    for one in fields(encoder.encoding):
        value = getattr(encoder.encoding, one.name)
        same[one.name] = repr(dict(value) if one.name == "metadata" else value)
    if movie.writers is not None:
        same["the writer"] = movie.writers.name
    for name, value in rc_changed().items():
        if not name.startswith(_NO_MATTER):
            same[f"rcParams[{name!r}]"] = repr(value)
    if isinstance(painters, FigurePainterFactory):
        return same | describe_figures(painters.figures)
    return same | describe_animation(painters.animations, painters.make)
