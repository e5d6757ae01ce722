"""Monthly series around the events of a study: effects, models, diagnostics, breaks."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.monthly_fits import fit_controlled
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.table import Column, Table
from analysis.inference.multiplicity import adjust
from analysis.models.break_agnostic import AgnosticCheck, agnostic_check
from analysis.models.interval_findings import Effect
from analysis.models.its_diagnostics import diagnose
from analysis.models.regular_series import RegularSeries

EFFECT_COLUMNS: Final = (
    *("outcome", "outcome_label", "name", "label", "shape", "start", "unit"),
    *("estimate", "lower", "upper", "p_value", "adjusted_p", "df", "verdict", "reason"),
    *("values_before", "values_after", "sentence"),
)
MODEL_COLUMNS: Final = (
    *("outcome", "outcome_label", "series", "unit", "first_month", "last_month", "values"),
    *("estimator", "rho", "dispersion", "convention", "notes"),
)
DIAGNOSTIC_COLUMNS: Final = (
    *("outcome", "outcome_label", "test", "statistic", "df", "p_value", "convention", "reading"),
)
BREAK_COLUMNS: Final = (
    *("outcome", "outcome_label", "statistic", "p_value", "first_after", "breaks", "rho"),
    *("sentence", "convention"),
)
CONTROLLED_COLUMNS: Final = (
    *("outcome", "outcome_label", "controls", "name", "label", "shape", "start", "unit"),
    *("estimate", "lower", "upper", "p_value", "df", "verdict", "reason", "convention"),
)
NONE: Final = "The study file names no monthly series."


def monthly_effects_table(opened: OpenStudy) -> Table:
    """Return the effect of each event on each monthly series, with p-values adjusted by Holm."""
    frame = _with_adjusted(_effects(opened))
    return Table(
        name="monthly_effects",
        title="Monthly series: change at the events",
        frame=frame,
        columns=(
            Column("outcome_label", "Series"),
            Column("label", "Event"),
            Column("shape", "Shape"),
            Column("start", "From"),
            Column("estimate", "Change", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("unit", "Unit"),
            Column("p_value", "p", "3"),
            Column("adjusted_p", "p (Holm)", "3"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
        ),
        note=NONE
        if frame.empty
        else (
            f"{100 * opened.study.level:g} % intervals; Holm's p allows for all effects of this "
            "table together. A change at a date is not yet an effect of the event: see the "
            "diagnostics, the break dates and the robustness notebook."
        ),
    )


def monthly_controlled_table(opened: OpenStudy) -> Table:
    """Return what each monthly series did beyond its comparison series."""
    fits = {
        item.name: fit_controlled(item, opened.context, opened.study.level)
        for item in opened.study.monthly
        if item.controls
    }
    rows = [
        (name, fit.treated.label, fit.controls, effect, fit.convention)
        for name, fit in fits.items()
        for effect in fit.effects
        if effect.shape != "trend"
    ]
    frame = pd.DataFrame([_beyond(*row) for row in rows], columns=list(CONTROLLED_COLUMNS))
    return Table(
        name="monthly_controlled",
        title="Monthly series: change beyond the comparison series (controlled ITS)",
        frame=frame,
        columns=(
            Column("outcome_label", "Series"),
            Column("controls", "Compared with"),
            Column("label", "Event"),
            Column("start", "From"),
            Column("estimate", "Change beyond", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("unit", "Unit"),
            Column("p_value", "p", "3"),
            Column("verdict", "Identification"),
        ),
        note="The study file names no comparison series."
        if frame.empty
        else (
            "Level, trend and season of its own for each series; the noise of different series "
            "counts as independent, so that common shocks make these intervals too narrow."
        ),
    )


def _beyond(
    name: str, label: str, controls: tuple[RegularSeries, ...], effect: Effect, convention: str
) -> dict[str, object]:
    found = {key: getattr(effect, key) for key in CONTROLLED_COLUMNS if hasattr(effect, key)}
    about = {"outcome": name, "outcome_label": label, "convention": convention}
    return found | about | {"controls": ", ".join(item.label for item in controls)}


def monthly_models_table(opened: OpenStudy) -> Table:
    """Return how each monthly series was estimated."""
    rows = [_model(opened, name) for name in opened.monthly_fits]
    frame = pd.DataFrame(rows, columns=list(MODEL_COLUMNS))
    return Table(
        name="monthly_models",
        title="Monthly series: models and conventions",
        frame=frame,
        columns=(
            Column("outcome_label", "Series"),
            Column("first_month", "From"),
            Column("last_month", "To"),
            Column("values", "Months", "count"),
            Column("estimator", "Estimator"),
            Column("rho", "Rho", "2"),
            Column("dispersion", "Dispersion", "2"),
            Column("convention", "Convention"),
            Column("notes", "Notes"),
        ),
        note=NONE if frame.empty else "Months without a value are left out, never filled in.",
    )


def monthly_diagnostics_table(opened: OpenStudy) -> Table:
    """Return the tests of the residuals and of stationarity of each monthly series."""
    pieces = [
        diagnose(fit).table.assign(outcome=name, outcome_label=fit.series.label)
        for name, fit in opened.monthly_fits.items()
    ]
    frame = _stacked(pieces, DIAGNOSTIC_COLUMNS)
    return Table(
        name="monthly_diagnostics",
        title="Monthly series: diagnostics",
        frame=frame,
        columns=(
            Column("outcome_label", "Series"),
            Column("test", "Test"),
            Column("statistic", "Statistic", "2"),
            Column("df", "df", "count"),
            Column("p_value", "p", "3"),
            Column("reading", "Reading at 5 %"),
        ),
        note=NONE
        if frame.empty
        else "The conventions of each test stand in the data of the table.",
    )


def monthly_breaks_table(opened: OpenStudy) -> Table:
    """Return where each monthly series would put a break if nobody had told it a date."""
    rows = [
        _break(name, fit.series.label, agnostic_check(fit))
        for name, fit in opened.monthly_fits.items()
    ]
    frame = pd.DataFrame(rows, columns=list(BREAK_COLUMNS))
    return Table(
        name="monthly_breaks",
        title="Monthly series: breaks at unknown dates beside the dated events",
        frame=frame,
        columns=(
            Column("outcome_label", "Series"),
            Column("statistic", "sup-F", "1"),
            Column("p_value", "p", "3"),
            Column("first_after", "First month after"),
            Column("breaks", "Bai–Perron (BIC)"),
            Column("sentence", "Finding"),
        ),
        note=NONE if frame.empty else "Models without interventions; p-values under AR(1) noise.",
    )


def _effects(opened: OpenStudy) -> pd.DataFrame:
    rows = [
        {
            **{key: getattr(effect, key) for key in EFFECT_COLUMNS if hasattr(effect, key)},
            "outcome": name,
            "outcome_label": fit.series.label,
            "values_before": effect.reports_before,
            "values_after": effect.reports_after,
        }
        for name, fit in opened.monthly_fits.items()
        for effect in fit.effects
    ]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _with_adjusted(frame: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p-values of the interventions together; a trend is no hypothesis here."""
    tested = frame[(frame["shape"] != "trend") & frame["p_value"].notna()]
    if tested.empty:
        return frame
    keys = tested["outcome"] + "/" + tested["name"]
    p_values = dict(zip(keys, tested["p_value"].astype(float), strict=True))
    found = adjust(p_values, "holm").table.set_index("name")["adjusted"]
    every = frame["outcome"] + "/" + frame["name"]
    return frame.assign(adjusted_p=every.map(found).where(every.isin(keys)))


def _model(opened: OpenStudy, name: str) -> dict[str, object]:
    fit = opened.monthly_fits[name]
    outcome = next(item for item in opened.study.monthly if item.name == name)
    return {
        "outcome": name,
        "outcome_label": fit.series.label,
        "series": outcome.series,
        "unit": fit.series.unit,
        "first_month": fit.series.months[0],
        "last_month": fit.series.months[-1],
        "values": len(fit.series),
        "estimator": fit.estimator,
        "rho": fit.rho,
        "dispersion": fit.dispersion,
        "convention": fit.convention,
        "notes": "; ".join(fit.notes),
    }


def _break(name: str, label: str, check: AgnosticCheck) -> dict[str, object]:
    sup = check.tests.tests[0]
    return {
        "outcome": name,
        "outcome_label": label,
        "statistic": sup.statistic,
        "p_value": sup.p_value,
        "first_after": check.tests.first_after,
        "breaks": ", ".join(item.first_after for item in check.dates.breaks) or "none",
        "rho": check.rho,
        "sentence": check.sentence,
        "convention": check.convention,
    }


def _stacked(pieces: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    frames = [piece[list(columns)] for piece in pieces]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))
