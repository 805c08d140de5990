"""The front door: check the options, decide, make the movie, put it in its place."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .drawing.factory import note_use
from .engines.protocols import Progress
from .engines.system.resources import usable_cpus
from .engines.system.signals import ending_signals_raise
from .modes import Made, make_movie
from .movie import Movie
from .options import (
    ModeName,
    RedrawName,
    Segments,
    StartMethod,
    To,
    as_keywords,
    as_targets,
    check_choices,
    check_kinds,
)
from .plan import EncodePlan, plan_encode
from .result import Facts
from .resume.folder import ResumeFolder

if TYPE_CHECKING:
    from fractions import Fraction
    from typing import BinaryIO

    from matplotlib.animation import AbstractMovieWriter, Animation

    from .drawing.figures import Figures
    from .drawing.selection import FrameChoice

    #: Where a movie may go.
    Target = str | os.PathLike[str] | BinaryIO | To


def encode(
    animation: Animation | Figures | Callable[[], Animation | Figures],
    filename: Target | Sequence[Target],
    writer: AbstractMovieWriter | str | None = None,
    fps: float | str | Fraction | None = None,
    dpi: float | str | None = None,
    codec: str | None = None,
    bitrate: int | None = None,
    extra_args: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
    extra_anim: Sequence[Animation] | None = None,
    savefig_kwargs: Mapping[str, Any] | None = None,
    *,
    progress_callback: Callable[[int, int | None], Any] | None = None,
    workers: int | None = None,
    mode: ModeName | Segments = "auto",
    redraw: RedrawName = "auto",
    independent: bool = False,
    start_method: StartMethod | None = None,
    progress: bool = False,
    hold: float = 0.0,
    loop: int = 0,
    frames: FrameChoice | None = None,
    resume: bool = False,
) -> Movie:
    """Make the movie `Animation.save` would make, frame for frame, with many processes.

    The arguments up to `progress_callback` are those of `matplotlib.animation.Animation.save`,
    with the same names, order, meaning and defaults.

    Parameters
    ----------
    animation : Animation, Figures or callable
        The animation, or a function without arguments that makes it; or `Figures`, where there is
        none.
    filename : str, path-like or binary file object, or a list of them
        The movie.  Its suffix chooses the container.  An existing file stays as it is until the
        new movie is whole.  A list makes several movies of the same frames, which are drawn once;
        a `To` in it has arguments of its own.  If one of them fails, all do.  A name such as
        "frames/%05d.png" makes a folder of pictures, without loss.  A file object is given the
        movie when it is whole: an mp4, or what ``To(file, format="gif")`` says.
    writer : str or MovieWriter, default: rcParams["animation.writer"]
        A name that matplotlib knows, or an instance, whose settings are then used.  What is not
        "ffmpeg" or an `FFMpegWriter` takes its frames in segments; see `mode`.
    fps : float, str or Fraction, optional
        Frames a second, as a number or as text ("30000/1001", "ntsc"); else from the animation's
        interval.
    dpi : float or "figure", default: rcParams["savefig.dpi"]
        Dots per inch; with the figure's size this gives the movie's.
    codec : str, default: rcParams["animation.codec"]
        Name that ffmpeg has for the encoder.
    bitrate : int, default: rcParams["animation.bitrate"]
        Kilobits a second; -1 leaves it to the encoder.
    extra_args : sequence of str, default: rcParams["animation.ffmpeg_args"]
        Further arguments for ffmpeg, before the output name.
    metadata : mapping of str to str, optional
        Title, artist and so on.
    extra_anim : sequence of Animation, optional
        Animations on the same figure that run along.
    savefig_kwargs : mapping, optional
        Arguments for `Figure.savefig`.
    progress_callback : callable, optional
        Called in this process as ``progress_callback(i, n)`` when frame i has been taken by the
        encoder, in order; n is the number of frames, or None while it is not known.
    workers : int, optional
        Render processes.  None: as many as pay, up to the CPUs that this process may use; what was
        chosen, and why, is in ``movie.report.workers``.  0: draw in this process.
    mode : {"auto", "pipe", "segments"} or Segments, default: "auto"
        The engine.  "pipe": all frames go in order to one encoder.  "segments", or a `Segments`
        with details: blocks of frames are recorded apart, each by an encoder of its own, and then
        joined.  "auto" is the pipe; if there is no shared memory, or the writer is not ffmpeg's,
        segments, and a warning is logged that says so.
    redraw : {"auto", "full", "verify"}, default: "auto"
        "auto" draws only what changed since the frame before, while that pays, and compares some
        frames with a full draw; if one differs, the movie is made again from the beginning with
        full drawing, and a `RetainedWarning` says which artist to blame.  "full" draws everything
        in every frame; so does "auto" with ``workers=0`` where nobody could begin again (see
        Notes).  "verify" is proof, and slow: one more process makes every draw that
        `Animation.save` makes, and every frame is compared with its (with ``workers=0`` where this
        process can be forked).
    independent : bool, default: False
        Your word that a frame needs no earlier frame's update; then a worker runs only the
        updates of its own frames (and the first frame's).  Some frames are compared with what all
        updates make of them; if one differs, the movie is made again with all of them, and a
        `HistoryWarning` says so.
    start_method : {"fork", "spawn", "forkserver"}, optional
        How workers are started.  None: "fork" on Linux, "spawn" elsewhere.  Other than "fork",
        they have nothing of this program but the animation: on Linux (and with "forkserver"
        wherever it is) they are forks of an interpreter that was started afresh and has imported
        framepipe only.  It stays until the program ends, or its environment variables change, so
        that the next movie begins at once; `multiprocessing`'s own fork server is left alone.
    progress : bool, default: False
        Show a tqdm bar of frames encoded.
    hold : float, default: 0.0
        Seconds for which the last frame is shown longer, in whole frames.
    loop : int, default: 0
        How often a GIF, APNG, WebP or AVIF is played; 0: for ever.  Videos cannot say.
    frames : slice, range or sequence of int, optional
        A part of the animation, as Python takes it of a list: ``range(0, 1000, 10)`` is every
        tenth frame of a thousand, ``slice(-100, None)`` the last hundred (of an animation that
        says how long it is), ``slice(0, 100)`` the first ones, be it endless.  Frames are those
        of the whole movie at these places, since every update is run up to them all the same, in
        order.  (What drawing the frames between leaves behind is noticed by comparing with another
        process: with ``workers=0`` only where there can be one; see Notes.)  They are shown with
        the whole movie's fps: give another one if every tenth frame is not to go by ten times as
        fast.  Progress and reports count the frames of the movie that is made, errors name those of
        the animation.
    resume : bool, default: False
        Go on with what a run of the same call has left that was interrupted, if there is such;
        and leave something to go on with if this one is interrupted.  The movie is recorded in
        segments, which are kept in a folder beside it (its name and ".framepipe-resume") until it
        is whole.  The number of workers may be another one.

    Returns
    -------
    Movie
        The finished movie.

    Raises
    ------
    TypeError, ValueError, IndexError, RuntimeError, OSError
        An argument, or the place for the movie, will not do.  Nothing has been started.
    MemoryError
        It would take more memory than can be had without harm to others.  Nothing has been
        started.
    FrameError
        The animation's code, or drawing, raised; its exception is the ``__cause__``.
    EncoderError, EncoderNotFound
        ffmpeg (or another writer's program) failed, or there is none.
    ResumeError
        With ``resume=True``: what is there is not of the same animation, settings or versions, or
        another run is at work on it.  It stays as it is.
    StitchError
        Segments could not be joined, or the movie they made is not whole.
    FrameMismatch
        With ``redraw="verify"``: a frame has other pixels than a full draw, or `Animation.save`,
        gives it.
    WorkerDied
        A render process died, and so did its replacement.

    Notes
    -----
    The animation's functions run in the workers, not here: every worker runs all updates, in
    order, and draws its share.  So what they change (a list they append to, the figure) is as it
    was when `encode` returns, unless ``workers=0``.

    What a draw leaves behind (a size that the next update reads, say) is then missing where a
    worker left that draw out.  So the first frames are drawn once more by a worker that makes every
    draw `Animation.save` makes, and some later frames by two workers.  Where two drawings of a
    frame differ, the movie is made again by one worker that makes every draw in order, and a
    `HistoryWarning` says so; `Movie.report` says how many frames were compared.

    With ``workers=0`` the functions run here, each update once, and this process draws.  What it
    needs to keep what did not change are two forks of it: one waits, and makes the movie in full
    should a frame turn out wrong (here the updates are then run to the end, and nothing drawn);
    one draws the first frames as `Animation.save` does, for comparison, and ends.  Where there can
    be none (no fork, other threads, data that only one process can read, an output that cannot be
    taken back), where they do not pay (short movies), with ``redraw="full"`` and in segments, no
    other process runs the functions, and every frame is drawn in full.

    Examples
    --------
    >>> movie = framepipe.encode(ani, "movie.mp4", fps=30)
    >>> movie.frames
    12

    Twice as many dots, and a smaller file:

    >>> movie = framepipe.encode(ani, "movie.mp4", dpi=200, extra_args=["-crf", "28"])
    """
    begin = time.perf_counter()
    note_use(animation)
    check_kinds(
        dpi=dpi, bitrate=bitrate, extra_args=extra_args, metadata=metadata,
        extra_anim=extra_anim,
    )  # fmt: skip
    savefig_kwargs = as_keywords(savefig_kwargs)
    targets = as_targets(filename)
    check_choices(
        workers=workers, mode=mode, redraw=redraw, independent=independent,
        start_method=start_method, progress=progress, progress_callback=progress_callback,
        hold=hold, loop=loop, resume=resume,
    )  # fmt: skip
    with ExitStack() as stack:
        plan = plan_encode(
            stack, animation, targets, writer, fps=fps, dpi=dpi, codec=codec, bitrate=bitrate,
            extra_args=extra_args, metadata=metadata, extra_anim=extra_anim,
            savefig_kwargs=savefig_kwargs, workers=workers, redraw=redraw,
            independent=independent, start_method=start_method, hold=hold, loop=loop,
            frames=frames,
        )  # fmt: skip
        return carry_out(
            plan, mode, progress, progress_callback, writer=writer, begin=begin, resume=resume
        )


def carry_out(
    plan: EncodePlan,
    mode: ModeName | Segments,
    progress: bool,
    progress_callback: Callable[[int, int | None], Any] | None,
    *,
    writer: AbstractMovieWriter | str | None,
    begin: float | None = None,
    resume: bool = False,
    ask: Callable[[], object] | None = None,
) -> Movie:
    """Make a movie that has been planned, and put it in its place.

    Parameters
    ----------
    plan : EncodePlan
        What has been decided.
    mode, progress, progress_callback, writer, resume
        As `encode` takes them.
    begin : float, optional
        When the work began, by `time.perf_counter`; now.
    ask : callable, optional
        Called when the movie is whole, and not yet in its place; if it raises, there is none.

    Raises
    ------
    Exception
        See `encode`.
    """
    if begin is None:
        begin = time.perf_counter()
    with ending_signals_raise(), ExitStack() as stack:
        stack.callback(plan.movie.discard)
        folder = stack.enter_context(ResumeFolder(plan.movie.output)) if resume else None
        told = shown_progress(progress, progress_callback, stack, plan.frames)
        made = make_movie(plan, mode, told, writer=writer, resume=folder)
        if folder is not None:
            folder.secure(plan.movie.parts)
        if ask is not None:
            ask()
        paths = plan.movie.publish()
        if folder is not None:
            folder.remove(paths)
    seconds = time.perf_counter() - begin
    made.report.facts = _facts(plan, made, paths[0], seconds)
    return Movie(
        path=paths[0],
        frames=made.report.frames,
        width=plan.movie.frame.width,
        height=plan.movie.frame.height,
        fps=plan.movie.fps,
        seconds=seconds,
        mode=made.mode,
        workers=made.workers,
        report=made.report,
        segments=made.segments,
        paths=tuple(paths),
    )


def _facts(plan: EncodePlan, made: Made, path: Path, seconds: float) -> Facts:
    """Return what a report has to know besides what it counts."""
    movie = plan.movie
    nbytes = None
    with suppress(OSError):
        nbytes = path.stat().st_size if path.is_file() else None
    return Facts(
        name=path.name,
        nbytes=nbytes,
        width=movie.frame.width,
        height=movie.frame.height,
        fps=movie.fps,
        seconds=seconds,
        mode=made.mode,
        workers=made.workers,
        cpus=usable_cpus(),
        could_use_more=plan.workers_given and made.workers == plan.workers,
        independent=plan.painters.independent,
        may_be_independent=plan.frames is not None
        and not made.in_order
        and plan.redraw != "as_saved",
        faster_preset=movie.writers is None and movie.encoder.has_default_preset,
    )


def shown_progress(
    bar: bool,
    callback: Callable[[int, int | None], Any] | None,
    stack: ExitStack,
    frames: int | None = None,
) -> Progress | None:
    """Join the user's callback and the tqdm bar into one.

    Parameters
    ----------
    bar : bool
        Whether to show one: on a terminal, or as a widget in a notebook.
    callback : callable or None
        The user's.
    stack : ExitStack
        At its end the bar is closed.
    frames : int, optional
        How many there are, as far as it is known beforehand.

    Raises
    ------
    ImportError
        If there is no tqdm.
    """
    if not bar:
        return callback
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True needs tqdm: pip install 'framepipe[progress]'") from error

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread beside us: workers are forked

    shown = stack.enter_context(Bar(total=frames, unit="frame", miniters=1))

    def both(frame: int, total: int | None) -> None:
        if frame == 0:
            shown.reset()  # perhaps the movie is made again
        if total != shown.total:
            # Not by assignment: a notebook's widget is told of a total by reset() alone.
            done = shown.n
            shown.reset(total)
            shown.total = total
            shown.update(done)
        shown.update()
        if callback is not None:
            callback(frame, total)

    return both
