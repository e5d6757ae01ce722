"""The small-sample conventions of panel standard errors, named in one place.

Good libraries differ silently in four choices: whether the variance is multiplied by
(n - 1)/(n - k), which fixed effects count in k, whether it is multiplied by G/(G - 1) (and by
which G where there are two clusterings), and which t distribution the interval takes. A
convention fixes all four; every result carries its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from analysis.errors import ModelError, entry_of

Counted = Literal["all", "not nested", "none"]
TwoWay = Literal["smallest", "each"]
Degrees = Literal["clusters", "residual", "normal"]


@dataclass(frozen=True)
class Convention:
    """One set of small-sample choices and what other programs call it.

    Attributes
    ----------
    regressor_factor
        Multiply by (n - 1)/(n - k), by n/(n - k), or not at all.
    counted
        Fixed effects that count in k: all of them; those not nested in the clusters, and one
        constant for each nested set; or none. Only clusters can contain effects: Driscoll–Kraay
        and the panel Newey–West count all of them under `not nested`, as fixest does.
    cluster_factor
        Multiply by G/(G - 1). Periods take the place of clusters for Driscoll–Kraay and for the
        panel Newey–West; rows do for heteroskedasticity-robust errors.
    two_way
        With two clusterings: the smallest G for all three terms, or each its own G.
    degrees
        Degrees of freedom of t: smallest G - 1, n - k, or the normal distribution.
    """

    name: str
    regressor_factor: Literal["(n-1)/(n-k)", "n/(n-k)", "none"]
    counted: Counted
    cluster_factor: bool
    two_way: TwoWay
    degrees: Degrees
    stata: str
    r: str
    python: str


CONVENTIONS: Mapping[str, Convention] = {
    item.name: item
    for item in (
        Convention(
            "fixest",
            "(n-1)/(n-k)",
            "not nested",
            True,
            "smallest",
            "clusters",
            stata="reghdfe, vce(cluster); xtreg, fe vce(cluster) with one set of effects",
            r="fixest: ssc() as set by default",
            python="pyfixest with G_df='min'; release 0.60 miscounts nested effects unless the "
            "clustered effect is written last in the formula",
        ),
        Convention(
            "effects_counted",
            "(n-1)/(n-k)",
            "all",
            True,
            "smallest",
            "clusters",
            stata="areg or regress with dummies, vce(cluster)",
            r="fixest: ssc(K.fixef = 'full')",
            python="pyfixest with k_fixef='full'",
        ),
        Convention(
            "effects_not_counted",
            "(n-1)/(n-k)",
            "none",
            True,
            "smallest",
            "clusters",
            stata="none by default",
            r="fixest: ssc(K.fixef = 'none')",
            python="pyfixest with k_fixef='none'",
        ),
        Convention(
            "sandwich",
            "(n-1)/(n-k)",
            "all",
            True,
            "each",
            "residual",
            stata="none: Stata uses the smallest G and t(G - 1)",
            r="lm with dummies, sandwich: vcovCL(type = 'HC1', cadjust = TRUE), coeftest",
            python="statsmodels OLS with dummies (one clustering), use_t=True and df n - k",
        ),
        Convention(
            "linearmodels",
            "n/(n-k)",
            "all",
            False,
            "each",
            "residual",
            stata="none",
            r="none",
            python="linearmodels with count_effects=True, debiased=True, group_debias=False",
        ),
        Convention(
            "plm",
            "none",
            "none",
            False,
            "each",
            "normal",
            stata="none: Stata always corrects",
            r="plm: vcovHC(method = 'arellano', type = 'HC0'), vcovSCC and vcovNW (type = 'HC0')",
            python="linearmodels with count_effects=False, debiased=False",
        ),
    )
}


@dataclass(frozen=True)
class Effect:
    """A set of absorbed fixed effects: its name, its size and whether clusters contain it."""

    name: str
    size: int
    nested: bool


def lookup_convention(name: str) -> Convention:
    """Return the convention of that name.

    Raises
    ------
    ModelError
        When there is none.
    """
    return entry_of(CONVENTIONS, name, ModelError, f"unknown small-sample convention '{name}'")


def conventions_table() -> pd.DataFrame:
    """Return the conventions with their equivalents in Stata, R and Python, one a row."""
    return pd.DataFrame([asdict(item) for item in CONVENTIONS.values()])


def counted_parameters(
    counted: Counted, slopes: int, effects: Sequence[Effect], redundant: int
) -> int:
    """Return k.

    Parameters
    ----------
    slopes
        Columns of the transformed design, a constant included.
    redundant
        Fixed effects that the other set already spans: connected components of the panel with
        two sets, otherwise 0.
    """
    if counted == "none":
        return slopes
    everything = slopes + sum(effect.size for effect in effects) - redundant
    if counted == "all":
        return everything
    return everything - sum(effect.size - 1 for effect in effects if effect.nested)


def regressor_factor(convention: Convention, rows: int, parameters: int) -> float:
    """Return the factor of the variance for estimated parameters.

    Raises
    ------
    ModelError
        When no residual degree of freedom is left.
    """
    if rows <= parameters:
        raise ModelError(
            f"{rows} rows cannot support {parameters} parameters under the convention "
            f"'{convention.name}'",
            remedy="use fewer regressors or fixed effects",
        )
    numerator = {"(n-1)/(n-k)": rows - 1.0, "n/(n-k)": float(rows)}
    if convention.regressor_factor == "none":
        return 1.0
    return numerator[convention.regressor_factor] / (rows - parameters)


def cluster_factors(convention: Convention, counts: Sequence[int]) -> tuple[float, ...]:
    """Return G/(G - 1) for each clustering, shape as `counts`; all 1 without the factor."""
    if not convention.cluster_factor:
        return (1.0,) * len(counts)
    used = [min(counts)] * len(counts) if convention.two_way == "smallest" else list(counts)
    return tuple(count / (count - 1) for count in used)
