"""Tables of the group beside all other countries by year."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.holm import holm
from analysis.exhibits.table import Column, Table
from analysis.exhibits.yearly_fits import AVERAGE, TERM, YearlyFit

COLUMNS: Final = (
    *("outcome", "label", "unit", "method", "estimate", "error", "lower", "upper", "p_value"),
    *(
        "adjusted_p",
        "smallest_p",
        "least",
        "trusted",
        "reason",
        "convention",
        "countries",
        "dropped",
    ),
)
STUDY_COLUMNS: Final = (
    *("outcome", "label", "unit", "estimate", "p_groups", "pre_p_groups", "pre_p_wald"),
    *("slope_80", "bias_80", "verdict", "reason", "convention"),
)
LABELS: Final = {
    "clustered": "clustered by country (CR1)",
    "cr2": "CR2, Satterthwaite",
    "wild_cluster": "wild cluster bootstrap, restricted",
}
FEW: Final = "{group} of {clusters} clusters are treated: "
REASONS: Final = {
    "clustered": FEW + "errors too small",
    "cr2": FEW + "intervals too wide",
    "wild_cluster": FEW + "rejects too rarely",
}


def yearly_table(opened: OpenPanels) -> Table:
    """Return two-way effects of the group from the start year on, by way of inference."""
    rows = [row for name, fit in opened.years.items() for row in _rows(name, fit, opened)]
    adjusted = _adjusted(opened)
    for row in rows:
        row["adjusted_p"] = adjusted.get(str(row["outcome"])) if row["trusted"] == "yes" else None
    return Table(
        name="yearly_panels",
        title=f"{_group(opened)} beside other countries, from {opened.settings.years.start} on",
        frame=pd.DataFrame(rows, columns=list(COLUMNS)),
        columns=(
            Column("label", "Outcome"),
            Column("method", "Inference"),
            Column("estimate", "Difference", "1"),
            Column("error", "Std. error", "1"),
            Column("lower", "Lower", "1"),
            Column("upper", "Upper", "1"),
            Column("unit", "Unit"),
            Column("p_value", "p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("least", "Smallest p"),
            Column("trusted", "To be trusted"),
            Column("reason", "Reason"),
        ),
        note=f"{yearly_sentence(opened)} {_note(opened)}",
    )


def yearly_study_table(opened: OpenPanels) -> Table:
    """Return the event study of each outcome: years before, average after, and refusals."""
    rows = [_study(name, fit, opened) for name, fit in opened.years.items()]
    return Table(
        name="yearly_event_study",
        title=f"Event study around {opened.settings.years.start}: is there anything to interpret?",
        frame=pd.DataFrame(rows, columns=list(STUDY_COLUMNS)),
        columns=(
            Column("label", "Outcome"),
            Column("estimate", "Average from the start on", "1"),
            Column("unit", "Unit"),
            Column("p_groups", "p, groups with borders", "3"),
            Column("pre_p_groups", "p of years before, groups", "3"),
            Column("pre_p_wald", "p of years before, Wald", "3"),
            Column("slope_80", "Slope found 4 times in 5", "1"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
        ),
        note=_study_note(opened),
    )


def yearly_sentence(opened: OpenPanels) -> str:
    """Say by outcome what the trusted inference finds."""
    parts = []
    for fit in opened.years.values():
        estimate = f"{fit.fits['clustered'].coefficient(TERM).estimate:+.1f}".replace("-", "−")
        verdict, reason = study_verdict(fit, opened)
        p_value = fit.contiguous.p_value(AVERAGE) if fit.contiguous else fit.everyone.p_value
        said = f" ({reason})" if reason and verdict == "not identified" else ""
        parts.append(
            f"{fit.outcome.label}: {estimate} {fit.outcome.unit} (p {p_value:.3f} among groups of "
            f"countries, {verdict}{said})."
        )
    return " ".join(parts)


def _adjusted(opened: OpenPanels) -> dict[str, float]:
    """Return the trusted p-values, adjusted by Holm over the outcomes."""
    p_values = {
        name: fit.contiguous.p_value(AVERAGE)
        for name, fit in opened.years.items()
        if fit.contiguous
    }
    return holm(p_values)


def study_verdict(fit: YearlyFit, opened: OpenPanels) -> tuple[str, str]:
    """Return whether the years before let the difference be read, and why not more."""
    if fit.contiguous is None:
        return "not identified", fit.reference.reason
    alpha = 1 - opened.settings.level
    before = fit.contiguous.joint_p_value(fit.years_before)
    if before <= alpha:
        return "not identified", f"the paths already differed before (p {before:.3f})"
    return "weak", (
        "one start year that all countries share, one cohort: a difference from other countries, "
        "not the effect of a mechanism"
    )


def _rows(name: str, fit: YearlyFit, opened: OpenPanels) -> list[dict[str, object]]:
    clusters = fit.panel["iso3"].nunique()
    head: dict[str, object] = {
        "outcome": name,
        "label": fit.outcome.label,
        "unit": fit.outcome.unit,
        "countries": clusters,
        "dropped": fit.dropped,
    }
    rows = []
    for kind, panel_fit in fit.fits.items():
        found = panel_fit.coefficient(TERM)
        rows.append(
            head
            | {
                "method": LABELS[kind],
                "estimate": found.estimate,
                "error": found.standard_error,
                "lower": found.lower,
                "upper": found.upper,
                "p_value": found.p_value,
                "trusted": "no",
                "reason": REASONS[kind].format(group=len(fit.members), clusters=clusters),
                "convention": panel_fit.convention,
            }
        )
    return [*rows, head | _everyone(fit), head | _contiguous(fit), head | _alone(fit, opened)]


def _everyone(fit: YearlyFit) -> dict[str, object]:
    test = fit.everyone
    count = len(test.null) + (not test.exact)
    return {
        "method": "randomisation, any countries",
        "estimate": test.estimate,
        "p_value": test.p_value,
        "smallest_p": 1 / count,
        "least": f"1/{count}",
        "trusted": "yes, if shocks are not regional",
        "reason": "neighbours share shocks",
        "convention": "studentised difference of changes, two-sided, no standard error",
    }


def _contiguous(fit: YearlyFit) -> dict[str, object]:
    row: dict[str, object] = {"method": f"randomisation, groups {fit.reference.label}"}
    if fit.contiguous is None:
        return row | {"trusted": "not identified", "reason": fit.reference.reason}
    count = len(fit.contiguous.null) + (not fit.contiguous.exact)
    own = fit.contiguous.names.index(AVERAGE)
    return row | {
        "estimate": float(fit.contiguous.observed[own]),
        "p_value": fit.contiguous.p_value(AVERAGE),
        "smallest_p": fit.contiguous.smallest_p,
        "least": f"1/{count}",
        "trusted": "yes",
        "reason": "groups of neighbours share shocks as the group does",
        "convention": "distance from the median of the groups, two-sided, no standard error",
    }


def _alone(fit: YearlyFit, opened: OpenPanels) -> dict[str, object]:
    return {
        "method": "within the group alone",
        "trusted": "not identified",
        "reason": (
            f"all {len(opened.settings.group)} start in the same year, which the year effects take"
            if fit.alone
            else ""
        ),
        "convention": fit.alone,
    }


def _study(name: str, fit: YearlyFit, opened: OpenPanels) -> dict[str, object]:
    verdict, reason = study_verdict(fit, opened)
    groups = fit.contiguous
    return {
        "outcome": name,
        "label": fit.outcome.label,
        "unit": fit.outcome.unit,
        "estimate": fit.study.overall.estimate,
        "p_groups": _late_p(fit) if groups else None,
        "pre_p_groups": groups.joint_p_value(fit.years_before) if groups else None,
        "pre_p_wald": fit.pre_trends.p_value,
        "slope_80": fit.pre_trends.slope_80,
        "bias_80": fit.pre_trends.bias_80,
        "verdict": verdict,
        "reason": reason,
        "convention": fit.study.convention,
    }


def _late_p(fit: YearlyFit) -> float | None:
    """Return the p-value of the years from the start on, all at once, among groups."""
    if fit.contiguous is None:
        return None
    late = [year for year in fit.contiguous.names if year not in (AVERAGE, *fit.years_before)]
    return fit.contiguous.joint_p_value(late)


def _group(opened: OpenPanels) -> str:
    label = opened.settings.group_label
    return label[0].upper() + label[1:]


def _note(opened: OpenPanels) -> str:
    years = opened.settings.years
    kept = "; ".join(
        f"{fit.outcome.label} {fit.panel['iso3'].nunique()} countries, {fit.dropped} left out"
        for fit in opened.years.values()
    )
    return (
        f"Two-way effects (country and year), {years.first} to {years.last}, countries with a "
        f"value in every year ({kept}). Difference: change of the group from {years.start} on less "
        f"that of the others. {100 * opened.settings.level:g} % intervals; each row's convention "
        "stands in the data of the table. The year is that of the pandemic, which all countries "
        "met: a difference, not the effect of a mechanism. Holm's p allows for the outcomes of the "
        "table. Log points: 100 times the natural logarithm of current USD."
    )


def _study_note(opened: OpenPanels) -> str:
    refused = {text for fit in opened.years.values() for text in fit.single.values() if text}
    count = int(np.median([len(fit.single) for fit in opened.years.values()]))
    alone = f"Each of the {count} countries alone: {'; '.join(sorted(refused))}." if refused else ""
    return (
        f"Years are compared with {opened.settings.years.start - 1}, two-way fixed effects; with "
        "one cohort the estimators for staggered adoption coincide. p among all groups joined by "
        "land borders: root mean squared distance from the median group over the years after, or "
        "before. The Wald test leans on clustered errors that are too small with so few treated "
        "countries; it is shown, not used. Slope: a trend, in units a year, that the Wald test "
        f"would find four times in five. {alone}"
    )
