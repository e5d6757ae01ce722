"""Write the files of a new study: its YAML, empty tables for its figures, and their cards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from analysis import config
from analysis.data_management.checksums import write_registered
from analysis.data_management.parts import PARTED, Part
from analysis.data_management.save import write_text_atomic
from analysis.data_management.sources import SOURCES
from analysis.errors import StudyError, require_known
from analysis.newstudy.form import study_form
from analysis.settings.zone_comparison import GATES
from analysis.study_yaml import read_yaml

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
LONGEST: Final = 40
TABLES: Final[Mapping[str, str]] = {
    "reports": "Published figures of the study",
    "series": "Series that the figures of the study begin",
    "events": "Dated events of the study",
}
"""Table that a study brings along -> title of its card."""


@dataclass(frozen=True)
class Places:
    """The folders that a new study is written into."""

    parameters: Path = config.PARAMETERS
    raw: Path = config.DATA_RAW


def new_study(name: str, like: str, today: date, places: Places | None = None) -> tuple[Path, ...]:
    """Write the files of a study that begins as another one, and register them.

    Parameters
    ----------
    name
        Name of the new study, which its files and its folder of figures bear.
    like
        Name of the study whose settings the form starts from.
    today
        Day on which the cards say that the figures were taken.

    Returns
    -------
    tuple of Path
        The files written: the study file, then the tables with their cards.

    Raises
    ------
    StudyError
        When the name is none that can be used, or `like` is no study.
    DataError
        When a file of data_raw disagrees with the register; nothing is written then.
    """
    where = places or Places()
    path = where.parameters / f"{name}.yaml"
    refuse_name(name, where)
    _check_like(like, where)
    contents = _tables(name, today, where.raw)
    form = study_form(name, read_yaml(where.parameters / f"{like}.yaml"), like)
    write_registered(contents, where.raw)
    write_text_atomic(path, form)
    return (path, *(where.raw / file for file in contents))


def refuse_name(name: str, where: Places) -> None:
    """Refuse a name that no new study can have.

    Raises
    ------
    StudyError
        When it is no plain identifier, or a study, a folder or a table has it already.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise StudyError(
            f"'{name}' cannot be the name of a study",
            where="argument NAME",
            why="files and folders bear the name, on every system and inside the project alone",
            allowed=f"a small letter, then small letters, digits and underscores; at most {LONGEST}"
            " in all, for example hekou_laocai",
            remedy=f"use {_proposed(name)}",
        )
    taken = {
        **{path.stem: f"notebooks/parameters/{path.name}" for path in _studies(where)},
        **{folder: f"figures/{folder}" for folder in config.COMMON_FOLDERS.values()},
        **dict.fromkeys((GATES, config.COMMON.name), "a word that the settings use"),
    }
    files = [where.raw / file for table in PARTED for file in _files(Part(table, name))]
    if name not in taken and not any(path.exists() for path in files):
        return
    held = taken.get(name) or next(path.name for path in files if path.exists())
    raise StudyError(
        f"the name '{name}' is taken ({held})",
        where="argument NAME",
        why="nothing that is there is ever written over",
        remedy="choose another name, or change the study that is there",
    )


def _proposed(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return words[:LONGEST] if NAME.fullmatch(words) else "my_border"


def _check_like(like: str, where: Places) -> None:
    known = [path.stem for path in _studies(where)]
    require_known(
        like, known, StudyError, f"the study '{like}' is not known", where="option --like"
    )


def _studies(where: Places) -> list[Path]:
    return sorted(where.parameters.glob("*.yaml"))


def _files(part: Part) -> tuple[str, str]:
    return part.file, part.card


def _tables(name: str, today: date, raw: Path) -> dict[str, bytes]:
    """Return empty tables with the columns of their registers, and cards to fill in."""
    contents: dict[str, bytes] = {}
    for table, title in TABLES.items():
        part = Part(table, name)
        header = (raw / SOURCES[table].file).read_text(encoding="utf-8").splitlines()[0]
        contents[part.file] = f"{header}\n".encode()
        contents[part.card] = _card(table, f"{title} {name}", today, raw).encode()
    return contents


def _card(table: str, title: str, today: date, raw: Path) -> str:
    """Return the card of an empty table; the columns are described as in the register."""
    model = yaml.safe_load((raw / SOURCES[table].card).read_text(encoding="utf-8"))
    columns = model["columns"]
    if "report_id" in columns:
        columns["report_id"] = "key of the row, from R1001 up"
    content = {
        "title": title,
        "description": "One row a figure, series or event, in the columns of the register.",
        "publishers": [{"name": "As named in each row", "address": ""}],
        "terms": {"licence": "single published facts, quoted", "redistribution": True},
        "how_taken": "Read by hand from the pages that the rows name.",
        "taken_on": today,
        "coverage": "empty so far",
        "columns": columns,
        "known_faults": [],
        "citation": "Each figure is cited by its publisher, title and date as given in the row.",
        "checked": [],
    }
    if table != "reports":
        del content["checked"]
    head = "# Where the rows of this table come from. Change it when you add rows.\n"
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
