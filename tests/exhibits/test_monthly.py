"""Monthly series and policy around events: growth, effects with adjusted p-values, breaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.monthly import (
    monthly_breaks_table,
    monthly_controlled_table,
    monthly_diagnostics_table,
    monthly_effects_table,
    monthly_models_table,
)
from analysis.exhibits.monthly_figure import monthly_figure
from analysis.exhibits.monthly_fits import fit_monthly, monthly_growth
from analysis.exhibits.policy import MONTHS_AROUND, policy_figure, policy_table
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.study import MonthlyOutcome, PolicyView
from exhibits.made import CLOSURE, RATE, made_study

OUTCOME = MonthlyOutcome(
    name="rate",
    label="Rate",
    series=RATE,
    measure="value",
    start="2016-01",
    end="2022-12",
    trend="none",
    seasonality="none",
    estimator="ols",
    covariance="newey_west",
    link="log",
    interventions=(CLOSURE,),
)
MONTHS = pd.date_range("2016-01-01", "2022-12-01", freq="MS")


def context(drop: float = 0.5) -> pd.DataFrame:
    noise = np.random.default_rng(20200701).normal(scale=0.02, size=len(MONTHS))
    level = np.where(pd.Timestamp(CLOSURE.start) <= MONTHS, drop, 1.0) * 100
    values = level * np.exp(noise)
    return pd.DataFrame({"series": RATE, "month": MONTHS, "value": values, "unit": "per USD"})


def policy() -> pd.DataFrame:
    rows = [
        (unit, month, "stringency", base + (10 if month >= pd.Timestamp("2020-07-01") else 0))
        for unit, base in (("CHN", 40.0), ("LAO", 20.0))
        for month in pd.date_range("2020-01-01", "2021-06-01", freq="MS")
    ]
    return pd.DataFrame(rows, columns=["unit", "month", "index", "value"])


@pytest.fixture(scope="module")
def opened():
    made = made_study()
    second = replace(
        OUTCOME, name="again", label="Again", estimator="gls_ar1_reml", covariance="model"
    )
    view = PolicyView(("CHN", "LAO"), ("stringency",))
    study = replace(made.study, monthly=(OUTCOME, second), policy=view)
    return replace(made, study=study, context=context(), policy=policy())


def test_growth_is_between_neighbouring_months_only():
    rows = context().drop(index=[10, 40]).sample(frac=1, random_state=1)
    found = monthly_growth(rows)
    values = context().set_index("month")["value"]
    assert len(found) == len(MONTHS) - 1 - 2 * 2
    for row in found.itertuples():
        before = values[row.month - pd.DateOffset(months=1)]
        assert row.value == pytest.approx(100 * np.log(values[row.month] / before))


def test_the_fit_is_that_of_the_estimator_the_file_names():
    fit = fit_monthly(OUTCOME, context(), 0.9)
    direct = fit_its(
        fit.series, fit.spec, ItsOptions(estimator="ols", covariance="newey_west", level=0.9)
    )
    assert fit.effect("closure").estimate == pytest.approx(direct.effect("closure").estimate)
    assert fit.options.level == 0.9


def test_a_known_change_is_found(opened):
    frame = monthly_effects_table(opened).frame
    row = frame[(frame["outcome"] == "rate") & (frame["name"] == "closure")].iloc[0]
    assert row["estimate"] == pytest.approx(-50, abs=2)
    assert row["lower"] < -50 < row["upper"]


def test_p_values_are_adjusted_for_all_effects_together(opened):
    frame = monthly_effects_table(opened).frame
    tested = frame[frame["shape"] != "trend"].sort_values("p_value")
    wanted = np.minimum(np.maximum.accumulate(tested["p_value"] * [2, 1]), 1.0)
    assert tested["adjusted_p"].to_numpy(float) == pytest.approx(wanted.to_numpy(), rel=1e-12)


def test_a_comparison_series_with_the_same_drop_takes_the_effect_away(opened):
    shocks = context()
    twin = shocks.assign(
        series="twin", value=shocks["value"].sample(frac=1, random_state=3).to_numpy()
    )
    same = context().assign(series="same", value=lambda rows: rows["value"] * 1.3)
    both = replace(OUTCOME, covariance="model", controls=("same",))
    alone = replace(both, name="flat", controls=("twin",))
    study = replace(opened.study, monthly=(both, alone))
    frame = monthly_controlled_table(
        replace(opened, study=study, context=pd.concat([shocks, twin, same]))
    ).frame.set_index("outcome")
    assert frame.loc["rate", "estimate"] == pytest.approx(0, abs=1e-6)
    assert frame.loc["flat", "estimate"] == pytest.approx(-50, abs=15)
    assert frame.loc["rate", "controls"] == "same"


def test_every_series_has_its_model_diagnostics_and_break(opened):
    for table in (monthly_models_table, monthly_diagnostics_table, monthly_breaks_table):
        assert set(table(opened).frame["outcome"]) == {"rate", "again"}, table.__name__


def test_the_break_of_a_clear_drop_lies_at_its_date(opened):
    frame = monthly_breaks_table(opened).frame
    assert set(frame["first_after"]) == {f"{CLOSURE.start:%Y-%m}"}


def test_the_figure_holds_values_and_both_curves(opened):
    data = monthly_figure(opened).data
    assert set(data["element"]) == {"value", "fitted", "counterfactual"}
    assert (data["element"] == "value").sum() == 2 * len(MONTHS)
    assert "-5" in monthly_figure(opened).alt


def test_policy_around_an_event_is_a_mean_of_whole_months(opened):
    frame = policy_table(opened).frame
    closure = frame[frame["start"] == date(2020, 7, 1)].set_index("unit")
    assert closure.loc["CHN", "before"] == 40.0
    assert closure.loc["CHN", "after"] == 50.0
    assert closure["change"].tolist() == [10.0, 10.0]
    assert MONTHS_AROUND == 6


def test_a_study_without_monthly_series_says_so_in_every_exhibit():
    made = made_study()
    for table in (monthly_effects_table, monthly_models_table, monthly_breaks_table, policy_table):
        assert "names no" in table(made).note
        assert table(made).frame.empty
    for figure in (monthly_figure, policy_figure):
        assert "names no" in figure(made).alt
        assert figure(made).png()
