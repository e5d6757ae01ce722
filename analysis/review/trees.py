"""Compare two copies of the project: the data of every exhibit and every processed table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.review.comparison import TableComparison, compare_tables, one_sided
from analysis.review.targets import Selection, Target, targets_in


@dataclass(frozen=True)
class TargetComparison:
    """One exhibit or processed table, and what became of it."""

    target: Target
    table: TableComparison


def compare_trees(
    committed: Path, rebuilt: Path, selection: Selection
) -> tuple[TargetComparison, ...]:
    """Compare everything that a selection builds.

    Parameters
    ----------
    committed, rebuilt
        Folders that hold figures/ and data_processed/.
    """
    return tuple(_compared(committed, rebuilt, targets_in((committed, rebuilt), selection)))


def _compared(
    committed: Path, rebuilt: Path, targets: Iterable[Target]
) -> Iterator[TargetComparison]:
    for target in targets:
        before, after = _text(committed / target.data), _text(rebuilt / target.data)
        if before is not None and after is not None:
            changed = tuple(_changed_texts(committed, rebuilt, target))
            table = compare_tables(before, after, target.forms, changed)
            yield TargetComparison(target, table)
        else:
            yield TargetComparison(target, one_sided(before is not None))


def _changed_texts(committed: Path, rebuilt: Path, target: Target) -> Iterator[str]:
    for path in target.texts():
        if _text(committed / path) != _text(rebuilt / path):
            yield path.name


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
