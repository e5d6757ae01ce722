"""The sample of a gravity equation: checks, fixed effects, and what cannot take part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Bools, Floats
from analysis.models.gravity_results import Dropped

Codes = NDArray[np.int64]
SEPARATOR: Final = " – "


@dataclass(frozen=True)
class Columns:
    """Names of the columns that a gravity equation reads."""

    flow: str
    exporter: str
    importer: str
    period: str
    regressors: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        """The columns that identify an observation."""
        return [self.exporter, self.importer, self.period]


Effects = Mapping[str, tuple[str, ...]]


def _two_way(columns: Columns) -> Effects:
    return {name: (name,) for name in columns.keys}


def _two_way_by_period(columns: Columns) -> Effects:
    return {
        f"{columns.exporter}-{columns.period}": (columns.exporter, columns.period),
        f"{columns.importer}-{columns.period}": (columns.importer, columns.period),
    }


def _three_way(columns: Columns) -> Effects:
    return {**_two_way_by_period(columns), "pair": (columns.exporter, columns.importer)}


def _pair_and_period(columns: Columns) -> Effects:
    return {"pair": (columns.exporter, columns.importer), columns.period: (columns.period,)}


FIXED_EFFECTS: Final[Mapping[str, Callable[[Columns], Effects]]] = {
    "two_way": _two_way,
    "two_way_by_period": _two_way_by_period,
    "three_way": _three_way,
    "pair_and_period": _pair_and_period,
}


@dataclass(frozen=True)
class GravitySample:
    """Arrays of a gravity equation.

    Attributes
    ----------
    flow
        Shape (n,), not negative.
    regressors
        Shape (n, k), in the order of `columns.regressors`.
    effects
        Group of each observation by fixed effect, categorical, shape (n,) each.
    keys
        Exporter, importer and period of each observation; the index is its row in the frame.
    """

    columns: Columns
    flow: Floats
    regressors: Floats
    effects: Mapping[str, pd.Categorical]
    keys: pd.DataFrame

    def keep(self, mask: Bools) -> GravitySample:
        """Return the observations under the mask; levels without observations vanish."""
        effects = {
            name: groups[mask].remove_unused_categories() for name, groups in self.effects.items()
        }
        return replace(
            self,
            flow=self.flow[mask],
            regressors=self.regressors[mask],
            effects=effects,
            keys=self.keys.loc[mask],
        )


def gravity_sample(frame: pd.DataFrame, columns: Columns, fixed_effects: str) -> GravitySample:
    """Check the columns of a frame and turn them into arrays.

    Raises
    ------
    ModelError
        When a column is absent, has gaps or is not numeric, a key stands twice, a flow is
        negative, every flow is zero or the fixed effects are unknown.
    """
    require_known(
        fixed_effects, FIXED_EFFECTS, ModelError, f"unknown fixed effects '{fixed_effects}'"
    )
    _require_columns(frame, columns)
    _refuse_repeated(frame, columns)
    flow = _numbers(frame, columns.flow)
    _refuse_negative(frame, columns, flow)
    regressors = [_numbers(frame, name) for name in columns.regressors]
    keys = frame[columns.keys]
    return GravitySample(
        columns, flow, np.column_stack(regressors), effects_of(keys, columns, fixed_effects), keys
    )


def effects_of(keys: pd.DataFrame, columns: Columns, name: str) -> dict[str, pd.Categorical]:
    """Return the group of each observation by fixed effect."""
    parts = FIXED_EFFECTS[name](columns)
    return {effect: grouping(keys, names) for effect, names in parts.items()}


def grouping(keys: pd.DataFrame, names: Sequence[str]) -> pd.Categorical:
    """Return the combination of key columns as one categorical."""
    words = keys[names[0]].astype(str)
    for name in names[1:]:
        words = words + SEPARATOR + keys[name].astype(str)
    return pd.Categorical(words.astype(object))


def _require_columns(frame: pd.DataFrame, columns: Columns) -> None:
    if not columns.regressors:
        raise ModelError("a gravity equation needs at least one regressor")
    wanted = [columns.flow, *columns.keys, *columns.regressors]
    repeated = sorted({name for name in wanted if wanted.count(name) > 1})
    if repeated:
        raise ModelError(
            f"column '{repeated[0]}' has two roles in the gravity equation",
            allowed="one role a column: flow, exporter, importer, period or one regressor",
        )
    for name in wanted:
        require_known(name, frame.columns, ModelError, f"the frame has no column '{name}'")
    for name in columns.keys:
        if frame[name].isna().any():
            raise ModelError(
                f"'{name}' is missing in {int(frame[name].isna().sum())} rows",
                remedy="name exporter, importer and period of every flow",
            )


def _refuse_repeated(frame: pd.DataFrame, columns: Columns) -> None:
    twice = frame.duplicated(columns.keys)
    if twice.any():
        first = tuple(map(str, frame.loc[twice, columns.keys].iloc[0]))
        raise ModelError(
            f"{int(twice.sum())} flows stand twice, the first is {', '.join(first)}",
            allowed=f"one row for each {', '.join(columns.keys)}",
            remedy="add up or choose between the repeated rows",
        )


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(frame[name]):
        raise ModelError(f"'{name}' is not numeric", allowed="finite numbers")
    values = frame[name].to_numpy(dtype=float, na_value=np.nan)
    gaps = int((~np.isfinite(values)).sum())
    if gaps:
        raise ModelError(
            f"'{name}' is missing or infinite in {gaps} rows",
            allowed="finite numbers",
            remedy="leave these rows out, or write the zeros that are meant; nothing is filled in",
        )
    return values


def _refuse_negative(frame: pd.DataFrame, columns: Columns, flow: Floats) -> None:
    below = flow < 0
    if below.any():
        first = tuple(map(str, frame.loc[below, columns.keys].iloc[0]))
        raise ModelError(
            f"'{columns.flow}' is negative in {int(below.sum())} rows, "
            f"the first is {', '.join(first)}",
            allowed="zero or more",
            remedy="a net flow is not a gravity flow: use exports and imports apart",
        )
    if not flow.any():
        raise ModelError(f"every '{columns.flow}' is zero", allowed="some positive flows")


def prune(sample: GravitySample) -> tuple[GravitySample, tuple[Dropped, ...]]:
    """Leave out all-zero groups and singletons of the fixed effects, until none is left.

    The fixed effect of an all-zero group runs off to minus infinity, that of a singleton fits it
    exactly: neither says anything on the coefficients (Correia, Guimarães and Zylkin 2019).

    Raises
    ------
    ModelError
        When nothing is left.
    """
    dropped: list[Dropped] = []
    while True:
        found = [drop for name in sample.effects for drop in _useless(sample, name)]
        if not found:
            return sample, tuple(_merge(dropped))
        rule = found[0]
        dropped.append(rule)
        sample = sample.keep(~sample.keys.index.isin(list(rule.rows)))
        if not len(sample.flow):
            raise ModelError(
                "no flow is left: every observation lies in an all-zero or singleton group of "
                + ", ".join(sample.effects),
                remedy="use fewer fixed effects or more periods",
            )


def _useless(sample: GravitySample, name: str) -> list[Dropped]:
    groups = sample.effects[name]
    codes, size = groups.codes.astype(np.int64), len(groups.categories)
    total = np.bincount(codes, weights=sample.flow, minlength=size)
    count = np.bincount(codes, minlength=size)
    tests = {"all-zero group": total == 0, "singleton": (count == 1) & (total > 0)}
    return [
        Dropped(
            reason,
            name,
            tuple(map(str, groups.categories[which])),
            tuple(sample.keys.index[which[codes]].tolist()),
        )
        for reason, which in tests.items()
        if which.any()
    ]


def _merge(dropped: list[Dropped]) -> list[Dropped]:
    merged: dict[tuple[str, str], Dropped] = {}
    for item in dropped:
        key = (item.reason, item.by)
        held = merged.get(key, Dropped(*key, (), ()))
        merged[key] = replace(held, groups=held.groups + item.groups, rows=held.rows + item.rows)
    return list(merged.values())


def refuse_absorbed(sample: GravitySample) -> None:
    """Refuse a regressor that does not vary within the groups of one fixed effect.

    Raises
    ------
    ModelError
        Names the regressor and the fixed effect that absorbs it.
    """
    for k, regressor in enumerate(sample.columns.regressors):
        values = sample.regressors[:, k]
        if np.ptp(values) == 0:
            raise ModelError(
                f"regressor '{regressor}' is constant in the estimation sample",
                remedy="leave it out",
            )
        for name, groups in sample.effects.items():
            within = pd.Series(values).groupby(groups.codes)
            if (within.max() == within.min()).all():
                raise ModelError(
                    f"regressor '{regressor}' does not vary within {name}: "
                    f"the {name} effects absorb it",
                    remedy="leave it out or use fixed effects that it varies within",
                )
