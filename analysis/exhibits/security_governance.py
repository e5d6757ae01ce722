"""Governance by country and year, and homicide where it exists."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.exhibits.columns import paired_panels
from analysis.exhibits.figure import Figure, Margins
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLACK, SERIES_COLOURS, SMALL, TINY
from analysis.exhibits.table import Column, Table

PANEL_INCHES: Final = 1.5
MARGINS: Final = Margins(left=0.5, right=0.2, top=0.35, bottom=0.75, between=0.5)
GAP_INCHES: Final = 0.5
HOMICIDE: Final = "homicide"
TICK_YEARS: Final = 4
UNKNOWN_ERROR: Final = "not identified: the standard errors are not at hand"
HOMICIDE_COLUMNS: Final = (
    *("iso3", "country", "years", "first_year", "first", "last_year", "last"),
    *("lowest", "highest", "flagged", "verdict", "reason"),
)


def governance_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return indicator, label, country, year and value of every year that is published."""
    pieces = []
    for name in opened.blocks.governance.indicators:
        long = opened.values(name).rename_axis("year").reset_index().melt("year", var_name="iso3")
        pieces.append(long.dropna().assign(indicator=name, label=opened.labels[name]))
    frame = pd.concat(pieces, ignore_index=True)
    frame["country"] = frame["iso3"].map(dict(opened.names))
    return frame[["indicator", "label", "iso3", "country", "year", "value"]]


def governance_sentence(opened: OpenSecurity) -> str:
    """Say which country fell and rose most on average over the indicators."""
    first, last = opened.blocks.governance.years[0], opened.blocks.governance.years[-1]
    frame = governance_frame(opened)
    wide = frame.pivot_table("value", ["iso3", "indicator"], "year")
    mean = (wide[last] - wide[first]).groupby("iso3").mean().sort_values()
    low, high = str(mean.index[0]), str(mean.index[-1])
    return (
        f"From {first} to {last} the mean of {len(opened.blocks.governance.indicators)} estimates "
        f"moved most downward in {opened.names[low]} ({_signed(mean[low])}) and most upward in "
        f"{opened.names[high]} ({_signed(mean[high])}), in standard normal units; whether any of "
        f"it exceeds its error is {UNKNOWN_ERROR}."
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def governance_table(opened: OpenSecurity) -> Table:
    """Return the governance estimates of chosen years."""
    years = opened.blocks.governance.years
    frame = governance_frame(opened)
    wide = frame.pivot(index=["label", "country"], columns="year", values="value")  # noqa: PD010 (a repeated key must fail)
    shown = wide[list(years)].rename(columns={year: f"y{year}" for year in years})
    shown = shown.assign(change=wide[years[-1]] - wide[years[0]], error=UNKNOWN_ERROR)
    return Table(
        name="security_governance",
        title=f"Governance of six countries, {years[0]} to {years[-1]}",
        frame=shown.reset_index().rename_axis(columns=None),
        columns=(
            Column("label", "Indicator"),
            Column("country", "Country"),
            *(Column(f"y{year}", str(year), "2") for year in years),
            Column("change", "Change", "2"),
            Column("error", "Is the change more than its error?"),
        ),
        note=(
            "Worldwide Governance Indicators, standard normal units relative to all countries of "
            "a year (about −2.5 to 2.5): a rise can mean that others fell. The publisher states "
            "standard errors, which the figures at hand do not hold (see the register of missing "
            f"data). Perceptions of experts and firms. {governance_sentence(opened)}"
        ),
    )


def governance_figure(opened: OpenSecurity) -> Figure:
    """Return one panel an indicator with a line a country."""
    data = steady(governance_frame(opened))
    title = "Governance of six countries by year"
    return Figure(
        name="security_governance_paths",
        title=title,
        alt=f"{title}. {governance_sentence(opened)}",
        data=data,
        draw=lambda: _draw(data, opened),
    )


def _draw(data: pd.DataFrame, opened: OpenSecurity) -> Canvas:
    names = list(dict.fromkeys(data["indicator"]))
    canvas, panels = paired_panels(len(names), PANEL_INCHES, MARGINS, GAP_INCHES)
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, data[data["indicator"] == name], opened)
    codes = opened.blocks.countries
    handles = [
        Line2D([], [], color=SERIES_COLOURS[place], label=opened.names[code])
        for place, code in enumerate(codes)
    ]
    canvas.legend(handles=handles, loc="lower center", ncols=6, fontsize=SMALL)
    canvas.text(
        0.5,
        0.052,
        "Estimates without their standard errors, which are not at hand.",
        ha="center",
        fontsize=SMALL,
    )
    return canvas


