"""The estimators of a regular series by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from analysis.models.its_arima import arima
from analysis.models.its_counts import negative_binomial, quasi_poisson
from analysis.models.its_gls import cochrane_orcutt, gls_ml, gls_reml, prais_winsten
from analysis.models.its_ols import Estimated, ols
from analysis.models.its_options import Estimator, ItsOptions
from analysis.models.its_problem import Problem

SHORT_SERIES: Final = 12
"""Values below which REML does worse than least squares (Turner et al. 2021)."""

UNDERESTIMATED: Final = (
    "every method underestimates autocorrelation in short series, so that intervals are too "
    "narrow (Turner et al. 2021, BMC Medical Research Methodology 21:181)"
)

ESTIMATORS: Final[Mapping[Estimator, Callable[[Problem], Estimated]]] = {
    "ols": ols,
    "prais_winsten": prais_winsten,
    "cochrane_orcutt": cochrane_orcutt,
    "gls_ar1_reml": gls_reml,
    "gls_ar1_ml": gls_ml,
    "arima": arima,
    "quasi_poisson": quasi_poisson,
    "negative_binomial": negative_binomial,
}


def resolve(options: ItsOptions, values: int) -> ItsOptions:
    """Replace `auto` by least squares with Newey-West errors, or REML from 12 values on."""
    if options.estimator != "auto":
        return options
    if values < SHORT_SERIES:
        return replace(options, estimator="ols", covariance="newey_west")
    return replace(options, estimator="gls_ar1_reml")
