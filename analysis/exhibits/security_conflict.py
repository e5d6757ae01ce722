"""Conflict events near the border: effects of events, changes of regime, deaths with bounds."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.holm import holm
from analysis.exhibits.security_conflict_fits import ConflictFit, divided_months
from analysis.exhibits.security_regimes import Regimes
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.table import Column, Table
from analysis.models.interval_findings import Effect
from analysis.models.structural_breaks import say_p
from analysis.study import Intervention

UNDER_REPORTED: Final = (
    "Events with at least one death that UCDP could record; remote areas are under-reported, "
    "reporting changed after February 2021, and the completeness of the slice is unverified, so "
    "a month without an event is no proof of quiet."
)
EFFECT_COLUMNS: Final = (
    *("area", "area_label", "name", "label", "start", "months", "events", "estimate"),
    *("lower", "upper", "p_newey_west", "p_model", "cautious_p", "adjusted_p", "rank", "among"),
    *("p_rank", "smallest_p_rank", "verdict", "reason", "convention"),
)


def effects_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return one row an area and event, p-values adjusted by Holm over all of them.

    The adjusted p-value starts from the larger of the two p-values (sandwich, and model covariance
    of quasi-Poisson), since a sandwich is too small where few months lie under an event.
    """
    rows = [
        _effect(opened, fit, item)
        for fit in opened.conflict.values()
        for item in opened.settings.conflict_events
    ]
    frame = pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))
    keys = frame["area"] + "/" + frame["name"]
    tested = frame["cautious_p"].notna()
    adjusted = holm(
        dict(zip(keys[tested], frame.loc[tested, "cautious_p"].astype(float), strict=True))
    )
    return frame.assign(adjusted_p=keys.map(adjusted))


def _effect(opened: OpenSecurity, fit: ConflictFit, item: Intervention) -> dict[str, object]:
    months = fit.months[item.name]
    counts = dict(zip(fit.series.months, fit.series.a_month, strict=True))
    row: dict[str, object] = {
        "area": fit.area.name,
        "area_label": fit.area.label,
        "name": item.name,
        "label": item.label,
        "start": str(item.start),
        "months": len(months),
        "events": int(sum(counts[month] for month in months)),
        "convention": fit.fit.convention,
    }
    if item in fit.quiet:
        reason = (
            f"no event in {len(months)} months: the estimate would be infinite"
            if months
            else "it holds no whole month"
        )
        return row | {"verdict": "not identified", "reason": reason}
    effect, rank = fit.fit.effect(item.name), fit.ranks[item.name]
    model_p = fit.other.effect(item.name).p_value
    known = [value for value in (effect.p_value, model_p) if value is not None]
    verdict, reason = _verdict(effect, len(months), opened.blocks.conflict.fewest_months)
    return row | {
        "estimate": effect.estimate,
        "lower": effect.lower,
        "upper": effect.upper,
        "p_newey_west": effect.p_value,
        "p_model": model_p,
        "cautious_p": max(known) if known else None,
        "rank": rank.rank,
        "among": rank.among,
        "p_rank": rank.p_value,
        "smallest_p_rank": 1 / rank.among,
        "verdict": verdict,
        "reason": reason,
    }


def _verdict(effect: Effect, months: int, fewest: int) -> tuple[str, str]:
    if effect.verdict == "identified" and months < fewest:
        reason = f"{months} months under it, fewer than {fewest}: intervals are too short"
        return "weak", reason
    return effect.verdict, effect.reason


def effects_sentence(opened: OpenSecurity, name: str) -> str:
    """Say what one event went with in every area."""
    frame = effects_frame(opened)
    own = frame[frame["name"] == name]
    label = str(own["label"].iloc[0])
    return f"{label}: {'; '.join(_said(row) for row in records(own))}."


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a frame as dictionaries by column name."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _said(row: dict[str, object]) -> str:
    if row["verdict"] == "not identified":
        return f"{row['area_label']} not identified ({row['reason']})"
    estimate, lower, upper = (_percent(row[key]) for key in ("estimate", "lower", "upper"))
    adjusted = say_p(float(str(row["adjusted_p"])))
    weak = ", weak" if row["verdict"] == "weak" else ""
    return (
        f"{row['area_label']} {estimate} % ({lower} to {upper}; Holm p {adjusted}; size ranks "
        f"{row['rank']:.0f} of {row['among']:.0f}{weak})"
    )


def _percent(value: object) -> str:
    return f"{float(str(value)):+,.0f}".replace("-", "−").replace(",", "\u202f")


