"""A treated unit, its donors and their outcomes as arrays, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats

MINIMUM_PRE_PERIODS = 5


@dataclass(frozen=True)
class DonorPanel:
    """Outcomes of one treated unit and its donors, in every period.

    Attributes
    ----------
    times
        Labels of the periods, sorted, length T.
    target, outcomes
        Outcome of the treated unit (T,) and of the donors (T, J).
    before
        Number of periods before treatment T0.
    predictors
        Names of predictors besides the outcome.
    target_predictors, predictor_means
        Their means before treatment, treated (P,) and donors (P, J).
    """

    outcome: str
    treated: str
    donors: tuple[str, ...]
    times: tuple[object, ...]
    target: Floats
    outcomes: Floats
    before: int
    predictors: tuple[str, ...]
    target_predictors: Floats
    predictor_means: Floats

    @property
    def after(self) -> int:
        """Number of periods under treatment."""
        return len(self.times) - self.before

    def without(self, donor: str) -> DonorPanel:
        """Return the panel without one donor."""
        kept = [j for j, name in enumerate(self.donors) if name != donor]
        return replace(
            self,
            donors=tuple(self.donors[j] for j in kept),
            outcomes=self.outcomes[:, kept],
            predictor_means=self.predictor_means[:, kept],
        )

    def placebo(self, donor: str) -> DonorPanel:
        """Return the panel in which a donor stands for the treated unit, which is left out."""
        j = self.donors.index(donor)
        return replace(
            self.without(donor),
            treated=donor,
            target=self.outcomes[:, j],
            target_predictors=self.predictor_means[:, j],
        )

    def backdated(self, before: int) -> DonorPanel:
        """Return the periods before treatment with treatment set at position `before`."""
        return replace(
            self,
            times=self.times[: self.before],
            target=self.target[: self.before],
            outcomes=self.outcomes[: self.before],
            before=before,
        )


def build_donor_panel(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    treated: str,
    first_treated: object,
    predictors: Sequence[str] = (),
    donors: Sequence[str] | None = None,
    minimum_pre_periods: int = MINIMUM_PRE_PERIODS,
) -> DonorPanel:
    """Put a long frame into arrays.

    Raises
    ------
    ModelError
        When a column, unit or cell is missing, a key repeats, no donor is given, or too few
        periods lie before treatment.
    """
    for column in (outcome, unit, time, *predictors):
        _refuse_unknown("column", column, [str(name) for name in frame.columns])
    units = [str(name) for name in pd.unique(frame[unit])]
    data = frame.assign(**{unit: frame[unit].astype(str)})
    _refuse_unknown("unit", treated, units)
    names = _donors(units, treated, donors)
    _refuse_repeated(data, unit, time)
    wide = _wide(data, outcome, unit, time, (treated, *names))
    before = int(sum(moment < first_treated for moment in wide.index))
    _refuse_short(wide, before, first_treated, minimum_pre_periods)
    means = _predictor_means(data, predictors, unit, time, (treated, *names), first_treated)
    values = wide.to_numpy(dtype=float)
    return DonorPanel(
        outcome=outcome,
        treated=treated,
        donors=names,
        times=tuple(wide.index),
        target=values[:, 0],
        outcomes=values[:, 1:],
        before=before,
        predictors=tuple(predictors),
        target_predictors=means[:, 0],
        predictor_means=means[:, 1:],
    )


def _refuse_unknown(kind: str, name: str, known: list[str]) -> None:
    require_known(name, known, ModelError, f"the panel has no {kind} '{name}'")


def _donors(units: list[str], treated: str, donors: Sequence[str] | None) -> tuple[str, ...]:
    wanted = [name for name in units if name != treated] if donors is None else list(donors)
    for name in wanted:
        _refuse_unknown("unit", name, units)
    if treated in wanted:
        raise ModelError(f"'{treated}' is treated and a donor", remedy="take it from the donors")
    if not wanted:
        raise ModelError(
            f"not identified: '{treated}' has no donors",
            allowed="one or more units that are not treated",
        )
    return tuple(wanted)


def _refuse_repeated(data: pd.DataFrame, unit: str, time: str) -> None:
    repeated = data.duplicated([unit, time])
    if repeated.any():
        row = data.loc[repeated].iloc[0]
        raise ModelError(
            f"{int(repeated.sum())} rows repeat a unit and period, first {row[unit]} in "
            f"{row[time]}",
            allowed=f"one row for each {unit} and {time}",
        )


def _wide(
    data: pd.DataFrame, column: str, unit: str, time: str, names: tuple[str, ...]
) -> pd.DataFrame:
    kept = data.loc[data[unit].isin(names)]
    times = np.sort(kept[time].unique())
    cells = pd.MultiIndex.from_product([times, names])
    series = pd.to_numeric(kept.set_index([time, unit])[column], errors="coerce")
    values = series.reindex(cells).to_numpy(dtype=float).reshape(len(times), len(names))
    wide = pd.DataFrame(values, index=times, columns=list(names))
    bad = ~np.isfinite(wide.to_numpy(dtype=float))
    if bad.any():
        t, j = np.argwhere(bad)[0]
        raise ModelError(
            f"'{column}' is missing or not a number in {int(bad.sum())} cells, first for unit "
            f"{names[j]} in {wide.index[t]}",
            allowed="a number for every unit in every period",
            remedy="drop the unit or the period; nothing is filled in",
        )
    return wide


def _refuse_short(wide: pd.DataFrame, before: int, first_treated: object, minimum: int) -> None:
    if before < minimum:
        raise ModelError(
            f"not identified: {before} periods lie before {first_treated}",
            allowed=f"{minimum} or more, or a weighted mean of donors fits by chance",
            remedy="begin the panel earlier",
        )
    if before == len(wide):
        raise ModelError(
            f"no period lies on or after {first_treated}",
            allowed=f"a first treated period of {wide.index[-1]} or earlier",
        )


def _predictor_means(
    data: pd.DataFrame,
    predictors: Sequence[str],
    unit: str,
    time: str,
    names: tuple[str, ...],
    first_treated: object,
) -> Floats:
    earlier = data.loc[data[time] < first_treated]
    rows = [_wide(earlier, column, unit, time, names).mean().to_numpy() for column in predictors]
    return np.array(rows, dtype=float).reshape(len(rows), len(names))
