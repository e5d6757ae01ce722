"""Where every exhibit stands: its folder, its files, what sets it, what makes it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from analysis.config import FIGURES, PARAMETERS, common_settings, study_names
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.exhibits.exhibit import EXTENSIONS, ROOM, CommonExhibit, Exhibit, module_file
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS, ROBUST
from analysis.exhibits.robustness_files import common_registers, robustness_register
from analysis.program import module_sources

ENDING: Final = "provenance.json"


@dataclass(frozen=True)
class PlacedExhibit:
    """One exhibit in one folder under figures/.

    Attributes
    ----------
    study
        The study that it shows; the empty text if it belongs to no single one.
    """

    folder: str
    exhibit: Exhibit | CommonExhibit
    study: str = ""

    @property
    def name(self) -> str:
        """Folder and name, for example `mohan_boten/effects`."""
        return f"{self.folder}/{self.exhibit.name}"

    @property
    def sidecar(self) -> Path:
        """The file that says where the exhibit comes from."""
        return FIGURES / self.folder / f"{self.exhibit.name}.{ENDING}"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the exhibit."""
        endings = EXTENSIONS[self.exhibit.kind]
        return tuple(FIGURES / self.folder / f"{self.exhibit.name}.{end}" for end in endings)

    @property
    def settings(self) -> tuple[Path, ...]:
        """The files of notebooks/parameters/ that set what it shows."""
        if self.study:
            return (PARAMETERS / f"{self.study}.yaml",)
        return tuple(sorted(common_settings(self.exhibit.notebook)))

    @property
    def registers(self) -> tuple[Path, ...]:
        """The registers of the tables that it may read."""
        if not self.study:
            return common_registers(self.exhibit.notebook)
        robust = self.exhibit.notebook == ROBUST
        return (PROCESSED_REGISTER, *([robustness_register(self.study)] if robust else []))

    @property
    def opener(self) -> str:
        """Full path of the function that opens what it shows."""
        return f"{ROOM}.{self.exhibit.opener}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the opener takes."""
        return (self.study,) if self.study else ()

    @property
    def sources(self) -> tuple[Path, ...]:
        """Every source file that opens, makes or writes it, sorted."""
        modules = (self.exhibit.maker, self.exhibit.opener, "write")
        return tuple(sorted({f for one in modules for f in module_sources(module_file(one))}))


@cache
def placed_exhibits() -> tuple[PlacedExhibit, ...]:
    """Return every exhibit of every folder."""
    studies = [PlacedExhibit(study, one, study) for study in study_names() for one in EXHIBITS]
    return (*studies, *(PlacedExhibit(one.folder, one) for one in COMMON_EXHIBITS))


def exhibits_of(folder: str, notebook: str) -> tuple[PlacedExhibit, ...]:
    """Return the exhibits of one notebook in one folder."""
    return tuple(
        one
        for one in placed_exhibits()
        if one.folder == folder and one.exhibit.notebook == notebook
    )


def shown_notebooks() -> tuple[tuple[str, str], ...]:
    """Return every pair of folder and notebook that has exhibits, once, in order."""
    pairs = ((one.folder, one.exhibit.notebook) for one in placed_exhibits())
    return tuple(dict.fromkeys(pairs))
