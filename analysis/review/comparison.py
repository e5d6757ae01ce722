"""Compare two versions of the data of an exhibit, cell by cell, by kind of column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.review.cells import Change, Standing, cell_change
from analysis.review.kinds import EXACT, Kind, kind_of
from analysis.review.rows import AlignedRows, aligned_rows
from analysis.review.verdicts import Verdict, exhibit_verdict

MISSING: Final = "it was not rebuilt"
ADDED: Final = "it was rebuilt, but there was none before"


@dataclass(frozen=True)
class TableComparison:
    """What two versions of one table have and have not in common.

    Attributes
    ----------
    cells
        Cells that are in both.
    numbers
        Those of `cells` that hold estimates, standard errors, percentages or p-values.
    within, minor, material
        Cells whose text differs: within the tolerance of their kind, hardly visible in print,
        more than that.
    missing_rows, added_rows
        Names of rows that are in one version alone; a changed key is one of each.
    missing_columns, added_columns
        Columns that are in one version alone.
    texts
        Forms of the exhibit other than its data whose words differ.
    largest
        The change that matters most; None if every cell is the same.
    reason
        Why there is nothing to compare, where that is so.
    """

    verdict: Verdict
    cells: int = 0
    numbers: int = 0
    within: int = 0
    minor: int = 0
    material: int = 0
    missing_rows: tuple[str, ...] = ()
    added_rows: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()
    added_columns: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    largest: Change | None = None
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether anything differs by more than the tolerances allow."""
        return self.verdict is not Verdict.FULL


def compare_tables(
    before: str,
    after: str,
    forms: Mapping[str, str] | None = None,
    texts: tuple[str, ...] = (),
) -> TableComparison:
    """Compare two versions of a table.

    Parameters
    ----------
    before, after
        CSV text with a line of column names.
    forms
        Form in which the table prints a column, by name of the column, where known.
    texts
        Other forms of the exhibit whose words differ, for the verdict.
    """
    if before == after:
        return _unchanged(before, forms or {}, texts)
    old, new = _frame(before), _frame(after)
    kinds = column_kinds(old, new, forms or {})
    rows = aligned_rows(old, new, kinds)
    changes = tuple(_changes(rows, kinds))
    return _summary(old, new, kinds, rows, changes, texts)


def one_sided(before: bool) -> TableComparison:
    """Return the comparison of a table that only one side has."""
    if before:
        return TableComparison(Verdict.NONE, reason=MISSING)
    return TableComparison(Verdict.PARTIAL, reason=ADDED)


def column_kinds(
    before: pd.DataFrame, after: pd.DataFrame, forms: Mapping[str, str]
) -> dict[str, Kind]:
    """Return the kind of every column that both versions have, in the order of the first."""
    return {
        name: kind_of(name, forms.get(name), {*before[name], *after[name]})
        for name in before.columns
        if name in after.columns
    }


def _unchanged(text: str, forms: Mapping[str, str], texts: tuple[str, ...]) -> TableComparison:
    lines = list(csv.reader(io.StringIO(text)))
    verdict = exhibit_verdict(0, 0, broken=False, minor=bool(texts))
    cells = sum(map(len, lines[1:]))
    if not lines:
        return TableComparison(verdict, texts=texts)
    columns = dict(zip(lines[0], zip(*lines[1:], strict=True), strict=False))
    exact = [kind_of(name, forms.get(name), column) in EXACT for name, column in columns.items()]
    return TableComparison(verdict, cells, exact.count(False) * (len(lines) - 1), texts=texts)


def _frame(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False, na_filter=False)


def _changes(rows: AlignedRows, kinds: Mapping[str, Kind]) -> Iterator[Change]:
    for name, kind in kinds.items():
        old, new = rows.before[name].tolist(), rows.after[name].tolist()
        for row, first, second in zip(rows.names, old, new, strict=True):
            if first != second:
                yield cell_change(row, name, kind, first, second)


def _summary(
    before: pd.DataFrame,
    after: pd.DataFrame,
    kinds: Mapping[str, Kind],
    rows: AlignedRows,
    changes: tuple[Change, ...],
    texts: tuple[str, ...],
) -> TableComparison:
    missing = tuple(name for name in before.columns if name not in kinds)
    added = tuple(name for name in after.columns if name not in kinds)
    numeric = sum(kind not in EXACT for kind in kinds.values())
    counts = {standing: sum(item.standing is standing for item in changes) for standing in Standing}
    material, minor = counts[Standing.MATERIAL], counts[Standing.MINOR]
    broken = bool(missing or added or rows.missing or rows.added)
    share = _share(kinds, rows, changes)
    return TableComparison(
        verdict=exhibit_verdict(*share, broken or bool(material), bool(minor or texts)),
        cells=len(rows.names) * len(kinds),
        numbers=len(rows.names) * numeric,
        within=counts[Standing.WITHIN],
        minor=minor,
        material=material,
        missing_rows=rows.missing,
        added_rows=rows.added,
        missing_columns=missing,
        added_columns=added,
        texts=texts,
        largest=max(changes, key=lambda item: item.weight, default=None),
    )


def _share(
    kinds: Mapping[str, Kind], rows: AlignedRows, changes: tuple[Change, ...]
) -> tuple[int, int]:
    """Count the numbers that differ and all numbers, or cells where a table has no numbers."""
    counted = {name for name, kind in kinds.items() if kind not in EXACT} or set(kinds)
    columns = list(counted)
    here = int(((rows.before[columns] != "") | (rows.after[columns] != "")).to_numpy().sum())
    lost = int((rows.lost[columns] != "").to_numpy().sum())
    material = (item for item in changes if item.standing is Standing.MATERIAL)
    return sum(item.column in counted for item in material) + lost, here + lost
