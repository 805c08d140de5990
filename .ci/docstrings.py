"""numpydoc's validator over the public names; exits with 1 if it finds anything.

Left out: See Also sections (SA01, SA04), an extended summary (ES01) and examples (EX01) for every
name, since errors and small classes need none; and GL01, since summaries begin on the first line.
"""

from __future__ import annotations

import sys

from numpydoc.validate import validate

import framepipe

LEFT_OUT = {"GL01", "SA01", "SA04", "ES01", "EX01"}

#: What is called most must show how.
WITH_EXAMPLES = {"encode", "accelerate", "Movie", "Report"}


def main() -> int:
    """Print what is found."""
    found = []
    for name in framepipe.__all__:
        left_out = LEFT_OUT - ({"EX01"} if name in WITH_EXAMPLES else set())
        for code, message in validate(f"framepipe.{name}")["errors"]:
            if code not in left_out:
                found.append(f"framepipe.{name}: {code} {message}")
    print("\n".join(found) or "numpydoc has nothing to say")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
