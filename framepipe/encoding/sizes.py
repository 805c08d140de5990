"""Which encoders take frames whose width or height is odd.

`Animation.save` makes sizes even for the codec called "h264" only, and so fails with every other
encoder that cannot do odd ones. Those are listed here, and no more: where ffmpeg does take an odd
size, `Animation.save` makes a movie of that size, and so must we.
"""

from __future__ import annotations

from .arguments import FILTERS, last_option
from .command import Encoding
from .formats import encoder_of, pixel_format

# Measured with ffmpeg n9.0.2 (imageio-ffmpeg, Linux x86-64): every software video encoder with
# RGBA input at 102x68, 101x67, 102x67 and 101x68, as it chooses its pixel format itself and with
# -pix_fmt yuv420p, yuv422p and yuv444p. Not in these tables means that odd sizes work (mpeg4,
# mpeg1video, mpeg2video, flv, msmpeg4, mjpeg, ffv1, VP8, VP9, AV1, Theora, libopenh264, prores_ks,
# GIF, WebP, PNG, qtrle ...), that even ones fail as well (h261, h263, dnxhd, cinepak ...), or that
# it needs hardware this was not measured on.

#: Refuse odd sizes whatever the pixel format: (width must be even, height must be even).
_ALWAYS = {
    "libvvenc": (True, True),
    "libxvid": (True, True),
    "vvc": (True, True),
    "bitpacked": (True, False),
    "prores": (True, False),
    "prores_aw": (True, False),
    "v210": (True, False),
    "wmv1": (True, False),
    "wmv2": (True, False),
}

#: Want whole chroma samples, so it depends on the pixel format; and the one ffmpeg picks for RGBA
#: frames when none is asked for.
_WHOLE_CHROMA = {
    "h264": "yuv420p",
    "libx264": "yuv420p",
    "hevc": "yuv420p",
    "libx265": "yuv420p",
    "utvideo": "gbrap",
    "ffvhuff": "bgra",
    "huffyuv": "bgra",
    "liboapv": "yuva444p10le",
}

#: Of these, the ones that mind the width only.
_WIDTH_ONLY = frozenset({"ffvhuff", "huffyuv", "liboapv"})

_SIZE_OPTIONS = ("s", *FILTERS)


def needs_even_size(encoding: Encoding, suffix: str, width: int = 1, height: int = 1) -> bool:
    """Tell whether a frame's width and height must be made even.

    Parameters
    ----------
    encoding : Encoding
        What the user asked for.
    suffix : str
        Ending of the name the user gave, with its dot.
    width, height : int, optional
        The frame in question; without them, one that is odd both ways.

    Returns
    -------
    bool
        True for the codec "h264" of any size, since matplotlib rounds (and may round an even size
        too); otherwise only where ffmpeg would refuse a frame of this very size.
    """
    # matplotlib looks at the codec before the suffix may have put another in its place, so a
    # .webm saved with the default codec is rounded as well.
    if encoding.codec == "h264":
        return True
    if last_option(encoding.extra_args, _SIZE_OPTIONS) is not None:
        return False  # the user's filters decide which size reaches the encoder
    even_width, even_height = _even_sides(encoding, suffix)
    return (even_width and width % 2 == 1) or (even_height and height % 2 == 1)


def _even_sides(encoding: Encoding, suffix: str) -> tuple[bool, bool]:
    """Return whether the encoder needs an even width, and an even height."""
    encoder = encoder_of(encoding.codec, encoding.extra_args, suffix)
    if encoder in _ALWAYS:
        return _ALWAYS[encoder]
    if encoder not in _WHOLE_CHROMA:
        return (False, False)
    pixels = last_option(encoding.extra_args, ("pix_fmt",))
    if pixels is None:
        pixels = pixel_format(encoding.codec, encoding.extra_args, suffix)
    if pixels is None:
        pixels = _WHOLE_CHROMA[encoder]
    even_width, even_height = _chroma_halved(_pixels_used(encoder, pixels))
    return (even_width, even_height and encoder not in _WIDTH_ONLY)


def _pixels_used(encoder: str, pixels: str) -> str:
    """Return the format ffmpeg falls back on where an encoder does not have the one asked for."""
    alpha = pixels.startswith(("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya8", "ya16"))
    if alpha and encoder in {"hevc", "libx265"}:
        return "yuva420p"  # the only one with alpha
    if alpha and encoder in {"ffvhuff", "huffyuv", "liboapv", "utvideo"}:
        return "bgra"
    if encoder == "huffyuv" and pixels.startswith("yuv"):
        return "yuv422p"
    if encoder == "ffvhuff" and pixels.endswith(("le", "be")):
        return "yuv444p10"  # minds 8-bit formats only
    return pixels


def _chroma_halved(pixels: str) -> tuple[bool, bool]:
    """Return whether a pixel format stores colour at half the width, and at half the height."""
    if "420" in pixels or pixels.startswith(("nv12", "nv21", "p010", "p012", "p016")):
        return (True, True)
    return ("422" in pixels or pixels.startswith(("nv16", "nv20", "p210", "p212", "p216")), False)
