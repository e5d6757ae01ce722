"""Regular series against the numbers of R, and two own models against each other."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from statsmodels.datasets import macrodata

from analysis.models.calendar import build_calendar
from analysis.models.design import Design, Term
from analysis.models.interrupted_series import fit_design, fit_its
from analysis.models.interval_series import fit_interval_series
from analysis.models.its_controlled import fit_controlled_its
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries
from tests.models.its_made import (
    AFTER,
    END,
    REFERENCE,
    SINCE,
    SPEC,
    START,
    T,
    fourier_pairs,
    month_dummies,
    reference_column,
    series,
)
from tests.models.reports import monthly_reports

EXACT = 1e-8  # closed forms: arithmetic only
OPTIMISER = 1e-6  # nlme stops its search for rho at about this distance
R_STOPS_EARLY = 1e-4  # stats::arima stops where the likelihood is 1e-7 below its maximum
R_HESSIAN = 1e-2  # stats::arima differentiates with steps of 1e-3
WORKING_WEIGHTS = 1e-5  # glm takes weights from the round before the last
PRINTED = 1e-5  # gretl prints six digits
GRETL_STOPS = 1e-5  # gretl ends its rounds when rho moves less than this
NAMES = ("t", "after", "since")
MONTHLY = REFERENCE["monthly_its"]


def log_y() -> RegularSeries:
    return series(reference_column("log_y"))


def fitted(estimator: str, **more: object) -> ItsFit:
    options = ItsOptions(estimator, link="identity", **more)
    return fit_design(log_y(), month_dummies(), options)


def numbers(fit: ItsFit, names: tuple[str, ...] = NAMES) -> np.ndarray:
    found = [fit.coefficient(name) for name in names]
    return np.array([[item.estimate, item.standard_error] for item in found])


def expected(block: dict[str, list[float]], names: tuple[str, ...] = NAMES) -> np.ndarray:
    return np.array([block[name] for name in names])


def test_least_squares() -> None:
    assert numbers(fitted("ols")) == pytest.approx(expected(MONTHLY["ols"]), rel=EXACT)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("newey_west_lag_3", {"bandwidth": 3, "small_sample": False}),
        ("newey_west_lag_6", {"bandwidth": 6, "small_sample": False}),
        ("newey_west_lag_12", {"bandwidth": 12, "small_sample": False}),
        ("newey_west_lag_6_times_n_over_n_minus_k", {"bandwidth": 6}),
        ("hc1", {"covariance": "hc1"}),
        ("hc3", {"covariance": "hc3"}),
    ],
)
def test_robust_standard_errors(name: str, options: dict[str, object]) -> None:
    fit = fitted("ols", **({"covariance": "newey_west"} | options))
    known = MONTHLY["standard_errors_t_after_since"][name]
    assert numbers(fit)[:, 1] == pytest.approx(known, rel=EXACT)


@pytest.mark.parametrize("criterion", ["reml", "ml"])
def test_generalised_least_squares(criterion: str) -> None:
    fit, known = fitted(f"gls_ar1_{criterion}"), MONTHLY[f"gls_ar1_{criterion}"]
    assert numbers(fit) == pytest.approx(expected(known), rel=OPTIMISER)
    assert fit.rho == pytest.approx(known["rho"], rel=OPTIMISER)
    assert fit.log_likelihood == pytest.approx(known["log_likelihood"], rel=EXACT)


def test_maximum_likelihood_sigma_without_the_small_sample_factor() -> None:
    fit = fitted("gls_ar1_ml", small_sample=False)
    assert fit.sigma == pytest.approx(MONTHLY["gls_ar1_ml"]["sigma"], rel=OPTIMISER)
    assert fitted("gls_ar1_reml").sigma == pytest.approx(
        MONTHLY["gls_ar1_reml"]["sigma"], rel=OPTIMISER
    )


def test_arima_errors_are_those_of_r_and_of_the_exact_likelihood() -> None:
    fit, known = fitted("arima"), MONTHLY["arima_1_0_0_ml"]
    assert numbers(fit)[:, 0] == pytest.approx(expected(known)[:, 0], rel=R_STOPS_EARLY)
    assert fit.rho == pytest.approx(known["ar1"][0], rel=R_STOPS_EARLY)
    assert numbers(fit)[:, 1] == pytest.approx(expected(known)[:, 1], rel=R_HESSIAN)
    likelihood = fitted("gls_ar1_ml", small_sample=False)
    assert fit.log_likelihood == pytest.approx(likelihood.log_likelihood, rel=EXACT)
    assert fit.estimates == pytest.approx(likelihood.estimates, rel=OPTIMISER)
    assert numbers(fit)[:, 1] == pytest.approx(_observed_information(fit), rel=R_STOPS_EARLY)
    assert "approx" in fit.convention


def _observed_information(fit: ItsFit) -> np.ndarray:
    """Standard errors by differences of the likelihood of an AR(1), regressors orthogonal."""
    y, n = reference_column("log_y"), len(T)
    q, r = np.linalg.qr(month_dummies().matrix)

    def likelihood(point: np.ndarray) -> float:
        error, rho, variance = y - q @ point[:-2], point[-2], np.exp(2 * point[-1])
        steps = error[1:] - rho * error[:-1]
        squares = (1 - rho**2) * error[0] ** 2 + steps @ steps
        return -n / 2 * np.log(variance) + np.log(1 - rho**2) / 2 - squares / 2 / variance

    error = y - fit.fitted
    steps = error[1:] - fit.rho * error[:-1]
    variance = ((1 - fit.rho**2) * error[0] ** 2 + steps @ steps) / n
    point = np.concatenate([r @ fit.estimates, [fit.rho, np.log(variance) / 2]])
    move = 1e-4 * np.eye(len(point))
    hessian = np.array(
        [
            [
                sum(a * b * likelihood(point + a * u + b * v) for a in (1, -1) for b in (1, -1))
                for v in move
            ]
            for u in move
        ]
    )
    spread = np.linalg.inv(-hessian / 4e-8)[:-2, :-2]
    back = np.linalg.inv(r)
    return np.sqrt(np.diagonal(back @ spread @ back.T))[1:4]


def counts() -> ItsFit:
    data = series(reference_column("count"), exposure=reference_column("population"))
    return fit_design(data, fourier_pairs(), ItsOptions("quasi_poisson"))


def test_quasi_poisson() -> None:
    fit, known = counts(), REFERENCE["count_its"]
    names = (*NAMES, "sin1", "cos1")
    assert numbers(fit, names)[:, 0] == pytest.approx(expected(known, names)[:, 0], rel=EXACT)
    assert numbers(fit, names)[:, 1] == pytest.approx(
        expected(known, names)[:, 1], rel=WORKING_WEIGHTS
    )
    assert fit.dispersion == pytest.approx(known["dispersion"], rel=WORKING_WEIGHTS)


def test_quasi_poisson_dispersion_of_r_is_that_of_its_working_weights() -> None:
    """Stopped and weighted as glm does it, the same regression gives R's digits."""
    y, offset = reference_column("count"), np.log(reference_column("population"))
    rows, mean, last = fourier_pairs().matrix, reference_column("count") + 0.1, np.inf
    eta = np.log(mean)
    for _ in range(25):
        weights = mean
        target = eta - offset + (y - mean) / mean
        root = np.sqrt(weights)
        beta = np.linalg.lstsq(rows * root[:, None], target * root, rcond=None)[0]
        eta = rows @ beta + offset
        mean = np.exp(eta)
        logs = np.where(y > 0, y * np.log(np.maximum(y, 1) / mean), 0.0)
        deviance = 2 * (logs - y + mean).sum()
        if abs(deviance - last) / (abs(deviance) + 0.1) < 1e-8:
            break
        last = deviance
    dispersion = (weights * ((y - mean) / mean) ** 2).sum() / (len(y) - rows.shape[1])
    assert dispersion == pytest.approx(REFERENCE["count_its"]["dispersion"], rel=EXACT)


