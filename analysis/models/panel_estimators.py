"""The panel models: each turns a checked panel into a least-squares problem that it equals.

The library parts are the alternating projections of pyfixest (two-way effects of an unbalanced
panel) and the variance components of linearmodels (random effects); the other transformations
are means and differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.covariance_panel import group_sums
from analysis.models.arrays import Floats
from analysis.models.panel_results import Dropped, Integers
from analysis.models.panel_rows import PanelRows
from analysis.models.panel_singletons import without_singletons

CONSTANT = "constant"
ALL_ROWS = slice(None)
MEAN_SUFFIX = " (unit mean)"
# The projections stop when no entry changes by more than this, relative to the column's scale;
# estimates then agree with the exact ones to about 1e-8.
PROJECTION_TOLERANCE = 1e-10
# Less than this share of a column's spread is left when effects absorb it; far above what the
# projections leave, far below a within variation that could carry an estimate.
ABSORBED = 1e-6
# A column whose squared remainder, given the columns before it, is under this share is a
# combination of them; rounding of cross-products leaves about 1e-14.
COLLINEAR = 1e-11


@dataclass(frozen=True)
class Transformed:
    """A least-squares problem.

    Attributes
    ----------
    response, design
        Shapes (n, ) and (n, k).
    scales
        Root sum of squares of each column before effects were taken out, about its mean,
        shape (k,): what is left is compared with it.
    source
        Row of the panel that each row belongs to, shape (n,), or all of them in order; the unit's
        first row for means.
    effects
        Names of the absorbed effects: `unit`, `time`.
    constant
        Column that is the (transformed) constant, if there is one.
    averaged
        Whether rows are unit means.
    """

    panel: PanelRows
    response: Floats
    design: Floats
    names: tuple[str, ...]
    scales: Floats
    source: Integers | slice
    effects: tuple[str, ...] = ()
    constant: int | None = None
    averaged: bool = False
    dropped: tuple[Dropped, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)


def pooled(panel: PanelRows) -> Transformed:
    """Ordinary least squares on all rows, with a constant."""
    return _with_constant(panel, panel.outcome, panel.regressors, ALL_ROWS)


def fixed(panel: PanelRows) -> Transformed:
    """Take unit effects out by unit means."""
    return _within(panel, ("unit",), _demean_units)


def two_way(panel: PanelRows) -> Transformed:
    """Take unit and period effects out, in closed form where the panel is balanced."""
    return _within(panel, ("unit", "time"), _demean_both)


def between(panel: PanelRows) -> Transformed:
    """Regress unit means on a constant and unit means, each unit with the same weight."""
    counts = np.bincount(panel.unit)
    values = group_sums(_side_by_side(panel.outcome, panel.regressors), panel.unit, len(counts))
    means = values / counts[:, None]
    first = np.searchsorted(panel.unit, np.arange(len(counts)))
    start = _with_constant(panel, means[:, 0], means[:, 1:], first.astype(np.int64))
    return replace(start, averaged=True)


def first_difference(panel: PanelRows) -> Transformed:
    """Differences between neighbouring periods of a unit, without a constant.

    plm adds a constant to the differences; linearmodels, as here, does not. Two rows with a
    missing period between them make no difference.
    """
    same = np.diff(panel.unit) == 0
    adjacent = same & (np.diff(panel.time) == 1)
    if not adjacent.any():
        raise ModelError(
            "no unit is seen in two neighbouring periods, so there are no first differences",
            allowed="series of at least two neighbouring periods",
            remedy="use fixed effects",
        )
    gaps = int(same.sum() - adjacent.sum())
    reason = f"{gaps} differences would cross a missing period"
    later = np.flatnonzero(adjacent) + 1
    return Transformed(
        panel,
        panel.outcome[later] - panel.outcome[later - 1],
        panel.regressors[later] - panel.regressors[later - 1],
        panel.names,
        _scales(panel.regressors),
        later.astype(np.int64),
        dropped=(Dropped("gap", "first differences", reason, gaps),) if gaps else (),
    )


def random(panel: PanelRows) -> Transformed:
    """Random unit effects with the variance components of Swamy and Arora (1972)."""
    return _quasi_demeaned(panel, panel.regressors, panel.names)


def correlated_random(panel: PanelRows) -> Transformed:
    """Random effects with unit means of the regressors added (Mundlak, 1978).

    A regressor that does not vary within units has no mean of its own.
    """
    counts = np.bincount(panel.unit)
    means = (group_sums(panel.regressors, panel.unit, len(counts)) / counts[:, None])[panel.unit]
    spread = np.sqrt(((panel.regressors - means) ** 2).sum(axis=0))
    varies = spread > ABSORBED * _scales(panel.regressors)
    added = tuple(
        f"{name}{MEAN_SUFFIX}" for name, kept in zip(panel.names, varies, strict=True) if kept
    )
    wide = np.column_stack([panel.regressors, means[:, varies]])
    return _quasi_demeaned(panel, wide, (*panel.names, *added))


ESTIMATORS: Mapping[str, Callable[[PanelRows], Transformed]] = {
    "pooled": pooled,
    "fixed": fixed,
    "two_way": two_way,
    "random": random,
    "between": between,
    "first_difference": first_difference,
    "correlated_random": correlated_random,
}


def _scales(columns: Floats) -> Floats:
    """Root sum of squares about the mean of each column."""
    away = (column - column.mean() for column in columns.T)
    return np.array([np.sqrt(column @ column) for column in away])


def _side_by_side(first: Floats, others: Floats) -> Floats:
    """One column and a matrix as a matrix with contiguous columns."""
    matrix = np.empty((len(first), 1 + others.shape[1]), order="F")
    matrix[:, 0], matrix[:, 1:] = first, others
    return matrix


def _with_constant(
    panel: PanelRows, response: Floats, columns: Floats, source: Integers | slice
) -> Transformed:
    design = _side_by_side(np.ones(len(response)), columns)
    scales = np.concatenate([[np.sqrt(len(response))], _scales(columns)])
    names = (CONSTANT, *panel.names)
    return Transformed(panel, response, design, names, scales, source, constant=0)


def _within(
    panel: PanelRows, effects: tuple[str, ...], demean: Callable[[PanelRows, Floats], Floats]
) -> Transformed:
    kept = without_singletons(panel, effects)
    return Transformed(
        kept,
        demean(kept, kept.outcome[:, None])[:, 0],
        demean(kept, kept.regressors),
        kept.names,
        _scales(kept.regressors),
        ALL_ROWS,
        effects,
    )


def _demean_units(panel: PanelRows, values: Floats) -> Floats:
    counts = np.bincount(panel.unit)
    means = group_sums(values, panel.unit, len(counts)) / counts[:, None]
    return np.asarray(values - means[panel.unit])


def _demean_both(panel: PanelRows, values: Floats) -> Floats:
    if panel.balanced:
        return double_demean(values, len(panel.unit_labels))
    return project_out(values, np.column_stack([panel.unit, panel.periods]))


def double_demean(values: Floats, units: int) -> Floats:
    """Take unit and period means from a balanced panel ordered by unit and period, (n, k)."""
    left = np.empty(values.shape, order="F")
    for before, after in zip(values.T, left.T, strict=True):
        table, result = before.reshape(units, -1), after.reshape(units, -1)
        by_period = np.full(units, 1 / units) @ table
        np.subtract(table, by_period, out=result)
        result -= (result @ np.full(table.shape[1], 1 / table.shape[1]))[:, None]
    return left


def project_out(values: Floats, effects: Integers) -> Floats:
    """Project fixed effects out of columns by alternating projections (pyfixest).

    Parameters
    ----------
    effects
        Codes, shape (n, number of sets).

    Raises
    ------
    ModelError
        When the projections do not converge.
    """
    from pyfixest.core.demean import demean

    away = values - values.mean(axis=0)
    scales = np.abs(away).max(axis=0)
    scales[scales == 0] = 1.0
    left, converged = demean(
        away / scales, effects.astype(np.uint64), np.ones(len(values)), tol=PROJECTION_TOLERANCE
    )
    if not converged:
        raise ModelError(
            "the unit and period effects could not be projected out to the tolerance",
            remedy="look for parts of the panel that hardly share a unit or a period",
        )
    return np.asarray(left * scales)


def _quasi_demeaned(panel: PanelRows, columns: Floats, names: tuple[str, ...]) -> Transformed:
    """Subtract the share theta of the unit means that makes random effects spherical."""
    start = _with_constant(replace(panel, names=names), panel.outcome, columns, ALL_ROWS)
    theta, details = _random_effects(panel, columns, names)
    values = _side_by_side(start.response, start.design)
    counts = np.bincount(panel.unit)
    means = group_sums(values, panel.unit, len(counts)) / counts[:, None]
    values = values - (theta[:, None] * means)[panel.unit]
    return replace(start, panel=panel, response=values[:, 0], design=values[:, 1:], details=details)


def _random_effects(
    panel: PanelRows, columns: Floats, names: tuple[str, ...]
) -> tuple[Floats, Mapping[str, float]]:
    """Return theta by unit and the variance components, from linearmodels."""
    from linearmodels.panel import RandomEffects

    kept = independent_columns(columns - columns.mean(axis=0), _scales(columns))
    index = pd.MultiIndex.from_arrays([panel.unit, panel.time], names=["unit", "time"])
    design = pd.DataFrame(columns[:, kept], index=index, columns=np.array(names)[kept])
    design.insert(0, CONSTANT, 1.0)
    try:
        fit = RandomEffects(pd.Series(panel.outcome, index=index, name="outcome"), design).fit()
    except ValueError as error:
        raise ModelError(
            f"the variance components of random effects cannot be estimated: {error}",
            remedy="use more units than regressors and units that are seen more than once",
        ) from error
    theta = fit.theta.reindex(np.arange(len(panel.unit_labels))).to_numpy(dtype=float).ravel()
    shares = fit.variance_decomposition
    details = {
        "variance of the unit effects": float(shares["Effects"]),
        "variance of the residual": float(shares["Residual"]),
        "smallest theta": float(theta.min()),
        "largest theta": float(theta.max()),
    }
    return theta, details


def independent_columns(columns: Floats, scales: Floats) -> Integers:
    """Positions of the columns that neither vanish nor repeat those before them."""
    norms = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    present = norms > ABSORBED * np.where(scales > 0, scales, 1.0)
    gram = (
        columns.T @ columns / np.outer(np.where(norms > 0, norms, 1), np.where(norms > 0, norms, 1))
    )
    kept: list[int] = []
    for position in np.flatnonzero(present):
        if kept:
            block, cross = gram[np.ix_(kept, kept)], gram[kept, position]
            if 1 - cross @ np.linalg.solve(block, cross) <= COLLINEAR:
                continue
        kept.append(int(position))
    return np.array(kept, dtype=np.int64)