def conflict_effects_table(opened: OpenSecurity) -> Table:
    """Return what went with each event in each area, with ranks among placebo areas."""
    lost = {
        f"{label} ({reason})"
        for fit in opened.conflict.values()
        for rank in fit.ranks.values()
        for label, reason in rank.lost.items()
    }
    names = ", ".join(area.label for area in opened.blocks.conflict.placebos)
    divided = ", ".join(divided_months(opened.settings))
    return Table(
        name="security_conflict_effects",
        title="Fatal conflict events a month near the border: change at dated events",
        frame=effects_frame(opened),
        columns=(
            Column("area_label", "Area"),
            Column("label", "Event"),
            Column("start", "From"),
            Column("months", "Months under it", "count"),
            Column("events", "Events in them", "count"),
            Column("estimate", "Change, %", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("p_newey_west", "p, Newey–West", "3"),
            Column("p_model", "p, quasi-Poisson", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("rank", "Rank", "count"),
            Column("among", "among", "count"),
            Column("p_rank", "p, rank", "3"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
        ),
        note=(
            f"{UNDER_REPORTED} Negative binomial with Newey–West errors; temporary events and the "
            "coup against the months before the first event, closures and the offensive on top "
            f"of the coup; months that an event holds in part ({divided}) are left out. Holm over "
            "all rows, from the larger of the two p-values. Rank: |t| of "
            f"the same event among the area and {len(opened.blocks.conflict.placebos)} areas "
            f"without a gate to China ({names}), by the same rules; 1 is the largest, and no p by "
            "rank can be below 1 / among. The coup struck everywhere, so its rank is a contrast "
            f"and no placebo. {_largest_before(opened)} Not ranked for some event: "
            f"{'; '.join(sorted(lost)) or 'none'}. A "
            "change at a date is not yet an effect of the event."
        ),
    )


def _largest_before(opened: OpenSecurity) -> str:
    """Say in each area which month before all events held the most, since it raises the base."""
    first = min(item.start for item in opened.settings.conflict_events)
    parts = []
    for fit in opened.conflict.values():
        counts = pd.Series(fit.series.a_month, index=list(fit.series.months))
        before = counts[counts.index < f"{first:%Y-%m}"]
        parts.append(f"{fit.area.label} {before.max():.0f} in {before.idxmax()}")
    return f"The months before are not calm; their largest counts are {', '.join(parts)}."


def regimes_table(opened: OpenSecurity) -> Table:
    """Return where the counts change of their own accord, beside the dated events."""
    rows = [_regime_row(item) for item in opened.regimes.values()]
    breaks = opened.blocks.conflict.breaks
    return Table(
        name="security_conflict_regimes",
        title="Conflict events: changes of regime at dates that nobody chose",
        frame=pd.DataFrame(rows),
        columns=(
            Column("area_label", "Area"),
            Column("statistic", "sup-F", "1"),
            Column("p_value", "p", "3"),
            Column("first_after", "First month after"),
            Column("nearest", "Nearest event"),
            Column("months", "Months from it", "count"),
            Column("by_lwz", "Breaks (LWZ)"),
            Column("by_bic", "Breaks (BIC)"),
            Column("regimes", "Events a month by regime (LWZ)"),
            Column("last_date", "Latest month searched"),
        ),
        note=(
            "Level of 2√(y + 3/8) without the events; p-values simulated under AR(1) noise "
            f"({breaks.replications} draws, seed {breaks.seed}). Bai–Perron dates; BIC finds too "
            f"many breaks in autocorrelated counts, LWZ is sparing. A regime needs "
            f"{100 * breaks.trimming:g} % of the months, so a change in the last months, as from "
            f"Operation 1027 on, cannot be found here. {UNDER_REPORTED}"
        ),
    )


def _regime_row(item: Regimes) -> dict[str, object]:
    sup, nearest = item.check.tests.tests[0], item.check.distances[0]
    return {
        "area": item.area.name,
        "area_label": item.area.label,
        "statistic": sup.statistic,
        "p_value": sup.p_value,
        "first_after": item.check.tests.first_after,
        "nearest": nearest.label,
        "months": nearest.months,
        "by_lwz": _dates(item.dates.table),
        "by_bic": _dates(item.check.dates.table),
        "regimes": "; ".join(f"{r.first} to {r.last}: {r.mean:.1f}" for r in item.stretches),
        "last_date": item.last_date,
        "rho": item.check.rho,
        "convention": item.check.convention,
    }


def _dates(table: pd.DataFrame) -> str:
    dated = [f"{row.first_after} ({row.lower} to {row.upper})" for row in table.itertuples()]
    return "; ".join(dated) or "none"


def regimes_sentence(opened: OpenSecurity) -> str:
    """Say in which areas a change of regime is found, and when."""
    parts = []
    for item in opened.regimes.values():
        sup = item.check.tests.tests[0]
        verdict = (
            f"a new regime from {item.check.tests.first_after} on"
            if item.check.tests.rejects
            else "no change of regime is found"
        )
        parts.append(f"{item.area.label}: {verdict} (sup-F p {say_p(sup.p_value)})")
    return f"Regimes: {'; '.join(parts)}."
