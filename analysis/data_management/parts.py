"""Tables that may stand in several files: the register and one part a study, with the same columns.

`reports.csv` is the register; `reports_my_border.csv` holds further rows that the study my_border
brings along, with a card of its own. The parts are read behind the register as one table. Rows of
a part have a line that says which part they are from, so that a message can name file and line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from analysis import config
from analysis.data_management.faults import Fault, raise_faults

PARTED: Final = ("reports", "series", "events")
"""Raw tables to which a study can add rows in a file of its own."""
SPAN: Final = 10_000_000
"""Lines that a file is given in the index of a table: line 5 of the second part is 2 * SPAN + 5."""
STUDY_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Part:
    """One file of a table; `study` is empty for the register."""

    table: str
    study: str = ""

    @property
    def stem(self) -> str:
        """Name of the file without its ending, for example reports_my_border."""
        return f"{self.table}_{self.study}" if self.study else self.table

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.stem}.csv"

    @property
    def card(self) -> str:
        """Name of the provenance card."""
        return f"{self.stem}.card.yaml"


def parts_of(table: str, folder: Path = config.DATA_RAW) -> tuple[Part, ...]:
    """Return the files of a table, the register first, then the parts by name of the study."""
    if table not in PARTED:
        return (Part(table),)
    names = (path.stem.removeprefix(f"{table}_") for path in folder.glob(f"{table}_*.csv"))
    studies = sorted(name for name in names if STUDY_NAME.fullmatch(name))
    return (Part(table), *(Part(table, study) for study in studies))


def joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the files of a table as one, in their order; see the text of the module."""
    if len(frames) == 1:
        return frames[0]
    moved = [frame.set_axis(frame.index + SPAN * at) for at, frame in enumerate(frames)]
    columns = list(frames[0].columns)
    df = pd.concat([frame[columns] for frame in moved])
    df.index.name = frames[0].index.name
    return df


def of_register(df: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a raw table that stand in its register."""
    return df[df.index < SPAN]


def of_parts(df: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a raw table that studies bring along."""
    return df[df.index >= SPAN]


def place_of(table: str, line: int, folder: Path) -> tuple[str, int]:
    """Return the file and the line in it of a row, from its line in the joined table."""
    return parts_of(table, folder)[line // SPAN].file, line % SPAN


def raise_in_file(folder: Path, table: str, faults: Sequence[Fault]) -> None:
    """Raise the faults of the first file of a table that has some; do nothing without a fault.

    Raises
    ------
    DataError
        If there is at least one fault; the message names the file and the line in it.
    """
    for at, part in enumerate(parts_of(table, folder)):
        own = [replace(item, line=item.line % SPAN) for item in faults if item.line // SPAN == at]
        raise_faults(f"{folder.name}/{part.file}", own)
