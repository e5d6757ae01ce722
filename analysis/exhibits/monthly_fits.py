"""From a monthly series of a study file to its fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.its_controlled import ControlledFit, fit_controlled_its
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries, regular_series
from analysis.study import MonthlyOutcome


def fit_monthly(outcome: MonthlyOutcome, context: pd.DataFrame, level: float) -> ItsFit:
    """Estimate one monthly series around the events of its study.

    Parameters
    ----------
    context
        Monthly series in long form: series, month, value, unit.

    Raises
    ------
    ModelError
        See `analysis.models.interrupted_series.fit_its`.
    """
    return fit_its(monthly_series(outcome, context), spec_of(outcome), options_of(outcome, level))


def monthly_series(outcome: MonthlyOutcome, context: pd.DataFrame) -> RegularSeries:
    """Return the values of a monthly series, or their growth, for all months that have one."""
    rows = context[context["series"] == outcome.series].dropna(subset=["value"])
    unit = str(rows["unit"].iloc[0])
    if outcome.measure == "growth":
        rows, unit = monthly_growth(rows), "per cent a month"
    return regular_series(rows, name=outcome.name, label=outcome.label, unit=unit)


def control_series(outcome: MonthlyOutcome, context: pd.DataFrame) -> tuple[RegularSeries, ...]:
    """Return the comparison series of a monthly series, measured as it is."""
    return tuple(
        monthly_series(replace(outcome, name=key, label=key, series=key), context)
        for key in outcome.controls
    )


def fit_controlled(outcome: MonthlyOutcome, context: pd.DataFrame, level: float) -> ControlledFit:
    """Estimate what a monthly series did beyond its comparison series.

    Raises
    ------
    ModelError
        See `analysis.models.its_controlled.fit_controlled_its`.
    """
    return fit_controlled_its(
        monthly_series(outcome, context),
        control_series(outcome, context),
        spec_of(outcome),
        options_of(outcome, level),
    )


def monthly_growth(rows: pd.DataFrame) -> pd.DataFrame:
    """Return 100 times the change of the logarithm, where the month before is there too."""
    ordered = rows.sort_values("month")
    months = ordered["month"].dt.year * 12 + ordered["month"].dt.month
    growth = 100 * np.log(ordered["value"]).diff()
    changes: pd.DataFrame = ordered.assign(value=growth)[(months.diff() == 1).to_numpy()]
    return changes


def spec_of(outcome: MonthlyOutcome) -> DesignSpec:
    """Return the design that the study file asks for."""
    return DesignSpec(
        start=outcome.start,
        end=outcome.end,
        trend=outcome.trend,
        seasonality=outcome.seasonality,
        interventions=outcome.interventions,
    )


def options_of(outcome: MonthlyOutcome, level: float) -> ItsOptions:
    """Return the estimator that the study file asks for."""
    return ItsOptions(
        estimator=outcome.estimator,
        covariance=outcome.covariance,
        link=outcome.link,
        level=level,
    )
