"""From a test statistic to its p-value and its sentence."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import stats

from analysis.errors import ModelError
from analysis.models.panel_results import Distribution, PanelFit, SpecificationTest

# A test rejects, in words, below this p-value.
REJECTS = 0.05


def refuse_model(fit: PanelFit, allowed: Sequence[str], test: str) -> None:
    """Refuse a fit of a model that a test is not made for."""
    if fit.model not in allowed:
        raise ModelError(
            f"{test} got a '{fit.model}' fit",
            allowed=", ".join(allowed),
            remedy="fit that model to the same rows first",
        )


def chi_squared(name: str, null: str, statistic: float, df: int, method: str) -> SpecificationTest:
    """Return a chi-squared test with its p-value and its sentence."""
    return judged(name, null, statistic, "chi-squared", (float(df),), method)


def p_value_of(statistic: float, distribution: Distribution, df: tuple[float, ...]) -> float:
    """Return the upper tail of chi-squared and F, both tails of the normal distribution."""
    tails = {
        "chi-squared": lambda: stats.chi2.sf(statistic, *df),
        "F": lambda: stats.f.sf(statistic, *df),
        "normal": lambda: 2 * stats.norm.sf(abs(statistic)),
    }
    return float(tails[distribution]())


def judged(
    name: str,
    null: str,
    statistic: float,
    distribution: Distribution,
    df: tuple[float, ...],
    method: str,
) -> SpecificationTest:
    """Return a test with its p-value and its sentence."""
    return specification_test(
        name, null, statistic, distribution, df, p_value_of(statistic, distribution, df), method
    )


def specification_test(
    name: str,
    null: str,
    statistic: float,
    distribution: Distribution,
    df: tuple[float, ...],
    p_value: float,
    method: str,
) -> SpecificationTest:
    """Return a test with its sentence."""
    symbol = {"chi-squared": "χ²", "F": "F", "normal": "z"}[distribution]
    inside = f"({', '.join(f'{value:g}' for value in df)})" if df else ""
    number = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    verdict = "speaks against" if p_value < REJECTS else "does not speak against"
    sentence = (
        f"The {name} test {verdict} the hypothesis that {null}: "
        f"{symbol}{inside} = {statistic:.2f}, {number}."
    )
    return SpecificationTest(
        name,
        null,
        statistic,
        distribution,
        df,
        p_value,
        method,
        sentence,
    )
