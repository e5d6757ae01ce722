"""Dengue around the closure of the borders: effects by country, and the countries together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from analysis.errors import BuildError
from analysis.exhibits.health_dengue_fits import DengueFits
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.holm import holm
from analysis.exhibits.table import Column, Table
from analysis.models.interval_findings import Effect

NOT_IDENTIFIED: Final = "not identified"
UNDER_TESTING: Final = (
    "Fewer reported cases also mean less testing: clinics were avoided and laboratories worked on "
    "COVID-19, so a fall is no measure of how much less dengue there was."
)
EFFECT_COLUMNS: Final = (
    *("iso3", "country", "estimate", "lower", "upper", "unit", "p_hac", "rho", "p_shift"),
    *("adjusted_p", "smallest_p", "p_dates", "months", "months_closed", "zeros", "verdict"),
    *("reason", "first_month", "last_month", "convention", "sentence"),
)


def dengue_effects_table(opened: OpenHealth) -> Table:
    """Return the change of reported dengue under closed borders, by country."""
    closure = opened.settings.dengue.closure
    event, epidemic = opened.closure, opened.settings.dengue.epidemic
    known = "" if event.day_known else ", day not known"
    began = f"{event.start.day} {event.start:%B %Y}"
    return Table(
        name="dengue_effects",
        title="Dengue under closed borders: change of reported cases",
        frame=effects_frame(opened),
        columns=(
            Column("country", "Country"),
            Column("estimate", "Change", "percent"),
            Column("lower", "Lower (HAC)", "percent"),
            Column("upper", "Upper (HAC)", "percent"),
            Column("unit", "Unit"),
            Column("p_hac", "p (HAC)", "3"),
            Column("rho", "Autocorrelation", "2"),
            Column("p_shift", "p (shifts)", "3"),
            Column("adjusted_p", "p (shifts, Holm)", "3"),
            Column("p_dates", "p (placebo dates)", "3"),
            Column("months", "Months", "count"),
            Column("months_closed", "Closed", "count"),
            Column("zeros", "Of zero", "count"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note=f"{dengue_sentence(opened)} {UNDER_TESTING} Closure: from {began} "
        f"({closure.event}{known}) to the end of {closure.last_month}; the end is a setting, no "
        "event of the table. The closure fell together with masks, lockdowns and absent "
        f"travellers, and followed the epidemic of {epidemic.start} to {epidemic.end}, after "
        "which a fall was due: none of these can be told apart. HAC: Newey-West, too narrow "
        "where the autocorrelation is this high; trust the p of shifts (every circular shift of "
        "the residuals of the model without the closure), which Holm adjusts over the countries, "
        "and that of placebo dates. In simulated counts (check_count_size.py) even the shifts "
        "reject somewhat too often, most where many months are zero, so a p near the limit is no "
        "finding. Closed: months with a day under the closure; of zero: months "
        "without a case, which may not have been reported by month. Definitions of a case differ: "
        "no levels are compared.",
    )


def dengue_together_table(opened: OpenHealth) -> Table:
    """Return what the countries say together, where they can."""
    return Table(
        name="dengue_together",
        title="Dengue under closed borders: the countries together",
        frame=together_frame(opened),
        columns=(
            Column("test", "Test"),
            Column("finding", "Finding"),
            Column("units", "n", "count"),
            Column("p_value", "p", "3"),
            Column("smallest_p", "Smallest p", "3"),
            Column("verdict", "Verdict"),
            Column("reason", "Reason"),
        ),
        note="p: two-sided and exact. The sign test takes the countries as independent, which an "
        "epidemic that crosses borders makes doubtful; the ranked periods keep what the countries "
        f"share in a period. {UNDER_TESTING}",
    )


def effects_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return one row a country, with p-values adjusted over the countries."""
    frame = pd.DataFrame(
        [_effect_row(found) for found in opened.dengue.values()], columns=list(EFFECT_COLUMNS)
    )
    tested = frame["p_shift"].notna()
    p_values = frame["p_shift"][tested].astype(float)
    adjusted = holm(dict(zip(frame["iso3"][tested], p_values, strict=True)))
    frame = frame.assign(adjusted_p=frame["iso3"].map(adjusted).astype(float))
    alpha = 1 - opened.settings.level
    found = np.where(frame["adjusted_p"] <= alpha, "change", "not told from chance")
    return frame.assign(verdict=np.where(tested, found, NOT_IDENTIFIED))


