"""numpydoc's validator over the public names; exits with 1 if it finds anything.

Left out: See Also sections (SA01, SA04) and an extended summary (ES01) for every name, since errors
and small classes need none; and GL01, since summaries begin on the first line.  Every name has
examples; ``tests/test_examples.py`` runs them.
"""

from __future__ import annotations

import sys

from numpydoc.validate import validate

import framepipe

LEFT_OUT = {"GL01", "SA01", "SA04", "ES01"}


def main() -> int:
    """Print what is found."""
    found = []
    for name in framepipe.__all__:
        for code, message in validate(f"framepipe.{name}")["errors"]:
            if code not in LEFT_OUT:
                found.append(f"framepipe.{name}: {code} {message}")
    print("\n".join(found) or "numpydoc has nothing to say")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
