"""One table of findings across the studies: estimate, identification, robustness, data behind."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from analysis.exhibits.robustness import MARKS
from analysis.exhibits.steady import steady
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.synthesis_results import OpenSynthesis
from analysis.exhibits.table import Column, Table
from analysis.models.interval_findings import Effect

PUBLISHED: Final = "published"
MONTHLY: Final = "monthly"
COLUMNS: Final = (
    *("study", "study_title", "kind", "outcome", "outcome_label", "event", "label", "start"),
    *("estimate", "lower", "upper", "unit", "verdict", "reason"),
    *("agreeing", "specifications", "share_agreeing", "holds", "fails", "cannot_say"),
    *("robustness", "series", "reports_before", "reports_after", "reports"),
)
NUMBERS: Final = ("estimate", "lower", "upper", "share_agreeing")
COUNTS: Final = (
    *("agreeing", "specifications", "holds", "fails", "cannot_say"),
    *("reports_before", "reports_after", "reports"),
)
NOT_RUN: Final = "not run: the outcome is in the tables only"


def findings_table(opened: OpenSynthesis) -> Table:
    """Return every finding of every study; `not identified` has a reason and no number."""
    frame = findings(opened)
    levels = sorted({f"{100 * item.study.level:g}" for item in opened.studies.values()})
    return Table(
        name="findings",
        title="Findings across studies",
        frame=frame,
        columns=(
            Column("study_title", "Study"),
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("start", "From"),
            Column("estimate", "Estimate", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("unit", "Unit"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
            Column("robustness", "Robustness"),
            Column("series", "Series"),
            Column("reports", "Figures used", "count"),
        ),
        note=(
            f"Intervals of {', '.join(levels)} %. Robustness of published series: share of all "
            "specifications that identify the effect, give it the sign of the main one and agree "
            "on whether the interval holds zero. Of monthly series: number of checks that hold. "
            "Figures used: observations of the model, or months. A change at a date is not yet an "
            "effect of the event."
        ),
    )


def findings_counts_table(opened: OpenSynthesis) -> Table:
    """Return how many effects each study could identify and how many stand firm."""
    frame = findings(opened)
    rows = []
    for (title, kind), mine in frame.groupby(["study_title", "kind"], sort=False):
        known = mine[mine["verdict"] == "identified"]
        clear = known[(known["lower"] > 0) | (known["upper"] < 0)]
        rows.append(
            {
                "study_title": title,
                "kind": f"{kind} series",
                "effects": len(mine),
                "identified": len(known),
                "weak": int((mine["verdict"] == "weak").sum()),
                "not_identified": int((mine["verdict"] == "not identified").sum()),
                "clear": len(clear),
                "firm": int(_firm(clear).sum()),
            }
        )
    return Table(
        name="findings_counts",
        title="How much could be found out",
        frame=pd.DataFrame(rows),
        columns=(
            Column("study_title", "Study"),
            Column("kind", "Series"),
            Column("effects", "Effects asked", "count"),
            Column("identified", "Identified", "count"),
            Column("weak", "Weakly", "count"),
            Column("not_identified", "Not identified", "count"),
            Column("clear", "Identified, interval without zero", "count"),
            Column("firm", "Of these robust", "count"),
        ),
        note=(
            "Robust: more than half of the specifications agree (published series); more checks "
            "hold than fail (monthly series)."
        ),
    )


def _firm(rows: pd.DataFrame) -> pd.Series[bool]:
    published = (rows["kind"] == PUBLISHED) & (2 * rows["agreeing"] > rows["specifications"])
    return published.fillna(value=False) | (
        (rows["kind"] == MONTHLY) & (rows["holds"] > rows["fails"]).fillna(value=False)
    )


def findings(opened: OpenSynthesis) -> pd.DataFrame:
    """Return one row an effect, columns `COLUMNS`; trends are no findings."""
    rows = [
        row
        for name, item in opened.studies.items()
        for row in (*_published(opened, name, item), *_monthly(opened, name, item))
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.astype(dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(COUNTS, "Int64"))
    return steady(frame)


def _published(opened: OpenSynthesis, name: str, item: OpenStudy) -> list[dict[str, object]]:
    specifications = opened.robustness[name].specifications
    summary = opened.robustness[name].summary.set_index(["outcome", "name"])
    rows = []
    for outcome, fit in item.fits.items():
        for effect in (found for found in fit.effects if found.shape != "trend"):
            row = _row(item, PUBLISHED, outcome, item.outcome(outcome).label, effect)
            row |= {"series": item.outcome(outcome).series, "reports": fit.reports}
            if (outcome, effect.name) in summary.index:
                share: Any = summary.loc[(outcome, effect.name), "share_agreeing"]
                same = specifications["outcome"] == outcome
                row |= _share(share, int((same & (specifications["name"] == effect.name)).sum()))
            rows.append(row)
    return rows


def _share(share: float | None, specifications: int) -> dict[str, object]:
    if share is None or pd.isna(share):
        return {"robustness": "no main estimate to agree with", "specifications": specifications}
    agreeing = round(share * specifications)
    return {
        "share_agreeing": 100 * share,
        "agreeing": agreeing,
        "specifications": specifications,
        "robustness": f"{agreeing} of {specifications} specifications agree",
    }


def _monthly(opened: OpenSynthesis, name: str, item: OpenStudy) -> list[dict[str, object]]:
    checks = opened.robustness[name].checks
    series = {outcome.name: outcome.series for outcome in item.study.monthly}
    rows = []
    for outcome, fit in item.monthly_fits.items():
        for effect in (found for found in fit.effects if found.shape != "trend"):
            row = _row(item, MONTHLY, outcome, fit.series.label, effect)
            mine = checks[(checks["outcome"] == outcome) & (checks["effect"] == effect.name)]
            held, fails, open_ = (int((mine["holds"] == mark).sum()) for mark in MARKS)
            row |= {"holds": held, "fails": fails, "cannot_say": open_}
            told = f"{held} of {held + fails} checks hold; {open_} cannot say"
            rows.append(
                row | {"robustness": told, "series": series[outcome], "reports": len(fit.series)}
            )
    return rows


def _row(
    item: OpenStudy, kind: str, outcome: str, outcome_label: str, effect: Effect
) -> dict[str, object]:
    keys = ("estimate", "lower", "upper", "verdict", "reason", "reports_before", "reports_after")
    return {
        "study": item.study.name,
        "study_title": item.study.title.split(":")[0],
        "kind": kind,
        "outcome": outcome,
        "outcome_label": outcome_label,
        "event": effect.name,
        "label": effect.label,
        "start": effect.start,
        "unit": effect.unit,
        "robustness": NOT_RUN,
        **{key: getattr(effect, key) for key in keys},
    }
