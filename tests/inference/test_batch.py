"""The batch gives the numbers of one regression a pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ModelError
from analysis.inference.batch import fit_batch
from analysis.inference.batch_design import BatchDesign, batch_design, candidate_dates
from analysis.inference.batch_results import BatchFit, BatchOptions
from analysis.models.design import DesignSpec
from analysis.study import Intervention
from tests.inference.exact import newey_west

ONE_AT_A_TIME = 1e-10  # relative; the acceptance bound of the batch, rounding of either side
EXACT = 1e-11  # relative, against rational arithmetic; edge dates are collinear to one in a hundred
TAIL = 1e-10  # relative, times df: a p-value magnifies the rounding of its t by at most df
SPEC = DesignSpec("2014-01", "2023-12", "linear", "fourier_2")
DATES = candidate_dates(SPEC)[::7]
STEPS = batch_design(SPEC, DATES)
PAIRS = batch_design(SPEC, DATES[2:-2], ("step", "slope"))  # at the edges see the exact oracle
COVARIANCES = (
    BatchOptions(bandwidth=0),
    BatchOptions(bandwidth=6),
    BatchOptions(bandwidth=3, small_sample=False),
    BatchOptions(bandwidth=40),
    BatchOptions(covariance="model"),
)


def walks(series: int, months: int = 120, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 5 + 0.3 * rng.normal(size=(series, months)).cumsum(axis=1)


def one(values: np.ndarray, design: BatchDesign, place: int, options: BatchOptions):
    keep = np.isfinite(values)
    matrix = np.column_stack([design.base, design.columns[:, place]])[keep]
    model = sm.OLS(values[keep], matrix)
    if options.covariance == "model":
        return model.fit()
    lags = {"maxlags": options.bandwidth, "use_correction": options.small_sample}
    return model.fit(cov_type="HAC", cov_kwds=lags, use_t=True)


def assert_same(fit: BatchFit, values: np.ndarray, places: list[tuple[int, int]]) -> None:
    terms = len(fit.design.terms)
    for series, place in places:
        found = one(values[series], fit.design, place, fit.options)
        tests = np.eye(len(found.params))[-terms:]
        tail = TAIL * found.df_resid
        for ours, theirs, rtol in (
            (fit.estimates[series, place], found.params[-terms:], ONE_AT_A_TIME),
            (fit.standard_errors[series, place], found.bse[-terms:], ONE_AT_A_TIME),
            (fit.t_statistics[series, place], found.tvalues[-terms:], ONE_AT_A_TIME),
            (fit.f_statistics[series, place], found.f_test(tests).fvalue, ONE_AT_A_TIME),
            (fit.p_values[series, place], found.pvalues[-terms:], tail),
            (fit.f_p_values[series, place], found.f_test(tests).pvalue, tail),
        ):
            np.testing.assert_allclose(ours, theirs, rtol=rtol)
        assert fit.df[series] == found.df_resid


def every_pair(fit: BatchFit) -> list[tuple[int, int]]:
    return [(s, j) for s in range(len(fit.names)) for j in range(len(fit.design.dates))]


@pytest.mark.parametrize("options", COVARIANCES, ids=str)
@pytest.mark.parametrize("design", [STEPS, PAIRS], ids=["step", "step and slope"])
def test_every_pair_equals_a_regression_of_its_own(design: BatchDesign, options: BatchOptions):
    values = walks(3)
    fit = fit_batch(values, design, options)
    assert_same(fit, values, every_pair(fit))


@settings(max_examples=25, deadline=None)
@given(
    months=st.integers(24, 60),
    bandwidth=st.integers(0, 12),
    seed=st.integers(0, 10_000),
    small=st.booleans(),
)
def test_any_size_and_bandwidth(months: int, bandwidth: int, seed: int, small: bool):
    rng = np.random.default_rng(seed)
    base = np.column_stack([np.ones(months), np.linspace(-1, 1, months)])
    rows = np.arange(months)[:, None] >= np.arange(5, months - 5)[None]
    names = tuple(map(str, range(months)))
    design = BatchDesign(names, base, names[5:-5], rows[..., None].astype(float), ("step",))
    values = rng.normal(size=(2, months))
    fit = fit_batch(values, design, BatchOptions(bandwidth=bandwidth, small_sample=small))
    assert_same(fit, values, [(0, 0), (1, months // 3)])


def test_an_overwhelming_effect_is_computed_from_residuals():
    """A step of 5,000 times the noise cancels in the expansion and not in the answer."""
    months = np.arange(120)
    values = walks(2) * 0.01 + 50.0 * (months >= 60)
    day = candidate_dates(SPEC)[60 - 18]
    design = batch_design(SPEC, (day, *DATES[:2]))
    fit = fit_batch(values, design, BatchOptions())
    assert day == date(2019, 1, 1)
    assert fit.recomputed == 2
    assert_same(fit, values, [(0, 0), (1, 0), (0, 1)])
    both = batch_design(SPEC, (day, *DATES[:2]), ("step", "slope"))
    again = fit_batch(values, both, BatchOptions())
    assert again.recomputed == 2
    assert_exact(again, values, [(0, 0)])


def assert_exact(fit: BatchFit, values: np.ndarray, places: list[tuple[int, int]]) -> None:
    for series, place in places:
        matrix = np.column_stack([fit.design.base, fit.design.columns[:, place]])
        terms = len(fit.design.terms)
        b, errors, wald = newey_west(matrix, values[series], fit.options.bandwidth, terms)
        np.testing.assert_allclose(fit.estimates[series, place], b, rtol=EXACT)
        np.testing.assert_allclose(fit.standard_errors[series, place], errors, rtol=EXACT)
        np.testing.assert_allclose(fit.f_statistics[series, place], wald, rtol=EXACT)


@pytest.mark.parametrize("shapes", [("step",), ("step", "slope")], ids=str)
def test_edge_dates_equal_rational_arithmetic(shapes):
    """Near the edges regressions of a step and a slope lose more digits than the batch does."""
    plain = replace(SPEC, seasonality="none")  # rational arithmetic slows with every column
    design = batch_design(plain, (DATES[0], DATES[-1]), shapes)
    values = walks(1)
    assert_exact(fit_batch(values, design), values, [(0, 0), (0, 1)])


def test_a_high_level_does_not_cost_digits():
    """Multiples of 1/1024 stay exact when 2^30 is added."""
    values = np.round(walks(2) * 1024) / 1024
    low, high = (fit_batch(values + level, STEPS).standard_errors for level in (0, 2.0**30))
    np.testing.assert_allclose(high, low, rtol=ONE_AT_A_TIME)


def test_chunks_do_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch):
    values = walks(40)
    whole = fit_batch(values, STEPS)
    monkeypatch.setattr("analysis.inference.batch.CHUNK_BYTES", 100_000)
    parts = fit_batch(values, STEPS)
    np.testing.assert_allclose(parts.standard_errors, whole.standard_errors, rtol=1e-13)
    assert parts.table().shape == (40 * len(DATES), 8)


def test_a_slope_is_counted_per_year_and_own_interventions_stay_in_the_base():
    event = Intervention("closure", "Closure", "step", date(2020, 2, 1))
    spec = replace(SPEC, interventions=(event,), seasonality="none")
    design = batch_design(spec, DATES, ("slope",))
    assert design.base.shape[1] == batch_design(SPEC, DATES).base.shape[1] - 4 + 1
    values = walks(1) * 0 + 2.0 * design.columns[:, 3, 0] + 0.01 * walks(1, seed=3)
    assert fit_batch(values, design).estimates[0, 3, 0] == pytest.approx(2.0, abs=0.3)


def gappy() -> np.ndarray:
    values = walks(4)
    values[1, [30, 31, 77]] = np.nan
    values[2, :4] = np.nan
    values[3, [30, 31, 77]] = np.nan
    return values


@pytest.mark.parametrize("design", [STEPS, PAIRS], ids=["step", "step and slope"])
def test_missing_months_with_adjacent_lags_equal_dropped_rows(design: BatchDesign):
    values = gappy()
    fit = fit_batch(values, design, BatchOptions(bandwidth=5, lags="adjacent"))
    assert fit.observations.tolist() == [120, 117, 116, 117]
    assert_same(fit, values, every_pair(fit))


def test_missing_months_with_calendar_lags_equal_the_dense_sandwich():
    values, bandwidth = gappy(), 5
    fit = fit_batch(values, STEPS, BatchOptions(bandwidth=bandwidth))
    for series, place in every_pair(fit):
        keep = np.flatnonzero(np.isfinite(values[series]))
        x = np.column_stack([STEPS.base, STEPS.columns[:, place]])[keep]
        weights = np.maximum(0, 1 - np.abs(keep[:, None] - keep) / (bandwidth + 1))
        beta = np.linalg.lstsq(x, values[series, keep])[0]
        scores = x * (values[series, keep] - x @ beta)[:, None]
        bread = np.linalg.inv(x.T @ x)
        factor = len(keep) / (len(keep) - x.shape[1])
        variance = (bread @ scores.T @ weights @ scores @ bread)[-1, -1] * factor
        error = fit.standard_errors[series, place, 0]
        assert error == pytest.approx(np.sqrt(variance), rel=ONE_AT_A_TIME)
    assert "calendar months" in fit.convention


def test_nile_supremum_f_is_the_published_one():
    from analysis.inference.batch_placebo import supremum_f

    nile = sm.datasets.nile.load_pandas().data
    years = tuple(f"{year:.0f}" for year in nile["year"])
    first = np.arange(15, 85) + 1  # the new regime starts the year after the break
    columns = (np.arange(100)[:, None] >= first)[..., None].astype(float)
    names = tuple(years[place] for place in first)
    design = BatchDesign(years, np.ones((100, 1)), names, columns, ("step",))
    fit = fit_batch(nile["volume"].to_numpy()[None], design, BatchOptions("model"), ["Nile"])
    found = supremum_f(fit)
    assert found.table.loc[0, "date"] == "1899"
    assert found.table.loc[0, "sup_f"] == pytest.approx(75.93, abs=0.005)  # strucchange, 2 digits
    assert "largest, 75.93, at 1899" in found.sentence


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        (lambda v: np.where(v == v[0, 4], np.inf, v), BatchOptions(), "in 2014-05 is infinite"),
        (lambda v: np.where(v == v[0, 4], np.nan, v), BatchOptions(missing="refuse"), "is missing"),
        (lambda v: v * 0 + 7.3, BatchOptions(), "'0' is constant"),
        (lambda v: v[:, :100], BatchOptions(), "have the shape"),
        (lambda v: STEPS.columns[:, 2, 0] + v * 0, BatchOptions(), f"candidate at {DATES[2]}"),
        (lambda v: np.where(np.arange(120) < 113, np.nan, v), BatchOptions(), "has 7 values"),
        (lambda v: v, BatchOptions(bandwidth=120), "bandwidth of 120"),
        (lambda v: np.where(np.arange(120) > 60, np.nan, v), BatchOptions(), "cannot be told"),
        (lambda v: v[:0], BatchOptions(), "have the shape"),
    ],
)
def test_bad_series_are_refused(change, options: BatchOptions, says: str):
    with pytest.raises(ModelError, match=says):
        fit_batch(change(walks(1)), STEPS, options)


def test_a_candidate_that_fits_its_own_months_has_no_robust_error():
    """A month of its own leaves a residual of zero there, and Newey-West a variance of zero."""
    names = tuple(map(str, range(30)))
    pulse = (np.arange(30) == 9).astype(float)[:, None, None]
    design = BatchDesign(names, np.empty((30, 0)), ("9",), pulse, ("pulse",))
    values = np.random.default_rng(1).normal(size=(2, 30))
    with pytest.raises(ModelError, match="in those that the candidate rests on"):
        fit_batch(values, design, BatchOptions(bandwidth=2))
    assert np.isfinite(fit_batch(values, design, BatchOptions("model")).t_statistics).all()


def test_bad_designs_and_options_are_refused():
    twice = np.column_stack([STEPS.base, STEPS.base[:, 0]])
    with pytest.raises(ModelError, match="outside the window"):
        batch_design(SPEC, [date(2030, 1, 1)])
    with pytest.raises(ModelError, match="names a date twice"):
        BatchDesign(STEPS.months, STEPS.base, ("a", "a"), STEPS.columns[:, :2], ("step",))
    with pytest.raises(ModelError, match="cannot be told from the base"):
        fit_batch(walks(1), batch_design(SPEC, [date(2014, 1, 1)]))
    with pytest.raises(ModelError, match="shape 'pulse'"):
        batch_design(SPEC, DATES, ("pulse",))
    with pytest.raises(ModelError, match="collinear"):
        fit_batch(walks(1), replace(STEPS, base=twice))
    with pytest.raises(ModelError, match="covariance cannot be 'newey'"):
        BatchOptions(covariance="newey")
    with pytest.raises(ModelError, match="negative"):
        BatchOptions(bandwidth=-1)
    with pytest.raises(ModelError, match="different names"):
        fit_batch(walks(2), STEPS, names=["a", "a"])
    with pytest.raises(ModelError, match="leaves no candidate"):
        candidate_dates(SPEC, 0.5)
