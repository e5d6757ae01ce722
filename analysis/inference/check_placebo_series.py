"""The same effect in series that the event did not touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.check import (
    CheckResult,
    Shows,
    agreement_rule,
    agrees,
    cannot_say,
    result_of,
    untestable,
)
from analysis.inference.check_measured import MEASURED
from analysis.inference.check_problem import refit
from analysis.inference.check_report import p_words, placebo_columns, scale_of, signed_form
from analysis.inference.check_tests import p_values
from analysis.models.arrays import Floats
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries

Row = dict[str, object]


@dataclass(frozen=True)
class PlaceboInSpace:
    """The same model for series that the intervention did not touch.

    The p-value is the rank of |t| among the series, exact if all were equally likely to have the
    largest, and can be no less than 1 / (controls + 1).

    Table: one row a series: `series`, `estimate`, `lower`, `upper`, `t`, `group` (effect or
    placebo), `reason` (why a control has no effect; it then does not count).

    Attributes
    ----------
    controls
        Series in the same unit or on the log scale.
    """

    effect: str
    controls: Sequence[RegularSeries]
    name: str = "placebo_in_space"
    title: str = "Placebo series"

    def run(self, fit: ItsFit) -> CheckResult:
        """Rank the effect among those in the controls.

        Raises
        ------
        ModelError
            When the effect is unknown.
        """
        if reason := untestable(fit, self.effect):
            return cannot_say(self, reason)
        table = pd.DataFrame(
            [
                _row(fit, fit.series.label, self.effect, "effect"),
                *(self._control(fit, series) for series in self.controls),
            ]
        )
        t = table.loc[table["group"] == "placebo", "t"].dropna().to_numpy(dtype=float)
        if not len(t):
            return cannot_say(self, "no control series has the effect")
        return self._ranked(fit, table, np.abs(t))

    def _ranked(self, fit: ItsFit, table: pd.DataFrame, t: Floats) -> CheckResult:
        effect, own = fit.effect(self.effect), abs(float(table["t"].iloc[0]))
        p_value = float(p_values(np.array([own]), t[None])[0])
        smallest = 1 / (len(t) + 1)
        lost = len(self.controls) - len(t)
        without = f"; {lost} without an effect left out" if lost else ""
        sentence = (
            f"{effect.label}: |t| = {own:.2f} ranks {round(p_value * (len(t) + 1))} of "
            f"{len(t) + 1} among {len(t)} series without the event{without}; "
            f"{p_words(p_value, len(t))}, by rank."
        )
        columns = placebo_columns(signed_form(scale_of(fit)), ("series", "Series", "text"))
        shows = Shows(
            table=table,
            columns=(*columns, ("reason", "Reason", "text")),
            curve=table.dropna(subset=["t"]).rename(columns={"series": "row"}),
            kind="estimates",
            sentence=sentence,
            holds=agrees(p_value, smallest, effect.p_value, fit.options.level),
            rule=agreement_rule(fit.options.level),
        )
        pair, trusted = (p_value, smallest), MEASURED.get(self.name)
        return result_of(self, fit, shows, observed=own, p_values=pair, trusted=trusted)

    def _control(self, fit: ItsFit, series: RegularSeries) -> Row:
        try:
            return _row(refit(fit, series=series), series.label, self.effect, "placebo")
        except ModelError as error:
            return _no_row(series.label, error.problem)


def _row(fit: ItsFit, label: str, name: str, group: str) -> Row:
    effect, coefficient = fit.effect(name), fit.coefficient(name)
    if coefficient.estimate is None or coefficient.standard_error is None:
        return _no_row(label, effect.reason)
    return {
        "series": label,
        "estimate": effect.estimate,
        "lower": effect.lower,
        "upper": effect.upper,
        "t": coefficient.estimate / coefficient.standard_error,
        "group": group,
        "reason": "",
    }


def _no_row(label: str, reason: str) -> Row:
    nothing: Row = dict.fromkeys(("estimate", "lower", "upper", "t"), np.nan)
    named: Row = {"series": label}
    return named | nothing | {"group": "placebo", "reason": reason}
