"""Two results beside each other: ``python -m benchmarks compare BEFORE.json AFTER.json``.

Seconds of two runs tell little, for the machine was busier in one of them.  So what is compared is
every time's ratio to the serial save of its own run, which was measured in turn with it.

The noise of a ratio is what its runs allow: from the fastest run over the slowest serial save to
the slowest run over the fastest one.  Where a time, or the serial save's, was taken only once,
nothing is known of its noise, and the limit stands in for it, in both directions.

Something is *slower* if its median ratio is larger by more than the limit and the two ranges do not
meet; a change whose ranges meet is *noise*, however large.  Cases whose number or size of frames
differ are shown and not judged.  A contender that had a time before and whose movie is wrong
afterwards counts as slower.  Ceilings are shown and not judged: no movie is made there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..contenders import SERIAL
from .text_tables import table

#: Per cent by which something may be slower.
LIMIT = 10.0

#: Exit codes.
FINE, SLOWER, USELESS = 0, 1, 2


class Unusable(Exception):
    """There is nothing to compare; the message says why."""


@dataclass(frozen=True)
class Ratio:
    """A time as a share of the serial save's.

    Parameters
    ----------
    middle, low, high : float
        The medians' ratio, and between what its runs allow it to be.
    """

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, one: Mapping[str, Any], serial: Mapping[str, Any], unknown: float) -> Ratio:
        """Return it for the medians of two contenders of the same run.

        Parameters
        ----------
        one, serial : mapping
            ``wall``, ``fastest`` and ``slowest`` seconds, and how many ``runs``.
        unknown : float
            What is taken for the noise, as a share, if one of them ran only once.
        """
        middle = one["wall"] / serial["wall"]
        low, high = one["fastest"] / serial["slowest"], one["slowest"] / serial["fastest"]
        if min(one["runs"], serial["runs"]) < 2:
            low, high = min(low, middle / (1 + unknown)), max(high, middle * (1 + unknown))
        return cls(middle, low, high)

    @property
    def spread(self) -> float:
        """Half of the range, as a share of the middle."""
        return (self.high - self.low) / (2 * self.middle)


@dataclass(frozen=True)
class Change:
    """What became of a time.

    Parameters
    ----------
    case, name : str
        The case; the contender, or the ceiling.
    before, after : Ratio
        To the serial save.
    judged : bool
        Whether it counts.
    """

    case: str
    name: str
    before: Ratio
    after: Ratio
    judged: bool

    @property
    def percent(self) -> float:
        """By how much it takes longer."""
        return 100 * (self.after.middle / self.before.middle - 1)

    @property
    def noise(self) -> bool:
        """Whether the two ranges meet."""
        return self.before.low <= self.after.high and self.after.low <= self.before.high

    def slower(self, limit: float) -> bool:
        """Tell whether it takes longer by more than so many per cent, and not by chance."""
        return self.judged and self.percent > limit and not self.noise

    def verdict(self, limit: float) -> str:
        """Return a word or two."""
        if self.noise:
            word = "noise"
        elif abs(self.percent) <= limit:
            word = "within the limit"
        else:
            word = "slower" if self.percent > 0 else "sooner"
        word = word.upper() if self.slower(limit) else word
        return word if self.judged else f"({word}; not judged)"


def changes(before: Mapping[str, Any], after: Mapping[str, Any], limit: float) -> list[Change]:
    """Compare all that is in both results: contenders first, then ceilings, case by case."""
    found = []
    for name in both(before["cases"], after["cases"]):
        old, new = before["cases"][name], after["cases"][name]
        serials = [one["medians"].get(SERIAL) for one in (old, new)]
        if None in serials:
            continue
        same = all(old[key] == new[key] for key in ("frames", "size"))
        for kind in ("medians", "ceilings"):
            for one in both(old[kind], new[kind]):
                if one == SERIAL:
                    continue
                first, second = (
                    Ratio.of(side[kind][one], serial, limit / 100)
                    for side, serial in zip((old, new), serials, strict=True)
                )
                found.append(Change(name, one, first, second, same and kind == "medians"))
    return found


def both(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the names that are in both, in the order of the first."""
    return [name for name in before if name in after]


