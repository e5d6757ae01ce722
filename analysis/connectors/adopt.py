"""Adopt months of customs trade: the one way by which a vintage becomes raw data.

New rows go into data_raw/customs_monthly.csv with the vintage named in the card and the register
renewed. A row that stands there is never changed: another value for the same month is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
import yaml

from analysis import config
from analysis.connectors.customs import SOURCE
from analysis.connectors.errors import SourceError
from analysis.connectors.vintage import EXTERNAL, Vintage, vintages
from analysis.data_management.checksums import write_registered

TABLE: Final = "customs_monthly"
KEYS: Final = ("series", "month")
UNIT: Final = "million USD"
MILLION: Final = 1e6
DIGITS: Final = 6  # decimals of a million dollars: one dollar
SHORT: Final = 12


@dataclass(frozen=True)
class Adopted:
    """What an adoption added.

    Attributes
    ----------
    rows
        New rows: series, month, value, unit, all text.
    known
        Rows of the vintage that stood in the table already, with the same value.
    """

    vintage: str
    rows: pd.DataFrame
    known: int


def newest(name: str | None = None, external: Path = EXTERNAL) -> Vintage:
    """Return the vintage of customs trade with this name, or the newest.

    Raises
    ------
    SourceError
        When there is none.
    """
    found = {vintage.folder.name: vintage for vintage in vintages(SOURCE, external)}
    if not found or (name is not None and name not in found):
        raise SourceError(
            f"there is no vintage '{name}'" if name else "no customs table has been imported",
            allowed=", ".join(found) or None,
            remedy="import one with python -m analysis import-customs FILE",
        )
    return found[name or max(found)]


def adopt(vintage: Vintage, data_raw: Path = config.DATA_RAW, today: date | None = None) -> Adopted:
    """Add the months of a vintage to data_raw/customs_monthly.csv.

    Raises
    ------
    SourceError
        When the vintage is not in US dollars, or a month stands in the table with another value.
    DataError
        When another file of data_raw disagrees with the register; nothing is written then.
    """
    rows = monthly_rows(vintage.table)
    old = pd.read_csv(data_raw / f"{TABLE}.csv", dtype="str", keep_default_na=False)
    both = rows.merge(old, on=list(KEYS), how="left", suffixes=("", "_old"))
    known = both["value_old"].notna()
    _refuse_revisions(both[known & (both["value"] != both["value_old"])])
    new = rows[~known.to_numpy()].reset_index(drop=True)
    if len(new):
        table = pd.concat([old, new]).sort_values(list(KEYS))
        card = _card(data_raw, table, vintage, today or date.today())
        content = table.to_csv(index=False, lineterminator="\n").encode()
        write_registered({f"{TABLE}.csv": content, f"{TABLE}.card.yaml": card}, data_raw)
    return Adopted(vintage.folder.name, new, int(known.sum()))


def monthly_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of data_raw/customs_monthly.csv that a tidy customs table gives.

    Parameters
    ----------
    table
        Columns partner, flow (exports, imports, total), period, value in US dollars, unit.

    Returns
    -------
    pandas.DataFrame
        Columns series, month, value and unit, as text; exports, imports and, where both are
        there or a total is, their sum. Months without trade have no row.

    Raises
    ------
    SourceError
        When the table is not in US dollars.
    """
    units = sorted(table["unit"].unique())
    if units != ["USD"]:
        raise SourceError(
            f"the vintage is in {', '.join(units)}",
            allowed="US dollars, the currency of the reports that the months are set beside",
            remedy="import the table in US dollars",
        )
    wide = table.pivot_table(
        index=["partner", "period"], columns="flow", values="value", aggfunc="sum", min_count=1
    ).reindex(columns=["exports", "imports", "total"])
    wide["trade"] = (wide["exports"] + wide["imports"]).fillna(wide["total"])
    flows = ["exports", "imports", "trade"]
    long = wide.reset_index().melt(["partner", "period"], flows, "flow", "amount")
    long = long[long["amount"] > 0]
    return pd.DataFrame(
        {
            "series": "customs_" + long["flow"] + "/" + long["partner"],
            "month": long["period"],
            "value": [_printed(amount / MILLION) for amount in long["amount"]],
            "unit": UNIT,
        }
    ).sort_values(list(KEYS), ignore_index=True)


def _printed(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")


def _refuse_revisions(rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    first = rows.iloc[0]
    raise SourceError(
        f"{len(rows)} months stand in the table with another value; the first: "
        f"{first['value_old']}, now {first['value']}",
        file=f"data_raw/{TABLE}.csv",
        where=f"row {first['series']}, {first['month']}",
        allowed="months that are not there yet, or the same values",
        remedy="judge the revision; to take it, remove the old rows by hand and run register",
    )


def _card(folder: Path, table: pd.DataFrame, vintage: Vintage, today: date) -> bytes:
    path = folder / f"{TABLE}.card.yaml"
    card: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    months = table["month"]
    card["taken_on"] = today
    card["coverage"] = (
        f"{len(table)} rows, {table['series'].nunique()} series, {months.min()} to {months.max()}"
    )
    card["how_taken"] = f"{card['how_taken'].strip()} {_source(vintage.record, vintage, today)}"
    text = yaml.safe_dump(card, sort_keys=False, allow_unicode=True, width=115)
    return text.encode()


def _source(record: Mapping[str, Any], vintage: Vintage, today: date) -> str:
    files = ", ".join(f"{item['name']} {item['sha256'][:SHORT]}" for item in record["answers"])
    return f"Adopted on {today}: vintage {vintage.folder.name} ({files})."
