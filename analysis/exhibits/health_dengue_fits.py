"""Count models of dengue around the closure of the borders, one a country."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.exhibits.health_rows import first_day, last_day
from analysis.inference.check import CheckResult
from analysis.inference.check_placebo import PlaceboInTime
from analysis.inference.check_randomisation import RandomisationInference
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.interval_findings import Effect
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries, regular_series
from analysis.settings.health_security import DengueBlock, HealthSecurity
from analysis.study import Intervention

CLOSURE: Final = "closure"
SERIES: Final = "dengue/{}/cases"
Change = Callable[["DengueModel"], "DengueModel"]


@dataclass(frozen=True)
class DengueModel:
    """A series with a design and an estimator."""

    series: RegularSeries
    spec: DesignSpec
    options: ItsOptions

    def fit(self) -> ItsFit:
        """Estimate it."""
        return fit_its(self.series, self.spec, self.options)


@dataclass(frozen=True)
class OtherModel:
    """The effect in another model; `reason` says why there is none.

    Attributes
    ----------
    trusted
        Whether the test of the model rejects a true hypothesis as often as it says.
    """

    label: str
    effect: Effect | None
    months: int
    trusted: bool
    reason: str


@dataclass(frozen=True)
class Placebo:
    """The effect of a closure of the same length in an earlier year, on the months before ours."""

    year: int
    effect: Effect | None
    reason: str


@dataclass(frozen=True)
class DengueFits:
    """What one country's series says about the closure.

    Attributes
    ----------
    settings
        Of the dengue models.
    reason
        Why there is no model at all; the empty text where there is one.
    """

    country: str
    name: str
    model: DengueModel
    settings: DengueBlock
    fit: ItsFit | None
    reason: str

    @property
    def effect(self) -> Effect | None:
        """The effect of the closure, None where it is not identified."""
        found = self.fit.effect(CLOSURE) if self.fit else None
        return found if found is not None and found.estimate is not None else None

    @property
    def why_not(self) -> str:
        """Why the effect is not identified."""
        return self.fit.effect(CLOSURE).reason if self.fit else self.reason

    @property
    def rho(self) -> float | None:
        """Correlation of the Pearson residuals of one month and the next."""
        if self.fit is None:
            return None
        residuals = pd.Series(self.fit.whitened_residuals, self.fit.series.first)
        pairs = pd.concat([residuals, residuals.rename(lambda month: month + 1)], axis=1).dropna()
        return float(np.corrcoef(pairs.to_numpy(dtype=float).T)[0, 1])

    @cached_property
    def randomised(self) -> CheckResult | None:
        """Test of no effect by circular shifts of the residuals."""
        if self.fit is None or self.effect is None:
            return None
        return RandomisationInference(CLOSURE).run(self.fit)

    @cached_property
    def dated(self) -> CheckResult | None:
        """Test beside placebo dates."""
        if self.fit is None or self.effect is None:
            return None
        settings = self.settings
        return PlaceboInTime(CLOSURE, draws=settings.draws, seed=settings.seed).run(self.fit)

    @cached_property
    def others(self) -> tuple[OtherModel, ...]:
        """The effect in the other models."""
        if self.effect is None:
            return ()
        return tuple(
            _other(label, change, self.model)
            for label, change in other_models(self.settings).items()
        )

    @cached_property
    def placebos(self) -> tuple[Placebo, ...]:
        """The effect of a closure as long in earlier years."""
        years = self.settings.placebo_years
        return tuple(_placebo(self, year) for year in range(years.first, years.last + 1))


def dengue_fits(
    context: pd.DataFrame, settings: HealthSecurity, start: date, names: Mapping[str, str]
) -> dict[str, DengueFits]:
    """Estimate the closure in every country.

    Parameters
    ----------
    context
        Monthly series in long form: series, month, value, unit.
    start
        First day of the closure.
    """
    return {code: _fits(context, settings, start, code, names[code]) for code in settings.countries}


def _fits(
    context: pd.DataFrame, settings: HealthSecurity, start: date, code: str, name: str
) -> DengueFits:
    dengue = settings.dengue
    rows = context[context["series"] == SERIES.format(code)]
    series = regular_series(rows, name=code, label=name, unit="cases")
    closed = Intervention(
        CLOSURE,
        dengue.closure.label,
        "temporary",
        start,
        last_day(dengue.closure.last_month),
        event_id=dengue.closure.event,
    )
    spec = DesignSpec(
        start=dengue.window.start,
        end=dengue.window.end,
        trend=dengue.trend,
        seasonality=dengue.seasonality,
        interventions=(closed,),
        left_out=tuple((item.start, item.end) for item in dengue.left_out if item.country == code),
    )
    options = ItsOptions(
        estimator=dengue.estimator,
        covariance="newey_west",
        bandwidth=dengue.bandwidth,
        level=settings.level,
    )
    model = DengueModel(series, spec, options)
    try:
        return DengueFits(code, name, model, dengue, model.fit(), "")
    except ModelError as error:
        return DengueFits(code, name, model, dengue, None, error.problem)


def other_models(settings: DengueBlock) -> dict[str, Change]:
    """Return what each other model changes, by its label."""
    epidemic = (settings.epidemic.start, settings.epidemic.end)
    ends: dict[str, Change] = {
        f"closure up to {month}": _until(month) for month in settings.other_last_months
    }
    other = "quasi_poisson" if settings.estimator == "negative_binomial" else "negative_binomial"
    return {
        **ends,
        f"without {epidemic[0]} to {epidemic[1]}": lambda model: _spec(
            model, left_out=(*model.spec.left_out, epidemic)
        ),
        "no months after the closure": lambda model: _spec(model, end=settings.closure.last_month),
        "no trend": lambda model: _spec(model, trend="none"),
        "month effects": lambda model: _spec(model, seasonality="months"),
        other.replace("_", "-"): lambda model: replace(
            model, options=replace(model.options, estimator=other)
        ),
        LOG_MODEL: _on_logs,
    }


LOG_MODEL: Final = "log cases, AR(1) errors"


def _spec(model: DengueModel, **parts: object) -> DengueModel:
    return replace(model, spec=replace(model.spec, **parts))  # type: ignore[arg-type]


def _until(month: str) -> Change:
    def changed(model: DengueModel) -> DengueModel:
        (closed,) = model.spec.interventions
        return _spec(model, interventions=(replace(closed, end=last_day(month)),))

    return changed


def _on_logs(model: DengueModel) -> DengueModel:
    options = ItsOptions(estimator="gls_ar1_reml", link="log", level=model.options.level)
    return replace(model, options=options)


def _other(label: str, change: Change, model: DengueModel) -> OtherModel:
    trusted = label == LOG_MODEL
    try:
        fit = change(model).fit()
    except ModelError as error:
        return OtherModel(label, None, 0, trusted, error.problem)
    effect = fit.effect(CLOSURE)
    known = effect.estimate is not None
    return OtherModel(
        label, effect if known else None, len(fit.series), trusted, "" if known else effect.reason
    )


def _placebo(found: DengueFits, year: int) -> Placebo:
    """Shift the closure by whole years and estimate it on the months before the real one."""
    (closed,) = found.model.spec.interventions
    shift = closed.start.year - year
    end = closed.end or closed.start
    moved = replace(closed, start=_earlier(closed.start, shift), end=_earlier(end, shift))
    before = str(np.datetime64(closed.start, "M") - 1)
    spec = replace(found.model.spec, end=before, interventions=(moved,))
    if moved.end is not None and moved.end >= closed.start:
        return Placebo(year, None, "it would reach into the closure itself")
    if f"{moved.start:%Y-%m}" <= spec.start:
        return Placebo(year, None, "it would begin before the window")
    try:
        effect = replace(found.model, spec=spec).fit().effect(CLOSURE)
    except ModelError as error:
        return Placebo(year, None, error.problem)
    known = effect.estimate is not None
    return Placebo(year, effect if known else None, "" if known else effect.reason)


def _earlier(day: date, years: int) -> date:
    """Return the day some years before; the last of February where it has no such day."""
    month = f"{day.year - years}-{day.month:02d}"
    return min(last_day(month), first_day(month).replace(day=min(day.day, last_day(month).day)))