def broken(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Tell of contenders that had a time and now make a wrong movie."""
    return [
        f"{name}: {one} had a time before and has none now, since {problems[0]}"
        for name in both(before["cases"], after["cases"])
        for one, problems in after["cases"][name]["problems"].items()
        if one in before["cases"][name]["medians"]
    ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Tell in what else the two results differ: machine, cases, contenders, frames, size."""
    old, new = before.get("machine", {}), after.get("machine", {})
    for key in ("cpu", "usable_cores", "system"):
        if old.get(key) != new.get(key):
            yield f"another machine: {key} {old.get(key)} and {new.get(key)}"
    versions = [one.get("versions", {}) for one in (old, new)]
    for key in dict.fromkeys((*versions[0], *versions[1])):
        if versions[0].get(key) != versions[1].get(key):
            yield f"other versions: {key} {versions[0].get(key)} and {versions[1].get(key)}"
    yield from _alone("case", before["cases"], after["cases"])
    for name in both(before["cases"], after["cases"]):
        first, second = before["cases"][name], after["cases"][name]
        for key in ("frames", "size"):
            if first[key] != second[key]:
                yield f"{name}: other {key}, {first[key]} and {second[key]}: not judged"
        for side, one in (("before", first), ("after", second)):
            if SERIAL not in one["medians"]:
                yield f"{name}: the serial save has no time {side}: not compared"
        for text in _alone("contender", first["medians"], second["medians"]):
            yield f"{name}: {text}"


def _alone(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for side, one, other in (("before", before, after), ("after", after, before)):
        if names := [name for name in one if name not in other]:
            yield f"{what} only {side}: {', '.join(names)}"


def text(before: Mapping[str, Any], after: Mapping[str, Any], limit: float) -> str:
    """Show what changed, what cannot be compared, and what follows."""
    found = changes(before, after, limit)
    lines = []
    ceilings = {name for case in before["cases"].values() for name in case["ceilings"]}
    for title, chosen in (
        ("contenders", [one for one in found if one.name not in ceilings]),
        ("ceilings", [one for one in found if one.name in ceilings]),
    ):
        if chosen:
            head = (title, "before", "+-", "after", "+-", "change", "")
            rows = [(_named(one), *_cells(one), one.verdict(limit)) for one in chosen]
            lines += [table(head, rows), ""]
    lines += [*differences(before, after), *broken(before, after)]
    slower = [one for one in found if one.slower(limit)]
    lines.append(
        f"{len(slower)} of {sum(one.judged for one in found)} slower by more than {limit:g} % "
        "and more than noise (times are shares of the serial save of the same run)"
    )
    return "\n".join(lines)


def _named(one: Change) -> str:
    return f"{one.case} {one.name.replace('_', ' ')}"


def _cells(one: Change) -> tuple[str, ...]:
    def pair(ratio: Ratio) -> tuple[str, str]:
        return f"{ratio.middle:.4f}", f"{100 * ratio.spread:.0f} %"

    return (*pair(one.before), *pair(one.after), f"{one.percent:+.1f} %")


def outcome(before: Mapping[str, Any], after: Mapping[str, Any], limit: float) -> int:
    """Return the exit code.

    Raises
    ------
    Unusable
        If there is nothing in both that can be judged.
    """
    found = changes(before, after, limit)
    worse = broken(before, after)
    if not worse and not any(one.judged for one in found):
        raise Unusable("nothing in common: no contender with the same case, frames and size")
    return SLOWER if worse or any(one.slower(limit) for one in found) else FINE


def read(path: Path) -> dict[str, Any]:
    """Read a result.

    Raises
    ------
    Unusable
        If it is none.
    """
    try:
        result = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Unusable(f"{path}: {error}") from None
    if not isinstance(result, dict) or result.get("schema") != 1 or "cases" not in result:
        raise Unusable(f"{path}: no result of python -m benchmarks --json")
    return result


def main(argv: Sequence[str]) -> int:
    """Compare two files.

    Returns
    -------
    int
        1 if something got slower, 2 if there is nothing to compare, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument(
        "--limit", type=float, default=LIMIT, help=f"per cent; default: {LIMIT:.0f}"
    )
    options = parser.parse_args(argv)
    try:
        before, after = read(options.before), read(options.after)
        print(text(before, after, options.limit))
        return outcome(before, after, options.limit)
    except Unusable as error:
        print(f"benchmarks compare: {error}", file=sys.stderr)
        return USELESS
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        print(f"benchmarks compare: not a whole result: {error!r}", file=sys.stderr)
        return USELESS
