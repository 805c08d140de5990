"""What makes a movie play, and look right, where it is shown: pure functions.

`Animation.save` leaves choices to ffmpeg that make movies which few players play, or which are
shown in wrong colours.  They are made here.  Where `Animation.save` makes a movie that plays, our
decoded frames are its frames, bit for bit: tags, and the order of a file's parts, change none.

===============  ==============================================================================
file             what is added to matplotlib's arguments
===============  ==============================================================================
any              ``-pix_fmt yuv420p`` for H.264, HEVC, AV1, VP8 and VP9 by whatever name they are
                 asked for.  matplotlib says it for "h264" alone; else ffmpeg takes 4:4:4 or RGB,
                 which most players refuse, and which ffmpeg 9 refuses to encode in VP9.
any              Tags that say which colours the YUV values stand for (`colour_filter`).
.mp4 .m4v .mov   The index first, so that a player may begin before it has the whole file; and
                 HEVC by the name of hvc1, since Apple's players know no other.
.webm            ``-pix_fmt yuva420p``: VP9 with its alpha channel.
.avif            4:2:0, and the alpha channel as a grey movie of its own (`avif_filter`).
.apng .webp      Played for ever, as GIFs are by default.
===============  ==============================================================================

Each gives way to the user's own option of that name in ``extra_args``.  With filters of the user's
own (``-vf``, ``-filter_complex``) it is not known which colours come out of them, so nothing is
said about colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .arguments import CODEC, FILTERS, last_option

#: Suffixes that name their own codec, so that ``codec`` is not passed on, and the codec that ffmpeg
#: takes for each.  All of them hold alpha.  The match is as case-sensitive as matplotlib's.
SUFFIX_CODECS = {
    ".apng": "apng",
    ".avif": "av1",
    ".gif": "gif",
    ".webm": "vp9",
    ".webp": "webp",
}

_H264 = frozenset({"h264", "libx264"})
_HEVC = frozenset({"hevc", "libx265"})
_AV1 = frozenset({"av1", "libaom-av1", "libsvtav1", "librav1e"})
_VPX = frozenset({"vp8", "libvpx", "vp9", "libvpx-vp9"})
_PRORES = frozenset({"prores", "prores_ks", "prores_aw"})

#: Pixel formats that each of these encoders takes as they are, so that a conversion to one of them
#: before the encoder is the only one.  ffmpeg 9.0.2, ``-h encoder=...``.
_YUV = frozenset({"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"})
_TAKES = {
    **dict.fromkeys(_H264 | _HEVC | {"av1", "libaom-av1", "librav1e"}, _YUV),
    **dict.fromkeys(("vp9", "libvpx-vp9"), _YUV | {"yuva420p"}),
    **dict.fromkeys(("vp8", "libvpx"), frozenset({"yuv420p", "yuva420p"})),
    **dict.fromkeys(_PRORES, frozenset({"yuv422p10le", "yuv444p10le", "yuva444p10le"})),
    "libsvtav1": frozenset({"yuv420p", "yuv420p10le"}),
    "mpeg4": frozenset({"yuv420p"}),
}

#: What ffmpeg 9.0.2 itself takes for RGBA frames, where nothing is asked for.
_CHOSEN = {"mpeg4": "yuv420p", **dict.fromkeys(_PRORES, "yuva444p10le")}

#: What ffmpeg's converter has made of RGB (``swscale``'s default): BT.601's matrix in the range
#: from 16 to 235, of frames in sRGB, whose primaries are BT.709's.  Browsers take BT.709's transfer
#: function for sRGB's, and know it in every codec.
_COLOURS = "color_primaries=bt709:color_trc=bt709:colorspace=smpte170m:range=tv"

#: The user's own word on colours.
_COLOUR_OPTIONS = ("color_primaries", "color_trc", "colorspace", "color_range")

#: Containers of the QuickTime family, by suffix and by ffmpeg's names for the format.
_QUICKTIME = frozenset({".mp4", ".m4v", ".mov", "mp4", "ipod", "mov"})

#: The option for how often a movie is played, by suffix and by format; and which number means that
#: it is played once.  0 is for ever in all of them, and ffmpeg's own default is once but for GIF.
_LOOP = {"gif": "-loop", "apng": "-plays", "webp": "-loop", "avif": "-loop"}

#: Most frames a second that a GIF can be shown at: its delays are whole hundredths of a second, and
#: browsers show a delay of one hundredth as ten.
GIF_FPS = 50


def encoder_of(codec: str, extra_args: Sequence[str], suffix: str) -> str:
    """Return the name of the encoder that ffmpeg is asked for, in the end."""
    return last_option(extra_args, CODEC) or SUFFIX_CODECS.get(suffix, codec)


def pixel_format(codec: str, extra_args: Sequence[str], suffix: str) -> str | None:
    """Return the pixel format to ask for, None to leave it to ffmpeg.

    Parameters
    ----------
    codec : str
        The codec asked for.
    extra_args : sequence of str
        The user's further arguments; ``-pix_fmt`` among them is theirs to choose.
    suffix : str
        Ending of the movie's name, with its dot.

    Notes
    -----
    Frames lose half their colour resolution in both directions; that is what plays.  A user who
    wants 4:4:4 says ``extra_args=["-pix_fmt", "yuv444p"]``.
    """
    if "-pix_fmt" in extra_args or suffix == ".avif":
        return None
    if suffix not in SUFFIX_CODECS and codec == "h264":
        return "yuv420p"  # whatever extra_args make of the codec; as matplotlib has it
    encoder = encoder_of(codec, extra_args, suffix)
    if encoder in {"vp9", "libvpx-vp9"} and suffix == ".webm":
        return "yuva420p"
    if encoder in _H264 | _HEVC | _AV1 | _VPX:
        return "yuv420p"
    return None


def colour_filter(codec: str, extra_args: Sequence[str], suffix: str) -> str | None:
    """Return the filter that tags frames with the colours they have, None where it cannot be said.

    A movie that does not say so is taken for BT.709 by browsers from 720 rows on (and for BT.601
    below), and shown in wrong colours: lime as (0, 217, 0).  The filter goes last; it converts
    RGBA to the encoder's format itself, just as ffmpeg would after it, since only then is it known
    what is tagged.

    Parameters
    ----------
    codec, extra_args, suffix
        See `pixel_format`.
    """
    if any(last_option(extra_args, names) is not None for names in (FILTERS, _COLOUR_OPTIONS)):
        return None
    encoder = encoder_of(codec, extra_args, suffix)
    pixels = last_option(extra_args, ("pix_fmt",)) or pixel_format(codec, extra_args, suffix)
    if pixels is None:
        pixels = _CHOSEN.get(encoder)
    if pixels not in _TAKES.get(encoder, ()):
        return None
    return f"format={pixels},setparams={_COLOURS}"


def avif_filter(before: Sequence[str]) -> str:
    """Return the filter graph for AVIF, with outputs ``[rgb]`` and ``[alpha]``.

    matplotlib's graph makes ffmpeg 9 encode RGB, and grey that is said to be RGB, which the encoder
    refuses.  AVIF is sRGB if it says nothing, and here says so.

    Parameters
    ----------
    before : sequence of str
        Filters that come first.
    """
    colours = _COLOURS.replace("color_trc=bt709", "color_trc=iec61966-2-1")
    return (
        f"{','.join([*before, 'split'])} [rgba][a]; "
        "[a] alphaextract,format=gray,setparams=colorspace=smpte170m:range=pc [alpha]; "
        f"[rgba] format=yuv420p,setparams={colours} [rgb]"
    )


def container_arguments(
    codec: str, extra_args: Sequence[str], suffix: str, loop: int = 0
) -> list[str]:
    """Return the arguments that concern the container, not the encoder.

    Parameters
    ----------
    codec, extra_args, suffix
        See `pixel_format`.
    loop : int, default: 0
        How often a GIF, APNG, WebP or AVIF is played; 0 is for ever.
    """
    forced = last_option(extra_args, ("f",))
    kind = forced or suffix.lower()
    arguments = []
    if kind in _QUICKTIME:
        if last_option(extra_args, ("movflags",)) is None:
            arguments += ["-movflags", "+faststart"]
        tagged = last_option(extra_args, ("tag", "vtag")) is not None
        if encoder_of(codec, extra_args, suffix) in _HEVC and not tagged:
            arguments += ["-tag:v", "hvc1"]
    option = _LOOP.get(kind.removeprefix("."))
    if option is not None and option not in extra_args:
        if kind.endswith("gif"):
            # The others count how often it is played, this how often it is played again.
            if loop:
                arguments += [option, str(loop - 1 or -1)]
        else:
            arguments += [option, str(loop)]
    return arguments


def gif_fps(fps: float | str | Fraction) -> float | str | Fraction:
    """Return the frames a second that a GIF is shown at: what was asked for, up to `GIF_FPS`.

    Each frame is shown for whole hundredths of a second, longer and shorter in turn, so that on
    average they come as fast as asked for.
    """
    try:
        return GIF_FPS if Fraction(fps) > GIF_FPS else fps
    except ValueError:
        return fps  # a name such as "ntsc", which ffmpeg knows
