"""The doubts about the reports, file by file, each with its row and its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from analysis.data_management.cards import Card
from analysis.data_management.parts import SPAN, of_register, parts_of
from analysis.data_management.read_raw import RawTables
from analysis.errors import DataError
from analysis.newstudy.doubt import Doubt, open_doubts
from analysis.newstudy.lessons import LESSONS
from analysis.newstudy.report_rules import KNOWN_IN_REGISTER, RULES, Suspicion


def report_doubts(raw: RawTables, reports: pd.DataFrame, folder: Path) -> list[Doubt]:
    """Return the doubts about the reports that no card answers.

    Parameters
    ----------
    raw
        The validated raw tables.
    reports
        The same reports, processed.

    Raises
    ------
    DataError
        When a card answers a doubt that nobody has.
    """
    lines = {str(key): int(str(line)) for line, key in raw["reports"]["report_id"].items()}
    found = list(_all_doubts(reports, lines, raw, folder))
    doubts: list[Doubt] = []
    for part in parts_of("reports", folder):
        file = f"{folder.name}/{part.card}"
        card = raw.part_cards[part.stem] if part.study else raw.cards[part.table]
        mine = (doubt for doubt in found if doubt.answer_in == file)
        doubts += open_doubts(mine, card.checked, file)
    return doubts


def _all_doubts(
    reports: pd.DataFrame, lines: dict[str, int], raw: RawTables, folder: Path
) -> Iterator[Doubt]:
    parts = parts_of("reports", folder)
    register = set(of_register(raw["reports"])["report_id"])
    for rule, find in RULES.items():
        if rule in KNOWN_IN_REGISTER and len(parts) == 1:
            continue  # nothing that the rule finds would be told
        seen: set[str] = set()
        for suspicion in find(reports):
            key = suspicion.row
            if key in seen or (rule in KNOWN_IN_REGISTER and key in register):
                continue
            seen.add(key)
            line = lines[key]
            part = parts[line // SPAN]
            yield _doubt(rule, suspicion, line % SPAN, folder.name, part.file, part.card)


def _doubt(rule: str, suspicion: Suspicion, line: int, folder: str, file: str, card: str) -> Doubt:
    return Doubt(
        rule=rule,
        file=f"{folder}/{file}",
        where=f"row {suspicion.row} (line {line}), column {suspicion.column}",
        row=suspicion.row,
        problem=suspicion.problem,
        why=LESSONS[rule].why,
        remedy=LESSONS[rule].remedy,
        answer_in=f"{folder}/{card}",
    )


def refuse_figures_of_the_future(raw: RawTables, folder: Path) -> None:
    """Refuse reports that begin or were published after the day on which they were entered.

    Raises
    ------
    DataError
        On the first such row; the day is `taken_on` of the card.
    """
    for at, part in enumerate(parts_of("reports", folder)):
        card = raw.part_cards[part.stem] if part.study else raw.cards[part.table]
        own = raw["reports"][raw["reports"].index // SPAN == at]
        _refuse(own, card, f"{folder.name}/{part.file}")


def _refuse(rows: pd.DataFrame, card: Card, file: str) -> None:
    last = card.taken_on.isoformat()
    for column, says in (("end", "the period ends on"), ("published", "the page is of")):
        late = rows[[text > last[: len(text)] for text in rows[column]]]
        for line, row in late.iterrows():
            raise DataError(
                f"{says} {row[column]}, but the figures were entered on {last}",
                file=file,
                where=f"row {row['report_id']} (line {int(str(line)) % SPAN}), column {column}",
                why="nobody can have read on that day what lay ahead; a year is mistyped",
                remedy="correct the year, or taken_on in the card if you added figures since",
            )
