"""Health capacity of the countries: latest year, change and rank; what is not to be had."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.config import COMMON_FOLDERS
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import NOTEBOOK, OpenHealth
from analysis.exhibits.table import Column, Table
from analysis.settings.health_security import IndicatorBlock

NO_DATA: Final = "no data"
EXPERT: Final = "ghs_"
COLUMNS: Final = (
    *("indicator", "label", "unit", "iso3", "country", "year", "value", "first_year"),
    *("first_value", "change", "improved", "rank", "ranked", "kind", "verdict"),
)


def health_capacity_table(opened: OpenHealth) -> Table:
    """Return one row an indicator and country."""
    frame = capacity_frame(opened)
    return Table(
        name="health_capacity",
        title="Health capacity: latest year, change and rank within the group",
        frame=frame,
        columns=(
            Column("label", "Indicator"),
            Column("unit", "Unit"),
            Column("country", "Country"),
            Column("year", "Year"),
            Column("value", "Value", "significant"),
            Column("first_year", "Since"),
            Column("change", "Change", "significant"),
            Column("rank", "Rank"),
            Column("kind", "Kind"),
            Column("verdict", "Data"),
        ),
        note=f"{capacity_sentence(opened)} Rank 1: most capacity (least tuberculosis); equal "
        "values share the better rank; years differ between countries, so a rank compares the "
        "latest years and not one year. Expert scores judge what is written down and public and "
        "come without an error: a few points mean nothing. Tuberculosis, spending and service "
        "coverage are estimates of models whose intervals are not at hand. The year of the prices "
        "of spending is not stated.",
    )


def health_missing_table(opened: OpenHealth) -> Table:
    """Return what the study asks for and cannot have, where it is, and the columns to put it in."""
    frame = missing_frame(opened)
    return Table(
        name="health_missing",
        title="Health security: what is not at hand, and where it is to be had",
        frame=frame,
        columns=(
            Column("measure", "Measure"),
            Column("area", "Area"),
            Column("verdict", "Data"),
            Column("question", "Question"),
            Column("why", "Why"),
            Column("publisher", "Publisher"),
            Column("address", "Address"),
            Column("access", "Access"),
            Column("columns", "Columns of the table to fill"),
        ),
        note=f"{len(frame)} measures have no figure in this project. Access: open, on request, or "
        "none found.",
    )


def capacity_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return latest value, change and rank of every indicator and country, in that order."""
    rows = [row for item in opened.settings.capacity.indicators for row in _indicator(opened, item)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"year": "Int64", "first_year": "Int64", "rank": "Int64", "ranked": "Int64"}
    )


def missing_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return the gaps of the study and the dengue series without a value in the closure."""
    gaps = opened.tables["data_gaps"]
    own = gaps[[COMMON_FOLDERS[NOTEBOOK] in studies.split(";") for studies in gaps["studies"]]]
    frame = own.assign(
        verdict=NO_DATA,
        access=own["access"].str.replace("_", " "),
        columns=own["columns"].str.replace(";", ", "),
    )
    dengue = [
        {
            "gap_id": "",
            "measure": "Monthly dengue cases",
            "area": found.name,
            "verdict": NO_DATA,
            "question": "What did closed borders do to dengue?",
            "why": found.why_not[:1].upper() + found.why_not[1:],
            "publisher": "OpenDengue",
            "address": "https://opendengue.org",
            "access": "open",
            "columns": "series, month, value, unit",
        }
        for found in opened.dengue.values()
        if found.effect is None
    ]
    frame = pd.concat([frame, pd.DataFrame(dengue)], ignore_index=True)
    shown = ["gap_id", "measure", "area", "verdict", "question", "why", "publisher", "address"]
    return frame[[*shown, "access", "columns"]]


def capacity_sentence(opened: OpenHealth) -> str:
    """Say who leads and who comes last most often, and how many cells are empty."""
    frame = capacity_frame(opened)
    known = frame[frame["value"].notna()]
    first = known[known["rank"] == 1]["country"].value_counts()
    last = known[known["rank"] == known["ranked"]]["country"].value_counts()
    indicators = len(opened.settings.capacity.indicators)
    leaders = ", ".join(f"{name} in {count}" for name, count in first.items())
    trailing = ", ".join(f"{name} in {count}" for name, count in last.items())
    improved = int((known["improved"] > 0).sum())
    return (
        f"Over {indicators} indicators first place goes to {leaders}; last place to {trailing}. "
        f"{len(frame) - len(known)} of {len(frame)} cells have no value; {improved} of "
        f"{int(known['change'].notna().sum())} values improved since the first year."
    )


def group_spread_sentence(opened: OpenHealth) -> str:
    """Say whether the countries drew nearer in the overall expert score and service coverage."""
    said = []
    frame = capacity_frame(opened).dropna(subset=["value", "change"])
    for name in ("ghs_overall", "uhc_index"):
        rows = frame[frame["indicator"] == name]
        if len(rows) > 1:
            early, late = (rows[key].max() - rows[key].min() for key in ("first_value", "value"))
            said.append(
                f"the range of {rows['label'].iloc[0]} went from {early:.1f} "
                f"({rows['first_year'].min()}) to {late:.1f} points ({rows['year'].max()})"
            )
    return "; ".join(said)


def _indicator(opened: OpenHealth, item: IndicatorBlock) -> list[dict[str, object]]:
    own = opened.yearly[opened.yearly["indicator"] == item.name]
    years = opened.settings.capacity
    inside = own[own["year"].between(years.first_year, years.last_year)].sort_values("year")
    latest = inside.groupby("iso3")["value"].last()
    ranks = latest.rank(method="min", ascending=item.better == "low").astype(int).to_dict()
    return [
        _cell(opened, item, country, inside[inside["iso3"] == country])
        | ({"rank": ranks[country], "ranked": len(ranks)} if country in ranks else {})
        for country in opened.settings.countries
    ]


def _cell(
    opened: OpenHealth, item: IndicatorBlock, country: str, rows: pd.DataFrame
) -> dict[str, object]:
    described = opened.indicators[item.name]
    cell: dict[str, object] = {
        "indicator": item.name,
        "label": described["label"],
        "unit": described["unit"],
        "iso3": country,
        "country": opened.names[country],
        "kind": "expert score" if item.name.startswith(EXPERT) else "statistic or estimate",
        "verdict": NO_DATA,
    }
    if rows.empty:
        return cell
    every = rows_of(rows)
    first, last = every[0], every[-1]
    several = len(rows) > 1
    change = last["value"] - first["value"]
    return cell | {
        "year": int(last["year"]),
        "value": last["value"],
        "first_year": int(first["year"]) if several else None,
        "first_value": first["value"] if several else None,
        "change": change if several else None,
        "improved": (change if item.better == "high" else -change) if several else None,
        "verdict": "data",
    }
