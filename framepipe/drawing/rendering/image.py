"""Images mapped to colours before they are enlarged, where that gives the same pixels.

matplotlib enlarges an image's data first, and runs norm and colour map on every pixel of the
canvas.  Where each of these shows the value of one datum (nearest neighbour, whatever the
interpolation is called), norm and colour map can run on the data instead, and one gather of
colours makes the picture.

Nothing of what matplotlib does is written anew here: its own code runs (for the release that is
installed), but its resampling gives back the data themselves, in one row, together with what the
edges show: a pixel that an image covers in part shows a share of the datum's *value*, and one that
it does not cover, zero.  All that follows is done value by value, so the picture's colours are the
row's, gathered by an *index map*.

The map is learnt from matplotlib, too, by letting it resample the numbers of the data, and held
against what it makes of the data, in the second frame that an image stays where it is.  Norms,
colour maps and images must be of matplotlib's own classes, translucent RGBA is refused (it is
rounded where it is blended), and so is whatever does not come as expected.

Where an image is really interpolated, two things are spared.  How far it covers each pixel, which
matplotlib works out by resampling a mask of ones, is kept.  And where colours are interpolated that
are all opaque, what follows (dividing by the alpha, and rounding to bytes) is done at the edges
only, and a few rows at a time; matplotlib's code is given one pixel meanwhile.  That, too, is held
against what matplotlib makes first.  Large arrays are mapped a few rows at a time, by matplotlib's
own norm and colour map: their many temporary arrays then stay in a core's cache.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import colors
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from ..mpl.images import made_by, make, make_with, resample

#: Images smaller than this on the canvas are left to matplotlib: there is nothing to gain.
FEWEST_PIXELS = 4096
#: Pixels of the canvas for each datum from which on the data are less work.
PIXELS_A_DATUM = 2
#: Bytes of maps kept; the oldest go first.  Four full frames at 1080p fit.
KEPT_BYTES = 72 * 2**20
#: Places of images remembered, with or without a map.
KEPT_PLACES = 64

#: Bytes that are rounded at a time: they stay in a core's own cache.
BLOCK_BYTES = 2**18

#: Values that are mapped to colours at a time.
BLOCK_VALUES = 2**15

#: Interpolations that may come out as nearest neighbour.
_MAYBE_NEAREST = frozenset({"nearest", "none", "antialiased", "auto"})
#: Norms that work value by value.  Those of users may look at the whole array.
_NORMS = frozenset(
    {
        colors.BoundaryNorm, colors.CenteredNorm, colors.LogNorm, colors.NoNorm, colors.Normalize,
        colors.PowerNorm, colors.SymLogNorm, colors.TwoSlopeNorm,
    }
)  # fmt: skip
_COLORMAPS = frozenset({colors.LinearSegmentedColormap, colors.ListedColormap})
#: New in matplotlib 3.10.
_COLORIZER: Any = getattr(getattr(mpl, "colorizer", None), "Colorizer", None)

_Indices = NDArray[np.intp]


class _Unexpected(Exception):
    """What matplotlib resamples is not what a map was made for."""


@dataclass(slots=True)
class _Map:
    """Where each pixel's colour is, in a row of data, shares of data, and a zero.

    Parameters
    ----------
    count : int
        Data.
    indices : ndarray of intp, shape (rows, columns)
        Places in the row.
    parts : ndarray of intp, shape (parts,)
        The datum of each pixel that is covered in part.
    shares : dict of str to ndarray, shape (parts,)
        How far it is covered, by the type of the data: rounded as the resampling rounds it.
    """

    count: int
    indices: _Indices
    parts: _Indices
    shares: dict[str, NDArray[Any]]

    def row(self, data: NDArray[Any]) -> NDArray[Any]:
        """Return what the pixels show of some data, each once.

        Parameters
        ----------
        data : ndarray, shape (rows, columns) or (rows, columns, 4)
            The data.

        Returns
        -------
        ndarray, shape (1, count + parts + 1) or (1, count + parts + 1, 4)
            Them, and so on.

        Raises
        ------
        _Unexpected
            If this cannot be told for such data.
        """
        data = np.asarray(data)
        channels = data.shape[2:]
        flat = data.reshape(-1, *channels)
        if channels and not _is_opaque_or_clear(flat):
            raise _Unexpected
        row = np.zeros((1, self.count + len(self.parts) + 1, *channels), data.dtype)
        row[0, : self.count] = flat
        if len(self.parts):
            share = self.shares.get(data.dtype.char)
            if share is None:
                raise _Unexpected
            shown = flat[self.parts]
            if channels:
                if (shown[:, 3] != 1).any():
                    raise _Unexpected
                shown = share[:, None] * shown  # blended with nothing ...
                shown[:, :3] /= share[:, None]  # ... and divided by the alpha it got
            else:
                shown = share * shown
            row[0, self.count : -1] = shown
        return row

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return self.indices.nbytes + self.parts.nbytes


def _is_opaque_or_clear(pixels: NDArray[Any]) -> bool:
    alpha = pixels[:, 3]
    opaque = alpha == (255 if pixels.dtype == np.uint8 else 1)
    return bool(opaque.all()) or not pixels[~opaque].any()


@dataclass(slots=True)
class _Place:
    """Where an image is, and what is known of how it comes there.

    Parameters
    ----------
    met : bool
        Whether an earlier frame showed it there.
    learnt : bool
        Whether a map was asked for.
    map : _Map or None
        The map; None if there is none.
    cover : ndarray of float32 or None
        How far the image covers each pixel.
    finishes : bool or None
        Whether `_finished` does what matplotlib does there; None while that is not known.
    """

    met: bool = False
    learnt: bool = False
    map: _Map | None = None
    cover: NDArray[np.float32] | None = None
    finishes: bool | None = None

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        of_map = self.map.nbytes if self.map is not None else 0
        return of_map + (self.cover.nbytes if self.cover is not None else 0)


@dataclass(slots=True)
class _Making:
    """One image being made.

    Parameters
    ----------
    places : ImageMaker
        Where maps are kept.
    source : ndarray
        The image's data.
    plain : bool
        Whether everything about the image is matplotlib's own.
    key : tuple
        Where the image is, and all that its resampling depends on; empty before that is known.
    place : _Place
        What is known of that.
    map : _Map or None
        The map in use.
    gathers : bool
        Whether a map may be used.
    interpolated : ndarray or None
        Colours that matplotlib has resampled, to be finished by it and by us.
    output : ndarray or None
        The picture, if we have finished it.
    """

    places: ImageMaker
    source: Any
    plain: bool
    key: tuple[Any, ...] = ()
    place: _Place = field(default_factory=_Place)
    map: _Map | None = None
    gathers: bool = False
    interpolated: NDArray[Any] | None = None
    output: NDArray[np.uint8] | None = None

    def resample(
        self,
        image: Any,
        data: NDArray[Any],
        shape: tuple[int, int],
        transform: Any,
        *,
        resample: bool | None = None,
        alpha: float = 1,
    ) -> NDArray[Any]:
        """Stand for matplotlib's resampling."""
        if not transform.is_affine or alpha != 1:
            if self.map is not None:
                raise _Unexpected
            return _resample(image, data, shape, transform, resample=resample, alpha=alpha)
        key = (
            data.shape[:2], shape, transform.get_matrix().tobytes(), image.origin,
            image.get_interpolation(), image.get_filternorm(), image.get_filterrad(),
            image.get_resample(),
        )  # fmt: skip
        first = not self.key
        if first:
            self._begin(key, data.shape[0] * data.shape[1], shape)
        if self.map is not None:
            if key != self.key or (np.ma.is_masked(data) and data.ndim == 3):
                raise _Unexpected
            return self.map.row(data)
        if key != self.key:
            return _resample(image, data, shape, transform, resample=resample)
        if resample and self._is_mask_of_ones(data):
            return self._cover(image, data, shape, transform)
        resampled = _resample(image, data, shape, transform, resample=resample)
        place = self.place
        if self.gathers and place.met and not place.learnt:
            place.learnt = True
            place.map = _learn(image, data, resampled, transform)
            self.places.drop_oldest()
        if first and place.finishes is not False and self._can_finish(image, data):
            if place.finishes:
                self.output = _finished(resampled)
                return np.ones((1, 1, 4), data.dtype)
            self.interpolated = resampled.copy() if place.met else None
        return resampled

    def _begin(self, key: tuple[Any, ...], count: int, shape: tuple[int, int]) -> None:
        """See what is known of an image's place."""
        self.key = key
        self.place = self.places.place(key)
        pixels = shape[0] * shape[1]
        self.plain &= count <= pixels  # or looking at the data costs more than it spares
        self.gathers = (
            self.plain
            and pixels >= max(FEWEST_PIXELS, PIXELS_A_DATUM * count)
            and key[4] in _MAYBE_NEAREST
            and _is_finite(self.source)
        )
        if self.gathers:
            self.map = self.place.map

    def _can_finish(self, image: Any, data: NDArray[Any]) -> bool:
        """Tell whether data are colours that need no more than being rounded, but at edges."""
        return (
            self.plain
            and data.ndim == 3
            and data.shape[2] == 4
            and data.dtype.kind == "f"
            and image.get_alpha() is None
            and not np.ma.is_masked(data)
            and bool((data[..., 3] == 1).all())
            and bool(np.isfinite(data).all())
        )

    def _is_mask_of_ones(self, data: NDArray[Any]) -> bool:
        return (
            self.place.met
            and data.ndim == 2
            and data.dtype == np.float32
            and bool((data == 1).all())
        )

    def _cover(
        self, image: Any, ones: NDArray[Any], shape: tuple[int, int], transform: Any
    ) -> NDArray[Any]:
        if self.place.cover is None:
            self.place.cover = _resample(image, ones, shape, transform, resample=True)
            self.places.drop_oldest()
        return self.place.cover.copy()  # it is multiplied in place


