"""COVID-19 as reported: cases and deaths per million persons, by country and month."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.table import Column, Table

MEASURES: Final = ("cases", "deaths")
MILLION: Final = 1_000_000
LARGE_RATIO: Final = 2.0  # national count beside that of the provinces
UNDER_REPORTING: Final = (
    "Cases follow testing and deaths follow certification; both are under-counted everywhere, and "
    "by more where capacity is low."
)


def health_burden_table(opened: OpenHealth) -> Table:
    """Return the burden over the window and its worst month, by country."""
    frame = burden_frame(opened)
    return Table(
        name="health_burden",
        title="COVID-19 as reported: burden per million persons",
        frame=frame,
        columns=(
            Column("country", "Country"),
            Column("months", "Months", "count"),
            Column("cases", "Cases per million", "significant"),
            Column("deaths", "Deaths per million", "significant"),
            Column("cases_peak_month", "Worst month, cases"),
            Column("cases_peak", "Cases per million then", "significant"),
            Column("deaths_peak_month", "Worst month, deaths"),
            Column("deaths_peak", "Deaths per million then", "significant"),
            Column("silent_months", "Months without a case", "count"),
            Column("caution", "Caution"),
        ),
        note=f"{UNDER_REPORTING} {caution_sentence(opened)} Each month is divided by the "
        "population of its year. A month without a case may mean that nothing was reported.",
    )


def monthly_burden(opened: OpenHealth) -> pd.DataFrame:
    """Return iso3, month, measure, reported count, population and count per million."""
    window = opened.settings.burden.window
    covid = opened.tables["covid"]
    kept = covid[
        covid["unit"].isin(opened.settings.countries)
        & covid["indicator"].isin(MEASURES)
        & covid["month"].dt.strftime("%Y-%m").between(window.start, window.end)
    ].rename(columns={"unit": "iso3", "indicator": "measure", "value": "reported"})
    people = opened.yearly[opened.yearly["indicator"] == "population"]
    population = people.set_index(["iso3", "year"])["value"].rename("population")
    rows = kept.assign(year=kept["month"].dt.year).join(population, on=["iso3", "year"])
    rows = rows.assign(per_million=MILLION * rows["reported"] / rows["population"])
    columns = ["iso3", "month", "measure", "reported", "population", "per_million"]
    ordered: pd.DataFrame = rows[columns].sort_values(["measure", "iso3", "month"])
    return ordered.reset_index(drop=True)


def burden_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return one row a country in the order of the settings."""
    monthly = monthly_burden(opened)
    rows = []
    for code, name in opened.names.items():
        row: dict[str, object] = {"iso3": code, "country": name}
        for measure in MEASURES:
            own = monthly[(monthly["iso3"] == code) & (monthly["measure"] == measure)]
            worst = rows_of(own.nlargest(1, "per_million"))[0]
            row |= {
                "months": len(own),
                measure: own["per_million"].sum(),
                f"{measure}_peak_month": f"{worst['month']:%Y-%m}",
                f"{measure}_peak": worst["per_million"],
            }
            if measure == "cases":
                row["silent_months"] = int((own["reported"] == 0).sum())
        caution = code == opened.settings.burden.caution
        rows.append(row | {"caution": "not the mainland alone; see the note" if caution else ""})
    return pd.DataFrame(rows)


def caution_sentence(opened: OpenHealth) -> str:
    """Say where the national series of the country of caution leaves that of its provinces."""
    code = opened.settings.burden.caution
    both = _beside_provinces(opened)
    peak = rows_of(both.nlargest(1, "cases"))[0]["month"]
    far = both[both["cases"] > LARGE_RATIO * both["confirmed"]]
    ratio = (far["cases"] / far["confirmed"]).rename("ratio")
    worst = rows_of(far.assign(ratio=ratio).nlargest(1, "ratio"))[0]
    return (
        f"{opened.names[code]}: in {len(far)} of {len(both)} months the national count is more "
        f"than {LARGE_RATIO:g} times the sum of the provinces of the mainland (in "
        f"{worst['month']:%B %Y} {worst['cases']:,.0f} against {worst['confirmed']:,.0f}), as "
        f"if it held more than the mainland; the wave that peaks in {peak:%B %Y} is under-counted, "
        "and its level is not to be compared with the other countries."
    )


def burden_sentence(opened: OpenHealth) -> str:
    """Say who reports most and least, without the country of caution."""
    frame = burden_frame(opened)
    sure = frame[frame["iso3"] != opened.settings.burden.caution]
    said = []
    for measure in MEASURES:
        low, *_, high = rows_of(sure.sort_values(measure))
        said.append(
            f"{measure} per million from {low[measure]:,.0f} ({low['country']}) to "
            f"{high[measure]:,.0f} ({high['country']})"
        )
    window, caution = opened.settings.burden.window, opened.names[opened.settings.burden.caution]
    return f"Reported {window.start} to {window.end}, {caution} apart: {'; '.join(said)}."


def _beside_provinces(opened: OpenHealth) -> pd.DataFrame:
    """Return national cases beside those of the provinces, in months where these are reported."""
    code, covid = opened.settings.burden.caution, opened.tables["covid"]
    own = covid[(covid["unit"] == code) & (covid["indicator"] == "cases")]
    inside = covid["unit"].str.startswith(f"{code}-") & (covid["indicator"] == "confirmed")
    provinces = covid[inside].groupby("month")["value"].sum()
    both = own.set_index("month")["value"].rename("cases").to_frame()
    both = both.join(provinces.rename("confirmed"), how="inner").reset_index()
    return both[both["confirmed"] > 0].reset_index(drop=True)