def dengue_sentence(opened: OpenHealth) -> str:
    """Say what is estimated and what of it stands."""
    frame = effects_frame(opened)
    known = frame[frame["p_shift"].notna()]
    alpha = 1 - opened.settings.level
    told = "; ".join(
        f"{row['country']} {row['estimate']:+.0f} per cent, p {row['p_shift']:.2f}"
        for row in rows_of(known)
    )
    without = ", ".join(frame["country"][frame["p_shift"].isna()])
    absent = f" No answer for {without}: no months to compare." if without else ""
    return (
        f"Reported dengue under closed borders: {told}. {int((known['p_hac'] <= alpha).sum())} of "
        f"{len(known)} have a HAC p of {alpha:.2f} or less, "
        f"{int((known['adjusted_p'] <= alpha).sum())} the trusted p after Holm.{absent}"
    )


def together_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return the sign test over countries and the rank of the closure among common periods."""
    known = [found for found in opened.dengue.values() if found.effect]
    rows = [_signs(known), _periods(known)]
    frame = pd.DataFrame(rows)
    alpha = 1 - opened.settings.level
    possible = frame["smallest_p"] <= alpha
    found = np.where(frame["p_value"] <= alpha, "change", "not told from chance")
    reasons = [
        "" if able else f"p cannot fall below {least:.3f} with so few"
        for able, least in zip(possible, frame["smallest_p"], strict=True)
    ]
    return frame.assign(verdict=np.where(possible, found, NOT_IDENTIFIED), reason=reasons)


def together_sentence(opened: OpenHealth) -> str:
    """Say whether the countries together tell a change."""
    told = [
        f"{row['test']}: {row['finding']}, p {row['p_value']:.3f} ({row['verdict']}"
        + (f"; {row['reason']})" if row["reason"] else ")")
        for row in rows_of(together_frame(opened))
    ]
    return f"{'. '.join(told)}."


def _signs(known: list[DengueFits]) -> dict[str, object]:
    falls = sum(1 for found in known if log_change(found.effect) < 0)
    count = len(known)
    return {
        "test": "Signs over countries",
        "finding": f"{falls} of {count} fell",
        "units": count,
        "p_value": binomtest(falls, count).pvalue if count else 1.0,
        "smallest_p": binomtest(0, count).pvalue if count else 1.0,
    }


def _periods(known: list[DengueFits]) -> dict[str, object]:
    """Rank the mean change of the closure among those of periods that every country has."""
    by_country = [
        {item.year: log_change(item.effect) for item in found.placebos if item.effect}
        for found in known
    ]
    common = sorted(set.intersection(*map(set, by_country))) if by_country else []
    placebos = [abs(float(np.mean([each[year] for each in by_country]))) for year in common]
    own = float(np.mean([log_change(found.effect) for found in known])) if known else 0.0
    rank = 1 + sum(size >= abs(own) for size in placebos)
    return {
        "test": "Mean change among placebo periods",
        "finding": f"{100 * np.expm1(own):+.0f} per cent, rank {rank} of {len(common) + 1}",
        "units": len(common) + 1,
        "p_value": rank / (len(common) + 1),
        "smallest_p": 1 / (len(common) + 1),
    }


def _effect_row(found: DengueFits) -> dict[str, object]:
    row: dict[str, object] = {"iso3": found.country, "country": found.name}
    if found.fit is None or found.effect is None:
        return row | {"reason": found.why_not, "verdict": NOT_IDENTIFIED}
    shifts, dates = found.randomised, found.dated
    months = found.fit.series.months
    effect = found.effect
    return row | {
        **{key: getattr(effect, key) for key in ("estimate", "lower", "upper", "unit")},
        "p_hac": effect.p_value,
        "rho": found.rho,
        "p_shift": shifts.p_value if shifts else None,
        "smallest_p": shifts.smallest_p if shifts else None,
        "p_dates": dates.p_value if dates else None,
        "months": len(months),
        "months_closed": effect.reports_after,
        "zeros": int((found.fit.response == 0).sum()),
        "reason": _left_out(found),
        "first_month": months[0],
        "last_month": months[-1],
        "convention": found.fit.convention,
        "sentence": effect.sentence,
    }


def _left_out(found: DengueFits) -> str:
    said: Iterable[str] = (
        f"{item.start} to {item.end} left out: {item.reason}"
        for item in found.settings.left_out
        if item.country == found.country
    )
    return "; ".join(said)


def log_change(effect: Effect | None) -> float:
    """Return a change in per cent on the log scale.

    Raises
    ------
    BuildError
        When the effect is not identified.
    """
    if effect is None or effect.estimate is None:
        raise BuildError("an effect that is not identified has no size")
    return float(np.log1p(effect.estimate / 100))
