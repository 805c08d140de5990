"""What the user's arguments and rcParams mean, worked out as `Animation.save` does.

The frame size comes from matplotlib's own `FFMpegWriter`, set up on a stand-in figure, so that
its rounding (which differs between releases) is matched by construction.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import colors
from matplotlib.animation import AbstractMovieWriter, Animation
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .mpl.animation import interval_of
from .mpl.writers import SizingWriter, supports_transparency

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MovieSettings:
    """How the movie is to be encoded, with every default filled in.

    Parameters
    ----------
    fps : float
        Frames a second.
    codec : str
        Name of the encoder, or "h264".
    bitrate : int
        Kilobits a second; 0 or less leaves it to the encoder.
    extra_args : sequence of str
        Further arguments for ffmpeg, as the user gave them.
    metadata : mapping of str to str
        Title, artist and so on.
    ffmpeg : str or None
        The program the user configured; None if they did not.
    """

    fps: float
    codec: str
    bitrate: int
    extra_args: Sequence[str]
    metadata: Mapping[str, str]
    ffmpeg: str | None


@dataclass(frozen=True, slots=True)
class FrameSettings:
    """How a frame is to be drawn.

    Parameters
    ----------
    dpi : float
        Dots per inch of the movie.
    size : tuple of float
        Width and height of the figure in inches, set again before every frame.
    adjusted : bool
        Whether that size is set before anything else, because the figure's own would not do.
    width, height : int
        Size of a frame in pixels.
    idle_draws : bool
        Whether ``draw_idle`` on the canvas the figure came with draws at once (Agg's does).
    savefig_kwargs : mapping
        Arguments for `Figure.savefig`, the face colour worked out.
    opaque : bool
        Whether the movie can hold no transparent frames, so that the face colour is laid on white.
    face : color or "auto"
        The face colour that was asked for; "auto" is the figure's own.
    """

    dpi: float
    size: tuple[float, float]
    adjusted: bool
    width: int
    height: int
    idle_draws: bool
    savefig_kwargs: Mapping[str, Any]
    opaque: bool = True
    face: Any = "auto"

    @property
    def nbytes(self) -> int:
        """Bytes of one RGBA frame."""
        return 4 * self.width * self.height


def movie_settings(
    animation: Animation | None,
    *,
    interval: float | None = None,
    writer: Any = None,
    fps: float | None = None,
    codec: str | None = None,
    bitrate: int | None = None,
    extra_args: Sequence[str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> MovieSettings:
    """Fill in what the user left out, from the writer, the animation and rcParams.

    Parameters
    ----------
    animation : Animation or None
        Where the fps come from, if they come from nowhere else.
    interval : float, optional
        Milliseconds between two frames, where there is no animation.
    writer, fps, codec, bitrate, extra_args, metadata
        As in `Animation.save`.

    Raises
    ------
    RuntimeError
        If `writer` is an instance and fps, codec, bitrate, extra_args or metadata is given too;
        as in `Animation.save`.
    TypeError, ValueError
        If an argument is of the wrong kind.
    """
    if isinstance(writer, AbstractMovieWriter):
        given = {
            "fps": fps, "codec": codec, "bitrate": bitrate, "extra_args": extra_args,
            "metadata": metadata,
        }  # fmt: skip
        if names := [name for name, value in given.items() if value is not None]:
            raise RuntimeError(
                f"{', '.join(names)} cannot be given beside a MovieWriter instance; "
                "give them to the writer when you make it"
            )
        fps, codec, bitrate = writer.fps, writer.codec, writer.bitrate
        extra_args, metadata = getattr(writer, "extra_args", None), writer.metadata
    if fps is None:
        interval = interval or interval_of(animation)
        if not interval:
            raise ValueError("the animation has no interval to take the frame rate from: give fps")
        fps = 1000.0 / interval
    fps = _number_of_fps(fps)
    if codec is None:
        codec = mpl.rcParams["animation.codec"]
    if bitrate is None:
        bitrate = mpl.rcParams["animation.bitrate"]
    if extra_args is None:
        extra_args = mpl.rcParams["animation.ffmpeg_args"]
    configured: str = mpl.rcParams["animation.ffmpeg_path"]
    if configured == mpl.rcParamsDefault["animation.ffmpeg_path"]:
        configured = ""
    return MovieSettings(
        fps=fps,
        codec=codec,
        bitrate=_whole(bitrate),
        extra_args=extra_args,
        metadata=dict(metadata or {}),
        ffmpeg=configured or None,
    )


def _whole(bitrate: float) -> int:
    """Return a bitrate as a whole number.

    Raises
    ------
    TypeError
        If it is several.
    ValueError
        If it is none.
    """
    if np.ndim(bitrate):
        raise TypeError(f"bitrate must be one number, not {bitrate!r}")
    try:
        return int(bitrate)
    except (OverflowError, ValueError):
        said = f"bitrate must be a number of kilobits a second, not {bitrate}"
        raise ValueError(said) from None


#: Frame rates that ffmpeg knows by a name (its manual, "Video rate").
_NAMED_RATES = {
    "ntsc": Fraction(30000, 1001), "pal": Fraction(25), "qntsc": Fraction(30000, 1001),
    "qpal": Fraction(25), "sntsc": Fraction(30000, 1001), "spal": Fraction(25),
    "film": Fraction(24), "ntsc-film": Fraction(24000, 1001),
}  # fmt: skip


def _number_of_fps(fps: object) -> Any:
    """Return frames a second as a number: what `Animation.save` hands on to ffmpeg as it is."""
    if isinstance(fps, np.ndarray) and fps.ndim == 0:
        fps = fps.item()
    number: Any = fps
    if isinstance(fps, str):
        try:
            number = _NAMED_RATES.get(fps) or Fraction(fps)
        except (ValueError, ZeroDivisionError):
            raise ValueError(f"fps must be a number, or one as text, not {fps!r}") from None
    elif isinstance(fps, Decimal):
        number = Fraction(fps) if fps.is_finite() else float(fps)
    elif isinstance(fps, bool) or not isinstance(fps, (Real, np.number)):
        raise TypeError(f"fps must be a number, not {type(fps).__name__}")
    try:
        finite = np.isfinite(float(number))
    except OverflowError:
        raise ValueError("fps is too large for a number of frames a second") from None
    if not (number > 0 and finite):
        raise ValueError(f"fps must be above 0, not {fps}")
    return number


def frame_settings(
    figure: Figure,
    *,
    dpi: float | str | None,
    codec: str,
    suffix: str,
    even: bool,
    savefig_kwargs: Mapping[str, Any] | None,
    transparent: bool | None = None,
) -> FrameSettings:
    """Work out size, dpi and colours of the frames.

    Parameters
    ----------
    figure : Figure
        The animation's figure, before anything has run.  It is not touched.
    dpi : float, "figure" or None
        As in `Animation.save`.
    codec : str
        The codec asked for.
    suffix : str
        Suffix of the movie's name, such as ".mp4".
    even : bool
        Make width and height even, as the encoder needs.
    savefig_kwargs : mapping, optional
        As in `Animation.save`.
    transparent : bool, optional
        Whether the movie can hold transparent frames; None: as `FFMpegWriter` says of the codec
        and the suffix.

    Raises
    ------
    TypeError
        If `savefig_kwargs` holds ``dpi`` or ``format``, which belong to the movie.
    ValueError
        If the frame would be empty.
    """
    dpi = number_of_dpi(figure, dpi)
    kwargs = dict(savefig_kwargs or {})
    if "bbox_inches" in kwargs:
        _log.warning(
            "savefig_kwargs: 'bbox_inches' is left out, since every frame must be of one size"
        )
        del kwargs["bbox_inches"]
    for name in ("dpi", "format"):
        if name in kwargs:
            raise TypeError(f"savefig_kwargs cannot hold {name!r}: it belongs to the whole movie")

    stand_in = Figure(figsize=tuple(figure.get_size_inches()), dpi=figure.dpi)
    sizer: Any = SizingWriter(codec="h264" if even else "rawvideo")
    # The folder must exist; the name only matters for its suffix.
    sizer.setup(stand_in, os.path.join(os.curdir, "movie" + suffix), dpi)
    width, height = sizer.frame_size
    if width < 1 or height < 1:
        raise ValueError(f"a frame of {width}x{height} pixels is empty: raise figsize or dpi")
    size = sizer.size
    adjusted = tuple(stand_in.get_size_inches()) != tuple(figure.get_size_inches())

    sizer.codec = codec
    if transparent is None:
        transparent = supports_transparency(sizer)
    face = kwargs.get("facecolor", mpl.rcParams["savefig.facecolor"])
    if not transparent:
        kwargs["facecolor"] = _on_white(figure.get_facecolor() if _is_own(face) else face)
        kwargs["transparent"] = False
    return FrameSettings(
        dpi=dpi,
        size=size,
        adjusted=adjusted,
        width=width,
        height=height,
        idle_draws=draws_when_idle(figure.canvas),
        savefig_kwargs=kwargs,
        opaque=not transparent,
        face=face,
    )


def own_colors(figure: Figure, settings: FrameSettings) -> Mapping[str, Any]:
    """Return the arguments for `Figure.savefig` of a figure that is drawn once, by itself.

    What can be seen through is laid on white in an opaque movie; what cannot is as `savefig` has
    it, to the last bit.
    """
    if not settings.opaque:
        return settings.savefig_kwargs
    own = figure.get_facecolor() if _is_own(settings.face) else settings.face
    face = own if colors.to_rgba(own)[3] == 1 else _on_white(own)
    return {**settings.savefig_kwargs, "facecolor": face}


def _is_own(face: object) -> bool:
    return isinstance(face, str) and face == "auto"


def embed_limit() -> float:
    """Return how many MB of a movie, as text, may be put into a notebook."""
    return float(mpl.rcParams["animation.embed_limit"])


def number_of_dpi(figure: Figure, dpi: float | str | None) -> float:
    """Return the movie's dots per inch.

    Raises
    ------
    TypeError, ValueError
        If it cannot be meant.
    """
    if dpi is None:
        dpi = mpl.rcParams["savefig.dpi"]
    if dpi == "figure":
        dpi = figure.dpi
    if isinstance(dpi, (str, bool)):
        raise TypeError(f"dpi must be a number or 'figure', not {dpi!r}")
    number = float(dpi) if not isinstance(dpi, int) else dpi
    if not (number > 0 and np.isfinite(number)):
        raise ValueError(f"dpi must be above 0, not {number}")
    return number


def picture_texts(
    metadata: Mapping[str, str], savefig_kwargs: Mapping[str, Any] | None
) -> dict[str, str]:
    """Return the texts that `Figure.savefig` would write into a PNG, and the movie's metadata."""
    software = f"Matplotlib version{mpl.__version__}, https://matplotlib.org/"
    own = (savefig_kwargs or {}).get("metadata") or {}
    found = {"Software": software, **metadata, **own}
    return {key: str(text) for key, text in found.items() if text is not None}


def draws_when_idle(canvas: FigureCanvasBase) -> bool:
    """Tell whether ``draw_idle`` on this canvas draws at once, with Agg.

    GUI canvases put it off until their event loop runs, which it does not during a save.
    """
    return (
        isinstance(canvas, FigureCanvasAgg) and type(canvas).draw_idle is FigureCanvasBase.draw_idle
    )


def _on_white(color: Any) -> Any:
    """Lay a colour that may be transparent over white; shape (3,), floats from 0 to 1."""
    red, green, blue, alpha = colors.to_rgba(color)
    # In Animation.save's order of operations, so that the last bit is the same, too.
    return alpha * np.array([red, green, blue]) + 1 - alpha
