"""Regression with ARIMA errors, by the exact likelihood of the state space (statsmodels).

A missing month is a month without an observation in the filter. Regressors are turned into
orthogonal ones before the fit, so that the numerical information matrix is accurate, and back.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy.linalg import solve_triangular

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.its_gls import gls_ml
from analysis.models.its_ols import Estimated, least_squares, refuse_exact
from analysis.models.its_problem import Problem

METHODS: Final = ("bfgs", "lbfgs", "bfgs", "nm", "bfgs")  # in turns until the score vanishes
SETTINGS: Final = {"maxiter": 1000, "gtol": 1e-8, "disp": False}
STEADY: Final = 1e-3  # of the log likelihood by a parameter of order one


def arima(problem: Problem) -> Estimated:
    """Regression with ARIMA errors by maximum likelihood.

    Standard errors come from the numerical second derivative of the likelihood in all parameters
    (`approx`); the outer product of gradients fails on short series.

    Raises
    ------
    ModelError
        When a value covers several months, the likelihood does not settle or its second
        derivative gives no variance.
    """
    _refuse_spans(problem)
    solved = least_squares(problem.rows, problem.response)
    refuse_exact(solved.residuals, problem.response)
    scale = float(np.sqrt(solved.squares / len(problem.response)))
    q, r = np.linalg.qr(problem.rows)
    turn = r / np.sqrt(len(q))
    fit = _fit(problem, q * np.sqrt(len(q)), problem.response / scale)
    k = q.shape[1]
    params, spread = np.asarray(fit.params), _spread(fit)
    back = solve_triangular(turn, np.eye(k)) * scale
    estimates = back @ params[:k]
    return Estimated(
        estimates=estimates,
        covariance=back @ spread[:k, :k] @ back.T,
        fitted=problem.rows @ estimates,
        whitened_rows=problem.rows,
        whitened_residuals=_innovations(problem, fit) * scale,
        words=_words(problem, fit, k),
        rho=_rho(problem, params[k:]),
        sigma=None,
        log_likelihood=float(fit.llf) - len(problem.response) * float(np.log(scale)),
    )


def _refuse_spans(problem: Problem) -> None:
    if (problem.spans > 1).any():
        raise ModelError(
            f"{int((problem.spans > 1).sum())} values cover several months, which ARIMA errors "
            "cannot carry",
            allowed="values of one month; missing months are allowed",
            remedy="estimator='gls_ar1_reml', or leave the combined months out",
        )


def _grid(problem: Problem) -> tuple[np.ndarray, int]:
    """Places of the values among all months from the first to the last."""
    places = problem.first - problem.first[0]
    return places, int(places[-1]) + 1


def _fit(problem: Problem, rows: Floats, response: Floats) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    places, months = _grid(problem)
    endog = np.full(months, np.nan)
    exog = np.zeros((months, rows.shape[1]))
    endog[places], exog[places] = response, rows
    model = SARIMAX(endog, exog, order=problem.options.arima_order, trend="n")
    start = _start(problem, model, rows, response)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method in METHODS:
            fit = model.fit(start, method=method, cov_type="none", **SETTINGS)
            start = np.asarray(fit.params)
            score = np.asarray(model.score(start))
            if np.isfinite(score).all() and np.abs(score).max() <= STEADY:
                return model.smooth(start, cov_type="approx")
    raise ModelError(
        f"the likelihood of ARIMA{problem.options.arima_order} errors does not settle",
        remedy="a lower order, or estimator='gls_ar1_ml'",
    )


def _start(problem: Problem, model: Any, rows: Floats, response: Floats) -> Floats:
    """Start from generalised least squares with AR(1) noise where the order has such a part."""
    start = np.asarray(model.start_params, dtype=float)
    if problem.options.arima_order[0] == 0:
        return start
    plain = replace(problem.options, rho=None, small_sample=False)
    near = gls_ml(replace(problem, rows=rows, response=response, options=plain))
    rho, sigma = near.rho or 0.0, near.sigma or 1.0
    tail = np.zeros(len(start) - len(near.estimates))
    tail[0], tail[-1] = rho, sigma**2 * (1 - rho**2)
    return np.concatenate([near.estimates, tail])


def _spread(fit: Any) -> Floats:
    spread = np.asarray(fit.cov_params(), dtype=float)
    if not (np.isfinite(spread).all() and (np.diagonal(spread) > 0).all()):
        raise ModelError(
            "the likelihood of the ARIMA errors is flat, so that there is no standard error",
            remedy="a lower order, or fewer terms",
        )
    return spread


def _innovations(problem: Problem, fit: Any) -> Floats:
    places, _ = _grid(problem)
    found: Floats = np.asarray(fit.resid, dtype=float)[places]
    return found


def _rho(problem: Problem, tail: Floats) -> float | None:
    return float(tail[0]) if problem.options.arima_order == (1, 0, 0) else None


def _words(problem: Problem, fit: Any, k: int) -> str:
    names = np.asarray(fit.model.param_names)[k:-1]
    values = np.asarray(fit.params)[k:-1]
    told = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, values, strict=True))
    order = problem.options.arima_order
    return (
        f"ARIMA{order} errors by maximum likelihood ({told or 'no parameters'}); covariance from "
        "the numerical second derivative of the likelihood (statsmodels cov_type 'approx')"
    )
