"""Official months beside the press: no data until there are some, and then the right numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.official import HOW, NO_COUNTERPART, official_table
from analysis.exhibits.study_results import OFFICIAL, opened_once
from analysis.models.design import build_design, design_of
from analysis.models.interval_series import fit_interval_series

NEAR = 0.05
"""Log scale: the months are made from the curve that the reports gave, with 2 per cent noise."""


@pytest.fixture(scope="module")
def laos():
    return opened_once("mohan_boten")


def months(opened, outcome, first, last, noise=0.02):
    """Return official months made from the expected flow of the reports' own model."""
    fit, spec = opened.fits[outcome.name], design_of(outcome)
    design = build_design(spec)
    estimates = {item.name: item.estimate for item in fit.coefficients}
    line = design.matrix @ np.array([estimates[term.name] or 0.0 for term in design.terms])
    periods = pd.period_range(spec.start, spec.end, freq="M")
    draws = np.random.default_rng(5).normal(scale=noise, size=len(periods))
    table = pd.DataFrame(
        {
            "series": OFFICIAL[outcome.series],
            "month": periods.to_timestamp(),
            "value": np.exp(line + draws) * periods.days_in_month.to_numpy(),
            "unit": "million USD",
        }
    )
    kept = table["month"].between(pd.Timestamp(first), pd.Timestamp(last))
    return table[kept].reset_index(drop=True)


def test_without_months_it_says_no_data_and_how_to_get_them(laos):
    table = official_table(replace(laos, official=laos.official.iloc[:0]))
    named = [item.name for item in laos.study.outcomes if item.series in OFFICIAL]
    assert table.frame["outcome"].tolist() == named
    assert set(table.frame["verdict"]) == {"no data"}
    assert set(table.frame["reason"]) == {HOW}
    assert table.frame["months_estimate"].isna().all()
    assert "import-customs" in table.markdown()
    labels = [column.label for column in table.columns]
    assert len(set(labels)) == len(labels)


def test_a_study_of_ports_alone_says_that_there_is_no_counterpart():
    table = official_table(opened_once("ruili_muse"))
    assert table.frame.empty
    assert table.note == NO_COUNTERPART


def test_months_of_the_same_flow_lead_to_the_same_effects(laos):
    outcome = laos.outcome("bilateral_trade")
    opened = replace(laos, official=months(laos, outcome, "2014-01", "2024-12"))
    frame = official_table(opened).frame
    rows = frame[(frame["outcome"] == outcome.name) & (frame["shape"] == "step")]
    assert len(rows) == len(outcome.interventions)
    assert set(rows["months"]) == {132}
    assert set(rows["reports"]) == {laos.fits[outcome.name].reports}
    assert rows["gap_log"].abs().max() < NEAR
    assert set(rows["covered"]) == {"yes"}
    assert (rows["width_ratio"] > 1).all()


def test_the_reports_side_is_the_interval_model_over_the_months_at_hand(laos):
    outcome = laos.outcome("bilateral_trade")
    opened = replace(laos, official=months(laos, outcome, "2018-01", "2024-12"))
    frame = official_table(opened).frame
    row = frame[(frame["outcome"] == outcome.name) & (frame["name"] == "reopening")].iloc[0]
    assert (row["first_month"], row["last_month"], row["months"]) == ("2018-01", "2024-12", 84)
    spec = replace(design_of(outcome), start="2018-01")
    kept = laos.used[outcome.name]
    inside = kept[
        (kept["start"] >= "2019-01-01")
        | ((kept["start"] >= "2018-01-01") & (kept["kind"] == "level"))
    ]
    alone = fit_interval_series(
        inside.reset_index(drop=True), spec, rho=outcome.rho, level=laos.study.level
    ).effect("reopening")
    assert row["reports_estimate"] == pytest.approx(alone.estimate)


def test_months_without_an_event_inside_are_no_data_with_the_reason(laos):
    outcome = laos.outcome("bilateral_trade")
    opened = replace(laos, official=months(laos, outcome, "2015-01", "2016-12"))
    row = official_table(opened).frame.iloc[0]
    assert row["verdict"] == "no data"
    assert "no intervention" in row["reason"]
