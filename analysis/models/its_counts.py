"""Counts with an offset: quasi-Poisson and negative binomial regression, log link.

Quasi-Poisson is the Poisson estimate with the Pearson dispersion in its covariance (McCullagh &
Nelder 1989). Negative binomial has variance mu + alpha mu^2, alpha by maximum likelihood, and the
covariance of the coefficients from the observed information of both.
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np

from analysis.errors import ModelError
from analysis.inference.covariance_time import Scores, sandwich
from analysis.models.arrays import Floats
from analysis.models.its_ols import Estimated
from analysis.models.its_problem import Problem

TOLERANCE: Final = 1e-12
ROUNDS: Final = 200
POISSON_ALPHA: Final = 1e-6  # overdispersion this small is none
SCORE_TOLERANCE: Final = 1e-5  # of the log likelihood by a coefficient, beside the values


def quasi_poisson(problem: Problem) -> Estimated:
    """Quasi-Poisson regression.

    Raises
    ------
    ModelError
        When the fit does not settle, or a term separates zeros from the other counts.
    """
    fit = _poisson(problem)
    mean = np.asarray(fit.mu)
    dispersion = float(((problem.response - mean) ** 2 / mean).sum() / problem.df)
    bread, leverage, root = _weighted(problem, mean, mean)
    if problem.options.covariance == "model":
        matrix, words = dispersion * bread, "model covariance times the Pearson dispersion"
    else:
        matrix, words = _robust(problem, bread, leverage, problem.response - mean)
    return Estimated(
        estimates=np.asarray(fit.params),
        covariance=matrix,
        fitted=mean,
        whitened_rows=root,
        whitened_residuals=(problem.response - mean) / np.sqrt(mean),
        words=f"quasi-Poisson, dispersion {dispersion:.4g} (Pearson, n-k); {words}",
        dispersion=dispersion,
    )


def negative_binomial(problem: Problem) -> Estimated:
    """Negative binomial regression.

    Raises
    ------
    ModelError
        When the fit does not settle, or the counts are not overdispersed.
    """
    fit = _nb2(problem)
    estimates, alpha = np.asarray(fit.params[:-1]), float(fit.params[-1])
    mean = np.exp(problem.rows @ estimates + problem.offset)
    variance = mean + alpha * mean**2
    bread, leverage, root = _weighted(problem, mean, mean**2 / variance)
    if problem.options.covariance == "model":
        matrix = np.asarray(fit.cov_params())[:-1, :-1]
        words = "model covariance from the observed information, alpha among the parameters"
    else:
        residual = (problem.response - mean) * mean / variance
        matrix, words = _robust(problem, bread, leverage, residual)
    return Estimated(
        estimates=estimates,
        covariance=matrix,
        fitted=mean,
        whitened_rows=root,
        whitened_residuals=(problem.response - mean) / np.sqrt(variance),
        words=f"negative binomial, variance mu + {alpha:.4g} mu^2 (ML); {words}",
        dispersion=alpha,
        log_likelihood=float(fit.llf),
    )


def _poisson(problem: Problem) -> Any:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(problem.response, problem.rows, family=Poisson(), offset=problem.offset)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = model.fit(maxiter=ROUNDS, tol=TOLERANCE)
    _check_score(problem, problem.rows.T @ (problem.response - np.asarray(fit.mu)))
    return fit


def _nb2(problem: Problem) -> Any:
    from statsmodels.discrete.discrete_model import NegativeBinomial

    poisson = _poisson(problem)
    mean = np.asarray(poisson.mu)
    if not float(((problem.response - mean) ** 2 - problem.response).sum()) > 0:
        raise _not_overdispersed()
    excess = float((((problem.response - mean) ** 2 - mean) / mean**2).mean())
    start = np.append(poisson.params, max(excess, 0.01))
    model = NegativeBinomial(
        problem.response, problem.rows, loglike_method="nb2", offset=problem.offset
    )
    fit = _settled(model, start)
    score = np.asarray(model.score(fit.params))
    if not fit.params[-1] > POISSON_ALPHA:
        raise _not_overdispersed()
    _check_score(problem, score)
    return fit


def _settled(model: Any, start: Floats) -> Any:
    """Maximise from afar by BFGS and near by Newton; a flat likelihood has no maximum."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            rough = model.fit(start, method="bfgs", maxiter=10 * ROUNDS, gtol=1e-6, disp=0)
            if not rough.params[-1] > POISSON_ALPHA:  # its Hessian would take hours below zero
                raise _not_overdispersed()
            return model.fit(rough.params, method="newton", maxiter=ROUNDS, tol=TOLERANCE, disp=0)
        except np.linalg.LinAlgError as error:
            raise _unsettled() from error


def _not_overdispersed() -> ModelError:
    """Return the error of counts whose likelihood has no slope towards an alpha above zero.

    At alpha zero that slope is half the sum of (y - mu)^2 - y (Dean and Lawless 1989, JASA 84).
    """
    return ModelError(
        "the counts are not overdispersed, so that alpha of the negative binomial is zero",
        remedy="estimator='quasi_poisson'",
    )


def _unsettled() -> ModelError:
    return ModelError(
        "the count regression does not settle",
        remedy="fewer terms; a term under which every count is zero has no finite estimate",
    )


def _check_score(problem: Problem, score: Floats) -> None:
    size = np.abs(problem.rows).T @ np.maximum(problem.response, 1.0)
    reached = np.abs(score[: len(size)]) <= SCORE_TOLERANCE * size
    if not (np.isfinite(score).all() and reached.all()):
        raise _unsettled()


def _weighted(problem: Problem, mean: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (X'WX)^-1, the leverage and W^(1/2) X.

    Raises
    ------
    ModelError
        When the weighted regressors are singular, as with a term under which all counts are zero.
    """
    root = problem.rows * np.sqrt(weights)[:, None]
    q, r = np.linalg.qr(root)
    diagonal = np.abs(np.diagonal(r))
    length = np.linalg.norm(problem.rows, axis=0) * np.sqrt(mean.max())
    if (diagonal <= TOLERANCE**0.5 * length).any():
        raise ModelError(
            "a term holds only zeros, so that its effect has no finite estimate",
            remedy="leave the term out, or a shape that spans more months",
        )
    inverse = np.linalg.inv(r)
    return inverse @ inverse.T, (q**2).sum(axis=1), root


def _robust(
    problem: Problem, bread: Floats, leverage: Floats, residual: Floats
) -> tuple[Floats, str]:
    options = problem.options
    parts = Scores(
        bread=bread,
        scores=problem.rows * residual[:, None],
        leverage=leverage,
        positions=problem.positions,
        informative=problem.informative,
    )
    found = sandwich(parts, options.covariance, options.bandwidth, options.small_sample)
    return found.matrix, found.words
