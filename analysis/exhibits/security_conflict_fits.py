"""Count models of conflict events near the border, and of the same events elsewhere.

A count under which every month is zero gives an infinite effect, so an intervention whose months
hold no event is taken out, with its months, and reported as such. The count of a month cannot be
split, so a month that an intervention holds in part is left out, and an intervention runs from its
first whole month to its last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.check_tests import p_values
from analysis.models.design import DesignSpec, build_design
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries, regular_series
from analysis.settings.border_security import AreaBlock, BorderSecurity
from analysis.study import Intervention

WHOLE: Final = 0.9  # share of a month from which an intervention holds it; below 0.1 it does not
HALF: Final = 0.5  # where every month must belong to one stretch
UNIT: Final = "events"


@dataclass(frozen=True)
class PlaceboRank:
    """Where |t| of an effect stands among the placebo areas.

    Attributes
    ----------
    rank
        1 is the largest of `among` areas, the one near the border included.
    lost
        Placebo areas without this effect, with the reason.
    """

    rank: int
    among: int
    p_value: float
    lost: Mapping[str, str]


@dataclass(frozen=True)
class ConflictFit:
    """The model of one area.

    Attributes
    ----------
    fit
        With the estimator and covariance of the settings.
    other
        Quasi-Poisson with the model covariance.
    quiet
        Interventions whose months hold no event: taken out of the model, with those months.
    months
        Months of the model that each intervention holds.
    ranks
        By intervention.
    """

    area: AreaBlock
    series: RegularSeries
    fit: ItsFit
    other: ItsFit
    quiet: tuple[Intervention, ...]
    months: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, PlaceboRank]


def counts_of(
    context: pd.DataFrame, area: AreaBlock, settings: BorderSecurity, measure: str = "events"
) -> RegularSeries:
    """Return the monthly counts of an area inside the window."""
    window = settings.blocks.conflict.window
    rows = context[context["series"] == f"conflict/{area.name}/{measure}"]
    months = rows["month"].dt.strftime("%Y-%m")
    inside = rows[months.between(window.start, window.end)].sort_values("month")
    return regular_series(inside, name=area.name, label=area.label, unit=UNIT)


def conflict_fits(context: pd.DataFrame, settings: BorderSecurity) -> dict[str, ConflictFit]:
    """Fit every area near the border, and the placebo areas by the same rules.

    Raises
    ------
    ModelError
        See `fit_its`.
    """
    block = settings.blocks.conflict
    options = ItsOptions(
        estimator=block.estimator, covariance=block.covariance, level=settings.blocks.level
    )
    other = replace(options, estimator="quasi_poisson", covariance="model")
    placebos = {
        area.label: _placebo(counts_of(context, area, settings), settings, options)
        for area in block.placebos
    }
    months = intervention_months(settings)
    found = {}
    for area in block.areas:
        series = counts_of(context, area, settings)
        spec, quiet = specification(series, settings)
        fit = fit_its(series, spec, options)
        found[area.name] = ConflictFit(
            area=area,
            series=series,
            fit=fit,
            other=fit_its(series, spec, other),
            quiet=quiet,
            months=months,
            ranks={item.name: _rank(fit, item.name, placebos) for item in spec.interventions},
        )
    return found


def intervention_shares(settings: BorderSecurity) -> pd.DataFrame:
    """Return the share of each month of the window that each intervention holds."""
    window, items = settings.blocks.conflict.window, settings.conflict_events
    design = build_design(DesignSpec(window.start, window.end, "none", interventions=items))
    names = [item.name for item in items]
    places = [design.names.index(name) for name in names]
    months = list(design.calendar.months)
    return pd.DataFrame(design.matrix[:, places], index=months, columns=names)


def divided_months(settings: BorderSecurity) -> tuple[str, ...]:
    """Return the months that some intervention holds in part, which no model uses."""
    shares = intervention_shares(settings)
    parts = (shares > 1 - WHOLE) & (shares < WHOLE)
    return tuple(shares.index[parts.any(axis=1)])


def intervention_months(settings: BorderSecurity) -> dict[str, tuple[str, ...]]:
    """Return the months of the model that each intervention holds."""
    shares = intervention_shares(settings).drop(list(divided_months(settings)))
    return {str(name): tuple(shares.index[shares[name] >= WHOLE]) for name in shares}


def specification(
    series: RegularSeries, settings: BorderSecurity
) -> tuple[DesignSpec, tuple[Intervention, ...]]:
    """Return the design of an area, and the interventions without an event in their months."""
    window = settings.blocks.conflict.window
    months = intervention_months(settings)
    counts = dict(zip(series.months, series.a_month, strict=True))
    quiet = tuple(
        item
        for item in settings.conflict_events
        if not sum(counts[month] for month in months[item.name])
    )
    kept = tuple(
        _in_whole_months(item, months[item.name])
        for item in settings.conflict_events
        if item not in quiet
    )
    whole = [months[item.name] for item in quiet if months[item.name]]
    stretches = [(held[0], held[-1]) for held in whole]
    divided = [(month, month) for month in divided_months(settings)]
    spec = DesignSpec(
        window.start,
        window.end,
        trend="none",
        interventions=kept,
        left_out=tuple(sorted([*stretches, *divided])),
    )
    return spec, quiet


def _in_whole_months(item: Intervention, months: tuple[str, ...]) -> Intervention:
    """Let an intervention begin and end with the months that it holds."""
    first = pd.Period(months[0], "M").start_time.date()
    last = pd.Period(months[-1], "M").end_time.date()
    return replace(item, start=first, end=last if item.end else None)


def _placebo(series: RegularSeries, settings: BorderSecurity, options: ItsOptions) -> ItsFit | str:
    """Fit a placebo area by the same rules, or say why it cannot be fitted."""
    months = intervention_months(settings)
    under = {month for item in months.values() for month in item} | set(divided_months(settings))
    counts = zip(series.months, series.a_month, strict=True)
    if not sum(count for month, count in counts if month not in under):
        return "no event before the interventions"
    spec, _ = specification(series, settings)
    try:
        return fit_its(series, spec, options)
    except ModelError as error:
        return error.problem


def _t(fit: ItsFit, name: str) -> float:
    found = next((item for item in fit.coefficients if item.name == name), None)
    if found is None or found.estimate is None or found.standard_error is None:
        return float("nan")
    return found.estimate / found.standard_error


def _rank(fit: ItsFit, name: str, placebos: Mapping[str, ItsFit | str]) -> PlaceboRank:
    fits = {label: item for label, item in placebos.items() if isinstance(item, ItsFit)}
    lost = {label: item for label, item in placebos.items() if isinstance(item, str)}
    sizes = {label: abs(_t(item, name)) for label, item in fits.items()}
    lost |= {label: "no event under it" for label, t in sizes.items() if np.isnan(t)}
    known = np.array([t for t in sizes.values() if not np.isnan(t)])
    own = abs(_t(fit, name))
    p_value = float(p_values(np.array([own]), known[None])[0]) if len(known) else 1.0
    return PlaceboRank(1 + int((known >= own).sum()), len(known) + 1, p_value, lost)
