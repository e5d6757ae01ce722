"""Exports of the online query of China's customs.

Source: http://stats.customs.gov.cn, whose download is a CSV file in GB 18030 with one header row:
数据年月 (YYYYMM), goods, 贸易伙伴编码 and 贸易伙伴名称, where asked for also trade mode, place of
registration and quantities, and a last column of values named by its currency, 美元 or 人民币, with
thousands separators. The file says neither which flow was asked for nor what multiple of the
currency is meant, so both have to be named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from analysis.connectors.customs_words import (
    FLOWS,
    number,
    partner_of,
    plain,
    settle_unit,
    stated_units,
)
from analysis.connectors.errors import SourceError

MONTH: Final = ("数据年月", "date of data", "year and month", "month")
PARTNER: Final = ("贸易伙伴名称", "trading partner", "trade partner", "partner")
FLOW: Final = ("进出口类型", "进出口", "import or export", "trade flow", "flow")
CURRENCIES: Final[Mapping[str, str]] = {
    "美元": "USD",
    "us dollar": "USD",
    "us dollars": "USD",
    "usd": "USD",
    "人民币": "CNY",
    "rmb": "CNY",
    "renminbi": "CNY",
    "cny": "CNY",
    "yuan": "CNY",
}
ASKED_FLOWS: Final = ("exports", "imports", "total")


def is_query_export(cells: list[list[str]]) -> bool:
    """Tell whether the first row is the header of a query export."""
    return bool(cells) and any(plain(cell) in MONTH for cell in cells[0])


def read_query_export(
    cells: list[list[str]], unit: str | None, flow: str | None, where: str
) -> pd.DataFrame:
    """Return trade by partner and month, summed over goods, modes and places.

    Parameters
    ----------
    unit
        Name of the unit of the column of values.
    flow
        exports, imports or total: what was asked for; None where a column says it.

    Returns
    -------
    pandas.DataFrame
        Columns partner, flow, period (YYYY-MM), value in dollars or yuan, unit (USD or CNY).

    Raises
    ------
    SourceError
        When a column is missing, the unit or the flow is not known, or a cell cannot be read.
    """
    header = [plain(cell) for cell in cells[0]]
    month, partner = _column(header, MONTH, where), _column(header, PARTNER, where)
    value, currency = _values(header, where)
    money = settle_unit(stated_units(cells[0]), currency, unit, where)
    flows = [position for position, name in enumerate(header) if name in FLOW]
    rows = [
        {
            "partner": code,
            "flow": _flow(row[flows[0]] if flows else None, flow, where),
            "period": _month(row[month], f"{where}, line {line}"),
            "value": number(row[value], f"{where}, line {line}") * money.size,
        }
        for line, row in enumerate(cells[1:], start=2)
        if (code := partner_of(row[partner])) is not None
    ]
    if not rows:
        raise SourceError("the file names none of the partners that are followed", where=where)
    sums = pd.DataFrame(rows).groupby(["partner", "flow", "period"], as_index=False).sum()
    return sums.assign(unit=money.currency)


def _column(header: Sequence[str], names: Sequence[str], where: str) -> int:
    found = [position for position, name in enumerate(header) if name in names]
    if len(found) != 1:
        raise SourceError(
            f"the columns changed: one of {', '.join(names)} is wanted, {len(found)} came; "
            f"found {', '.join(filter(None, header))}",
            where=where,
            remedy="export again with the month and the trading partner as fields",
        )
    return found[0]


def _values(header: Sequence[str], where: str) -> tuple[int, str]:
    found = [(at, CURRENCIES[name]) for at, name in enumerate(header) if name in CURRENCIES]
    if len(found) != 1:
        raise SourceError(
            f"the columns changed: {len(found)} columns of values; "
            f"found {', '.join(filter(None, header))}",
            where=where,
            allowed="one column named 美元, US dollar, 人民币 or RMB",
            remedy="export one currency at a time",
        )
    return found[0]


def _flow(cell: str | None, asked: str | None, where: str) -> str:
    said = FLOWS.get(plain(cell)) if cell is not None else None
    if said is None and asked not in ASKED_FLOWS:
        raise SourceError(
            f"unknown flow '{asked}'" if asked else "the file does not say which flow it holds",
            where=where,
            allowed=", ".join(ASKED_FLOWS),
            remedy="name what was asked for with --flow",
        )
    if said is not None and asked not in (None, said):
        raise SourceError(f"the file says {said}, --flow says {asked}", where=where)
    return said or str(asked)


def _month(cell: str, where: str) -> str:
    found = re.fullmatch(r"(\d{4})[-/.年]?(0?[1-9]|1[0-2])月?", cell)
    if found is None:
        raise SourceError(
            f"'{cell}' is no month",
            where=where,
            allowed="YYYYMM",
            remedy="export by month, not by year or over a range of months",
        )
    return f"{found[1]}-{int(found[2]):02d}"