class ImageMaker:
    """Makes the pixels of images, for the figure on one canvas."""

    def __init__(self) -> None:
        self._places: OrderedDict[tuple[Any, ...], _Place] = OrderedDict()

    @contextmanager
    def making(self, images: Iterable[AxesImage]) -> Iterator[None]:
        """Make the pixels of images for a while, whoever draws them.

        Parameters
        ----------
        images : iterable of AxesImage
            The images.
        """
        with made_by(self.make, _map_in_blocks, images):
            yield

    def make(
        self, image: AxesImage, data: Any, *arguments: Any, **options: Any
    ) -> tuple[Any, float, float, Any]:
        """Make an image's pixels; is called with what matplotlib's own method is called with."""
        making = _Making(self, data, _is_plain(image, data))
        try:
            output, *rest = make_with(making.resample, image, data, *arguments, **options)
        except _Unexpected:
            return make(image, data, *arguments, **options)
        except Exception:
            if making.map is None and making.output is None:
                raise
            # This release does more with the data than those looked at; or the error comes again.
            making.place.map, making.place.finishes = None, False
            return make(image, data, *arguments, **options)
        if making.map is not None:
            row = output.reshape(-1, 4).view(np.uint32).ravel()
            output = row.take(making.map.indices).view(np.uint8)
            output = output.reshape(*making.map.indices.shape, 4)
        elif making.output is not None:
            output = making.output
        elif making.interpolated is not None:
            making.place.finishes = np.array_equal(_finished(making.interpolated), output)
        making.place.met = True
        return (output, *rest)

    def place(self, key: tuple[Any, ...]) -> _Place:
        """Return what is known of an image's place."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = _Place()
            if len(self._places) > KEPT_PLACES:
                self._places.popitem(last=False)
        else:
            self._places.move_to_end(key)
        return place

    def drop_oldest(self) -> None:
        """Forget the places that take too much memory, those not used for longest first."""
        size = sum(place.nbytes for place in self._places.values())
        while size > KEPT_BYTES and self._places:
            size -= self._places.popitem(last=False)[1].nbytes


# Under this name where a method has an argument called `resample`, as matplotlib's function has.
_resample = resample


def _is_plain(image: AxesImage, data: Any) -> bool:
    """Tell whether all that an image's pixels come from works value by value."""
    if type(image) is not AxesImage or type(data) not in (np.ndarray, np.ma.MaskedArray):
        return False
    if not _is_mapped_plainly(image):
        return False
    if data.dtype.kind not in "biuf" or (data.dtype.kind == "f" and data.dtype.char not in "fd"):
        return False
    if data.ndim == 3:
        return not np.ma.is_masked(data)
    # A norm without limits is going to be scaled to what is shown.
    return bool(data.ndim == 2 and image.norm.scaled())


