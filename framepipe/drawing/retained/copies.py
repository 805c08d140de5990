"""Copies of an artist's arrays, to tell whether one was changed in place.

Comparing with a copy takes a fifth of the time of a checksum: 16 MB, the points of a line of a
million, take 3 ms.  It costs memory as large as the data; what is larger still gets a checksum.
"""

from __future__ import annotations

from typing import Any, Protocol
from zlib import crc32

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.path import Path
from numpy.typing import NDArray

from ..mpl.artists import NOT_DRAWN_OF_LINES

#: Bytes up to which an array is compared as a string of bytes, which is made in no time.
_SMALL = 4096
#: Bytes from which on a checksum stands for a copy.
_LARGE = 1 << 27
#: Elements of 8 bytes compared at a time: what the processor's cache holds.
_CHUNK = 1 << 15


class Copy(Protocol):
    """What an attribute was."""

    def unchanged(self, value: object) -> bool:
        """Tell whether the attribute, now of some value, is as it was."""
        ...


def copies_of(artist: Any) -> list[tuple[str, Copy]]:
    """Copy the arrays among an artist's attributes; also those of paths, and points in space.

    Returns
    -------
    list of (str, Copy)
        By the names of attributes.  Of several that share their memory one is copied.
    """
    skipped = NOT_DRAWN_OF_LINES if isinstance(artist, Line2D) else frozenset()
    attributes = [(name, value) for name, value in vars(artist).items() if name not in skipped]
    # Arrays that own their memory first: the others are mostly views of them.
    attributes.sort(key=lambda item: getattr(item[1], "base", item) is not None)
    copied: set[int] = set()
    copies: list[tuple[str, Copy]] = []
    for name, value in attributes:
        copy = _copy_of(value, copied)
        if copy is not None:
            copies.append((name, copy))
    return copies


def _copy_of(value: object, copied: set[int]) -> Copy | None:
    if isinstance(value, np.ndarray):
        return _copy_of_array(value, copied)
    if isinstance(value, Path):
        return _PathCopy(value, copied)
    if isinstance(value, list) and value and isinstance(value[0], Path):
        return _PathsCopy(value)
    if isinstance(value, tuple) and value and isinstance(value[0], np.ndarray):
        return _TupleCopy(value, copied)  # points in space
    return None


def _copy_of_array(array: NDArray[Any], copied: set[int]) -> Copy:
    if type(array) is np.ndarray and (id(array) in copied or id(array.base) in copied):
        return _View(array)
    copied.add(id(array))
    return ArrayCopy(array)


class ArrayCopy:
    """An array as it was.

    Parameters
    ----------
    array : ndarray
        The array, of any shape and dtype; of objects nothing is known.
    """

    __slots__ = ("_array", "_copy", "_mask")

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array
        self._copy = _content_of(array, copy=True)
        self._mask = _mask_of(array)

    def unchanged(self, value: object) -> bool:
        """Tell whether an array is as this one was: itself, or another one like it."""
        array = self._array
        if value is not array and (
            type(value) is not type(array)
            or value.shape != array.shape
            or value.dtype != array.dtype
        ):
            return False
        return _equal(value, self._copy) and _mask_of(value) == self._mask


class _View:
    """An array whose memory belongs to another one that was copied."""

    __slots__ = ("_array",)

    def __init__(self, array: NDArray[Any]) -> None:
        self._array = array

    def unchanged(self, value: object) -> bool:
        return value is self._array


class _PathCopy:
    __slots__ = ("_vertices",)

    def __init__(self, path: Any, copied: set[int]) -> None:
        self._vertices = _copy_of_array(path.vertices, copied)

    def unchanged(self, value: object) -> bool:
        return isinstance(value, Path) and self._vertices.unchanged(value.vertices)


class _PathsCopy:
    __slots__ = ("_vertices",)

    def __init__(self, paths: list[Any]) -> None:
        self._vertices = [path.vertices.tobytes() for path in paths]

    def unchanged(self, value: object) -> bool:
        return (
            isinstance(value, list)
            and len(value) == len(self._vertices)
            and [path.vertices.tobytes() for path in value] == self._vertices
        )


class _TupleCopy:
    __slots__ = ("_copies",)

    def __init__(self, arrays: tuple[Any, ...], copied: set[int]) -> None:
        self._copies = [
            _copy_of_array(one, copied) if isinstance(one, np.ndarray) else None for one in arrays
        ]

    def unchanged(self, value: object) -> bool:
        return (
            isinstance(value, tuple)
            and len(value) == len(self._copies)
            and all(
                copy is None or copy.unchanged(one)
                for copy, one in zip(self._copies, value, strict=True)
            )
        )


def _mask_of(array: object) -> bytes | None:
    return np.ma.getmaskarray(array).tobytes() if isinstance(array, np.ma.MaskedArray) else None


def _content_of(array: NDArray[Any], *, copy: bool) -> bytes | NDArray[np.uint8] | int | None:
    """Return what to compare an array by: its bytes, or their checksum; None for objects."""
    if array.dtype.hasobject:
        return None
    data = np.asarray(array)
    if array.nbytes <= _SMALL:
        return data.tobytes()
    flat: Any = np.ascontiguousarray(data).reshape(-1).view(np.uint8)
    if array.nbytes >= _LARGE:
        return crc32(flat)
    result: NDArray[np.uint8] = flat.copy() if copy else flat
    return result


def _equal(array: NDArray[Any], content: bytes | NDArray[np.uint8] | int | None) -> bool:
    now = _content_of(array, copy=False)
    if not isinstance(content, np.ndarray):
        return now == content
    assert isinstance(now, np.ndarray)  # noqa: S101 - of the same size, so of the same kind
    whole = len(now) // 8 * 8
    one, other = now[:whole].view(np.uint64), content[:whole].view(np.uint64)
    return now[whole:].tobytes() == content[whole:].tobytes() and all(
        np.array_equal(one[begin : begin + _CHUNK], other[begin : begin + _CHUNK])
        for begin in range(0, len(one), _CHUNK)
    )
