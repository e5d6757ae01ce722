"""Gate trade as an interval series, without conflict and with it as a regressor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.models.design import DesignSpec, Regressor
from analysis.models.interval_findings import Coefficient
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_rows import only_inside
from analysis.models.interval_series import fit_interval_series
from analysis.settings.border_security import BorderSecurity

NAME: Final = "conflict_lag_"


@dataclass(frozen=True)
class TradeFit:
    """One model of gate trade.

    Attributes
    ----------
    lags
        Lags in months at which log(1 + conflict events) enters; none in the model without it.
    """

    lags: tuple[int, ...]
    fit: IntervalFit

    @property
    def label(self) -> str:
        """What enters, in words."""
        if not self.lags:
            return "without conflict"
        return f"conflict, {' and '.join(lag_words(lag) for lag in self.lags)}"

    def conflict(self, lag: int) -> Coefficient:
        """Return the coefficient of log(1 + events) at a lag."""
        return next(item for item in self.fit.coefficients if item.name == f"{NAME}{lag}")

    def inflation(self, name: str) -> float | None:
        """Return the variance inflation of a term."""
        pairs = zip(self.fit.coefficients, self.fit.found, strict=True)
        return next(found.vif for item, found in pairs if item.name == name)


def lag_words(lag: int) -> str:
    """Say a lag in words."""
    return "same month" if lag == 0 else f"{lag} month{'s' if lag > 1 else ''} before"


def trade_fits(
    observations: pd.DataFrame, context: pd.DataFrame, settings: BorderSecurity
) -> tuple[TradeFit, ...]:
    """Fit gate trade without conflict, with each lag alone, and with all lags together.

    Raises
    ------
    ModelError
        See `fit_interval_series`.
    """
    block = settings.blocks.trade
    own = observations["series"] == block.series
    rows = observations[own & observations["confidence"].isin(block.confidence)]
    kept = only_inside(rows, block.window.start, block.window.end)
    events = monthly_events(context, block.conflict)
    several = [block.lags] if len(block.lags) > 1 else []
    sets = [(), *((lag,) for lag in block.lags), *several]
    return tuple(TradeFit(lags, _fit(kept, events, lags, settings)) for lags in sets)


def monthly_events(context: pd.DataFrame, series: str) -> dict[str, float]:
    """Return the number of events by month."""
    rows = context[context["series"] == series]
    return dict(zip(rows["month"].dt.strftime("%Y-%m"), rows["value"].astype(float), strict=True))


def log_events(events: Mapping[str, float], lag: int) -> dict[str, float]:
    """Return log(1 + events) of `lag` months before, by month."""
    return {
        str(np.datetime64(month, "M") + lag): float(np.log1p(value))
        for month, value in events.items()
    }


def _fit(
    rows: pd.DataFrame, events: Mapping[str, float], lags: tuple[int, ...], settings: BorderSecurity
) -> IntervalFit:
    block = settings.blocks.trade
    spec = DesignSpec(
        start=block.window.start,
        end=block.window.end,
        trend=block.trend,
        interventions=settings.trade_events,
        regressors=tuple(
            Regressor(f"{NAME}{lag}", f"Conflict events, {lag_words(lag)}", log_events(events, lag))
            for lag in lags
        ),
    )
    return fit_interval_series(rows, spec, rho=block.rho, level=settings.blocks.level)


def per_doubling(value: float) -> float:
    """Return the change in per cent when 1 + events doubles, from a coefficient of log(1 + x)."""
    return float(100 * (2**value - 1))
