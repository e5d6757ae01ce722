"""How a fit was made, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from analysis.models.interval_covariance import NoiseParameters
from analysis.models.interval_errors import STUDENT_DF, Errors
from analysis.models.interval_estimation import Covariance, Options
from analysis.models.interval_noise import NoiseFit

COVARIANCES: Final[Mapping[Covariance, str]] = {
    "kenward_roger": "Kenward-Roger covariance (first order)",
    "model": "model covariance of generalised least squares",
}
ERRORS: Final[Mapping[Errors, str]] = {
    "gaussian": "normal disagreement",
    "huber": "disagreement weighted after Huber",
    "student_t": f"Student-t disagreement with {STUDENT_DF:g} degrees of freedom",
}


def convention(options: Options, noise: NoiseParameters) -> str:
    """Say link, noise, covariance and degrees of freedom of a fit."""
    how = options.criterion.upper()
    if options.penalised and options.criterion == "reml":
        how = f"penalised {how}"
    rho = "given" if options.rho is not None else how
    tau = "given" if options.tau is not None else how
    return (
        f"{options.link} link; sigma {noise.sigma:.4g} ({how}), rho {noise.rho:.3f} ({rho}), "
        f"tau {noise.tau:.4g} ({tau}); {ERRORS[options.errors]}; "
        f"{COVARIANCES[options.covariance]}; {100 * options.level:g} % t intervals with "
        "Satterthwaite degrees of freedom"
    )


def notes(noise: NoiseFit) -> tuple[str, ...]:
    """Say which parameters of the noise lie at a bound."""
    return tuple(
        f"{name} lies at a bound of its range and is held there" for name in noise.at_bound
    )
