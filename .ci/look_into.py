"""Look into the archives that would be uploaded: ``python .ci/look_into.py dist``."""

from __future__ import annotations

import re
import sys
import tarfile
import zipfile
from pathlib import Path

#: Larger than this, and something is in that should not be: 0.5 MB are expected.
MOST = 2_000_000


def main(folder: Path) -> None:
    """Print the sizes; exit with a message if a file is missing or should not be there."""
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
        metadata = next(name for name in in_wheel if name.endswith(".dist-info/METADATA"))
        told = archive.read(metadata).decode()
    with tarfile.open(source) as archive:
        in_source = {name.partition("/")[2] for name in archive.getnames()}
    print(f"{wheel.name}: {wheel.stat().st_size:,} bytes, {len(in_wheel)} files")
    print(f"{source.name}: {source.stat().st_size:,} bytes, {len(in_source)} files")

    wrong = [f"{name} is in the wheel" for name in in_wheel if not name.startswith("framepipe")]
    wrong += [f"{n} is in the sdist" for n in in_source if n.startswith("benchmarks/results")]
    for name in {"framepipe/__init__.py", "framepipe/py.typed"} - in_wheel:
        wrong.append(f"{name} is not in the wheel")
    for name in {"README.md", "LICENSE", "pyproject.toml", "tests/conftest.py"} - in_source:
        wrong.append(f"{name} is not in the sdist")
    for archived in (wheel, source):
        if archived.stat().st_size > MOST:
            wrong.append(f"{archived.name} has {archived.stat().st_size:,} bytes")
    for link in re.findall(r"\]\((?!https://|#)[^)]*\)", told):
        wrong.append(f"{link} in the README leads nowhere from PyPI")
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
