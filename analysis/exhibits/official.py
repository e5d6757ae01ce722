"""Official months beside the press: what the reports alone would have said of the same months."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.errors import ModelError
from analysis.exhibits.study_results import OFFICIAL, OpenStudy
from analysis.exhibits.table import Column, Table
from analysis.models.design import design_of
from analysis.models.regular_series import regular_series
from analysis.models.side_by_side import CONVENTION, Pair, SideBySide, side_by_side
from analysis.study import Outcome

COLUMNS: Final = (
    *("outcome", "outcome_label", "series", "first_month", "last_month", "months", "reports"),
    *("name", "label", "shape", "start", "unit", "months_estimate", "months_lower"),
    *("months_upper", "reports_estimate", "reports_lower", "reports_upper", "gap_log"),
    *("gap_in_errors", "width_ratio", "covered", "verdict", "reason", "convention"),
)
NO_DATA: Final = "no data"
HOW: Final = (
    "no official month is at hand: python -m analysis import-customs FILE, then python -m analysis "
    "adopt"
)
NO_COUNTERPART: Final = (
    "No outcome of this study has a monthly counterpart in China's customs statistics, which know "
    "countries and no ports."
)


def official_table(opened: OpenStudy) -> Table:
    """Return each effect from official months and from the reports alone, over the same months."""
    outcomes = [item for item in opened.study.outcomes if item.series in OFFICIAL]
    rows = [row for outcome in outcomes for row in _rows(opened, outcome)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Table(
        name="official",
        title="Official months and the reports of the press, side by side",
        frame=frame,
        columns=(
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("start", "From"),
            Column("months_estimate", "Months, %", "percent"),
            Column("months_lower", "Months, lower", "percent"),
            Column("months_upper", "Months, upper", "percent"),
            Column("reports_estimate", "Reports, %", "percent"),
            Column("reports_lower", "Reports, lower", "percent"),
            Column("reports_upper", "Reports, upper", "percent"),
            Column("gap_in_errors", "Gap in standard errors", "1"),
            Column("width_ratio", "Interval, times as wide", "1"),
            Column("covered", "Reports cover months"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
        ),
        note=NO_COUNTERPART if frame.empty else _note(opened.study.level),
    )


def _note(level: float) -> str:
    return (
        "Months: regular model on official trade by month, the values that were adopted into "
        "data_raw. Reports: interval model on published figures inside the same months. Per cent "
        f"change of the flow a day, {100 * level:g} % t intervals. Gap: reports less months on the "
        "log scale, over the standard error of the reports."
    )


def _rows(opened: OpenStudy, outcome: Outcome) -> list[dict[str, object]]:
    about: dict[str, object] = {
        "outcome": outcome.name,
        "outcome_label": outcome.label,
        "series": OFFICIAL[outcome.series],
    }
    months = opened.official[opened.official["series"] == OFFICIAL[outcome.series]]
    if months.empty:
        return [about | {"verdict": NO_DATA, "reason": HOW}]
    try:
        both = _both(opened, outcome, months)
    except ModelError as error:
        return [about | {"verdict": NO_DATA, "reason": error.problem}]
    return [about | _span(both) | _numbers(pair) for pair in both.pairs]


def _both(opened: OpenStudy, outcome: Outcome, months: pd.DataFrame) -> SideBySide:
    unit = str(months["unit"].iloc[0])
    return side_by_side(
        regular_series(months, name=outcome.name, label=outcome.label, unit=unit),
        opened.used[outcome.name],
        design_of(outcome),
        rho=outcome.rho,
        level=opened.study.level,
    )


def _span(both: SideBySide) -> dict[str, object]:
    return {
        "first_month": both.spec.start,
        "last_month": both.spec.end,
        "months": len(both.regular.series),
        "reports": both.interval.reports,
        "convention": CONVENTION,
    }


def _numbers(pair: Pair) -> dict[str, object]:
    found = {
        f"{side}_{key}": getattr(effect, key)
        for side, effect in (("months", pair.regular), ("reports", pair.interval))
        for key in ("estimate", "lower", "upper")
    }
    words = {name: getattr(pair, name) for name in ("name", "label", "shape", "start")}
    covered = "" if pair.covered is None else "yes" if pair.covered else "no"
    gaps = {name: getattr(pair, name) for name in ("gap_log", "gap_in_errors", "width_ratio")}
    verdict, reason = _verdict(pair)
    found |= {"unit": pair.regular.unit, "covered": covered, "verdict": verdict, "reason": reason}
    return words | found | gaps


def _verdict(pair: Pair) -> tuple[str, str]:
    """Return the weaker verdict of the two, with whose it is."""
    for side, effect in (("reports", pair.interval), ("months", pair.regular)):
        if effect.verdict != "identified":
            return effect.verdict, f"{side}: {effect.reason}"
    return "identified", ""
