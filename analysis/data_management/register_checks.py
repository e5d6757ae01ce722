"""Reports against the register of series: undeclared, in another currency, or without a report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.data_management.faults import Fault, rows_of
from analysis.data_management.parts import SPAN, Part, parts_of
from analysis.data_management.series_keys import base_units, series_key, series_stem
from analysis.data_management.units import UNITS
from analysis.data_management.whys import CURRENCY, UNDECLARED
from analysis.errors import spelling_hint

SIDE_OF_BASIS: Final[Mapping[str, str]] = {
    "cn": "China",
    "la": "Laos",
    "mm": "Myanmar",
    "vn": "Vietnam",
}
"""First letters of a basis -> the side of the border whose authority measured."""


def stray_reports(series: pd.DataFrame, reports: pd.DataFrame, folder: Path) -> list[Fault]:
    """Find reports that belong to no declared series, or to one in another currency.

    Parameters
    ----------
    series, reports
        The raw tables, as text, indexed by line.
    folder
        Where the tables lie, to name the file that a row is missing in.
    """
    keys, stems = series_key(reports, base_units(reports["unit"])), series_stem(reports)
    units = series["unit"].groupby(series_stem(series)).agg(lambda found: " or ".join(found))
    parts = parts_of("reports", folder)
    return [
        _stray(row, line, keys.loc[line], units.get(stems.loc[line]), parts[line // SPAN])
        for line, row in rows_of(reports[~keys.isin(set(series["series"]))])
    ]


def _stray(row: pd.Series[str], line: int, key: str, unit: str | None, part: Part) -> Fault:
    file = Part("series", part.study).file
    if unit is None:
        return Fault(
            line,
            row["report_id"],
            "place, scope, metric, basis, unit",
            f"the report belongs to the series '{key}', which is not declared",
            "the series of series.csv and of the parts that studies bring along",
            f"correct the row, or add a row to {file}: {declaration(row, key)}",
            UNDECLARED,
        )
    found = UNITS[row["unit"]].base
    return Fault(
        line,
        row["report_id"],
        "unit",
        f"mixed currency in one series: the report is in {found}, the series is declared in {unit}",
        f"units that convert to {unit}",
        f"correct the unit, or declare the series '{key}' in {file}: {declaration(row, key)}",
        CURRENCY,
    )


def declaration(report: Mapping[str, str] | pd.Series[str], key: str) -> str:
    """Return the row of the register of series that a report needs, ready to be pasted."""
    side = SIDE_OF_BASIS.get(report["basis"].split("_")[0], "not stated")
    what = report["metric"].replace("_", " ")
    label = f"{report['place']}: {what} ({report['basis']})"
    unit = UNITS[report["unit"]].base
    names = [report[name] for name in ("place", "scope", "metric", "basis")]
    cells = [key, *names, unit, side, label, ""]
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)


def unused_series(series: pd.DataFrame, reports: pd.DataFrame) -> list[Fault]:
    """Find declared series that no report belongs to."""
    keys = set(series_key(reports, base_units(reports["unit"])))
    unused = ~series["series"].isin(keys)
    undeclared = keys - set(series["series"])
    return [
        Fault(
            line,
            row["series"],
            "series",
            "no report belongs to this series",
            "series that at least one report belongs to",
            spelling_hint(row["series"], undeclared)
            if undeclared
            else "correct the key, delete the row, or enter the reports first",
        )
        for line, row in rows_of(series[unused])
    ]