def test_controlled_series() -> None:
    """z:after is the step at t = 0 of the slope, so that the two designs differ by a linear map."""
    control = series(reference_column("log_control"), name="control")
    spec = dataclasses.replace(SPEC, seasonality="none")
    fit = fit_controlled_its(log_y(), [control], spec, ItsOptions("ols", link="identity"))
    names = [term.name for term in fit.terms]
    step, slope = names.index("closure"), names.index("closure_slope")
    maps = np.zeros((2, len(names)))
    maps[0, step], maps[0, slope], maps[1, slope] = 1, -1 / 24, 1 / 12
    errors = np.sqrt(np.diagonal(maps @ fit.covariance @ maps.T))
    known = REFERENCE["controlled_its"]
    found = np.column_stack([maps @ fit.estimates, errors])
    assert found == pytest.approx(np.array([known["z:after"], known["z:since"]]), rel=EXACT)


def test_step_and_slope_are_after_and_since_by_a_linear_map() -> None:
    """since counts whole months from the first on; the slope is years, month means from 0.5 on."""
    own = fit_its(log_y(), SPEC, ItsOptions("gls_ar1_reml", link="identity"))
    other = fitted("gls_ar1_reml")
    assert own.log_likelihood is not None
    assert own.fitted == pytest.approx(other.fitted, rel=OPTIMISER)
    assert own.rho == pytest.approx(other.rho, rel=OPTIMISER)
    step, slope = own.coefficient("closure"), own.coefficient("closure_slope")
    after, since = other.coefficient("after"), other.coefficient("since")
    assert slope.estimate == pytest.approx(12 * since.estimate, rel=OPTIMISER)
    assert slope.standard_error == pytest.approx(12 * since.standard_error, rel=OPTIMISER)
    assert step.estimate == pytest.approx(after.estimate + since.estimate / 2, rel=OPTIMISER)
    matrix = own.design.matrix
    assert matrix[:, -2] == pytest.approx(AFTER)
    assert matrix[:, -1] == pytest.approx((SINCE - 0.5 * AFTER) / 12)


