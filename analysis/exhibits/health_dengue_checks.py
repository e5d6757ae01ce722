"""Dengue under closed borders, checked: other models, and periods without a closure."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.health_dengue import NOT_IDENTIFIED, UNDER_TESTING, log_change
from analysis.exhibits.health_dengue_fits import LOG_MODEL
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.table import Column, Table
from analysis.models.interval_findings import Effect


def dengue_models_table(opened: OpenHealth) -> Table:
    """Return the effect in other models."""
    frame = models_frame(opened)
    return Table(
        name="dengue_models",
        title="Dengue under closed borders: other models",
        frame=frame,
        columns=(
            Column("country", "Country"),
            Column("label", "Model"),
            Column("estimate", "Change", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("p_value", "p", "3"),
            Column("trusted", "Interval trusted"),
            Column("months", "Months", "count"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note=f"{models_sentence(opened)} {UNDER_TESTING} Changes in per cent. Counts have HAC "
        f"intervals, which are too narrow here; '{LOG_MODEL}' (REML) has an interval that can be "
        "trusted, but takes no month of zero cases, and with noise this persistent reads the "
        "change at the two ends of the closure rather than the mean level within it.",
    )


def dengue_placebos_table(opened: OpenHealth) -> Table:
    """Return a closure as long in earlier years, when no border was closed."""
    frame = placebo_frame(opened)
    return Table(
        name="dengue_placebos",
        title="Dengue in placebo periods: a closure as long, in years without one",
        frame=frame,
        columns=(
            Column("country", "Country"),
            Column("year", "Begins in"),
            Column("estimate", "Change", "percent"),
            Column("lower", "Lower (HAC)", "percent"),
            Column("upper", "Upper (HAC)", "percent"),
            Column("p_value", "p (HAC)", "3"),
            Column("rank", "Rank of the closure"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note=f"{placebo_sentence(opened)} {UNDER_TESTING} Same model on the months before the "
        "closure; the placebo begins on the same day of an earlier year and lasts as many years "
        "and months. Rank: of the closure by the size of its change on the log scale, among it "
        "and the placebo periods of the country. Periods overlap, so the rank is no p-value.",
    )


def models_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return one row a country and other model."""
    rows = [
        {
            "iso3": found.country,
            "country": found.name,
            "label": other.label,
            **_numbers(other.effect),
            "trusted": "yes" if other.trusted and other.effect else "no" if other.effect else "",
            "months": other.months or None,
            "verdict": "estimated" if other.effect else NOT_IDENTIFIED,
            "reason": other.reason,
        }
        for found in opened.dengue.values()
        for other in found.others
    ]
    return pd.DataFrame(rows).astype({"months": "Int64"})


def models_sentence(opened: OpenHealth) -> str:
    """Say how often the sign holds, and what the model with a trusted interval says."""
    frame = models_frame(opened)
    known = frame[frame["estimate"].notna()]
    trusted = known[known["trusted"] == "yes"]
    told = "; ".join(
        f"{row['country']} {row['estimate']:+.0f} ({row['lower']:+.0f} to {row['upper']:+.0f})"
        for row in rows_of(trusted)
    )
    return (
        f"{int((known['estimate'] < 0).sum())} of {len(known)} estimates are falls. With AR(1) "
        f"errors: {told or 'no country without a month of zero'}."
    )


def placebo_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return one row a country and placebo year."""
    rows = []
    for found in (item for item in opened.dengue.values() if item.effect):
        sizes = [abs(log_change(item.effect)) for item in found.placebos if item.effect]
        rank = 1 + sum(size >= abs(log_change(found.effect)) for size in sizes)
        rows += [
            {
                "iso3": found.country,
                "country": found.name,
                "year": item.year,
                **_numbers(item.effect),
                "rank": f"{rank} of {len(sizes) + 1}",
                "verdict": "estimated" if item.effect else NOT_IDENTIFIED,
                "reason": item.reason,
            }
            for item in found.placebos
        ]
    return pd.DataFrame(rows)


def placebo_sentence(opened: OpenHealth) -> str:
    """Say how often a placebo period looks like an effect, and how the closure ranks."""
    frame = placebo_frame(opened)
    known = frame[frame["estimate"].notna()]
    alpha = 1 - opened.settings.level
    ranks = known.drop_duplicates("iso3")
    told = ", ".join(f"{row['country']} {row['rank']}" for row in rows_of(ranks))
    return (
        f"{int((known['p_value'] <= alpha).sum())} of {len(known)} placebo periods have a HAC p of "
        f"{alpha:.2f} or less though no border was closed, with changes from "
        f"{known['estimate'].min():+.0f} to {known['estimate'].max():+.0f} per cent. Rank of the "
        f"closure: {told}."
    )


def _numbers(effect: Effect | None) -> dict[str, float | None]:
    names = ("estimate", "lower", "upper", "p_value")
    return {name: getattr(effect, name) if effect else None for name in names}
