"""A border province beside synthetic controls made of provinces without a land border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.errors import ModelError
from analysis.models.interval_identification import Verdict
from analysis.models.synthetic_control import SyntheticControlFit, fit_synthetic_control
from analysis.models.synthetic_intervals import EffectInterval, effect_interval
from analysis.models.synthetic_placebo import (
    PlaceboInSpace,
    leave_one_donor_out,
    placebo_in_space,
)
from analysis.settings.country_panels import CountryPanels
from analysis.study import Event

HALF: Final = 0.5


@dataclass(frozen=True)
class InteriorFit:
    """One event and method; the fit and what rests on it are None where it was refused.

    Attributes
    ----------
    first_month
        First month under treatment.
    interval, first
        Average effect over all months from the event on, and over the first of them.
    left_out
        The fit without each donor in turn, see `leave_one_donor_out`.
    verdict, reason
        `not identified` without a fit or with a poor one before the event; `weak` where an
        earlier event of the settings lies among the months before.
    """

    event: Event
    first_month: str
    method: str
    fit: SyntheticControlFit | None
    placebos: PlaceboInSpace | None
    interval: EffectInterval | None
    first: EffectInterval | None
    left_out: pd.DataFrame | None
    verdict: Verdict
    reason: str


def donors_of(provinces: pd.DataFrame, settings: CountryPanels) -> tuple[str, ...]:
    """Return the provinces without a land border, less those that the settings leave out."""
    apart = {settings.interior.province, *settings.interior.exclude}
    interior = provinces.loc[~provinces["land_border"], "unit"]
    return tuple(unit for unit in interior if unit not in apart)


def border_provinces(provinces: pd.DataFrame, settings: CountryPanels) -> tuple[str, ...]:
    """Return the other provinces with a land border, which are no donors."""
    found = provinces.loc[provinces["land_border"], "unit"]
    return tuple(unit for unit in found if unit != settings.interior.province)


def first_treated_month(event: Event) -> str:
    """Return the first month with half of its days or more from the event on."""
    month = pd.Period(event.start, "M")
    left = month.days_in_month - event.start.day + 1
    return str(month if left >= HALF * month.days_in_month else month + 1)


def interior_fits(
    policy: pd.DataFrame,
    provinces: pd.DataFrame,
    settings: CountryPanels,
    events: Mapping[str, Event],
) -> tuple[InteriorFit, ...]:
    """Fit every event by every method."""
    own = settings.interior
    donors = donors_of(provinces, settings)
    wanted = policy["unit"].isin([*donors, own.province]) & (policy["index"] == own.index)
    frame = policy[wanted].assign(month=policy["month"].dt.strftime("%Y-%m"))
    chosen = sorted((events[name] for name in own.events), key=lambda event: event.start)
    return tuple(
        _fitted(frame, event, method, donors, settings, chosen)
        for event in chosen
        for method in own.methods
    )


def _fitted(
    frame: pd.DataFrame,
    event: Event,
    method: str,
    donors: tuple[str, ...],
    settings: CountryPanels,
    events: list[Event],
) -> InteriorFit:
    month = first_treated_month(event)
    try:
        fit = fit_synthetic_control(
            frame,
            outcome="value",
            unit="unit",
            time="month",
            treated=settings.interior.province,
            first_treated=month,
            method=method,
            donors=donors,
        )
        verdict, reason = _verdict(fit, event, events)
        return InteriorFit(
            event,
            month,
            method,
            fit,
            placebo_in_space(fit),
            effect_interval(fit, level=settings.level),
            _first(fit, settings),
            leave_one_donor_out(fit),
            verdict,
            reason,
        )
    except ModelError as error:
        problem = error.problem.removeprefix("not identified: ")
        return InteriorFit(
            event, month, method, None, None, None, None, None, "not identified", problem
        )


def _first(fit: SyntheticControlFit, settings: CountryPanels) -> EffectInterval:
    after = fit.panel.times[fit.panel.before :]
    return effect_interval(
        fit, periods=after[: settings.interior.first_months], level=settings.level
    )


def _verdict(fit: SyntheticControlFit, event: Event, events: list[Event]) -> tuple[Verdict, str]:
    if fit.pre_fit == "poor fit":
        return "not identified", fit.pre_fit_reason
    earlier = [f"{one.event_id} of {one.start}" for one in events if one.start < event.start]
    if earlier:
        return "weak", f"a further change only: the months before hold {', '.join(earlier)}"
    return "identified", fit.pre_fit_reason
