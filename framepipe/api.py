"""The front door: check the options, choose an engine, publish the movie."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from numbers import Real
from typing import TYPE_CHECKING, Any

from .drawing.job import Job
from .drawing.settings import FrameSettings
from .encoding.ffmpeg import (
    Encoder,
    Encoding,
    command,
    find_ffmpeg,
    forced_format,
    needs_even_size,
)
from .encoding.output import Output
from .engines.here import run_here
from .engines.machine import default_workers
from .engines.pipe import PipeRun
from .engines.signals import broken_pipes_raise
from .engines.terms import Progress, Tally
from .errors import FrameMismatch, RetainedWarning
from .movie import Movie, Report

if TYPE_CHECKING:
    from matplotlib.animation import AbstractMovieWriter, Animation

MODES = ("auto", "pipe")
REDRAWS = ("auto", "full", "verify")
START_METHODS = ("fork", "spawn", "forkserver")


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
    mode: str = "auto",
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
        "ffmpeg", or an `FFMpegWriter` instance, whose settings are then used.
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
    mode : {"auto", "pipe"}, default: "auto"
        The engine.
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
        ffmpeg failed, or there is none.
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
    _check_kinds(
        filename=filename, dpi=dpi, bitrate=bitrate, extra_args=extra_args, metadata=metadata,
        extra_anim=extra_anim, savefig_kwargs=savefig_kwargs,
    )  # fmt: skip
    _check(
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
            extra_args=movie.extra_args,
            metadata=movie.metadata,
        )
        output = stack.enter_context(
            Output(filename, any_ending=forced_format(encoding) is not None)
        )

        def frame_settings(*, even: bool) -> FrameSettings:
            return job.frame_settings(
                dpi=dpi,
                codec=movie.codec,
                suffix=output.suffix,
                even=even,
                savefig_kwargs=savefig_kwargs,
            )

        frame = frame_settings(even=False)
        if needs_even_size(encoding, output.suffix, frame.width, frame.height):
            frame = frame_settings(even=True)
        if workers is None:
            workers = default_workers()
        if job.frames is not None:
            workers = min(workers, job.frames)
        method = start_method or ("fork" if sys.platform == "linux" else "spawn")
        ffmpeg = find_ffmpeg(movie.ffmpeg)
        shown = _progress(progress, progress_callback, stack)

        output.prepare()
        argv = command(
            ffmpeg,
            encoding,
            width=frame.width,
            height=frame.height,
            output=output.part,
            suffix=output.suffix,
        )

        def run(redraw: str) -> Tally:
            with broken_pipes_raise(), Encoder(argv) as sink:
                if workers == 0:
                    return run_here(job.painter(redraw=redraw), frame.nbytes, sink, shown)
                return PipeRun(
                    job.painter_maker(travels=method != "fork", redraw=redraw),
                    frame.nbytes,
                    job.frames,
                    sink,
                    workers=workers,
                    start_method=method,
                    progress=shown,
                ).run()

        if redraw == "auto" and (workers == 0 or output.direct):
            # There would be no beginning again: in this process the animation runs but once, and
            # what went into a FIFO has gone.
            redraw = "full"
        try:
            tally = run(redraw)
        except FrameMismatch as error:
            if redraw == "verify":
                raise
            warnings.warn(f"{error}. Made again with full drawing", RetainedWarning, stacklevel=2)
            tally = run("full")
        path = output.publish()
    return Movie(
        path=path,
        frames=tally.frames,
        width=frame.width,
        height=frame.height,
        fps=movie.fps,
        seconds=time.perf_counter() - begin,
        mode="pipe",
        workers=workers,
        report=_report(tally),
    )


#: What these arguments must be; all but the file's name may be None.
_KINDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "filename": ("the path of a file", (str, bytes, os.PathLike)),
    "dpi": ('a number or "figure"', (Real, str)),
    "bitrate": ("a number", (Real,)),
    "extra_args": ("a sequence of strings", (Iterable,)),
    "metadata": ("a mapping", (Mapping,)),
    "extra_anim": ("a sequence of animations", (Iterable,)),
    "savefig_kwargs": ("a mapping", (Mapping,)),
}


def _check_kinds(**given: Any) -> None:
    """Refuse arguments of the wrong kind in words that name them."""
    for name, value in given.items():
        what, kinds = _KINDS[name]
        if not isinstance(value, kinds) and (value is not None or name == "filename"):
            raise TypeError(f"{name} must be {what}, not {value!r}")


def _check(
    *,
    workers: Any,
    mode: Any,
    redraw: Any,
    independent: Any,
    start_method: Any,
    progress: Any,
    progress_callback: Any,
) -> None:
    """Refuse what cannot be meant, before anything starts."""
    if workers is not None:
        if isinstance(workers, bool) or not isinstance(workers, int):
            raise TypeError(f"workers must be a whole number or None, not {workers!r}")
        if workers < 0:
            raise ValueError(f"workers must be 0 or more, not {workers}")
        if workers > 0 and multiprocessing.current_process().daemon:
            raise ValueError(
                "this is a daemonic process (a multiprocessing.Pool worker), which may not start "
                "processes: use workers=0"
            )
    if mode not in MODES:
        raise ValueError(f"mode must be one of {MODES}, not {mode!r}")
    if redraw not in REDRAWS:
        raise ValueError(f"redraw must be one of {REDRAWS}, not {redraw!r}")
    if start_method is not None:
        if start_method not in START_METHODS:
            raise ValueError(f"start_method must be one of {START_METHODS}, not {start_method!r}")
        if start_method not in multiprocessing.get_all_start_methods():
            raise ValueError(f"this system cannot start processes by {start_method!r}")
    for name, value in (("independent", independent), ("progress", progress)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False, not {value!r}")
    if progress_callback is not None and not callable(progress_callback):
        raise TypeError(f"progress_callback must be callable, not {progress_callback!r}")


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
        units_drawn=tally.units_drawn,
        units_played=tally.units_played,
        units_skipped=tally.units_skipped,
        drawing=tally.drawing,
        playing=tally.playing,
        changed=next((why for why, _ in tally.reasons.most_common() if why), ""),
    )
