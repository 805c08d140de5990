"""Whether a movie is what it should be: decode it, count its frames, compare them."""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Decoded:
    """What a player would show.

    Parameters
    ----------
    size : str
        Such as "640x480".
    hashes : tuple of str
        One for every frame, of its decoded pixels.
    """

    size: str
    hashes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """A short name for all frames together, in order."""
        return hashlib.blake2b("\n".join(self.hashes).encode(), digest_size=8).hexdigest()


def decode(movie: Path, ffmpeg: str) -> Decoded:
    """Decode every frame of a movie.

    Raises
    ------
    RuntimeError
        If it cannot be decoded.
    """
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-i", f"file:{movie}"]
    command += ["-fps_mode", "passthrough", "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the movie cannot be decoded: {done.stderr.strip()}")
    size = re.search(r"^#dimensions 0: (\S+)", done.stdout, re.MULTILINE)
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    hashes = tuple(line.rpartition(",")[2].strip() for line in lines)
    return Decoded(size[1] if size else "", hashes)


def problem(found: Decoded, truth: Decoded | None, frames: int, *, identity: bool) -> str | None:
    """Say what is wrong with a movie.

    Parameters
    ----------
    found : Decoded
        The movie.
    truth : Decoded or None
        The one `Animation.save` made; None if there is none yet, since this is it.
    frames : int
        How many frames it must have.
    identity : bool
        Whether they must be those of `truth`, and not only of the same size.

    Returns
    -------
    str or None
        None if all is well.
    """
    if len(found.hashes) != frames:
        return f"{len(found.hashes)} frames instead of {frames}"
    if truth is None:
        return None
    if found.size != truth.size:
        return f"frames of {found.size} instead of {truth.size}"
    if identity and found.hashes != truth.hashes:
        pairs = zip(found.hashes, truth.hashes, strict=True)
        wrong = [frame for frame, (one, other) in enumerate(pairs) if one != other]
        return f"{len(wrong)} frames differ from serial's, frame {wrong[0]} first"
    return None
