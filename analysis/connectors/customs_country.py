"""The monthly country table of China's customs.

Source: General Administration of Customs, "Monthly Bulletin",
http://english.customs.gov.cn/statics/report/monthly.html, table (2), "Imports and Exports by
Country (Region) of Origin/Destination", or its Chinese original among the tables of
http://www.customs.gov.cn/customs/302249/302274/302277/index.html, saved as CSV. A title names the
month ("12. 2019", "1.2023"), a line the unit (US$1,000 or 10,000 yuan); two header rows name the
flow (imports & exports, exports, imports) and under it the month alone and the months so far ("12",
"1to12" or "1 to 12"). A row is a name and nine figures: for each flow the month and the months so
far, then the percentage changes of the months so far. The marks of month, title and unit are those
of the sister tables, such as (5), "Imports and Exports by Customs Regime, 12. 2019",
http://english.customs.gov.cn/Statics/4b033d6b-9973-499c-8215-b23d74a68363.html. Any other layout is
refused: a column that is missing, or a total that is not exports and imports together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.connectors.customs_words import (
    FLOWS,
    MONTH_NAMES,
    MoneyUnit,
    number,
    partner_of,
    period_of,
    plain,
    settle_unit,
    stated_units,
)
from analysis.connectors.errors import SourceError

FLOWS_EXPECTED: Final = ("total", "exports", "imports")
ROUNDED: Final = 1.5
"""Printed units by which a total may miss the sum of two figures, each rounded to one."""
CHANGE: Final = re.compile(r"%|±|change|同期")


@dataclass(frozen=True)
class _Header:
    row: int
    columns: Mapping[str, int]


def is_country_table(cells: list[list[str]]) -> bool:
    """Tell whether the rows hold a header of the country table."""
    return _flow_row(cells) is not None


def read_country_table(cells: list[list[str]], unit: str | None, where: str) -> pd.DataFrame:
    """Return exports and imports of the month by partner.

    Parameters
    ----------
    unit
        Name of the unit where the file does not state it.

    Returns
    -------
    pandas.DataFrame
        Columns partner, flow, period (YYYY-MM), value in dollars or yuan, unit (USD or CNY).

    Raises
    ------
    SourceError
        When the month, the unit or a column is missing, a total is not the sum of its parts, or
        the table holds no partner that this project follows.
    """
    first = _flow_row(cells)
    head = [",".join(filter(None, row)) for row in cells[: first or 0]]
    year, month = _period(head, where)
    header = _header(cells, first or 0, month, where)
    money = settle_unit(stated_units(head), None, unit, where)
    rows = [
        entry
        for row in cells[header.row + 1 :]
        if (partner := _partner(row)) is not None
        for entry in _entries(row, partner, header.columns, money, where)
    ]
    if not rows:
        raise SourceError("the table names none of the partners that are followed", where=where)
    return pd.DataFrame(rows).assign(period=f"{year}-{month:02d}", unit=money.currency)


def _flow_row(cells: list[list[str]]) -> int | None:
    for number_, row in enumerate(cells):
        if {FLOWS.get(plain(cell)) for cell in row} >= set(FLOWS_EXPECTED):
            return number_
    return None


def _period(head: list[str], where: str) -> tuple[int, int]:
    found = {period for cell in head if (period := period_of(cell))}
    if len(found) != 1:
        raise SourceError(
            "the title names more than one month" if found else "no title names the month",
            where=where,
            allowed="one title such as '…,12. 2019', '…, Dec 2019' or '2019年12月…'",
            remedy="keep the title of the table in the file",
        )
    return found.pop()


def _header(cells: list[list[str]], first: int, month: int, where: str) -> _Header:
    """Return the column of the month alone for each flow."""
    groups, below = _spread(cells[first]), cells[first + 1] if first + 1 < len(cells) else []
    columns = {
        flow: column
        for column, cell in enumerate(below)
        if column < len(groups)
        and (flow := groups[column]) is not None
        and _is_month(plain(cell), month)
    }
    missing = [flow for flow in FLOWS_EXPECTED if flow not in columns]
    if missing:
        raise SourceError(
            f"there is no column of month {month} alone for {', '.join(missing)}; "
            f"found {', '.join(filter(None, below)) or 'nothing'} under {', '.join(cells[first])}",
            where=where,
            remedy="January and February of some years are published together only; leave them out",
        )
    return _Header(first + 1, columns)


def _spread(row: list[str]) -> list[str | None]:
    """Return the flow that each column stands under; None before the first and under a change."""
    spread: list[str | None] = []
    current: str | None = None
    for cell in row:
        word = plain(cell)
        if word:
            current = None if CHANGE.search(word) else FLOWS.get(word)
        spread.append(current)
    return spread + [current] * 2  # the last flow stands over two columns, the second one blank


def _is_month(cell: str, month: int) -> bool:
    names = (str(month), f"{month}月", f"{month:02d}", "当月", "month")
    return cell in names or cell.rstrip(".")[:3] == MONTH_NAMES[month - 1]


def _partner(row: list[str]) -> str | None:
    return partner_of(next((cell for cell in row if cell), ""))


def _entries(
    row: list[str], partner: str, columns: Mapping[str, int], unit: MoneyUnit, where: str
) -> list[dict[str, object]]:
    at = f"{where}, row {row[0]}"
    if len(row) <= max(columns.values()):
        raise SourceError("the row is too short", where=at)
    printed = {flow: number(row[column], at) for flow, column in columns.items()}
    gap = printed["total"] - printed["exports"] - printed["imports"]
    if abs(gap) > ROUNDED:
        raise SourceError(
            f"the total {printed['total']:,.0f} is not exports {printed['exports']:,.0f} and "
            f"imports {printed['imports']:,.0f} together",
            where=at,
            remedy="check that the columns were not shifted when the file was saved",
        )
    return [
        {"partner": partner, "flow": flow, "value": printed[flow] * unit.size}
        for flow in ("exports", "imports")
    ]
