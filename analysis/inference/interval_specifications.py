"""Specification curve of an interval series: every reasonable model of the same reports.

The grid crosses choices that a referee could have made otherwise (Simonsohn, Simmons & Nelson 2020,
Nature Human Behaviour 4). An effect counts where a specification identifies it; what share agrees
in sign and in significance is reported, not a verdict of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, Literal

import pandas as pd

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interval_errors import Errors
from analysis.models.interval_findings import Effect
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_series import fit_interval_series
from analysis.study import Seasonality, Trend

Autocorrelation = float | Literal["reml"]
CHOICES: Final = ("reports", "trend", "seasonality", "errors", "rho")
COLUMNS: Final = (
    *("specification", "is_main", *CHOICES),
    *("name", "label", "estimate", "lower", "upper", "verdict"),
)
SUMMARY_COLUMNS: Final = (
    *("name", "label", "specifications", "identified", "main", "lowest", "median", "highest"),
    *("share_same_sign", "share_significant", "share_agreeing"),
)


@dataclass(frozen=True)
class Specification:
    """One way to estimate: which reports, which model."""

    reports: str
    trend: Trend
    seasonality: Seasonality
    errors: Errors
    rho: Autocorrelation


@dataclass(frozen=True)
class SpecificationCurve:
    """Every effect under every specification.

    Attributes
    ----------
    table
        One row a specification and intervention, columns `COLUMNS`: estimates and limits in per
        cent, missing where not identified.
    failed
        Specifications whose fit failed: what they are, and the reason.
    """

    table: pd.DataFrame
    failed: tuple[tuple[str, str], ...]

    @property
    def summary(self) -> pd.DataFrame:
        """One row an intervention, see `summarise`."""
        return summarise(self.table)


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row an intervention, columns `SUMMARY_COLUMNS`; shares of those identified.

    `share_agreeing` is the share of all specifications that identify the effect, give it the
    sign of the main one, and agree with it on whether the interval excludes zero.

    Parameters
    ----------
    table
        Rows as in `SpecificationCurve.table`.
    """
    groups = table.groupby("name", sort=False)
    rows = [_summary(str(name), rows) for name, rows in groups]
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def specification_grid(main: Specification, reports: Sequence[str]) -> tuple[Specification, ...]:
    """Return the main specification and then every other one of the grid.

    Parameters
    ----------
    reports
        Names of the sets of reports.
    """
    trends: tuple[Trend, ...] = ("linear", "none")
    seasons: tuple[Seasonality, ...] = ("none", "fourier_1")
    errors: tuple[Errors, ...] = ("student_t", "gaussian")
    rhos: tuple[Autocorrelation, ...] = ("reml", 0.6)
    every = (Specification(*choice) for choice in product(reports, trends, seasons, errors, rhos))
    return (main, *(item for item in every if item != main))


def specification_curve(
    reports: Mapping[str, pd.DataFrame],
    design: DesignSpec,
    grid: Sequence[Specification],
    level: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> SpecificationCurve:
    """Fit every specification of a grid, the main one first.

    Parameters
    ----------
    reports
        Observations by the name of the set, as `fit_interval_series` takes them.
    design
        Window and interventions; trend and seasonality come from the grid.

    Raises
    ------
    ModelError
        When the grid is empty.
    """
    if not grid:
        raise ModelError("there is no specification to fit", allowed="one or more")
    pieces: list[pd.DataFrame] = []
    failed: list[tuple[str, str]] = []
    for number, item in enumerate(grid):
        try:
            pieces.append(_rows(number, item, _fit(reports[item.reports], design, item, level)))
        except ModelError as error:
            failed.append((_words(item), error.problem))
        if progress is not None:
            progress(number + 1, len(grid))
    table = pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=list(COLUMNS))
    return SpecificationCurve(table, tuple(failed))


def _fit(
    observations: pd.DataFrame, design: DesignSpec, item: Specification, level: float
) -> IntervalFit:
    spec = replace(design, trend=item.trend, seasonality=item.seasonality)
    return fit_interval_series(observations, spec, rho=item.rho, errors=item.errors, level=level)


def _rows(number: int, item: Specification, fit: IntervalFit) -> pd.DataFrame:
    choices = {choice: str(getattr(item, choice)) for choice in CHOICES}
    effects = [effect for effect in fit.effects if effect.shape != "trend"]
    rows = [{"specification": number, "is_main": number == 0} | choices | _of(e) for e in effects]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        dict.fromkeys(("estimate", "lower", "upper"), float)
    )


def _of(effect: Effect) -> dict[str, object]:
    keys = ("name", "label", "estimate", "lower", "upper", "verdict")
    return {key: getattr(effect, key) for key in keys}


def _summary(name: str, rows: pd.DataFrame) -> tuple[object, ...]:
    known = rows[rows["estimate"].notna()]
    chosen = known.loc[known["is_main"], "estimate"]
    main = float(chosen.iloc[0]) if len(chosen) else None
    counted = (name, rows["label"].iloc[0], len(rows), len(known), main)
    if known.empty:
        return (*counted, *[None] * 6)
    significant = (known["lower"] > 0) | (known["upper"] < 0)
    spread = known["estimate"].min(), known["estimate"].median(), known["estimate"].max()
    if main is None:
        return (*counted, *spread, None, float(significant.mean()), None)
    same = (known["estimate"] > 0) == (main > 0)
    alike = same & (significant == bool(significant[known["is_main"]].iloc[0]))
    agreeing = float(alike.sum()) / len(rows)
    return (*counted, *spread, float(same.mean()), float(significant.mean()), agreeing)


def _words(item: Specification) -> str:
    return ", ".join(f"{choice} {getattr(item, choice)}" for choice in CHOICES)
