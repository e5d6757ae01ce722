"""How to estimate a regular interrupted series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from analysis.errors import ModelError, require_known

Estimator = Literal[
    "auto",
    "ols",
    "prais_winsten",
    "cochrane_orcutt",
    "gls_ar1_reml",
    "gls_ar1_ml",
    "arima",
    "quasi_poisson",
    "negative_binomial",
]
Covariance = Literal["model", "hc0", "hc1", "hc2", "hc3", "newey_west"]
Link = Literal["identity", "log"]
BandwidthRule = Literal["andrews", "newey_west_1994", "plug_in"]
Distribution = Literal["t", "normal"]

COUNT_ESTIMATORS: Final = frozenset({"quasi_poisson", "negative_binomial"})
ROBUST_ESTIMATORS: Final = frozenset({"ols"}) | COUNT_ESTIMATORS
AR1_ESTIMATORS: Final = frozenset({"gls_ar1_reml", "gls_ar1_ml"})


@dataclass(frozen=True)
class ItsOptions:
    """How to estimate.

    Attributes
    ----------
    estimator
        `auto` is least squares with Newey-West errors below 12 values and REML from 12 on.
    covariance
        Of the coefficients: `model` is that of the estimator; the others are sandwiches, for
        least squares and counts only.
    link
        Of the linear estimators; counts always have the log link.
    bandwidth
        Of `newey_west`: the last lag with a weight in months, or a rule. None is `plug_in`, the
        floor of 4 (n / 100)^(2/9).
    small_sample
        Whether variances carry the factor n / (n - k): that of Newey-West, and that of the
        maximum-likelihood error variance.
    distribution
        Of the intervals: t with n - k degrees of freedom, or normal.
    arima_order
        (p, 0, q) of the errors of `arima`; differencing would lose the level.
    rho
        A given autocorrelation in (-1, 1) for generalised least squares; None estimates it.

    Raises
    ------
    ModelError
        When a word is unknown, a number out of range, or two choices exclude each other.
    """

    estimator: Estimator = "auto"
    covariance: Covariance = "model"
    link: Link = "log"
    bandwidth: int | BandwidthRule | None = None
    small_sample: bool = True
    distribution: Distribution = "t"
    level: float = 0.95
    arima_order: tuple[int, int, int] = (1, 0, 0)
    rho: float | None = None

    def __post_init__(self) -> None:
        _check_word("estimator", self.estimator, Estimator)
        _check_word("covariance", self.covariance, Covariance)
        _check_word("link", self.link, Link)
        _check_word("distribution", self.distribution, Distribution)
        _check_bandwidth(self.bandwidth)
        _check_numbers(self)
        _check_fit_together(self)

    @property
    def counts(self) -> bool:
        """Whether the estimator is one for counts."""
        return self.estimator in COUNT_ESTIMATORS


def _check_word(name: str, word: str, kind: object) -> None:
    allowed = get_args(kind)
    require_known(word, allowed, ModelError, f"unknown {name} '{word}'")


def _check_bandwidth(bandwidth: int | str | None) -> None:
    if bandwidth is None or bandwidth in get_args(BandwidthRule):
        return
    whole = isinstance(bandwidth, (int, np.integer)) and not isinstance(bandwidth, bool)
    if whole and int(bandwidth) >= 0:
        return
    raise ModelError(
        f"the bandwidth is {bandwidth!r}",
        allowed=f"a whole number of months of 0 or more, {', '.join(get_args(BandwidthRule))}",
    )


def _check_numbers(options: ItsOptions) -> None:
    if not 0 < options.level < 1:
        raise ModelError(f"the level is {options.level}", allowed="a number between 0 and 1")
    if options.rho is not None and not -1 < options.rho < 1:
        raise ModelError(f"rho is {options.rho}", allowed="a number in (-1, 1), or None")
    p, d, q = options.arima_order
    if min(p, q) < 0 or d != 0:
        raise ModelError(
            f"the order of the ARIMA errors is {options.arima_order}",
            allowed="(p, 0, q) with p and q of 0 or more: differencing would lose the level",
        )


def _check_fit_together(options: ItsOptions) -> None:
    if options.estimator == "auto" and options.covariance != "model":
        raise ModelError(
            "the estimator 'auto' chooses its covariance itself",
            allowed="covariance='model'",
            remedy=f"name an estimator to have the covariance '{options.covariance}'",
        )
    if options.covariance != "model" and options.estimator not in ROBUST_ESTIMATORS:
        raise ModelError(
            f"the covariance '{options.covariance}' is not one of '{options.estimator}'",
            allowed="covariance='model'",
            remedy="robust covariances are for ols, quasi_poisson and negative_binomial",
        )
    if options.rho is not None and options.estimator not in AR1_ESTIMATORS:
        raise ModelError(
            f"the estimator '{options.estimator}' takes no given rho",
            allowed=", ".join(sorted(AR1_ESTIMATORS)),
        )
