"""The effect with other shapes of the intervention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.check import (
    CheckResult,
    Shown,
    Shows,
    cannot_say,
    result_of,
    untestable,
)
from analysis.inference.check_problem import refit, with_estimator
from analysis.inference.check_report import finds_effect, scale_of, signed_form, value_of
from analysis.models.its_options import Estimator
from analysis.models.its_results import ItsFit

Row = dict[str, object]
CLOSE: Final = 2.0  # difference of BIC that is not worth more than a bare mention


@dataclass(frozen=True)
class AlternativeShapes:
    """The intervention with other shapes from the same day, by BIC under full likelihood.

    Linear models are fitted by maximum likelihood with AR(1) errors, counts as negative binomial:
    likelihoods of different regressors compare only so. The mean effect over the months from the
    start on makes shapes comparable.

    Table: `shape`, `length` (months), `bic`, `difference` (from the best), `weight` (exp of minus
    half the difference, summing to 1), `mean_effect`, `p_value` of the coefficient, `as_fitted`,
    `reason`.

    Attributes
    ----------
    lengths
        Months of ramps, phase-ins and pulses.
    """

    effect: str
    lengths: Sequence[int] = (3, 12)
    name: str = "alternative_shapes"
    title: str = "Alternative shapes"

    def run(self, fit: ItsFit) -> CheckResult:
        """Compare shapes.

        Raises
        ------
        ModelError
            When the effect is unknown.
        """
        if reason := untestable(fit, self.effect, needs_spec=True):
            return cannot_say(self, reason)
        table = pd.DataFrame([self._row(fit, *kind) for kind in self._kinds(fit)])
        own = table["as_fitted"] == "yes"
        if table.loc[own, "bic"].isna().all():
            return cannot_say(self, "the fitted shape has no likelihood to compare")
        table["difference"] = table["bic"] - table["bic"].min()
        weight = np.exp(-table["difference"] / 2)
        table["weight"] = weight / weight.sum()
        table = table.sort_values("difference", kind="stable", ignore_index=True)
        return self._told(fit, table)

    def _kinds(self, fit: ItsFit) -> list[tuple[str, int | None]]:
        kinds: list[tuple[str, int | None]] = []
        if fit.spec is not None:
            own = [item for item in fit.spec.interventions if item.name == self.effect]
            kinds += [(item.shape, item.months) for item in own]
        kinds += [("step", None), ("slope", None)]
        kinds += [(s, months) for s in ("ramp", "phase_in", "pulse") for months in self.lengths]
        return list(dict.fromkeys(kinds))

    def _row(self, fit: ItsFit, shape: str, length: int | None) -> Row:
        if fit.spec is None:
            raise ModelError("the fit has no specification")
        items = {item.name: item for item in fit.spec.interventions}
        own = items[self.effect]
        same = (own.shape, own.months) == (shape, length)
        row: Row = {"shape": shape, "length": length, "as_fitted": "yes" if same else ""}
        changed = own if same else replace(own, shape=shape, months=length, end=None)  # type: ignore[arg-type]
        items[self.effect] = changed
        spec = replace(fit.spec, interventions=tuple(items.values()))
        estimator: Estimator = "negative_binomial" if fit.options.counts else "gls_ar1_ml"
        options = replace(with_estimator(fit), estimator=estimator, covariance="model", rho=None)
        nothing = {"bic": np.nan, "mean_effect": np.nan, "p_value": np.nan}
        try:
            found = refit(fit, spec=spec, options=options)
        except ModelError as error:
            return row | nothing | {"reason": error.problem}
        effect, coefficient = found.effect(self.effect), found.coefficient(self.effect)
        if coefficient.estimate is None or found.log_likelihood is None:
            return row | nothing | {"reason": effect.reason or "no likelihood"}
        parameters = found.rows.shape[1] + 2
        bic = parameters * np.log(len(found.series)) - 2 * found.log_likelihood
        column = found.design.matrix[:, found.design.names.index(self.effect)]
        after = np.array(found.design.calendar.months) >= str(np.datetime64(own.start, "M"))
        mean = float(column[after].mean() * coefficient.estimate)
        numbers = {"bic": bic, "mean_effect": value_of(mean, scale_of(fit))}
        return row | numbers | {"p_value": coefficient.p_value, "reason": ""}

    def _told(self, fit: ItsFit, table: pd.DataFrame) -> CheckResult:
        own = table[table["as_fitted"] == "yes"].iloc[0]
        close = table[table["difference"] <= CLOSE]
        steady = not finds_effect(fit, self.effect) or bool(
            (np.sign(close["mean_effect"]) == np.sign(own["mean_effect"])).all()
        )
        shows = Shows(
            table=table,
            columns=_columns(signed_form(scale_of(fit))),
            curve=_curve(table),
            kind="estimates",
            sentence=self._sentence(fit, table, own, close),
            holds=bool(own["difference"] <= CLOSE) and steady,
            rule=(
                f"the fitted shape is within {CLOSE:g} of the best BIC, and all shapes within "
                f"{CLOSE:g} have a mean effect of its sign if the fit finds an effect"
            ),
        )
        return result_of(self, fit, shows, observed=float(own["mean_effect"]))

    def _sentence(
        self, fit: ItsFit, table: pd.DataFrame, own: pd.Series, close: pd.DataFrame
    ) -> str:
        return (
            f"{fit.effect(self.effect).label}: of {int(table['bic'].notna().sum())} shapes BIC "
            f"prefers {_named(table.iloc[0])}; {_named(own)}, as fitted, is "
            f"{own['difference']:.1f} above it. The mean effect from its start on is "
            f"{own['mean_effect']:+.3g} as fitted and between {close['mean_effect'].min():+.3g} "
            f"and {close['mean_effect'].max():+.3g} among shapes within {CLOSE:g} of the best "
            "(full likelihood)."
        )


def _columns(form: str) -> Shown:
    return (
        ("shape", "Shape", "text"),
        ("length", "Months", "count"),
        ("bic", "BIC", "1"),
        ("difference", "Above the best", "1"),
        ("weight", "Weight", "2"),
        ("mean_effect", "Mean effect", form),
        ("p_value", "p", "3"),
        ("as_fitted", "As fitted", "text"),
        ("reason", "Reason", "text"),
    )


def _curve(table: pd.DataFrame) -> pd.DataFrame:
    curve = pd.DataFrame(
        {
            "row": [_named(row) for _, row in table.iterrows()],
            "group": np.where(table["as_fitted"] == "yes", "as fitted", "other"),
            "estimate": table["mean_effect"],
            "lower": np.nan,
            "upper": np.nan,
        }
    )
    return curve.dropna(subset=["estimate"])


def _named(row: pd.Series) -> str:
    if pd.isna(row["length"]):
        return str(row["shape"])
    return f"{row['shape']} of {int(row['length'])} months"
