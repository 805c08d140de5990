"""`Animation.save` as it is, made fast: for scripts, packages and notebooks that one cannot change.

While `accelerate` is on, ``Animation.save`` goes through `framepipe.encode` wherever that makes the
same movie, and what other code sees afterwards is what matplotlib would have left: the figure
stands at the last frame, what the update functions appended or counted is there, exhausted
iterators are exhausted, and an exception is the one that was raised.

The movie is made by a fork of this process (`framepipe.integrations.beside`), while this one runs
the animation's updates and draws nothing.

The updates run here once more, as in any of the workers.  So they cost no time unless they are most
of the work; and nothing that this process does to the animation can reach the movie.  Where
processes are not forked (macOS, Windows) the updates run here after the movie is made.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import wraps
from types import TracebackType
from typing import Any, Self

import matplotlib as mpl
from matplotlib.animation import AbstractMovieWriter, Animation

from ..api import carry_out, shown_progress
from ..drawing.writer_sink import takes_pipe
from ..encoding.find import find_ffmpeg
from ..engines.workers.failures import interrupts_pass
from ..errors import EncoderNotFound, FrameError
from ..movie import Movie
from ..plan import EncodePlan, plan_encode
from .beside import Beside, ProgressCallback

_log = logging.getLogger(__name__)

WriterLike = AbstractMovieWriter | str | None


class accelerate:  # noqa: N801 - called like a function, and as a context manager
    """Let `Animation.save` make its movies through `framepipe.encode`.

    To be called once, in the first cell of a notebook or at the top of a script; or as a context
    manager, at whose end everything is as it was before.

    Parameters
    ----------
    **options
        Of `framepipe.encode`, for every movie: workers, mode, redraw, independent, start_method,
        progress, frames, resume.

    Attributes
    ----------
    movies : list of Movie
        The movies made while this was on, in order.

    Notes
    -----
    Covers what calls `Animation.save` inside, too: `to_html5_video`, and other packages.  What
    framepipe does not make (writers other than ffmpeg's pipe: "pillow", "html", frames written as
    images, classes of one's own) goes to matplotlib as before.

    Errors are those of `Animation.save`: an exception of the animation's own code comes out as it
    was raised, and a failed ffmpeg is a `subprocess.CalledProcessError` (`framepipe.EncoderError`).

    Examples
    --------
    For the whole program, or until it is stopped:

    >>> accelerated = framepipe.accelerate()
    >>> ani.save("movie.mp4")
    >>> accelerated.stop()

    For what is saved within a block:

    >>> with framepipe.accelerate(workers=2) as accelerated:
    ...     ani.save("movie.mp4")
    >>> accelerated.movies[0].frames
    12
    """

    def __init__(self, **options: Any) -> None:
        unknown = options.keys() - _OPTIONS
        if unknown:
            raise TypeError(
                f"accelerate() takes no {', '.join(map(repr, sorted(unknown)))}: only "
                f"{', '.join(sorted(_OPTIONS))}"
            )
        self.options = options
        self.movies: list[Movie] = []
        _STACK.append(self)
        _install()

    def stop(self) -> None:
        """Let things be as they were before.  May be called again."""
        if self in _STACK:
            _STACK.remove(self)
        if not _STACK:
            _uninstall()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"<framepipe.accelerate({given}): {'on' if self in _STACK else 'off'}>"


_OPTIONS = frozenset({
    "workers", "mode", "redraw", "independent", "start_method", "progress", "frames", "resume",
})  # fmt: skip

#: Those that are on; the last one counts.
_STACK: list[accelerate] = []

#: What stood in `Animation` before.
_ORIGINAL: dict[str, Any] = {}


def _install() -> None:
    if _ORIGINAL:
        return
    _ORIGINAL.update(save=Animation.save, to_html5_video=Animation.to_html5_video)

    @wraps(_ORIGINAL["save"])
    def save(
        self: Animation,
        filename: str | os.PathLike[str],
        writer: WriterLike = None,
        fps: float | None = None,
        dpi: float | str | None = None,
        codec: str | None = None,
        bitrate: int | None = None,
        extra_args: Sequence[str] | None = None,
        metadata: Mapping[str, str] | None = None,
        extra_anim: Sequence[Animation] | None = None,
        savefig_kwargs: Mapping[str, object] | None = None,
        *,
        progress_callback: ProgressCallback | None = None,
    ) -> None:
        given = {
            "fps": fps, "dpi": dpi, "codec": codec, "bitrate": bitrate, "extra_args": extra_args,
            "metadata": metadata, "extra_anim": extra_anim, "savefig_kwargs": savefig_kwargs,
        }  # fmt: skip
        with _same_ffmpeg():
            if not _STACK or not _serves(filename, writer):
                if _STACK and _STACK[-1].options.get("frames") is not None:
                    _log.warning("%s is left to matplotlib, which saves all frames", filename)
                _ORIGINAL["save"](
                    self, filename, writer, **given, progress_callback=progress_callback
                )
                return
            on = _STACK[-1]
            movie = _save(self, filename, writer, given, progress_callback, on.options)
            on.movies.append(movie)

    @wraps(_ORIGINAL["to_html5_video"])
    def to_html5_video(self: Animation, *args: object, **kwargs: object) -> object:
        with _same_ffmpeg():
            return _ORIGINAL["to_html5_video"](self, *args, **kwargs)

    for name, function in (("save", save), ("to_html5_video", to_html5_video)):
        setattr(Animation, name, function)


def _uninstall() -> None:
    for name, function in _ORIGINAL.items():
        setattr(Animation, name, function)
    _ORIGINAL.clear()


@contextlib.contextmanager
def _same_ffmpeg() -> Iterator[None]:
    """Use the ffmpeg that matplotlib would; where it would find none, ours, for both of us."""
    name = mpl.rcParams["animation.ffmpeg_path"]
    found = shutil.which(name)
    if found is None:
        with contextlib.suppress(EncoderNotFound):
            found = find_ffmpeg(None)
    setting: Any = {"animation.ffmpeg_path": os.path.abspath(found) if found else name}
    with mpl.rc_context(setting):
        yield


def _serves(filename: object, writer: WriterLike) -> bool:
    """Tell whether framepipe makes what matplotlib would."""
    if not isinstance(filename, str | os.PathLike):
        return False
    try:
        return takes_pipe(writer)
    except (TypeError, ValueError):
        return False  # matplotlib has its own words for that


def _save(
    animation: Animation,
    filename: str | os.PathLike[str],
    writer: WriterLike,
    given: Mapping[str, Any],
    progress_callback: ProgressCallback | None,
    options: Mapping[str, Any],
) -> Movie:
    """Do what `Animation.save` does."""
    choices = {
        "workers": None, "redraw": "auto", "independent": False, "start_method": None, **options,
    }  # fmt: skip
    mode, progress = choices.pop("mode", "auto"), choices.pop("progress", False)
    resume = choices.pop("resume", False)
    with ExitStack() as stack:
        plan = plan_encode(stack, animation, filename, writer, **given, **choices)
        figure = plan.painters().figure
        if isinstance(writer, AbstractMovieWriter):
            # As its setup() would leave it: to_html5_video asks it for the size of a frame.
            seen: Any = writer
            seen.outfile, seen.fig, seen.dpi = filename, figure, plan.movie.frame.dpi
        failed: BaseException | None = None
        try:
            if plan.workers > 0 and plan.start_method == "fork":
                # The bar is here: a fork of a notebook's kernel cannot move it.
                told = shown_progress(progress, progress_callback, stack, plan.frames)
                with Beside(plan, mode, told, writer, resume) as beside:
                    with interrupts_pass():
                        for _ in _updates(plan):
                            beside.hear()
                    movie = beside.finish()
            else:
                movie = carry_out(
                    plan, mode, progress, progress_callback, writer=writer, resume=resume
                )
                for _ in _updates(plan) if plan.workers else ():
                    pass
        except FrameError as error:
            failed = error.__cause__ or error
            if failed is not error:
                failed.add_note(f"framepipe: frame {error.frame}")
        if failed is not None:
            raise failed  # here, where nothing is added to what it says itself
        if plan.movie.frame.adjusted:
            # As FFMpegWriter leaves a figure whose size does not do for the encoder.
            figure.set_size_inches(plan.movie.frame.size)
        return movie


def _updates(plan: EncodePlan) -> Iterator[int]:
    """Run the animation's updates here, one for each frame yielded, and draw nothing."""
    painter = plan.painters.unchecked()()
    painter.open()
    try:
        frame = 0
        while painter.pass_over(frame):
            yield frame
            frame += 1
    finally:
        painter.close()
