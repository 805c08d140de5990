"""What the user is told when frames came out otherwise than they should."""

from __future__ import annotations

import inspect
import warnings

from ..errors import FrameError, FrameMismatch, HistoryMismatch, HistoryWarning, RetainedWarning
from .attempt import Attempt, Made


def warn_of_mismatch(
    found: HistoryMismatch,
    attempt: Attempt,
    made: Made,
    place: int,
    *,
    misled: bool,
    independent: bool,
    figures: bool,
) -> None:
    """Tell the user, once, why the movie was made again."""
    where = ""
    if found.bbox is not None:
        lies = f" (there lies {found.artist})" if found.artist else ""
        where = f", in the pixels from {found.bbox[:2]} to {found.bbox[2:]}{lies},"
    if misled and not attempt.in_order:
        said = (
            f"frame {place} came out otherwise{where} when what had not changed was kept: "
            "an artist changes without a sign of it. Return the artist from the update function, "
            "or change it through its set_...() methods. Made again with full drawing"
        )
        warn_user(said, RetainedWarning)
        return
    one = "Animation.save draws it" if found.as_saved else "another worker drew it"
    said = f"frame {place} differs{where} from how {one}: "
    if not made.as_expected:
        said += (
            "the animation is not the same twice (random numbers without a seed, a clock, the "
            "network?). The movie was made in one pass, by one worker"
        )
    elif figures:
        said += (
            "it depends on the calls for the items before (draw goes on from what it left, or uses "
            "random numbers). The movie was made again "
        )
        said += (
            "by one worker, in order"
            if attempt.in_order
            else "with all these calls made by every worker"
        )
        said += "; it would be made sooner if a figure depended on its item alone"
    elif independent and not attempt.in_order:
        said += (
            "it needs updates of earlier frames, which independent=True had left out. The movie "
            "was made again with all of them; leave independent out"
        )
    else:
        who = "one worker" if made.workers else "a process"
        said += (
            "it depends on what drawing the frames before it left behind (a size or a transform "
            "that a draw works out and the update reads, a draw_event listener, a canvas that is "
            f"copied from). The movie was made again by {who} that makes every draw in order, "
            "as Animation.save does; it would be made sooner if the update worked out what it "
            "needs by itself"
        )
    warn_user(said, HistoryWarning)


def warn_user(said: str, category: type[Warning]) -> None:
    """Warn, at the line outside of this package that asked for the movie."""
    frame, level = inspect.currentframe(), 1
    package = __name__.partition(".")[0]
    while frame is not None and frame.f_globals.get("__name__", "").startswith(f"{package}."):
        frame, level = frame.f_back, level + 1
    warnings.warn(said, category, stacklevel=level)


def too_late(error: HistoryMismatch, place: int) -> FrameError:
    """Return the error to raise where what has been written cannot be taken back."""
    return FrameError(
        f"frame {place} depends on what drawing the frames before it left behind, which "
        f"was found when {error.written} frames had gone into an output that is no file, and "
        "could not be taken back. Write into a file, where the movie is then made again in the "
        "right way",
        place,
    )


def proven_wrong(error: HistoryMismatch, place: int) -> FrameMismatch:
    """Return the error to raise where every frame is to be proven."""
    where = f"; the pixels from {error.bbox[:2]} to {error.bbox[2:]} differ" if error.bbox else ""
    return FrameMismatch(
        f"frame {place} is not what Animation.save draws{where}: it depends on what drawing "
        'the frames before it left behind. With redraw="auto" such a movie is made by one worker '
        "that makes every draw in order",
        place,
        error.artist,
        error.bbox or (0, 0, 0, 0),
    )
