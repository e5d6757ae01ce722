"""Placebo distributions and the supremum of F over dates, read off a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.inference.batch_results import BatchFit
from analysis.models.arrays import Floats

PlaceboStatistic = Literal["t", "estimate", "f"]

STATISTICS: Mapping[str, Callable[[BatchFit, str], Floats]] = {
    "t": lambda fit, term: np.abs(fit.t_statistics[..., fit.term(term)]),
    "estimate": lambda fit, term: np.abs(fit.estimates[..., fit.term(term)]),
    "f": lambda fit, _: fit.f_statistics,
}


@dataclass(frozen=True)
class PlaceboRanks:
    """Where the dated effect of each series stands among the effects at placebo dates.

    Attributes
    ----------
    table
        One row a series: `series`, `date`, `estimate`, `size` (the statistic without its sign),
        `rank` (1 is the largest; ties count against the dated effect), `placebos`, `p_value`
        (rank over placebos + 1).
    sentence
        The finding in words.
    """

    table: pd.DataFrame
    date: str
    statistic: PlaceboStatistic
    sentence: str


@dataclass(frozen=True)
class SupremumF:
    """The largest F over the candidate dates of each series.

    Attributes
    ----------
    table
        One row a series: `series`, `sup_f` (F with q numerator degrees of freedom, divided by q),
        `date` (first date of the new regime), `mean_f`.
    convention
        Covariance behind F. The supremum does not follow an F distribution: take p-values from
        Andrews (1993) or from a bootstrap.
    """

    table: pd.DataFrame
    convention: str
    sentence: str


def placebo_ranks(
    fit: BatchFit,
    date: str,
    placebos: Sequence[str] | None = None,
    term: str | None = None,
    statistic: PlaceboStatistic = "t",
) -> PlaceboRanks:
    """Rank the effect at `date` among the effects at placebo dates.

    Placebo dates next to each other share most of their months, so that the p-value is exact only
    if all dates are equally likely under no effect; dates on which the event itself acts do not
    belong among the placebos.

    Parameters
    ----------
    placebos
        Candidate dates to compare with; all others if left out.
    term
        Which candidate column; the first if left out. `f` takes all of them together.

    Raises
    ------
    ModelError
        When a date, term or statistic is unknown, or no placebo is left.
    """
    require_known(statistic, STATISTICS, ModelError, f"unknown placebo statistic '{statistic}'")
    own, others = fit.date(date), _others(fit, date, placebos)
    term = term or fit.design.terms[0]
    size = STATISTICS[statistic](fit, term)
    rank = 1 + (size[:, others] >= size[:, [own]]).sum(axis=1)
    table = pd.DataFrame(
        {
            "series": list(fit.names),
            "date": date,
            "estimate": fit.estimates[:, own, fit.term(term)],
            "size": size[:, own],
            "rank": rank,
            "placebos": len(others),
            "p_value": rank / (len(others) + 1),
        }
    )
    return PlaceboRanks(table, date, statistic, _placebo_sentence(table, date, statistic))


def _others(fit: BatchFit, date: str, placebos: Sequence[str] | None) -> list[int]:
    names = fit.design.dates if placebos is None else tuple(placebos)
    others = sorted({fit.date(name) for name in names} - {fit.date(date)})
    if not others:
        raise ModelError(f"no placebo date is left beside {date}", allowed="one or more")
    return others


def _placebo_sentence(table: pd.DataFrame, date: str, statistic: str) -> str:
    placebos = int(table["placebos"].iloc[0])
    of = f"among those at {placebos} placebo dates (statistic: {statistic})"
    if len(table) == 1:
        row = table.iloc[0]
        return (
            f"The effect of {date} on {row['series']} ranks {row['rank']} of {placebos + 1} {of}; "
            f"p = {row['p_value']:.3f}."
        )
    first = int((table["rank"] == 1).sum())
    return f"The effect of {date} is the largest {of} in {first} of {len(table)} series."


def supremum_f(fit: BatchFit) -> SupremumF:
    """Return the largest F of each series and where it lies (Andrews 1993, Econometrica 61)."""
    best = np.argmax(fit.f_statistics, axis=1)
    table = pd.DataFrame(
        {
            "series": list(fit.names),
            "sup_f": fit.f_statistics[np.arange(len(best)), best],
            "date": [fit.design.dates[place] for place in best],
            "mean_f": fit.f_statistics.mean(axis=1),
        }
    )
    return SupremumF(table, fit.convention, _supremum_sentence(table, len(fit.design.dates)))


def _supremum_sentence(table: pd.DataFrame, dates: int) -> str:
    if len(table) == 1:
        row = table.iloc[0]
        return (
            f"Over {dates} dates the F statistic of {row['series']} is largest, "
            f"{row['sup_f']:.2f}, at {row['date']}."
        )
    common = table["date"].value_counts()
    modes = sorted(common.index[common == common.max()])
    return (
        f"Over {dates} dates the F statistic is most often largest at {' and '.join(modes)}: "
        f"in {common.max()} of {len(table)} series{' each' if len(modes) > 1 else ''}."
    )
