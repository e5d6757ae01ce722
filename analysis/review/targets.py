"""What a replication compares: every exhibit, and every table of data_processed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from analysis.config import DATA_PROCESSED, FIGURES, ROOT
from analysis.errors import StudyError, require_known
from analysis.exhibits.exhibit import CommonExhibit, Exhibit, module_file
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.review.forms import column_forms

TargetKind = Literal["table", "figure", "processed table"]
PROCESSED: Final[TargetKind] = "processed table"
PICTURE: Final = ".svg"
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
        require_known(
            name, known, StudyError, f"the {kind} '{name}' is not known", where=f"option --{kind}"
        )
    return given


def targets_in(trees: Sequence[Path], selection: Selection) -> tuple[Target, ...]:
    """Return what a selection builds and any of some copies of the project holds.

    The files tell, so that a copy of another version may have other exhibits; the registry adds
    which notebook shows an exhibit and how its columns are printed. Exhibits come first.
    """
    return (*exhibit_targets(trees, selection), *processed_targets(trees, selection))


def exhibit_targets(trees: Sequence[Path], selection: Selection) -> tuple[Target, ...]:
    """Return the figures and tables; a study is built without what all studies share."""
    known: tuple[Exhibit | CommonExhibit, ...] = (*EXHIBITS, *COMMON_EXHIBITS)
    registry = {item.name: item for item in known}
    found = {path for tree in trees for path in _csv_files(tree, FIGURES, "*/*.csv")}
    return tuple(
        _exhibit(path, _kind(path, trees), registry.get(path.stem))
        for path in sorted(found)
        if _is_selected(path, registry.get(path.stem), selection)
    )


def processed_targets(trees: Sequence[Path], selection: Selection) -> tuple[Target, ...]:
    """Return the processed tables.

    A selection builds the tables that all studies share, and the robustness results of some; the
    last of `trees` is then the one that says which.
    """
    asked = trees if selection.whole else trees[-1:]
    found = {path for tree in asked for path in _csv_files(tree, DATA_PROCESSED, "**/*.csv")}
    return tuple(Target(path.with_suffix("").as_posix(), PROCESSED, path) for path in sorted(found))


def _exhibit(path: Path, kind: TargetKind, item: Exhibit | CommonExhibit | None) -> Target:
    name = f"{path.parent.name}/{path.stem}"
    if item is None:
        return Target(name, kind, path)
    module = module_file(item.maker)
    forms = column_forms(module, item.maker.rpartition(".")[2]) if module.is_file() else {}
    return Target(name, kind, path, item.maker, forms)


def _kind(path: Path, trees: Sequence[Path]) -> TargetKind:
    picture = path.with_suffix(PICTURE)
    return "figure" if any((tree / picture).is_file() for tree in trees) else "table"


def _is_selected(path: Path, item: Exhibit | CommonExhibit | None, selection: Selection) -> bool:
    shown = item is not None and item.notebook in selection.notebooks
    own = not selection.studies or path.parent.name in selection.studies
    return own and (shown or not selection.notebooks)


def _csv_files(tree: Path, folder: Path, pattern: str) -> Iterator[Path]:
    for path in (tree / folder.relative_to(ROOT)).glob(pattern):
        yield path.relative_to(tree)
