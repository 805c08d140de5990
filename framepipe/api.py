"""The front door: check the options, choose an engine, publish the movie."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from .drawing.factory import Job
from .drawing.settings import FrameSettings
from .encoding.command import Encoding, forced_format
from .encoding.find import find_ffmpeg
from .encoding.output import Output
from .encoding.sizes import needs_even_size
from .engines.protocols import Progress, Tally
from .engines.system.resources import default_workers
from .engines.system.ring import NoSharedMemory
from .modes import InSegments, Made, Task, by_pipe, make
from .options import Segments, check_choices, check_kinds
from .result import Movie, Report

if TYPE_CHECKING:
    from matplotlib.animation import AbstractMovieWriter, Animation

_log = logging.getLogger(__name__)


def encode(
    animation: Animation | Callable[[], Animation],
    filename: str | os.PathLike[str],
    writer: AbstractMovieWriter | str | None = None,
    fps: float | None = None,
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
    mode: str | Segments = "auto",
    redraw: str = "auto",
    independent: bool = False,
    start_method: str | None = None,
    progress: bool = False,
) -> Movie:
    """Make the movie `Animation.save` would make, frame for frame, with many processes.

    The arguments up to `progress_callback` are those of `matplotlib.animation.Animation.save`,
    with the same names, order, meaning and defaults.

    Parameters
    ----------
    animation : Animation or callable
        The animation, or a function without arguments that makes it.
    filename : str or path-like
        The movie.  Its suffix chooses the container.  An existing file stays as it is until the
        new movie is whole.
    writer : str or MovieWriter, default: rcParams["animation.writer"]
        A name that matplotlib knows, or an instance, whose settings are then used.  What is not
        "ffmpeg" or an `FFMpegWriter` takes its frames in segments; see `mode`.
    fps : float, optional
        Frames a second; else from the animation's interval.
    dpi : float or "figure", default: rcParams["savefig.dpi"]
        Dots per inch; with the figure's size this gives the movie's.
    codec : str, default: rcParams["animation.codec"]
        ffmpeg's name of the encoder.
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
        Render processes.  None: as many as there are CPUs this process may use.  0: draw in this
        process.
    mode : {"auto", "pipe", "segments"} or Segments, default: "auto"
        The engine.  "pipe": all frames go in order to one encoder.  "segments", or a `Segments`
        with details: blocks of frames are recorded apart, each by an encoder of its own, and then
        joined.  "auto" is the pipe; if there is no shared memory, or the writer is not ffmpeg's,
        segments, and a warning is logged that says so.
    redraw : {"auto", "full", "verify"}, default: "auto"
        "auto" draws only what changed since the frame before, while that pays, and compares some
        frames with a full draw; if one differs, the movie is made again from the beginning with
        full drawing, and a `RetainedWarning` says which artist to blame.  "full" draws everything
        in every frame, as ``workers=0`` does under "auto".  "verify" compares every frame.
    independent : bool, default: False
        Your word that a frame needs no earlier frame's update; then a worker runs only the
        updates of its own frames (and the first frame's).
    start_method : {"fork", "spawn", "forkserver"}, optional
        How workers are started.  None: "fork" on Linux, "spawn" elsewhere.
    progress : bool, default: False
        Show a tqdm bar of frames encoded.

    Returns
    -------
    Movie
        The finished movie.

    Raises
    ------
    TypeError, ValueError, RuntimeError, OSError
        An argument, or the place for the movie, will not do.  Nothing has been started.
    FrameError
        The animation's code, or drawing, raised; its exception is the ``__cause__``.
    EncoderError, EncoderNotFound
        ffmpeg (or another writer's program) failed, or there is none.
    StitchError
        Segments could not be joined, or the movie they made is not whole.
    FrameMismatch
        With ``redraw="verify"``: retained drawing gave other pixels than a full draw.
    WorkerDied
        A render process died, and so did its replacement.

    Notes
    -----
    The animation's functions run in the workers, not here: every worker runs all updates, in
    order, and draws its share.  So what they change (a list they append to, the figure) is as it
    was when `encode` returns, unless ``workers=0``.
    """
    begin = time.perf_counter()
    check_kinds(
        filename=filename, dpi=dpi, bitrate=bitrate, extra_args=extra_args, metadata=metadata,
        extra_anim=extra_anim, savefig_kwargs=savefig_kwargs,
    )  # fmt: skip
    check_choices(
        workers=workers, mode=mode, redraw=redraw, independent=independent,
        start_method=start_method, progress=progress, progress_callback=progress_callback,
    )  # fmt: skip
    with ExitStack() as stack:
        job = stack.enter_context(
            Job(animation, extra_anim, independent=independent, writer=writer)
        )
        movie = job.movie_settings(
            fps=fps, codec=codec, bitrate=bitrate, extra_args=extra_args, metadata=metadata
        )
        encoding = Encoding(
            fps=movie.fps,
            codec=movie.codec,
            bitrate=movie.bitrate,
            extra_args=movie.extra_args if job.writer_is_ffmpeg else (),
            metadata=movie.metadata,
        )
        any_ending = not job.takes_pipe or forced_format(encoding) is not None
        output = stack.enter_context(Output(filename, any_ending=any_ending))
        make_sink = None
        if not job.takes_pipe:
            find = partial(find_ffmpeg, movie.ffmpeg)
            make_sink = job.use_writer(str(output.path), movie.fps, find)

        def frame_settings(*, even: bool) -> FrameSettings:
            return job.frame_settings(
                dpi=dpi,
                codec=movie.codec,
                suffix=output.suffix,
                even=even,
                savefig_kwargs=savefig_kwargs,
            )

        frame = frame_settings(even=job.writer_evens)
        if job.takes_pipe and needs_even_size(encoding, output.suffix, frame.width, frame.height):
            frame = frame_settings(even=True)
        if workers is None:
            workers = default_workers()
        if job.frames is not None:
            workers = min(workers, job.frames)
        task = Task(
            job=job,
            frame=frame,
            encoding=encoding,
            output=output,
            ffmpeg=find_ffmpeg(movie.ffmpeg),
            configured=movie.ffmpeg,
            workers=workers,
            start_method=start_method or ("fork" if sys.platform == "linux" else "spawn"),
            progress=_progress(progress, progress_callback, stack),
            make_sink=make_sink,
        )
        wanted = mode if isinstance(mode, Segments) else Segments()
        run: Callable[[Task, str], Made] = by_pipe
        if mode not in ("auto", "pipe"):
            run = InSegments(task, wanted)
        elif not job.takes_pipe:
            if mode == "pipe":
                raise ValueError(
                    f"writer={writer!r} does not take frames through a pipe as FFMpegWriter "
                    'does; leave writer out, give "ffmpeg" or an FFMpegWriter, or leave mode out'
                )
            run = InSegments(task, wanted)
            _log.warning(
                "%s takes no frames through a pipe: the movie is made in segments",
                job.writer_name,
            )
        output.prepare()
        try:
            made = make(task, redraw, run)
        except NoSharedMemory as error:
            if mode != "auto":
                raise
            _log.warning(
                "there is no shared memory for the frames (%s): the movie is made in segments",
                error,
            )
            made = make(task, redraw, InSegments(task, wanted))
        path = output.publish()
    return Movie(
        path=path,
        frames=made.tally.frames,
        width=frame.width,
        height=frame.height,
        fps=movie.fps,
        seconds=time.perf_counter() - begin,
        mode=made.mode,
        workers=task.workers,
        report=_report(made.tally),
        segments=made.segments,
    )


def _progress(
    bar: bool, callback: Callable[[int, int | None], Any] | None, stack: ExitStack
) -> Progress | None:
    """Join the user's callback and the tqdm bar into one."""
    if not bar:
        return callback
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError("progress=True needs tqdm: pip install 'framepipe[progress]'") from error

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread beside us: workers are forked

    shown = stack.enter_context(Bar(unit="frame", miniters=1))

    def both(frame: int, total: int | None) -> None:
        shown.total = total
        shown.update()
        if callback is not None:
            callback(frame, total)

    return both


def _report(tally: Tally) -> Report:
    return Report(
        update=tally.update,
        draw=tally.draw,
        copy=tally.copy,
        wait=tally.wait,
        encode=tally.encode,
        encoder_cpu=tally.encoder_cpu,
        restarts=tally.restarts,
        memory=tally.slots * tally.slot_bytes,
        check=tally.check,
        frames_kept=tally.frames_kept,
        frames_drawn=tally.frames - tally.frames_kept,
        items_drawn=tally.items_drawn,
        items_replayed=tally.items_replayed,
        items_skipped=tally.items_skipped,
        drawing=tally.drawing,
        replaying=tally.replaying,
        changed=next((why for why, _ in tally.reasons.most_common() if why), ""),
    )
