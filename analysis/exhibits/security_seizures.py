"""Seizures as quoted, with who quoted them; no trend where the data allow none."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.table import Column, Table

DRUGS: Final = {
    "methamphetamine": "methamphetamine",
    "crystal_methamphetamine": "crystal methamphetamine",
}
REGION: Final = "East and Southeast Asia"
NOT_IDENTIFIED: Final = "not identified"


def seizures_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return every quoted quantity with its bounds and why there is no trend."""
    df = opened.tables["drug_seizures"]
    years = df.groupby(["drug", "area"])["year"].transform("nunique")
    fewest = opened.blocks.seizures.fewest_years
    enough = years >= fewest
    reasons = [
        "" if ok else f"{n} year{'s' if n > 1 else ''} of this drug and area, {fewest} are needed"
        for n, ok in zip(years, enough, strict=True)
    ]
    return df.assign(
        drug_label=df["drug"].map(DRUGS),
        area_label=[opened.names.get(area, REGION) for area in df["area"]],
        printed=[f"{q} {v}" for q, v in zip(df["qualifier"], df["value_printed"], strict=True)],
        trend=["may be tested" if ok else NOT_IDENTIFIED for ok in enough],
        reason=reasons,
    )


def seizures_sentence(opened: OpenSecurity) -> str:
    """Say how much is quoted and why no trend follows."""
    frame = seizures_frame(opened)
    most = int(frame.groupby(["drug", "area"])["year"].nunique().max())
    regional = frame[(frame["area_label"] == REGION) & (frame["drug"] == "methamphetamine")]
    spans = "; ".join(
        f"{row.year}: {row.lower:g} to {row.upper:g}" for row in regional.itertuples()
    )
    return (
        f"{len(frame)} quantities are quoted; the longest run has {most} years, fewer than the "
        f"{opened.blocks.seizures.fewest_years} that a test needs: {NOT_IDENTIFIED}. Tonnes of "
        f"methamphetamine in {REGION}: {spans}."
    )


def seizures_table(opened: OpenSecurity) -> Table:
    """Return the quoted seizures, their bounds, who quoted them, and the verdict on a trend."""
    return Table(
        name="security_seizures",
        title="Methamphetamine seized, as quoted in the press",
        frame=seizures_frame(opened),
        columns=(
            Column("drug_label", "Drug"),
            Column("area_label", "Area"),
            Column("year", "Year"),
            Column("printed", "As printed"),
            Column("lower", "At least, tonnes", "2"),
            Column("upper", "At most, tonnes", "2"),
            Column("quoted_by", "Quoted by"),
            Column("trend", "Trend"),
            Column("reason", "Reason"),
        ),
        note=(
            "Tonnes; bounds are those of the printed digits and of the rounding word. Seizures "
            "follow police work as much as trade: more seized can mean more found, and what is "
            "not found is in no figure. The press quotes the United Nations Office on Drugs and "
            f"Crime; the reports were not at hand. {seizures_sentence(opened)}"
        ),
    )
