"""Months around an intervention that are told apart from it, or that no estimation uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import ModelError, spelling_hint
from analysis.models.design import DesignSpec
from analysis.study import Intervention

Treatment = Literal["pulse", "left_out"]

LONGEST: Final = 60


def with_anticipation(
    spec: DesignSpec, name: str, months: int, treatment: Treatment = "pulse"
) -> DesignSpec:
    """Set the months before an intervention apart, in which people may already have acted on it.

    Parameters
    ----------
    months
        Months before the day on which it starts.
    treatment
        `pulse` gives them an effect of their own, `<name>_anticipation`; `left_out` leaves out
        the calendar months before that of the start.

    Raises
    ------
    ModelError
        When there is no such intervention, or the months reach beyond the window.
    """
    item = _item(spec, name)
    _check(months, treatment)
    begin = (pd.Timestamp(item.start) - pd.DateOffset(months=months)).date()
    if not np.datetime64(spec.start, "M") < np.datetime64(begin, "M"):
        raise ModelError(
            f"{months} months before '{name}' begin on {begin}, which leaves nothing before them",
            allowed=f"a day after the first month of the window, {spec.start}",
        )
    if treatment == "left_out":
        stretch = (_month(begin), str(np.datetime64(item.start, "M") - 1))
        return replace(spec, left_out=(*spec.left_out, stretch))
    early = Intervention(
        name=f"{name}_anticipation",
        label=f"{item.label}, {months} months before",
        shape="pulse",
        start=begin,
        months=months,
    )
    return replace(spec, interventions=(*spec.interventions, early))


def with_wash_out(spec: DesignSpec, name: str, months: int) -> DesignSpec:
    """Leave out the month in which an intervention starts and those after it, `months` in all.

    Raises
    ------
    ModelError
        When there is no such intervention, or no month of the window remains after them.
    """
    item = _item(spec, name)
    _check(months, "left_out")
    first = np.datetime64(item.start, "M")
    last = first + (months - 1)
    if not last < np.datetime64(spec.end, "M"):
        raise ModelError(
            f"{months} months from '{name}' on end in {last}, which leaves nothing after them",
            allowed=f"a month before the last of the window, {spec.end}",
        )
    return replace(spec, left_out=(*spec.left_out, (str(first), str(last))))


def whole_window(spec: DesignSpec) -> DesignSpec:
    """Return the specification, for a model that cannot leave months out.

    Raises
    ------
    ModelError
        When it leaves months out.
    """
    if spec.left_out:
        raise ModelError(
            f"{len(spec.left_out)} stretches of months are to be left out, which this model cannot",
            remedy="a pulse over these months, or without the reports that touch them",
        )
    return spec


def _item(spec: DesignSpec, name: str) -> Intervention:
    for item in spec.interventions:
        if item.name == name:
            return item
    names = [item.name for item in spec.interventions]
    raise ModelError(
        f"there is no intervention '{name}'",
        allowed=", ".join(names) or None,
        remedy=spelling_hint(name, names),
    )


def _check(months: int, treatment: str) -> None:
    if not 1 <= months <= LONGEST:
        raise ModelError(f"{months} months", allowed=f"1 to {LONGEST}")
    if treatment not in get_args(Treatment):
        raise ModelError(f"unknown treatment '{treatment}'", allowed=", ".join(get_args(Treatment)))


def _month(day: date) -> str:
    return str(np.datetime64(day, "M"))
