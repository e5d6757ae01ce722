"""Read data_raw and refuse what breaks its contract, with one message that says what to do."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from analysis import config
from analysis.data_management.cards import Card, read_card
from analysis.data_management.cells import HIDDEN
from analysis.data_management.checks import cross_checks
from analysis.data_management.faults import Fault, raise_faults
from analysis.data_management.parts import Part, joined, parts_of, place_of, raise_in_file
from analysis.data_management.register_checks import stray_reports, unused_series
from analysis.data_management.sources import MONTHLY, SOURCES, Source
from analysis.data_management.table_pairs import pair_faults
from analysis.data_management.tables import expected_of, vocabulary_of
from analysis.data_management.whys import KEY, OF_COLUMN, UNSEEN, number_advice
from analysis.errors import DataError, nearest, spelling_hint

SEEN: Final = "characters that can be seen, spaces and line ends"


@dataclass(frozen=True)
class RawTables:
    """The validated raw tables; every cell is text, the index is the line in the file.

    Attributes
    ----------
    tables
        Tables by name; `raw[name]` is `raw.tables[name]`. Rows that studies bring along stand
        behind those of the register (see `parts`).
    cards
        Provenance card of every table, by table name.
    part_cards
        Provenance cards of the parts that studies bring along, by name of the file.
    """

    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Card] = field(default_factory=dict)
    part_cards: Mapping[str, Card] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return one table."""
        return self.tables[name]

    @property
    def monthly(self) -> tuple[pd.DataFrame, ...]:
        """The monthly context tables, which have the same columns."""
        return tuple(self.tables[name] for name in MONTHLY)


def read_raw(folder: Path = config.DATA_RAW) -> RawTables:
    """Read and validate every raw table and its card.

    Raises
    ------
    DataError
        On the first table with a fault: a missing file, column or card, an unknown column or word,
        a wrong type or date, a duplicate, a unit that does not fit, a series that is not declared
        or mixes currencies. The message names file, row, column, what is allowed and what to do.
    """
    cards = {name: _card(folder, Part(name), source) for name, source in SOURCES.items()}
    own = {part.stem: _card(folder, part, SOURCES[part.table]) for part in _study_parts(folder)}
    tables = {name: read_joined(name, folder) for name in SOURCES}
    stray = stray_reports(tables["series"], tables["reports"], folder)
    raise_in_file(folder, "reports", stray)
    raise_in_file(folder, "series", unused_series(tables["series"], tables["reports"]))
    for name in SOURCES:
        raise_in_file(folder, name, _keyed(name, pair_faults(name, tables), tables))
    return RawTables(tables, cards, own)


def _study_parts(folder: Path) -> Iterator[Part]:
    return (part for name in SOURCES for part in parts_of(name, folder) if part.study)


def read_joined(name: str, folder: Path = config.DATA_RAW) -> pd.DataFrame:
    """Read one raw table with the parts that studies bring along, checked on its own.

    Returns
    -------
    pandas.DataFrame
        N rows of text, indexed by line of the file (see `parts.joined`).

    Raises
    ------
    DataError
        See `read_raw`.
    """
    parts = parts_of(name, folder)
    if len(parts) == 1:
        return read_table(name, folder)
    source = SOURCES[name]
    frames = [_checked_cells(folder, part, source) for part in parts]
    df = joined(frames)
    raise_in_file(folder, name, _duplicate_keys(df, source, folder))
    raise_in_file(folder, name, _keyed(name, cross_checks(name, df), {name: df}))
    return df


def _checked_cells(folder: Path, part: Part, source: Source) -> pd.DataFrame:
    file = f"{folder.name}/{part.file}"
    df = _text_table(folder / part.file, source, file)
    if not df.empty:
        raise_faults(file, _schema_faults(df, source))
    return df


def read_table(name: str, folder: Path = config.DATA_RAW) -> pd.DataFrame:
    """Read the register of one raw table as text and check it on its own.

    Returns
    -------
    pandas.DataFrame
        N rows of text, indexed by line of the file.

    Raises
    ------
    DataError
        See `read_raw`.
    """
    source = SOURCES[name]
    file = f"{folder.name}/{source.file}"
    df = _text_table(folder / source.file, source, file)
    check_table(name, df, file)
    return df


def trusted_table(name: str, folder: Path = config.DATA_RAW) -> pd.DataFrame:
    """Read one raw table as text without checks, for bytes that were validated before."""
    return joined(
        [
            pd.read_csv(folder / part.file, dtype="str", keep_default_na=False, encoding="utf-8")
            for part in parts_of(name, folder)
        ]
    )


def check_table(name: str, df: pd.DataFrame, file: str) -> None:
    """Check one raw table, all cells as text, indexed by line of the file.

    Raises
    ------
    DataError
        If a cell, a key or a row breaks the contract of the table.
    """
    source = SOURCES[name]
    raise_faults(file, [*_schema_faults(df, source), *_duplicate_keys(df, source)])
    raise_faults(file, _keyed(name, cross_checks(name, df), {name: df}))


