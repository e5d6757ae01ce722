"""Verdicts of a replication, in the words of data editors, and how parts make a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """How far one exhibit, or all of them, came back; from best to worst."""

    FULL = "full"
    MINOR = "minor differences"
    PARTIAL = "partial"
    NONE = "not reproduced"


MEANINGS: Final[Mapping[Verdict, str]] = {
    Verdict.FULL: "every cell is the same, or within the tolerance of its kind",
    Verdict.MINOR: "differences that a printed table hardly shows, or in its words alone",
    Verdict.PARTIAL: "some numbers, words, rows or columns differ",
    Verdict.NONE: "missing, or more than half of its numbers differ",
}
ACCEPTED: Final = frozenset({Verdict.FULL, Verdict.MINOR})
MOST: Final = 0.5
"""Share of what was compared above which a replication has failed rather than fallen short."""


def exhibit_verdict(material: int, of: int, broken: bool, minor: bool) -> Verdict:
    """Return the verdict of one exhibit that is on both sides.

    Parameters
    ----------
    material
        Cells that differ by more than a printed table hides.
    of
        Cells that `material` is counted among.
    broken
        Whether rows or columns are missing or new, or an exact cell differs.
    minor
        Whether any smaller difference was found.
    """
    if of and material / of > MOST:
        return Verdict.NONE
    if material or broken:
        return Verdict.PARTIAL
    return Verdict.MINOR if minor else Verdict.FULL


def overall_verdict(verdicts: Iterable[Verdict], built: bool = True) -> Verdict:
    """Return the verdict of the whole.

    All full is full; full and minor is minor; more than half not reproduced is not reproduced,
    as is a comparison of nothing; everything else is partial. A build that failed is at best
    partial.
    """
    each = tuple(verdicts)
    lost = sum(verdict is Verdict.NONE for verdict in each)
    if not each or lost / len(each) > MOST:
        return Verdict.NONE
    if not built or not ACCEPTED.issuperset(each):
        return Verdict.PARTIAL
    return Verdict.FULL if set(each) == {Verdict.FULL} else Verdict.MINOR
