"""Diagnostics against R 4.2, closed forms, and their refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.stattools import acf, pacf

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.its_autocorrelation import breusch_godfrey, correlogram, durbin_watson
from analysis.models.its_diagnostics import diagnose, diagnose_regression
from analysis.models.its_fit_data import fit_data
from analysis.models.its_influence import influence
from analysis.models.its_options import ItsOptions
from analysis.models.its_regression_data import regression_data
from analysis.models.its_residual_tests import breusch_pagan, white
from analysis.models.its_stationarity import stationarity
from analysis.models.regular_series import regular_series
from analysis.study import Intervention

EXACT = 1e-8  # the same arithmetic in two programs
SAME = 1e-10  # two ways to one number inside this program
SIMULATED = 0.021  # three standard errors of a rate of 5 % over 1,000 series
REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "its_diagnostics.json").read_text()
)
EXPECTED = REFERENCE["diagnostics_of_ols"]
START = "2020-02"


def frame() -> pd.DataFrame:
    table = pd.DataFrame({"month": REFERENCE["months"], "log_y": REFERENCE["log_y"]})
    table["value"] = np.exp(table.log_y)
    return table


def reference_design() -> tuple[np.ndarray, list[str]]:
    months = REFERENCE["months"]
    t = np.arange(1.0, len(months) + 1)
    first = months.index(START)
    after = (t > first).astype(float)
    columns = [np.ones(len(t)), t, after, after * (t - first)]
    number = np.array([int(month[5:]) for month in months])
    columns += [(number == m).astype(float) for m in range(2, 13)]
    names = ["level", "trend", "after", "since", *(f"month_{m}" for m in range(2, 13))]
    return np.column_stack(columns), names


def reference_data(kept: np.ndarray | None = None) -> Any:
    rows, names = reference_design()
    kept = np.ones(len(rows), bool) if kept is None else kept
    places = np.flatnonzero(kept)
    return regression_data(
        np.array(REFERENCE["log_y"])[kept],
        rows[kept],
        names=names,
        labels=np.array(REFERENCE["months"])[kept].tolist(),
        positions=places - places[0],
    )


def fit(estimator: str, table: pd.DataFrame | None = None) -> Any:
    day = pd.Timestamp(START).date()
    items = (
        Intervention("step", "Step", "step", day),
        Intervention("slope", "Slope", "slope", day),
    )
    spec = DesignSpec("2012-01", "2023-12", seasonality="months", interventions=items)
    series = regular_series(frame() if table is None else table, name="y", label="Y", unit="u")
    return fit_its(series, spec, ItsOptions(estimator=estimator))


def test_autocorrelation_tests_are_those_of_r() -> None:
    found = diagnose_regression(reference_data())
    assert found.test("Durbin-Watson").statistic == pytest.approx(
        EXPECTED["durbin_watson"], rel=EXACT
    )
    for name, key in (
        ("Breusch-Godfrey (1)", "breusch_godfrey_1"),
        ("Breusch-Godfrey (12)", "breusch_godfrey_12"),
        ("Ljung-Box (12)", "ljung_box_12"),
    ):
        test = found.test(name)
        assert (test.statistic, test.p_value) == pytest.approx(EXPECTED[key], rel=EXACT)
    assert found.test("Ljung-Box (12)").df == 12
    with pytest.raises(ModelError, match="no test 'Durbin'"):
        found.test("Durbin")


def test_a_fit_gives_the_numbers_of_its_arrays() -> None:
    """The step of the fit counts months by their mean; the space of the columns is the same."""
    found = diagnose(fit("ols"))
    for name, key in (
        ("Breusch-Godfrey (12)", "breusch_godfrey_12"),
        ("Ljung-Box (12)", "ljung_box_12"),
    ):
        assert found.test(name).statistic == pytest.approx(EXPECTED[key][0], rel=EXACT)
    assert list(found.table.columns) == [
        "test",
        "statistic",
        "df",
        "p_value",
        "convention",
        "reading",
    ]
    assert any("autocorrelated" in sentence for sentence in found.sentences)


@pytest.mark.parametrize("estimator", ["prais_winsten", "cochrane_orcutt", "gls_ar1_reml"])
def test_residuals_freed_of_autocorrelation_are_those_of_the_fit(estimator: str) -> None:
    fitted = fit(estimator)
    found = diagnose(fitted)
    np.testing.assert_allclose(fit_data(fitted).residuals, fitted.whitened_residuals, atol=SAME)
    assert found.test("Breusch-Godfrey (1)").p_value > 0.05
    assert found.test("Ljung-Box (12)").df == 11


def test_correlogram_is_that_of_statsmodels_without_gaps() -> None:
    data = reference_data()
    found = correlogram(data, 24)
    np.testing.assert_allclose(found.acf, acf(data.residuals, nlags=24)[1:], atol=SAME)
    np.testing.assert_allclose(
        found.pacf, pacf(data.residuals, nlags=24, method="ldb")[1:], atol=SAME
    )
    np.testing.assert_allclose(found.acf_band, 1.959963984540054 / np.sqrt(data.n), rtol=SAME)


def test_months_that_are_missing_do_not_make_neighbours() -> None:
    """A series seen in every second month has pairs at even lags only."""
    kept = np.ones(144, bool)
    kept[[20, 21, 60]] = False
    data = reference_data(kept)
    found = diagnose_regression(data)
    assert found.correlogram is not None
    assert found.correlogram.pairs[0] == 143 - 5
    for name in ("Durbin-Watson", "Ljung-Box (12)", "ADF", "KPSS", "Zivot-Andrews"):
        test = found.test(name)
        assert test.statistic is None
        assert test.reading.startswith("not computed: 3 missing")


def test_breusch_godfrey_with_a_gap_regresses_on_calendar_lags() -> None:
    kept = np.ones(144, bool)
    kept[[20, 21, 60]] = False
    data = reference_data(kept)
    errors = pd.Series(data.residuals, index=np.flatnonzero(kept)).reindex(range(144))
    lagged = np.column_stack([errors.shift(k).fillna(0.0)[kept] for k in (1, 2)])
    rows = np.column_stack([data.rows, lagged])
    left = data.residuals - rows @ np.linalg.lstsq(rows, data.residuals, rcond=None)[0]
    expected = data.n * (1 - np.sum(left**2) / np.sum(data.residuals**2))
    assert breusch_godfrey(data, 2).statistic == pytest.approx(expected, rel=EXACT)


def test_gap_formula_without_a_gap_is_that_of_statsmodels() -> None:
    from analysis.models.its_autocorrelation import _gapped_multiplier

    data = reference_data()
    expected = EXPECTED["breusch_godfrey_12"][0]
    assert _gapped_multiplier(data, 12) == pytest.approx(expected, rel=EXACT)


def test_combined_months_refuse_lags() -> None:
    rng = np.random.default_rng(0)
    spans = np.ones(40, int)
    spans[10] = 2
    places = np.concatenate([[0], np.cumsum(spans)[:-1]])
    data = regression_data(rng.standard_normal(40), np.ones(40), positions=places, spans=spans)
    found = diagnose_regression(data)
    assert found.correlogram is None
    assert "cover several months" in found.test("Breusch-Godfrey (1)").reading
    with pytest.raises(ModelError, match="several months"):
        correlogram(data)


def test_durbin_watson_holds_its_size() -> None:
    rng = np.random.default_rng(7)
    rows = np.column_stack([np.ones(25), np.arange(25.0)])
    hits = [
        durbin_watson(regression_data(rng.standard_normal(25), rows)).rejects for _ in range(1000)
    ]
    assert np.mean(hits) == pytest.approx(0.05, abs=SIMULATED)


def test_breusch_pagan_on_one_column_is_n_times_the_squared_correlation() -> None:
    rng = np.random.default_rng(3)
    x = np.arange(80.0)
    y = rng.standard_normal(80) * (1 + x / 20)
    data = regression_data(y, np.column_stack([np.ones(80), x]))
    found = breusch_pagan(data)
    correlation = np.corrcoef(data.residuals**2, x)[0, 1]
    assert found.statistic == pytest.approx(80 * correlation**2, rel=EXACT)
    assert found.df == 1
    assert found.rejects
    assert white(data).df == 2


def test_white_says_when_it_has_too_many_products() -> None:
    assert "short form" in white(reference_data()).reading


def test_influence_is_that_of_leaving_values_out() -> None:
    data = reference_data()
    found = influence(data)
    i = 97
    kept = np.arange(data.n) != i
    full = np.linalg.lstsq(data.rows, data.response, rcond=None)[0]
    left = np.linalg.lstsq(data.rows[kept], data.response[kept], rcond=None)[0]
    errors = data.response[kept] - data.rows[kept] @ left
    variance = np.sum(errors**2) / (data.df - 1)
    scale = np.sqrt(variance * np.diag(np.linalg.inv(data.rows.T @ data.rows)))
    np.testing.assert_allclose(found.dfbetas[i], (full - left) / scale, rtol=1e-6)
    shift = data.rows @ (full - left)
    cook = shift @ shift / (data.p * np.sum(data.residuals**2) / data.df)
    assert found.cook[i] == pytest.approx(cook, rel=EXACT)
    t_value = (data.response[i] - data.rows[i] @ left) / np.sqrt(
        variance
        * (1 + data.rows[i] @ np.linalg.inv(data.rows[kept].T @ data.rows[kept]) @ data.rows[i])
    )
    assert found.studentised[i] == pytest.approx(t_value, rel=EXACT)
    assert found.leverage.sum() == pytest.approx(data.p, rel=EXACT)


def test_a_value_that_alone_carries_a_column_is_named() -> None:
    rng = np.random.default_rng(4)
    pulse = np.zeros(30)
    pulse[12] = 1.0
    labels = [f"m{i}" for i in range(30)]
    data = regression_data(
        rng.standard_normal(30), np.column_stack([np.ones(30), pulse]), labels=labels
    )
    found = influence(data)
    assert found.decisive.sum() == 1
    assert np.isfinite(found.table.select_dtypes("number").to_numpy()).all()
    assert "m12" in found.sentence


def test_zivot_andrews_dates_the_break() -> None:
    rng = np.random.default_rng(1)
    y = rng.standard_normal(120) * 0.3
    y[70:] += 3
    found = stationarity(regression_data(y, np.ones(120)), "c")
    assert found.break_after == "70"
    assert found.tests[2].rejects


def test_a_random_walk_keeps_its_unit_root() -> None:
    walk = np.cumsum(np.random.default_rng(5).standard_normal(200))
    adf, kpss, _ = stationarity(regression_data(walk, np.ones(200)), "c").tests
    assert not adf.rejects
    assert kpss.rejects


def test_short_series_get_a_warning_and_no_unit_root_tests() -> None:
    rng = np.random.default_rng(6)
    found = diagnose_regression(regression_data(rng.standard_normal(15), np.ones(15)), lags=(1,))
    assert any("underestimated" in sentence for sentence in found.sentences)
    assert "15 values" in found.test("ADF").reading


@pytest.mark.parametrize(
    ("response", "rows", "problem"),
    [
        (np.ones(20), np.ones((20, 1)), "constant"),
        (np.arange(3.0), np.ones((3, 2)), "leave no residual variation"),
        (np.append(np.arange(19.0), np.inf), np.ones((20, 1)), "not finite"),
        (np.arange(20.0), np.ones((20, 2)), "collinear"),
        (np.arange(20.0), np.column_stack([np.ones(20), np.arange(20)]), "exactly"),
        (np.arange(20.0), np.ones((19, 1)), "belong together"),
    ],
)
def test_arrays_that_cannot_be_tested(response: Any, rows: Any, problem: str) -> None:
    with pytest.raises(ModelError, match=problem):
        regression_data(response, rows)


def test_places_must_be_in_order() -> None:
    with pytest.raises(ModelError, match="time order"):
        regression_data([1.0, 2.0, 4.0], np.ones(3), positions=[0, 2, 1])


def test_counts_are_tested_on_pearson_residuals() -> None:
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"month": REFERENCE["months"]})
    table["value"] = rng.poisson(40, len(table))
    fitted = fit("quasi_poisson", table)
    np.testing.assert_allclose(fit_data(fitted).residuals, fitted.whitened_residuals, atol=EXACT)
    assert diagnose(fitted).subject == "Pearson residuals"
