"""Check a panel with staggered adoption and say which cohorts it can speak about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.models.interval_identification import Verdict

NEVER = 0  # first treated period of a unit that is never treated
REFERENCE_PERIOD = -1
FEW_UNITS = 5  # below, cluster-robust errors are too small (MacKinnon and Webb 2018)


@dataclass(frozen=True)
class Cohort:
    """The units that are first treated in the same period, and what the panel says of them.

    Attributes
    ----------
    first_treated
        The first period under treatment.
    units
        Number of units.
    periods_before, periods_after
        Periods of the panel before the first treated one, and from it on.
    verdict
        `identified`, `weak` (fewer than five units) or `not identified` (left out of the fit).
    reason
        A plain sentence where the verdict is not `identified`, otherwise empty.
    """

    first_treated: int
    units: int
    periods_before: int
    periods_after: int
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class StaggeredPanel:
    """A checked panel under fixed column names.

    Attributes
    ----------
    frame
        Columns `y`, `unit`, `time`, `first_treated` (0 is never), `x1`, `x2`, ... ; one row for
        each unit and period, sorted.
    covariates
        Names of the covariates in `frame`, in the order in which they were given.
    cohorts
        All cohorts of the input; those `not identified` are no longer in `frame`.
    notes
        What was left out or recoded, in sentences.
    """

    frame: pd.DataFrame
    covariates: tuple[str, ...]
    cohorts: tuple[Cohort, ...]
    notes: tuple[str, ...]

    @property
    def kept(self) -> tuple[Cohort, ...]:
        """The cohorts that are estimated."""
        return tuple(cohort for cohort in self.cohorts if cohort.verdict != "not identified")

    @property
    def controls(self) -> int:
        """Number of units that are not treated within the panel."""
        never = self.frame["first_treated"] == NEVER
        return int(self.frame.loc[never, "unit"].nunique())

    @property
    def clusters(self) -> int:
        """Number of units."""
        return int(self.frame["unit"].nunique())

    @property
    def is_balanced(self) -> bool:
        """Whether every unit is seen in every period."""
        return len(self.frame) == self.clusters * self.frame["time"].nunique()

    @property
    def event_time(self) -> pd.Series:
        """Periods since the first treated one; missing for the never treated, shape (n,)."""
        first = self.frame["first_treated"].astype(float).where(self.frame["first_treated"] > NEVER)
        return self.frame["time"] - first


def build_panel(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    minimum_cohort: int = 2,
) -> StaggeredPanel:
    """Check the columns and keys of a panel and set aside what cannot be estimated.

    A missing or zero `first_treated`, or one after the last period, is a unit that is not treated
    within the panel. Without such a unit the last cohort is the comparison and the periods from
    its treatment on are left out (Sun and Abraham 2021, section 4).

    Raises
    ------
    ModelError
        When a column is missing, a key repeats, a value is missing or not a number, a unit has
        two first treated periods, the periods have gaps, or nothing is left to compare.
    """
    names = {"y": outcome, "unit": unit, "time": time, "first_treated": first_treated}
    names |= {f"x{i}": name for i, name in enumerate(covariates, 1)}
    _refuse_missing_columns(frame, names)
    panel = pd.DataFrame({short: frame[name].to_numpy() for short, name in names.items()})
    panel = _checked_times(panel, time, first_treated)
    _refuse_bad_values(panel, names)
    _refuse_bad_keys(panel, names)
    panel = panel.sort_values(["unit", "time"], ignore_index=True)
    panel, notes = _comparison(panel)
    cohorts = tuple(_cohorts(panel, minimum_cohort))
    panel, left_out = _without_unidentified(panel, cohorts)
    _refuse_nothing_left(panel, cohorts)
    return StaggeredPanel(panel, tuple(names)[4:], cohorts, (*notes, *left_out))


def _refuse_missing_columns(frame: pd.DataFrame, names: Mapping[str, str]) -> None:
    for name in names.values():
        require_known(name, frame.columns, ModelError, f"the panel has no column '{name}'")


def _checked_times(panel: pd.DataFrame, time: str, first_treated: str) -> pd.DataFrame:
    first = pd.to_numeric(panel["first_treated"], errors="coerce")
    first = first.where(np.isfinite(first), NEVER)
    periods = pd.to_numeric(panel["time"], errors="coerce")
    for name, values in ((time, periods), (first_treated, first)):
        if values.isna().any() or not np.equal(values, np.round(values)).all():
            raise ModelError(
                f"'{name}' holds values that are not whole numbers",
                allowed="consecutive whole periods, such as years or months counted from a start",
                remedy="number the periods before fitting",
            )
    panel = panel.assign(time=periods.astype(int), first_treated=first.astype(int))
    gaps = np.setdiff1d(np.arange(panel["time"].min(), panel["time"].max() + 1), panel["time"])
    if gaps.size:
        raise ModelError(
            f"no unit is observed in {time} {', '.join(map(str, gaps))}",
            allowed="consecutive periods: event time counts them",
            remedy="number the periods without gaps, or add the missing ones",
        )
    return panel


def _refuse_bad_values(panel: pd.DataFrame, names: Mapping[str, str]) -> None:
    for short in [name for name in names if name not in {"unit", "time", "first_treated"}]:
        values = pd.to_numeric(panel[short], errors="coerce")
        bad = ~np.isfinite(values.to_numpy(dtype=float))
        if bad.any():
            row = panel.loc[bad].iloc[0]
            raise ModelError(
                f"'{names[short]}' is missing or not a number in {int(bad.sum())} rows, "
                f"first for unit {row['unit']} in {row['time']}",
                allowed="finite numbers",
                remedy="leave these rows out before fitting; nothing is filled in",
            )
        panel[short] = values.astype(float)


def _refuse_bad_keys(panel: pd.DataFrame, names: Mapping[str, str]) -> None:
    repeated = panel.duplicated(["unit", "time"])
    if repeated.any():
        row = panel.loc[repeated].iloc[0]
        raise ModelError(
            f"{int(repeated.sum())} rows repeat a unit and period, first {row['unit']} in "
            f"{row['time']}",
            allowed=f"one row for each {names['unit']} and {names['time']}",
        )
    starts = panel.groupby("unit")["first_treated"].nunique()
    if (starts > 1).any():
        raise ModelError(
            f"unit {starts.idxmax()} has more than one '{names['first_treated']}'",
            allowed="one first treated period for each unit (treatment is not undone)",
        )
    seen = panel.groupby("unit").size()
    if (seen == 1).any():
        raise ModelError(
            f"unit {seen.idxmin()} is observed in one period only",
            allowed="two or more periods for each unit",
            remedy="leave the unit out: its fixed effect takes all that it says",
        )


def _comparison(panel: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    last = panel["time"].max()
    late = sorted(set(panel.loc[panel["first_treated"] > last, "first_treated"]))
    notes = tuple(f"cohort {start} is treated after the last period: a control" for start in late)
    panel = panel.assign(
        first_treated=panel["first_treated"].where(~panel.first_treated.gt(last), 0)
    )
    if (panel["first_treated"] == NEVER).any():
        return panel, notes
    start = int(panel["first_treated"].max())
    panel = panel.loc[panel["time"] < start].reset_index(drop=True)
    panel["first_treated"] = panel["first_treated"].where(panel["first_treated"] < start, NEVER)
    note = f"no unit is never treated: cohort {start} is the control, periods from {start} left out"
    return panel, (*notes, note)


def _cohorts(panel: pd.DataFrame, minimum_cohort: int) -> list[Cohort]:
    first, last = int(panel["time"].min()), int(panel["time"].max())
    treated = panel.loc[panel["first_treated"] != NEVER]
    sizes = treated.groupby("first_treated")["unit"].nunique()
    found = []
    for start, units in zip(sizes.index.astype(int), sizes.astype(int), strict=True):
        before, after = max(start - first, 0), last - max(start, first) + 1
        verdict, reason = _cohort_verdict(start, units, before, minimum_cohort)
        found.append(Cohort(start, units, before, after, verdict, reason))
    return found


def _cohort_verdict(start: int, units: int, before: int, minimum: int) -> tuple[Verdict, str]:
    if before == 0:
        return "not identified", f"cohort {start} has no period before its treatment"
    if units < minimum:
        word = "unit" if units == 1 else "units"
        reason = f"cohort {start} has {units} {word}: its error cannot be told from its effect"
        return "not identified", reason
    if units < FEW_UNITS:
        return "weak", f"cohort {start} has {units} units: cluster-robust errors are too small"
    return "identified", ""


def _without_unidentified(
    panel: pd.DataFrame, cohorts: Sequence[Cohort]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    lost = [cohort for cohort in cohorts if cohort.verdict == "not identified"]
    kept = panel.loc[~panel["first_treated"].isin([cohort.first_treated for cohort in lost])]
    return kept.reset_index(drop=True), tuple(f"{cohort.reason}; left out" for cohort in lost)


def _refuse_nothing_left(panel: pd.DataFrame, cohorts: Sequence[Cohort]) -> None:
    if not cohorts:
        raise ModelError(
            "not identified: no treated unit can be compared with a never- or not-yet-treated one",
            allowed="at least one treated cohort, and units that are treated later or never",
            remedy="add comparison units that are not treated in these periods",
        )
    if all(cohort.verdict == "not identified" for cohort in cohorts):
        reasons = "; ".join(cohort.reason for cohort in cohorts)
        raise ModelError(
            f"not identified: {reasons}",
            allowed="a cohort of two or more units with a period before its treatment",
            remedy="with one treated unit use a synthetic control with placebo inference",
        )
    controls = panel.loc[panel["first_treated"] == NEVER, "unit"].nunique()
    if controls < 2:
        raise ModelError(
            f"not identified: {controls} comparison unit(s): their common shocks cannot be told "
            "from the effect",
            allowed="two or more never- or not-yet-treated units",
        )
