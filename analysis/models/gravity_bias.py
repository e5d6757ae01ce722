"""The incidental-parameter bias of three-way PPML, and estimates without it.

Given its total over time the flow of a pair is multinomial with shares p over the periods; the
exporter-period and importer-period effects enter the shares. A T-vector of effects of one country
is estimated from as many flows as it has partners, which leaves a bias of order 1/N in the
coefficients (Weidner and Zylkin 2021, proposition 3). With S the scores, H the negative Hessian
and G the third derivative of a pair with respect to its T log means, and x the regressor less its
projection on the effects, the score of the coefficient has for each country the expectation

    -tr[(sum H)^+ sum S (H x)'] + 1/2 sum G[x, (sum H)^+ (sum S S') (sum H)^+]

with sums over its partners. The bias is this, over all exporters and importers, divided by x'Hx.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.models.arrays import Bools, Floats
from analysis.models.gravity_estimation import PoissonStep, poisson_step
from analysis.models.gravity_sample import Columns, GravitySample, gravity_sample


@dataclass(frozen=True)
class BiasCorrection:
    """Estimates of three-way PPML with and without their bias of order 1/N.

    Attributes
    ----------
    estimates, bias
        On the scale of the log flow, shape (k,).
    """

    names: tuple[str, ...]
    estimates: Floats
    bias: Floats

    @property
    def corrected(self) -> Floats:
        """Estimates less their bias, shape (k,)."""
        return np.asarray(self.estimates - self.bias)

    def table(self) -> pd.DataFrame:
        """Return one row a regressor."""
        return pd.DataFrame(
            {
                "name": self.names,
                "estimate": self.estimates,
                "bias": self.bias,
                "corrected": self.corrected,
            }
        )


@dataclass(frozen=True)
class _Pairs:
    """Pairs by period; zero where a pair has no observation.

    `mean`, `score` have shape (pairs, T), `x` (k, pairs, T); `exporter`, `importer` (pairs,).
    """

    exporter: NDArray[np.int64]
    importer: NDArray[np.int64]
    mean: Floats
    score: Floats
    x: Floats

    @property
    def share(self) -> Floats:
        """Shares of the periods, shape (pairs, T)."""
        return np.asarray(self.mean / self.mean.sum(axis=1, keepdims=True))

    @property
    def hessian(self) -> Floats:
        """Negative Hessian of each pair, shape (pairs, T, T)."""
        share = self.share
        inner = np.eye(share.shape[1]) * share[:, :, None] - share[:, :, None] * share[:, None]
        return np.asarray(self.mean.sum(axis=1)[:, None, None] * inner)


def correct_gravity_bias(
    frame: pd.DataFrame,
    *,
    flow: str,
    exporter: str,
    importer: str,
    period: str,
    regressors: Sequence[str],
) -> BiasCorrection:
    """Estimate the bias of a three-way gravity equation analytically.

    Raises
    ------
    ModelError
        As in `fit_gravity`.

    Notes
    -----
    Weidner and Zylkin (2021). Flows of different pairs are taken to be independent, those of one
    pair over time need not be. The bias of the standard errors is not corrected.
    """
    columns = Columns(flow, exporter, importer, period, tuple(regressors))
    sample = gravity_sample(frame.reset_index(drop=True), columns, "three_way")
    step = poisson_step(sample, {})
    pairs = _pairs(step)
    hessian = pairs.hessian
    slopes = np.einsum("pab,kpb->kpa", hessian, pairs.x)
    weight = np.einsum("kpa,lpa->kl", pairs.x, slopes)
    total = sum(_by_country(pairs, hessian, slopes, side) for side in ("exporter", "importer"))
    return BiasCorrection(columns.regressors, step.estimates, np.linalg.solve(weight, total))


def _pairs(step: PoissonStep) -> _Pairs:
    sample: GravitySample = step.sample
    names, keys = sample.columns, sample.keys
    period = pd.factorize(keys[names.period], sort=True)[0]
    pair = sample.effects["pair"].codes.astype(np.int64)
    shape = (int(pair.max()) + 1, int(period.max()) + 1)
    first = pd.Series(range(len(pair))).groupby(pair).first().to_numpy()
    exporter, importer = (
        pd.factorize(keys[name].to_numpy()[first])[0] for name in (names.exporter, names.importer)
    )
    cells = (pair, period)
    mean, score = np.zeros(shape), np.zeros(shape)
    x = np.zeros((step.within.shape[1], *shape))
    mean[cells], score[cells] = step.means, sample.flow - step.means
    x[:, cells[0], cells[1]] = step.within.T
    return _Pairs(exporter, importer, mean, score, x)


def _by_country(pairs: _Pairs, hessian: Floats, slopes: Floats, side: str) -> Floats:
    """Sum the expectation of the score of each coefficient over countries, shape (k,)."""
    codes = getattr(pairs, side)
    total = np.zeros(len(pairs.x))
    for country in range(int(codes.max()) + 1):
        own = codes == country
        inverse = np.linalg.pinv(hessian[own].sum(axis=0), hermitian=True)
        scores = pairs.score[own]
        first = np.einsum("ab,pb,kpa->k", inverse, scores, slopes[:, own])
        spread = inverse @ (scores.T @ scores) @ inverse
        total += _third(pairs, own, spread) / 2 - first
    return total


def _third(pairs: _Pairs, own: Bools, spread: Floats) -> Floats:
    """Sum G[x, spread] over the pairs: minus the third cumulant of a multinomial, shape (k,)."""
    share, size = pairs.share[own], pairs.mean[own].sum(axis=1)
    weighted = share * pairs.x[:, own]
    diagonal, mean_x = np.diag(spread), weighted.sum(axis=2)
    quadratic = np.einsum("pa,ab,pb->p", share, spread, share)
    cumulant = (
        weighted @ diagonal
        - 2 * np.einsum("kpa,ab,pb->kp", weighted, spread, share)
        - mean_x * (share @ diagonal)
        + 2 * mean_x * quadratic
    )
    return -np.asarray(cumulant @ size)