@pytest.mark.parametrize("rho", [0.0, 0.55])
def test_interval_model_on_regular_months_is_generalised_least_squares(rho: float) -> None:
    log_flow = reference_column("log_y")
    interval = fit_interval_series(
        monthly_reports(START, END, log_flow),
        SPEC,
        rho=rho,
        tau=0.0,
        errors="gaussian",
        covariance="model",
        penalised=False,
    )
    regular = fit_its(series(np.exp(log_flow)), SPEC, ItsOptions("gls_ar1_reml", rho=rho))
    for one, other in zip(interval.coefficients, regular.coefficients, strict=True):
        assert other.estimate == pytest.approx(one.estimate, rel=EXACT, abs=EXACT)
        assert other.standard_error == pytest.approx(one.standard_error, rel=EXACT)
        assert other.df == pytest.approx(one.df)
    assert regular.sigma == pytest.approx(interval.sigma, rel=EXACT)


def test_cochrane_orcutt_is_that_of_gretl() -> None:
    """Investment on output growth, United States, as printed by gretl (ar1, Cochrane-Orcutt)."""
    data = macrodata.load_pandas().data
    growth = 400 * np.diff(np.log(data["realgdp"]))
    matrix = np.column_stack([np.ones(len(growth)), growth, data["realint"][:-1]])
    investment = 400 * np.diff(np.log(data["realinv"]))
    calendar = build_calendar("2000-01", str(np.datetime64("2000-01") + len(growth) - 1))
    terms = (
        Term("level", "Level", "intercept"),
        Term("growth", "Growth", "regressor"),
        Term("interest", "Interest", "regressor"),
    )
    design = Design(calendar, terms, matrix, calendar.first_days[100].astype(object))
    made = series(investment, months=list(calendar.months))
    fit = fit_design(made, design, ItsOptions("cochrane_orcutt", link="identity"))
    printed = [[-9.50990, 0.990456], [4.37040, 0.208146], [-0.579253, 0.268009]]
    assert numbers(fit, ("level", "growth", "interest")) == pytest.approx(
        np.array(printed), rel=PRINTED
    )
    assert fit.rho == pytest.approx(-0.108136, abs=GRETL_STOPS)
    assert fit.sigma * np.sqrt(1 - fit.rho**2) == pytest.approx(10.66735, rel=PRINTED)
    assert fit.df[0] == len(growth) - 1 - 3
