"""UCDP Georeferenced Event Dataset: fatal events in Myanmar by area and month.

Source: https://ucdp.uu.se/downloads, file ged{version}-csv.zip, codebook at
https://ucdp.uu.se/downloads/ged/ged241.pdf: one row an event with at least one death, `country_id`
(775 is Myanmar), `adm_1`, `latitude`, `date_start`, and estimates `best`, `high` and `low`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from analysis.connectors.asked import Asked
from analysis.connectors.files import fetch_table, in_years, numbers, tidy

PATH: Final = "downloads/ged/ged241-csv.zip"
NEEDED: Final = ("country_id", "adm_1", "latitude", "date_start", "best", "low", "high")
MYANMAR: Final = "775"
NORTH: Final = 22.0  # degrees north: Shan State from here on is northern_shan
MEASURES: Final[Mapping[str, str]] = {
    "deaths_best": "best",
    "deaths_low": "low",
    "deaths_high": "high",
}
KEYS: Final = ("series", "month")


def fetch_conflict(asked: Asked) -> pd.DataFrame:
    """Return events and estimated deaths of the nation, its states and regions, and northern Shan.

    Areas within some kilometres of a town are not made here.

    Returns
    -------
    pandas.DataFrame
        Columns series (conflict/area/measure), month, value, unit. A month without an event has
        no row: whether it was quiet, the file does not say.
    """
    df = fetch_table(asked, PATH, NEEDED)
    df = in_years(df[df["country_id"] == MYANMAR], "date_start", asked)
    where = asked.session.base
    events = df.assign(
        month=df["date_start"].str[:7],
        state=df["adm_1"].map(area_of),
        north=numbers(df["latitude"], where) >= NORTH,
        **{name: numbers(df[column], where) for name, column in MEASURES.items()},
    )
    areas = [events.assign(area="national"), events.assign(area=events["state"])]
    shan = events[(events["state"] == "shan") & events["north"]]
    return tidy(_sums(pd.concat([*areas, shan.assign(area="northern_shan")])), KEYS, where)


def area_of(name: str) -> str:
    """Return the short name of a state or region: "Shan state" -> shan; "" -> unspecified."""
    words = name.lower().replace("union territory", "").split()
    kept = [word for word in words if word not in ("state", "region", "division")]
    return "_".join(kept).replace("nay_pyi_taw", "naypyidaw") or "unspecified"


def _sums(events: pd.DataFrame) -> pd.DataFrame:
    groups = events.groupby(["area", "month"])
    table = groups[list(MEASURES)].sum().assign(events=groups.size())
    long = table.reset_index().melt(["area", "month"], var_name="measure")
    return long.assign(
        series="conflict/" + long["area"] + "/" + long["measure"],
        unit=long["measure"].where(long["measure"] == "events", "deaths"),
        value=long["value"].astype(float),
    )
