"""Bootstrap tests of an effect: percentile t, with draws under no effect.

The statistic is studentised anew in every draw. The default of each check imposes no effect on the
residuals and resamples innovations, which holds the size (`check_size`); residuals with their
autocorrelation, or of the full model, are there for comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analysis.errors import ModelError
from analysis.inference.check import Check, CheckResult, cannot_say
from analysis.inference.check_draws import DrawPlan, Scheme, block_length
from analysis.inference.check_problem import EffectRegression, effect_regression
from analysis.inference.check_report import (
    STATISTICS,
    Drawn,
    check_draws,
    distribution_result,
    model_of,
    too_short,
    with_statistic,
)
from analysis.inference.check_tests import Regression, null_noise
from analysis.models.arrays import Floats
from analysis.models.its_results import ItsFit

Statistic = Literal["gls_ar1", "newey_west"]
Weights = Literal["webb", "rademacher", "dependent"]
Plan = tuple[Scheme, int, int | None, bool]


@dataclass(frozen=True)
class MovingBlockBootstrap:
    """Blocks of consecutive residuals (Kunsch 1989, Annals of Statistics 17).

    Table: `estimate`, `lower`, `upper` (symmetric percentile-t interval, its draws from residuals
    of the full model), `t`, `bound` (quantile of |t| under no effect), `p_value`, `smallest_p`,
    `rho`, `draws`, `block`, `seed`.

    Attributes
    ----------
    block
        Values in a block; `check_draws.block_length` if left out.
    restricted
        Whether residuals are those under no effect.
    post_blacken
        Whether blocks are of innovations and the autocorrelation is put back.
    """

    effect: str
    draws: int = 999
    seed: int = 1
    block: int | None = None
    restricted: bool = True
    post_blacken: bool = True
    statistic: Statistic = "gls_ar1"
    name: str = "moving_block_bootstrap"
    title: str = "Moving-block bootstrap"

    def run(self, fit: ItsFit) -> CheckResult:
        """Compare t with its bootstrap distribution under no effect.

        Raises
        ------
        ModelError
            When the effect or a setting is unknown.
        """
        if self.block is not None and self.block < 1:
            raise ModelError(f"a block of {self.block} values", allowed="1 or more, or None")
        plan: Plan = ("moving_block", self.draws, self.block, self.post_blacken)
        variant = "" if self.post_blacken else ", residuals"
        return _run(self, fit, plan, (self.seed, self.restricted, self.statistic), variant)


@dataclass(frozen=True)
class WildBootstrap:
    """Residuals times random weights of mean 0 and variance 1 (Davidson and Flachaire 2008).

    `webb` and `rademacher` weights go to innovations, whose autocorrelation is then put back (the
    idea of Goncalves and Kilian 2004, Journal of Econometrics 123), unless `post_blacken` is off:
    independent weights then destroy autocorrelation. `dependent` weights (Shao 2010, JASA 105)
    keep it in part. Table as for `MovingBlockBootstrap`.
    """

    effect: str
    draws: int = 999
    seed: int = 2
    weights: Weights = "webb"
    block: int | None = None
    restricted: bool = True
    post_blacken: bool = True
    statistic: Statistic = "gls_ar1"
    name: str = "wild_bootstrap"
    title: str = "Wild bootstrap"

    def run(self, fit: ItsFit) -> CheckResult:
        """Compare t with its bootstrap distribution under no effect.

        Raises
        ------
        ModelError
            When the effect or a setting is unknown.
        """
        schemes: dict[str, Scheme] = {
            "webb": "webb",
            "rademacher": "rademacher",
            "dependent": "dependent_wild",
        }
        if self.weights not in schemes:
            raise ModelError(f"unknown weights '{self.weights}'", allowed=", ".join(schemes))
        blacken = self.post_blacken and self.weights != "dependent"
        plan: Plan = (schemes[self.weights], self.draws, self.block, blacken)
        settings = (self.seed, self.restricted, self.statistic)
        return _run(self, fit, plan, settings, self._variant(blacken))

    def _variant(self, blacken: bool) -> str:
        if self.weights == "dependent":
            return ", dependent weights"
        if not blacken:
            return ", independent weights"
        return ", rademacher" if self.weights == "rademacher" else ""


@dataclass(frozen=True)
class ParametricBootstrap:
    """AR(1) noise with Gaussian innovations at the restricted-likelihood rho.

    Table as for `MovingBlockBootstrap`, without a block.
    """

    effect: str
    draws: int = 999
    seed: int = 3
    restricted: bool = True
    statistic: Statistic = "gls_ar1"
    name: str = "parametric_bootstrap"
    title: str = "Parametric AR(1) bootstrap"

    def run(self, fit: ItsFit) -> CheckResult:
        """Compare t with its distribution under no effect and AR(1) noise.

        Raises
        ------
        ModelError
            When the effect or a setting is unknown.
        """
        plan: Plan = ("gaussian", self.draws, 1, True)
        return _run(self, fit, plan, (self.seed, self.restricted, self.statistic), "")


def _run(
    check: Check,
    fit: ItsFit,
    plan: Plan,
    settings: tuple[int, bool, Statistic],
    variant: str,
) -> CheckResult:
    scheme, draws, block, blacken = plan
    seed, restricted, statistic = settings
    check_draws(draws, statistic)
    problem = effect_regression(fit, check.effect)
    reason = problem if isinstance(problem, str) else too_short(problem)
    if isinstance(problem, str) or reason:
        return cannot_say(check, reason)
    chosen = DrawPlan(scheme, draws, block or block_length(problem.n, blacken), blacken)
    model = model_of(problem, statistic)
    drawn, rho = _drawn(model, problem, chosen, seed, restricted=restricted)
    free = _drawn(model, problem, chosen, seed, restricted=False)[0] if restricted else drawn
    kind = f"{check.name}{variant}" + ("" if restricted else ", unrestricted")
    words = (with_statistic(kind, statistic), _how(chosen, restricted, statistic, seed))
    more: dict[str, float | int | str] = {"seed": str(seed)}
    if scheme in {"moving_block", "dependent_wild"}:
        more = {"block": chosen.block} | more
    return distribution_result(check, fit, problem, Drawn(model, drawn, rho, free), words, more)


def _drawn(
    model: Regression, problem: EffectRegression, plan: DrawPlan, seed: int, *, restricted: bool
) -> tuple[Floats, float]:
    """Return t of the draws (B,) and the autocorrelation behind them."""
    generator = np.random.default_rng(seed)
    noise, rho = null_noise(model, problem.response[None], plan, generator, restricted)
    return model.statistic.test(noise[0]).t, float(rho[0])


SCHEME_WORDS: Final[Mapping[Scheme, str]] = {
    "moving_block": "blocks of {block} consecutive {what}",
    "webb": "{what} times six-point weights",
    "rademacher": "{what} times random signs",
    "dependent_wild": "{what} times Gaussian weights that reach {block} months",
    "gaussian": "Gaussian innovations",
}


def _how(plan: DrawPlan, restricted: bool, statistic: Statistic, seed: int) -> str:
    what = "innovations" if plan.post_blacken else "residuals"
    drawn = SCHEME_WORDS[plan.scheme].format(block=plan.block, what=what)
    model = "under no effect" if restricted else "with the effect"
    return f"{drawn}, model {model}, seed {seed}; {STATISTICS[statistic]}"
