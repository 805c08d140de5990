"""A folder of PNGs, one for each frame: ``frames/%05d.png``.

ffmpeg writes them into a temporary folder; when all are there they get what `Figure.savefig` would
have written beside the pixels (texts and the resolution), and are moved to their names one by one.
Pixels are those of the frames, RGBA, without loss.
"""

from __future__ import annotations

import errno
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from ...leftovers import temporary_folder
from ..output import Output

#: A name that stands for a series of pictures: one number, padded with zeros or not.
_SERIES = re.compile(r"(?P<before>[^%]*)%(?P<width>0[1-9])?d(?P<after>[^%]*\.png)", re.IGNORECASE)

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def is_series(filename: object) -> bool:
    """Tell whether a name stands for a series of pictures, such as "frames/%05d.png"."""
    if not isinstance(filename, (str, os.PathLike)):
        return False
    name = os.fspath(filename)
    return isinstance(name, str) and _SERIES.fullmatch(os.path.basename(name)) is not None


class PictureFolder(Output):
    """Where a series of PNGs goes.

    Parameters
    ----------
    filename : str or path-like
        Their names: a number's place, ``%d`` or ``%05d``, counted from 0.  The folder is made if
        it is not there.  Pictures of these names are replaced, others stay.
    texts : mapping of str to str
        What is written into each.
    dpi : float
        The resolution that is written into each.

    Raises
    ------
    OSError
        If there is no folder to make that folder in, or something else has its name.
    """

    def __init__(
        self, filename: str | os.PathLike[str], texts: Mapping[str, str], dpi: float
    ) -> None:
        self.path = Path(filename).absolute()
        self.suffix = self.path.suffix
        found = _SERIES.fullmatch(self.path.name)
        if found is None:
            raise ValueError(f"{self.path.name!r} is not the name of a series such as '%05d.png'")
        before, after = (found[part].replace("{", "{{").replace("}", "}}") for part in (1, 3))
        self._format = f"{before}{{:{found['width'] or ''}d}}{after}"
        self._chunks = _text_chunks(texts) + _resolution(dpi)
        self._stack = ExitStack()
        self._folder = ""
        above = self.path.parent.parent
        if not above.is_dir():
            raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(above))
        if self.path.parent.exists() and not self.path.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(self.path.parent))
        if not os.access(self._existing, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no right to write into", str(self._existing))

    @property
    def _existing(self) -> Path:
        return self.path.parent if self.path.parent.exists() else self.path.parent.parent

    @property
    def direct(self) -> bool:
        """False: pictures appear when all are there."""
        return False

    @property
    def one_file(self) -> bool:
        """False."""
        return False

    @property
    def beside(self) -> str | None:
        """The temporary folder; None before `prepare`."""
        return self._folder or None

    @property
    def part(self) -> str:
        """The name for ffmpeg, with a place for the number."""
        return os.path.join(self._folder.replace("%", "%%"), "%08d.png")

    def prepare(self) -> None:
        """Make the temporary folder, where the pictures will be or beside that."""
        if not self._folder:
            self._folder = self._stack.enter_context(temporary_folder(str(self._existing)))

    def publish(self) -> Path:
        """Put all pictures in place; return their name, with the number's place in it."""
        self.path.parent.mkdir(exist_ok=True)
        names = sorted(name for name in os.listdir(self._folder) if name.endswith(".png"))
        for name in names:
            path = os.path.join(self._folder, name)
            Path(path).write_bytes(with_chunks(Path(path).read_bytes(), self._chunks))
        for name in names:
            number = int(name.partition(".")[0])
            target = self.path.parent / self._format.format(number)
            os.replace(os.path.join(self._folder, name), target)
        self.discard()
        return self.path

    def discard(self) -> None:
        """Remove the temporary folder."""
        self._stack.close()
        self._folder = ""


def with_chunks(png: bytes, chunks: bytes) -> bytes:
    """Return a PNG with chunks added behind its header, and without the resolution it had."""
    kept = [chunk for kind, chunk in _chunks_of(png) if kind != b"pHYs"]
    return b"".join([_SIGNATURE, kept[0], chunks, *kept[1:]])


def _chunks_of(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's kind, and all its bytes."""
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at : at + 12 + length]
        at += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _resolution(dpi: float) -> bytes:
    """Return the chunk for pixels a metre, as Pillow rounds it for `Figure.savefig`."""
    pixels = int(dpi / 0.0254 + 0.5)
    return _chunk(b"pHYs", struct.pack(">IIB", pixels, pixels, 1))


def _text_chunks(texts: Mapping[str, str]) -> bytes:
    """Return chunks for texts: Latin-1 where it will do, else UTF-8, as the PNG standard has it."""
    found = []
    for key, text in texts.items():
        name = key.encode("latin-1", "replace")[:79]
        try:
            found.append(_chunk(b"tEXt", name + b"\0" + str(text).encode("latin-1")))
        except UnicodeEncodeError:
            found.append(_chunk(b"iTXt", name + b"\0\0\0\0\0" + str(text).encode()))
    return b"".join(found)
