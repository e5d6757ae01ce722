"""The Poisson step of a gravity equation, through pyfixest, and its small-sample factors.

pyfixest matches fixed effects to clusters by the place of their name in the formula, while it
holds them in the order of a hashed set; its default factor then changes from one process to the
next. The bare sandwich is therefore asked for, and the factor is computed here.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.gravity_results import Dropped
from analysis.models.gravity_sample import GravitySample, prune, refuse_absorbed
from analysis.models.gravity_separation import separated

DEMEAN_TOLERANCE: Final = 1e-12
DEVIANCE_TOLERANCE: Final = 1e-13
ITERATIONS: Final = 200


@dataclass(frozen=True)
class PoissonStep:
    """Estimates and bare sandwich of one Poisson fit.

    Attributes
    ----------
    estimates, sandwich
        Shapes (k,) and (k, k), without any small-sample factor.
    means, within
        Fitted flows, shape (n,), and regressors less their projection on the fixed effects with
        these as weights, shape (n, k).
    """

    sample: GravitySample
    estimates: Floats
    sandwich: Floats
    means: Floats
    within: Floats
    deviance: float
    dropped: tuple[Dropped, ...]


def poisson_step(sample: GravitySample, clusters: Mapping[str, pd.Categorical]) -> PoissonStep:
    """Leave out what cannot take part, check for separation and fit.

    Parameters
    ----------
    clusters
        Cluster of each observation of `sample` by clustering dimension; empty for no covariance.

    Raises
    ------
    ModelError
        When a regressor is absorbed or collinear, nothing is left or the fit does not converge.
    """
    kept, dropped = prune(sample)
    refuse_absorbed(kept)
    marked = separated(kept)
    if marked.any():
        rows = tuple(kept.keys.index[marked].tolist())
        dropped += (Dropped("separated", "regressors and fixed effects", (), rows),)
        kept, more = prune(kept.keep(~marked))
        dropped += more
        _refuse_separating(kept, len(rows))
    mask = sample.keys.index.isin(kept.keys.index)
    model = _fit(kept, {name: groups[mask] for name, groups in clusters.items()})
    scale = _scale(kept)
    return PoissonStep(
        kept,
        np.asarray(model._beta_hat) / scale,
        np.asarray(model._vcov) / np.outer(scale, scale),
        np.asarray(model._Y_hat_response),
        np.asarray(model._X) / np.sqrt(model._irls_weights)[:, None] * scale,
        float(model.deviance),
        dropped,
    )


def _refuse_separating(kept: GravitySample, count: int) -> None:
    try:
        refuse_absorbed(kept)
    except ModelError as error:
        raise ModelError(
            f"{error.problem}, once {count} zero flows that the model predicts perfectly are out",
            remedy="leave the regressor out: flows that are always zero do not bound its effect",
        ) from error


def _scale(sample: GravitySample) -> Floats:
    return np.asarray(sample.regressors.std(axis=0))


def _frame(sample: GravitySample, clusters: Mapping[str, pd.Categorical]) -> pd.DataFrame:
    scaled = sample.regressors / _scale(sample)
    columns: dict[str, Any] = {"y": sample.flow}
    columns |= {f"x{k}": scaled[:, k] for k in range(scaled.shape[1])}
    columns |= {f"f{k}": groups.codes for k, groups in enumerate(sample.effects.values())}
    columns |= {f"g{k}": groups.codes for k, groups in enumerate(clusters.values())}
    return pd.DataFrame(columns)


def _formula(sample: GravitySample) -> str:
    regressors = "+".join(f"x{k}" for k in range(sample.regressors.shape[1]))
    effects = "+".join(f"f{k}" for k in range(len(sample.effects)))
    return f"y ~ {regressors} | {effects}"


def _fepois(sample: GravitySample, frame: pd.DataFrame, **options: Any) -> Any:
    """Call pyfixest with its messages turned into our own; it leaves out collinear regressors."""
    import pyfixest as pf
    from pyfixest.demeaners import LsmrDemeaner

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = pf.fepois(
                _formula(sample),
                frame,
                fixef_rm="none",
                iwls_maxiter=ITERATIONS,
                demeaner=LsmrDemeaner(fixef_atol=DEMEAN_TOLERANCE, fixef_btol=DEMEAN_TOLERANCE),
                **options,
            )
        except ValueError as error:
            if "collinear" in str(error):
                raise _collinear(sample.columns.regressors) from error
            raise
    return model


def _collinear(names: list[str] | tuple[str, ...]) -> ModelError:
    return ModelError(
        f"{', '.join(repr(name) for name in names)}: collinear with the fixed effects and the "
        "other regressors",
        remedy="leave it out, or use fixed effects that it varies within",
    )


def _fit(sample: GravitySample, clusters: Mapping[str, pd.Categorical]) -> Any:
    import pyfixest as pf

    names = "+".join(f"g{k}" for k in range(len(clusters)))
    model = _fepois(
        sample,
        _frame(sample, clusters),
        separation_check=[],
        vcov={"CRV1": names} if names else "iid",
        ssc=pf.ssc(k_adj=False, G_adj=False),
        iwls_tol=DEVIANCE_TOLERANCE,
    )
    if model._collin_vars:
        raise _collinear([sample.columns.regressors[int(name[1:])] for name in model._collin_vars])
    if not model.convergence or not np.isfinite(model._beta_hat).all():
        raise ModelError(
            f"the Poisson fit did not converge in {ITERATIONS} steps",
            remedy="look for regressors of very different size or flows of very few pairs",
        )
    return model


def parameters(sample: GravitySample, clusters: Mapping[str, pd.Categorical]) -> int:
    """Count the parameters as fixest does with `K.fixef = "nonnested"`.

    Regressors, plus the levels of all fixed effects less one for each effect after the first;
    an effect whose levels each lie in one cluster counts one instead of its levels.
    """
    levels = {name: len(groups.categories) for name, groups in sample.effects.items()}
    nested = [
        name
        for name, groups in sample.effects.items()
        if any(_is_nested(groups, other) for other in clusters.values())
    ]
    total = int(sample.regressors.shape[1]) + sum(levels.values()) - (len(levels) - 1)
    return total - sum(levels[name] for name in nested) + len(nested)


def _is_nested(groups: pd.Categorical, clusters: pd.Categorical) -> bool:
    combined = pd.DataFrame({"group": groups.codes, "cluster": clusters.codes})
    return bool(len(combined.drop_duplicates()) == len(groups.categories))
