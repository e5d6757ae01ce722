"""What an exhibit is: its name, its notebook, and the functions that open its data and make it.

Functions are named as `module.function` under analysis/exhibits/ and imported only where an exhibit
is made: the build graph can be read, and a build with nothing to do can end, without importing
matplotlib or an estimator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from analysis.config import ANALYSIS, COMMON_FOLDERS
from analysis.workers import named

if TYPE_CHECKING:
    from analysis.exhibits.figure import Figure
    from analysis.exhibits.table import Table

Kind = Literal["figure", "table"]
EXTENSIONS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "figure": ("svg", "png", "csv", "alt.txt"),
    "table": ("csv", "html", "tex", "md"),
}
ROOM: Final = "analysis.exhibits"


def module_file(function: str) -> Path:
    """Return the file that holds `module.function`."""
    return ANALYSIS / "exhibits" / f"{function.split('.')[0]}.py"


@dataclass(frozen=True)
class Exhibit:
    """One figure or table that every study has.

    Attributes
    ----------
    notebook
        Stem of the notebook that shows it.
    maker
        `module.function`, from what `opener` returns to the exhibit.
    opener
        `module.function`, from the name of a study to what the exhibit shows.
    """

    name: str
    kind: Kind
    notebook: str
    maker: str
    opener: str = "study_results.opened_once"

    @property
    def program(self) -> str:
        """The function that makes the exhibit, with its full path."""
        return f"{ROOM}.{self.maker}"

    @property
    def reads(self) -> str:
        """The function that reads what the maker reads, with its full path."""
        return self.program

    def open(self, study: str) -> Any:
        """Open what the exhibit shows of a study."""
        return named(f"{ROOM}.{self.opener}")(study)

    def make(self, opened: Any) -> Figure | Table:
        """Make the exhibit."""
        made: Figure | Table = named(self.program)(opened)
        return made


@dataclass(frozen=True)
class CommonExhibit:
    """One figure or table that is made once and not for a study.

    Attributes
    ----------
    opener
        `module.function` that opens what `maker` takes.
    reader
        `module.function` that opens whatever the maker opens besides, without making anything;
        empty where only the maker itself can tell.
    """

    name: str
    kind: Kind
    notebook: str
    opener: str
    maker: str
    reader: str = ""

    @property
    def folder(self) -> str:
        """Name of the folder under figures/."""
        return COMMON_FOLDERS[self.notebook]

    @property
    def program(self) -> str:
        """The function that makes the exhibit, with its full path."""
        return f"{ROOM}.{self.maker}"

    @property
    def reads(self) -> str:
        """The function that reads what the maker reads, with its full path."""
        return f"{ROOM}.{self.reader}" if self.reader else self.program

    def open(self) -> Any:
        """Open what the exhibit shows."""
        return named(f"{ROOM}.{self.opener}")()

    def make(self, opened: Any) -> Figure | Table:
        """Make the exhibit."""
        made: Figure | Table = named(self.program)(opened)
        return made
