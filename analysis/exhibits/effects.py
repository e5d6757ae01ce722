"""Tables of the interval models: effects, what is not identified, influence, reports as fitted."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.steady import steady_values
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.table import Column, Table
from analysis.exhibits.zone_trade import expected_over_median
from analysis.models.interval_cumulative import cumulative_effect
from analysis.study import Intervention

INFLUENCE_ROWS = 3
COOK_DECIMALS = 6
CUMULATIVE_COLUMNS = (
    "outcome",
    "outcome_label",
    "name",
    "label",
    "first_month",
    "last_month",
    "total",
    "total_lower",
    "total_upper",
    "unit",
    "percent",
    "reason",
)
MODEL_COLUMNS = (
    "outcome",
    "outcome_label",
    "series",
    "observations",
    "left_out",
    "df_residual",
    "sigma",
    "rho",
    "tau",
    "convention",
)


def effects_table(opened: OpenStudy) -> Table:
    """Return each effect with its interval, or `not identified`."""
    frame = opened.effects
    return Table(
        name="effects",
        title="Effects on the daily flow",
        frame=frame,
        columns=(
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("start", "From"),
            Column("estimate", "Effect, %", "percent"),
            Column("lower", "Lower", "percent"),
            Column("upper", "Upper", "percent"),
            Column("df", "df", "1"),
            Column("verdict", "Identification"),
            Column("reports_before", "Reports before", "count"),
            Column("reports_after", "Reports after", "count"),
        ),
        note=(
            "Per cent change of the daily flow from the date on (trend: per cent a year), with "
            f"{100 * opened.study.level:g} % t intervals; the table of models has the conventions."
        ),
    )


def identification_table(opened: OpenStudy) -> Table:
    """Return what the reports cannot answer, or only weakly, and why."""
    frame = opened.effects
    frame = frame[frame["verdict"] != "identified"].reset_index(drop=True)
    return Table(
        name="identification",
        title="What the reports cannot tell, and why",
        frame=frame,
        columns=(
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("verdict", "Identification"),
            Column("reason", "Reason"),
            Column("vif", "Variance inflation", "1"),
            Column("confounded_with", "Moves with"),
        ),
        note=(
            "Weak: variance inflation above 10 among whitened sensitivities. Not identified: no "
            "number is given anywhere."
        ),
    )


def influence_table(opened: OpenStudy) -> Table:
    """Return, for each effect, the reports whose removal moves it most."""
    pieces = [_influence(opened, name) for name in opened.fits]
    frame = pd.concat(pieces, ignore_index=True)
    return Table(
        name="influence",
        title="The most influential reports",
        frame=frame,
        columns=(
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("report_id", "Report"),
            Column("estimate", "All reports, %", "percent"),
            Column("estimate_without", "Without it, %", "percent"),
            Column("cook", "Cook's distance", "2"),
        ),
        note=f"The {INFLUENCE_ROWS} largest changes of each effect; the noise parameters are held.",
    )


def fitted_reports_table(opened: OpenStudy) -> Table:
    """Return every observation that entered a model, beside its fitted value."""
    pieces = [
        fit.residuals.assign(outcome=name, outcome_label=opened.outcome(name).label)
        for name, fit in opened.fits.items()
    ]
    frame = pd.concat(pieces, ignore_index=True)
    return Table(
        name="fitted_reports",
        title="Reports beside the fitted model",
        frame=frame,
        columns=(
            Column("outcome_label", "Outcome"),
            Column("observation_id", "Observation"),
            Column("start", "From", "day"),
            Column("end", "To", "day"),
            Column("observed", "Observed", "significant"),
            Column("fitted", "Fitted", "significant"),
            Column("standardised", "Standardised residual", "2"),
        ),
        note="Levels: base unit a day. Growth: ratio to the same days of the year before.",
    )


def models_table(opened: OpenStudy) -> Table:
    """Return how each outcome was estimated: reports, noise, degrees of freedom, conventions."""
    rows = [_model(opened, name) for name in opened.fits]
    return Table(
        name="models",
        title="How each outcome was estimated",
        frame=pd.DataFrame(rows, columns=list(MODEL_COLUMNS)),
        columns=(
            Column("outcome_label", "Outcome"),
            Column("series", "Series"),
            Column("observations", "Observations", "count"),
            Column("left_out", "Left out", "count"),
            Column("df_residual", "Residual df", "count"),
            Column("sigma", "sigma", "3"),
            Column("rho", "rho", "2"),
            Column("tau", "tau", "3"),
            Column("convention", "Convention"),
        ),
        note=(
            "sigma: standard deviation of the monthly noise of the log flow. rho: its correlation "
            "from one month to the next. tau: disagreement between sources."
        ),
    )


def left_out_table(opened: OpenStudy) -> Table:
    """Return the observations of each outcome's series that its model does not use, and why."""
    pieces = [
        opened.left_out[outcome.name].assign(outcome_label=outcome.label)
        for outcome in opened.study.outcomes
    ]
    return Table(
        name="left_out",
        title="Observations that no model uses, and why",
        frame=pd.concat(pieces, ignore_index=True),
        columns=(
            Column("outcome_label", "Outcome"),
            Column("observation_id", "Observation"),
            Column("start", "From", "day"),
            Column("end", "To", "day"),
            Column("value", "Value", "significant"),
            Column("reason", "Reason"),
        ),
        note="Values in the base unit of the series (growth: ratio to the year before).",
    )


