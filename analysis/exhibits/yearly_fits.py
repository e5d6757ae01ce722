"""A group of countries beside all others by year: two-way effects, and what may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.exhibits.group_references import Reference, group_references
from analysis.inference.randomisation import PermutationTest, permutation_test
from analysis.inference.randomisation_changes import GroupChange, randomise_changes
from analysis.models.event_study import fit_event_study
from analysis.models.event_study_pretrends import PreTrendTest, check_pre_trends
from analysis.models.event_study_results import EventStudyFit
from analysis.models.panel import fit_panel
from analysis.models.panel_results import PanelFit
from analysis.settings.country_panels import CountryPanels

PERCENT: Final = 100.0
TERM: Final = "group_from_start"
AVERAGE: Final = "average"
MAIN: Final = "contiguous"
COVARIANCES: Final = ("clustered", "cr2", "wild_cluster")


@dataclass(frozen=True)
class YearlyOutcome:
    """An outcome of countries by year, made of indicators."""

    label: str
    unit: str
    indicators: tuple[str, ...]
    make: Callable[[pd.DataFrame], pd.Series]


OUTCOMES: Final[Mapping[str, YearlyOutcome]] = {
    "trade_share_gdp": YearlyOutcome(
        "Merchandise trade in GDP",
        "per cent of GDP",
        ("merchandise_exports", "merchandise_imports", "gdp"),
        lambda w: PERCENT * (w["merchandise_exports"] + w["merchandise_imports"]) / w["gdp"],
    ),
    "log_trade": YearlyOutcome(
        "Merchandise trade, log",
        "log points",
        ("merchandise_exports", "merchandise_imports"),
        lambda w: PERCENT * (w["merchandise_exports"] + w["merchandise_imports"]).map(np.log),
    ),
    "gdp_growth": YearlyOutcome(
        "GDP growth", "per cent a year", ("gdp_growth",), lambda w: w["gdp_growth"]
    ),
    "fdi_share_gdp": YearlyOutcome(
        "FDI inflows in GDP",
        "per cent of GDP",
        ("fdi_inflows", "gdp"),
        lambda w: PERCENT * w["fdi_inflows"] / w["gdp"],
    ),
}


@dataclass(frozen=True)
class YearlyFit:
    """One outcome.

    Attributes
    ----------
    panel
        Columns iso3, year, value, and the regressor; countries with a value in every year only.
    dropped
        Countries left out for want of a year.
    fits
        Two-way effects by covariance.
    everyone, contiguous
        Randomisation of the group among all countries and among groups joined by land borders.
    alone
        Why the group alone says nothing.
    study, pre_trends
        Event study by year, and its test of the years before.
    single
        Why one country alone says nothing, by country.
    """

    outcome: YearlyOutcome
    panel: pd.DataFrame
    members: tuple[str, ...]
    dropped: int
    fits: Mapping[str, PanelFit]
    everyone: PermutationTest
    contiguous: GroupChange | None
    reference: Reference
    alone: str
    study: EventStudyFit
    pre_trends: PreTrendTest
    single: Mapping[str, str]

    @property
    def years_before(self) -> tuple[str, ...]:
        """Years before the reference year, as text."""
        times = sorted(row.event_time for row in self.study.effects)
        start = self.study.cohorts[0].first_treated
        return tuple(str(start + t) for t in times if t < self.study.reference_period)


def yearly_fits(
    tables: Mapping[str, pd.DataFrame], settings: CountryPanels
) -> dict[str, YearlyFit]:
    """Fit every outcome of the settings."""
    return {name: _fitted(OUTCOMES[name], tables, settings) for name in settings.years.outcomes}


def yearly_panel(
    outcome: YearlyOutcome, country_year: pd.DataFrame, settings: CountryPanels
) -> tuple[pd.DataFrame, int]:
    """Return the balanced panel of an outcome and how many countries were left out.

    Raises
    ------
    ModelError
        When a member of the group lacks a year.
    """
    years = settings.years
    rows = country_year[
        country_year["indicator"].isin(outcome.indicators)
        & country_year["year"].between(years.first, years.last)
    ]
    wide = rows.pivot(index=["iso3", "year"], columns="indicator", values="value").dropna()  # noqa: PD010 (a repeated key must fail)
    values = outcome.make(wide).replace([np.inf, -np.inf], np.nan).dropna().rename("value")
    counts = values.groupby("iso3").size()
    whole = counts.index[counts == years.last - years.first + 1]
    missing = [name for name in settings.group if name not in whole]
    if missing:
        raise ModelError(
            f"{', '.join(missing)} lacks a year of '{outcome.label}'",
            remedy="change the years or the outcomes of the settings",
        )
    kept = values[values.index.get_level_values("iso3").isin(whole)].reset_index()
    treated = kept["iso3"].isin(settings.group)
    marked = (treated & (kept["year"] >= years.start)).astype(float)
    return kept.assign(**{TERM: marked}), len(counts) - len(whole)


def changes(panel: pd.DataFrame, start: int) -> pd.DataFrame:
    """Return by country each year less the year before the start, and the average change."""
    wide = panel.pivot(index="iso3", columns="year", values="value").sort_index()  # noqa: PD010 (a repeated key must fail)
    by_year = wide.sub(wide[start - 1], axis=0).drop(columns=start - 1)
    late = np.array(wide.columns, dtype=int) >= start
    average = wide.loc[:, late].mean(axis=1) - wide.loc[:, ~late].mean(axis=1)
    by_year.columns = [str(year) for year in by_year.columns]
    return by_year.assign(**{AVERAGE: average})


def _fitted(
    outcome: YearlyOutcome, tables: Mapping[str, pd.DataFrame], settings: CountryPanels
) -> YearlyFit:
    years = settings.years
    panel, dropped = yearly_panel(outcome, tables["country_year"], settings)
    moved = changes(panel, years.start)
    reference = group_references(
        list(moved.index), settings.group, [MAIN], tables["countries"], tables["country_pairs"]
    )[MAIN]
    study = _study(panel, settings)
    return YearlyFit(
        outcome=outcome,
        panel=panel,
        members=settings.group,
        dropped=dropped,
        fits={name: _two_way(panel, name, settings) for name in COVARIANCES},
        everyone=permutation_test(
            moved[AVERAGE],
            moved.index.isin(settings.group),
            draws=years.draws,
            seed=years.seed,
        ),
        contiguous=randomise_changes(moved, settings.group, reference.groups)
        if reference.groups is not None
        else None,
        reference=reference,
        alone=_refusal(
            lambda: _two_way(panel[panel["iso3"].isin(settings.group)], "cr2", settings)
        ),
        study=study,
        pre_trends=check_pre_trends(study, seed=years.seed),
        single={name: _single(panel, name, settings) for name in settings.group},
    )


def _two_way(panel: pd.DataFrame, covariance: str, settings: CountryPanels) -> PanelFit:
    return fit_panel(
        panel,
        outcome="value",
        regressors=[TERM],
        unit="iso3",
        time="year",
        model="two_way",
        covariance=covariance,  # type: ignore[arg-type]
        level=settings.level,
        draws=settings.years.draws,
        seed=settings.years.seed,
    )


def _study(panel: pd.DataFrame, settings: CountryPanels) -> EventStudyFit:
    treated = panel["iso3"].isin(settings.group)
    return fit_event_study(
        panel.assign(first_treated=np.where(treated, settings.years.start, 0)),
        outcome="value",
        unit="iso3",
        time="year",
        first_treated="first_treated",
        estimator="two_way_fixed_effects",
        level=settings.level,
    )


def _single(panel: pd.DataFrame, country: str, settings: CountryPanels) -> str:
    """Return why one country against the countries outside the group has no event study."""
    outside = ~panel["iso3"].isin(settings.group)
    own = panel[outside | (panel["iso3"] == country)]
    narrowed = settings.model_copy(update={"group": (country,)})
    return _refusal(lambda: _study(own, narrowed))


def _refusal(fit: Callable[[], object]) -> str:
    try:
        fit()
    except ModelError as error:
        return error.problem
    return ""
