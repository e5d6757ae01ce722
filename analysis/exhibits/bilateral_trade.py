"""What is published on trade between the countries of the group, and what a gravity study needs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Final

import pandas as pd

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.table import Column, Table

FLOWS: Final = ("export_value", "import_value")
COLUMNS: Final = (
    *("pair", "totals", "directed", "first_year", "last_year", "border_posts", "sources"),
    *("verdict",),
)
NO_DATA: Final = "no data"


def bilateral_trade_table(opened: OpenPanels) -> Table:
    """Return the published annual figures of each pair of the group, and the verdict."""
    frame = bilateral_frame(opened)
    return Table(
        name="bilateral_trade",
        title=f"Gravity equation of trade among {opened.settings.group_label}: what is at hand",
        frame=frame,
        columns=(
            Column("pair", "Pair"),
            Column("totals", "Years with a total", "count"),
            Column("directed", "Years with both directions", "count"),
            Column("first_year", "First"),
            Column("last_year", "Last"),
            Column("border_posts", "Other figures, border posts only", "count"),
            Column("sources", "Sources"),
            Column("verdict", "Gravity equation"),
        ),
        note=f"{bilateral_sentence(opened, frame)} {_note(opened)}",
    )


def bilateral_frame(opened: OpenPanels) -> pd.DataFrame:
    """Return a row for each pair of the group."""
    reports = opened.tables["reports"]
    figures = reports[(reports["scope"] == "bilateral") & reports["value"].notna()]
    names = sorted(opened.names[code] for code in opened.settings.group)
    rows = [_row(one, other, figures) for one, other in combinations(names, 2)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def bilateral_sentence(opened: OpenPanels, frame: pd.DataFrame) -> str:
    """Say how much of what a gravity equation needs is published."""
    years = opened.settings.years
    span = years.last - years.first + 1
    flows = 2 * len(frame)
    held = 2 * int(frame["directed"].sum())
    return (
        f"{NO_DATA}: annual totals exist for {int((frame['totals'] > 0).sum())} of {len(frame)} "
        f"pairs, and {held} of the {flows * span} directed flows of {years.first} to {years.last} "
        "are at hand; a gravity equation is not estimated."
    )


def _row(one: str, other: str, figures: pd.DataFrame) -> dict[str, object]:
    places = {f"{one}-{other} trade", f"{other}-{one} trade"}
    between = figures["place"].str.contains(one, regex=False) & figures["place"].str.contains(
        other, regex=False
    )
    whole = figures[figures["place"].isin(places)]
    annual = whole[_is_calendar_year(whole)]
    totals = annual[annual["metric"] == "trade_value"]
    by_year = annual[annual["metric"].isin(FLOWS)].groupby(annual["start"].dt.year)["metric"]
    both = by_year.nunique()
    years = sorted({*totals["start"].dt.year, *both.index[both == len(FLOWS)]})
    return {
        "pair": f"{one} and {other}",
        "totals": totals["start"].dt.year.nunique(),
        "directed": int((both == len(FLOWS)).sum()),
        "first_year": str(years[0]) if years else None,
        "last_year": str(years[-1]) if years else None,
        "border_posts": int((between & ~figures["place"].isin(places)).sum()),
        "sources": ", ".join(sorted(set(annual["basis"]))),
        "verdict": NO_DATA,
    }


def _is_calendar_year(rows: pd.DataFrame) -> pd.Series:
    start, end = rows["start"], rows["end"]
    first = (start.dt.month == 1) & (start.dt.day == 1)
    last = (end.dt.month == 12) & (end.dt.day == 31)
    return pd.Series(first & last & (start.dt.year == end.dt.year), index=rows.index)


SCHEMA: Final[Mapping[str, str]] = {
    "exporter": "three-letter code",
    "importer": "three-letter code",
    "year": "whole number",
    "trade": "million USD, zeros included, one row for each directed flow and year",
}


def _note(opened: OpenPanels) -> str:
    columns = "; ".join(f"{name}: {what}" for name, what in SCHEMA.items())
    partners = len(opened.policy_pairs.units)
    return (
        "Only totals of calendar years of all trade count; figures of border posts, fiscal years "
        "and single months do not. To be had from UN Comtrade (comtradeplus.un.org), the Direction "
        "of Trade Statistics of the IMF, or BACI and the gravity data of CEPII. Needed columns: "
        f"{columns}; distance and borders of {partners} countries and more are in country_pairs. "
        "The estimator is analysis.models.gravity.fit_gravity: Poisson pseudo-maximum likelihood, "
        "errors clustered by pair, with checks of separation and of the incidental-parameter bias."
    )