def cumulative_table(opened: OpenStudy) -> Table:
    """Return what each event changed in all, from its date to the last reported month."""
    rows = [
        _cumulative(opened, name, item)
        for name in opened.fits
        for item in opened.outcome(name).interventions
    ]
    return Table(
        name="cumulative",
        title="Cumulative effects, from each event to the last reported month",
        frame=pd.DataFrame(rows, columns=list(CUMULATIVE_COLUMNS)),
        columns=(
            Column("outcome_label", "Outcome"),
            Column("label", "Event"),
            Column("first_month", "From"),
            Column("last_month", "To"),
            Column("total", "Total", "significant"),
            Column("total_lower", "Lower", "significant"),
            Column("total_upper", "Upper", "significant"),
            Column("unit", "Unit"),
            Column("percent", "Total, %", "percent"),
            Column("reason", "If empty, why"),
        ),
        note=(
            "Expected flow less the expected flow without the event alone, other events as they "
            "were; intervals by the delta method. A total needs its own event identified."
        ),
    )


def _cumulative(opened: OpenStudy, name: str, item: Intervention) -> tuple[object, ...]:
    fit, outcome = opened.fits[name], opened.outcome(name)
    unit = opened.unit(outcome.series)
    effect, months = fit.effect(item.name), fit.curve("fitted")["month"]
    if months.empty:
        reason = effect.reason or "the flow of no month is known to within a factor of ten"
        where = (name, outcome.label, item.name, item.label, "", "")
        return (*where, None, None, None, unit, None, reason)
    first, last = max(f"{item.start:%Y-%m}", str(months.min())), str(months.max())
    where = (name, outcome.label, item.name, item.label, first, last)
    if effect.verdict == "not identified" or last < first:
        reason = effect.reason or f"the reports end in {last}"
        return (*where, None, None, None, unit, None, reason)
    found = cumulative_effect(fit, first, last, (item.name,))
    totals = (found.total, found.total_lower, found.total_upper)
    return (
        *where,
        *(None if total is None else total * expected_over_median(fit) for total in totals),
        unit,
        found.percent,
        found.reason,
    )


def _model(opened: OpenStudy, name: str) -> tuple[object, ...]:
    fit, outcome = opened.fits[name], opened.outcome(name)
    left_out = len(opened.left_out[outcome.name])
    noise = (fit.sigma, fit.rho, fit.tau)
    what = (name, outcome.label, outcome.series, fit.reports, left_out, fit.df_residual)
    return (*what, *noise, "; ".join([fit.convention, *fit.notes]))


def _influence(opened: OpenStudy, name: str) -> pd.DataFrame:
    fit = opened.fits[name]
    labels = {effect.name: effect.label for effect in fit.effects if effect.shape != "trend"}
    rows = fit.influence[fit.influence["name"].isin(labels)]
    # A difference of two equal numbers is rounding noise, which no number of digits steadies.
    without, cook = steady_values(rows["estimate_without"]), rows["cook"].round(COOK_DECIMALS)
    change = steady_values(without - steady_values(rows["estimate"]))
    rows = rows.assign(estimate_without=without, change=change, cook=cook)
    order = rows.assign(size=change.abs()).sort_values(
        ["name", "size", "report_id"], ascending=[True, False, True]
    )
    top = order.groupby("name", sort=False).head(INFLUENCE_ROWS).drop(columns="size")
    return top.assign(
        outcome=name, outcome_label=opened.outcome(name).label, label=top["name"].map(labels)
    )


def finding_sentences(opened: OpenStudy) -> list[str]:
    """Return one sentence an effect, in the words of the fit, under its outcome's label."""
    return [
        f"{opened.outcome(name).label}. {effect.sentence}"
        for name, fit in opened.fits.items()
        for effect in fit.effects
        if effect.shape != "trend"
    ]
