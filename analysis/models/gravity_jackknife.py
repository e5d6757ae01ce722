"""The split-panel jackknife: how far fixed effects bias the estimates of a gravity equation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.gravity_estimation import poisson_step
from analysis.models.gravity_sample import Columns, GravitySample, gravity_sample

HALVES = (("first", "first"), ("first", "second"), ("second", "first"), ("second", "second"))


@dataclass(frozen=True)
class JackknifeCheck:
    """Estimates with and without the split-panel jackknife.

    Attributes
    ----------
    estimates, corrected
        On the scale of the log flow, shape (k,); `corrected` is the mean over the splits.
    by_split
        Corrected estimates of each split of the countries, shape (splits, k).
    """

    names: tuple[str, ...]
    estimates: Floats
    corrected: Floats
    by_split: Floats
    countries: int
    seed: int

    @property
    def bias(self) -> Floats:
        """Estimated bias, shape (k,)."""
        return np.asarray(self.estimates - self.corrected)

    def table(self) -> pd.DataFrame:
        """Return one row a regressor; `split_spread` is the standard deviation over splits."""
        spread = self.by_split.std(axis=0, ddof=1) if len(self.by_split) > 1 else np.nan
        return pd.DataFrame(
            {
                "name": self.names,
                "estimate": self.estimates,
                "corrected": self.corrected,
                "bias": self.bias,
                "split_spread": spread,
            }
        )


def jackknife_gravity(
    frame: pd.DataFrame,
    *,
    flow: str,
    exporter: str,
    importer: str,
    period: str,
    regressors: Sequence[str],
    fixed_effects: str = "three_way",
    splits: int = 10,
    seed: int = 0,
) -> JackknifeCheck:
    """Estimate the bias of order 1/N of a gravity equation with N countries.

    The countries are split at random into two halves, four subpanels hold the exporters of one
    half and the importers of one half. A bias b/N is 2b/N in each subpanel, so that twice the
    estimate less the mean of the four is free of it. The mean over several splits makes the
    result depend less on chance.

    Parameters
    ----------
    splits, seed
        Number of random splits, and the seed that fixes them.

    Raises
    ------
    ModelError
        As in `fit_gravity`, and when a regressor is absorbed or collinear in a subpanel.

    Notes
    -----
    Weidner and Zylkin (2021), after Fernández-Val and Weidner (2016) and Dhaene and Jochmans
    (2015).
    """
    if splits < 1:
        raise ModelError(f"{splits} splits", allowed="one split or more")
    columns = Columns(flow, exporter, importer, period, tuple(regressors))
    sample = gravity_sample(frame.reset_index(drop=True), columns, fixed_effects)
    estimates = poisson_step(sample, {}).estimates
    names = np.unique(sample.keys[[exporter, importer]].astype(str).to_numpy())
    if len(names) < 8:
        raise ModelError(f"{len(names)} countries are too few to split", allowed="8 or more")
    seeds = np.random.SeedSequence(seed).spawn(splits)
    by_split = np.array([2 * estimates - _mean_of_subpanels(sample, names, item) for item in seeds])
    return JackknifeCheck(
        columns.regressors, estimates, by_split.mean(axis=0), by_split, len(names), seed
    )


def _mean_of_subpanels(
    sample: GravitySample, names: Floats, seed: np.random.SeedSequence
) -> Floats:
    first = np.random.default_rng(seed).permutation(names)[: len(names) // 2]
    found = [_estimates(sample.keep(mask), words) for words, mask in _subpanels(sample, first)]
    return np.asarray(np.mean(found, axis=0))


def _subpanels(sample: GravitySample, first: Floats) -> Iterator[tuple[str, Bools]]:
    columns = sample.columns
    sells = sample.keys[columns.exporter].astype(str).isin(first).to_numpy()
    buys = sample.keys[columns.importer].astype(str).isin(first).to_numpy()
    for seller, buyer in HALVES:
        mask = (sells == (seller == "first")) & (buys == (buyer == "first"))
        yield f"exporters of the {seller} half, importers of the {buyer} half", mask


def _estimates(sample: GravitySample, words: str) -> Floats:
    try:
        return poisson_step(sample, {}).estimates
    except ModelError as error:
        raise ModelError(
            error.problem,
            where=f"subpanel of the jackknife, {words}",
            remedy="use more countries, or regressors that vary in every part of the panel",
        ) from error
