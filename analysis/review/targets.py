"""What a replication compares: every exhibit, and every table of data_processed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from analysis.config import DATA_PROCESSED, FIGURES, ROOT, study_names
from analysis.errors import StudyError, spelling_hint
from analysis.exhibits.registry import (
    COMMON_EXHIBITS,
    EXHIBITS,
    CommonExhibit,
    Exhibit,
    module_file,
)
from analysis.review.forms import column_forms

TargetKind = Literal["table", "figure", "processed table"]
PROCESSED: Final[TargetKind] = "processed table"
TEXTS: Final[Mapping[TargetKind, tuple[str, ...]]] = {
    "table": (".md",),
    "figure": (".alt.txt",),
    PROCESSED: (),
}
"""Forms of an exhibit, beside its data, of which the words are compared."""


@dataclass(frozen=True)
class Target:
    """One table or figure whose data are compared.

    Attributes
    ----------
    name
        `mohan_boten/effects` for an exhibit, `data_processed/reports` for a processed table.
    data
        The CSV with its data, from the root of the project.
    maker
        `module.function` under analysis/exhibits/, for an exhibit.
    """

    name: str
    kind: TargetKind
    data: Path
    maker: str = ""
    forms: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def texts(self) -> tuple[Path, ...]:
        """Return the other forms whose words are compared, from the root of the project."""
        stem = self.data.with_suffix("")
        return tuple(stem.with_name(f"{stem.name}{ending}") for ending in TEXTS[self.kind])


@dataclass(frozen=True)
class Selection:
    """The part of the package that is built again: all of it where both are empty."""

    studies: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything is built."""
        return not self.studies and not self.notebooks

    def arguments(self) -> tuple[str, ...]:
        """Return the options of `python -m analysis reproduce` that select the same."""
        studies = [word for name in self.studies for word in ("--study", name)]
        return (*studies, *(word for name in self.notebooks for word in ("--notebook", name)))


def known_names(kind: str, names: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the names if all are known.

    Raises
    ------
    StudyError
        When one is not, with those that are.
    """
    given = tuple(names)
    for name in given:
        if name not in known:
            raise StudyError(
                f"the {kind} '{name}' is not known",
                where=f"option --{kind}",
                allowed=", ".join(known),
                remedy=spelling_hint(name, known),
            )
    return given


def exhibit_targets(selection: Selection, studies: Sequence[str] = ()) -> tuple[Target, ...]:
    """Return the exhibits that a selection builds.

    Parameters
    ----------
    studies
        Names of the studies of the package; those of this one if empty.
    """
    own = [
        (study, item)
        for study in studies or study_names()
        for item in EXHIBITS
        if not selection.studies or study in selection.studies
    ]
    # A study alone is built with what belongs to it, not with what all studies share.
    common = [] if selection.studies else [(item.folder, item) for item in COMMON_EXHIBITS]
    return tuple(
        _exhibit(folder, item)
        for folder, item in (*own, *common)
        if not selection.notebooks or item.notebook in selection.notebooks
    )


def processed_targets(trees: Sequence[Path], selection: Selection) -> tuple[Target, ...]:
    """Return the processed tables that any of some copies of the project holds.

    A selection builds the tables that all studies share, and the robustness results of some; the
    last of `trees` is then the one that says which.
    """
    asked = trees if selection.whole else trees[-1:]
    found = {path for tree in asked for path in _tables_in(tree)}
    return tuple(Target(path.with_suffix("").as_posix(), PROCESSED, path) for path in sorted(found))


def _exhibit(folder: str, item: Exhibit | CommonExhibit) -> Target:
    data = _shown(FIGURES) / folder / f"{item.name}.csv"
    forms = column_forms(module_file(item.maker), item.maker.rpartition(".")[2])
    return Target(f"{folder}/{item.name}", item.kind, data, item.maker, forms)


def _tables_in(tree: Path) -> Iterator[Path]:
    for path in (tree / _shown(DATA_PROCESSED)).rglob("*.csv"):
        yield path.relative_to(tree)


def _shown(folder: Path) -> Path:
    return folder.relative_to(ROOT)
