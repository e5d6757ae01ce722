"""The combinations of a specification curve, each factorised once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np

from analysis.errors import ModelError, require_known
from analysis.inference.check_gls import Whiteners, gls_engine, whiteners_of
from analysis.inference.check_ols import newey_west_engine
from analysis.inference.check_problem import EffectRegression, part_of, triangle_of
from analysis.inference.check_tests import Engine
from analysis.models.arrays import Bools, Floats
from analysis.models.design import DesignSpec, TrendShape, build_design
from analysis.models.interrupted_series import check_inside
from analysis.models.its_problem import design_rows, independent_columns, usable_values
from analysis.models.its_results import ItsFit
from analysis.models.its_windows import with_anticipation, with_wash_out
from analysis.study import Seasonality

SPARE: Final = 10  # residual degrees of freedom of a specification worth its place
HOPELESS: Final = 100.0  # variance inflation from which a fit calls an effect not identified


@dataclass(frozen=True)
class Choices:
    """What a specification curve combines; the choice of the fit is always among them.

    Attributes
    ----------
    later_starts
        Months by which the window begins later.
    set_aside
        Months left out: positive from the start of the intervention on, negative before it.
    estimators
        `gls_ar1` (rho by REML) and `newey_west` (least squares, plug-in bandwidth).
    """

    trends: Sequence[TrendShape] = ("linear", "quadratic")
    seasons: Sequence[Seasonality] = ("none", "fourier_2")
    later_starts: Sequence[int] = (0, 12, 24)
    set_aside: Sequence[int] = (0, -3, 3)
    estimators: Sequence[str] = ("gls_ar1", "newey_west")

    def __post_init__(self) -> None:
        for name in self.estimators:
            require_known(name, ENGINES, ModelError, f"unknown estimator '{name}'")
        if any(months < 0 for months in self.later_starts) or not self.estimators:
            raise ModelError("a window cannot begin earlier than that of the fit")


@dataclass(frozen=True)
class Specification:
    """One combination.

    Attributes
    ----------
    used
        Which values of the fit it uses, shape (n,).
    """

    choices: Mapping[str, str]
    used: Bools
    engine: Engine
    df: int


def _newey_west(rows: Floats, whiteners: Whiteners) -> Engine:
    return newey_west_engine(rows, whiteners.noise)


ENGINES: Final[Mapping[str, Callable[[Floats, Whiteners], Engine]]] = {
    "gls_ar1": gls_engine,
    "newey_west": _newey_west,
}
CHOICES: Final = Choices()


def specifications(
    fit: ItsFit, problem: EffectRegression, name: str, choices: Choices
) -> tuple[list[Specification], int]:
    """Return the combinations that can be estimated, and how many cannot.

    A combination cannot where the window leaves an intervention out, values are too few, or the
    effect is not told apart from the other terms.
    """
    if fit.spec is None:
        return [], 0
    trends = dict.fromkeys((fit.spec.trend, *choices.trends))
    seasons = dict.fromkeys((fit.spec.seasonality, *choices.seasons))
    grid = product(trends, seasons, choices.later_starts, choices.set_aside)
    found: list[Specification] = []
    lost = 0
    known: dict[bytes, Whiteners] = {}
    for trend, season, later, aside in grid:
        words = {"trend": trend, "season": season, "start": _later(fit.spec, later)}
        words |= {"set_aside": _aside_words(aside)}
        rows = _rows(fit, problem, name, (trend, season, later, aside))
        if rows is None:
            lost += len(choices.estimators)
            continue
        matrix, values = rows
        whiteners = known.get(values.tobytes()) or whiteners_of(part_of(problem.noise, values))
        known[values.tobytes()] = whiteners
        found += [
            Specification(
                words | {"estimator": estimator},
                values,
                ENGINES[estimator](matrix, whiteners),
                matrix.shape[0] - matrix.shape[1],
            )
            for estimator in choices.estimators
        ]
    return found, lost


def _later(spec: DesignSpec, months: int) -> str:
    return str(np.datetime64(spec.start, "M") + months)


def _aside_words(months: int) -> str:
    if not months:
        return "nothing"
    return f"{abs(months)} months {'after' if months > 0 else 'before'}"


def _rows(
    fit: ItsFit,
    problem: EffectRegression,
    name: str,
    chosen: tuple[TrendShape, Seasonality, int, int],
) -> tuple[Floats, Bools] | None:
    try:
        spec = _spec(fit, name, chosen)
        for item in spec.interventions:
            check_inside(item.name, item.start, spec)
        design = build_design(spec)
    except ModelError:
        return None
    values = usable_values(fit.series, design, spec.left_out)
    rows = design_rows(fit.series.keep(values), design)
    place = design.names.index(name)
    order = [j for j in range(rows.shape[1]) if j != place] + [place]
    kept = independent_columns(rows[:, order])
    matrix = rows[:, order][:, kept] * problem.weights[values][:, None]
    enough = matrix.shape[0] - matrix.shape[1] >= SPARE
    if not (kept[-1] and enough and _both_sides(rows[:, place])) or inflation(matrix) > HOPELESS:
        return None
    return matrix, values


def _both_sides(column: Floats) -> bool:
    return bool(np.ptp(column) > 0)


def inflation(rows: Floats) -> float:
    """Return the variance inflation of the last column once its mean is taken out."""
    column = rows[:, -1] - rows[:, -1].mean()
    corner = abs(triangle_of(rows)[-1, -1])
    return float(column @ column / corner**2)


def _spec(fit: ItsFit, name: str, chosen: tuple[TrendShape, Seasonality, int, int]) -> DesignSpec:
    trend, season, later, aside = chosen
    if fit.spec is None:
        raise ModelError("the fit has no specification")
    knots = fit.spec.knots if trend == fit.spec.trend else ()
    spec = replace(
        fit.spec, trend=trend, seasonality=season, knots=knots, start=_later(fit.spec, later)
    )
    if aside < 0:
        return with_anticipation(spec, name, -aside, "left_out")
    return with_wash_out(spec, name, aside) if aside else spec