def _panel(axes: Axes, rows: pd.DataFrame, opened: OpenSecurity) -> None:
    for place, code in enumerate(opened.blocks.countries):
        own = rows[rows["iso3"] == code].sort_values("year")
        axes.plot(own["year"], own["value"], color=SERIES_COLOURS[place], linewidth=1.2)
    axes.axhline(0, color=BLACK, linewidth=0.5)
    axes.set_title(str(rows["label"].iloc[0]), y=1.0, pad=3)
    years = range(int(rows["year"].min()), int(rows["year"].max()) + 1, TICK_YEARS)
    axes.set_xticks(list(years))
    axes.set_ylim(-2.5, 2.5)
    axes.set_ylabel("estimate", fontsize=TINY)


def homicide_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return one row a country: its years with a rate, first, last, range, and what is flagged."""
    values = opened.values(HOMICIDE)
    rows = [_homicide(opened, code, values[code].dropna()) for code in opened.blocks.countries]
    frame = pd.DataFrame(rows, columns=list(HOMICIDE_COLUMNS))
    return frame.astype({"first_year": "Int64", "last_year": "Int64"})


def _homicide(opened: OpenSecurity, code: str, values: pd.Series[float]) -> dict[str, object]:
    where = {"iso3": code, "country": opened.names[code], "years": len(values)}
    if values.empty:
        reason = "the publisher has no rate of any year"
        return where | {"verdict": "no data", "reason": reason, "flagged": ""}
    flags = {
        item.year: item.reason
        for item in opened.blocks.homicide.flagged
        if item.country == code and item.year in values.index
    }
    ordinary = values.drop(list(flags))
    told = [f"{year}: {values[year]:.1f}, {reason}" for year, reason in flags.items()]
    return where | {
        "first_year": int(ordinary.index[0]),
        "first": float(ordinary.iloc[0]),
        "last_year": int(ordinary.index[-1]),
        "last": float(ordinary.iloc[-1]),
        "lowest": float(ordinary.min()),
        "highest": float(ordinary.max()),
        "flagged": "; ".join(told),
        "verdict": "described",
        "reason": "",
    }


def homicide_sentence(opened: OpenSecurity) -> str:
    """Say for how many countries there is a rate, which have none, and what is flagged."""
    frame = homicide_frame(opened)
    known = frame[frame["verdict"] == "described"]
    none = ", ".join(frame.loc[frame["verdict"] == "no data", "country"]) or "none"
    flagged = known[known["flagged"] != ""]
    told = "".join(f" {row.country} {row.flagged}." for row in flagged.itertuples())
    last = ", ".join(f"{row.country} {row.last_year}" for row in known.itertuples())
    return (
        f"{len(known)} of {len(frame)} countries have a homicide rate, with last values of "
        f"{last}; no data: {none}.{told}"
    )


def homicide_table(opened: OpenSecurity) -> Table:
    """Return the homicide rates that exist, flagged values apart."""
    return Table(
        name="security_homicide",
        title="Intentional homicide, where a rate exists",
        frame=homicide_frame(opened),
        columns=(
            Column("country", "Country"),
            Column("years", "Years", "count"),
            Column("first_year", "First"),
            Column("first", "Rate, first", "1"),
            Column("last_year", "Last"),
            Column("last", "Rate, last", "1"),
            Column("lowest", "Lowest", "1"),
            Column("highest", "Highest", "1"),
            Column("flagged", "Flagged, left out of the range"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note=(
            "Victims per 100,000 persons, World Development Indicators. Recorded deaths alone: "
            "offices differ in what they count and record, so levels of two countries are not "
            f"compared. {homicide_sentence(opened)}"
        ),
    )
