"""Large raw tables on several pages, so that every row has a page and an anchor of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.provenance.boxes import Chosen, rows_in, runs
from analysis.site.inputs import RawTable

ROWS_IN_FULL: Final = 2500
"""Raw tables up to this many rows stand on one page."""
ROWS_ON_SHEET: Final = 1000
HEAD: Final = 2
"""Line of the first row in a file without line breaks in its cells."""
_NOT_IN_ANCHOR: Final = re.compile(r"[^A-Za-z0-9_.-]+")


class Sheets:
    """Where every row of a raw table stands.

    Attributes
    ----------
    parts
        First row of each sheet and the row after its last, counted from zero.
    anchors
        Anchor of each row: readable and different from all others of the table.
    """

    def __init__(self, table: RawTable) -> None:
        self.table = table
        number = len(table.rows)
        step = number if number <= ROWS_IN_FULL else ROWS_ON_SHEET
        starts = range(0, number, step) if number else ()
        self.parts = tuple((start, min(start + step, number)) for start in starts)
        self.anchors = tuple(_anchors(table))
        self.keys = pd.DataFrame(
            [table.key_of(row) for row in table.rows], columns=list(table.key), dtype="str"
        )

    @property
    def is_one(self) -> bool:
        """Whether all rows stand on the page of the table."""
        return len(self.parts) <= 1

    def docname(self, part: int) -> str:
        """Return the page of a sheet."""
        return f"data/{self.table.name}" if self.is_one else f"data/{self.table.name}/{part + 1}"

    def target(self, row: int) -> str:
        """Return the address of a row, from the root of the site."""
        part = next(n for n, (first, after) in enumerate(self.parts) if first <= row < after)
        return f"{self.docname(part)}.html#{self.anchors[row]}"

    def label(self, row: int) -> str:
        """Return the key of a row in words."""
        return ", ".join(self.table.key_of(self.table.rows[row]))

    def chosen(self, rows: Sequence[str] | Mapping[str, Any]) -> Chosen:
        """Return whether each row is one of those that a sidecar names."""
        if isinstance(rows, Mapping):
            return rows_in(self.keys, rows["where"])
        return self.keys.iloc[:, 0].isin(list(rows)).to_numpy()

    def runs(self, chosen: Chosen) -> list[tuple[int, int]]:
        """Return first and last row of each run of chosen rows, cut where a sheet ends."""
        found = []
        for first, after in self.parts:
            own = np.zeros_like(chosen)
            own[first:after] = chosen[first:after]
            found += runs(own)
        return found


def _anchors(table: RawTable) -> Iterator[str]:
    taken: dict[str, int] = {}
    for row in table.rows:
        name = "row-" + _NOT_IN_ANCHOR.sub("-", "-".join(table.key_of(row))).strip("-")
        taken[name] = taken.get(name, 0) + 1
        yield name if taken[name] == 1 else f"{name}-{taken[name]}"


_known: dict[int, Sheets] = {}


def sheets_of(table: RawTable) -> Sheets:
    """Return where the rows of a table stand, worked out once a table."""
    found = _known.get(id(table))
    if found is None or found.table is not table:
        found = _known[id(table)] = Sheets(table)
    return found