def _keyed(name: str, faults: Iterable[Fault], tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Return the faults of a table, each with the whole key of its row."""
    df, key = tables[name], SOURCES[name].key
    return [
        replace(fault, key=", ".join(str(df.at[fault.line, part]) for part in key))  # noqa: PD008
        for fault in faults
    ]


def _card(folder: Path, part: Part, source: Source) -> Card:
    card = read_card(folder / part.card)
    columns = set(source.schema.columns)
    wrong = sorted(columns ^ set(card.columns))
    if wrong:
        raise DataError(
            f"the card and the table disagree on column '{wrong[0]}'",
            file=f"{folder.name}/{part.card}",
            where="field columns",
            allowed=", ".join(sorted(columns)),
            remedy="describe every column of the table and no other",
        )
    return card


def _text_table(path: Path, source: Source, file: str) -> pd.DataFrame:
    lines = _lines(path, file)
    header = next(lines, (1, []))[1]
    _check_header(header, source, file)
    body = list(lines)
    for number, cells in body:
        if len(cells) != len(header):
            raise DataError(
                f"the row has {len(cells)} cells, the header has {len(header)}",
                file=file,
                where=f"row {cells[0] if cells else '(empty)'} (line {number})",
                remedy="put text that holds a comma in double quotes; drop empty lines",
            )
    if HIDDEN.search(path.read_text(encoding="utf-8")):
        raise_faults(file, list(_hidden_characters(header, body, source)))
    index = pd.Index([number for number, _ in body], name="line")
    return pd.DataFrame([cells for _, cells in body], columns=header, index=index, dtype="str")


def _hidden_characters(
    header: list[str], body: list[tuple[int, list[str]]], source: Source
) -> Iterator[Fault]:
    for line, cells in body:
        row = dict(zip(header, cells, strict=True))
        key = ", ".join(HIDDEN.sub("", row[name]) for name in source.key)
        for column, cell in row.items():
            found = HIDDEN.search(cell)
            if found:
                problem = f"the control character U+{ord(found[0]):04X} stands in the text"
                yield Fault(line, key, column, problem, SEEN, "type the cell anew", UNSEEN)


def _lines(path: Path, file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            for cells in reader:
                yield reader.line_num, cells
    except FileNotFoundError as error:
        remedy = f"restore it with git checkout -- {file}"
        raise DataError("the table is missing", file=file, remedy=remedy) from error
    except (UnicodeDecodeError, csv.Error) as error:
        remedy = "save the table as CSV with commas, in UTF-8"
        raise DataError(f"this is not a CSV table: {error}", file=file, remedy=remedy) from error


def _check_header(header: list[str], source: Source, file: str) -> None:
    columns = list(source.schema.columns)
    unknown = [name for name in header if name not in columns]
    missing = [name for name in columns if name not in header]
    repeated = [name for name in header if header.count(name) > 1]
    if not (unknown or missing or repeated):
        return
    if unknown:
        problem, remedy = f"unknown column '{unknown[0]}'", spelling_hint(unknown[0], columns)
    elif repeated:
        problem, remedy = f"the column '{repeated[0]}' stands twice", "drop one of the two"
    else:
        problem, remedy = f"the column '{missing[0]}' is missing", "add it; it may hold empty cells"
    raise DataError(
        problem, file=file, where="line 1 (header)", allowed=", ".join(columns), remedy=remedy
    )


def _schema_faults(df: pd.DataFrame, source: Source) -> list[Fault]:
    try:
        source.schema.validate(df, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.drop_duplicates(["index", "column"])
        return [
            _cell_fault(df, source, int(case.index_), str(case.column))
            for case in cases.rename(columns={"index": "index_"}).itertuples()
        ]
    return []


def _cell_fault(df: pd.DataFrame, source: Source, line: int, column: str) -> Fault:
    row = df.loc[line]
    found, key = str(row[column]), ", ".join(str(row[name]) for name in source.key)
    allowed, remedy = _expectation(source.schema, column, found)
    problem = f"'{found}' is not allowed" if found else "the cell is empty"
    why = OF_COLUMN.get(column, "")
    advice = number_advice(column, found)
    if advice:
        why, remedy = advice
    return Fault(line, key, column, problem, allowed, remedy, why)


def _expectation(schema: pa.DataFrameSchema, column: str, found: str) -> tuple[str, str]:
    words = vocabulary_of(schema, column)
    if not words:
        return expected_of(schema, column), "correct the cell"
    shown = ", ".join(word or "(empty)" for word in words)
    if nearest(found, filter(None, words)):
        return shown, spelling_hint(found, filter(None, words))
    return shown, "use one of the allowed words"


def _duplicate_keys(df: pd.DataFrame, source: Source, folder: Path | None = None) -> list[Fault]:
    """Return a fault for every key that stands above; with a folder, the file is named too."""
    key = list(source.key)
    repeated = df[df.duplicated(key, keep="first")]
    faults = []
    for line, row in repeated[key].iterrows():
        first = int(df.index[(df[key] == row).all(axis=1)][0])
        text = ", ".join(row)
        where = f"line {first}"
        if folder is not None:
            where = "line {1} of {0}".format(*place_of(source.name, first, folder))
        problem = f"the key '{text}' is already on {where}"
        remedy = "give it a new key"
        faults.append(Fault(int(str(line)), text, key[0], problem, "every key once", remedy, KEY))
    return faults