def _is_mapped_plainly(image: AxesImage) -> bool:
    """Tell whether norm and colour map work value by value."""
    if _COLORIZER is not None and type(image.colorizer) is not _COLORIZER:
        return False
    return type(image.norm) in _NORMS and type(image.cmap) in _COLORMAPS


def _is_finite(data: NDArray[Any]) -> bool:
    """Tell whether values that are not masked are finite; of colours it does not matter.

    A colour map takes NaN for bad only where nothing is masked, anywhere in an array.
    """
    return (
        data.ndim != 2
        or data.dtype.kind != "f"
        or bool((np.isfinite(np.ma.getdata(data)) | np.ma.getmaskarray(data)).all())
    )


def _map_in_blocks(
    image: AxesImage,
    x: Any,
    alpha: Any = None,
    bytes: bool = False,  # noqa: A002 - as matplotlib calls it
    norm: bool = True,
) -> NDArray[Any]:
    """Map values to colours, as ``image.to_rgba`` does, a few rows at a time."""
    whole = partial(AxesImage.to_rgba, image, alpha=alpha, bytes=bytes, norm=norm)
    if (
        type(x) not in (np.ndarray, np.ma.MaskedArray)
        or x.ndim != 2
        or x.size < 2 * BLOCK_VALUES
        or np.ndim(alpha)
        or not _is_mapped_plainly(image)
        or (norm and not image.norm.scaled())
        or (np.ma.is_masked(x) and not _is_finite(x))
    ):
        return whole(x)
    rows = max(1, BLOCK_VALUES // x.shape[1])
    first = whole(x[:rows])
    mapped = np.empty((*x.shape, 4), first.dtype)
    mapped[:rows] = first
    for begin in range(rows, len(x), rows):
        mapped[begin : begin + rows] = whole(x[begin : begin + rows])
    return mapped


def _finished(colours: NDArray[Any]) -> NDArray[np.uint8]:
    """Round colours to bytes, divided by their alpha; they are changed.

    Parameters
    ----------
    colours : ndarray of float, shape (rows, columns, 4)
        RGBA, multiplied by alpha; no NaN.
    """
    edge = colours[..., 3] != 1
    if edge.any():
        found = colours[edge]
        alpha = found[:, 3].copy()
        found /= np.where(alpha != 0, alpha, 1)[:, None]
        found[:, 3] = alpha
        colours[edge] = found
    output = np.empty(colours.shape, np.uint8)
    rows = max(1, BLOCK_BYTES // colours[0].nbytes)
    buffer = np.empty((rows, *colours.shape[1:]), colours.dtype)
    for begin in range(0, len(colours), rows):
        block = colours[begin : begin + rows]
        scaled = np.multiply(block, 255, out=buffer[: len(block)])
        np.copyto(output[begin : begin + rows], scaled, casting="unsafe")
    return output


def _learn(
    image: AxesImage, data: NDArray[Any], resampled: NDArray[Any], transform: Any
) -> _Map | None:
    """Find out which datum each pixel shows; None if it is not one datum each.

    Parameters
    ----------
    image : AxesImage
        The image.
    data : ndarray
        What was resampled ...
    resampled : ndarray
        ... and what that gave; the map is held against it.
    transform : Transform
        From data to pixels.
    """
    size, shape = data.shape[:2], resampled.shape[:2]
    count = size[0] * size[1]
    # Between 0 and 1, where some releases cut off what they interpolate; the scale is exact.
    scale = 2.0 ** count.bit_length()
    numbers = np.arange(1.0, count + 1).reshape(size) / scale
    shown = resample(image, numbers, shape, transform) * scale
    cover = resample(image, np.ones(size, np.float32), shape, transform)
    part = (cover > 0) & (cover < 1)
    shares: dict[str, NDArray[Any]] = {}
    if part.any():
        exact = resample(image, np.ones(size), shape, transform)
        shares = {"f": cover[part], "d": exact[part]}
        shown[part] /= exact[part]
    with np.errstate(invalid="ignore"):
        found = np.rint(shown)
    covered = cover > 0
    if not np.isin(cover[~part], (0, 1)).all() or not (found[covered] >= 1).all():
        return None
    if not (found[covered] <= count).all() or not (np.abs(shown - found) < 1e-3)[covered].all():
        return None
    if not (shown == found)[covered & ~part].all():
        return None
    indices = found.astype(np.intp) - 1
    parts = indices[part]
    indices[part] = count + np.arange(len(parts))
    indices[~covered] = count + len(parts)
    learnt = _Map(count, indices, parts, shares)
    try:
        gathered = learnt.row(data)[0].take(indices, axis=0)
    except _Unexpected:
        return learnt  # of other data it may say more
    return learnt if np.array_equal(gathered, resampled, equal_nan=True) else None
